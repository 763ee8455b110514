"""Reading a bundle in a browser: by keys alone, with a note, and nothing left on the machine when one signs out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.people import a_cast
from tests.scenes.bundles import referred_with_pages
from tests.scenes.kept import lately

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.journeys.conftest import Visit
    from tvist.installation import Installation

LAST = 12


@pytest.fixture
def kind() -> str:
    """One database is enough: the browser does not see it."""
    return "sqlite"


@pytest.fixture
def bundle(installation: Installation) -> str:
    """The address of a bundle of a case before the panel."""
    with installation.database.writing() as session:
        case = referred_with_pages(session, a_cast(session), installation, at=lately())
        session.commit()
        return f"/cases/{case.slug}/bundle"


def on_page(page: Page, number: int) -> None:
    """The page of the bundle stands there, and its picture was drawn."""
    expect(page.locator("h1")).to_contain_text(f"Side {number} av {LAST}")
    for picture in page.locator(".tv-sheet img").all():
        expect(picture).to_have_js_property("complete", value=True)
        assert picture.evaluate("picture => picture.naturalWidth") > 0


def test_the_bundle_is_read_by_keys_alone(any_visit: Visit, bundle: str) -> None:
    visit, keys = any_visit, any_visit.page.keyboard
    visit.become("Frida Oppdiktet")
    visit.go(bundle)
    visit.follow("Les side for side")
    on_page(visit.page, 1)
    for key, number in (("ArrowRight", 2), ("j", 3), ("j", 4), ("k", 3), (".", 6), (",", 3), ("ArrowLeft", 2)):
        keys.press(key)
        on_page(visit.page, number)
    assert visit.page.url.endswith("/pages/2")
    visit.page.go_back()
    on_page(visit.page, 3)
    visit.look()
    keys.press("g")
    keys.type("6")
    keys.press("Enter")
    on_page(visit.page, 6)
    keys.press("/")
    keys.type("institusjonsopphold")
    keys.press("Enter")
    expect(visit.page.locator("mark").first).to_be_visible()
    visit.look()
    visit.page.locator(".tv-hits a").first.click()
    on_page(visit.page, 3)
    keys.press("n")
    on_page(visit.page, 6)
    keys.press("N")
    on_page(visit.page, 3)


def test_keys_leave_what_is_typed_alone_and_can_be_turned_off(visit: Visit, bundle: str) -> None:
    page, keys = visit.page, visit.page.keyboard
    visit.become("Frida Oppdiktet")
    visit.go(f"{bundle}/pages/3")
    page.get_by_label("Notat", exact=True).click()
    keys.type("jkg/n. Satsen stemmer.")
    on_page(page, 3)
    visit.press("Lagre notatet")
    assert "jkg/n. Satsen stemmer." in visit.text()
    page.get_by_text("Hurtigtaster", exact=True).first.click()
    page.get_by_label("Bruk hurtigtastene").uncheck()
    page.locator("h1").click()
    keys.press("j")
    visit.go(f"{bundle}/pages/3")
    keys.press("ArrowRight")
    on_page(page, 3)


def test_the_place_is_kept_until_one_signs_out(visit: Visit, bundle: str) -> None:
    visit.become("Frida Oppdiktet")
    visit.go(f"{bundle}/pages/7")
    visit.go(bundle)
    visit.follow("Fortsett på side 7")
    on_page(visit.page, 7)
    visit.press("Logg ut")
    kept = visit.page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('tvist:'))")
    assert kept == []


def test_two_papers_stand_side_by_side(any_visit: Visit, bundle: str) -> None:
    any_visit.become("Frida Oppdiktet")
    any_visit.go(f"{bundle}/pages/3")
    any_visit.page.get_by_role("link", name="Vis en side til ved siden av").click()
    on_page(any_visit.page, 3)
    expect(any_visit.page.locator(".tv-sheet img")).to_have_count(2)
    any_visit.look()
    any_visit.page.keyboard.press("ArrowRight")
    on_page(any_visit.page, 4)
    expect(any_visit.page.locator(".tv-sheet img")).to_have_count(2)
