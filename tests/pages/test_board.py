"""The pages of the board, asked for as people do: terms, wrong entries, employers, and the choice of a panel."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.people import NOON, Cast, the_cast
from tests.scenes import panel as scenes
from tests.scenes.decision import present
from tests.scenes.submissions import DAY, prepared
from tvist.accounts.engagements import Engagement, EngagementConfirmation
from tvist.cases.models import Case
from tvist.clock import today
from tvist.panel.models import Appointment, Seat, SeatKind
from tvist.panel.rules import holder

if TYPE_CHECKING:
    from collections.abc import Callable

    from tvist.accounts.models import User
    from tvist.db import Database

    Ask = Callable[..., object]

REASON = "Frida Oppdiktet er bortreist i hele perioden."


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


def appointment_of(database: Database, user: User) -> int:
    with database.reading() as session:
        return session.scalar(sa.select(Appointment.id).where(Appointment.user_id == user.id))


def text_of(answer: object) -> str:
    return answer.get_data(as_text=True)


def short(days: int) -> str:
    """A day from today, as people type it."""
    on = today() + timedelta(days=days)
    return f"{on.day}.{on.month}.{on.year}"


@pytest.fixture
def nobody(database: Database) -> User:
    """An officer of a body to which nobody was ever appointed."""
    cast = the_cast()
    with database.writing() as session:
        session.add(cast.siri)
        session.commit()
        session.refresh(cast.siri)
        session.expunge(cast.siri)
    return cast.siri


def test_an_empty_board_says_what_to_do(ask: Ask, nobody: User) -> None:
    page = text_of(ask("GET", "/board", as_=nobody))
    assert "Ingen er ført inn ennå." in page
    assert "/board/appoint" in page
    assert "Ingen er oppnevnt ennå." in text_of(ask("GET", "/board/employers/all", as_=nobody))


def test_a_term_is_ended_on_the_page(ask: Ask, cast: Cast, database: Database) -> None:
    at = f"/board/appointments/{appointment_of(database, cast.frida)}/end"
    assert ask("GET", at, as_=cast.siri).status_code == 200
    fields = {"ended_on": short(20), "reason": "Løst fra vervet etter eget ønske.", "finishes": "y"}
    assert ask("POST", at, as_=cast.siri, data=fields).location == "/board"
    page = text_of(ask("GET", "/board", as_=cast.cato))
    assert "Løst fra vervet etter eget ønske." in page
    assert "/end" not in page


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"ended_on": ""}, "Skriv den siste dagen."),
        ({"ended_on": "31.2.2027"}, "31.2.2027"),
        ({"ended_on": "1.1.2020"}, "Dagen ligger før oppnevningen begynte"),
        ({"ended_on": "1.1.2040"}, "uansett. Skriv en tidligere dag"),
        ({"reason": "  "}, "Skriv hvorfor."),
    ],
)
def test_a_wrong_end_says_what_to_do_and_keeps_what_was_typed(
    ask: Ask, cast: Cast, database: Database, changes: dict[str, str], text: str
) -> None:
    at = f"/board/appointments/{appointment_of(database, cast.frida)}/end"
    answer = ask("POST", at, as_=cast.siri, data={"ended_on": short(20), "reason": "Ønsket det selv."} | changes)
    assert answer.status_code == 422
    assert text in text_of(answer)
    assert (changes.get("reason") or "Ønsket det selv.").strip() in text_of(answer)


def test_the_last_day_of_a_term_cannot_undo_what_was_done(
    ask: Ask, cast: Cast, database: Database, take: Callable[[str], str]
) -> None:
    take("referred")
    at = f"/board/appointments/{appointment_of(database, cast.frida)}/end"
    answer = ask("POST", at, as_=cast.siri, data={"ended_on": "1.3.2026", "reason": "Ønsket det selv."})
    assert answer.status_code == 422
    assert "Nemnda har handlet i sak 2026/0001" in text_of(answer)


def test_one_whose_term_is_over_is_released(ask: Ask, cast: Cast, database: Database) -> None:
    number = appointment_of(database, cast.frida)
    with database.writing() as session:
        session.get_one(Appointment, number).ended_on = NOON.date()
        session.commit()
    assert f"/board/appointments/{number}/release" in text_of(ask("GET", "/board", as_=cast.siri))
    at = f"/board/appointments/{number}/release"
    assert ask("POST", at, as_=cast.siri, data={"released_on": "", "reason": ""}).status_code == 422
    assert ask("POST", at, as_=cast.siri, data={"released_on": "2.4.2026", "reason": "Syk."}).location == "/board"
    assert "Til og med 2. april 2026" in text_of(ask("GET", "/board", as_=cast.siri))


def test_a_wrong_entry_is_struck_but_not_one_that_was_used(
    ask: Ask, cast: Cast, database: Database, take: Callable[[str], str]
) -> None:
    take("seated")
    used, unused = (f"/board/appointments/{appointment_of(database, user)}/strike" for user in (cast.frida, cast.finn))
    assert "er brukt i sak 2026/0001" in text_of(ask("GET", used, as_=cast.siri))
    assert ask("POST", used, as_=cast.siri).status_code == 422
    assert ask("POST", unused, as_=cast.siri).location == "/board"
    assert ask("POST", unused, as_=cast.siri).status_code == 422


@pytest.mark.parametrize("page", ["end", "release", "strike"])
def test_only_the_secretariat_changes_the_board(ask: Ask, cast: Cast, database: Database, page: str) -> None:
    at = f"/board/appointments/{appointment_of(database, cast.frida)}/{page}"
    for person in (cast.cato, cast.frida, cast.asta, cast.eva, cast.adam):
        assert ask("POST", at, as_=person, data={"reason": "x", "ended_on": short(3)}).status_code in {403, 404}
    assert ask("GET", f"/board/appointments/9999/{page}", as_=cast.siri).status_code == 404


def test_the_second_click_appoints_nobody_twice(ask: Ask, cast: Cast, database: Database) -> None:
    fields = {"person": cast.dag.email, "seat": "ks", "kind": "deputy", "order": "2", "from_on": "1.1.2026", "to_on": ""}
    fields |= {"appointed_by": "Departementet", "_key": "one-and-the-same"}
    for _ in range(2):
        assert ask("POST", "/board/appoint", as_=cast.siri, data=fields).location == "/board"
    with database.reading() as session:
        assert len(session.scalars(sa.select(Appointment).where(Appointment.user_id == cast.dag.id)).all()) == 1


def test_open_cases_are_warned_of_to_those_who_may_open_them(
    ask: Ask, cast: Cast, database: Database, take: Callable[[str], str]
) -> None:
    at = take("declared")
    with database.writing() as session:
        session.get_one(Appointment, appointment_of(database, cast.frida)).ended_on = today() + timedelta(days=30)
        session.commit()
    assert f'href="{at}"' in text_of(ask("GET", "/board", as_=cast.siri))
    assert f'href="{at}"' in text_of(ask("GET", "/board", as_=cast.kaare))
    assert "2026/0001" not in text_of(ask("GET", "/board", as_=cast.klara))


def test_another_than_the_proposed_one_needs_a_reason(
    ask: Ask, cast: Cast, take: Callable[[str], str], database: Database
) -> None:
    at = take("prepared")
    page = text_of(ask("GET", f"{at}/panel/seat", as_=cast.siri))
    assert "fast medlem i setet · åpne saker: 0" in page
    assert "Trengs bare når du velger en annen" in page
    fields = {
        seat: str(appointment_of(database, user))
        for seat, user in (("leader", cast.cato), ("free", cast.finn), ("ks", cast.kaare))
    }
    answer = ask("POST", f"{at}/panel/seat", as_=cast.siri, data=fields | {"ks_reason": "Uten betydning."})
    assert answer.status_code == 422
    assert "Du har valgt en annen enn den som er foreslått til setet «Fritt oppnevnt medlem»" in text_of(answer)
    assert "Uten betydning." in text_of(answer)
    assert ask("POST", f"{at}/panel/seat", as_=cast.siri, data=fields | {"free_reason": REASON}).location == at
    with database.reading() as session:
        case = session.scalars(sa.select(Case)).one()
        assert [holder(case, kind).chosen_because for kind in SeatKind] == ["", REASON, ""]
        assert len(session.scalars(sa.select(Seat)).all()) == 3


def test_why_another_was_chosen_is_for_the_body_and_not_for_the_parties(
    ask: Ask, cast: Cast, take: Callable[[str], str], database: Database
) -> None:
    at = take("prepared")
    wanted = (("leader", cast.cato), ("free", cast.finn), ("ks", cast.kaare))
    data = {seat: str(appointment_of(database, user)) for seat, user in wanted} | {"free_reason": REASON}
    assert ask("POST", f"{at}/panel/seat", as_=cast.siri, data=data).location == at
    for member in (cast.cato, cast.finn, cast.kaare):
        ask("POST", f"{at}/panel/declare", as_=member, data={"statement": "none"})
    for user in (cast.siri, cast.kaare):
        assert REASON in text_of(ask("GET", f"{at}/panel", as_=user))
    assert cast.finn.name in (page := text_of(ask("GET", f"{at}/panel", as_=cast.asta)))
    assert REASON not in page


def test_a_member_tells_for_whom_they_work(ask: Ask, cast: Cast, database: Database) -> None:
    page = text_of(ask("GET", "/board/employers", as_=cast.frida))
    assert "Du har ikke bekreftet listen ennå." in page
    new = {
        "organisation": str(cast.vik.id),
        "employer": "",
        "role": "kommuneadvokat",
        "from_on": "1.1.2020",
        "to_on": "31.12.2025",
    }
    assert ask("POST", "/board/employers/new", as_=cast.frida, data=new).location == "/board/employers"
    firm = {"organisation": "0", "employer": "Advokatfirmaet Fabel", "role": "partner", "from_on": "1.1.2026", "to_on": ""}
    assert ask("POST", "/board/employers/new", as_=cast.frida, data=firm).location == "/board/employers"
    assert ask("POST", "/board/employers", as_=cast.frida).location == "/board/employers"
    page = text_of(ask("GET", "/board/employers", as_=cast.frida))
    assert page.index("Advokatfirmaet Fabel") < page.index("Vik kommune")
    assert "Du har ikke bekreftet listen ennå." not in page
    for reader in (cast.siri, cast.kaare):
        assert "Advokatfirmaet Fabel" in text_of(ask("GET", "/board/employers/all", as_=reader))
    assert "Siri Oppdiktet" not in text_of(ask("GET", "/board/employers/all", as_=cast.kaare)).split("<main", 1)[1]
    with database.reading() as session:
        assert len(session.scalars(sa.select(EngagementConfirmation)).all()) == 1


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"employer": ""}, "eller skriv hvem du arbeider eller har arbeidet for"),
        ({"role": ""}, "Skriv hva du gjør eller gjorde der."),
        ({"from_on": ""}, "Skriv dagen det begynte."),
        ({"from_on": "i fjor"}, "i fjor"),
        ({"to_on": "1.1.2019"}, "Den siste dagen kan ikke ligge før det begynte"),
        ({"organisation": "77777"}, "Velg"),
    ],
)
def test_a_wrong_employer_says_what_to_do(ask: Ask, cast: Cast, changes: dict[str, str], text: str) -> None:
    fields = {"organisation": "0", "employer": "Firma", "role": "partner", "from_on": "1.1.2020", "to_on": ""}
    answer = ask("POST", "/board/employers/new", as_=cast.frida, data=fields | changes)
    assert answer.status_code == 422
    assert text in text_of(answer)


def test_an_entry_is_ended_and_struck_by_whose_it_is_alone(ask: Ask, cast: Cast, database: Database) -> None:
    firm = {"organisation": "0", "employer": "Firma", "role": "partner", "from_on": "1.1.2020", "to_on": ""}
    ask("POST", "/board/employers/new", as_=cast.frida, data=firm)
    with database.reading() as session:
        at = f"/board/employers/{session.scalars(sa.select(Engagement.public_id)).one()}"
    for stranger in (cast.kaare, cast.siri, cast.asta):
        assert ask("GET", f"{at}/end", as_=stranger).status_code == 404
        assert ask("POST", f"{at}/strike", as_=stranger).status_code == 404
    assert ask("POST", f"{at}/end", as_=cast.frida, data={"to_on": "1.1.2019"}).status_code == 422
    assert ask("POST", f"{at}/end", as_=cast.frida, data={"to_on": "1.6.2026"}).location == "/board/employers"
    assert "Firma" in text_of(ask("GET", f"{at}/strike", as_=cast.frida))
    assert ask("POST", f"{at}/strike", as_=cast.frida).location == "/board/employers"
    assert "Firma" not in text_of(ask("GET", "/board/employers", as_=cast.frida))


def test_the_desk_leads_to_the_list(ask: Ask, cast: Cast) -> None:
    assert "/board/employers" in text_of(ask("GET", "/desk", as_=cast.frida))
    ask("POST", "/board/employers", as_=cast.frida)
    assert "/board/employers" not in text_of(ask("GET", "/desk", as_=cast.frida))
    assert "/board/employers" not in text_of(ask("GET", "/desk", as_=cast.asta))


@pytest.mark.parametrize("language", ["nn", "en"])
def test_the_pages_of_the_board_speak_the_readers_language(ask: Ask, cast: Cast, database: Database, *, language: str) -> None:
    number = appointment_of(database, cast.frida)
    with database.writing() as session:
        session.get_one(type(cast.siri), cast.siri.id).language = language
        session.commit()
    pages = [f"/board/appointments/{number}/{page}" for page in ("end", "release", "strike")]
    for page in (*pages, "/board/employers", "/board/employers/new", "/board/employers/all"):
        assert ask("GET", page, as_=cast.siri).status_code == 200
