"""The pages of a bundle put together: numbered parts, and the whole with its outline and the links of its index. Files in, files out."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem

from tvist.documents.pages_of_pdf import scale_of
from tvist.pdf import Foot, overlay, untagged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tvist.documents.pages_of_pdf import Link
    from tvist.pdf import Place


@dataclass(frozen=True)
class Bound:
    """A part of the whole: its file of plain pages, how many they are, its title in the outline and how deep it stands there, and its own links."""

    file: Path
    pages: int
    title: str
    level: int
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Leading:
    """A line of the index (a page of the whole from 0, and corners) and the page of the whole (from 0) that it leads to."""

    place: Place
    target: int


def _opened(file: Path) -> pikepdf.Pdf:
    """Read as it is needed. Mapped into memory, as is the custom, a file counts as held as long as it is open."""
    return pikepdf.open(file, access_mode=pikepdf.AccessMode.stream)


def number_pages(source: Path, target: Path, *, first: int, said: Callable[[int], str], links: Sequence[Link] = ()) -> None:
    """Write `said(page)` at the foot of each page, `first` on the first; and the part's own links, which lead to its own pages."""
    with _opened(source) as part:
        feet = []
        for place, page in enumerate(part.pages):
            width, height = (float(each) for each in page.mediabox[2:])
            feet.append(Foot(width, height, said(first + place), scale_of(width)))
        with pikepdf.open(io.BytesIO(overlay(feet))) as over:
            for page, foot in zip(part.pages, over.pages, strict=True):
                form = part.copy_foreign(foot.as_form_xobject(handle_transformations=False))
                page.contents_add(b"q\n", prepend=True)
                page.contents_add(b"\nQ\nq /TvFoot Do Q\n")
                _add_drawing(page, form)
        for link in links:
            _add_link(part, link.page, link.corners, link.target)
        _drop_outline(part)
        # Its pages are changed, and joined with pages that were never tagged: what it said of its structure would not be true of them.
        untagged(part)
        part.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def _add_drawing(page: pikepdf.Page, form: pikepdf.Object) -> None:
    """Under a name of its own. The resources may be shared with other pages, whose foot is another."""
    resources = _own(page.obj.get("/Resources"))
    drawings = _own(resources.get("/XObject"))
    drawings["/TvFoot"] = form
    resources["/XObject"] = drawings
    page.obj["/Resources"] = resources


def _own(shared: object) -> Dictionary:
    return Dictionary(dict(shared.items())) if isinstance(shared, Dictionary) else Dictionary()


def bind(parts: Sequence[Bound], leading: Sequence[Leading], target: Path, *, title: str, language: str) -> None:
    """Join the numbered parts to one file, with an outline, the links of the index and those within each part."""
    joined = target.with_suffix(".joined.pdf")
    # By qpdf's own program: it reads each file as it writes, where copying pages one by one would hold all of them.
    pikepdf.Job(
        ["pikepdf", "--deterministic-id", "--empty", "--pages", *(str(part.file) for part in parts), "--", str(joined)]
    ).run()
    with _opened(joined) as whole:
        for page in whole.pages:
            # The links are added anew, for they lead to other pages here.
            if "/Annots" in page.obj:
                del page.obj["/Annots"]
        firsts = _firsts(parts)
        for part, first in zip(parts, firsts, strict=True):
            for link in part.links:
                _add_link(whole, first + link.page, link.corners, first + link.target)
        for each in leading:
            _add_link(whole, each.place.page, each.place.corners, each.target)
        _add_outline(whole, parts, firsts)
        _describe(whole, title, language)
        whole.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    joined.unlink()


def _firsts(parts: Sequence[Bound]) -> list[int]:
    """The place (from 0) of the first page of each part."""
    firsts, at = [], 0
    for part in parts:
        firsts.append(at)
        at += part.pages
    return firsts


def _add_link(pdf: pikepdf.Pdf, page: int, corners: tuple[float, float, float, float], target: int) -> None:
    if not (0 <= page < len(pdf.pages) and 0 <= target < len(pdf.pages)):
        return
    link = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Link,
        Rect=Array([round(each, 2) for each in corners]),
        Border=Array([0, 0, 0]),
        F=4,
        Dest=Array([pdf.pages[target].obj, Name.Fit]),
    )
    owner = pdf.pages[page].obj
    if "/Annots" not in owner:
        owner["/Annots"] = Array([])
    owner["/Annots"].append(pdf.make_indirect(link))


def _add_outline(whole: pikepdf.Pdf, parts: Sequence[Bound], firsts: Sequence[int]) -> None:
    """Sendings at the first level, their papers under them."""
    with whole.open_outline() as outline:
        above: OutlineItem | None = None
        for part, first in zip(parts, firsts, strict=True):
            item = OutlineItem(part.title, first)
            if part.level and above is not None:
                above.children.append(item)
            else:
                outline.root.append(item)
                above = item


def _describe(whole: pikepdf.Pdf, title: str, language: str) -> None:
    whole.docinfo["/Title"] = title
    whole.docinfo["/Creator"] = "Tvist"
    whole.Root["/Lang"] = pikepdf.String({"nb": "nb-NO", "nn": "nn-NO"}.get(language, language))
    whole.Root["/PageMode"] = Name.UseOutlines
    whole.Root["/ViewerPreferences"] = Dictionary(DisplayDocTitle=True)


def _drop_outline(part: pikepdf.Pdf) -> None:
    for key in ("/Outlines", "/PageMode"):
        if key in part.Root:
            del part.Root[key]
