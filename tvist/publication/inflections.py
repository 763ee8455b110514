"""The forms in which a name may stand in a Norwegian text: genitives, "kommune" in its forms, other spellings of the same name (pure).

`forms` are sure to be the name; `doubtful_forms` may be, and a person decides. Both in the spelling of the name, capitals kept.
"""

from __future__ import annotations

import itertools
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tvist.anonymity.kinds import MarkKind
from tvist.anonymity.register_names import names_beside, stem_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

APOSTROPHES: Final = ("'", "\u2019")
HISSING: Final = ("s", "x", "z")
MUNICIPAL: Final = tuple(
    f"{word}{ending}"
    for word, endings in (
        ("kommune", ("", "s", "n", "ns")),
        ("herad", ("", "s", "et", "ets")),
    )
    for ending in endings
)
"""What may stand after the name of a municipality, in bokmål and nynorsk."""
PEOPLE: Final = ("væring", "ing", "bu", "bygg", "enser", "ser", "ar", "er")
"""How those who live in a place may be called: the stem and one of these, which no register knows."""
PEOPLE_ENDINGS: Final = ("", "s", "en", "ens", "er", "ar", "ene", "ane", "enes", "anes", "e")
_FEWEST_DIGITS: Final = 6
"""Fewer digits in a row may be anything."""
_BIRTH_NUMBER: Final = re.compile(r"\d{11}")
_NAMED: Final = frozenset({MarkKind.PERSON, MarkKind.OFFICER, MarkKind.REPRESENTATIVE})


@lru_cache(maxsize=4096)
def forms(words: str, kind: MarkKind) -> frozenset[str]:
    """All forms that are surely the name or number: what stands in a public file in one of them tells what was hidden."""
    text = " ".join(words.split())
    if not text:
        return frozenset()
    if kind is MarkKind.MUNICIPALITY:
        return frozenset(_of_municipality(text))
    if kind in _NAMED:
        return frozenset(_genitives(_of_person(text)))
    if kind is MarkKind.NUMBER:
        return frozenset({words, text, *_of_number(text)})
    if kind in {MarkKind.PLACE, MarkKind.INSTITUTION}:
        return frozenset(_genitives(_dressed(text)))
    return frozenset({words, text})


@lru_cache(maxsize=4096)
def doubtful_forms(words: str, kind: MarkKind) -> frozenset[str]:
    """Forms that may be the name and may be something else: those who live in a municipality, a surname or a first name alone."""
    text = " ".join(words.split())
    if kind is MarkKind.MUNICIPALITY:
        names = {stem_of(name) for name in names_beside(text)} | {stem_of(text)}
        roots = {root for name in names for root in _roots(name.lower())}
        return frozenset(
            f"{root}{people}{ending}" for root in roots for people, ending in itertools.product(PEOPLE, PEOPLE_ENDINGS)
        )
    if kind in _NAMED and len(parts := text.split()) > 1:
        return frozenset(_genitives([parts[0], parts[-1]]))
    return frozenset()


def _roots(name: str) -> Iterator[str]:
    """The name as it stands before the ending for its people: "luster" also as "lustr", "volda" as "vold"."""
    yield name
    if name.endswith("er"):
        yield f"{name[:-2]}r"
    if name[-1] in "aeø":
        yield name[:-1]


def _of_municipality(text: str) -> Iterator[str]:
    for name in {stem_of(text), *names_beside(text)}:
        for dressed in _dressed(name):
            yield from _genitives([dressed])
            yield from (f"{dressed} {word}" for word in MUNICIPAL)
            yield f"{dressed}kommunen"


def _of_person(text: str) -> Iterator[str]:
    """The whole name, without the names in the middle, with initials for the first ones, and the surname first."""
    yield text
    parts = text.split()
    if len(parts) > 1:
        first, last = parts[0], parts[-1]
        yield from (f"{first} {last}", f"{last}, {first}", f"{last}, {' '.join(parts[:-1])}", f"{first[0]}. {last}")
        initials = [f"{part[0]}." for part in parts[:-1]]
        yield from (f"{' '.join(initials)} {last}", f"{''.join(initials)} {last}")


def _of_number(text: str) -> Iterator[str]:
    """Digits without what stands between them; a birth number also with the usual space."""
    digits = re.sub(r"\D", "", text)
    if len(digits) < _FEWEST_DIGITS or re.search(r"[^\W\d_]", text):
        return
    yield digits
    if _BIRTH_NUMBER.fullmatch(digits):
        yield f"{digits[:6]} {digits[6:]}"
        yield f"{digits[:4]} {digits[4:6]} {digits[6:]}"
        yield f"{digits[:4]}.{digits[4:6]}.{digits[6:]}"
    if len(digits) == len("12345678"):
        yield " ".join(digits[place : place + 2] for place in range(0, 8, 2))
        yield f"{digits[:3]} {digits[3:5]} {digits[5:]}"
        # A phone with the number of the country before it, which is one run of digits with it.
        yield from (f"{country}{digits}" for country in ("47", "0047"))


def _dressed(name: str) -> Iterator[str]:
    """With hyphen, space and the dash between the parts of the name, and in capitals."""
    spellings = {name}
    if "-" in name:
        spellings |= {name.replace("-", " "), name.replace("-", "\u2011"), name.replace("-", "\u2013")}
    yield from spellings
    yield from {each.upper() for each in spellings}


def _genitives(names: Iterable[str]) -> Iterator[str]:
    """With an s, or with an apostrophe where the name ends with an s already; also as many write it, with both."""
    for name in names:
        yield name
        yield from (f"{name}{mark}s" for mark in APOSTROPHES)
        if name.casefold().endswith(HISSING):
            yield from (f"{name}{mark}" for mark in APOSTROPHES)
        else:
            yield f"{name}s"
