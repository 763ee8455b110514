"""Nothing typed is lost: two people in one draft, a killed browser, a lost connection, an ended sign-in, a full store. In a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from tests.journeys.conftest import Visit
from tests.scenes.intake import at_home
from tvist.accounts.models import SignIn
from tvist.clock import now
from tvist.intake.actions import begin_draft, share_draft
from tvist.intake.models import Draft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from playwright.sync_api import Browser

    from tests.people import Cast
    from tvist.installation import Installation

    Open = Callable[..., Visit]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]
EVERY = 150
"""Milliseconds between two savings here."""
PATIENCE = 8000
STATUS = "[data-kept-status]"


@pytest.fixture
def kind() -> str:
    """One database is enough: what happens in a browser does not differ."""
    return "sqlite"


@pytest.fixture
def draft(app: Flask, installation: Installation, cast: Cast) -> str:
    """A draft of Asta's that Arne writes too, on pages that save often; its path."""
    app.config["KEPT_EVERY"] = EVERY
    with installation.database.writing() as session:
        at_home(session, cast)
        made = begin_draft(session, cast.vik, by=cast.asta, at=now())
        session.flush()
        share_draft(made, cast.arne, by=cast.asta, at=now())
        session.commit()
        return f"/drafts/{made.public_id}"


@pytest.fixture
def window(browser: Browser, address: str, installation: Installation) -> Iterator[Open]:
    """Opens a browser of their own for a person."""
    contexts = []

    def open_for(name: str, width: int = 1280, **more: Any) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": 900}, locale="nb-NO", **more)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        visit = Visit(context.new_page(), address, installation)
        visit.become(f"{name} Oppdiktet")
        return visit

    yield open_for
    for context in contexts:
        context.close()


def kept(installation: Installation, name: str) -> Any:
    """What the draft has for a field at the top of the request."""
    with installation.database.reading() as session:
        return session.scalars(sa.select(Draft)).one().typed.get(name)


def write(visit: Visit, name: str, text: str) -> None:
    """Type into a field as a person does, without leaving it."""
    visit.page.locator(f'main [name="{name}"]').press_sequentially(text)


def value(visit: Visit, name: str) -> str:
    return visit.page.locator(f'main [name="{name}"]').input_value()


def wait_for_value(visit: Visit, name: str, text: str) -> None:
    visit.page.wait_for_function("([name, text]) => document.querySelector(`main [name='${name}']`)?.value === text", arg=[name, text])


def wait_for_status(visit: Visit, text: str) -> None:
    """Wait until the quiet line says so."""
    visit.page.locator(STATUS, has_text=text).wait_for()


def test_two_people_write_in_one_draft_and_lose_nothing(window: Open, draft: str, installation: Installation) -> None:
    asta, arne = window("Asta"), window("Arne")
    asta.go(f"{draft}/facts")
    arne.go(f"{draft}/facts")
    write(asta, "subject", "Opphold")
    wait_for_status(asta, "Lagret kl.")
    wait_for_value(arne, "subject", "Opphold")
    arne.page.get_by_text("Asta Oppdiktet skriver her nå").first.wait_for()

    for visit, text in ((asta, "Astas tekst"), (arne, "Arnes tekst")):
        visit.page.context.set_offline(True)
        write(visit, "claim", text)
        wait_for_status(visit, "ingen forbindelse")
    asta.page.context.set_offline(False)
    wait_for_status(asta, "Lagret kl.")
    arne.page.context.set_offline(False)
    arne.page.locator(".tv-kept-clash", has_text="Astas tekst").wait_for()
    assert (kept(installation, "claim"), value(arne, "claim")) == ("Astas tekst", "Arnes tekst")
    arne.page.get_by_role("button", name="Behold min tekst").click()
    wait_for_value(asta, "claim", "Arnes tekst")
    asta.page.get_by_text("Arne Oppdiktet skrev her").wait_for()
    asta.go(f"{draft}/earlier")
    assert "Astas tekst" in asta.text()
    assert sorted(asta.faults | arne.faults) == []
