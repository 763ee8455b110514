"""Finds names of municipalities and counties in a text, and says what makes a name of each (pure).

A name that is a common word too ("Vik", "Nes", "Time") is one for certain where the sentence makes it one: a capital inside a sentence, or
"kommune" after it. With a capital that the beginning of a sentence explains as well it is a doubt; in small letters it is the common word.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from tvist.anonymity.kinds import MarkKind
from tvist.anonymity.register_names import INVISIBLE, county_names, folded_name, municipality_names, stem_of
from tvist.publication.common_words import ABBREVIATIONS, BODIES, COMMON, SMALL, TITLES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

_WORD: Final = re.compile(
    "[^\\W\\d_][^\\W\\d_\u00ad\u0300-\u036f\u200b-\u200d\u2060]*(?:[\u00ad\u0300-\u036f\u200b-\u200d\u2060]+[^\\W\\d_]*)*"
)
_BETWEEN: Final = re.compile(r"\s*[-\u2010\u2011\u2013/]\s*|\s+")
_POSSESSIVE: Final = re.compile("['\u2019]s?(?![^\\W\\d_])")
_TAIL: Final = re.compile(
    "(?P<gap>[ \\t\u00a0]*\n?[ \\t\u00a0]*)(?P<word>(?:fylkes)?kommunen?s?|herad(?:et)?s?|fylket?s?|suohkan|gielda|tj\u00efelte|kommuvdna|kom+uuni)(?![^\\W\\d_])",
    re.IGNORECASE,
)
_JOINED: Final = re.compile("kommunen?s?$")
_OPENING: Final = ' \t\u00a0\u00ab"\u201c\u201e([*\u2022-\u2013'
_AS_FAR_BACK: Final = 60
"""So many letters before a word tell whether it begins a sentence."""
_ENDS: Final = ".!?:;\n\u2026"


class Word(NamedTuple):
    """A word of a text: where, and in small letters without what nobody sees."""

    start: int
    end: int
    plain: str


@dataclass(frozen=True, slots=True)
class NameFound:
    """A name in a text. `key` is the same for all names of one municipality; `why` says what makes a name of it."""

    start: int
    end: int
    kind: MarkKind
    key: str
    why: str


@dataclass(frozen=True, slots=True)
class _Name:
    words: tuple[str, ...]
    key: str
    kind: MarkKind


class _Here(NamedTuple):
    """A word of a text, by its place among the words."""

    text: str
    words: Sequence[Word]
    place: int


def key_of(name: str) -> str:
    """What is the same for all names of one municipality; for one that no register knows its own name in small letters."""
    stem = folded_name(stem_of(name))
    return folded_name(municipality_names().get(stem, stem))


def plain(text: str) -> str:
    """In small letters, composed, in plain dress, without soft hyphens and what else nobody sees."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).casefold()


def is_common_word(name: str) -> bool:
    """Whether the name (with or without "kommune") is a word of the language too."""
    return plain(stem_of(name)) in COMMON


def words_of(text: str) -> list[Word]:
    """The words of a text in order; what a hyphen joins is several."""
    return [Word(found.start(), found.end(), plain(found[0])) for found in _WORD.finditer(text)]


def names_in(text: str, own: Collection[str] = ()) -> list[NameFound]:
    """The names in a text, in order, the longest first where several begin at a word. `own`: the municipalities of the case."""
    words = words_of(text)
    tables = (_of_register(), _of(tuple(sorted(own))))
    keys = {key_of(name) for name in own}
    found: list[NameFound] = []
    place = 0
    while place < len(words):
        matched = next(_matches(text, words, place, tables), None)
        name = _found(_Here(text, words, place), *matched, keys) if matched is not None else None
        if name is not None:
            found.append(name)
        place += len(matched[0].words) if matched is not None and name is not None else 1
    return found


def begins_sentence(text: str, start: int) -> bool:
    """Whether a word that begins there begins a sentence, a line or a quotation, so that its capital says nothing."""
    before = text[max(0, start - _AS_FAR_BACK) : start]
    bare = before.rstrip(_OPENING)
    if not bare or bare[-1] in "\n\r":
        return True
    if bare[-1] not in _ENDS:
        return any(sign in before[len(bare) :] for sign in '\u00ab"\u201c\u201e*\u2022')
    if bare[-1] != ".":
        return True
    last = re.search(r"([^\W\d_]+)\.$", bare)
    return last is None or (plain(last[1]) not in ABBREVIATIONS)


def _matches(
    text: str, words: Sequence[Word], place: int, tables: Sequence[Mapping[str, Sequence[_Name]]]
) -> Iterator[tuple[_Name, int]]:
    """The names that begin at a word, the longest first, each with where it ends; a genitive belongs to it."""
    first = words[place].plain
    tries = {first, first[:-1]} if first.endswith("s") else {first}
    if "kommune" in first:
        tries.add(_JOINED.sub("", first))
    candidates = {name for table in tables for key in tries for name in table.get(key, ())}
    if not candidates:
        return
    # The name itself comes before one whose genitive looks the same: "Hemnes" before "Hemne".
    for name in sorted(candidates, key=lambda each: (-len(each.words), -len(each.words[-1]), each.words)):
        if _stands(text, words, place, name):
            yield name, words[place + len(name.words) - 1].end


def _stands(text: str, words: Sequence[Word], place: int, name: _Name) -> bool:
    there = words[place : place + len(name.words)]
    if len(there) < len(name.words):
        return False
    gaps = itertools.pairwise(there)
    return (
        all(word.plain == wanted for word, wanted in zip(there[:-1], name.words[:-1], strict=True))
        and _is_form(there[-1].plain, name.words[-1])
        and all(_BETWEEN.fullmatch(text, before.end, after.start) for before, after in gaps)
    )


def _is_form(word: str, name: str) -> bool:
    """The name, its genitive, or what it makes with "kommunen": "vik", "viks", "vikkommunen"."""
    if word == name or _JOINED.sub("", word) == name:
        return True
    return word == f"{name}s" and name[-1] not in "sxz"


def _found(here: _Here, name: _Name, end: int, keys: Collection[str]) -> NameFound | None:
    """What the words up to `end` are in their sentence; None for a common word. `keys`: those of the municipalities of the case."""
    text, start = here.text, here.words[here.place].start
    if possessive := _POSSESSIVE.match(text, end):
        end = possessive.end()
    if tail := _TAIL.match(text, end):
        is_county = tail["word"].lower().startswith("fylke")
        kind = MarkKind.PLACE if is_county else MarkKind.MUNICIPALITY
        if tail["gap"] or text[start].isupper():
            return NameFound(start, tail.end(), kind, name.key, "county" if is_county else "municipality")
    if not text[start].isupper():
        return NameFound(start, end, name.kind, name.key, "small_letters") if _is_own_and_rare(name, keys) else None
    person = _person_start(here)
    if person is not None and (name.key not in keys or not begins_sentence(text, person)):
        return NameFound(person, end, MarkKind.PERSON, name.key, "like_a_person")
    return NameFound(start, end, name.kind, name.key, _why(text, start, name, keys))


def _is_own_and_rare(name: _Name, keys: Collection[str]) -> bool:
    return name.key in keys and " ".join(name.words) not in COMMON


def _why(text: str, start: int, name: _Name, keys: Collection[str]) -> str:
    if len(name.words) == 1 and name.words[0] in COMMON and begins_sentence(text, start):
        return "common_word"
    if name.kind is MarkKind.PLACE:
        return "county"
    return "party" if name.key in keys else "municipality"


def _person_start(here: _Here) -> int | None:
    """Where a person's name begins whose surname the word seems to be: after a first name, or after a title; None where it is a place."""
    if not here.place:
        return None
    before, word, text = here.words[here.place - 1], here.words[here.place], here.text
    if text[before.end : word.start] not in {" ", "\u00a0"} or before.plain in SMALL | BODIES:
        return None
    if before.plain in TITLES:
        return word.start
    is_name = text[before.start : before.end].istitle() and len(before.plain) > 1
    return before.start if is_name and before.plain not in _of_register() else None


@cache
def _of_register() -> Mapping[str, Sequence[_Name]]:
    """The names of the register by their first word."""
    found: defaultdict[str, list[_Name]] = defaultdict(list)
    for name, stands_for in municipality_names().items():
        _put(found, name, folded_name(stands_for), MarkKind.MUNICIPALITY)
    for name in county_names():
        _put(found, name, folded_name(name), MarkKind.PLACE)
    return dict(found)


@lru_cache(maxsize=64)
def _of(own: tuple[str, ...]) -> Mapping[str, Sequence[_Name]]:
    """The names of the case's own municipalities that no register knows, by their first word."""
    found: defaultdict[str, list[_Name]] = defaultdict(list)
    for name in own:
        if folded_name(stem_of(name)) not in municipality_names():
            _put(found, stem_of(name), key_of(name), MarkKind.MUNICIPALITY)
    return dict(found)


def _put(found: dict[str, list[_Name]], name: str, key: str, kind: MarkKind) -> None:
    words = tuple(word.plain for word in words_of(name))
    if words:
        found[words[0]].append(_Name(words, key, kind))
