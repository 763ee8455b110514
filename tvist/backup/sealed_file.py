"""The file of a backup: a tar, sealed in the chunks of `tvist.documents.chunks` with a key of its own, written and read in one go.

Nothing of it can be read, changed, cut or continued without the master key that the head names. The key file is never in it.
"""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, BinaryIO, Final

from tvist.documents.chunks import CHUNK, HEAD, SEALED_CHUNK, BrokenPaper, Chunks, new_head, plain_size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tvist.vault.keys import MasterKeys

PURPOSE: Final = b"backup"
NAME: Final = "backup"
"""What stands where a stored paper has its id: no chunk of the one can pass for a chunk of the other."""


class BrokenBackup(Exception):
    """The file is no whole backup that these keys open; the text says what is wrong."""


class SealingFile(io.RawIOBase):
    """Seals what is written to it with the newest master key. Only `end` makes the file whole."""

    def __init__(self, keys: MasterKeys, file: BinaryIO) -> None:
        """Write to `file`, which is open for bytes and empty."""
        head = new_head(keys)
        self._file, self._chunks = file, Chunks(keys, NAME, head, purpose=PURPOSE)
        self._waiting, self._index = bytearray(), 0
        file.write(head)

    def writable(self) -> bool:
        """It is written to."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # Bytes are all that tarfile writes.
        """Keep `data`; one full chunk is held back, as only the end tells which is the last."""
        self._waiting += data
        while len(self._waiting) > CHUNK:
            self._file.write(self._chunks.sealed(self._index, bytes(self._waiting[:CHUNK]), is_last=False))
            del self._waiting[:CHUNK]
            self._index += 1
        return len(data)

    def end(self) -> None:
        """Write the last chunk, and see all of it on the disk."""
        self._file.write(self._chunks.sealed(self._index, bytes(self._waiting), is_last=True))
        self._file.flush()
        os.fsync(self._file.fileno())


class OpenedFile(io.RawIOBase):
    """Reads what a `SealingFile` wrote, each chunk proved before it is given out."""

    def __init__(self, keys: MasterKeys, path: Path) -> None:
        """Read the head. Raises `BrokenBackup` for a file that is none, that is cut, or whose key is not in the key file."""
        self._file = path.open("rb")
        try:
            size = plain_size(path.stat().st_size)
            self._last = (size - 1) // CHUNK if size else 0
            self._chunks = Chunks(keys, NAME, self._file.read(HEAD), last=self._last, purpose=PURPOSE)
        except BrokenPaper as broken:
            self._file.close()
            message = f"{path} is no whole backup that the keys here open ({broken}). The key file of its time opens it: TVIST_MASTER_KEY_FILE names it."
            raise BrokenBackup(message) from None
        self._left = b""
        self._plain = self._pieces()

    def readable(self) -> bool:
        """It is read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes; fewer at the end. Raises `BrokenBackup` for a chunk that is not what was written."""
        parts, wanted = [self._left], size
        have = len(self._left)
        while (wanted < 0 or have < wanted) and (piece := next(self._plain, b"")):
            parts.append(piece)
            have += len(piece)
        found = b"".join(parts)
        cut = len(found) if wanted < 0 else min(wanted, len(found))
        self._left = found[cut:]
        return found[:cut]

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
        super().close()

    def _pieces(self) -> Iterator[bytes]:
        for index in range(self._last + 1):
            try:
                yield self._chunks.opened(index, self._file.read(SEALED_CHUNK))
            except BrokenPaper:
                message = f"Part {index + 1} of {self._last + 1} of the backup is not what was written. Take another copy of it."
                raise BrokenBackup(message) from None
