"""The pages of the board and of a case's panel, asked for as people do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.people import NOON, Cast
from tests.scenes import panel as scenes
from tests.scenes.decision import present
from tests.scenes.submissions import DAY, prepared
from tvist.cases.lifecycle import State
from tvist.cases.models import Case
from tvist.panel.models import Appointment, SeatKind
from tvist.panel.rules import holder

if TYPE_CHECKING:
    from collections.abc import Callable

    from tvist.accounts.models import User
    from tvist.db import Database

    Ask = Callable[..., object]


@pytest.fixture
def take(database: Database, cast: Cast) -> Callable[[str], str]:
    """Make a case by a scene; returns where its pages begin."""

    def taking(scene: str) -> str:
        with database.writing() as session:
            here = present(session, cast)
            case = prepared(session, here, at=NOON - 30 * DAY) if scene == "prepared" else getattr(scenes, scene)(session, here)
            session.commit()
            return f"/cases/{case.slug}"

    return taking


def appointment_of(database: Database, user: User) -> str:
    """The identifier that a form sends."""
    with database.reading() as session:
        return str(session.scalar(sa.select(Appointment.id).where(Appointment.user_id == user.id)))


def test_the_board_shows_seats_terms_and_load(ask: Ask, cast: Cast, take: Callable[[str], str]) -> None:
    take("seated")
    for person in (cast.siri, cast.cato, cast.klara):
        text = ask("GET", "/board", as_=person).get_data(as_text=True)
        assert cast.frida.name in text
        assert "31. desember 2028" in text
        assert ("/board/appoint" in text) is (person is cast.siri)
    assert ask("GET", "/board", as_=cast.asta).status_code in {403, 404}


def test_the_secretariat_records_an_appointment(ask: Ask, cast: Cast) -> None:
    fields = {
        "person": cast.dag.email,
        "seat": "ks",
        "kind": "deputy",
        "order": "2",
        "from_on": "1.1.2026",
        "to_on": "",
        "appointed_by": "Departementet",
    }
    assert ask("GET", "/board/appoint?case=2026/0001", as_=cast.siri).status_code == 200
    assert ask("POST", "/board/appoint", as_=cast.siri, data=fields).location == "/board"
    assert cast.dag.name in ask("GET", "/board", as_=cast.siri).get_data(as_text=True)
    assert ask("POST", "/board/appoint", as_=cast.siri, data=fields).status_code == 422


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"person": "nobody@example.invalid"}, "Ingen bruker har denne e-postadressen"),
        ({"person": ""}, "Skriv e-postadressen"),
        ({"order": "1.5"}, "Skriv et tall fra 1 til 99"),
        ({"to_on": "31.12.2025"}, "Perioden kan ikke slutte"),
        ({"kind": "ad_hoc"}, "må ha saksnummer"),
        ({"case_number": "2026/0099"}, "ingen sak med dette nummeret"),
        ({"from_on": "31.2.2026"}, "31.2.2026"),
    ],
)
def test_a_wrong_appointment_says_what_to_do(ask: Ask, cast: Cast, changes: dict[str, str], text: str) -> None:
    fields = {
        "person": cast.dag.email,
        "seat": "ks",
        "kind": "deputy",
        "order": "1",
        "from_on": "1.1.2026",
        "to_on": "",
        "appointed_by": "Departementet",
    }
    answer = ask("POST", "/board/appoint", as_=cast.siri, data=fields | changes)
    assert answer.status_code == 422
    assert text in answer.get_data(as_text=True)


def test_the_secretariat_calls_another_than_proposed(
    ask: Ask, cast: Cast, take: Callable[[str], str], database: Database
) -> None:
    at = take("prepared")
    page = ask("GET", f"{at}/panel/seat", as_=cast.siri).get_data(as_text=True)
    assert "fast medlem i setet" in page
    chosen = {"leader": cast.cato, "free": cast.finn, "ks": cast.kaare}
    fields = {seat: appointment_of(database, user) for seat, user in chosen.items()} | {"free_reason": "Frida er bortreist."}
    assert ask("POST", f"{at}/panel/seat", as_=cast.siri, data=fields).location == at
    with database.reading() as session:
        case = session.scalars(sa.select(Case)).one()
        assert holder(case, SeatKind.FREE).user_id == cast.finn.id


def test_a_page_grown_old_does_not_seat(ask: Ask, cast: Cast, take: Callable[[str], str], database: Database) -> None:
    at = take("seated")
    fields = {
        seat: appointment_of(database, user) for seat, user in {"leader": cast.cato, "free": cast.finn, "ks": cast.kaare}.items()
    }
    assert ask("POST", f"{at}/panel/seat", as_=cast.siri, data=fields | {"_seen": "1"}).status_code == 409
    assert ask("POST", f"{at}/panel/seat", as_=cast.siri, data={"leader": "77"}).status_code == 422


def test_a_reason_for_a_seat_that_was_filled_meanwhile_is_shown_again(ask: Ask, cast: Cast, take: Callable[[str], str]) -> None:
    """Another officer has called the panel while the reason was written."""
    at = take("declared")
    answer = ask("POST", f"{at}/panel/seat", as_=cast.siri, data={"leader_reason": "Hun kjenner <saken>."})
    assert answer.status_code == 409
    assert "Hun kjenner &lt;saken&gt;." in answer.get_data(as_text=True)


def test_the_called_see_only_parties_and_subject(ask: Ask, cast: Cast, take: Callable[[str], str]) -> None:
    at = take("seated")
    page = ask("GET", f"{at}/panel/declare", as_=cast.kaare).get_data(as_text=True)
    assert "Vik kommune" in page
    assert "Betaling for opphold i barnevernsinstitusjon" in page
    assert "Oppholdet var et barnevernstiltak" not in page
    assert "208" not in page
    for person in (cast.klara, cast.asta, cast.siri):
        assert ask("GET", f"{at}/panel/declare", as_=person).status_code in {403, 404}
    assert ask("GET", f"{at}/bundle", as_=cast.kaare).status_code == 404


def test_a_conflict_on_the_page_calls_the_deputy_and_closes_the_case(ask: Ask, cast: Cast, take: Callable[[str], str]) -> None:
    at = take("seated")
    answer = ask("POST", f"{at}/panel/declare", as_=cast.kaare, data={"statement": "conflict", "ground": "special", "words": ""})
    assert (answer.status_code, "Skriv hva de særegne forholdene" in answer.get_data(as_text=True)) == (422, True)
    answer = ask("POST", f"{at}/panel/declare", as_=cast.kaare, data={"statement": "conflict"})
    assert "Velg den grunnen" in answer.get_data(as_text=True)
    assert (
        ask("POST", f"{at}/panel/declare", as_=cast.kaare, data={"statement": "conflict", "ground": "employed"}).location == "/"
    )
    assert ask("GET", at, as_=cast.kaare).status_code == 404
    assert ask("GET", f"{at}/panel/declare", as_=cast.klara).status_code == 200


def test_parties_learn_who_sits_when_all_have_declared(ask: Ask, cast: Cast, take: Callable[[str], str]) -> None:
    at = take("seated")
    assert cast.frida.name not in ask("GET", at, as_=cast.asta).get_data(as_text=True)
    for member in (cast.cato, cast.frida, cast.kaare):
        assert ask("POST", f"{at}/panel/declare", as_=member, data={"statement": "none"}).location == at
    for party in (cast.asta, cast.bo):
        page = ask("GET", at, as_=party).get_data(as_text=True)
        assert cast.frida.name in page
        assert "Habil<" not in page


def test_the_secretariat_sees_why_and_refers(ask: Ask, cast: Cast, take: Callable[[str], str], database: Database) -> None:
    at = take("seated")
    page = ask("GET", f"{at}/panel/refer", as_=cast.siri).get_data(as_text=True)
    assert "har ikke erklært om det foreligger inhabilitet" in page
    assert ask("POST", f"{at}/panel/refer", as_=cast.siri).status_code == 422
    for member in (cast.cato, cast.frida, cast.kaare):
        ask("POST", f"{at}/panel/declare", as_=member, data={"statement": "none"})
    assert ask("GET", f"{at}/panel/refer", as_=cast.siri).status_code == 200
    assert ask("POST", f"{at}/panel/refer", as_=cast.siri).location == at
    with database.reading() as session:
        assert session.scalars(sa.select(Case)).one().state is State.PANEL


def test_a_member_reads_and_confirms(ask: Ask, cast: Cast, take: Callable[[str], str]) -> None:
    at = take("referred")
    page = ask("GET", f"{at}/bundle", as_=cast.frida).get_data(as_text=True)
    assert "Jeg har lest dokumentutdraget" in page
    assert ask("POST", f"{at}/bundle", as_=cast.frida).location == f"{at}/bundle"
    assert "Du bekreftet" in ask("GET", f"{at}/bundle", as_=cast.frida).get_data(as_text=True)
    for person in (cast.asta, cast.siri):
        assert "Jeg har lest dokumentutdraget" not in ask("GET", f"{at}/bundle", as_=person).get_data(as_text=True)
        assert ask("POST", f"{at}/bundle", as_=person).status_code == 403
    assert ask("GET", f"{at}/bundle", as_=cast.finn).status_code == 404


def test_nobody_left_leads_to_the_ministry(ask: Ask, cast: Cast, take: Callable[[str], str]) -> None:
    at = take("seated")
    for member in (cast.kaare, cast.klara):
        ask("POST", f"{at}/panel/declare", as_=member, data={"statement": "conflict", "ground": "employed"})
    page = ask("GET", f"{at}/panel/seat", as_=cast.siri).get_data(as_text=True)
    assert "Departementet må oppnevne noen for denne saken" in page
    assert "/board/appoint?case=2026/0001" in page


@pytest.mark.parametrize("language", ["nn", "en"])
def test_the_pages_speak_the_readers_language(
    ask: Ask, cast: Cast, take: Callable[[str], str], database: Database, *, language: str
) -> None:
    at = take("declared")
    with database.writing() as session:
        session.get_one(type(cast.siri), cast.siri.id).language = language
        session.commit()
    for page in ("/board", "/board/appoint", f"{at}/panel/refer", f"{at}/panel/seat"):
        assert ask("GET", page, as_=cast.siri).status_code == 200
