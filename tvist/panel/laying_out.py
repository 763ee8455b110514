"""Each part of a bundle as plain pages in a file: sendings told by us, papers laid out, and a cover sheet where a paper has no pages to show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tvist.documents.chunks import BrokenPaper
from tvist.documents.made import MadeAs
from tvist.documents.pages import Made
from tvist.documents.uploads import MediaType
from tvist.panel.index import index_of
from tvist.panel.paper_pages import Cover, cover_of, cover_sheet, paper_title
from tvist.panel.sending_pages import sending_sheet, title_of
from tvist.pdf import Block, Document, render
from tvist.pdf.sheets import page_count

if TYPE_CHECKING:
    from pathlib import Path

    from tvist.documents.pages import PageMaker
    from tvist.documents.pages_of_pdf import Link
    from tvist.documents.storage import PaperStore
    from tvist.panel.index import IndexEntry
    from tvist.panel.models import Bundle


@dataclass(frozen=True)
class Sheet:
    """A part to be made: a sending told by us, or a paper with its bytes. `number` is that of its entry in the index."""

    number: str
    title: str
    submission_id: int
    told: tuple[Document, list[Block]] | None = None
    paper_id: int | None = None
    blob_id: str = ""
    kind: MediaType = MediaType.TXT
    cover: Cover | None = None


@dataclass(frozen=True)
class Part:
    """A part whose plain pages lie in a file, with the text of each. The index is of no sheet."""

    sheet: Sheet | None
    title: str
    file: Path
    made_as: MadeAs
    texts: tuple[str, ...]
    links: tuple[Link, ...] = ()

    @property
    def pages(self) -> int:
        """How many."""
        return len(self.texts)


def sheets_of(bundle: Bundle) -> list[Sheet]:
    """All that is to be laid out, in order; what our own sheets say is read here, so that no transaction is held while pages are made."""
    return [_sheet(entry) for entry in index_of(bundle) if not entry.is_withheld]


def _sheet(entry: IndexEntry) -> Sheet:
    paper = entry.paper
    if paper is None:
        return Sheet(entry.number, title_of(entry), entry.submission.id, told=sending_sheet(entry))
    return Sheet(
        entry.number,
        paper_title(entry, paper),
        entry.submission.id,
        paper_id=paper.id,
        blob_id=paper.blob_id,
        kind=MediaType(paper.media_type),
        cover=cover_of(entry, paper),
    )


def laid_out(papers: PaperStore, maker: PageMaker, sheet: Sheet, target: Path) -> Part:
    """One part as plain pages. A paper that cannot be laid out, or is broken in the store, gets a cover sheet that says so."""
    if sheet.told is not None:
        return _told(maker, sheet, sheet.told, target)
    assert sheet.cover is not None  # noqa: S101 - a sheet is told, or has a paper and a cover.
    source = target.with_suffix(".source")
    try:
        with source.open("wb") as opened:
            opened.writelines(papers.open(sheet.blob_id))
        made = maker.pages(sheet.kind, source, target)
    except BrokenPaper:
        made = Made(MadeAs.COVER, why="missing")
    finally:
        source.unlink(missing_ok=True)
    if made.texts:
        return Part(sheet, sheet.title, target, made.made_as, made.texts, made.links)
    return replace(_told(maker, sheet, cover_sheet(sheet.cover, made), target), made_as=made.made_as)


def _told(maker: PageMaker, sheet: Sheet, told: tuple[Document, list[Block]], target: Path) -> Part:
    target.write_bytes(render(*told))
    return Part(sheet, sheet.title, target, MadeAs.PAGES, maker.texts(target, page_count(target)))
