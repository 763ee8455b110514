"""The names of municipalities and counties of all years, Norwegian, Sámi and Kven, with what is the same place (pure; read once)."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final

from tvist.register.municipalities import all_municipalities
from tvist.register.tables import rows_of

if TYPE_CHECKING:
    from collections.abc import Mapping

INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
"""What stands in a text without being seen."""
_WORD: Final = re.compile(r"[^\W_]+")
SAMI_GENITIVES: Final = {
    "Aarborte": "Aarborten",
    "Deatnu": "Deanu",
    "Dielddanuorri": "Dielddanuori",
    "Divtasvuodna": "Divtasvuona",
    "Fuossko": "Fuosko",
    "Guovdageaidnu": "Guovdageainnu",
    "Gáivuotna": "Gáivuona",
    "Hábmer": "Hábmera",
    "Kárášjohka": "Kárášjoga",
    "Loabák": "Loabága",
    "Nåavmesjenjaelmie": "Nåavmesjenjaelmien",
    "Omasvuotna": "Omasvuona",
    "Porsáŋgu": "Porsáŋggu",
    "Raarvihke": "Raarvihken",
    "Romsa": "Romssa",
    "Rosse": "Rossen",
    "Ráisa": "Ráissa",
    "Snåase": "Snåasen",
    "Tråante": "Tråanten",
    "Unjárga": "Unjárgga",
}
"""How a Sámi name stands before "suohkan", "gielda" or "tjïelte", where it is not as in the register: most write it so of the municipality."""
_BETWEEN_NAMES: Final = re.compile(r"\s+[-\u2013]\s+")
_TAIL: Final = re.compile(
    r"(?:\s+\([^)]*\))?\s+(?:kommunen?s?|herad(?:et)?s?|fylke(?:t|s|ts)?|fylkeskommunen?s?)$|\s+\([^)]*\)$", re.IGNORECASE
)


@cache
def municipality_names() -> Mapping[str, str]:
    """Every name as `folded_name` has it, and the name that stands for the same municipality in all its spellings: the first one in Norwegian."""
    groups: list[set[str]] = []
    for names in _rows():
        touching = [group for group in groups if not group.isdisjoint(names)]
        groups = [group for group in groups if group not in touching]
        groups.append(set(names).union(*touching))
    return {folded_name(name): min(group) for group in groups for name in group}


@cache
def county_names() -> frozenset[str]:
    """The counties of all years, but those whose name is a municipality's too."""
    return frozenset(row["name"] for row in rows_of("counties")) - frozenset(row.name for row in all_municipalities())


@cache
def spellings() -> Mapping[str, frozenset[str]]:
    """By the name that stands for a municipality: all names it goes by."""
    found: dict[str, set[str]] = {}
    for names in _rows():
        for name in names:
            found.setdefault(municipality_names()[folded_name(name)], set()).add(name)
    return {name: frozenset(each) for name, each in found.items()}


def folded_name(name: str) -> str:
    """The words of a name in small letters, composed, in plain dress, without what nobody sees, with one space for whatever stands between them."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", INVISIBLE.sub("", name)).casefold()))


def names_beside(text: str) -> frozenset[str]:
    """All names of the municipality that `text` names, as the register spells them; empty where it knows none."""
    stands_for = municipality_names().get(folded_name(stem_of(text)))
    return spellings()[stands_for] if stands_for is not None else frozenset()


def stem_of(text: str) -> str:
    """The name without "kommune" and the like, and without the county in brackets: "Nes (Akershus) kommune" is "Nes"."""
    name = " ".join(text.split())
    while (shorter := _TAIL.sub("", name)) != name:
        name = shorter
    return name


def _rows() -> list[frozenset[str]]:
    """The names of each row of the register: the whole, its parts, those in other languages, and their genitives."""
    other: dict[str, set[str]] = {}
    for row in rows_of("other_names"):
        other.setdefault(row["number"], set()).add(row["name"])
    rows = [
        {place.name, *_BETWEEN_NAMES.split(place.name)} | (other.get(place.number, set()) if place.valid_to is None else set())
        for place in all_municipalities()
    ]
    return [frozenset(names | {SAMI_GENITIVES[name] for name in names & set(SAMI_GENITIVES)}) for names in rows]
