"""Finds the names of municipalities and counties of all years in a text, but those of the parties (rule 8; pure)."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from tvist.anonymity.register_names import county_names, folded_name, municipality_names, stem_of
from tvist.anonymity.shapes import UPPER

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_NAME: Final = re.compile(rf"(?<![\w-])[{UPPER}][\w\u00ad'\u2019]*(?:[ \u00a0-](?:(?:og|i) )?[{UPPER}][\w\u00ad'\u2019]*)*")
_WORD: Final = re.compile(r"[^\s-]+")
_GENITIVE: Final = re.compile(r"(?:['\u2019]?s|['\u2019])$")


def places_in(text: str, parties: Collection[str]) -> Iterator[tuple[int, int]]:
    """Where the name of a place stands with a capital, the longest names first. What begins a sentence counts: it is for a person to see."""
    own = {_key(name) for name in parties}
    for found in _NAME.finditer(text):
        words = [(found.start() + word.start(), found.start() + word.end()) for word in _WORD.finditer(found[0])]
        place = 0
        while place < len(words):
            taken = next(
                (last for last in range(len(words), place, -1) if _is_place(text[words[place][0] : words[last - 1][1]], own)), 0
            )
            if taken:
                yield words[place][0], words[taken - 1][1]
            place = taken or place + 1


def _is_place(words: str, own: Collection[str]) -> bool:
    names = (folded_name(words), folded_name(_GENITIVE.sub("", words)))
    return any(name in municipality_names() or name in _counties() for name in names) and not any(
        _key(name) in own for name in names
    )


def _key(name: str) -> str:
    """The same for all names of one municipality."""
    stem = folded_name(stem_of(name))
    return folded_name(municipality_names().get(stem, stem))


@cache
def _counties() -> frozenset[str]:
    return frozenset(folded_name(name) for name in county_names())
