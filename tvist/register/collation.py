"""Norwegian alphabetical order and folded search text, computed here because the databases sort Ås and Ørsta differently.

A sort key holds only digits and small letters a-z, so every collation a database may use puts two keys in the same order.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Letters that Unicode does not take apart, and the foreign forms that Norwegian order puts at a letter of its own.
LETTERS: Final = dict(
    zip(
        "æäǽøöőœǿåüűđðŋŧþłħ",
        ("æ", "æ", "æ", "ø", "ø", "ø", "ø", "ø", "å", "y", "y", "d", "d", "n", "t", "th", "l", "h"),
        strict=True,
    )
)
LAST_LETTERS: Final = {"z": "z0", "æ": "z1", "ø": "z2", "å": "z3"}
LEVEL_BREAK, GAP = "00", "01"


@lru_cache(maxsize=4096)
def sort_key(text: str) -> str:
    """A key whose plain comparison is Norwegian order: gaps, digits, a-z, æ, ø, å (also written aa).

    Case never counts. Accented and Sámi letters stand at their base letter, after it where all else is equal.
    """
    plain = "".join(_weight(letter) for letter in _letters(text))
    composed = unicodedata.normalize("NFC", text.casefold())
    accents = "".join(_accent(letter) for letter in composed if letter.isalnum()).rstrip("0")
    return f"{plain}{LEVEL_BREAK}{accents}" if accents else plain


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Text for search columns: small letters without accents, one space between words, `aa` as `å`. Æ, ø and å stay letters."""
    return re.sub(r"[\W_]+", " ", _letters(text)).strip()


def _letters(text: str) -> str:
    """`text` in small base letters, with æ, ø and å kept, and every run of anything else as one space."""
    # Letters in other dress (bold, superscript) first become plain ones: some of those are capitals.
    composed = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    spelled = "".join(LETTERS.get(letter) or _base(letter) for letter in composed)
    return re.sub(r"[\W_]+", " ", spelled.replace("aa", "å")).strip()


def _base(letter: str) -> str:
    """A letter without its accents: `č` is `c`."""
    return "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))


def _weight(letter: str) -> str:
    """Where a base letter stands. No weight begins another, so weights can be written one after the other."""
    if letter == " ":
        return GAP
    if letter in "0123456789":
        return f"1{letter}"
    if "a" <= letter < "z":
        return letter
    return LAST_LETTERS.get(letter) or f"zz{ord(letter):06x}"


def _accent(letter: str) -> str:
    """Zero for a letter that is its own base, else its code point behind a one; decides only between equal plain keys."""
    own = letter in "æøå" or _base(letter) == letter
    return "0" if own and letter not in LETTERS.keys() - set("æøå") else f"1{ord(letter):06x}"
