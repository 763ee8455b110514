"""Take uploaded files in between the beats of a request: looked at, stored, and thrown away again if the act is not done."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol, cast

from flask import request

from tvist.clock import today
from tvist.documents.models import Paper
from tvist.documents.storage import MissingPaper, PaperStore, Stored
from tvist.documents.uploads import MediaType, clean_name, inspect
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

    def __init__(self, store: PaperStore) -> None:
        """`store` keeps the bytes."""
        self._store = store
        self.kept: list[Kept] = []
        self.faults: list[Message] = []

    def __len__(self) -> int:
        return len(self.kept)

    def take(self, file: BinaryIO, filename: str) -> None:
        """Look at one file and store it; note what is wrong with it."""
        name = clean_name(filename)
        largest = procedure_on(today()).largest_file_bytes
        found = inspect(file, filename, largest=largest)
        if isinstance(found, Message):
            self.faults.append(found)
            return
        self.kept.append(Kept(name, found, self._store.put(file, max_bytes=largest)))

    def discard(self) -> None:
        """Delete what was stored: the act was not done."""
        for kept in self.kept:
            try:
                self._store.delete(kept.stored.blob_id)
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
    taken = TakenIn(installed().papers)
    try:
        for file in request.files.getlist(FIELD):
            # A field left empty is sent as a file without a name.
            if file.filename:
                taken.take(cast("BinaryIO", file.stream), file.filename)
    except BaseException:
        taken.discard()
        raise
    return taken
