"""A stored paper as a file that can be sought in: what is asked for is opened, chunk by chunk, and nothing of it lies on a disk in clear."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from tvist.documents.storage import PaperStore

AT_ONCE: Final = 1024 * 1024
"""What is opened ahead of what is asked for: programs that read PDFs ask for a few bytes at a time."""


def seekable(papers: PaperStore, blob_id: str) -> io.BufferedReader:
    """The paper as a file for reading. Raises `MissingPaper` and `BrokenPaper`."""
    return io.BufferedReader(_StoredFile(papers, blob_id), AT_ONCE)


class _StoredFile(io.RawIOBase):
    """The plain bytes of one stored paper, by their places."""

    def __init__(self, papers: PaperStore, blob_id: str) -> None:
        self._papers = papers
        self._blob_id = blob_id
        self._size = papers.size(blob_id)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Buffer) -> int:
        room = memoryview(buffer).cast("B")
        end = min(self._at + len(room), self._size)
        if end <= self._at:
            return 0
        filled = 0
        for piece in self._papers.open(self._blob_id, range=(self._at, end)):
            room[filled : filled + len(piece)] = piece
            filled += len(piece)
        self._at += filled
        return filled
