"""The master keys: one small text file outside the database, from which every other key is derived.

Each line is `<key id> <32 bytes as base64url>`; `#` starts a comment. Newest first: the first line seals what is new, the others still open what is old.
A process that runs sees a changed file by itself: it looks before it seals anything new, and before it says that a key is not known.
The line named `index` is apart: keyed hashes come from it, and it stays when master keys are rotated, because a hash that changed would find nothing.
Who replaces the `index` line must make the search index and the hashes of sealed numbers again.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import hashlib
import hmac
import os
import re
import secrets
from contextlib import contextmanager
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Final, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tvist.config import write_private

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

KEY_BYTES: Final = 32
INDEX: Final = "index"
LONGEST_KEY_ID: Final = 32
_KEY_ID = re.compile(rf"[a-z0-9-]{{1,{LONGEST_KEY_ID}}}")


class BadKeyFile(Exception):
    """The key file is missing or wrong; the text says which file, which line and what to do."""


class BrokenSeal(Exception):
    """A sealed value was changed, cut, moved to another place, or sealed for another purpose."""


class UnknownKey(BrokenSeal):
    """Something was sealed with a key that the key file no longer holds; the text names the key."""


class MasterKeys:
    """The keys of one installation, newest first, and the `index` key. Never printed: `repr` shows the ids alone."""

    def __init__(self, keys: Mapping[str, bytes], index: bytes) -> None:
        """Keep `keys` (id -> 32 bytes, newest first) and the key of the keyed hashes."""
        self._keys = dict(keys)
        self._index = index
        self._path: Path | None = None
        self._seen: tuple[int, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the key file. Raises `BadKeyFile` when it is missing, a line is wrong, or no master key or no `index` line is in it."""
        # Looked at before it is read: a file that changes between is read once more, never once less.
        seen = _mark(path)
        found = cls(*_read(path))
        found._path, found._seen = path, seen
        return found

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a key file with fresh keys, readable by its owner alone and synced to the disk; a file that is already there is kept. Returns what the file holds."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
            write_private(fresh, _HEADING + _line(secrets.token_hex(4)) + _line(INDEX))
            try:
                # A link appears whole or not at all, and never replaces keys that another process made meanwhile.
                os.link(fresh, path)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
            sync_folder(path.parent)
        return cls.load(path)

    @property
    def current(self) -> tuple[str, bytes]:
        """The id and the bytes of the newest key, also when it came to the file while this process ran."""
        self._look_again()
        return next(iter(self._keys.items()))

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all master keys, newest first."""
        self._look_again()
        return tuple(self._keys)

    def key(self, key_id: str) -> bytes:
        """The key of this id. Raises `UnknownKey`, naming it."""
        if key_id not in self._keys:
            self._look_again()
        try:
            return self._keys[key_id]
        except KeyError:
            message = f"The master key {key_id!r} is not in the key file, and something was sealed with it. Put its line back."
            raise UnknownKey(message) from None

    def derive(self, purpose: bytes, context: bytes, key_id: str) -> bytes:
        """32 bytes for one purpose and one context, by HKDF-SHA256 from the master key of this id. Raises `UnknownKey`."""
        return _expand(self.key(key_id), purpose, context)

    def keyed(self, purpose: str, data: bytes, size: int = 32) -> bytes:
        """A hash of `data` that nobody makes without the `index` key: HMAC-SHA256, cut to `size` bytes (16 or 32)."""
        if size not in {16, 32}:
            raise ValueError(size)
        return hmac.digest(_expand(self._index, b"keyed", purpose.encode()), data, hashlib.sha256)[:size]

    def _look_again(self) -> None:
        """Read the file once more where another stands there now. One that cannot be read is left: what is held still opens everything."""
        if self._path is None or (mark := _mark(self._path)) == self._seen or not mark:
            return
        try:
            keys, index = _read(self._path)
        except BadKeyFile:
            return
        self._keys, self._index, self._seen = keys, index, mark

    def __repr__(self) -> str:
        return f"MasterKeys({', '.join(self._keys)})"


def add_key(path: Path, key_id: str) -> None:
    """Put a fresh key with this id in front of the others, in one step that a crash cannot halve; one that is there already stays. Raises `BadKeyFile`."""
    keys, _ = _read(path)
    if key_id not in keys:
        _replace(path, lambda lines: [*_heading_of(lines), _line(key_id).rstrip("\n"), *lines[len(_heading_of(lines)) :]])


def drop_keys(path: Path, key_ids: Collection[str]) -> None:
    """Take these keys out of the file, in one step; the newest and the `index` line are never taken. Raises `BadKeyFile`."""
    keys, _ = _read(path)
    if INDEX in key_ids or next(iter(keys)) in key_ids:
        raise ValueError(key_ids)
    _replace(path, lambda lines: [line for line in lines if line.partition(" ")[0] not in key_ids])


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """One at a time changes the key file: who comes second waits."""
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Wait until the names in `folder` are on the disk, as a file's own sync does not include them."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_HEADING = "# Tvist's master keys, newest first. Keep a copy in a safe place, apart from the database: without this file nothing sealed can be opened.\n"


def _read(path: Path) -> tuple[dict[str, bytes], bytes]:
    """The master keys, newest first, and the index key. Raises `BadKeyFile`."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        message = f"The key file {path} cannot be read ({problem}). Without it no paper, vote or identity can be opened: put it back from its safe copy."
        raise BadKeyFile(message) from None
    keys: dict[str, bytes] = {}
    for number, line in enumerate(lines, start=1):
        if text := line.partition("#")[0].strip():
            key_id, key = _parsed(text, f"{path}, line {number}")
            if key_id in keys:
                message = f"{path}, line {number}: the key {key_id} stands there twice."
                raise BadKeyFile(message)
            keys[key_id] = key
    index = keys.pop(INDEX, None)
    if index is None or not keys:
        message = f"The key file {path} has no {'master key' if index else f'line named {INDEX}'}. Put the whole file back from its safe copy."
        raise BadKeyFile(message)
    return keys, index


def _mark(path: Path) -> tuple[int, ...]:
    """What tells one file from the next that stands in its place; empty for none."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_mtime_ns, found.st_size


def _replace(path: Path, change: Callable[[list[str]], list[str]]) -> None:
    """Write the changed file beside the old one, see it on the disk, and put it in its place under the same owner and mode."""
    before = path.stat()
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    write_private(fresh, "\n".join(change(path.read_text(encoding="ascii").splitlines())) + "\n")
    try:
        fresh.chmod(before.st_mode & 0o777)
        if os.geteuid() == 0:
            os.chown(fresh, before.st_uid, before.st_gid)
        _read(fresh)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    sync_folder(path.parent)


def _heading_of(lines: list[str]) -> list[str]:
    """The comments and empty lines at the top, which stay there."""
    return list(takewhile(lambda line: not line.partition("#")[0].strip(), lines))


def _line(key_id: str) -> str:
    return f"{key_id} {base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()}\n"


def _parsed(text: str, place: str) -> tuple[str, bytes]:
    key_id, _, encoded = text.partition(" ")
    try:
        key = base64.b64decode(encoded.strip(), altchars=b"-_", validate=True)
    except binascii.Error:
        key = b""
    if not _KEY_ID.fullmatch(key_id) or len(key) != KEY_BYTES:
        # The line itself is never shown: it may hold most of a key.
        message = f"{place}: write a key id (small letters, digits, hyphens), a space, and {KEY_BYTES} bytes as base64url."
        raise BadKeyFile(message)
    return key_id, key


@lru_cache(maxsize=256)
def _expand(key: bytes, purpose: bytes, context: bytes) -> bytes:
    # The purpose goes in front with its length, so that no other split of purpose and context gives the same key.
    info = b"tvist" + len(purpose).to_bytes(2, "big") + purpose + context
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(key)
