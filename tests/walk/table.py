"""The two tables that the walk goes by, `endpoints.csv` and `eyes.csv`: what ought to be answered, without asking the program."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.walk.world import There

HERE: Final = Path(__file__).parent
NOBODY: Final = "nobody"
PEOPLE: Final = (
    *("asta", "arne", "bo", "berit", "siri", "stein", "cato", "lise"),
    *("frida", "finn", "kaare", "klara", "dag", "eva", "adam"),
)
IN, KNOWN, STRANGER, UNKNOWN = "let in", "known, and may not", "a stranger", "not signed in"
NOT_MADE: Final = "let in, and nothing is made yet"
MEANS: Final = {"case_people": frozenset({"requesting", "opposing", "secretariat", "seated"})}


@dataclass(frozen=True)
class Line:
    """Who may do what an endpoint does, to which kind of thing, where there is one and where something is made of it (`*`: wherever the kind is)."""

    endpoint: str
    thing: str
    who: frozenset[str]
    there: frozenset[str]
    made: frozenset[str]

    @property
    def is_for_all(self) -> bool:
        """Nobody is asked who they are."""
        return "all" in self.who

    def is_there(self, place: There) -> bool:
        """Whether such a thing can be there at all."""
        return "*" in self.there or place.row in self.there

    def is_made(self, place: There) -> bool:
        """Whether who may finds it there; else it is not there yet, or not any more."""
        return "*" in self.made or place.row in self.made


def lines() -> dict[str, Line]:
    """Every line of `endpoints.csv`."""
    found = {}
    for row in _read("endpoints.csv"):
        who: set[str] = set()
        for word in row["who"].split():
            who |= MEANS.get(word, frozenset({word}))
        assert row["endpoint"] not in found, f"{row['endpoint']} stands twice"
        found[row["endpoint"]] = Line(
            row["endpoint"],
            row["thing"],
            frozenset(who),
            frozenset(row["there"].split()),
            frozenset((row["made"] or "*").split()),
        )
    return found


def eyes() -> dict[str, dict[str, frozenset[str]]]:
    """By thing and person what the person is to it."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for row in _read("eyes.csv"):
        people = [each.split(":") for each in row["people"].split("|") if each.strip()]
        found[row["row"]] = {name.strip(): frozenset(words.split()) for name, words in people}
    found["at_all"] = {name: found["at_all"].get(name, frozenset()) | {"signed_in"} for name in PEOPLE}
    return found


def ought(line: Line, place: There, person: str, seen: dict[str, dict[str, frozenset[str]]]) -> str:
    """What the person ought to meet at the endpoint, for the thing in that place."""
    if person == NOBODY:
        return UNKNOWN
    if not line.is_there(place):
        return STRANGER
    words = seen[place.row].get(person, frozenset())
    if words & line.who:
        return IN
    return KNOWN if words else STRANGER


def _read(name: str) -> Iterator[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader((row for row in file if not row.startswith("#")), delimiter=";")
