"""A stream on its way into the store or out of it: cut in pieces, counted, hashed."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, BinaryIO

from tvist.documents.chunks import CHUNK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


class TooLarge(Exception):
    """The stream held more bytes than allowed; nothing of it was kept."""

    def __init__(self, max_bytes: int) -> None:
        """Remember the limit that was passed."""
        self.max_bytes = max_bytes
        super().__init__(f"more than {max_bytes} bytes")


class Reading:
    """A stream on its way in: counted, hashed, and stopped at the limit."""

    def __init__(self, pieces: Iterable[bytes], max_bytes: int | None) -> None:
        """`max_bytes`: where it stops; None lets all of it pass."""
        self.size = 0
        self.hash = hashlib.sha256()
        self._pieces = pieces
        self._max_bytes = max_bytes

    def __iter__(self) -> Iterator[bytes]:
        """The pieces. Raises TooLarge."""
        for piece in self._pieces:
            self.size += len(piece)
            if self._max_bytes is not None and self.size > self._max_bytes:
                raise TooLarge(self._max_bytes)
            self.hash.update(piece)
            yield piece


def pieces_of(stream: BinaryIO | Iterable[bytes]) -> Iterable[bytes]:
    """Read a file by chunks, not by lines: a paper may have no line end at all."""
    read = getattr(stream, "read", None)
    return iter(lambda: read(CHUNK), b"") if read else stream


def digest(pieces: Iterable[bytes]) -> bytes:
    """The SHA-256 of what comes."""
    found = hashlib.sha256()
    for piece in pieces:
        found.update(piece)
    return found.digest()


def sync_file(path: Path) -> None:
    """Have the bytes of a file on the disk itself."""
    # obstore leaves the bytes in the system's cache; a power cut would take them after the row was committed.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
