"""Where papers are kept: one port to a folder, to memory (tests) or to S3. The only module that knows obstore.

A paper is written under `incoming/`, synced to the disk, and only then renamed to `papers/<blob id>`: what stands there is always whole.
On the store every paper is encrypted in chunks; `tvist.documents.chunks` has the layout.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, from_url

from tvist.away import StoreAway, is_away
from tvist.documents.chunks import CHUNK, HEAD, SEALED_CHUNK, BrokenPaper, Chunks, new_chunks, plain_size
from tvist.vault.keys import sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from tvist.vault.keys import MasterKeys

__all__ = ["BrokenPaper", "MissingPaper", "PaperStore", "Stored", "TooLarge"]

ID_BYTES: Final = 24
INCOMING: Final = "incoming"
PAPERS: Final = "papers"
ASIDE: Final = "aside"
LEFTOVERS_AFTER: Final = timedelta(days=1)
"""How old what a crash or a broken-off upload left must be before it is swept: no upload takes that long."""
ASIDE_KEPT: Final = timedelta(days=30)
"""How old what no row names must be before it is gone for good: until then a database that was put back from a copy can still be completed."""
PART: Final = 5 * 1024 * 1024
"""What leaves memory at once on its way to the store: S3 takes no smaller part."""
CHUNKS_A_READ: Final = 16
_BLOB_ID = re.compile(r"[A-Za-z0-9_-]{32}")


class TooLarge(Exception):
    """The stream held more bytes than allowed; nothing of it was kept."""

    def __init__(self, max_bytes: int) -> None:
        """Remember the limit that was passed."""
        self.max_bytes = max_bytes
        super().__init__(f"more than {max_bytes} bytes")


class MissingPaper(BrokenPaper):
    """The store has no paper with this id."""


@dataclass(frozen=True)
class Stored:
    """What the row of a paper keeps about its bytes: id in the store, size in bytes and SHA-256 (hex) of the plain paper."""

    blob_id: str
    size: int
    sha256: str


class PaperStore:
    """Papers in one place, written once, read by range, deleted whole."""

    def __init__(self, url_or_path: str | Path, keys: MasterKeys) -> None:
        """A path or a file:// address is a folder (made if missing), `memory://` is for tests, `s3://bucket/prefix` takes its credentials from the environment."""
        self._keys = keys
        address = urlsplit(str(url_or_path))
        self._folder: Path | None = None
        if address.scheme in {"", "file"}:
            self._folder = Path(unquote(address.path) if address.scheme else url_or_path).resolve()
            for inner in (INCOMING, PAPERS, ASIDE):
                (self._folder / inner).mkdir(parents=True, exist_ok=True)
            sync_folder(self._folder)
            self._store: obstore.store.ObjectStore = LocalStore(self._folder)
        elif address.scheme == "s3":
            self._store = from_url(str(url_or_path), config={"copy_if_not_exists": "multipart"})
        else:
            self._store = from_url(str(url_or_path))

    def put(self, stream: BinaryIO | Iterable[bytes], *, max_bytes: int | None) -> Stored:
        """Encrypt and keep a stream without ever holding it whole; on return it is on the disk.

        Raises `TooLarge` beyond `max_bytes`, `StoreAway` where the store does not take it (a full disk), and whatever the stream itself
        raises; then nothing is kept.
        """
        with _or_away():
            return self._put(stream, max_bytes)

    def _put(self, stream: BinaryIO | Iterable[bytes], max_bytes: int | None) -> Stored:
        blob_id = secrets.token_urlsafe(ID_BYTES)
        incoming = f"{INCOMING}/{blob_id}"
        reading = _Reading(_pieces(stream), max_bytes)
        # If the stream raises, obstore throws its part of the upload away and raises the same.
        obstore.put(self._store, incoming, new_chunks(self._keys, blob_id, reading), chunk_size=PART, max_concurrency=1)
        try:
            if self._folder:
                _sync_file(self._folder / incoming)
            # Refusing to replace makes the put create-only: a streamed upload alone cannot promise that.
            obstore.rename(self._store, incoming, _path(blob_id), overwrite=False)
        except BaseException:
            obstore.delete(self._store, incoming)
            raise
        if self._folder:
            sync_folder(self._folder / PAPERS)
        return Stored(blob_id, reading.size, reading.hash.hexdigest())

    def open(self, blob_id: str, *, range: tuple[int, int] | None = None) -> Iterator[bytes]:  # noqa: A002  # The word that HTTP has for it.
        """The plain bytes in pieces; with `range` (first, end; end excluded, cut at the paper's end) only those.

        The head and the last chunk are checked before this returns, each other chunk before it is given out. Raises `MissingPaper` and `BrokenPaper`.
        """
        chunks, size = self._opened(blob_id)
        first, end = range or (0, size)
        if first < 0 or end < first:
            raise ValueError(range)
        return self._pieces_of(blob_id, chunks, first, min(end, size))

    def size(self, blob_id: str) -> int:
        """Size in bytes of the plain paper, proved by its last chunk. Raises as `open` does."""
        return self._opened(blob_id)[1]

    def delete(self, blob_id: str) -> None:
        """Remove a paper. Raises `MissingPaper` when it is not there."""
        # S3 says nothing when what it deletes is not there.
        if not self.exists(blob_id):
            raise MissingPaper(blob_id)
        obstore.delete(self._store, _path(blob_id))
        if self._folder:
            sync_folder(self._folder / PAPERS)

    def discard(self, blob_id: str) -> None:
        """Take back a paper that was put for an act that is not done; called while the error that stopped the act is on its way.

        Where the database went away in the middle, nobody knows whether the act stands: then the paper stays, and the sweep sees later
        whether a row names it.
        """
        error = sys.exc_info()[1]
        if error is None or not is_away(error):
            self.delete(blob_id)

    def exists(self, blob_id: str) -> bool:
        """Whether the store has this paper, whole or broken."""
        try:
            obstore.head(self._store, _path(blob_id))
        except (FileNotFoundError, MissingPaper):
            return False
        return True

    def ids(self) -> Iterator[str]:
        """The ids of all papers in the store, in no order: what no row names is an orphan."""
        for batch in obstore.list(self._store, PAPERS):
            for thing in batch:
                yield thing["path"].removeprefix(f"{PAPERS}/")

    def ids_before(self, moment: datetime) -> Iterator[str]:
        """The ids of all papers that were put before this moment, in no order."""
        for batch in obstore.list(self._store, PAPERS):
            for thing in batch:
                if thing["last_modified"] < moment:
                    yield thing["path"].removeprefix(f"{PAPERS}/")

    def set_aside(self, blob_id: str) -> None:
        """Lay a paper that no row names where nobody finds it; `sweep` removes it later."""
        obstore.rename(self._store, _path(blob_id), f"{ASIDE}/{blob_id}")

    def verify(self, blob_id: str, sha256: str) -> bool:
        """Whether the whole paper opens and its plain bytes have this SHA-256 (hex)."""
        found = hashlib.sha256()
        try:
            for piece in self.open(blob_id):
                found.update(piece)
        except BrokenPaper:
            return False
        return found.hexdigest() == sha256

    def sweep(self, before: datetime) -> int:
        """Remove what broken-off uploads left under `incoming/` before this moment; returns how many. A crash alone leaves any: an error cleans up at once.

        What was set aside is removed when it is `ASIDE_KEPT` old.
        """
        self._sweep(ASIDE, before + LEFTOVERS_AFTER - ASIDE_KEPT)
        return self._sweep(INCOMING, before)

    def _sweep(self, place: str, before: datetime) -> int:
        if self._folder:
            old = [file for file in (self._folder / place).iterdir() if file.stat().st_mtime < before.timestamp()]
            for file in old:
                file.unlink(missing_ok=True)
            return len(old)
        things = [
            thing["path"] for batch in obstore.list(self._store, place) for thing in batch if thing["last_modified"] < before
        ]
        if things:
            obstore.delete(self._store, things)
        return len(things)

    def _opened(self, blob_id: str) -> tuple[Chunks, int]:
        """Read the head and the last chunk: they prove the key, the place and the length."""
        path = _path(blob_id)
        try:
            with _or_away():
                return self._read_ends(blob_id, path)
        except FileNotFoundError:
            raise MissingPaper(blob_id) from None

    def _read_ends(self, blob_id: str, path: str) -> tuple[Chunks, int]:
        stored = obstore.head(self._store, path)["size"]
        size = plain_size(stored)
        head = bytes(obstore.get_range(self._store, path, start=0, end=HEAD))
        chunks = Chunks(self._keys, blob_id, head, last=(size - 1) // CHUNK if size else 0)
        tail = HEAD + chunks.last * SEALED_CHUNK
        chunks.opened(chunks.last, bytes(obstore.get_range(self._store, path, start=tail, end=stored)))
        return chunks, size

    def _pieces_of(self, blob_id: str, chunks: Chunks, first: int, end: int) -> Iterator[bytes]:
        """The plain bytes from `first` to `end`, a few chunks for each read of the store."""
        index, beyond = first // CHUNK, (end + CHUNK - 1) // CHUNK
        while index < beyond and first < end:
            count = min(CHUNKS_A_READ, beyond - index)
            start = HEAD + index * SEALED_CHUNK
            try:
                with _or_away():
                    read = bytes(obstore.get_range(self._store, _path(blob_id), start=start, length=count * SEALED_CHUNK))
            except FileNotFoundError:
                raise MissingPaper(blob_id) from None
            for at in range(0, len(read), SEALED_CHUNK):
                plain = chunks.opened(index, read[at : at + SEALED_CHUNK])
                yield plain[max(0, first - index * CHUNK) : end - index * CHUNK]
                index += 1


@contextmanager
def _or_away() -> Iterator[None]:
    """What the store itself finds wrong is no mistake of ours: it is away."""
    try:
        yield
    except AlreadyExistsError:
        raise
    except BaseError as error:
        raise StoreAway(type(error).__name__) from error


class _Reading:
    """A stream on its way in: counted, hashed, and stopped at the limit."""

    def __init__(self, pieces: Iterable[bytes], max_bytes: int | None) -> None:
        self.size = 0
        self.hash = hashlib.sha256()
        self._pieces = pieces
        self._max_bytes = max_bytes

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.size += len(piece)
            if self._max_bytes is not None and self.size > self._max_bytes:
                raise TooLarge(self._max_bytes)
            self.hash.update(piece)
            yield piece


def _pieces(stream: BinaryIO | Iterable[bytes]) -> Iterable[bytes]:
    """Read a file by chunks, not by lines: a paper may have no line end at all."""
    read = getattr(stream, "read", None)
    return iter(lambda: read(CHUNK), b"") if read else stream


def _path(blob_id: str) -> str:
    """Where the paper is in the store. An id that we did not make is an id that is not there."""
    if not _BLOB_ID.fullmatch(blob_id):
        raise MissingPaper(blob_id)
    return f"{PAPERS}/{blob_id}"


def _sync_file(path: Path) -> None:
    # obstore leaves the bytes in the system's cache; a power cut would take them after the row was committed.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
