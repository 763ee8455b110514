"""Sealed values: votes, identities and other short secrets that stand encrypted in a column.

A sealed value tells its version and key by itself and is bound to its purpose and its place, so that one row's seal opens nowhere else.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Final, NewType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tvist.vault.keys import BrokenSeal

if TYPE_CHECKING:
    from tvist.vault.keys import MasterKeys

Sealed = NewType("Sealed", bytes)
"""What a column holds: version (1 byte), length of the key id (1), key id, nonce (12), ciphertext with tag."""

VERSION: Final = 1
NONCE: Final = 12
LENGTH: Final = 4
BLOCK: Final = 256
SHORTEST_SALT: Final = 16


def seal(keys: MasterKeys, plaintext: bytes, *, purpose: str, bound_to: str) -> Sealed:
    """Encrypt `plaintext` (AES-256-GCM, a key of its own for each purpose and place) with the newest master key.

    `purpose` is what it is for ("vote", "identity"), `bound_to` where it belongs ("case 12, question 3, seat 2").
    The length is rounded up to whole blocks of 256 bytes: a short vote and a long one must look alike.
    """
    key_id, _ = keys.current
    head = head_of(key_id)
    nonce = os.urandom(NONCE)
    padded = len(plaintext).to_bytes(LENGTH, "big") + plaintext
    padded += bytes(-len(padded) % BLOCK)
    return Sealed(head + nonce + _cipher(keys, key_id, purpose, bound_to).encrypt(nonce, padded, _bound(head, purpose, bound_to)))


def unseal(keys: MasterKeys, sealed: bytes, *, purpose: str, bound_to: str) -> bytes:
    """The plaintext again. Raises `BrokenSeal` for any change, other purpose or other place, of which `UnknownKey` says that its key is not in the key file."""
    key_id, start = _key_of(sealed)
    nonce, body = sealed[start : start + NONCE], sealed[start + NONCE :]
    try:
        padded = _cipher(keys, key_id, purpose, bound_to).decrypt(nonce, body, _bound(sealed[:start], purpose, bound_to))
    except (InvalidTag, ValueError):
        message = f"A sealed value ({purpose}) does not open here: it was changed or belongs elsewhere."
        raise BrokenSeal(message) from None
    return padded[LENGTH : LENGTH + int.from_bytes(padded[:LENGTH], "big")]


def sealed_with(sealed: bytes) -> str:
    """The id of the master key that sealed it, so that rotation finds what is old. Raises `BrokenSeal`."""
    return _key_of(sealed)[0]


def head_of(key_id: str) -> bytes:
    """How every value that was sealed with this key begins."""
    return bytes([VERSION, len(key_id)]) + key_id.encode()


def commitment(salt: bytes, value: bytes) -> bytes:
    """SHA-256 over salt and value: proves later what was sealed, and tells nothing before. The salt is random, at least 16 bytes."""
    if len(salt) < SHORTEST_SALT:
        raise ValueError(salt)
    return hashlib.sha256(len(salt).to_bytes(LENGTH, "big") + salt + value).digest()


def keyed(keys: MasterKeys, purpose: str, data: bytes, size: int = 32) -> bytes:
    """A keyed hash that stays the same when master keys are rotated (see `MasterKeys.keyed`): sealed numbers, search stems."""
    return keys.keyed(purpose, data, size)


def _key_of(sealed: bytes) -> tuple[str, int]:
    """The key id and where the nonce begins."""
    start = 2 + (sealed[1] if len(sealed) > 1 else 0)
    key_id = sealed[2:start]
    if len(sealed) < start + NONCE or sealed[0] != VERSION or not key_id.isascii():
        message = "A sealed value has no proper head: it was changed or cut."
        raise BrokenSeal(message)
    return key_id.decode("ascii"), start


def _cipher(keys: MasterKeys, key_id: str, purpose: str, bound_to: str) -> AESGCM:
    return AESGCM(keys.derive(f"sealed {purpose}".encode(), bound_to.encode(), key_id))


def _bound(head: bytes, purpose: str, bound_to: str) -> bytes:
    return head + len(purpose.encode()).to_bytes(2, "big") + purpose.encode() + bound_to.encode()
