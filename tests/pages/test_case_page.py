"""The case page: what it says, to whom, and at what cost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.decision import agreed, issued
from tests.scenes.intake import a_line, accepted, dismissal_proposed, filed
from tests.scenes.panel import seated
from tests.scenes.submissions import answered
from tvist.access.policy import Act, Role
from tvist.accounts.models import User
from tvist.cases.acts import ACTS_OF_TASK, FROM_ROOMS, PAGES
from tvist.cases.journal import readers_of
from tvist.cases.lifecycle import STEPS
from tvist.cases.queries import case_at
from tvist.cases.waiting import TaskKind
from tvist.words import LANGUAGES, catalogue, label, render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from tests.people import Cast
    from tvist.cases.models import Case
    from tvist.db import Database
    from tvist.installation import Installation

Ask = Callable[..., "TestResponse"]
SUM_LINE = a_line(measure="relief_care", unit="sum", rate="84 500", paid="0", **{"from": "2023-01-01", "to": "2023-12-31"})


@contextmanager
def writing(database: Database, cast: Cast) -> Iterator[tuple[Session, Cast]]:
    """A session in which the cast is known; committed at the end."""
    with database.writing() as session:
        yield session, type(cast)(**{part.name: session.merge(getattr(cast, part.name)) for part in fields(cast)})
        session.commit()


@pytest.fixture
def a_case(database: Database, cast: Cast) -> Callable[..., str]:
    """`a_case(scene, …)`: make a case by a scene and return its address."""

    def making(scene: Callable[..., Case], *more: Any, **changes: Any) -> str:
        with writing(database, cast) as (session, people):
            return f"/cases/{scene(session, people, *more, **changes).slug}"

    return making


def test_the_page_says_where_it_stands_whose_turn_and_for_how_much(ask: Ask, cast: Cast, a_case: Callable[..., str]) -> None:
    address = a_case(accepted, lines=[a_line(), SUM_LINE])

    text = ask("GET", address, as_=cast.bo).text

    assert "Sak 2026/0001" in text
    assert "Partene uttaler seg" in text
    assert "Venter på deg:</strong> Gi tilsvar" in " ".join(text.split())
    assert "30. mars 2026" in text
    assert "4 uker fra da" in text
    assert "293 129,03 kr".replace(" ", "\N{NO-BREAK SPACE}") in text
    assert "Barn A, født 2011" in text


def test_the_parties_read_organisations_and_the_secretariat_names(ask: Ask, cast: Cast, a_case: Callable[..., str]) -> None:
    address = a_case(accepted)

    assert "Sekretariatet (Siri Oppdiktet)" in ask("GET", address, as_=cast.siri).text
    assert "Siri Oppdiktet" not in ask("GET", address, as_=cast.asta).text


def test_a_missed_deadline_stays_visible(ask: Ask, cast: Cast, a_case: Callable[..., str]) -> None:
    address = a_case(accepted)

    text = ask("GET", address, as_=cast.asta).text

    assert "Fristen er ute" in text


def test_the_answer_and_what_is_left_in_dispute_are_shown(ask: Ask, cast: Cast, a_case: Callable[..., str]) -> None:
    address = a_case(answered)

    text = ask("GET", address, as_=cast.asta).text

    assert "Motpartens svar" in text
    assert "Fortsatt omstridt" in text


def test_one_who_has_not_declared_sees_parties_and_subject_only(ask: Ask, cast: Cast, a_case: Callable[..., str]) -> None:
    address = a_case(dismissal_proposed)

    text = ask("GET", address, as_=cast.cato).text

    assert "Vik kommune" in text
    assert "Betaling for opphold i barnevernsinstitusjon" in text
    assert "Du ser bare partene" in text
    for hidden in ("208", "2024/17", "Hva som har skjedd", "Sakens gang", "Barn A", "Begjæringen ble sendt inn"):
        assert hidden not in text.replace("\N{NO-BREAK SPACE}", " "), hidden


def test_one_called_to_a_seat_sees_whose_case_it_is_and_where_to_declare(
    ask: Ask, cast: Cast, a_case: Callable[..., str]
) -> None:
    address = a_case(seated, lines=[a_line(), SUM_LINE])

    text, listed = (ask("GET", page, as_=cast.frida).text for page in (address, "/cases"))

    assert "Ta stilling til egen habilitet i nemnda" in text
    assert "Venter på deg" in text
    for hidden in ("84 500", "208 629", "Hva som har skjedd", "Sakens gang", "2024/17", "Cato", "Barn A"):
        assert hidden not in text.replace("\N{NO-BREAK SPACE}", " "), hidden
    assert "293 129" not in listed.replace("\N{NO-BREAK SPACE}", " ")


def test_what_the_panel_does_among_themselves_is_for_the_panel(ask: Ask, cast: Cast, a_case: Callable[..., str]) -> None:
    address = a_case(agreed)

    assert "Bekreftet å ha lest" in ask("GET", address, as_=cast.frida).text
    for stranger in (cast.siri, cast.asta):
        text = " ".join(ask("GET", address, as_=stranger).text.split())
        assert "Bekreftet å ha lest" not in text
        assert "Spørsmålene ble fastsatt" not in text
        assert "Nemnda:</strong> Behandler saken" in text
        assert ">Stem<" not in text


def test_the_outcome_stands_beside_each_line_when_the_opinion_is_issued(
    ask: Ask, cast: Cast, installation: Installation, a_case: Callable[..., str]
) -> None:
    address = a_case(issued, installation)

    text = ask("GET", address, as_=cast.bo).text

    assert "Nemndas syn" in text
    assert "Saken er avsluttet" in text


def test_the_page_leads_to_what_can_be_done_and_says_what_stands_in_the_way(
    ask: Ask, cast: Cast, a_case: Callable[..., str]
) -> None:
    undeclared, answering = a_case(filed), a_case(answered)

    text = ask("GET", undeclared, as_=cast.siri).text
    waiting = ask("GET", answering, as_=cast.siri).text

    assert "Ta stilling til egen habilitet" in text
    assert "Ta saken til behandling" not in text
    assert "tv-obstacle" in waiting
    assert "Avslutt saksforberedelsen" in waiting


def test_strangers_get_404_and_every_language_is_complete(
    ask: Ask, cast: Cast, database: Database, a_case: Callable[..., str]
) -> None:
    address = a_case(accepted)

    assert ask("GET", address, as_=cast.dag).status_code == 404
    assert ask("GET", address, as_=cast.adam).status_code == 404
    for language in LANGUAGES:
        with database.writing() as session:
            session.execute(sa.update(User).values(language=language))
            session.commit()
        assert ask("GET", address, as_=cast.asta).status_code == 200


def test_a_case_with_twenty_lines_costs_no_more_than_one_with_two(
    ask: Ask, cast: Cast, database: Database, a_case: Callable[..., str]
) -> None:
    small = a_case(answered, lines=[a_line(), SUM_LINE])
    months = [(2023 + month // 12, month % 12 + 1) for month in range(20)]
    lines = [
        a_line(unit="sum", rate="1 000", paid="0", **{"from": f"{year}-{month:02}-01", "to": f"{year}-{month:02}-28"})
        for year, month in months
    ]
    large = a_case(answered, lines=lines)
    with writing(database, cast) as (session, people):
        for _ in range(20):
            case_at(session, large.removeprefix("/cases/")).record(Act.PASS_ON, by=people.siri, at=NOON)

    assert (
        cost(database, lambda: ask("GET", small, as_=cast.siri)) == cost(database, lambda: ask("GET", large, as_=cast.siri)) < 50
    )


def cost(database: Database, asking: Callable[[], TestResponse]) -> int:
    """How many statements a page takes."""
    asked: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", count)
    assert asking().status_code == 200
    sa.event.remove(database.engine, "before_cursor_execute", count)
    return len(asked)


# An offer without prejudice leaves no line (rule 22).
JOURNAL_LINES = {Act.MAKE_OFFER: [], Act.RULE_ON_LATE: ["journal.late_admitted", "journal.late_refused"]}


def test_every_act_has_a_page_a_name_and_readers_and_every_task_an_act() -> None:
    assert set(PAGES) == set(STEPS) - FROM_ROOMS
    assert set(ACTS_OF_TASK) == set(TaskKind)
    for act in (*STEPS, Act.SEND):
        assert Role.CALLED not in readers_of(act)
        for language in LANGUAGES:
            assert render(label(act), language)
            assert all(catalogue(language)[line] for line in JOURNAL_LINES.get(act, [f"journal.{act.value}"]))


def test_while_one_party_has_the_word_the_other_is_not_offered_to_comment(ask: Ask, cast: Cast, database: Database) -> None:
    with writing(database, cast) as (session, people):
        home = f"/cases/{answered(session, people).slug}"
    for user, is_offered in ((cast.asta, True), (cast.bo, False)):
        page = ask("GET", home, as_=user).get_data(as_text=True)
        for act in ("comment", "nothing-more"):
            assert (f'href="{home}/{act}"' in page) is is_offered
