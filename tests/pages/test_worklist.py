"""The worklist: what is found, in which order, a page at a time, at a constant cost."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.intake import accepted, dismissal_proposed, filed
from tvist.cases import worklist as list_of_cases
from tvist.cases.models import Case
from tvist.cases.worklist import Sorting, WhoseTurn, read_wanted
from tvist.search.index import index
from tvist.search.models import Readers, SearchedThing
from tvist.words import LANGUAGES

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.people import Cast
    from tvist.db import Database
    from tvist.installation import Installation

Ask = Callable[..., "TestResponse"]
Make = Callable[..., list[str]]


@pytest.fixture
def some(database: Database, cast: Cast) -> Make:
    """`some(scene, …)`: make cases by scenes, in one transaction, and return their numbers as in addresses."""

    def making(*scenes: Callable[..., Case], change: Callable[[Case], object] = lambda _case: None) -> list[str]:
        with database.writing() as session:
            people = type(cast)(**{part.name: session.merge(getattr(cast, part.name)) for part in fields(cast)})
            cases = [scene(session, people, at=NOON + timedelta(minutes=place)) for place, scene in enumerate(scenes)]
            for case in cases:
                change(case)
            session.commit()
            return [case.slug for case in cases]

    return making


def numbers(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200
    return re.findall(r'href="/cases/(\d{4}-\d{4,})"', answer.text)


def test_each_sees_the_cases_they_may_open(ask: Ask, cast: Cast, some: Make) -> None:
    new, served = some(filed, accepted)

    assert numbers(ask("GET", "/cases", as_=cast.siri)) == [served, new]
    assert numbers(ask("GET", "/cases", as_=cast.asta)) == [served, new]
    assert numbers(ask("GET", "/cases", as_=cast.bo)) == [served]
    assert numbers(ask("GET", "/cases", as_=cast.dag)) == []
    assert ask("GET", "/cases", as_=cast.eva).status_code == 403


def test_an_empty_list_says_what_to_expect_in_every_language(ask: Ask, cast: Cast, database: Database) -> None:
    for language, words in zip(
        LANGUAGES, ("Du har ingen saker ennå", "Du har ingen saker enno", "You have no cases yet"), strict=True
    ):
        with database.writing() as session:
            session.execute(sa.update(type(cast.dag)).values(language=language))
            session.commit()
        assert words in ask("GET", "/cases", as_=cast.dag).text


@pytest.mark.parametrize("typed", ["2026/0001", "2026-1", "1/26", " sak 2026/1 "])
def test_a_number_in_any_form_leads_to_its_case(ask: Ask, cast: Cast, some: Make, typed: str) -> None:
    some(filed)

    answer = ask("GET", "/cases", as_=cast.siri, query_string={"q": typed})

    assert answer.status_code == 303
    assert answer.location == "/cases/2026-0001"


def test_a_number_of_somebody_elses_case_tells_nothing(ask: Ask, cast: Cast, some: Make) -> None:
    some(filed)

    answer = ask("GET", "/cases", as_=cast.dag, query_string={"q": "2026/0001"})

    assert "Ingen saker passer" in answer.text


def test_a_party_is_found_by_its_name_and_words_by_those_who_may_read_them(
    ask: Ask, cast: Cast, some: Make, installation: Installation
) -> None:
    slug, other = some(accepted, filed)
    with installation.database.writing() as session:
        case_id = session.scalars(sa.select(Case.id).where(Case.serial == 1)).one()
        thing = {"thing_kind": SearchedThing.SUBMISSION, "thing_id": 1, "case_id": case_id}
        index(
            session, installation.keys, **thing, readers=[Readers.REQUESTING, Readers.SECRETARIAT], text="Utgifter til tannlege"
        )
        session.commit()

    assert numbers(ask("GET", "/cases?q=vik+komm", as_=cast.siri)) == [other, slug]
    assert numbers(ask("GET", "/cases?q=tannlegen", as_=cast.siri)) == [slug]
    assert numbers(ask("GET", "/cases?q=tannlege", as_=cast.asta)) == [slug]
    assert numbers(ask("GET", "/cases?q=tannlege", as_=cast.bo)) == []
    assert numbers(ask("GET", "/cases?q=%25%25", as_=cast.siri)) == []


def test_filters_narrow_and_nonsense_is_left_out(ask: Ask, cast: Cast, some: Make) -> None:
    new, served, doubted = some(filed, accepted, dismissal_proposed)

    assert numbers(ask("GET", "/cases?state=exchange", as_=cast.siri)) == [served]
    assert numbers(ask("GET", "/cases?turn=parties", as_=cast.siri)) == [doubted, served]
    assert numbers(ask("GET", "/cases?turn=me", as_=cast.bo)) == [doubted, served]
    assert numbers(ask("GET", "/cases?turn=panel", as_=cast.siri)) == [doubted]
    assert numbers(ask("GET", "/cases?overdue=1", as_=cast.siri)) == [doubted, served, new]
    assert numbers(ask("GET", "/cases?region=vest&measure=institution&year=2026", as_=cast.siri)) == [doubted, served, new]
    assert numbers(ask("GET", "/cases?region=nord", as_=cast.siri)) == []
    assert numbers(ask("GET", "/cases?state=x&region=x&measure=x&year=x&turn=x&sort=x&after=x", as_=cast.siri)) == [
        doubted,
        served,
        new,
    ]


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three cases a page."""
    monkeypatch.setattr(list_of_cases, "PAGE", 3)


def _spread(case: Case) -> None:
    case.parties_sort_key = f"{(case.serial * 7) % 5}"
    case.received_on -= timedelta(days=case.serial % 3)
    for task in case.tasks:
        task.due_on = None if case.serial % 4 == 0 else task.due_on and task.due_on + timedelta(days=case.serial % 2)


@pytest.mark.parametrize("sort", list(Sorting))
@pytest.mark.usefixtures("short_pages")
def test_every_case_stands_on_exactly_one_page_both_ways(ask: Ask, cast: Cast, some: Make, sort: Sorting) -> None:
    made = some(*[filed] * 7, change=_spread)

    pages, text = [], ask("GET", f"/cases?sort={sort}", as_=cast.siri)
    pages.append(numbers(text))
    while found := re.search(r'rel="next" href="([^"]+)"', text.text):
        text = ask("GET", found[1].replace("&amp;", "&"), as_=cast.siri)
        pages.append(numbers(text))
    back = ask("GET", re.search(r'rel="prev" href="([^"]+)"', text.text)[1].replace("&amp;", "&"), as_=cast.siri)

    assert [len(page) for page in pages] == [3, 3, 1]
    assert sorted(slug for page in pages for slug in page) == sorted(made)
    assert numbers(back) == pages[1]


def test_a_place_in_the_list_tells_nothing_of_cases_one_may_not_open(ask: Ask, cast: Cast, some: Make) -> None:
    hidden, served = some(filed, accepted)

    assert numbers(ask("GET", f"/cases?sort=parties&after={hidden}", as_=cast.bo)) == [served]


def test_a_list_of_forty_costs_no_more_than_one_of_two(ask: Ask, cast: Cast, database: Database, some: Make) -> None:
    some(filed, accepted)
    few = cost(database, lambda: ask("GET", "/cases", as_=cast.siri))
    some(*[filed] * 20)

    assert cost(database, lambda: ask("GET", "/cases", as_=cast.siri)) == few < 15


def cost(database: Database, asking: Callable[[], TestResponse]) -> int:
    asked: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", count)
    assert asking().status_code == 200
    sa.event.remove(database.engine, "before_cursor_execute", count)
    return len(asked)


def test_what_is_wanted_is_read_and_written_back() -> None:
    said = {
        "q": "Vik  kommune",
        "state": "panel",
        "region": "vest",
        "measure": "institution",
        "year": "2026",
        "turn": "me",
        "overdue": "1",
        "sort": "due",
    }

    wanted = read_wanted({**said, "after": "2026-0001"})

    assert wanted.turn is WhoseTurn.ME
    assert wanted.is_narrowed
    assert wanted.as_address(after="2026-0002") == {**said, "q": "Vik kommune", "after": "2026-0002"}
    assert read_wanted({"year": "٢٠٢٦", "q": "x" * 500}).text == "x" * 200
