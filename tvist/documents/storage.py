"""Where papers are kept: one port to a folder, to memory (tests) or to S3. The only module that knows obstore.

A paper is written under `incoming/`, synced to the disk, and only then renamed to `papers/<blob id>`: what stands there is always whole.
While somebody holds the store (`holding`, for a backup) what is deleted waits under `removed/`.
On the store every paper is encrypted in chunks; `tvist.documents.chunks` has the layout.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, Final
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, from_url

from tvist.away import StoreAway, is_away
from tvist.documents.chunks import CHUNK, HEAD, SEALED_CHUNK, BrokenPaper, Chunks, new_chunks, plain_size
from tvist.documents.streams import Reading, TooLarge, digest, pieces_of, sync_file
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
HOLDS: Final = "holds"
REMOVED: Final = "removed"
PART: Final = 5 * 1024 * 1024
"""What leaves memory at once on its way to the store: S3 takes no smaller part."""
CHUNKS_A_READ: Final = 16
_BLOB_ID = re.compile(r"[A-Za-z0-9_-]{32}")


class MissingPaper(BrokenPaper):
    """The store has no paper with this id."""


@dataclass(frozen=True)
class Stored:
    """What the row of a paper keeps about its bytes: id in the store, size in bytes and SHA-256 (hex) of the plain paper."""

    blob_id: str
    size: int
    sha256: str


@dataclass(frozen=True)
class _Head:
    """How a stored file begins, and how long it is in the store."""

    size: int
    bytes: bytes


class PaperStore:
    """Papers in one place, written once, read by range, deleted whole."""

    def __init__(self, url_or_path: str | Path, keys: MasterKeys) -> None:
        """A path or a file:// address is a folder (made if missing), `memory://` is for tests, `s3://bucket/prefix` takes its credentials from the environment."""
        self._keys = keys
        address = urlsplit(str(url_or_path))
        self._folder: Path | None = None
        if address.scheme in {"", "file"}:
            self._folder = Path(unquote(address.path) if address.scheme else url_or_path).resolve()
            for inner in (INCOMING, PAPERS, ASIDE, HOLDS, REMOVED):
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
            return self._put_as(secrets.token_urlsafe(ID_BYTES), stream, max_bytes)

    def put_back(self, blob_id: str, stream: BinaryIO | Iterable[bytes]) -> Stored:
        """Keep a paper under the id that rows know it by, from a backup. Raises what `put` raises, and for a paper that is there already."""
        with _or_away():
            return self._put_as(_path(blob_id).removeprefix(f"{PAPERS}/"), stream, None)

    def open(self, blob_id: str, *, range: tuple[int, int] | None = None) -> Iterator[bytes]:  # noqa: A002  # The word that HTTP has for it.
        """The plain bytes in pieces; with `range` (first, end; end excluded, cut at the paper's end) only those.

        The head and the last chunk are checked before this returns, each other chunk before it is given out. Raises `MissingPaper` and `BrokenPaper`.
        """
        return self._open_at(_path(blob_id), blob_id, range)

    def open_held(self, blob_id: str) -> Iterator[bytes]:
        """As `open`, also for a paper that was deleted since the store is held. Raises `MissingPaper` and `BrokenPaper`."""
        try:
            yield from self.open(blob_id)
        except MissingPaper:
            yield from self._open_at(f"{REMOVED}/{blob_id}", blob_id, None)

    def size(self, blob_id: str) -> int:
        """Size in bytes of the plain paper, proved by its last chunk. Raises as `open` does."""
        return self._opened(_path(blob_id), blob_id)[1]

    def sealed_with(self, blob_id: str) -> str:
        """The id of the master key that the paper is sealed with. Raises as `open` does."""
        return self._opened(_path(blob_id), blob_id)[0].key_id

    def delete(self, blob_id: str) -> None:
        """Remove a paper. Raises `MissingPaper` when it is not there."""
        # S3 says nothing when what it deletes is not there.
        if not self.exists(blob_id):
            raise MissingPaper(blob_id)
        with self._alone(blob_id):
            if self._names(HOLDS):
                obstore.rename(self._store, _path(blob_id), f"{REMOVED}/{blob_id}")
            else:
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

    @contextmanager
    def holding(self) -> Iterator[None]:
        """While this lasts nothing that is deleted goes for good: who took a copy of the rows can still read each file that they name.

        Who deletes a file has committed before that no row names it, and asks for holds after; so a copy of the rows that was begun inside
        names no file that is gone.
        """
        hold = f"{HOLDS}/{secrets.token_urlsafe(ID_BYTES)}"
        obstore.put(self._store, hold, b"held")
        try:
            yield
        finally:
            self._forget(hold)
            self._let_go()

    def reseal(self, blob_id: str) -> bool:
        """Seal a paper anew with the newest key, under its own id; False where it was already.

        The new file is whole, synced and read back before it takes the place of the old one, in one step. Who reads meanwhile goes on with the
        new one. Raises as `open` does.
        """
        with self._alone(blob_id):
            chunks, _ = self._opened(_path(blob_id), blob_id)
            if chunks.key_id == self._keys.current[0]:
                return False
            incoming = f"{INCOMING}/{secrets.token_urlsafe(ID_BYTES)}"
            reading = Reading(self.open(blob_id), None)
            try:
                self._write_local(incoming, new_chunks(self._keys, blob_id, reading))
                _demand_same(blob_id, reading.hash.digest(), digest(self._open_at(incoming, blob_id, None)))
                obstore.rename(self._store, incoming, _path(blob_id))
            except BaseException:
                self._forget(incoming)
                raise
        if self._folder:
            sync_folder(self._folder / PAPERS)
        return True

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
        if self._folder:
            # Its month begins now, however old the paper is.
            os.utime(self._folder / ASIDE / blob_id)

    def verify(self, blob_id: str, sha256: str) -> bool:
        """Whether the whole paper opens and its plain bytes have this SHA-256 (hex)."""
        try:
            return digest(self.open(blob_id)).hex() == sha256
        except BrokenPaper:
            return False

    def sweep(self, before: datetime) -> int:
        """Remove what broken-off uploads left under `incoming/` before this moment; returns how many. A crash alone leaves any: an error cleans up at once.

        A hold that was taken before then was left by a crash too, and what waited for it goes. What was set aside goes when it has lain there for
        `ASIDE_KEPT`.
        """
        count = self._sweep(INCOMING, before)
        self._sweep(HOLDS, before)
        self._sweep(ASIDE, before + LEFTOVERS_AFTER - ASIDE_KEPT)
        self._let_go()
        return count

    def _put_as(self, blob_id: str, stream: BinaryIO | Iterable[bytes], max_bytes: int | None) -> Stored:
        incoming = f"{INCOMING}/{blob_id}"
        reading = Reading(pieces_of(stream), max_bytes)
        # If the stream raises, obstore throws its part of the upload away and raises the same.
        obstore.put(self._store, incoming, new_chunks(self._keys, blob_id, reading), chunk_size=PART, max_concurrency=1)
        try:
            if self._folder:
                sync_file(self._folder / incoming)
            # Refusing to replace makes the put create-only: a streamed upload alone cannot promise that.
            obstore.rename(self._store, incoming, _path(blob_id), overwrite=False)
        except BaseException:
            obstore.delete(self._store, incoming)
            raise
        if self._folder:
            sync_folder(self._folder / PAPERS)
        return Stored(blob_id, reading.size, reading.hash.hexdigest())

    def _sweep(self, folder: str, before: datetime) -> int:
        if self._folder:
            old = [file for file in (self._folder / folder).iterdir() if file.stat().st_mtime < before.timestamp()]
            for file in old:
                file.unlink(missing_ok=True)
            return len(old)
        things = [
            thing["path"] for batch in obstore.list(self._store, folder) for thing in batch if thing["last_modified"] < before
        ]
        if things:
            obstore.delete(self._store, things)
        return len(things)

    def _names(self, folder: str) -> list[str]:
        return [thing["path"] for batch in obstore.list(self._store, folder) for thing in batch]

    def _let_go(self) -> None:
        """Remove what was deleted while the store was held, unless somebody holds it still."""
        for path in [] if self._names(HOLDS) else self._names(REMOVED):
            self._forget(path)

    def _forget(self, path: str) -> None:
        with suppress(FileNotFoundError):
            obstore.delete(self._store, path)

    @contextmanager
    def _alone(self, blob_id: str) -> Iterator[None]:
        """Nobody else deletes or reseals this paper meanwhile, or what was deleted would come back. On S3 nothing is locked: `tvist check` finds it."""
        if self._folder is None:
            yield
            return
        path = self._folder / _path(blob_id)
        while True:
            try:
                descriptor = os.open(path, os.O_RDONLY)
            except FileNotFoundError:
                raise MissingPaper(blob_id) from None
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                # Another file may have taken its place while we waited.
                if path.exists() and path.stat().st_ino == os.fstat(descriptor).st_ino:
                    yield
                    return
            finally:
                os.close(descriptor)

    def _write_local(self, path: str, pieces: Iterable[bytes]) -> None:
        """Write to the store from what is read out of the store: obstore alone cannot do both at once. What waits on this machine's disk is sealed."""
        with (self._folder / path).open("xb") if self._folder else TemporaryFile() as file:
            file.writelines(pieces)
            file.flush()
            if self._folder:
                os.fsync(file.fileno())
            else:
                file.seek(0)
                obstore.put(self._store, path, file, chunk_size=PART, max_concurrency=1)

    def _open_at(self, path: str, blob_id: str, between: tuple[int, int] | None) -> Iterator[bytes]:
        chunks, size = self._opened(path, blob_id)
        first, end = between or (0, size)
        if first < 0 or end < first:
            raise ValueError(between)
        return self._pieces_of(path, chunks, first, min(end, size))

    def _opened(self, path: str, blob_id: str) -> tuple[Chunks, int]:
        """Read the head and the last chunk: they prove the key, the place and the length."""
        head = self._head(path, blob_id)
        while True:
            size = plain_size(head.size)
            chunks = Chunks(self._keys, blob_id, head.bytes, last=(size - 1) // CHUNK if size else 0)
            try:
                self._chunks_at(path, chunks, chunks.last, 1)
            except BrokenPaper:
                # Since the head was read the paper may have been sealed anew; then its head is another one.
                before, head = head, self._head(path, blob_id)
                if before == head:
                    raise
                continue
            return chunks, size

    def _head(self, path: str, blob_id: str) -> _Head:
        try:
            with _or_away():
                stored = int(obstore.head(self._store, path)["size"])
                return _Head(stored, bytes(obstore.get_range(self._store, path, start=0, end=HEAD)) if stored >= HEAD else b"")
        except FileNotFoundError:
            raise MissingPaper(blob_id) from None

    def _pieces_of(self, path: str, chunks: Chunks, first: int, end: int) -> Iterator[bytes]:
        """The plain bytes from `first` to `end`, a few chunks for each read of the store."""
        index, beyond = first // CHUNK, (end + CHUNK - 1) // CHUNK
        while index < beyond and first < end:
            count = min(CHUNKS_A_READ, beyond - index)
            try:
                opened = self._chunks_at(path, chunks, index, count)
            except BrokenPaper:
                # Sealed anew since the last read: the same paper under another head.
                again = self._opened(path, chunks.blob_id)[0]
                if again.head == chunks.head:
                    raise
                chunks = again
                continue
            for plain in opened:
                yield plain[max(0, first - index * CHUNK) : end - index * CHUNK]
                index += 1

    def _chunks_at(self, path: str, chunks: Chunks, index: int, count: int) -> list[bytes]:
        try:
            start = HEAD + index * SEALED_CHUNK
            with _or_away():
                read = bytes(obstore.get_range(self._store, path, start=start, length=count * SEALED_CHUNK))
        except FileNotFoundError:
            raise MissingPaper(chunks.blob_id) from None
        stored = (read[at : at + SEALED_CHUNK] for at in range(0, len(read), SEALED_CHUNK))
        return [chunks.opened(index + place, each) for place, each in enumerate(stored)]


@contextmanager
def _or_away() -> Iterator[None]:
    """What the store itself finds wrong is no mistake of ours: it is away."""
    try:
        yield
    except AlreadyExistsError:
        raise
    except BaseError as error:
        raise StoreAway(type(error).__name__) from error


def _demand_same(blob_id: str, before: bytes, after: bytes) -> None:
    if before != after:
        message = f"paper {blob_id}: what was sealed anew does not read back"
        raise BrokenPaper(message)


def _path(blob_id: str) -> str:
    """Where the paper is in the store. An id that we did not make is an id that is not there."""
    if not _BLOB_ID.fullmatch(blob_id):
        raise MissingPaper(blob_id)
    return f"{PAPERS}/{blob_id}"
