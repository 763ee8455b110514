"""What letters say: a number and a link, never a name or a fact, in the language of who gets them (rules 39 and 42)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.people import NOON, a_cast
from tests.scenes.submissions import prepared
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.accounts.models import Membership, MembershipRole
from tvist.cases.history import Declaration, Statement
from tvist.cases.models import Side, TeamMember
from tvist.delivery.actions import write_to_party, write_to_secretariat, write_to_user
from tvist.delivery.letter_settings import ABOUT_ACCOUNTS
from tvist.delivery.models import Fate, LetterKind, Standing
from tvist.delivery.queries import PAGE, letters_of_case, letters_to, mailbox_of_secretariat, not_arrived
from tvist.words import LANGUAGES, Message, catalogue, label, render

ABOUT_NO_CASE = {
    LetterKind.EMPLOYERS_DUE,
    LetterKind.SEAT_RUNS_EMPTY,
    LetterKind.MEETING_CALLED,
    LetterKind.MEETING_CHANGED,
    LetterKind.MEETING_CANCELLED,
    LetterKind.PUBLICATION_TO_APPROVE,
    LetterKind.PUBLICATION_RETURNED,
}
ALLOWED = {"number", "days", "day", "due", "until"}
"""What a letter may carry: the number of the case and days, never a name or a fact (rule 42)."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", LetterKind)
def test_every_letter_has_its_words_and_they_hold_nothing_but_the_number(kind, language):
    for part in ("subject", "body"):
        text = catalogue(language)[f"letter.{kind.value}.{part}"]
        assert set(re.findall(r"\{(\w+)\}", text)) <= ALLOWED
        assert ("{number}" in text) == (kind not in ABOUT_ACCOUNTS | ABOUT_NO_CASE)
    body = render(Message(f"letter.{kind.value}.body", **dict.fromkeys(ALLOWED, "2026/0001")), language)
    # Who has been refused access, has none yet, or has lost the pass phrase, cannot sign in to look the address up.
    if kind not in ABOUT_ACCOUNTS:
        assert {"nb": "sekretariatets adresse", "nn": "adressa til sekretariatet", "en": "secretariat's address"}[
            language
        ] in body
    assert body.endswith({"nb": "\n\nLenke:", "nn": "\n\nLenkje:", "en": "\n\nLink:"}[language])
    assert render(label(kind), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fate_and_every_standing_has_a_name_of_its_own(language):
    assert len({render(label(fate), language) for fate in Fate}) == len(Fate)
    assert len({render(label(standing), language) for standing in Standing}) == len(Standing)


def test_no_letter_of_a_whole_case_holds_a_name_or_a_fact(database):
    with database.writing() as session:
        cast = a_cast(session)
        case = prepared(session, cast)
        forbidden = {"Vik", "Bufetat", "Luster", "Oppdiktet", "2011", "institusjon", "208", "Barn A"}
        assert len(case.letters) > len(case.parties)
        for letter in case.letters:
            assert "2026/0001" in letter.subject
            assert letter.link == "/cases/2026-0001"
            assert not [word for word in forbidden if word in letter.subject + letter.body], letter.kind


def test_a_letter_goes_to_the_team_and_to_the_mailbox_once_each(database):
    with database.writing() as session:
        cast = a_cast(session)
        case = prepared(session, cast)
        letter = write_to_party(case.parties[0], LetterKind.REFERRED, at=NOON)
        addresses = [found.address for found in letter.recipients]
        assert "postmottak-4639@example.invalid" in addresses
        assert "asta@example.invalid" in addresses
        assert len(addresses) == len(set(addresses))
        assert len({found.message_id for found in letter.recipients}) == len(addresses)


def test_letters_are_written_in_the_form_the_language_law_asks_for(database):
    with database.writing() as session:
        cast = a_cast(session)
        case = prepared(session, cast)
        # Vik writes nynorsk (language form by the register); the state's region follows the case.
        assert {letter.language for letter in case.letters if letter.party and letter.party.name == "Vik kommune"} == {"nn"}
        cast.cato.language = "en"
        assert write_to_user(cast.cato, LetterKind.CALLED_TO_SEAT, at=NOON, case=case).subject.startswith("Case 2026/0001")


def test_an_officer_with_a_conflict_is_not_written_to_and_reads_none_of_it(database):
    with database.writing() as session:
        cast = a_cast(session)
        case = prepared(session, cast)
        case.declarations.append(Declaration(user=cast.stein, statement=Statement.CONFLICT, ground="party", at=NOON))
        session.flush()
        letter = write_to_secretariat(case, LetterKind.SUBMISSION_RECEIVED, at=NOON)
        session.flush()
        assert "stein@example.invalid" not in [found.address for found in letter.recipients]
        assert not may(cast.stein, Act.READ_LETTER, letter, NOON.date())
        assert letter not in letters_to(session, cast.stein, NOON.date())[0]


def test_a_former_officer_who_works_for_a_party_now_gets_no_letter_to_the_secretariat(database):
    with database.writing() as session:
        cast = a_cast(session)
        case = prepared(session, cast)
        (worked,) = cast.stein.memberships
        worked.to_on = NOON.date() - timedelta(days=1)
        of_vik = Membership(organisation=cast.vik, role=MembershipRole.CASE_OFFICER, from_on=NOON.date())
        cast.stein.memberships.append(of_vik)
        case.parties_on(Side.REQUESTING)[0].team.append(TeamMember(user=cast.stein, from_on=NOON.date()))
        session.flush()
        assert case.roles_for(cast.stein, NOON.date())
        letter = write_to_secretariat(case, LetterKind.SUBMISSION_RECEIVED, at=NOON)
        assert "stein@example.invalid" not in [found.address for found in letter.recipients]
        assert "siri@example.invalid" in [found.address for found in letter.recipients]


def test_the_list_gives_everybody_what_the_guard_gives(database):
    with database.writing() as session:
        cast = a_cast(session)
        case = prepared(session, cast)
        write_to_user(cast.eva, LetterKind.PASSWORD_LINK, at=NOON)
        session.flush()
        for user in (cast.asta, cast.arne, cast.bo, cast.berit, cast.siri, cast.cato, cast.dag, cast.eva, cast.adam):
            own = {letter.id for letter in letters_to(session, user, NOON.date())[0]}
            may_read = {letter.id for letter in case.letters if may(user, Act.READ_LETTER, letter, NOON.date())}
            if user is cast.siri:
                assert own < may_read
                assert {letter.id for letter in letters_of_case(session, user, case, NOON.date())} == may_read
            else:
                assert own - may_read == ({own.pop()} if user is cast.eva else set())
                assert {letter.id for letter in letters_of_case(session, user, case, NOON.date())} == may_read
        assert mailbox_of_secretariat(session) == "postmottak-btn@example.invalid"


def test_letters_are_paged_by_key_newest_first(database):
    with database.writing() as session:
        cast = a_cast(session)
        for _ in range(PAGE + 3):
            write_to_user(cast.eva, LetterKind.PASSWORD_LINK, at=NOON)
        session.flush()
        first, older = letters_to(session, cast.eva, NOON.date())
        rest, end = letters_to(session, cast.eva, NOON.date(), before=older)
        assert (len(first), len(rest), end) == (PAGE, 3, None)
        ids = [letter.id for letter in first + rest]
        assert ids == sorted(ids, reverse=True)


def test_what_did_not_arrive_is_counted(database):
    with database.writing() as session:
        cast = a_cast(session)
        case = prepared(session, cast)
        recipients = case.letters[0].recipients
        recipients[0].fate, recipients[0].accepted_at = Fate.BOUNCED, None
        recipients[1].fate, recipients[1].accepted_at = Fate.UNKNOWN, None
        assert not_arrived(case.letters) == 2
