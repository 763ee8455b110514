"""Text into stems: the one tokeniser, used for what is indexed and for what is asked. Pure, the same on both databases.

A stem joins the endings of bokmål and nynorsk (saken, saka -> sak). A compound of the words in `words.txt` is known by its pieces and by every run of
pieces that stand together, so "behandlingstid" finds "saksbehandlingstiden". Words are written with the spelling that stands first in that list,
so "fosterheim" finds "fosterhjem".
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import snowballstemmer

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_STEMS: Final = 20_000
LONGEST_TEXT: Final = 4_000_000
LONGEST_WORD: Final = 60
MOST_WORDS_ASKED: Final = 12
MOST_PIECES: Final = 8
SHORTEST_PIECE: Final = 4

HERE: Final = Path(__file__).parent
_TOKEN = re.compile(
    r"""
      (?<!\w) \d{1,3} (?:[ .\u00a0\u202f]\d{3})+ (?:,\d+)? (?!\w)   # 85 000  1.234,50  123 456 789
    | (?<!\w) \d [\d.,/:\u2013-]* \d (?!\w)                              # 2026/0001  07.03.2024  4-12  12,5
    | [^\W_]+ (?: [-'\u2019] [^\W_]+ )*                                  # words and what hyphens join
    """,
    re.VERBOSE,
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_BETWEEN_THOUSANDS = re.compile(r"(?<=\d)[ .\u00a0\u202f](?=\d{3}(?!\d))")
_ENDINGS: Final = tuple(
    f"{ending}{genitive}"
    for ending in ("", "e", "en", "a", "et", "er", "ar", "ene", "ane", "n", "r", "t", "ne", "er", "te", "ende")
    for genitive in ("", "s")
)


def stems(text: str) -> frozenset[str]:
    """All stems by which this text is found, at most 20 000 (from its beginning)."""
    found: dict[str, None] = {}
    for token in dict.fromkeys(_tokens(text[:LONGEST_TEXT])):
        found.update(dict.fromkeys(_findable(token)))
        if len(found) >= MOST_STEMS:
            break
    return frozenset(list(found)[:MOST_STEMS])


def asked(query: str) -> tuple[str, ...]:
    """One stem for each word of a question, in order, each once, at most 12. A text holds the word when `stems(text)` holds the stem."""
    wanted = dict.fromkeys("".join(_pieces(token)) for token in _tokens(query[:LONGEST_TEXT]))
    return tuple(wanted)[:MOST_WORDS_ASKED]


def _tokens(text: str) -> Iterator[str]:
    """Words and numbers in small letters; composed, so that a letter and its ring are one character."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).lower()
    for match in _TOKEN.finditer(plain):
        token = match.group()
        if token not in _empty() and (len(token) > 1 or token.isdigit()):
            yield token


@lru_cache(maxsize=20_000)
def _findable(token: str) -> tuple[str, ...]:
    """The stem of a token and of each run of its pieces."""
    pieces = _pieces(token)
    if token[0].isdigit() and "," in token:
        # An amount is found without its øre too.
        return pieces[0], pieces[0].partition(",")[0]
    count = len(pieces)
    runs = ("".join(pieces[start:end]) for start in range(count) for end in range(start + 1, count + 1))
    return tuple(run for run in runs if len(run) > 1 or count == 1)


@lru_cache(maxsize=20_000)
def _pieces(token: str) -> tuple[str, ...]:
    """The stems a token is made of, in order: one for a number or a simple word, several for a compound. Joined they are the stem of the whole."""
    if token[0].isdigit() and not any(char.isalpha() for char in token):
        return (_BETWEEN_THOUSANDS.sub("", token)[:LONGEST_WORD],)
    words = re.split("[-'\u2019]", token)
    return tuple(piece for word in words for piece in _split(word[:LONGEST_WORD]))[:MOST_PIECES]


def _split(word: str) -> tuple[str, ...]:
    """One word along the known words: as few pieces as cover it all; else one unknown piece before or after known ones; else whole."""
    vocabulary = _vocabulary()
    covered = _cover(word)
    if covered:
        return covered
    for start in range(SHORTEST_PIECE, len(word) - SHORTEST_PIECE + 1):
        if tail := _cover(word[start:]):
            return (_stem(_without_link(word[:start])), *tail)
    for end in range(len(word) - SHORTEST_PIECE, SHORTEST_PIECE - 1, -1):
        if head := vocabulary.links.get(word[:end]):
            return (head, _stem(word[end:]))
    return (_stem(word),)


def _cover(word: str) -> tuple[str, ...]:
    """The fewest known words that make up `word`, or nothing."""
    vocabulary = _vocabulary()
    best: dict[int, tuple[str, ...]] = {}
    for start in range(len(word) - 1, -1, -1):
        if whole := vocabulary.forms.get(word[start:]):
            best[start] = (whole,)
            continue
        ways = [
            (link, *best[end])
            for end in range(start + 2, len(word))
            if end in best and (link := vocabulary.links.get(word[start:end]))
        ]
        if ways:
            best[start] = min(ways, key=len)
    return best.get(0, ())


class _Vocabulary:
    """The known words: as they end a compound or stand alone (`forms`), and as they stand before another word (`links`). Each leads to its first spelling."""

    def __init__(self, rows: list[list[str]]) -> None:
        self.forms: dict[str, str] = {}
        self.links: dict[str, str] = {}
        # A word's own spelling goes before another word's ending.
        for row in rows:
            for spelling in row:
                self.forms[spelling] = self.links[spelling] = row[0]
        for row in rows:
            for spelling in row:
                self._inflect(spelling, row[0])

    def _inflect(self, spelling: str, head: str) -> None:
        bases = {spelling, spelling.removesuffix("e")}
        if spelling.endswith(("m", "n")):
            bases.add(spelling + spelling[-1])
        for base in bases:
            for ending in _ENDINGS:
                self.forms.setdefault(base + ending, head)
        for link in ("s", "e"):
            self.links.setdefault(spelling + link, head)


@cache
def _vocabulary() -> _Vocabulary:
    return _Vocabulary(_rows("words.txt"))


@cache
def _empty() -> frozenset[str]:
    """Words that find nothing."""
    return frozenset(word for row in _rows("empty.txt") for word in row)


def _rows(file: str) -> list[list[str]]:
    """The words of each line of a list beside this module."""
    lines = (HERE / file).read_text(encoding="utf-8").splitlines()
    return [row for line in lines if (row := line.partition("#")[0].split())]


def _without_link(piece: str) -> str:
    return piece.removesuffix("s") if len(piece) > SHORTEST_PIECE else piece


class _Stemmer(threading.local):
    """A stemmer for each thread: it remembers the word it is working on."""

    def __init__(self) -> None:
        self.snowball = snowballstemmer.stemmer("norwegian")


_STEMMER = _Stemmer()


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    return str(_STEMMER.snowball.stemWord(word))
