"""An opinion's way to the public in a real browser: marked, blurred, approved by another, released, read by anybody, verified, withdrawn."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from pypdfium2 import PdfDocument

from tests.journeys.conftest import beside
from tests.scenes.decision import issued, present
from tests.scenes.kept import lately
from tests.scenes.publication import declared
from tests.verapdf import faults

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journeys.conftest import Visit
    from tests.people import Cast
    from tvist.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

SECRETS = ("Vik kommune", "Asta", "2026/0001", "2024/17", "10. mars 2024")
"""What stands in the opinion and may not stand in what the public reads."""


@pytest.fixture
def kind() -> str:
    """One database is enough: what happens in a browser does not differ."""
    return "sqlite"


@pytest.fixture
def case(installation: Installation, cast: Cast) -> str:
    """A decided case whose officers have declared no conflict; its address."""

    def make() -> str:
        with installation.database.writing() as session:
            made = issued(session, present(session, cast), installation, at=lately() - timedelta(days=2))
            declared(session, cast, made, at=lately())
            session.commit()
            return f"/cases/{made.slug}"

    return beside(make)


def _mark(visit: Visit) -> str:
    """Siri hides all that is proposed, place by place, and tells days as years. Returns the address of the publication."""
    visit.do("publication.begin.do")
    home = visit.page.url.removeprefix(visit.address).split("/mark")[0]
    places = visit.page.locator(".tv-marking-places a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert places
    for place in places:
        visit.go(place)
        for hide in visit.page.locator('input[type="radio"][value="hide"]').all():
            hide.check()
        if visit.page.locator('input[type="radio"]').count():
            visit.do("publication.mark.save")
    visit.go(f"{home}/blurs")
    for name in ("days", "amounts", "birth_year", "measure", "issued_on"):
        visit.page.locator(f'main input[value="{name}"]').check()
    visit.do("publication.mark.save")
    return home


def _is_clean(visit: Visit, path: str) -> None:
    """Nothing that must be hidden stands in what is served at that address."""
    body = visit.page.request.get(visit.address + path).text()
    assert not [words for words in SECRETS if words in body], path


def test_an_opinion_is_made_public_and_says_nothing_it_must_hide(
    visit: Visit, case: str, installation: Installation, tmp_path: Path
) -> None:
    visit.become("Siri Oppdiktet")
    visit.go(f"{case}/publish")
    home = _mark(visit)
    visit.go(f"{home}/submit")
    if visit.page.locator('main textarea[name="accepted"]').count():
        visit.fill({"accepted": "Regionen har mange kommuner, og ingenting annet er kjent om saken."})
    visit.do("publication.submit.do")
    visit.go(f"{home}/approve")
    assert visit.page.get_by_role("button", name="Godkjenn", exact=True).count() == 0, "not by the one who marked (rule 46)"

    visit.become("Stein Oppdiktet")
    visit.go(f"{home}/preview")
    shown = " ".join(visit.page.locator("main section").all_inner_texts()).replace("\N{NO-BREAK SPACE}", " ")
    assert "A kommune" in shown
    assert not [words for words in SECRETS if words in shown]
    visit.go(f"{home}/approve")
    visit.do("publication.approve.do")
    visit.let_the_worker_work()

    visit.page.context.clear_cookies()
    visit.who = ""
    visit.go("/opinions")
    visit.page.locator("main a", has_text="BTN-").first.click()
    visit.page.wait_for_load_state()
    visit.look()
    public = visit.page.url.removeprefix(visit.address)
    assert "A kommune" in visit.text()
    for path in (public, "/opinions", "/opinions/feed.xml", "/sitemap.xml", "/opinions/law"):
        _is_clean(visit, path)
    visit.go("/opinions/law")

    file = visit.page.request.get(f"{visit.address}{public}.pdf").body()
    assert faults(file, "2a") == faults(file, "ua1") == []
    text = "".join(page.get_textpage().get_text_range() for page in PdfDocument(file))
    assert "A kommune" in text
    assert not [words for words in SECRETS if words in text.replace("\N{NO-BREAK SPACE}", " ")]
    _verify(visit, file, tmp_path)

    visit.become("Siri Oppdiktet")
    visit.go(f"{home}/withdraw")
    visit.fill({"reason": "Et sted kunne kjennes igjen."})
    visit.do("publication.withdraw.do")
    assert visit.page.request.get(visit.address + public).status == 410
    assert not visit.faults, visit.faults


def _verify(visit: Visit, file: bytes, folder: Path) -> None:
    """The page that knows our files again knows this one, and not one with a byte changed."""
    changed = bytearray(file)
    changed[len(file) // 2] ^= 1
    for name, data, is_ours in (("ours.pdf", file, True), ("changed.pdf", bytes(changed), False)):
        (folder / name).write_bytes(data)
        visit.go("/verify")
        visit.page.locator('main input[type="file"]').set_input_files(folder / name)
        with visit.page.expect_navigation():
            visit.page.locator('main form:has(input[type="file"]) button[type="submit"]').click()
        visit.look()
        assert ("BTN" not in visit.text()) or is_ours
        answer = visit.page.locator("main .ds-alert").first.get_attribute("data-color")
        assert (answer == "success") is is_ours, visit.text()
