"""Words with a capital that the beginning of a sentence does not explain: names that no register knows, as that of a child (pure)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from tvist.anonymity.kinds import MarkKind
from tvist.anonymity.shapes import UPPER
from tvist.publication.common_words import BODIES, SMALL, TITLES, WITH_CAPITAL
from tvist.publication.names import begins_sentence, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_WORD: Final = rf"[{UPPER}][\u00ad]?[^\W\d_][\w\u00ad\u0300-\u036f]*(?:[-\u2011][{UPPER}]?[\w\u00ad]+)*['\u2019]?s?"
_INITIAL: Final = rf"[{UPPER}]\."
_PHRASE: Final = re.compile(
    rf"(?<![\w@./-])(?:{_WORD}|{_INITIAL}[ \u00a0](?={_WORD}))(?:[ \u00a0]?(?:(?<=[. \u00a0])(?:{_WORD}|{_INITIAL})|(?:von|van|af|de|la)(?=[ \u00a0][{UPPER}])))*"
)
_PART: Final = re.compile(r"[^ \u00a0]+")
_WHERE: Final = re.compile(r"(?:^|[\s(\u00ab\"])(?:i|på|til|fra|frå|ved|nær|utenfor|utanfor)[ \u00a0]+$", re.IGNORECASE)
_AS_FAR_BACK: Final = 20
_OPENING: Final = frozenset('\u00ab"\u201c\u201e\u2018')
_CLOSING: Final = frozenset('\u00bb"\u201d\u201c\u2019')
_LONGEST_ABBREVIATION: Final = 4
_ENDING: Final = re.compile("['\u2019]?s?$")


class Capitals(NamedTuple):
    """Words with capitals that stand together: where, and what they seem to name."""

    start: int
    end: int
    kind: MarkKind


def capitals_in(text: str) -> Iterator[Capitals]:
    """Names that nobody knows, in order; bodies and other words that are always written with a capital are none."""
    for found in _PHRASE.finditer(text):
        parts = [(found.start() + part.start(), found.start() + part.end()) for part in _PART.finditer(found[0])]
        named = _named(text, parts)
        if named:
            start, end = named[0][0], named[-1][1]
            kind = (
                MarkKind.PLACE
                if len(named) == 1 and _WHERE.search(text[max(0, start - _AS_FAR_BACK) : start])
                else MarkKind.PERSON
            )
            yield Capitals(start, end, kind)


def parts_of_names(text: str) -> Iterator[str]:
    """The words of the names in a text, without a genitive."""
    for found in capitals_in(text):
        for part in _PART.findall(text[found.start : found.end]):
            bare = part.strip(".")
            if len(bare) > len("A") and bare[0].isupper():
                yield bare
                if len(bare) > len("Abs") and bare.endswith("s"):
                    yield bare.rstrip("s").rstrip("'\u2019")


def _named(text: str, parts: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The parts without those at the ends whose capital is explained; a first word of a sentence counts where another name follows it."""
    first, last = 0, len(parts)
    while first < last and _is_explained(text, parts, first, last):
        first += 1
    while first < last and names_nobody(text[slice(*parts[last - 1])]):
        last -= 1
    return list(parts[first:last])


def _is_explained(text: str, parts: Sequence[tuple[int, int]], place: int, last: int) -> bool:
    word = text[slice(*parts[place])]
    if names_nobody(word):
        return True
    follows = place + 1 < last and not names_nobody(text[slice(*parts[place + 1])])
    return begins_sentence(text, parts[place][0]) and not follows and not _is_quoted_alone(text, parts, place, last)


def _is_quoted_alone(text: str, parts: Sequence[tuple[int, int]], place: int, last: int) -> bool:
    """Whether nothing else stands in a quotation, so that no sentence begins there: «Turid»."""
    return text[parts[place][0] - 1 : parts[place][0]] in _OPENING and text[parts[last - 1][1] :][:1] in _CLOSING


def names_nobody(word: str) -> bool:
    """Whether the word says no name: a small word, a body, a title, an abbreviation in capitals, or a letter that stands for somebody."""
    bare = plain(word)
    stem = _ENDING.sub("", bare)
    # "NAV" and "HR-2020-1234-A"; a longer word in capitals may be a name as well as any other.
    if word.isupper() and len(word) > len("AB") and (len(word) <= _LONGEST_ABBREVIATION or any(map(str.isdigit, word))):
        return True
    return any(each in SMALL | BODIES | TITLES | WITH_CAPITAL for each in (bare, stem, bare.split("-")[0])) or len(stem) == 1
