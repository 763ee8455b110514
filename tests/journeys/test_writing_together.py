"""Two members write in the same part of the text at once, in real browsers: neither loses a word, and each sees that the other is there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.journeys.conftest import Visit
from tests.scenes.decision import voted
from tests.scenes.kept import lately
from tvist.cases.queries import case_at
from tvist.decision.places import Place
from tvist.decision.writing import working_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from playwright.sync_api import Browser

    from tests.people import Cast
    from tvist.accounts.models import User
    from tvist.installation import Installation

    Open = Callable[..., Visit]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
EVERY = 150
"""Milliseconds between two savings here."""
PATIENCE = 30_000
LEGAL = "/cases/2026-0001/decision/text/legal"
FIRST = "Staten har plikt til å betale.\n\nKommunen har plikt til å hjelpe."


@pytest.fixture
def kind() -> str:
    """One database is enough: what happens in a browser does not differ."""
    return "sqlite"


@pytest.fixture
def members(browser: Browser, address: str, app: Flask, installation: Installation, cast: Cast) -> Iterator[Open]:
    """A case that is voted on, and a browser of their own for each member; `width` is that of the window."""
    app.config["KEPT_EVERY"] = EVERY
    with installation.database.writing() as session:
        voted(session, cast, installation, at=lately())
        session.commit()
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


def kept(installation: Installation, user: User) -> str:
    with installation.database.reading() as session:
        found = working_text(Place(case_at(session, "2026-0001"), "legal"), session.get_one(type(user), user.id))
        return found.text if found else ""


def wait_until(holds: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE / 1000
    while not holds():
        assert time.monotonic() < give_up, "the server did not get it"
        time.sleep(EVERY / 1000)


def field(visit: Visit) -> Any:
    return visit.page.locator('main [name="text"]')


def test_what_is_typed_is_there_again_in_another_browser(members: Open, installation: Installation, cast: Cast) -> None:
    office = members("Frida")
    office.go(LEGAL)
    field(office).press_sequentially("Halvferdig tekst")
    wait_until(lambda: kept(installation, cast.frida) == "Halvferdig tekst")
    office.page.context.close()

    home = members("Frida", 375)
    home.go(LEGAL)

    assert field(home).input_value() == "Halvferdig tekst"
    assert "ikke i teksten ennå" in home.text()
    assert not home.faults


def test_two_members_in_one_part_both_keep_their_words(members: Open, installation: Installation, cast: Cast) -> None:
    cato, frida = members("Cato"), members("Frida", 375)
    cato.go(LEGAL)
    cato.fill({"text": FIRST})
    cato.do("text.save")
    cato.go(LEGAL)
    frida.go(LEGAL)
    field(frida).fill(FIRST.replace("betale", "yte"))
    wait_until(lambda: "yte" in kept(installation, cast.frida))
    cato.page.locator("[data-kept-others] li", has_text="Frida Oppdiktet skriver her nå.").first.wait_for()
    cato.fill({"text": FIRST.replace("betale", "dekke")})
    cato.do("text.save")

    frida.do("text.save")

    assert "Ingenting er overskrevet" in frida.text()
    assert {"dekke.", "yte."} <= set(field(frida).input_value().split())
    frida.fill({"text": FIRST.replace("betale", "dekke eller yte")})
    frida.do("text.save")
    frida.go("/cases/2026-0001/decision/versions/legal")
    with installation.database.reading() as session:
        assert Place(case_at(session, "2026-0001"), "legal").text == FIRST.replace("betale", "dekke eller yte")
    assert not (cato.faults | frida.faults)
