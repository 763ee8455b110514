"""A request is filed with the keyboard alone: every field and button is reached by Tab, and shows that it has the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.pages.test_filing import typed, typed_line
from tests.scenes.intake import raw_petition
from tvist.cases.models import Case
from tvist.words import Message, render

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journeys.conftest import Visit
    from tests.people import Cast
    from tvist.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

MOST_TABS = 150
HERE = """() => { const at = document.activeElement;
  const around = [at, at.closest('.ds-field')].filter(Boolean).map(found => getComputedStyle(found));
  return {tag: at.tagName, type: at.type || '', name: at.name || '', value: at.value || '', inside: at.closest('main') !== null, text: (at.innerText || '').trim(),
          outlined: around.some(shown => shown.outlineStyle !== 'none' || shown.boxShadow !== 'none')}; }"""


def _tab_to(visit: Visit, *, name: str = "", text: str = "") -> dict[str, str]:
    """Press Tab until the field of that name, or the link or button of that text, has the focus."""
    for _ in range(MOST_TABS):
        visit.page.keyboard.press("Tab")
        at = visit.page.evaluate(HERE)
        if at["inside"] and ((name and at["name"] == name) or (text and at["text"] == text)):
            assert at["outlined"], f"nothing shows that {name or text} has the focus"
            return dict(at)
    pytest.fail(f"Tab never reaches {name or text} on {visit.page.url}")


def _press(visit: Visit, code: str, **params: str) -> None:
    with visit.page.expect_navigation():
        _tab_to(visit, text=render(Message(code, **params), "nb"))
        visit.page.keyboard.press("Enter")


def _answer(visit: Visit, fields: dict[str, str]) -> None:
    """Answer the fields that the page has, in the order of the page."""
    order = visit.page.evaluate("() => [...new Set([...document.querySelectorAll('main form [name]')].map(field => field.name))]")
    for name in order:
        if not fields.get(name) or name.startswith("_"):
            continue
        at = _tab_to(visit, name=name)
        if at["type"] == "radio":
            _choose(visit, fields[name])
        elif at["type"] == "checkbox":
            visit.page.keyboard.press("Space")
        elif at["tag"] == "SELECT":
            _pick(visit, name, fields[name])
        else:
            visit.page.keyboard.press("Control+a")
            visit.page.keyboard.type(fields[name])


def _choose(visit: Visit, value: str) -> None:
    """Arrows go round the choices of a group."""
    visit.page.keyboard.press("Space")
    for _ in range(10):
        if visit.page.evaluate(HERE)["value"] == value:
            return
        visit.page.keyboard.press("ArrowDown")
    pytest.fail(f"no choice {value}")


def _pick(visit: Visit, name: str, value: str) -> None:
    """Type the first letters of an option, as one does in a list."""
    label = visit.page.evaluate(
        "([name, value]) => document.querySelector(`main select[name='${name}'] option[value='${value}']`).innerText.trim()",
        [name, value],
    )
    visit.page.keyboard.type(label)
    assert visit.page.evaluate(HERE)["value"] == value


def test_a_request_is_filed_by_keyboard_alone(visit: Visit, cast: Cast, installation: Installation, tmp_path: Path) -> None:
    raw = raw_petition()
    visit.go("/demo")
    with visit.page.expect_navigation():
        for _ in range(MOST_TABS):
            visit.page.keyboard.press("Tab")
            if "Asta Oppdiktet" in visit.page.evaluate(HERE)["text"]:
                break
        visit.page.keyboard.press("Enter")
    visit.go("/drafts")
    _press(visit, "intake.begin_for", organisation="Vik kommune")
    for step in ("place", "parties", "child"):
        _answer(visit, typed(step, raw))
        _press(visit, "intake.save_and_go_on")
    _press(visit, "intake.add_line")
    _answer(visit, typed_line(raw["lines"][0]))
    _press(visit, "intake.save_line")
    _press(visit, "intake.go_on")
    _attach(visit, tmp_path / "avtale.txt")
    _press(visit, "intake.upload")
    _press(visit, "intake.go_on")
    _press(visit, "intake.go_on")
    for step in ("facts", "settlement"):
        _answer(visit, typed(step, raw))
        _press(visit, "intake.save_and_go_on")
    _press(visit, "intake.send")

    with installation.database.reading() as session:
        case = session.scalars(sa.select(Case)).one()
        assert case.number in visit.text()
        assert [paper.filename for paper in case.submissions[0].papers] == ["avtale.txt"]
        assert case.claimed_ore == 20862903


def _attach(visit: Visit, paper: Path) -> None:
    paper.write_text("Oppdiktet avtale om Barn A.\n")
    _tab_to(visit, name="papers")
    # The window in which a file is chosen is the system's own, and headless browsers have none: the focus is ours, the choice is given.
    visit.page.locator("main input[name=papers]").set_input_files(paper)
