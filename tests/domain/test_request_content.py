"""Facts in time order, limitation, the right place, and what lies sealed beside a request (rules 1, 7, 10, 13, 22)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.people import NOON, the_cast
from tests.scenes.intake import TODAY, a_petition, at_home, declared, filed, raw_petition
from tvist.access.policy import Act, Role
from tvist.access.roles import may
from tvist.cases.history import Event
from tvist.cases.journal import readers_of
from tvist.cases.lifecycle import obstacles
from tvist.cases.private import Offer
from tvist.cases.private_words import open_offer
from tvist.errors import CannotProceed, NotAllowed
from tvist.intake import actions
from tvist.intake.cautions import away_from_here, warnings_of_draft
from tvist.intake.chronology import by_time
from tvist.intake.identity import Identity, identity_of_draft, number_hash
from tvist.intake.models import Draft, IdentityOpening
from tvist.intake.petition import Petition, petition_of, read_petition, secrets_in, snapshot_of
from tvist.intake.registering import begin_registered
from tvist.intake.sealing import keep_identity, keep_offers, open_identity
from tvist.intake.steps import read_draft
from tvist.vault.keys import BrokenSeal, MasterKeys

if TYPE_CHECKING:
    from pathlib import Path

NAME = "Oppdikta Sjeldensen"
NUMBER = "15927610016"
OFFER = "Tre hundre tusen og ikke en krone mer"
EARLY, LATE = {"on": "10.3.2024", "words": "Flyttet inn"}, {"on": "2024-06-15", "until": "2024-06-20", "words": "Flyttet hjem"}


@pytest.fixture
def keys(tmp_path: Path) -> MasterKeys:
    return MasterKeys.create(tmp_path / "keys")


def faults(**changes):
    found = read_petition(raw_petition(**changes), on=TODAY)
    return {} if isinstance(found, Petition) else {fault.path: fault.message.code for fault in found}


# Facts in time order


def test_facts_stand_by_date_whatever_order_they_were_told_in():
    petition = a_petition(facts=[LATE, EARLY], background="")
    assert [fact.words for fact in petition.facts] == ["Flyttet inn", "Flyttet hjem"]
    assert petition.facts[1].until_on == date(2024, 6, 20)
    assert petition_of(snapshot_of(petition)[0]) == petition


def test_facts_in_the_list_order_themselves_and_keep_what_has_no_day_last():
    rows = [{"on": "snart"}, LATE, EARLY]
    assert [place for place, _ in by_time(rows)] == [2, 1, 0]


def test_all_that_is_wrong_with_a_fact_is_told_at_its_field():
    wrong = [
        {"on": "31.2.2024", "words": ""},
        {"on": "2024-06-15", "until": "2024-06-01", "words": "x", "page": "0"},
        {"on": "2027-01-01", "words": "x", "paper": "borte"},
    ]
    assert faults(facts=wrong) == {
        "facts[0].on": "money.date_no_such_day",
        "facts[0].words": "intake.missing.facts.words",
        "facts[1].until": "money.to_before_from",
        "facts[1].page": "intake.page_below_one",
        "facts[1].paper": "intake.page_of_which_paper",
        "facts[2].on": "intake.in_future",
        "facts[2].paper": "intake.no_such_paper",
    }


def test_without_facts_the_background_tells_what_happened():
    assert faults(facts=[], background="") == {"background": "intake.missing.background"}


def test_facts_become_rows_of_the_sending(database, cast):
    with database.writing() as session:
        case = filed(session, cast, facts=[LATE, EARLY])
        assert [(fact.position, fact.words, fact.submission_id) for fact in case.stated_facts] == [
            (1, "Flyttet inn", case.submissions[0].id),
            (2, "Flyttet hjem", case.submissions[0].id),
        ]


def test_an_older_snapshot_is_read_as_it_was():
    raw = json.loads(snapshot_of(a_petition())[0])
    for name in ("facts", "limitation_words", "limitation_until", "has_identity"):
        del raw[name]
    assert petition_of(json.dumps(raw)) == a_petition()


# Limitation and the right place


def test_an_agreement_on_limitation_is_filed_with_its_day(database, cast):
    with database.writing() as session:
        case = filed(session, cast, limitation={"words": "Avtalt i brev", "until": "31.12.2027"})
        assert (case.petition.limitation_words, case.petition.limitation_until) == ("Avtalt i brev", date(2027, 12, 31))
    assert faults(limitation={"until": "31.12.2027"}) == {"limitation.words": "intake.missing.limitation.words"}
    assert faults(limitation={"until": "31.12.2077", "words": "x"}) == {"limitation.until": "intake.too_far_ahead"}


def test_the_guide_stops_nobody_and_is_not_filed():
    petition = a_petition(guide={"concrete": True, "tried": False})
    assert "guide" not in json.loads(snapshot_of(petition)[0])
    assert away_from_here({"guide": {"concrete": True, "tried": False}, "before_courts": {"yes": True}}) == [
        "tried",
        "before_courts",
    ]
    assert faults(guide={"tried": "kanskje"}) == {"guide.tried": "intake.not_yes_or_no"}


# The child's identity


def test_a_sealed_identity_tells_the_child_where_there_is_no_number(keys, database, cast):
    no_number = {
        "child": {"birth_year": 1976 + 30, "other_side_reference": ""},
        "parties": {**raw_petition()["parties"], "own_reference": ""},
    }
    assert "child.other_side_reference" in faults(**no_number)
    with database.writing() as session:
        at_home(session, cast)
        found = read_petition(raw_petition(**no_number), on=TODAY, has_identity=True)
        identity = Identity(NAME, NUMBER)
        case = actions.send(session, found, organisation=cast.vik, by=cast.asta, at=NOON, keys=keys, identity=identity)
        declared(case, cast.siri)
        session.refresh(case)
        assert obstacles(case, Act.ACCEPT) == []
        assert case.child_identity.number_hash == number_hash(keys, NUMBER)


@pytest.mark.parametrize(
    ("typed", "path", "code"),
    [
        ({"birth_number": "12345678901", "name": NAME}, "child.birth_number", "intake.not_a_birth_number"),
        ({"birth_number": "1592761001", "name": NAME}, "child.birth_number", "intake.not_a_birth_number"),
        ({"birth_number": NUMBER, "name": NAME, "birth_year": 2011}, "child.birth_number", "intake.birth_number_of_other_year"),
        ({"birth_number": "159276 10016", "birth_year": ""}, "child.name", "intake.missing.child.name"),
    ],
)
def test_a_birth_number_is_checked_before_it_is_sealed(typed, path, code):
    assert faults(child={"other_side_reference": "1", "birth_year": 2011, **typed})[path] == code


def test_identity_and_offers_of_a_draft_are_sealed_anew_for_the_case_and_stand_nowhere_else(keys, database, cast):
    with database.writing() as session:
        at_home(session, cast)
        draft = actions.begin_draft(session, cast.vik, by=cast.asta, at=NOON)
        actions.save_draft(draft, raw_petition(), by=cast.asta, at=NOON)
        session.flush()
        keep_identity(draft, Identity(NAME, NUMBER), by=cast.asta, at=NOON, keys=keys)
        keep_offers(draft, OFFER, by=cast.asta, at=NOON, keys=keys)
        assert identity_of_draft(keys, draft) == Identity(NAME, NUMBER)
        petition = read_draft(draft, TODAY, {"4639", "vest"})
        case = actions.send(session, petition, organisation=cast.vik, by=cast.asta, at=NOON, draft=draft, keys=keys)
        session.commit()
        offer = session.scalars(sa.select(Offer)).one()
        assert (offer.from_request, offer.party, open_offer(keys, offer)) == (True, case.parties[0], OFFER)
        assert draft.sealed_identity is draft.sealed_offers is None
        assert not leaks(session)


def leaks(session) -> list[str]:
    """Every table in which the name, the number or the offer can be read."""
    planted = [NAME, NUMBER, OFFER]
    metadata = sa.MetaData()
    metadata.reflect(session.connection())
    return [
        table.name
        for table in metadata.sorted_tables
        for row in session.execute(sa.select(table))
        if any(
            secret in str(row) or secret.encode() in bytes(value)
            for secret in planted
            for value in row
            if isinstance(value, bytes | memoryview)
        )
        or any(secret in str(row) for secret in planted)
    ]


def test_a_seal_moved_to_another_draft_does_not_open(keys, database, cast):
    with database.writing() as session:
        at_home(session, cast)
        one, other = (actions.begin_draft(session, cast.vik, by=cast.asta, at=NOON) for _ in range(2))
        session.flush()
        keep_identity(one, Identity(NAME, ""), by=cast.asta, at=NOON, keys=keys)
        other.sealed_identity = one.sealed_identity
        with pytest.raises(BrokenSeal):
            identity_of_draft(keys, other)


def test_the_identity_is_opened_for_a_purpose_that_is_written_down(keys, database, cast):
    with database.writing() as session:
        at_home(session, cast)
        case = actions.send(
            session, a_petition(), organisation=cast.vik, by=cast.asta, at=NOON, keys=keys, identity=Identity(NAME, NUMBER)
        )
        assert open_identity(case, by=cast.asta, at=NOON, purpose="Finne saken i arkivet", keys=keys).name == NAME
        session.flush()
        opening = session.scalars(sa.select(IdentityOpening)).one()
        assert (opening.user, opening.purpose) == (cast.asta, "Finne saken i arkivet")
        assert session.scalars(sa.select(Event.act).order_by(Event.sequence)).all()[-1] is Act.OPEN_IDENTITY


def test_the_panel_does_not_read_that_the_identity_was_opened():
    assert readers_of(Act.OPEN_IDENTITY) == {Role.REQUESTING, Role.OPPOSING, Role.SECRETARIAT}


def test_there_is_nothing_to_open_where_nothing_was_laid(keys, database, cast):
    with database.writing() as session:
        case = filed(session, cast)
        with pytest.raises(CannotProceed):
            open_identity(case, by=cast.asta, at=NOON, purpose="x", keys=keys)


def test_without_keys_nothing_sealed_is_taken_in(database, cast):
    with database.writing() as session:
        at_home(session, cast)
        with pytest.raises(CannotProceed):
            actions.send(session, a_petition(), organisation=cast.vik, by=cast.asta, at=NOON, offers=OFFER)


def test_a_file_carries_identity_and_offers_but_its_petition_does_not():
    raw = raw_petition(child={"birth_year": 1996 + 10, "other_side_reference": "", "name": NAME})
    raw["settlement"]["offers"] = OFFER
    petition = read_petition(raw, on=TODAY)
    assert petition.has_identity
    assert secrets_in(raw, TODAY) == (Identity(NAME, ""), OFFER)
    assert NAME not in snapshot_of(petition)[0]
    assert OFFER not in snapshot_of(petition)[0]
    assert NAME not in repr(secrets_in(raw, TODAY)[0])


# A request that came by letter or e-mail


def test_the_secretariat_registers_a_request_on_behalf_of_the_party(database, cast):
    came = TODAY - timedelta(days=4)
    with database.writing() as session:
        at_home(session, cast)
        draft = begin_registered(session, cast.vik, received_on=came, by=cast.siri, at=NOON)
        session.flush()
        petition = a_petition()
        case = actions.send(session, petition, organisation=cast.vik, by=cast.stein, at=NOON, draft=draft)
        session.flush()
        assert (case.received_on, case.registered_on) == (came, TODAY)
        assert case.events[0].said.code == "journal.register_request"
        assert {member.user for member in case.parties[0].team} == {cast.asta}
        assert case.open_tasks[0].starts_on == came
        [receipt] = [letter for letter in case.letters if letter.party is case.parties[0]]
        assert cast.vik.mailbox in {found.address for found in receipt.recipients}


def test_a_municipality_where_nobody_has_a_user_gets_its_letters_in_its_mailbox(database, cast):
    with database.writing() as session:
        at_home(session, cast)
        for user in (cast.asta, cast.arne):
            user.memberships[0].to_on = date(2025, 12, 31)
        draft = begin_registered(session, cast.vik, received_on=TODAY, by=cast.siri, at=NOON)
        session.flush()
        case = actions.send(session, a_petition(), organisation=cast.vik, by=cast.siri, at=NOON, draft=draft)
        session.flush()
        assert case.parties[0].team == []
        [receipt] = [letter for letter in case.letters if letter.party is case.parties[0]]
        assert [found.address for found in receipt.recipients] == [cast.vik.mailbox]


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), date(2009, 12, 31)])
def test_a_day_of_receipt_that_cannot_be_is_refused(database, cast, day):
    with database.writing() as session:
        at_home(session, cast)
        with pytest.raises(CannotProceed):
            begin_registered(session, cast.vik, received_on=day, by=cast.siri, at=NOON)


def test_what_is_told_lies_before_the_day_the_letter_came():
    settled = {"tried_on": "2026-02-28", "by": "x", "words": "x"}
    found = read_petition(raw_petition(settlement=settled), on=TODAY, received_on=date(2026, 2, 1))
    assert [fault.path for fault in found] == ["settlement.tried_on"]


def test_only_the_secretariat_registers_and_no_party_writes_in_it(database, cast):
    with database.writing() as session:
        at_home(session, cast)
        with pytest.raises(NotAllowed):
            begin_registered(session, cast.vik, received_on=TODAY, by=cast.asta, at=NOON)
        draft = begin_registered(session, cast.vik, received_on=TODAY, by=cast.siri, at=NOON)
        session.flush()
        assert may(cast.stein, Act.SEND, draft, TODAY)
        assert not may(cast.asta, Act.WRITE_DRAFT, draft, TODAY)
        with pytest.raises(NotAllowed):
            actions.send(session, a_petition(), organisation=cast.vik, by=cast.asta, at=NOON, draft=draft)


def test_a_missing_paper_of_authority_is_a_warning():
    draft = Draft(typed={"guide": {"tried": False}}, papers=[], organisation=the_cast().vik)
    assert [fault.path for fault in warnings_of_draft(draft)] == ["guide.tried", "authority"]


# A party that does not exist today (rule 4)


def test_a_municipality_that_merged_is_told_with_who_carries_it_on():
    parties = {"requesting": ["0104"], "opposing": ["ost"], "representative": "x", "own_reference": "1"}
    as_filer = read_petition(raw_petition(parties=parties), on=TODAY, filer="0104")
    message = next(fault.message for fault in as_filer if fault.path == "parties.requesting[0]")
    assert message.code == "intake.filer_not_in_force"
    assert "Moss" in str(message.params["names"])
