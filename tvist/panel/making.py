"""The job that makes a bundle as pages: papers to pages, an index before them, a running number on each, one file of it all (rule 33).

Nothing is written but how far it has come, until all is made and stored; then parts and file come in one transaction. Begun twice it makes one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.clock import now
from tvist.db import insert_once
from tvist.documents.made import MadeAs
from tvist.documents.pages import PageMaker
from tvist.panel.binding import Bound, Leading, bind, number_pages
from tvist.panel.bundles import BundleFile, BundlePart, BundleProgress, PartKind
from tvist.panel.index import index_of
from tvist.panel.index_pages import first_pages, index_file
from tvist.panel.laying_out import Part, laid_out, sheets_of
from tvist.panel.models import Bundle
from tvist.words import Message, render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.documents.storage import Stored
    from tvist.installation import Installation
    from tvist.panel.laying_out import Sheet
    from tvist.pdf import Place

INDEX_AND_BINDING: Final = 2
"""Steps besides the parts, in how far it has come."""
PIECE: Final = 1_000_000


def bundle_job(installation: Installation, bundle_id: int, at: datetime) -> None:
    """Make the pages of a bundle and keep them. Raises whatever stops it, with `failed_at` set for who looks how far it has come."""
    with installation.database.reading() as session:
        if _is_there(session, bundle_id):
            return
        sheets = sheets_of(session.get_one(Bundle, bundle_id))
    making = _Making(installation, bundle_id, at)
    making.begin(total=len(sheets) + INDEX_AND_BINDING)
    try:
        making.make(sheets)
    except Exception:
        making.note(failed_at=now())
        raise


@dataclass(frozen=True)
class _Said:
    """The words in the properties of the file, and on each page."""

    title: str
    language: str
    stamp: Callable[[int], str]


class _Making:
    """The making of one bundle. How far it has come is noted in short transactions of their own."""

    def __init__(self, installation: Installation, bundle_id: int, at: datetime) -> None:
        self._database, self._papers = installation.database, installation.papers
        self._bundle_id, self._at = bundle_id, at
        self._done = 0

    def begin(self, *, total: int) -> None:
        """From the start, also after a failure."""
        with self._database.writing() as session:
            insert_once(session, BundleProgress, bundle_id=self._bundle_id, done=0, total=total, updated_at=now())
            session.commit()
        self.note(done=0, total=total, failed_at=None)

    def note(self, **values: object) -> None:
        """Write it down for who waits."""
        of_bundle = sa.update(BundleProgress).where(BundleProgress.bundle_id == self._bundle_id)
        with self._database.writing() as session:
            session.execute(of_bundle.values(updated_at=now(), **values).execution_options(synchronize_session=False))
            session.commit()

    def make(self, sheets: Sequence[Sheet]) -> None:
        """Lay out, number, bind and keep, in a folder of its own that is removed."""
        with TemporaryDirectory(prefix="tvist-bundle-") as folder, PageMaker() as maker:
            room = Path(folder)
            parts = []
            for place, sheet in enumerate(sheets, start=1):
                parts.append(laid_out(self._papers, maker, sheet, room / f"{place}.pdf"))
                self._step()
            pages = {part.sheet.number: part.pages for part in parts if part.sheet}
            index, places, said = self._index(maker, pages, room / "index.pdf")
            self._step()
            numbered = list(_numbered([index, *parts], said.stamp))
            first = first_pages(pages, index.pages)
            leading = [Leading(place, first[place.key] - 1) for place in places]
            whole = room / "whole.pdf"
            bind([_bound(part) for part in numbered], leading, whole, title=said.title, language=said.language)
            self._keep(numbered, whole)
        self._step()

    def _step(self) -> None:
        self._done += 1
        self.note(done=self._done)

    def _index(self, maker: PageMaker, pages: dict[str, int], target: Path) -> tuple[Part, list[Place], _Said]:
        """The index, now that it is known how long each part is."""
        with self._database.reading() as session:
            bundle = session.get_one(Bundle, self._bundle_id)
            number, language = bundle.case.number, bundle.case.language
            file, places, own = index_file(bundle, index_of(bundle), pages)
        target.write_bytes(file)
        title = render(Message("panel.bundle.title", number=number), language)
        said = _Said(title, language, lambda page: render(Message("bundle.stamp", number=number, page=page), language))
        name = render(Message("panel.bundle.index"), language)
        return Part(None, name, target, MadeAs.PAGES, maker.texts(target, own)), places, said

    def _keep(self, parts: Sequence[Part], whole: Path) -> None:
        """Store the files, then write the rows in one transaction; where it does not come to that, nothing stays in the store."""
        stored: list[Stored] = []
        is_written = False
        try:
            stored += (self._papers.put(_pieces(part.file), max_bytes=None) for part in parts)
            stored.append(self._papers.put(_pieces(whole), max_bytes=None))
            texts = [text for part in parts for text in part.texts]
            stored.append(self._papers.put([json.dumps(texts, ensure_ascii=False).encode()], max_bytes=None))
            is_written = self._write(parts, stored)
        finally:
            if not is_written:
                for each in stored:
                    self._papers.discard(each.blob_id)

    def _write(self, parts: Sequence[Part], stored: Sequence[Stored]) -> bool:
        """False where another worker was first."""
        *of_parts, file, text = stored
        rows, first = [], 1
        for position, (part, kept) in enumerate(zip(parts, of_parts, strict=True), start=1):
            rows.append(self._row(position, part, first, kept))
            first += part.pages
        with self._database.writing() as session:
            session.execute(sa.select(Bundle.id).where(Bundle.id == self._bundle_id).with_for_update())
            if _is_there(session, self._bundle_id):
                return False
            session.add_all(rows)
            session.add(
                BundleFile(
                    bundle_id=self._bundle_id,
                    pages=first - 1,
                    blob_id=file.blob_id,
                    size=file.size,
                    sha256=file.sha256,
                    text_blob_id=text.blob_id,
                    text_sha256=text.sha256,
                    made_at=self._at,
                )
            )
            session.commit()
        return True

    def _row(self, position: int, part: Part, first: int, kept: Stored) -> BundlePart:
        sheet = part.sheet
        kind = PartKind.INDEX if sheet is None else PartKind.PAPER if sheet.paper_id else PartKind.SENDING
        return BundlePart(
            bundle_id=self._bundle_id,
            position=position,
            kind=kind,
            submission_id=sheet.submission_id if sheet else None,
            paper_id=sheet.paper_id if sheet else None,
            made_as=part.made_as,
            title=part.title,
            first_page=first,
            pages=part.pages,
            blob_id=kept.blob_id,
            size=kept.size,
            sha256=kept.sha256,
        )


def _numbered(parts: Sequence[Part], stamp: Callable[[int], str]) -> Iterator[Part]:
    """Each part with its running numbers, in the place of the plain one."""
    first = 1
    for part in parts:
        target = part.file.with_suffix(".numbered.pdf")
        number_pages(part.file, target, first=first, said=stamp, links=part.links)
        part.file.unlink()
        yield replace(part, file=target)
        first += part.pages


def _bound(part: Part) -> Bound:
    return Bound(part.file, part.pages, part.title, 1 if part.sheet and part.sheet.paper_id else 0, part.links)


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(PIECE):
            yield piece


def _is_there(session: Session, bundle_id: int) -> bool:
    return session.scalar(sa.select(BundleFile.id).where(BundleFile.bundle_id == bundle_id)) is not None
