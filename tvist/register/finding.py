"""Finds municipalities by what people type: a number, a name, an old or a Sámi or Kven name, with or without accents."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from tvist.register.collation import folded, sort_key
from tvist.register.municipalities import Municipality, all_municipalities, counterparts_on
from tvist.register.tables import rows_of

if TYPE_CHECKING:
    from datetime import date

SHORTEST_INNER_MATCH = 3
SHORTEST_NUMBER = 2


@dataclass(frozen=True, slots=True)
class Found:
    """A municipality that matches, by the name or number `matched`, and those `in_force` that stand for it on the day asked for.

    `in_force` holds the municipality itself, or what it became, or what it was made from.
    """

    municipality: Municipality
    matched: str
    in_force: tuple[Municipality, ...]

    @property
    def is_former(self) -> bool:
        """Whether what matched is not in force itself, so that the page must say what it became."""
        return self.municipality not in self.in_force


def find_municipalities(text: str, on: date) -> tuple[Found, ...]:
    """What matches `text`, best first: whole name, beginning, beginning of a word, inside; those in force on `on` before others.

    Empty for an empty text. A former one is left out where the only municipality that stands for it matches by itself.
    """
    wanted = folded(text)
    if not wanted:
        return ()
    ranked = [(rank, *entry) for entry in _entries() if (rank := _rank(wanted, entry[2])) is not None]
    direct = {row for _, row, _, _ in ranked if row.exists_on(on)}
    best: dict[tuple[tuple[Municipality, ...], str], tuple[tuple[bool, int, str, int], Found]] = {}
    for rank, row, name, _ in ranked:
        in_force = (row,) if row.exists_on(on) else counterparts_on(row, on)
        if not row.exists_on(on) and (not in_force or (len(in_force) == 1 and in_force[0] in direct)):
            continue
        found = Found(row, name, in_force)
        # The latest of several rows with the same name and the same successors speaks for all of them.
        order = (found.is_former, rank, sort_key(row.name), -row.valid_from.toordinal())
        # One that is in force is listed once, by its best name.
        key = (in_force, name if found.is_former else "")
        if key not in best or order < best[key][0]:
            best[key] = (order, found)
    return tuple(found for _, found in sorted(best.values(), key=lambda pair: (pair[0], pair[1].municipality.number)))


@lru_cache(maxsize=1)
def _entries() -> tuple[tuple[Municipality, str, str], ...]:
    """Every (municipality, name or number, folded form) that can be searched."""
    other_names: dict[str, list[str]] = {}
    for row in rows_of("other_names"):
        other_names.setdefault(row["number"], []).append(row["name"])
    entries: list[tuple[Municipality, str, str]] = []
    for place in all_municipalities():
        names = {place.number, place.name, place.display_name, *place.name.split(" - ")}
        if place.valid_to is None:
            names.update(other_names.get(place.number, ()))
        entries.extend((place, name, folded(name)) for name in sorted(names))
    return tuple(entries)


def _rank(wanted: str, candidate: str) -> int | None:
    """How well a folded name answers; None where it does not."""
    if candidate == wanted:
        return 0
    if wanted.isdigit():
        return 1 if len(wanted) >= SHORTEST_NUMBER and candidate.startswith(wanted) else None
    if candidate.startswith(wanted):
        return 1
    if f" {wanted}" in candidate:
        return 2
    return 3 if len(wanted) >= SHORTEST_INNER_MATCH and wanted in candidate else None
