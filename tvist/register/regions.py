"""The state side of a case: five Bufetat regions and the Directorate, and which region a municipality lay in on a date (rules 2 and 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from tvist.errors import NotFound
from tvist.register.municipalities import Municipality, before, municipality
from tvist.register.tables import rows_of, several
from tvist.tables import day_or_none

OSLO: Final = "0301"
# From this day the municipalities bear more of the cost (the reform of 2022).
REFORM_ON: Final = date(2022, 1, 1)


@dataclass(frozen=True, slots=True)
class StateRegion:
    """A side the state can take in a case. The name is a proper name, the same in all languages; unknown numbers are None."""

    code: str
    name: str
    ssb_code: str | None
    organisation_number: str | None


@dataclass(frozen=True, slots=True)
class _Coverage:
    """One county, or the named former counties of it, in one region in one period."""

    region: str
    county: str
    former_counties: tuple[str, ...]
    valid_from: date
    valid_to: date | None

    def covers(self, county: str, on: date) -> bool:
        return self.county == county and self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@lru_cache(maxsize=1)
def state_regions() -> tuple[StateRegion, ...]:
    """The five regions, then the Directorate."""
    return tuple(
        StateRegion(row["code"], row["name"], row["ssb_code"] or None, row["organisation_number"] or None)
        for row in rows_of("state_regions")
    )


def state_region(code: str) -> StateRegion:
    """The region with that code. Raises NotFound."""
    for region in state_regions():
        if region.code == code:
            return region
    raise NotFound(f"state region {code}")


def region_of(number: str, on: date) -> StateRegion | None:
    """The region a municipality lay in on that day. Raises NotFound for a number not in force then (rule 3).

    None for Oslo, which holds the state's task itself, and where the sources leave more than one: see `possible_regions`.
    """
    possible = possible_regions(number, on)
    return possible[0] if len(possible) == 1 else None


def possible_regions(number: str, on: date) -> tuple[StateRegion, ...]:
    """The regions that the sources allow: one as a rule, none for Oslo, two for Asker in Viken (2020-2023)."""
    place = municipality(number, on)
    if number == OSLO:
        return ()
    codes = _region_codes(place, on)
    return tuple(region for region in state_regions() if region.code in codes)


def after_reform_2022(on: date) -> bool:
    """Whether a day lies after the child welfare reform; statistics can be split on it (rule 3)."""
    return on >= REFORM_ON


def _region_codes(place: Municipality, on: date) -> set[str]:
    rows = [row for row in _coverage() if row.covers(place.county_number, on)]
    if not any(row.former_counties for row in rows):
        return {row.region for row in rows}
    codes: set[str] = set()
    for forerunner in before(place):
        named = {row.region for row in rows if forerunner.county_number in row.former_counties}
        # ASSUMPTION: one that came to a divided county from a third one (Jevnaker, Lunner, Svelvik) kept the region it had;
        # the table of 2024 agrees for all three.
        codes |= named or _region_codes(forerunner, place.valid_from - timedelta(days=1))
    return codes


@lru_cache(maxsize=1)
def _coverage() -> tuple[_Coverage, ...]:
    return tuple(
        _Coverage(
            row["region"],
            row["county"],
            several(row["former_counties"]),
            date.fromisoformat(row["valid_from"]),
            day_or_none(row["valid_to"]),
        )
        for row in rows_of("region_counties")
    )
