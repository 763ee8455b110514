"""Finds words in a text whatever dress they stand in: other letters for the same, hidden and soft hyphens, breaks of lines, gaps between digits.

A text is read as its words one after the other without what stands between (`Text`); a word sought (`Needle`) is looked up by its first letters
wherever a word begins. So one pass over a text finds thousands of words.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from tvist.register.collation import LETTERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Thing = TypeVar("Thing")

_WORD: Final = re.compile(r"[^\W\d_]+|\d+")
_UNSEEN: Final = re.compile(
    "[\u0300-\u036f\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]"
)
BROKEN: Final = "\x01"
"""Stands where a word was broken at the end of a line: it is one word, or two."""
# A hyphen at the end of a line, before a small letter; PDFium writes U+0002 or U+FFFE for one that it has taken away.
_LINE_END: Final = re.compile("(?:[-\u2010\u2011]\\s*\n\\s*|\xad\\s*\n\\s*|[\x02\ufffe]\\s*)(?=[^\\W\\dA-ZÆØÅ_])")
_BETWEEN_DIGITS: Final = re.compile(r"[\s.\-/:\u2010-\u2015\u2212'\u2019]{1,3}")
_IN_A_DATE: Final = re.compile(r"[\s.\-/\u2010-\u2015]{1,4}")
_APART: Final = re.compile(r"[\s\-\u2010-\u2015]{1,3}")
SHORTEST_NUMBER: Final = 5
"""Fewer digits than this are not sought with gaps between them."""
WHOLE_NUMBER: Final = 8
"""From so many digits on, the gaps that a number is written with do not matter (phones, accounts, birth numbers; no dates)."""
SHORTEST_APART: Final = 6
"""Shorter words are not sought in pieces, but for letters set one by one."""
WIDEST_GAP: Final = 12
KEY: Final = 3


@dataclass(frozen=True)
class Needle(Generic[Thing]):
    """Words that are sought: the letters without what is between them, and where a new word begins in them."""

    squeezed: str
    begins: frozenset[int]
    thing: Thing


@dataclass(frozen=True)
class Match(Generic[Thing]):
    """What was found: the thing sought, the words as they stand, and where, counted in squeezed letters."""

    thing: Thing
    found: str
    start: int
    end: int


class Text:
    """A text as its words without what stands between, with the way back to the words as written."""

    def __init__(self, text: str) -> None:
        """Reads it; several hundred thousand letters a second."""
        self.plain = plain(text)
        self._spans = [found.span() for found in _WORD.finditer(self.plain)]
        self.starts: list[int] = []
        pieces, at = [], 0
        for start, end in self._spans:
            piece = _bare(self.plain[start:end])
            self.starts.append(at)
            pieces.append(piece)
            at += len(piece)
        self.squeezed = "".join(pieces)
        self._ends = {start: place for place, start in enumerate([*self.starts[1:], at])}

    def words(self, first: int, last: int) -> str:
        """The words from number `first` to `last` (both included) as they stand."""
        return self.plain[self._spans[first][0] : self._spans[last][1]].replace(BROKEN, "-")

    def last_word(self, end: int) -> int | None:
        """The number of the word that ends at that squeezed letter; None where none does."""
        return self._ends.get(end)

    def gap_before(self, word: int) -> str | None:
        """What stands between that word and the one before it; None before the first."""
        return self.plain[self._spans[word - 1][1] : self._spans[word][0]] if word else None

    def gap_after(self, word: int) -> str | None:
        """What stands between that word and the next; None after the last."""
        return self.gap_before(word + 1) if word + 1 < len(self._spans) else None


class Searcher(Generic[Thing]):
    """Many words, ready to be sought at once."""

    def __init__(self, needles: Iterable[Needle[Thing]]) -> None:
        """Needles without any letter or digit are left out: nothing can be found of them."""
        self._by_key: dict[str, list[Needle[Thing]]] = {}
        for needle in needles:
            if needle.squeezed:
                self._by_key.setdefault(needle.squeezed[:KEY], []).append(needle)
        self._lengths = sorted({len(key) for key in self._by_key})

    def matches(self, text: Text) -> Iterator[Match[Thing]]:
        """Each place where a needle stands as whole words."""
        squeezed = text.squeezed
        for word, start in enumerate(text.starts):
            for length in self._lengths:
                for needle in self._by_key.get(squeezed[start : start + length], ()):
                    if squeezed.startswith(needle.squeezed, start) and (last := _whole(text, needle, word, start)) is not None:
                        yield Match(needle.thing, text.words(word, last), start, start + len(needle.squeezed))


def needle_of(words: str, thing: Thing) -> Needle[Thing]:
    """The needle for some words as people write them."""
    text = Text(words)
    return Needle(text.squeezed, frozenset(text.starts[1:]), thing)


def plain(text: str) -> str:
    """The text with one letter for each of its dresses, nothing unseen, and each broken word marked."""
    if not text.isascii():
        if not unicodedata.is_normalized("NFKC", text):
            text = unicodedata.normalize("NFKC", text)
        text = _UNSEEN.sub("", text)
    text = _LINE_END.sub(BROKEN, text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.replace("\xad", "")


def squeezed(text: str) -> str:
    """The letters and digits of a text in small base letters, and nothing between."""
    return Text(text).squeezed


@lru_cache(maxsize=100_000)
def _bare(word: str) -> str:
    """A word in small base letters: without accents (`č` is `c`), `aa` as `å`; digits as 0-9."""
    if word.isdigit():
        return "".join(str(unicodedata.digit(digit)) for digit in word)
    if word.isascii():
        return word.lower().replace("aa", "å")
    folded = unicodedata.normalize("NFKC", word.casefold())
    return "".join(LETTERS.get(letter) or _base(letter) for letter in folded).replace("aa", "å")


@lru_cache(maxsize=4096)
def _base(letter: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))


def _whole(text: Text, needle: Needle[Thing], first: int, start: int) -> int | None:
    """The number of the last word where the needle stands there as whole words and with gaps that may be; None where it does not."""
    last = text.last_word(start + len(needle.squeezed))
    if last is None or not _begins_and_ends(text, first, last):
        return None
    gaps = [(text.starts[word] - start, text.gap_before(word) or "") for word in range(first + 1, last + 1)]
    if needle.squeezed.isdigit():
        return last if _number_may_stand(needle, gaps) else None
    if all(_may_stand_apart(needle, offset, gap) for offset, gap in gaps) or _is_set_letter_by_letter(text, needle, first, last):
        return last
    return None


def _begins_and_ends(text: Text, first: int, last: int) -> bool:
    r"""A word broken at the end of a line is one word, unless what is found has a capital as a name has ("Oslo-\nregionen", not "vik-\narer")."""
    broken = BROKEN in (text.gap_before(first) or "") or BROKEN in (text.gap_after(last) or "")
    return not broken or text.words(first, last)[0].isupper()


def _number_may_stand(needle: Needle[Thing], gaps: list[tuple[int, str]]) -> bool:
    length = len(needle.squeezed)
    if length >= WHOLE_NUMBER or (length >= SHORTEST_NUMBER and not needle.begins):
        return all(_BETWEEN_DIGITS.fullmatch(gap) for _, gap in gaps)
    # A date written 3.5.19 is not the sum 3 519: its gaps stand where they stood.
    return {offset for offset, _ in gaps} == needle.begins and all(_IN_A_DATE.fullmatch(gap) for _, gap in gaps)


def _may_stand_apart(needle: Needle[Thing], offset: int, gap: str) -> bool:
    if offset in needle.begins:
        return len(gap) <= WIDEST_GAP
    if gap in {"", BROKEN}:
        return True
    # Digits within words may be grouped anywhere; letters come apart only in words that are long enough to be known again.
    if needle.squeezed[offset - 1].isdigit() and needle.squeezed[offset].isdigit():
        return _BETWEEN_DIGITS.fullmatch(gap) is not None
    return len(needle.squeezed) >= SHORTEST_APART and _APART.fullmatch(gap) is not None


def _is_set_letter_by_letter(text: Text, needle: Needle[Thing], first: int, last: int) -> bool:
    """`V i k`: each letter a word, with a space between."""
    return (
        last - first + 1 == len(needle.squeezed) >= KEY
        and text.words(first, first).isupper()
        and all((text.gap_before(word) or "").isspace() for word in range(first + 1, last + 1))
    )
