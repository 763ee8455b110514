"""Who opened what: roles for the parties, names for one's own organisation and for who watches; flags, breaches, retention."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.decision import present
from tests.scenes.papers import paper_called, with_planted
from tests.scenes.submissions import prepared
from tvist.access.policy import Act
from tvist.accesslog.models import AccessEntry, Channel
from tvist.accounts.models import User
from tvist.cases.models import Case
from tvist.clock import now, today
from tvist.documents.models import Paper
from tvist.oversight.models import Breach, Flag, FlagKind, RetentionRound
from tvist.oversight.retention import retention_table
from tvist.oversight.writing import safe
from tvist.schema import metadata
from tvist.workers import oversee

MANY = 10_000
MOST_STATEMENTS = 30


@pytest.fixture
def slug(database, cast):
    """The address of a case of Vik against region vest."""
    with database.writing() as session:
        case = prepared(session, present(session, cast))
        session.commit()
        return case.slug


def lines(database, case_id, *entries):
    """Lines of the log: (person, roles, act, more)."""
    with database.writing() as session:
        for user, roles, act, more in entries:
            told = {"at": now(), "channel": Channel.WEB, "thing": f"case {case_id}", "case_id": case_id, "allowed": True} | more
            session.add(AccessEntry(user_id=user.id, roles=roles, act=act, **told))
        session.commit()


def id_of(database, slug):
    with database.reading() as session:
        return session.scalars(sa.select(Case.id)).first()


def filled(**more):
    day = f"{today().day}.{today().month}.{today().year}"
    return {"from_on": "1.3.2026", "to_on": day, "known_on": day, "known": "00.00"} | more


def words_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True).split("<main", 1)[1]).split())


def as_file(answer):
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff")), delimiter=";"))


def test_the_parties_see_which_roles_opened_their_case_and_never_names(ask, cast, database, slug):
    case_id = id_of(database, slug)
    lines(
        database,
        case_id,
        (cast.siri, "secretariat,secretariat_declared", Act.OPEN_CASE, {}),
        (cast.bo, "served", Act.READ_PAPER, {"thing": "paper 1"}),
        (cast.frida, "seated", Act.READ_BUNDLE, {}),
        (cast.klara, "called", Act.OPEN_CASE, {}),
        (cast.siri, "secretariat", Act.OPEN_IDENTITY, {"purpose": "Kari Nordmann"}),
        (cast.bo, "opposing", Act.OPEN_IDENTITY, {}),
        (cast.frida, "seated", Act.VOTE, {}),
        (cast.dag, "", Act.OPEN_CASE, {"allowed": False}),
    )
    assert f"/cases/{slug}/openings" in ask("GET", f"/cases/{slug}", as_=cast.asta).text
    for user in (cast.asta, cast.bo):
        shown = words_of(ask("GET", f"/cases/{slug}/openings", as_=user))
        for told in ("Sekretariatet", "Bufetat region vest", "Et dokument", "Barnets identitet", "Medlem av nemnda"):
            assert told in shown
        assert not any(name in shown for name in ("Oppdiktet", "Siri", "Frida", "Kari Nordmann", "Kalt inn", "habil", "Stemme"))
        assert shown.count("Medlem") == 2
        assert shown.count("Barnets identitet") == 1
    assert ask("GET", f"/cases/{slug}/openings", as_=cast.frida).status_code in {403, 404}
    assert ask("GET", f"/cases/{slug}/openings", as_=cast.dag).status_code == 404


def test_a_filer_sees_own_people_and_nothing_of_other_parties(ask, cast, database, slug):
    case_id = id_of(database, slug)
    lines(
        database,
        case_id,
        (cast.arne, "requesting", Act.READ_PAPER, {"thing": "paper 3"}),
        (cast.arne, "", Act.OPEN_CASE, {"allowed": False, "at": now() - timedelta(days=20 * 365)}),
        (cast.siri, "secretariat", Act.OPEN_CASE, {}),
    )
    page = ask("GET", "/colleagues/4639/log", as_=cast.asta)
    shown = words_of(page)
    assert "Arne Oppdiktet" in shown
    assert "2026/0001" in shown
    assert "Siri" not in shown
    # What was before Arne worked here is no business of ours.
    assert "Avvist" not in shown
    rows = as_file(ask("GET", "/colleagues/4639/log.csv", as_=cast.asta))
    assert rows[0][:2] == ["Tidspunkt", "Hvem"]
    assert ["Arne Oppdiktet", "2026/0001"] in [[row[1], row[5]] for row in rows[1:]]
    # Another organisation's filer is a stranger here, an officer is no administrator.
    for address in ("/colleagues/4639/log", "/colleagues/4639/log.csv"):
        assert ask("GET", address, as_=cast.dag).status_code == 404
        assert ask("GET", address, as_=cast.bo).status_code == 404
        assert ask("GET", address, as_=cast.arne).status_code == 403


def test_a_case_of_another_party_is_not_told_of(ask, cast, database, slug):
    lines(
        database,
        id_of(database, slug),
        (cast.dag, "", Act.OPEN_CASE, {"allowed": False}),
        (cast.dag, "secretariat", Act.READ_PAPER, {"thing": "paper 1"}),
    )
    shown = words_of(ask("GET", "/colleagues/4644/log", as_=cast.dag))
    assert "Avvist" in shown
    assert "2026/0001" not in shown
    assert "Dokument nr. 1" not in shown


@pytest.mark.parametrize("cell", ["=1+1", "+47", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(cell):
    assert safe(cell) == f"'{cell}"
    assert safe("Arne") == "Arne"


def test_a_name_that_would_be_a_formula_is_none_in_the_file(ask, cast, database, slug):
    with database.writing() as session:
        session.execute(sa.update(User).where(User.id == cast.arne.id).values(name="=HYPERLINK(1)"))
        session.commit()
    lines(database, id_of(database, slug), (cast.arne, "requesting", Act.OPEN_CASE, {}))
    rows = as_file(ask("GET", "/colleagues/4639/log.csv", as_=cast.asta))
    assert "'=HYPERLINK(1)" in {row[1] for row in rows}


def test_that_somebody_searched_is_logged_and_never_for_what(ask, cast, database, slug):
    ask("GET", "/cases?q=hemmelig", as_=cast.siri)
    with database.reading() as session:
        entries = session.scalars(sa.select(AccessEntry).where(AccessEntry.user_id == cast.siri.id)).all()
    assert [(entry.act, entry.thing, entry.purpose) for entry in entries] == [(Act.SEE_WORKLIST, "", "")]


def test_a_flag_is_looked_at_with_words_by_another(ask, cast, database):
    with database.writing() as session:
        session.add(Flag(kind=FlagKind.NIGHT, user_id=cast.siri.id, on_day=today(), count=12, found_at=now()))
        session.commit()
        public_id = session.scalars(sa.select(Flag.public_id)).one()
    address = f"/oversight/flags/{public_id}"
    assert ask("GET", address, as_=cast.siri).status_code == 404
    assert "Siri" not in words_of(ask("GET", "/oversight", as_=cast.siri))
    for user in (cast.stein, cast.adam, cast.cato):
        assert "Siri Oppdiktet" in words_of(ask("GET", "/oversight", as_=user))
        assert "12" in words_of(ask("GET", address, as_=user))
    for user in (cast.asta, cast.eva, cast.frida):
        assert ask("GET", "/oversight", as_=user).status_code == 403
        assert ask("GET", address, as_=user).status_code == 404
    assert ask("POST", address, as_=cast.stein, data={"words": " "}).status_code == 422
    assert ask("POST", address, as_=cast.stein, data={"words": "Vakt den helgen."}).status_code == 303
    assert ask("POST", address, as_=cast.adam, data={"words": "Igjen."}).status_code == 409
    assert "Vakt den helgen." in words_of(ask("GET", address, as_=cast.adam))


def test_who_saw_what_is_found_paged_and_written_to_a_file(ask, cast, database, installation):
    with database.writing() as session:
        case = with_planted(session, present(session, cast), installation)
        session.commit()
        number, case_id, paper = case.number, case.id, paper_called(case, "Vedtak").public_id
        paper_id = session.scalars(sa.select(Paper.id).where(Paper.public_id == paper)).one()
        rows = [
            {"at": NOON + timedelta(seconds=place), "user_id": cast.bo.id, "roles": "opposing", "act": Act.OPEN_CASE}
            | {"thing": f"case {case_id}", "case_id": case_id, "allowed": True, "channel": Channel.WEB, "purpose": ""}
            for place in range(MANY)
        ]
        session.execute(sa.insert(AccessEntry), rows)
        session.commit()
    lines(database, case_id, (cast.asta, "sender", Act.READ_PAPER, {"thing": f"paper {paper_id}", "purpose": "Innsyn"}))

    made = ask("POST", "/oversight/breaches/new", as_=cast.siri, data=filled(case=number))
    assert made.status_code == 303
    address = made.location
    statements = []
    sa.event.listen(database.engine, "before_cursor_execute", note := lambda *args: statements.append(args[2]))
    page = ask("GET", address, as_=cast.siri)
    sa.event.remove(database.engine, "before_cursor_execute", note)
    assert len(statements) < MOST_STATEMENTS
    shown = words_of(page)
    for told in ("Bo Oppdiktet", "10 000", "Asta Oppdiktet", "formål: Innsyn", "72 timer"):
        assert told in shown.replace("\N{NO-BREAK SPACE}", " ")
    older = re.search(r'href="(/oversight/breaches/[^"]+before=\d+)"', page.text)
    assert older
    assert ask("GET", older[1], as_=cast.siri).status_code == 200
    assert len(as_file(ask("GET", f"{address}/lines.csv", as_=cast.siri))) > MANY
    # The administrator answers too, and reads no purpose: it may tell of the case.
    assert "Innsyn" not in words_of(ask("GET", address, as_=cast.adam)).split("Utkast")[0]
    of_paper = ask("POST", "/oversight/breaches/new", as_=cast.siri, data=filled(case=number, paper=f"/papers/{paper}"))
    assert "Bo Oppdiktet" not in words_of(ask("GET", of_paper.location, as_=cast.siri))


def test_the_draft_tells_no_name_number_or_fact(ask, cast, database, slug):
    lines(database, id_of(database, slug), (cast.bo, "opposing", Act.OPEN_CASE, {}))
    made = ask("POST", "/oversight/breaches/new", as_=cast.siri, data=filled(case="2026/0001"))
    draft = words_of(ask("GET", made.location, as_=cast.siri)).split("Utkast til melding")[1].split("Hva som er gjort")[0]
    assert "Motpartens saksteam" in draft
    assert not any(word in draft for word in ("Oppdiktet", "2026/0001", "2026-0001", "Vik", "institusjon"))


def test_a_breach_is_kept_with_what_was_done(ask, cast, database, slug):
    made = ask("POST", "/oversight/breaches/new", as_=cast.siri, data=filled(case="2026/0001"))
    step = f"{made.location}/steps"
    assert ask("POST", step, as_=cast.siri, data={"done": "noted", "words": ""}).status_code == 422
    assert ask("POST", step, as_=cast.stein, data={"done": "authority_told", "words": "Meldt i Altinn."}).status_code == 303
    shown = words_of(ask("GET", made.location, as_=cast.siri))
    assert "Meldt i Altinn." in shown
    assert "Datatilsynet fikk melding" in shown
    ask("POST", step, as_=cast.siri, data={"done": "closed", "words": "Ferdig."})
    assert ask("POST", step, as_=cast.siri, data={"done": "noted", "words": "Mer."}).status_code == 409
    for user in (cast.asta, cast.frida, cast.eva, cast.dag):
        assert ask("GET", made.location, as_=user).status_code == 404
        assert ask("GET", "/oversight/breaches", as_=user).status_code == 403


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"case": "2026/9999"},
        {"person": "nobody@example.invalid"},
        {"paper": "x"},
        {"case": "2026/0001", "to_on": "1.1.2026"},
        {"case": "2026/0001", "known": "25.00"},
        {"case": "2026/0001", "known_on": "1.1.2099"},
        {"person": "siri@example.invalid"},
    ],
)
def test_what_cannot_be_asked_is_said(ask, cast, database, slug, typed):
    assert ask("POST", "/oversight/breaches/new", as_=cast.siri, data=filled(**typed)).status_code in {409, 422}
    with database.reading() as session:
        assert session.scalars(sa.select(Breach)).all() == []


def test_a_persons_openings_can_be_narrowed_to_one_sign_in(ask, cast, database, slug):
    lines(database, id_of(database, slug), (cast.bo, "opposing", Act.OPEN_CASE, {"at": NOON}))
    ask("GET", f"/cases/{slug}", as_=cast.bo)
    made = ask("POST", "/oversight/breaches/new", as_=cast.stein, data=filled(person="bo@example.invalid"))
    page = ask("GET", made.location, as_=cast.stein)
    one = re.search(r'href="(/oversight/breaches/[^"]+sign_in=\d+)"', page.text)
    assert one
    assert "2. mars 2026 kl. 12.00" in words_of(page)
    assert "2. mars 2026 kl. 12.00" not in words_of(ask("GET", one[1], as_=cast.stein))
    assert ask("GET", f"{made.location}?sign_in=99999", as_=cast.stein).status_code == 404
    # It is about Bo; and what is about an officer is not there for that officer.
    of_siri = ask("POST", "/oversight/breaches/new", as_=cast.stein, data=filled(person="siri@example.invalid"))
    assert ask("GET", of_siri.location, as_=cast.siri).status_code == 404
    own_list = ask("GET", "/oversight/breaches", as_=cast.siri).text
    assert of_siri.location not in own_list
    assert made.location in own_list


def test_every_table_has_its_place_in_the_table_of_retention(ask, cast, installation, database):
    held = [table for kept in retention_table() for table in kept.tables]
    assert sorted(held) == sorted(metadata.tables)
    oversee(installation, now())
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(RetentionRound)) == 4
    for user in (cast.siri, cast.adam, cast.cato):
        shown = words_of(ask("GET", "/oversight/retention", as_=user))
        assert "36 måneder etter at måneden er over" in shown
    assert ask("GET", "/oversight/retention", as_=cast.asta).status_code == 403
