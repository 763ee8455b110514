"""The master keys: one small text file outside the database, from which every other key is derived.

Each line is `<key id> <32 bytes as base64url>`; `#` starts a comment. Newest first: the first line seals what is new, the others still open what is old.
The line named `index` is apart: keyed hashes come from it, and it stays when master keys are rotated, because a hash that changed would find nothing.
Who replaces the `index` line must make the search index and the hashes of sealed numbers again.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tvist.config import write_private

if TYPE_CHECKING:
    from collections.abc import Mapping
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

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the key file. Raises `BadKeyFile` when it is missing, a line is wrong, or no master key or no `index` line is in it."""
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
        return cls(keys, index)

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
        """The id and the bytes of the newest key."""
        return next(iter(self._keys.items()))

    def key(self, key_id: str) -> bytes:
        """The key of this id. Raises `UnknownKey`, naming it."""
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

    def __repr__(self) -> str:
        return f"MasterKeys({', '.join(self._keys)})"


def sync_folder(folder: Path) -> None:
    """Wait until the names in `folder` are on the disk, as a file's own sync does not include them."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_HEADING = "# Tvist's master keys, newest first. Keep a copy in a safe place, apart from the database: without this file nothing sealed can be opened.\n"


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
