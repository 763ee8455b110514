"""Take uploaded files in between the beats of a request: looked at, stored, and thrown away again if the act is not done."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol, cast

from flask import request

from tvist.clock import today
from tvist.documents.models import Paper
from tvist.documents.pages import PageMaker
from tvist.documents.scanning import PIECE, Scanner, ScannerAway
from tvist.documents.storage import MissingPaper, PaperStore, Stored
from tvist.documents.uploads import MediaType, clean_name, inspect
from tvist.documents.vetting import vetted
from tvist.procedure.settings import procedure_on
from tvist.web.session import installed
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.documents.models import PaperReading

FIELD: Final = "papers"
MAX_BODY_BYTES: Final = 60_000_000
"""What one sending of an upload form may hold: a file at its largest, and what is typed beside it."""


LONGEST_LOOK: Final = 30.0
"""Seconds that looking into one file may take: somebody waits for the answer."""


@dataclass
class Kept:
    """A file that was looked at and lies in the store; `reading` is what was found in it, once it was searched."""

    name: str
    kind: MediaType
    stored: Stored
    reading: ReadingMade | None = None


class ReadingMade(Protocol):
    """What was found in a file, ready to become a row."""

    def row(self) -> PaperReading:
        """A new row for the paper."""
        ...


class TakenIn:
    """The files of one request: those that are stored, and what is wrong with the others, a message each."""

    def __init__(self, store: PaperStore, scanner: Scanner | None = None) -> None:
        """`store` keeps the bytes; without a `scanner` nobody asks for viruses here."""
        self._store = store
        self._scanner = scanner
        self.kept: list[Kept] = []
        self.faults: list[Message] = []

    def __len__(self) -> int:
        return len(self.kept)

    def take(self, file: BinaryIO, filename: str, maker: PageMaker) -> None:
        """Look at one file and store it; note what is wrong with it. `maker` opens what must be opened to be looked at."""
        name = clean_name(filename)
        largest = procedure_on(today()).largest_file_bytes
        found = inspect(file, filename, largest=largest)
        if isinstance(found, Message):
            self.faults.append(found)
            return
        # Scanned as it came: what a picture brings along is a finding too.
        if fault := self._infected(file, name):
            self.faults.append(fault)
            return
        good = vetted(found, file, name, maker)
        if isinstance(good, Message):
            self.faults.append(good)
            return
        try:
            self.kept.append(Kept(name, found, self._store.put(good, max_bytes=largest)))
        finally:
            if good is not file:
                good.close()

    def _infected(self, file: BinaryIO, name: str) -> Message | None:
        """What to say of a file that clamd finds something in, or that nobody can scan now: neither is let in."""
        if self._scanner is None:
            return None
        file.seek(0)
        try:
            found = self._scanner.finds(iter(partial(file.read, PIECE), b""))
        except ScannerAway:
            return Message("documents.not_scanned", name=name)
        finally:
            file.seek(0)
        return Message("documents.infected", name=name) if found else None

    def discard(self) -> None:
        """Delete what was stored: the act was not done."""
        for kept in self.kept:
            try:
                self._store.discard(kept.stored.blob_id)
            except MissingPaper:
                continue
        self.kept.clear()

    def papers(self, *, added_by: User, at: datetime, start_position: int = 1) -> list[Paper]:
        """The stored files as rows, not yet laid anywhere; the title is the file's name without its ending."""
        return [
            Paper(
                position=position,
                title=PurePosixPath(kept.name).stem,
                filename=kept.name,
                media_type=kept.kind.value,
                blob_id=kept.stored.blob_id,
                size=kept.stored.size,
                sha256=kept.stored.sha256,
                added_by_id=added_by.id,
                added_at=at,
                reading=kept.reading.row() if kept.reading is not None else None,
            )
            for position, kept in enumerate(self.kept, start=start_position)
        ]


def take_in_papers() -> TakenIn:
    """Take in the files of the form field `papers`; for `@requires(..., take_in=take_in_papers, max_bytes=MAX_BODY_BYTES)`."""
    clamd = installed().config.clamd
    taken = TakenIn(installed().papers, Scanner(clamd) if clamd else None)
    try:
        with PageMaker(longest=LONGEST_LOOK) as maker:
            for file in request.files.getlist(FIELD):
                # A field left empty is sent as a file without a name.
                if file.filename:
                    taken.take(cast("BinaryIO", file.stream), file.filename, maker)
    except BaseException:
        taken.discard()
        raise
    return taken
