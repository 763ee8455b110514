"""Every document we make is PDF/A-2a and PDF/UA-1 at once, by veraPDF's rules, in each language and of any length (rules 37, 43)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pikepdf
import pypdfium2
import pytest

from tests.documents.kinds import KINDS, file_of
from tests.documents.samples import a_document, everything
from tests.people import NOON, a_cast
from tests.scenes.panel import referred
from tests.scenes.papers import two_papers
from tests.verapdf import faults
from tvist.documents.made import MadeAs
from tvist.documents.mail import Mail
from tvist.documents.pages import Made
from tvist.panel.binding import Bound, bind, number_pages
from tvist.panel.index import index_of
from tvist.panel.index_pages import index_file
from tvist.panel.paper_pages import cover_of, cover_sheet
from tvist.panel.sending_pages import sending_sheet
from tvist.pdf import render
from tvist.words import NORWEGIAN

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session


BECAME = (
    Made(MadeAs.COVER, why="locked"),
    Made(MadeAs.EXTRACT, text="Saksbehandlingstiden.\n\n" * 200),
    Made(MadeAs.EXTRACT, mail=Mail("a@vik.invalid", "b@vik.invalid", "", "Faktura", NOON, ("faktura.pdf",), "Se vedlegg.")),
)
"""What may have become of a file whose pages are not its own."""


def wrong_with(data: bytes) -> list[str]:
    return faults(data, "2a") + faults(data, "ua1")


@pytest.mark.parametrize("kind_of_document", KINDS)
def test_each_kind_of_document_conforms(kind_of_document: str) -> None:
    data = file_of(kind_of_document)

    assert wrong_with(data) == []
    with pypdfium2.PdfDocument(data) as file:
        assert len(file) >= KINDS[kind_of_document][0]


@pytest.fixture
def kind() -> str:
    """One database: how pages are tagged does not depend on it."""
    return "sqlite"


@pytest.mark.parametrize("language", NORWEGIAN)
def test_the_pages_of_ours_in_a_bundle_conform_each_as_a_file_of_its_own(session: Session, language: str) -> None:
    cast = a_cast(session)
    case = referred(session, cast, papers=two_papers(cast))
    case.language = language
    bundle = case.bundles[0]
    entries = index_of(bundle)
    covers = [cover_of(entry, entry.paper) for entry in entries if entry.paper]

    index, *_ = index_file(bundle, entries, {entry.number: 3 for entry in entries})
    sheets = [render(*sending_sheet(entry)) for entry in entries if not entry.paper]
    covering = [render(*cover_sheet(cover, made)) for cover in covers for made in BECAME]

    assert (len(covers), bool(sheets)) == (2, True)
    with pikepdf.open(io.BytesIO(index)) as file:
        assert str(file.Root.Lang) == f"{language}-NO"
    assert [wrong_with(each) for each in (index, *sheets, *covering)] == [[]] * (1 + len(sheets) + len(covering))


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
