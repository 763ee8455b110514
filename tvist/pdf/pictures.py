"""A file of pictures alone, one a page, each with words for who cannot see it: PDF/A-2a and PDF/UA-1 at once, and no letter of text."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from tvist.pdf.archival import LANGUAGE_TAGS, Description, archived
from tvist.pdf.roles import Role
from tvist.pdf.tagging import Element, Marked, Tree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tvist.pdf.blocks import Language


@dataclass(frozen=True)
class PagePicture:
    """A page: a JPEG of so many pixels, in grey or in colour, its size on paper in points, and what is said of it."""

    jpeg: bytes
    pixels: tuple[int, int]
    is_grey: bool
    points: tuple[float, float]
    alternative: str


def picture_file(pages: Iterable[PagePicture], told: Description, language: Language) -> bytes:
    """The file. The same pages give the same bytes."""
    tree, drawn = Tree(language), io.BytesIO()
    with pikepdf.new() as pdf:
        for place, page in enumerate(pages):
            _add(pdf, page)
            role = Role("Figure", alternative=page.alternative)
            tree.root.kids.append(Element("Figure", role, language, [Marked(place, 0)], (0.0, 0.0, *page.points)))
        pdf.Root.Lang = String(LANGUAGE_TAGS[language])
        pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        stamp = f"D:{told.made_on:%Y%m%d}120000Z"
        said = {
            "Title": told.title,
            "Author": told.author,
            "Subject": told.subject,
            "Creator": "Tvist",
            "CreationDate": stamp,
            "ModDate": stamp,
        }
        for name, words in said.items():
            pdf.docinfo[f"/{name}"] = String(words)
        pdf.save(drawn, deterministic_id=True)
    drawn.seek(0)
    return archived(drawn, tree, told)


def _add(pdf: pikepdf.Pdf, page: PagePicture) -> None:
    width, height = page.points
    space = Name.DeviceGray if page.is_grey else Name.DeviceRGB
    picture = pdf.make_stream(
        page.jpeg,
        Type=Name.XObject, Subtype=Name.Image, Width=page.pixels[0], Height=page.pixels[1],
        ColorSpace=space, BitsPerComponent=8, Filter=Name.DCTDecode,
    )  # fmt: skip
    pdf.add_blank_page(page_size=(width, height))
    made = pdf.pages[-1].obj
    made.Resources = Dictionary(XObject=Dictionary(P=picture))
    made.Contents = pdf.make_stream(f"/Figure <</MCID 0>> BDC q {width:.4f} 0 0 {height:.4f} 0 0 cm /P Do Q EMC\n".encode())
    made.MediaBox = Array([0, 0, width, height])
