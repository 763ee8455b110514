"""Nothing typed is lost: two people in one draft, a killed browser, a lost connection, an ended sign-in, a full store. In a real browser."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Error

from tests.journeys.conftest import SWITCHES, Visit, browser_path
from tests.scenes.intake import accepted, at_home
from tvist.accounts.models import SignIn
from tvist.cases.models import Side, TeamMember
from tvist.clock import now
from tvist.intake.actions import begin_draft, share_draft
from tvist.intake.models import Draft, DraftMember

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from playwright.sync_api import Browser, BrowserContext

    from tests.people import Cast
    from tvist.installation import Installation

    Open = Callable[..., Visit]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
EVERY = 150
"""Milliseconds between two savings here."""
PATIENCE = 20_000
CHROMIUM_WRITES_WITHIN = 7000
"""Milliseconds: it writes what pages keep to its disk some seconds late; what is younger than that goes with a power cut."""
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
    """Opens a browser of their own for a person (for nobody yet, where no name is given)."""
    contexts = []

    def open_for(name: str, width: int = 1280, **more: Any) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": 900}, locale="nb-NO", **more)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        visit = Visit(context.new_page(), address, installation)
        if name:
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


def wait_for_browsers_copy(visit: Visit, text: str) -> None:
    """Till the browser itself keeps this text: it writes a moment after the last key, which may be after the server has answered."""
    visit.page.wait_for_function("(text) => JSON.stringify(localStorage).includes(text)", arg=text)


def wait_for_value(visit: Visit, name: str, text: str) -> None:
    visit.page.wait_for_function(
        "([name, text]) => document.querySelector(`main [name='${name}']`)?.value === text", arg=[name, text]
    )


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until the server has it: what the page says may be of an earlier saving."""
    give_up = time.monotonic() + PATIENCE / 1000
    while not holds():
        assert time.monotonic() < give_up, "the server did not get it"
        time.sleep(EVERY / 1000)


def wait_for_status(visit: Visit, text: str) -> None:
    """Wait until the quiet line says so."""
    visit.page.locator(STATUS, has_text=text).wait_for()


def wait_for_tab(visit: Visit) -> None:
    """Wait until the page has spoken with the server."""
    wait_for_status(visit, "Lagret kl.")


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


def test_a_connection_lost_for_a_minute_costs_no_text_and_moves_no_focus(
    window: Open, draft: str, installation: Installation
) -> None:
    asta = window("Asta")
    asta.page.clock.install()
    asta.go(f"{draft}/facts")
    asta.page.context.set_offline(True)
    write(asta, "background", "Skrevet uten nett, ")
    wait_for_status(asta, "Ikke lagret: ingen forbindelse. Det du har skrevet, er tatt vare på i denne nettleseren.")
    asta.page.clock.run_for(60_000)
    assert asta.page.evaluate("document.activeElement.name") == "background"
    asta.page.context.set_offline(False)
    write(asta, "background", "og med.")
    wait_until(lambda: kept(installation, "background") == "Skrevet uten nett, og med.")
    wait_for_status(asta, "Lagret kl.")
    asta.page.wait_for_function("() => Object.keys(localStorage).length === 0")


def kill(profile: Path) -> None:
    """End the browser with this profile as a power cut does: it gets no chance to write anything more."""
    told = f"--user-data-dir={profile}"
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if told in (process / "cmdline").read_text(encoding="utf-8", errors="replace").split("\0"):
                os.kill(int(process.name), signal.SIGKILL)
    for lock in profile.glob("Singleton*"):
        lock.unlink()


def test_a_killed_browser_gives_the_text_back(
    browser: Browser, address: str, draft: str, installation: Installation, tmp_path: Path
) -> None:
    def begin() -> tuple[BrowserContext, Visit]:
        profile = browser.browser_type.launch_persistent_context(tmp_path, executable_path=browser_path(), args=list(SWITCHES))
        profile.set_default_timeout(PATIENCE)
        visit = Visit(profile.pages[0], address, installation)
        visit.become("Asta Oppdiktet")
        return profile, visit

    first, asta = begin()
    asta.go(f"{draft}/facts")
    first.set_offline(True)
    write(asta, "background", "Midt i en setn")
    wait_for_status(asta, "tatt vare på")
    asta.page.wait_for_function("() => Object.values(localStorage).some((kept) => kept.includes('Midt i en setn'))")
    asta.page.wait_for_timeout(CHROMIUM_WRITES_WITHIN)
    kill(tmp_path)
    with contextlib.suppress(Error):
        first.close()

    second, asta = begin()
    asta.page.get_by_role("link", name="Gå til siden og lagre").click()
    wait_for_value(asta, "background", "Midt i en setn")
    wait_for_status(asta, "Lagret kl.")
    second.close()
    assert kept(installation, "background") == "Midt i en setn"


def test_an_ended_sign_in_is_told_and_a_new_one_in_another_tab_saves(
    window: Open, draft: str, installation: Installation
) -> None:
    asta = window("Asta")
    asta.go(f"{draft}/facts")
    wait_for_tab(asta)
    with installation.database.writing() as session:
        session.execute(sa.update(SignIn).values(ended_at=now()))
        session.commit()
    write(asta, "background", "Skrevet etter at innloggingen tok slutt.")
    wait_for_status(asta, "du er logget ut")
    tab = asta.page.context.new_page()
    other = Visit(tab, asta.address, installation)
    other.go("/demo")
    other.page.get_by_role("button", name="Asta Oppdiktet").first.click()
    wait_for_status(asta, "Lagret kl.")
    assert kept(installation, "background") == "Skrevet etter at innloggingen tok slutt."


def test_somebody_else_at_the_same_browser_finds_nothing(window: Open, draft: str) -> None:
    asta = window("Asta")
    asta.go(f"{draft}/facts")
    wait_for_tab(asta)
    asta.page.route("**/typed/**", lambda route: route.abort())
    write(asta, "background", "Bare for Asta.")
    wait_for_status(asta, "tatt vare på")
    asta.page.context.clear_cookies()
    asta.page.goto(f"{asta.address}/demo")
    wait_for_browsers_copy(asta, "Bare for Asta.")
    asta.page.get_by_role("button", name="Arne Oppdiktet").first.click()
    asta.page.wait_for_load_state()
    assert asta.page.evaluate("Object.keys(localStorage)") == []


def test_a_full_store_is_told(window: Open, draft: str, installation: Installation) -> None:
    asta = window("Asta")
    asta.go(f"{draft}/facts")
    asta.page.evaluate("() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; }")
    asta.page.context.set_offline(True)
    write(asta, "background", "Ingen plass.")
    wait_for_status(asta, "Nettleseren har ikke plass til teksten")
    asta.page.context.set_offline(False)
    wait_for_status(asta, "Lagret kl.")
    assert kept(installation, "background") == "Ingen plass."


def test_one_taken_out_of_the_team_is_told_and_keeps_the_text(window: Open, draft: str, installation: Installation) -> None:
    arne = window("Arne")
    arne.go(f"{draft}/facts")
    wait_for_tab(arne)
    with installation.database.writing() as session:
        session.execute(sa.update(DraftMember).where(DraftMember.user.has(name="Arne Oppdiktet")).values(to_on=date(2020, 1, 1)))
        session.commit()
    write(arne, "background", "Arnes siste ord.")
    wait_for_status(arne, "du har ikke lenger tilgang")
    wait_for_browsers_copy(arne, "Arnes siste ord.")
    assert kept(installation, "background") is None


def test_a_new_line_typed_on_a_phone_is_kept_where_it_belongs(window: Open, draft: str, installation: Installation) -> None:
    typed = ("month", "institution", "65 000")
    asta = window("Asta", width=375)
    asta.go(f"{draft}/lines/1")
    asta.page.locator('main [name="unit"][value="month"]').check()
    asta.page.locator('main [name="measure"]').select_option("institution")
    write(asta, "rate", "65 000")
    wait_until(
        lambda: (
            [(line.get("unit"), line.get("measure"), line.get("rate")) for line in kept(installation, "lines") or ()] == [typed]
        )
    )
    asta.page.wait_for_function("() => Object.keys(localStorage).length === 0")
    asta.press("Lagre posten")
    assert len(kept(installation, "lines")) == 1
    assert sorted(asta.faults) == []


def test_what_was_sent_by_the_enter_key_at_once_waits_nowhere(window: Open, draft: str, app: Flask) -> None:
    app.config["KEPT_EVERY"] = 60_000
    asta = window("Asta")
    asta.go(f"{draft}/child")
    wait_for_tab(asta)
    write(asta, "birth_year", "2014")
    asta.page.locator('main [name="birth_year"]').press("Enter")
    asta.page.locator("[data-told]").wait_for()
    asta.page.wait_for_function("() => Object.keys(localStorage).length === 0")
    assert asta.page.get_by_text("er ikke lagret hos oss").count() == 0


def test_without_javascript_each_step_is_kept_by_its_button(window: Open, draft: str, installation: Installation) -> None:
    asta = window("", java_script_enabled=False)
    asta.page.goto(f"{asta.address}/demo")
    asta.page.get_by_role("button", name="Asta Oppdiktet").first.click()
    asta.page.goto(f"{asta.address}{draft}/facts")
    asta.page.locator('main [name="background"]').fill("Uten skript.")
    asta.page.get_by_role("button", name="Lagre og gå til oversikten").click()
    assert kept(installation, "background") == "Uten skript."


def test_two_of_a_side_answer_together_and_the_second_tab_is_told_that_it_was_sent(
    window: Open, address: str, app: Flask, installation: Installation, cast: Cast
) -> None:
    app.config["KEPT_EVERY"] = EVERY
    with installation.database.writing() as session:
        case = accepted(session, cast)
        bos = case.parties_on(Side.OPPOSING)[0]
        bos.team.append(TeamMember(user=cast.berit, from_on=date(2020, 1, 1), added_by_id=cast.bo.id))
        session.commit()
        line, page = case.lines[0].public_id, f"/cases/{case.slug}/respond"
    bo, berit = window("Bo"), window("Berit", width=375)
    bo.go(page)
    berit.go(page)
    bo.page.locator(f'main [name="answer_{line}"][value="disputed"]').check()
    write(berit, "text", "Staten bestrider kravet.")
    wait_for_value(bo, "text", "Staten bestrider kravet.")
    berit.page.locator(f'main [name="answer_{line}"][value="disputed"]:checked').wait_for()
    bo.page.locator(f'main [name="words_{line}"]').fill("Oppholdet var et helsetiltak.")
    bo.page.locator(f'main [name="basis_{line}"]').fill("§ 16-5")
    bo.page.get_by_role("button", name="Send tilsvaret").click()
    berit.page.get_by_text("Dette ble sendt av Bo Oppdiktet").wait_for()
    assert sorted(bo.faults | berit.faults) == []
