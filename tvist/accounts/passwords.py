"""Pass phrases: what a good one is, and how it is kept (argon2id, never in clear)."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from tvist.words import Message

SHORTEST: Final = 12
LONGEST: Final = 500
HASHER: Final = PasswordHasher()
# What people write when twelve letters are asked for. Compared without digits, signs and case, and with repetitions taken out.
_WORDS: Final = """
    abc abcd admin administrator adminadmin barnevern barnevernet barneverntjenesten barnevernstjenesten bufdir bufetat
    bufetatbufetat changeme change contrasena default demo dragon fjord fotball fotballbanen football fylkesmannen gjest guest
    hei heihei heisann hemmelig hemmeligheten iloveyou jegelskerdeg kaffe kjempehemmelig kodeord kommune kommunen letmein
    letmeinplease login logginn master minpassord mittpassord monkey nemnda nemnd ninja norge norway oslo pass passe passfrase
    passphrase passord passordet passordpassord password passwordpassword passwort princess qwerty qwertyuiop qwertyuiopå
    qazwsx qazwsxedc asdf asdfgh asdfghjkl asdfghjkløæ zxcvbnm root sekretariat sekretariatet secret secretpassword sjefen
    sommer sommeren sommersol statsforvalteren sunshine superman system temp test testing testtest trondheim bergen stavanger
    tvist tvistenemnd tvisteløsning tvisteløsningsnemnd user velkommen velkomen vinter vinteren høst hausten våren welcome
    welcomewelcome whatever
"""
COMMON: Final = frozenset(_WORDS.split())
ROWS: Final = ("abcdefghijklmnopqrstuvwxyzæøå", "qwertyuiopå", "asdfghjkløæ", "zxcvbnm", "1234567890")


def hash_password(password: str) -> str:
    """What is kept of a pass phrase."""
    return HASHER.hash(_normal(password))


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether `password` is the one that was hashed. Takes as long for an account that is not there, or has no pass phrase yet."""
    try:
        HASHER.verify(password_hash or _nobodys_hash(), _normal(password)[:LONGEST])
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(password_hash)


def weaknesses(password: str, *, known: tuple[str, ...] = ()) -> list[Message]:
    """What is wrong with a new pass phrase; empty for a good one. `known`: words others know of the person, such as name and e-mail."""
    if len(_normal(password)) < SHORTEST:
        return [Message("accounts.password_too_short", shortest=SHORTEST)]
    if len(_normal(password)) > LONGEST:
        return [Message("accounts.password_too_long", longest=LONGEST)]
    if _is_easy(password.casefold()):
        return [Message("accounts.password_common")]
    return [Message("accounts.password_like_you")] if _is_about(password.casefold(), known) else []


def _is_easy(password: str) -> bool:
    """A common word with digits around it, one piece repeated, or a row of the keyboard."""
    letters = "".join(letter for letter in password if letter.isalpha())
    piece = _repeated_piece(password)
    return (
        letters in COMMON
        or _repeated_piece(letters) in COMMON
        or len(piece) < len(password) / 2
        or _is_row(piece)
        or _is_row(password)
    )


def _repeated_piece(text: str) -> str:
    """`solsolsol` -> `sol`; a text that repeats nothing is its own piece."""
    found = re.fullmatch(r"(.+?)\1*", text, re.DOTALL)
    return found[1] if found else text


def _is_row(text: str) -> bool:
    return len(text) > 1 and any(text in row * 2 or text in row[::-1] * 2 for row in ROWS)


def _is_about(password: str, known: tuple[str, ...]) -> bool:
    """Nothing much is left when the words that others know are taken out."""
    left = password
    words = {word for text in known for word in [text.casefold(), *re.split(r"[\W_]+", text.casefold())] if len(word) > 2}  # noqa: PLR2004 - initials hide nothing.
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    return len(left) <= SHORTEST // 2 and left != password


def _normal(password: str) -> str:
    """The same phrase typed on another machine is the same phrase: `å` is one letter, not `a` and a ring."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys_hash() -> str:
    return HASHER.hash("nobody has this pass phrase")
