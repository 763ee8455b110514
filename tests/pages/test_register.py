"""The register of published opinions, as anybody reads it: list, search, filters, pages, what was withdrawn, and what is never shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from tests import searcher
from tests.people import NOON
from tests.scenes.decision import present
from tests.scenes.publication import begun
from tests.scenes.published import first as released
from tests.scenes.published import more
from tests.scenes.submissions import DAY
from tvist.publication.actions import withdraw
from tvist.publication.models import FactOfPublication, Publication, PublicationFact
from tvist.published.queries import PAGE
from tvist.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from tests.people import Cast
    from tvist.installation import Installation

Ask = Callable[..., "TestResponse"] if TYPE_CHECKING else Any


@pytest.fixture
def first(session: Session, cast: Cast, installation: Installation) -> Publication:
    """A released opinion."""
    return released(session, cast, installation)


def numbers(answer: TestResponse) -> list[str]:
    """Those of the list, in order."""
    assert answer.status_code == 200
    return re.findall(r'<h2[^>]*><a class="ds-link" href="/opinions/(BTN-\d+-\d+)"', answer.text)


def renamed(record: dict[str, Any], text: str) -> None:
    record["sections"]["background"] = text


def test_an_empty_register_says_so(ask: Ask) -> None:
    assert "Ingen uttalelser er offentliggjort ennå" in ask("GET", "/opinions").text
    assert ask("GET", "/opinions/law").status_code == 200


def test_a_released_opinion_is_listed_and_read_by_anybody_in_three_languages(ask: Ask, first: Publication) -> None:
    assert numbers(ask("GET", "/opinions")) == [first.number]
    for language in LANGUAGES:
        page = ask("GET", f"/opinions/{first.number}?language={language}")
        assert page.status_code == 200
        assert f'<html lang="{language}"' in page.text
        assert f'<article class="tv-opinion" lang="{first.language}"' in page.text
        assert "A kommune" in page.text
        assert "Vik" not in page.text


def test_the_file_is_the_stored_one_under_its_number(ask: Ask, first: Publication) -> None:
    answer = ask("GET", f"/opinions/{first.number}.pdf")
    assert answer.mimetype == "application/pdf"
    assert f'filename="{first.number}.pdf"' in answer.headers["Content-Disposition"]
    assert len(answer.data) == first.size


def test_what_is_not_released_is_nowhere(ask: Ask, session: Session, cast: Cast, installation: Installation) -> None:
    begun(session, cast, installation)
    assert numbers(ask("GET", "/opinions")) == []
    for path in ("/opinions/BTN-2026-1", "/opinions/BTN-2026-1.pdf"):
        assert ask("GET", path).status_code == 404
    assert "<entry" not in ask("GET", "/opinions/feed.xml").text
    assert "BTN" not in ask("GET", "/sitemap.xml").text


@pytest.mark.parametrize(
    "number",
    ["BTN-2026-999", "BTN-2026-0", "BTN-2026-01", "BTN-2026-", "btn-2026-1", "BTN-2026-1 ", "2026-1", "BTN-99999-1", "x",
     "BTN-2026-99999999999999999999", "BTN-٢٠٢٦-1", "..", "BTN-2026-1.pdf.pdf"],
)  # fmt: skip
def test_guessing_a_number_finds_nothing(ask: Ask, first: Publication, number: str) -> None:
    assert first.number == "BTN-2026-1"
    assert ask("GET", f"/opinions/{number}").status_code == 404


def test_search_finds_inflections_and_parts_of_compounds_and_nothing_of_the_case(
    ask: Ask, session: Session, first: Publication, installation: Installation
) -> None:
    def text(record: dict[str, Any], _place: int) -> None:
        record["sections"]["legal"] = "Saksbehandlingstiden i fosterhjemmet var lang."

    (made,) = more(session, installation, first, change=text, indexed=True)
    for words in ("behandlingstid", "fosterheim", "saksbehandlingstid fosterhjem"):
        assert numbers(ask("GET", f"/opinions?q={words}")) == [made.number]
    # The petition and the full opinion name the municipality; the public text does not.
    assert numbers(ask("GET", "/opinions?q=Vik")) == []
    assert numbers(ask("GET", "/opinions?q=romskip")) == []
    assert numbers(ask("GET", "/opinions?q=og")) == []


def test_each_filter_narrows_and_all_can_be_asked_together_with_words(
    ask: Ask, session: Session, first: Publication, installation: Installation
) -> None:
    def other(record: dict[str, Any], _place: int) -> None:
        record["lines"][0]["measure"], record["outcome"], record["issued_on"] = "mst", "municipality", "2025-02-03"
        record["parties"] = [
            {**each, "name": "staten" if each["kind"] == "state" else each["name"]} for each in record["parties"]
        ]
        record["questions"][0]["result"]["is_unanimous"] = False
        renamed(record, "Ettervern")

    (made,) = more(session, installation, first, change=other, indexed=True)
    wanted = {"measure": "mst", "outcome": "municipality", "year": "2025", "region": "state", "unanimous": "no"}
    for kind, value in wanted.items():
        assert numbers(ask("GET", f"/opinions?{kind}={value}")) == [made.number], kind
    together = "&".join(f"{kind}={value}" for kind, value in wanted.items())
    basis = session.scalars(sa.select(PublicationFact.value).where(PublicationFact.kind == FactOfPublication.BASIS)).first()
    assert numbers(ask("GET", f"/opinions?basis={basis}")) == [made.number, first.number]
    assert numbers(ask("GET", f"/opinions?{together}&q=ettervern&basis={basis}")) == [made.number]
    assert numbers(ask("GET", f"/opinions?{together}&q=fosterhjem")) == []


@pytest.mark.parametrize(
    "said", ["measure=%00", "year=abc", "unanimous=maybe", "before=x", "after=BTN-1", "standing=best", "law=|"]
)
def test_what_an_address_asks_that_cannot_be_is_left_out(ask: Ask, first: Publication, said: str) -> None:
    assert numbers(ask("GET", f"/opinions?{said}")) == [first.number]


def test_two_hundred_are_read_page_by_page_each_once(
    ask: Ask, session: Session, first: Publication, installation: Installation
) -> None:
    made = more(session, installation, first, 200)
    there, back, path = [], [], "/opinions"
    while path:
        page = ask("GET", path)
        there.append(numbers(page))
        path = next(iter(re.findall(r'rel="next" href="([^"]+)"', page.text)), "").replace("&amp;", "&")
    path = next(iter(re.findall(r'rel="prev" href="([^"]+)"', page.text)))
    while path:
        page = ask("GET", path.replace("&amp;", "&"))
        back.append(numbers(page))
        path = next(iter(re.findall(r'rel="prev" href="([^"]+)"', page.text)), "")
    assert [number for rows in there for number in rows] == [each.number for each in (*reversed(made), first)]
    assert {len(rows) for rows in there[:-1]} == {PAGE}
    assert back == there[-2::-1]


def test_a_withdrawn_opinion_leaves_its_number_and_why_and_nothing_else(
    ask: Ask, session: Session, cast: Cast, installation: Installation, first: Publication
) -> None:
    withdraw(first, "Feil i anonymiseringen.", by=present(session, cast).siri, at=NOON + 3 * DAY)
    session.commit()
    for path in (f"/opinions/{first.number}", f"/opinions/{first.number}.pdf"):
        page = ask("GET", path)
        assert page.status_code == 410
        assert "Feil i anonymiseringen." in page.text
        assert "A kommune" not in page.text
    assert numbers(ask("GET", "/opinions")) == []
    assert f"/opinions/{first.number}" not in ask("GET", "/sitemap.xml").text
    assert first.number not in ask("GET", "/opinions/law").text
    assert "Feil i anonymiseringen." in ask("GET", "/opinions/feed.xml").text
    assert 'value="cwa' not in ask("GET", "/opinions").text


def test_a_superseded_opinion_leads_to_the_one_that_stands_now(
    ask: Ask, session: Session, first: Publication, installation: Installation
) -> None:
    second, third = more(session, installation, first, 2)
    first.superseded_by, second.superseded_by = second, third
    for leading in (second, third):
        leading.leading_at, leading.leading_by_id = NOON, first.begun_by_id
    session.commit()
    page = ask("GET", f"/opinions/{first.number}").text
    assert f'href="/opinions/{third.number}"' in page
    assert f'href="/opinions/{second.number}"' not in page
    assert numbers(ask("GET", "/opinions?standing=current")) == [third.number]
    # One that led before it was corrected leads nobody any more.
    assert numbers(ask("GET", "/opinions?standing=leading")) == [third.number]


def test_nothing_but_the_public_record_is_shown(
    ask: Ask, session: Session, cast: Cast, installation: Installation, app: Flask
) -> None:
    """A secret that stands in the full record alone is on no public address."""
    first = released(session, cast, installation)
    more(session, installation, first)
    case = first.decision.case
    assert first.decision.record["number"] == case.number
    people = ("Asta", "Bo Oppdiktet", "Siri Oppdiktet", "Stein Oppdiktet")
    secrets = [case.number, case.slug, "Vik kommune", "Vik", *people, first.public_id]
    tells_nothing = {"published.verify", "published.verify_by_code"}
    rules = [
        rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("published.") and rule.endpoint not in tells_nothing
    ]
    assert len(rules) >= 8
    files = {}
    for rule in rules:
        # A page that comes later is asked for by itself; what its address needs besides is to be said here.
        parts = {name: {"place": 1, "number": first.number}[name] for name in rule.arguments}
        answer = ask("GET", app.url_map.bind("").build(rule.endpoint, parts))
        assert answer.status_code == 200, rule.endpoint
        files[rule.endpoint] = answer.data
    assert searcher.finds(files, secrets) == []


def test_each_page_asks_the_database_the_same_number_of_times_however_much_stands_in_it(
    ask: Ask, session: Session, first: Publication, installation: Installation
) -> None:
    paths = ("/opinions", "/opinions/law", f"/opinions/{first.number}", "/opinions/feed.xml", "/sitemap.xml")
    asked: list[str] = []
    sa.event.listen(installation.database.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))

    def counted() -> dict[str, int]:
        found = {}
        for path in paths:
            asked.clear()
            assert ask("GET", path).status_code == 200
            found[path] = len([each for each in asked if each.startswith("SELECT")])
        return found

    few = counted()
    more(session, installation, first, 30)
    assert counted() == few
    assert max(few.values()) <= 6
