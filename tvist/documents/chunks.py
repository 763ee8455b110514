"""How a stored paper is encrypted: a head, then chunks of 64 kB under AES-256-GCM in the STREAM layout.

Head (64 bytes): `TVIST`, version, length of the key id, key id (34, filled with zeros), salt (16), nonce prefix (7).
Chunk: 64 kB of paper (the last one less) and its 16-byte tag; nonce = prefix, counter (4 bytes), 1 for the last chunk else 0; bound to the blob id.
The file's key comes by HKDF from the master key with the whole head and the blob id. So a flipped bit, a lost, moved or added chunk, and a paper
under another's id are all refused.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tvist.vault.keys import UnknownKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tvist.vault.keys import MasterKeys

CHUNK: Final = 64 * 1024
TAG: Final = 16
SEALED_CHUNK: Final = CHUNK + TAG
HEAD: Final = 64
MAGIC: Final = b"TVIST\x01"
KEY_ID_ROOM: Final = 34
SALT: Final = 16
PREFIX: Final = 7
PAPER: Final = b"paper"


class BrokenPaper(Exception):
    """The stored paper is not what was put there: changed, cut, swapped, or its key is gone. The text says which."""


class Chunks:
    """The cipher of one stored paper, whose last chunk has the index `last`."""

    def __init__(self, keys: MasterKeys, blob_id: str, head: bytes, last: int | None = None, *, purpose: bytes = PAPER) -> None:
        """Take the key that the head names. Raises `BrokenPaper` for a wrong head and for a key that is gone."""
        self.blob_id = blob_id
        self.head = head
        self.key_id = _key_id(head)
        self.last = last if last is not None else -1
        self._prefix = head[HEAD - PREFIX :]
        try:
            self._cipher = AESGCM(keys.derive(purpose, head + blob_id.encode(), self.key_id))
        except UnknownKey as missing:
            message = f"paper {blob_id}: {missing}"
            raise BrokenPaper(message) from None

    def sealed(self, index: int, plain: bytes, *, is_last: bool) -> bytes:
        """One chunk as it stands in the store."""
        return self._cipher.encrypt(self._nonce(index, is_last=is_last), plain, self.blob_id.encode())

    def opened(self, index: int, stored: bytes) -> bytes:
        """One chunk as it was. Raises `BrokenPaper`."""
        try:
            return self._cipher.decrypt(self._nonce(index, is_last=index == self.last), stored, self.blob_id.encode())
        except (InvalidTag, ValueError):
            message = f"paper {self.blob_id}: chunk {index} is not what was stored"
            raise BrokenPaper(message) from None

    def _nonce(self, index: int, *, is_last: bool) -> bytes:
        return self._prefix + index.to_bytes(4, "big") + bytes([is_last])


def new_chunks(keys: MasterKeys, blob_id: str, stream: Iterable[bytes]) -> Iterator[bytes]:
    """A head and the chunks of `stream`, encrypted with the newest key, one at a time. An empty stream gives one empty chunk."""
    head = new_head(keys)
    chunks = Chunks(keys, blob_id, head)
    yield head
    waiting, index = bytearray(), 0
    for piece in stream:
        waiting += piece
        # One full chunk is held back: only the end of the stream tells which chunk is the last.
        while len(waiting) > CHUNK:
            yield chunks.sealed(index, bytes(waiting[:CHUNK]), is_last=False)
            del waiting[:CHUNK]
            index += 1
    yield chunks.sealed(index, bytes(waiting), is_last=True)


def new_head(keys: MasterKeys) -> bytes:
    """A head that no other file has, naming the newest key."""
    key_id = keys.current[0].encode()
    return MAGIC + bytes([len(key_id)]) + key_id.ljust(KEY_ID_ROOM, b"\0") + os.urandom(SALT + PREFIX)


def plain_size(stored: int) -> int:
    """Size of the paper from its size in the store. Raises `BrokenPaper` for a size that no paper has."""
    count, rest = divmod(stored - HEAD, SEALED_CHUNK)
    if stored < HEAD + TAG or 0 < rest < TAG or (rest == TAG and count):
        message = f"{stored} bytes are no whole paper"
        raise BrokenPaper(message)
    return count * CHUNK + max(rest - TAG, 0)


def _key_id(head: bytes) -> str:
    if len(head) != HEAD or not head.startswith(MAGIC) or head[len(MAGIC)] > KEY_ID_ROOM:
        message = "a stored paper has no proper head"
        raise BrokenPaper(message)
    start = len(MAGIC) + 1
    return head[start : start + head[len(MAGIC)]].decode("ascii", errors="replace")
