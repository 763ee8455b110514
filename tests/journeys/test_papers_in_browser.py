"""A paper read in a real browser: Chromium's own viewer shows a PDF in our frame at the page asked for, under the headers we send."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from reportlab.pdfgen.canvas import Canvas

from tests.people import a_cast
from tests.scenes.intake import accepted
from tests.scenes.kept import lately
from tests.scenes.papers import a_paper

if TYPE_CHECKING:
    from tests.journeys.conftest import Visit
    from tvist.installation import Installation


@pytest.fixture
def kind() -> str:
    """One database is enough: the browser does not know which."""
    return "sqlite"


def three_pages() -> bytes:
    written = io.BytesIO()
    canvas = Canvas(written)
    for page in (1, 2, 3):
        canvas.drawString(100, 600, f"Side {page}")
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def test_a_pdf_opens_in_its_page_and_the_list_is_a_table_on_any_width(any_visit: Visit, installation: Installation) -> None:
    visit = any_visit
    with installation.database.writing() as session:
        cast = a_cast(session)
        paper = a_paper(installation, "Vedtak", cast.asta, content=three_pages(), media_type="pdf", filename="vedtak.pdf")
        case = accepted(session, cast, at=lately(), papers=[paper])
        session.commit()
        home, address = f"/cases/{case.slug}/papers", f"/cases/{case.slug}/papers/{paper.public_id}/page"
    visit.become("Bo Oppdiktet")
    visit.go(home)
    assert "Bilag 1" in visit.text()
    visit.page.goto(f"{visit.address}{address}?page=2")
    visit.page.wait_for_function("document.querySelector('iframe').src.endsWith('#page=2')")
    visit.page.wait_for_timeout(1000)
    # Chromium's viewer is an extension in a frame of the paper's own; a paper it may not show is an error page there.
    frames = [frame.url for frame in visit.page.frames]
    assert not any(url.startswith("chrome-error:") for url in frames), frames
    assert any(url.endswith("/file#page=2") for url in frames), frames
