"""Every document we make is PDF/A-2a and PDF/UA-1 at once, by veraPDF's rules, in each language and of any length (rules 37, 43)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pikepdf
import pypdfium2
import pytest

from tests.documents.opinion_records import a_line, a_question, a_record, a_result
from tests.documents.samples import a_document, a_letter, everything, many
from tests.documents.test_receipt import a_receipt
from tests.people import a_cast
from tests.scenes.panel import referred
from tests.verapdf import faults
from tvist.decision.document import opinion
from tvist.intake.receipt import receipt
from tvist.panel.binding import Bound, bind, number_pages
from tvist.panel.index import index_of
from tvist.panel.index_pages import index_file
from tvist.panel.paper_pages import cover_of
from tvist.panel.sending_pages import sending_sheet
from tvist.pdf import heading, prose, render

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy.orm import Session

CORRECTIONS = [{"version": 2, "on": "2026-03-09", "words": "Årstallet i vurderingen var feil."}]
MANY_LINES = {
    "lines": [a_line(position) for position in range(1, 240)],
    "questions": [a_question(position, position, "responsible", a_result(0)) for position in range(1, 240)],
}
MADE: dict[str, tuple[int, Callable[[], bytes]]] = {
    "opinion, nb": (5, lambda: render(*opinion(a_record()))),
    "opinion, nn": (5, lambda: render(*opinion(a_record(language="nn")))),
    "opinion, corrected": (5, lambda: render(*opinion(a_record(corrections=CORRECTIONS)))),
    "opinion, draft": (5, lambda: render(*opinion(a_record(issued_on=None), is_draft=True))),
    "opinion, long": (60, lambda: render(*opinion(a_record(**MANY_LINES)))),
    "receipt, nb": (1, lambda: render(*receipt(a_receipt("nb")))),
    "receipt, nn": (1, lambda: render(*receipt(a_receipt("nn")))),
    "letter": (1, lambda: render(a_document(title="Mangler"), a_letter())),
    "letter in English": (1, lambda: render(a_document(title="Letter", language="en"), a_letter())),
    "everything": (3, lambda: render(a_document(), everything())),
    "everything, over and over": (15, lambda: render(a_document(), many(3))),
    "nothing": (1, lambda: render(a_document(title=" "), [])),
    "empty sections": (1, lambda: render(a_document(), [heading(" ", 2), prose(""), heading("Tom", 3), heading("Full", 2), prose("a")])),
}  # fmt: skip


def wrong_with(data: bytes) -> list[str]:
    return faults(data, "2a") + faults(data, "ua1")


@pytest.mark.parametrize(("pages", "made"), MADE.values(), ids=MADE)
def test_each_kind_of_document_conforms(pages: int, made: Callable[[], bytes]) -> None:
    data = made()

    assert wrong_with(data) == []
    with pypdfium2.PdfDocument(data) as file:
        assert len(file) >= pages


@pytest.fixture
def kind() -> str:
    """One database: how pages are tagged does not depend on it."""
    return "sqlite"


def test_the_pages_of_ours_in_a_bundle_conform_each_as_a_file_of_its_own(session: Session) -> None:
    case = referred(session, a_cast(session))
    bundle = case.bundles[0]
    entries = index_of(bundle)
    papers = [(entry, entry.paper) for entry in entries if entry.paper]

    index, *_ = index_file(bundle, entries, {entry.number: 3 for entry in entries})
    sheets = [render(*sending_sheet(entry)) for entry in entries if not entry.paper]
    covers = [render(cover.document, cover.blocks) for cover in (cover_of(entry, paper) for entry, paper in papers)]

    assert sheets
    assert [wrong_with(each) for each in (index, *sheets, *covers)] == [[]] * (1 + len(sheets) + len(covers))


def test_pages_of_ours_that_are_joined_with_others_claim_nothing_that_is_not_so(tmp_path: Path) -> None:
    part, numbered, whole = (tmp_path / name for name in ("part.pdf", "numbered.pdf", "whole.pdf"))
    part.write_bytes(render(a_document(), everything()))

    number_pages(part, numbered, first=1, said=str)
    bind([Bound(numbered, 3, "Del", 0)] * 2, [], whole, title="Utdrag", language="nb")

    with pikepdf.open(whole) as file:
        assert not {"/StructTreeRoot", "/MarkInfo", "/Metadata", "/OutputIntents"} & set(file.Root.keys())
        assert not [key for page in file.pages for key in ("/StructParents", "/Tabs") if key in page.obj]
    with pypdfium2.PdfDocument(whole) as file:
        assert len(file) == 6
        assert "Saksbehandlingstiden" in file[3].get_textpage().get_text_range()
