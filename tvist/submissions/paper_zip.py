"""Several papers as one zip, made while it is sent: decrypted piece by piece, never whole in memory."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tvist.clock import OSLO
from tvist.words import Message, format_moment, label, render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from tvist.submissions.papers import ListedPaper

LARGE: Final = 2**31 - 1
"""From this size on the entry is written in the form that holds more than 2 GB."""


@dataclass(frozen=True)
class Packed:
    """A file for the zip: its name, when it was made, its size in bytes, and how its bytes are got, which is done when its turn comes."""

    name: str
    at: datetime
    size: int
    pieces: Callable[[], Iterable[bytes]]


class _Outgoing(io.RawIOBase):
    """What the zip is written to: it holds what has not been given out yet. It cannot seek, so that lengths stand behind each file."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[bytes] = []

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]  # What zipfile writes are bytes.
        """Hold it."""
        self._waiting.append(bytes(piece))
        return len(piece)

    def taken(self) -> Iterator[bytes]:
        """What was written since the last time."""
        waiting, self._waiting = self._waiting, []
        yield from waiting


def zipped(files: Iterable[Packed]) -> Iterator[bytes]:
    """The zip in pieces. Raises what reading a paper raises: then the zip breaks off, and cannot be taken for a whole one."""
    out = _Outgoing()
    # Packed lightly, not stored: a stored file whose length stands behind it cannot be read by programs that unpack while they receive.
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for file in files:
            entry = zipfile.ZipInfo(file.name, file.at.astimezone(OSLO).timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            with packed.open(entry, "w", force_zip64=file.size > LARGE) as inside:
                for piece in file.pieces():
                    inside.write(piece)
                    yield from out.taken()
            yield from out.taken()
    yield from out.taken()


def unique_names(names: Sequence[str]) -> list[str]:
    """The same names, with `(2)` before the ending of one that stood there already; upper and lower case are one on many computers."""
    taken: set[str] = set()
    found = []
    for name in names:
        stem, _, ending = name.rpartition(".")
        unique = next(
            each
            for each in (name, *(f"{stem} ({count}).{ending}" for count in range(2, len(names) + 2)))
            if each.casefold() not in taken
        )
        taken.add(unique.casefold())
        found.append(unique)
    return found


def index_of(listed: Sequence[ListedPaper], names: Sequence[str | None], *, language: str, at: datetime) -> str:
    """The list that lies in the zip: what each file is, of which day, who sent it, and its SHA-256; one that cannot be read is named as such.

    `names` are those in the zip, None for a paper that is not in it. Fields stand between tabs.
    """
    heads = ("number", "title", "kind", "dated_on", "sender", "sent_at", "file")
    lines = ["\t".join([*(render(Message(f"documents.index.{head}"), language) for head in heads), "SHA-256"])]
    for each, name in zip(listed, names, strict=True):
        paper, sending = each.paper, each.sending
        sender = sending.party.name if sending.party else render(Message("submissions.from_body"), language)
        row = [
            render(each.place, language),
            render(each.title, language),
            render(label(paper.kind), language),
            paper.dated_on.isoformat() if paper.dated_on else "",
            sender,
            format_moment(sending.made_at, language),
            name or "",
            paper.sha256 if name else "",
        ]
        lines.append("\t".join(" ".join(cell.split()) for cell in row))
    made = render(Message("documents.index.made", moment=at), language)
    # Notepad and Excel know UTF-8 by the mark, and lines by both their ends.
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + "\r\n".join([made, "", *lines, ""])
