"""Finds a child's name in a text: whole, in parts, inflected, with other letters for the same, broken and set apart (rules 6, 7; pure).

A text is read word by word and each word is held against the ways in which a part of the name may be spelled. Nothing is squeezed together first, so
it does not matter what the word before ends with.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from tvist.register.collation import LETTERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_UNSEEN: Final = "\u00ad\u0300-\u036f\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
_WORD: Final = re.compile(f"[^\\W\\d_][^\\W\\d_{_UNSEEN}]*(?:[{_UNSEEN}]+[^\\W\\d_]*)*")
_HIDDEN: Final = re.compile(f"[{_UNSEEN}]")
_CAMEL: Final = re.compile(r"(?<=[a-zæøåäöüéè])(?=[A-ZÆØÅÄÖÜÉ])")
_BROKEN: Final = re.compile(r"[\s\-\u2010-\u2015\u2212.\x02\ufffe]{0,4}")
_BETWEEN: Final = re.compile(r"[^\w]{0,6}|_|\W?[\w]\.?\W")
_GENITIVE: Final = re.compile("['\u2019`\u00b4]s?(?![^\\W\\d_])")
_SPELLINGS: Final = {
    "ø": ("ø", "oe", "o"),
    "æ": ("æ", "ae", "a", "e"),
    "å": ("å", "aa", "a"),
    "oe": ("oe", "ø"),
    "ae": ("ae", "æ"),
}
_PIECE: Final = re.compile("oe|ae|.")
MOST_SPELLINGS: Final = 64
SHORTEST: Final = 2
SHORTEST_SMALL: Final = 5
"""A shorter part in small letters is a name only beside another part, or in a file name: "liv", "per", "dag"."""
SHORTEST_BEGINNING: Final = 5
"""A longer word that begins with a part so long, and with a capital, is taken for one: "Nordmannsaken"."""
SHORTEST_BROKEN: Final = 5
MOST_PIECES: Final = 3
_SMALL: Final = frozenset({"af", "av", "da", "de", "den", "der", "di", "du", "el", "la", "le", "van", "von", "og"})
_COMMON: Final = frozenset(
    {
        "bakke",
        "bakken",
        "sommer",
        "solberg",
        "strand",
        "viken",
        "skogen",
        "haugen",
        "dalen",
        "hagen",
        "berge",
        "moen",
        "glade",
        "stein",
    }
)


class _Word(NamedTuple):
    start: int
    end: int
    plain: str
    is_capital: bool


class ChildName:
    """A name, ready to be sought."""

    def __init__(self, name: str) -> None:
        """`name` as it lies sealed; parts of one letter, and "von" and the like, are not sought."""
        parts = [plain(found[0]) for found in _WORD.finditer(name)]
        self._parts = [part for part in dict.fromkeys(parts) if len(part) >= SHORTEST and part not in _SMALL]
        self._forms = {form: part for part in self._parts for form in _forms(part)}
        self._long = {spelled for part in self._parts if len(part) >= SHORTEST_BEGINNING for spelled in _spelled(part)}

    def spans_in(self, text: str, *, is_title: bool = False) -> list[tuple[int, int]]:
        """Where the name or a part of it stands, in order; parts that stand beside each other are one. `is_title`: of a file, where small letters say nothing."""
        words = list(_words(text))
        joined = _joined(text, list(self._found(text, words)))
        return [(start, end) for start, end, several, is_sure in joined if several or is_sure or is_title]

    def _found(self, text: str, words: Sequence[_Word]) -> Iterator[tuple[int, int, bool]]:
        place = 0
        while place < len(words):
            taken, is_sure = self._at(text, words, place)
            if taken:
                yield words[place].start, words[place + taken - 1].end, is_sure
            place += taken or 1

    def _at(self, text: str, words: Sequence[_Word], place: int) -> tuple[int, bool]:
        """How many words from this one on are a part of the name (0: none), and whether it is so for certain."""
        word = words[place]
        if word.plain in self._forms:
            part = self._forms[word.plain]
            return 1, word.is_capital or (len(part) >= SHORTEST_SMALL and part not in _COMMON)
        if word.is_capital and any(word.plain.startswith(long) for long in self._long):
            return 1, True
        return self._in_pieces(text, words, place)

    def _in_pieces(self, text: str, words: Sequence[_Word], place: int) -> tuple[int, bool]:
        """A part broken at the end of a line or by hyphens, or set letter by letter."""
        whole = words[place].plain
        most = MOST_PIECES if len(whole) > 1 else max(map(len, self._parts), default=0) + 1
        for taken in range(2, most + 1):
            if place + taken > len(words):
                return 0, False
            before, last = words[place + taken - 2 : place + taken]
            if not _BROKEN.fullmatch(text, before.end, last.start) or (len(words[place].plain) == 1 != len(last.plain)):
                return 0, False
            whole += last.plain
            is_long = len(whole) >= SHORTEST_BROKEN or taken == len(whole)
            if is_long and whole in self._forms:
                return taken, True
        return 0, False


def plain(word: str) -> str:
    """A word in small letters without accents and what nobody sees; æ, ø and å stay letters."""
    composed = unicodedata.normalize("NFKC", _HIDDEN.sub("", unicodedata.normalize("NFC", word))).casefold()
    return "".join(letter if letter in "æøå" else LETTERS.get(letter) or _base(letter) for letter in composed)


@lru_cache(maxsize=4096)
def _base(letter: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))


def _words(text: str) -> Iterator[_Word]:
    """The words of a text; one written in several capitals ("KariNordmann") is several."""
    for found in _WORD.finditer(text):
        start = found.start()
        for piece in _CAMEL.split(found[0]):
            yield _Word(start, start + len(piece), plain(piece), piece[0].isupper())
            start += len(piece)


def _forms(part: str) -> Iterator[str]:
    for spelled in _spelled(part):
        yield spelled
        yield f"{spelled}s"
        if spelled.endswith(("s", "x", "z")):
            yield f"{spelled}es"


def _spelled(part: str) -> list[str]:
    """All ways in which the letters of a part may be written."""
    ways = [_SPELLINGS.get(piece, (piece,)) for piece in _PIECE.findall(part.replace("aa", "å"))]
    return ["".join(letters) for letters in itertools.islice(itertools.product(*ways), MOST_SPELLINGS)]


def _joined(text: str, found: Sequence[tuple[int, int, bool]]) -> Iterator[tuple[int, int, bool, bool]]:
    """Parts that stand beside each other as one, with the genitive after them; whether there were several, and whether any is sure."""
    at = 0
    while at < len(found):
        start, end, is_sure = found[at]
        several = False
        while at + 1 < len(found) and _BETWEEN.fullmatch(text, end, found[at + 1][0]):
            at += 1
            end, several, is_sure = found[at][1], True, is_sure or found[at][2]
        if genitive := _GENITIVE.match(text, end):
            end = genitive.end()
        yield start, end, several, is_sure
        at += 1
