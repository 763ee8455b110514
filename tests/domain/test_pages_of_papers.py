"""Papers become plain pages: each kind of file, hostile and broken ones too; nothing in a file stops the others (rule 33)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pikepdf
import pypdfium2
import pytest

from tests.scenes import files
from tests.scenes.files import FILES, WORDS, a_hostile_pdf, a_locked_pdf, a_picture, a_turned_pdf, zipped
from tvist.documents.made import MadeAs
from tvist.documents.mail import text_of_html
from tvist.documents.pages import PageMaker
from tvist.documents.pages_of_pdf import STRIP
from tvist.documents.text import plain_text
from tvist.documents.uploads import MediaType, inspect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PIL.Image import Image

    from tvist.documents.pages import Made

PICTURES = {MediaType.PNG, MediaType.JPEG, MediaType.TIFF}
EVIL = (b"JavaScript", b"Launch", b"SubmitForm", b"/URI", b"evil", b"EmbeddedFile", b"/EF", b"/AF", b"OpenAction", b"/AA")


@pytest.fixture(scope="module")
def maker() -> Iterator[PageMaker]:
    with PageMaker() as found:
        yield found


@pytest.fixture
def laid(maker: PageMaker, tmp_path: Path) -> Callable[[MediaType, bytes], Made]:
    """Lays a file out; the pages lie at `pages.pdf`."""

    def lay(kind: MediaType, content: bytes) -> Made:
        source = tmp_path / "source"
        source.write_bytes(content)
        return maker.pages(kind, source, tmp_path / "pages.pdf")

    return lay


def drawn(file: Path, page: int = 0) -> Image:
    with pypdfium2.PdfDocument(file) as opened:
        return opened[page].render().to_pil().convert("L").copy()


@pytest.mark.parametrize("kind", MediaType)
def test_each_kind_of_file_is_what_it_says(kind):
    content = FILES[kind]()
    assert inspect(io.BytesIO(content), f"fil.{kind.endings[0]}", largest=10**7) is kind


@pytest.mark.parametrize("kind", MediaType)
def test_each_kind_becomes_pages_or_text(laid, kind):
    made = laid(kind, FILES[kind]())

    if kind in PICTURES:
        assert (made.made_as, len(made.texts)) == (MadeAs.IMAGE, 2 if kind is MediaType.TIFF else 1)
    elif kind is MediaType.PDF:
        assert (made.made_as, len(made.texts)) == (MadeAs.PAGES, 2)
        assert all(WORDS in text for text in made.texts)
    else:
        text = made.mail.text if made.mail else made.text
        assert made.made_as is MadeAs.EXTRACT
        assert WORDS in text
        assert "strøket" not in text


@pytest.mark.parametrize("kind", [kind for kind in MediaType if kind not in PICTURES])
def test_the_search_reads_the_text_of_each_kind(kind):
    assert WORDS in (plain_text(kind, [FILES[kind]()]) or "")


@pytest.mark.parametrize("kind", sorted(PICTURES))
def test_a_picture_has_no_text_and_is_said_to_be_unread(kind):
    assert plain_text(kind, [FILES[kind]()]) is None


def test_a_table_is_told_row_by_row(laid):
    assert "\nDøgn | 12" in laid(MediaType.DOCX, files.a_docx()).text
    assert "\nDøgn | 12" in laid(MediaType.ODT, files.an_odt()).text
    assert laid(MediaType.XLSX, files.an_xlsx()).text == f"Regnskap\n{WORDS} | 12.5 | 01.03.2024\nDøgn"


@pytest.mark.parametrize("kind", [MediaType.EML, MediaType.MSG])
def test_a_mail_tells_who_wrote_to_whom(laid, kind):
    mail = laid(kind, FILES[kind]()).mail
    assert "Åsta Vik" in mail.sender
    assert mail.subject == "Spørsmål om oppholdet"
    if kind is MediaType.EML:
        assert (mail.recipients, mail.attachments, mail.sent.isoformat()) == (
            "bo@vest.invalid",
            ("Vedlegg.pdf",),
            "2026-03-02T12:00:00+01:00",
        )


def test_a_mail_in_html_is_read_as_it_looks(laid):
    assert laid(MediaType.EML, files.an_eml(html=True)).mail.text == WORDS
    assert text_of_html("<table><tr><td>Døgn</td><td>12</td></tr></table>Slutt &amp; ferdig") == "Døgn | 12 |\n\nSlutt & ferdig"


def test_a_hostile_pdf_comes_out_clean(laid, tmp_path):
    made = laid(MediaType.PDF, a_hostile_pdf())

    with pikepdf.open(tmp_path / "pages.pdf") as pdf:
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"}
        told = b"\n".join(
            thing.unparse() if not isinstance(thing, pikepdf.Stream) else pikepdf.Dictionary(dict(thing.items())).unparse()
            for thing in pdf.objects
        )
    assert [word for word in EVIL if word in told] == []
    assert [(link.page, link.target) for link in made.links] == [(0, 1)]
    assert WORDS in made.texts[0]


@pytest.mark.parametrize(
    ("rotate", "size"), [(0, (300, 500)), (90, (500, 300)), (180, (300, 500)), (270, (500, 300)), (-90, (500, 300))]
)
def test_pages_are_upright_and_have_a_strip_under_them(laid, tmp_path, rotate, size):
    laid(MediaType.PDF, a_turned_pdf(rotate=rotate))

    with pikepdf.open(tmp_path / "pages.pdf") as pdf:
        left, low, width, height = (float(each) for each in pdf.pages[0].mediabox)
        assert "/Rotate" not in pdf.pages[0].obj
    strip = STRIP * max(size[0] / 595.28, 0.4)
    assert (left, low, round(width), round(height, 1)) == (0, 0, size[0], round(size[1] + strip, 1))
    below = drawn(tmp_path / "pages.pdf").crop((0, size[1] + 1, size[0], int(size[1] + strip)))
    assert below.getextrema() == (255, 255)


def test_a_page_without_a_sensible_box_becomes_a4(laid, tmp_path):
    laid(MediaType.PDF, a_turned_pdf(rotate=0, box=(0, 0, 0, 0)))
    with pikepdf.open(tmp_path / "pages.pdf") as pdf:
        assert [round(float(each)) for each in pdf.pages[0].mediabox] == [0, 0, 595, 866]


@pytest.mark.parametrize(
    ("kind", "content", "why"),
    [
        (MediaType.PDF, b"%PDF-1.7 nothing more", "broken"),
        (MediaType.PDF, a_locked_pdf(), "locked"),
        (MediaType.PNG, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "broken"),
        (MediaType.DOCX, b"PK\x03\x04 nothing more", "broken"),
        (MediaType.DOCX, files.a_docx(before='<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>', words="&b;"), "broken"),
        (MediaType.DOCX, files.a_docx(words="a" * 90_000_000), "broken"),
        (MediaType.XLSX, zipped({"xl/workbook.xml": "<w/>"}), "no_text"),
        (MediaType.MSG, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "broken"),
        (MediaType.TXT, b" \n", "no_text"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_cannot_be_read_is_said_to_be(laid, kind, content, why):
    made = laid(kind, content)
    assert (made.made_as, made.why) == (MadeAs.COVER, why)


def test_a_picture_lies_as_the_camera_says(laid, tmp_path):
    laid(MediaType.JPEG, a_picture(MediaType.JPEG, size=(600, 400), turned=6))
    page = drawn(tmp_path / "pages.pdf")
    # Turned a quarter clockwise, the dark corner is at the upper right, and the page stands.
    assert page.size == (596, 842)
    box = page.point(lambda shade: 255 if shade < 100 else 0).getbbox()
    assert box is not None
    assert box[0] > 298


def test_what_can_be_seen_through_lies_on_white(laid, tmp_path):
    made = laid(MediaType.PNG, a_picture(MediaType.PNG, mode="RGBA"))
    assert made.made_as is MadeAs.IMAGE
    assert drawn(tmp_path / "pages.pdf").getpixel((421, 500)) == 255


def test_a_file_that_ends_the_other_program_ends_no_more(tmp_path):
    source = tmp_path / "source"
    source.write_bytes(files.a_pdf())
    with PageMaker(longest=0.0) as hurried:
        assert hurried.pages(MediaType.PDF, source, tmp_path / "pages.pdf").why == "gave_up"
        hurried._longest = 60.0
        assert hurried.pages(MediaType.PDF, source, tmp_path / "pages.pdf").made_as is MadeAs.PAGES
