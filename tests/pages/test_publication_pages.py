"""The pages by which an opinion is made ready for the public: who sees them, and what each does."""

from __future__ import annotations

import html
import re
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from tests.pages.test_papers import statements
from tests.people import NOON
from tests.scenes.decision import SECTIONS, present
from tests.scenes.publication import approved, begun, marked, released, submitted
from tests.scenes.submissions import DAY
from tvist.anonymity.kinds import MarkKind
from tvist.publication.marking import Stretch, add
from tvist.publication.models import Mark, Publication, Stage
from tvist.publication.places import texts
from tvist.publication.sources import record_of
from tvist.words import Message, render

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.people import Cast
    from tvist.installation import Installation

    Scene = Callable[..., Publication]

READING = ("", "/preview", "/preview.pdf")
MARKING = ("/mark", "/add", "/propose", "/blurs", "/submit")
APPROVING = ("/approve", "/return", "/withdraw")


def made(installation: Installation, cast: Cast, scene: Scene = begun) -> str:
    """Make the scene; returns the address of the publication."""
    with installation.database.writing() as session:
        found = scene(session, cast, installation)
        session.commit()
        return f"/publications/{found.public_id}"


def stage_at(installation: Installation, address: str) -> Stage:
    """Where the publication at that address stands now."""
    with installation.database.reading() as session:
        return session.scalars(sa.select(Publication).where(Publication.public_id == address.rpartition("/")[2])).one().stage


def marks_at(installation: Installation, address: str) -> list[Mark]:
    """The marks of the publication at that address."""
    with installation.database.reading() as session:
        found = session.scalars(sa.select(Publication).where(Publication.public_id == address.rpartition("/")[2])).one()
        return list(found.marks)


def seen(page: str) -> str:
    """The version that a page carries."""
    return re.findall(r'name="_seen" value="(\d+)"', page)[-1]


def text_of(ask: Any, address: str, who: Any) -> str:
    answer = ask("GET", address, as_=who)
    assert answer.status_code == 200, address
    return html.unescape(answer.text)


@pytest.mark.parametrize("scene", [begun, submitted, released])
def test_parties_members_and_strangers_see_nothing_of_it(scene: Scene, installation: Installation, cast: Cast, ask: Any) -> None:
    address = made(installation, cast, scene)
    for who in (cast.asta, cast.bo, cast.frida, cast.kaare, cast.dag, cast.eva, cast.adam):
        for page in (*READING, *MARKING, *APPROVING):
            assert ask("GET", address + page, as_=who).status_code in {403, 404}, (who.name, page)
        assert ask("GET", "/publications", as_=who).status_code in {403, 404}
    assert ask("GET", address).status_code in {302, 401}


@pytest.mark.parametrize("scene", [begun, marked, submitted, approved, released])
def test_the_secretariat_reads_each_page_at_each_stage(scene: Scene, installation: Installation, cast: Cast, ask: Any) -> None:
    address = made(installation, cast, scene)
    for who in (cast.siri, cast.stein):
        for page in (*READING, *MARKING, *APPROVING):
            assert ask("GET", address + page, as_=who).status_code == 200, (who.name, page)
    assert ask("GET", address, as_=cast.cato).status_code == 200
    assert ask("GET", f"{address}/mark", as_=cast.cato).status_code == 403


def test_an_address_of_nothing_leads_nowhere(installation: Installation, cast: Cast, ask: Any) -> None:
    made(installation, cast)
    for page in (*READING, *MARKING, *APPROVING, "/marks/x", "/marks/x/remove"):
        assert ask("GET", f"/publications/nowhere{page}", as_=cast.siri).status_code == 404


def test_the_list_tells_what_stands_where(installation: Installation, cast: Cast, ask: Any) -> None:
    assert "Alle uttalelser som er avgitt" in text_of(ask, "/publications", cast.siri)
    made(installation, cast)
    assert "2026/0001" in text_of(ask, "/publications?stage=marking", cast.siri)
    assert "2026/0001" not in text_of(ask, "/publications?stage=released", cast.siri)
    assert "2026/0001" not in text_of(ask, "/publications?stage=marking&year=2025", cast.siri)
    for strange in ("stage=nonsense", "year=x", "year=1", "after=-1", "after=99999999999999999999"):
        assert ask("GET", f"/publications?{strange}", as_=cast.siri).status_code == 200


def test_an_opinion_is_begun_once(installation: Installation, cast: Cast, ask: Any) -> None:
    from tests.scenes.decision import issued
    from tests.scenes.publication import declared

    with installation.database.writing() as session:
        case = issued(session, cast, installation)
        declared(session, cast, case)
        session.commit()
    assert "2026/0001" in text_of(ask, "/publications", cast.siri)
    assert ask("GET", "/cases/2026-0001/publish", as_=cast.siri).status_code == 200
    assert ask("POST", "/cases/2026-0001/publish", as_=cast.siri).status_code == 303
    again = ask("POST", "/cases/2026-0001/publish", as_=cast.stein)
    assert again.status_code == 409
    assert "under arbeid" in again.text


def test_a_place_is_decided_by_one_form(installation: Installation, cast: Cast, ask: Any) -> None:
    address = made(installation, cast)
    mark = marks_at(installation, address)[0]
    page = text_of(ask, f"{address}/mark?place={mark.place}", cast.siri)
    assert f"hides-{mark.public_id}" in page
    data = {f"hides-{mark.public_id}": "hide", f"replacement-{mark.public_id}": "[en dag]", "_seen": seen(page)}
    assert ask("POST", f"{address}/mark?place={mark.place}", as_=cast.siri, data=data).status_code == 303
    now = next(each for each in marks_at(installation, address) if each.public_id == mark.public_id)
    assert (now.hides, now.replacement) == (True, "[en dag]")


def test_a_page_that_has_grown_old_is_told_and_nothing_typed_is_lost(installation: Installation, cast: Cast, ask: Any) -> None:
    address = made(installation, cast)
    mark = marks_at(installation, address)[0]
    at = f"{address}/mark?place={mark.place}"
    old = seen(text_of(ask, at, cast.stein))
    assert ask("POST", at, as_=cast.siri, data={f"hides-{mark.public_id}": "leave", "_seen": old}).status_code == 303
    data = {f"hides-{mark.public_id}": "hide", f"replacement-{mark.public_id}": "[noe jeg skrev]", "_seen": old}
    answer = ask("POST", at, as_=cast.stein, data=data)
    assert answer.status_code == 409
    assert "[noe jeg skrev]" in answer.text
    assert next(each for each in marks_at(installation, address) if each.public_id == mark.public_id).hides is False


def test_a_replacement_that_cannot_be_printed_comes_back(installation: Installation, cast: Cast, ask: Any) -> None:
    address = made(installation, cast)
    mark = marks_at(installation, address)[0]
    data = {f"hides-{mark.public_id}": "hide", f"replacement-{mark.public_id}": "x" * 300}
    answer = ask("POST", f"{address}/mark?place={mark.place}", as_=cast.siri, data=data)
    assert answer.status_code == 422
    assert "x" * 300 in answer.text


def test_words_are_hidden_by_hand_without_a_mouse(installation: Installation, cast: Cast, ask: Any) -> None:
    address = made(installation, cast)
    data = {"place": "sections.legal", "words": "barnevernsloven", "occurrence": "1", "kind": "free", "replacement": ""}
    assert ask("POST", f"{address}/add", as_=cast.siri, data=data).status_code == 303
    assert any(mark.words == "barnevernsloven" for mark in marks_at(installation, address))
    half = ask("POST", f"{address}/add", as_=cast.siri, data=data | {"words": "helse- og omsorgstjeneste"})
    assert half.status_code == 422
    assert "Skjul hele ordet" in half.text
    assert "helse- og omsorgstjeneste" in half.text
    for wrong in (
        {"words": "står ikke der"},
        {"occurrence": "99"},
        {"occurrence": "x"},
        {"words": " "},
        {"place": "nowhere"},
        {"kind": "x"},
    ):
        assert ask("POST", f"{address}/add", as_=cast.siri, data=data | wrong).status_code == 422, wrong


def test_words_over_the_end_of_a_line_are_hidden_by_hand(installation: Installation, cast: Cast, ask: Any) -> None:
    sections = SECTIONS | {"legal": "Barnet bodde først i\nfosterhjem, og så i institusjon."}
    address = made(installation, cast, partial(begun, sections=sections))
    assert re.search('<textarea[^>]* name="words"', text_of(ask, f"{address}/add", cast.siri))
    data = {
        "place": "sections.legal",
        "words": "først i\r\nfosterhjem",
        "occurrence": "1",
        "kind": "free",
        "replacement": "[noe]",
    }
    assert ask("POST", f"{address}/add", as_=cast.siri, data=data).status_code == 303
    assert "Barnet bodde [noe], og så i institusjon." in text_of(ask, f"{address}/preview", cast.siri)


def test_a_mark_by_hand_is_taken_away_by_hand(installation: Installation, cast: Cast, ask: Any) -> None:
    address = made(installation, cast)
    data = {"place": "sections.legal", "words": "barnevernsloven", "occurrence": "1", "kind": "free"}
    ask("POST", f"{address}/add", as_=cast.siri, data=data)
    mark = next(mark for mark in marks_at(installation, address) if mark.words == "barnevernsloven")
    one = f"{address}/marks/{mark.public_id}"
    assert ask("GET", one, as_=cast.siri).status_code == 200
    assert ask("POST", one, as_=cast.siri, data={"hides": "hide", "kind": "place", "replacement": "[et sted]"}).status_code == 303
    assert ask("POST", f"{one}/remove", as_=cast.siri).status_code == 303
    assert ask("GET", one, as_=cast.siri).status_code == 404


@pytest.mark.parametrize("page", ["/mark", "/add", "/marks/{mark}", "/blurs", "/propose"])
def test_what_stands_in_the_way_is_said_once(page: str, installation: Installation, cast: Cast, ask: Any) -> None:
    address = made(installation, cast, submitted)
    at = address + page.format(mark=marks_at(installation, address)[0].public_id)
    for answer in (ask("GET", at, as_=cast.siri), ask("POST", at, as_=cast.siri)):
        main = html.unescape(answer.text).split("<main")[1]
        assert main.count(render(Message("publication.not_marking"), "nb")) == 1, answer.status
    assert answer.status_code == 409


def test_a_proposed_mark_is_not_taken_away_and_its_page_says_so(installation: Installation, cast: Cast, ask: Any) -> None:
    address = made(installation, cast)
    mark = marks_at(installation, address)[0]
    said = render(Message("publication.proposed_stays"), "nb")
    for method, status in (("GET", 200), ("POST", 409)):
        answer = ask(method, f"{address}/marks/{mark.public_id}/remove", as_=cast.siri)
        assert (answer.status_code, html.unescape(answer.text).count(said)) == (status, 1)
        assert mark.words in html.unescape(answer.text)


def test_what_is_missing_is_said_when_it_is_submitted(installation: Installation, cast: Cast, ask: Any) -> None:
    address = made(installation, cast)
    assert "forslag" in text_of(ask, f"{address}/submit", cast.siri)
    assert ask("POST", f"{address}/submit", as_=cast.siri).status_code == 409
    assert stage_at(installation, address) is Stage.MARKING


def test_one_submits_and_another_approves(installation: Installation, cast: Cast, ask: Any) -> None:
    address = made(installation, cast, marked)
    assert ask("POST", f"{address}/submit", as_=cast.siri, data={"accepted": "Bare prøve."}).status_code == 303
    own = ask("POST", f"{address}/approve", as_=cast.siri)
    assert own.status_code == 409
    assert "Du har vært med på å anonymisere" in own.text
    assert ask("POST", f"{address}/approve", as_=cast.cato).status_code == 409
    page = text_of(ask, f"{address}/approve", cast.stein)
    assert "<del>" in page
    assert "A kommune" in page
    assert ask("POST", f"{address}/approve", as_=cast.stein, data={"_seen": seen(page)}).status_code == 303
    assert stage_at(installation, address) is Stage.APPROVED


def test_a_second_click_and_a_second_approver_do_it_once(installation: Installation, cast: Cast, ask: Any) -> None:
    address = made(installation, cast, submitted)
    first = ask("POST", f"{address}/approve", as_=cast.stein, key="the-same-key")
    second = ask("POST", f"{address}/approve", as_=cast.stein, key="the-same-key")
    assert (first.status_code, second.status_code) == (303, 303)
    assert ask("POST", f"{address}/approve", as_=cast.stein).status_code == 409


def test_it_is_sent_back_with_reasons_that_stand_on_its_page(installation: Installation, cast: Cast, ask: Any) -> None:
    address = made(installation, cast, submitted)
    assert ask("POST", f"{address}/return", as_=cast.stein, data={"reasons": " "}).status_code == 422
    assert ask("POST", f"{address}/return", as_=cast.stein, data={"reasons": "Skolen står igjen."}).status_code == 303
    assert "Skolen står igjen." in text_of(ask, address, cast.siri)
    assert "Skolen står igjen." in text_of(ask, f"{address}/mark", cast.siri)


def test_what_is_released_is_withdrawn_with_a_reason_that_tells_nothing(installation: Installation, cast: Cast, ask: Any) -> None:
    address = made(installation, cast, released)
    assert "BTN-2026-1" in text_of(ask, address, cast.siri)
    telling = ask("POST", f"{address}/withdraw", as_=cast.stein, data={"reason": "Vik kommune bad om det."})
    assert telling.status_code == 422
    assert "Vik kommune bad om det." in telling.text
    assert ask("POST", f"{address}/withdraw", as_=cast.stein, data={"reason": "Kunne kjennes igjen."}).status_code == 303
    assert stage_at(installation, address) is Stage.WITHDRAWN
    assert "Kunne kjennes igjen." in text_of(ask, address, cast.siri)


def test_the_preview_has_no_name_of_the_municipality(installation: Installation, cast: Cast, ask: Any) -> None:
    address = made(installation, cast)
    page = text_of(ask, f"{address}/preview", cast.siri)
    main = page[page.index("<main") :]
    assert "Vik kommune" not in main
    assert "A kommune" in main
    assert ask("GET", f"{address}/preview.pdf", as_=cast.siri).data.startswith(b"%PDF")


def test_what_is_told_more_broadly_is_kept(installation: Installation, cast: Cast, ask: Any) -> None:
    address = made(installation, cast)
    assert ask("POST", f"{address}/blurs", as_=cast.siri, data={"kinds": ["region", "amounts"]}).status_code == 303
    page = text_of(ask, f"{address}/blurs", cast.siri)
    assert len(re.findall(r"<input[^>]* checked", page)) == 2
    assert ask("POST", f"{address}/blurs", as_=cast.siri, data={"kinds": ["nonsense"]}).status_code == 422


def test_many_marks_cost_no_more_statements(installation: Installation, cast: Cast, ask: Any) -> None:
    address = made(installation, cast)
    few = statements(installation, lambda: text_of(ask, f"{address}/mark", cast.siri))
    with installation.database.writing() as session:
        publication = session.scalars(sa.select(Publication)).one()
        words = [
            Stretch(place, found.start(), found.end())
            for place, text in texts(record_of(publication))
            for found in re.finditer(r"\b[a-zæøå]{3,}\b", text)
            if not any(
                mark.place == place and mark.start < found.end() and found.start() < mark.end for mark in publication.marks
            )
            and "-" not in text[max(found.start() - 1, 0) : found.end() + 1]
        ]
        add(publication, words, kind=MarkKind.FREE, replacement="[noe]", by=present(session, cast).siri, at=NOON + DAY)
        session.commit()
    assert len(words) > 40
    assert statements(installation, lambda: text_of(ask, f"{address}/mark", cast.siri)) == few
