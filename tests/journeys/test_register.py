"""Anybody reads the register in a browser: axe finds nothing, nothing is blocked, and a citation is copied with one press."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.conftest import beside
from tests.scenes.published import first, more

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.journeys.conftest import Visit
    from tests.people import Cast
    from tvist.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_a_stranger_finds_reads_and_cites_an_opinion(
    any_visit: Visit, session: Session, cast: Cast, installation: Installation
) -> None:
    released = beside(lambda: first(session, cast, installation))
    more(session, installation, released, 30)
    visit = any_visit
    visit.go("/")
    visit.follow("Offentliggjorte uttalelser")
    visit.follow("Eldre")
    visit.follow(f"{released.number}: ")
    assert "A kommune" in visit.text()
    assert "Vik" not in visit.text()
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.page.get_by_role("button", name="Kopier").click()
    visit.page.get_by_role("button", name="Kopiert").wait_for()
    assert released.number in visit.page.evaluate("navigator.clipboard.readText()")
    visit.go("/opinions/law")
    visit.follow("English")
    assert "Index of legal bases" in visit.text()
