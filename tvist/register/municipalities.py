"""Municipalities by date: which exist, what each became, and what it was before (rules 3 and 4)."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tvist.errors import NotFound
from tvist.register.collation import sort_key
from tvist.register.tables import rows_of, several
from tvist.tables import day_or_none

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

# After such an ending the municipality is the same one; after a merger or a split it is not.
SAME_MUNICIPALITY: Final = frozenset({"renumbered", "name changed"})


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality as it stood in one period, both ends included; `valid_to` is None while it lasts.

    A new number or a new name makes a new row; `successors` are the numbers that follow.
    """

    number: str
    name: str
    county_number: str
    county_name: str
    valid_from: date
    valid_to: date | None
    successors: tuple[str, ...]
    ended_by: str

    def exists_on(self, day: date) -> bool:
        """Whether this row is in force on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @property
    def display_name(self) -> str:
        """The name; with the county where two municipalities of the same time bear it (six names do)."""
        return f"{self.name} ({self.county_name})" if self.name in shared_names() else self.name


@lru_cache(maxsize=1)
def all_municipalities() -> tuple[Municipality, ...]:
    """Every row since 2009, by number and period."""
    counties = {row["number"]: row["name"] for row in rows_of("counties")}
    return tuple(
        Municipality(
            number=row["number"],
            name=row["name"],
            county_number=row["county"],
            county_name=counties[row["county"]],
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=day_or_none(row["valid_to"]),
            successors=several(row["successors"]),
            ended_by=row["ended_by"],
        )
        for row in rows_of("municipalities")
    )


@lru_cache(maxsize=1)
def shared_names() -> frozenset[str]:
    """Names that two municipalities bear at the same time: Bø, Herøy, Nes, Os, Sande, Våler."""
    starts = {row.valid_from for row in all_municipalities()}
    shared: set[str] = set()
    for day in starts:
        counted = Counter(row.name for row in municipalities_on(day))
        shared |= {name for name, times in counted.items() if times > 1}
    return frozenset(shared)


@lru_cache(maxsize=1)
def _by_number() -> Mapping[str, tuple[Municipality, ...]]:
    found: defaultdict[str, list[Municipality]] = defaultdict(list)
    for row in all_municipalities():
        found[row.number].append(row)
    return {number: tuple(rows) for number, rows in found.items()}


def municipality(number: str, on: date) -> Municipality:
    """The municipality with that number on that day. Raises NotFound where the number is unknown or not in force then."""
    for row in _by_number().get(number, ()):
        if row.exists_on(on):
            return row
    raise NotFound(f"municipality {number} on {on.isoformat()}")


@lru_cache(maxsize=64)
def municipalities_on(on: date) -> tuple[Municipality, ...]:
    """All municipalities on a day in Norwegian order of name, then by number."""
    return tuple(
        sorted((row for row in all_municipalities() if row.exists_on(on)), key=lambda row: (sort_key(row.name), row.number))
    )


@lru_cache(maxsize=1)
def _followers() -> Mapping[Municipality, tuple[Municipality, ...]]:
    """For each row that has ended, the rows that began the next day in its place."""
    followers: dict[Municipality, tuple[Municipality, ...]] = {}
    for row in all_municipalities():
        if row.valid_to is not None:
            next_day = row.valid_to + timedelta(days=1)
            followers[row] = tuple(municipality(number, next_day) for number in row.successors)
    return followers


@lru_cache(maxsize=1)
def _forerunners() -> Mapping[Municipality, tuple[Municipality, ...]]:
    """The same links, backwards."""
    found: defaultdict[Municipality, list[Municipality]] = defaultdict(list)
    for row, followers in _followers().items():
        for follower in followers:
            found[follower].append(row)
    return {row: tuple(before) for row, before in found.items()}


def after(row: Municipality) -> tuple[Municipality, ...]:
    """What `row` became the day after it ended; empty while it lasts."""
    return _followers().get(row, ())


def before(row: Municipality) -> tuple[Municipality, ...]:
    """What `row` was made from, as it stood the day before it began; empty for the oldest rows."""
    return _forerunners().get(row, ())


def lineage(row: Municipality) -> tuple[Municipality, ...]:
    """`row`, all it was made from and all it became: not those that only share its forerunners or followers."""
    return (row, *_walk(before(row), before), *_walk(after(row), after))


def counterparts_on(row: Municipality, on: date) -> tuple[Municipality, ...]:
    """What stands for `row` on another day: itself, what it became, or what it was made from. In Norwegian order."""
    found = {other for other in lineage(row) if other.exists_on(on)}
    return tuple(sorted(found, key=lambda other: (sort_key(other.name), other.number)))


def successors_on(number: str, on: date) -> tuple[Municipality, ...]:
    """The municipalities that carry on `number` on that day: one, or several after a split (rule 4).

    Empty where the number begins only later. Raises NotFound for a number that never was.
    """
    rows = _by_number().get(number)
    if rows is None:
        raise NotFound(f"municipality {number}")
    begun = [row for row in rows if row.valid_from <= on]
    return counterparts_on(begun[-1], on) if begun else ()


def same_municipality_on(row: Municipality, on: date) -> Municipality | None:
    """The same municipality on another day, through new numbers and names only; None across a merger or a split."""
    for step in (_same_before, _same_after):
        current: Municipality | None = row
        while current is not None:
            if current.exists_on(on):
                return current
            current = step(current)
    return None


def _same_before(row: Municipality) -> Municipality | None:
    return next((other for other in before(row) if other.ended_by in SAME_MUNICIPALITY), None)


def _same_after(row: Municipality) -> Municipality | None:
    return next(iter(after(row)), None) if row.ended_by in SAME_MUNICIPALITY else None


def _walk(rows: Iterable[Municipality], step: Callable[[Municipality], tuple[Municipality, ...]]) -> tuple[Municipality, ...]:
    """`rows` and all that `step` leads to from them, each once. Time only goes one way, so it ends."""
    seen: dict[Municipality, None] = {}
    waiting = list(rows)
    while waiting:
        row = waiting.pop()
        seen[row] = None
        waiting.extend(step(row))
    return tuple(seen)
