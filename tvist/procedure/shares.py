"""Municipal shares (egenandel): what a municipality pays a month for a measure, where the rate is known (rule 12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Final

from tvist.procedure.tables import rows_of, within
from tvist.tables import day_or_none

KNOWN: Final = "known"
HALF: Final = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Family:
    """Who stays at a parent-child centre."""

    caregivers: int
    children: int

    @property
    def factor(self) -> Fraction | None:
        """How many rates the family counts for: 1 with one caregiver and one child, 1.5 with two, half a rate a further child (rule 12).

        None for a family that the rule does not name.
        """
        if self.caregivers not in (1, 2) or self.children < 1:
            return None
        return 1 + HALF * (self.caregivers - 1) + HALF * (self.children - 1)


ONE_RATE: Final = Family(caregivers=1, children=1)


@dataclass(frozen=True, slots=True)
class Share:
    """A known share: `rate_ore` a month, times `factor`; `source` is explained in `data/README.md`."""

    measure: str
    rate_ore: int
    factor: Fraction
    valid_from: date | None
    valid_to: date | None
    source: str

    @property
    def month_ore(self) -> Fraction:
        """The share of a whole month in øre, exact."""
        return self.rate_ore * self.factor


class ShareGap(StrEnum):
    """Why no share is offered for a day (rule 12)."""

    NO_RATE = "no_rate"  # The measure stands in no source.
    YEAR = "year"
    PLACED_ON = "placed_on"  # The rate hangs on the day of placement, which is not told.
    FAMILY = "family"  # The rate hangs on the size of the family, which is not told.
    FAMILY_SIZE = "family_size"  # The source does not tell the rate of such a family.


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row with one share, or with one reason why none is known; both ends included."""

    first: date
    last: date
    share: Share | None
    gap: ShareGap | None


@dataclass(frozen=True, slots=True)
class _Rate:
    measure: str
    period: tuple[date | None, date | None]
    placed: tuple[date | None, date | None]
    rate_ore: int
    family: str
    source: str

    @property
    def by_placement(self) -> bool:
        return self.placed != (None, None)


def municipal_share(measure: str, on: date, *, placed_on: date | None = None, family: Family | None = None) -> Share | None:
    """The share of a measure on a day, or None where it is not known: never a proposed rate or an upper limit (rule 12).

    `placed_on` is needed where the rate hangs on the day of placement (2022), `family` at a parent-child centre; left out, they leave
    the share unknown.
    """
    for rate in _known():
        if rate.measure == measure and within(on, *rate.period) and _fits(rate, placed_on):
            factor = _factor(rate, family)
            return None if factor is None else Share(measure, rate.rate_ore, factor, *rate.period, rate.source)
    return None


def stretches(
    measure: str, first: date, last: date, *, placed_on: date | None = None, family: Family | None = None
) -> tuple[Stretch, ...]:
    """The days from `first` to `last`, parted where the share changes or ceases to be known, in order (rule 12).

    Two periods with the same share are one. Raises ValueError where `last` lies before `first`.
    """
    if last < first:
        raise ValueError(f"{first} to {last}")
    edges = {first, last + timedelta(days=1)}
    for rate in _known():
        if rate.measure == measure:
            ends = (rate.period[0], rate.period[1] + timedelta(days=1) if rate.period[1] else None)
            edges |= {edge for edge in ends if edge and first < edge <= last}
    found: list[Stretch] = []
    for beginning, following in pairwise(sorted(edges)):
        share = municipal_share(measure, beginning, placed_on=placed_on, family=family)
        gap = None if share else _gap(measure, beginning, placed_on, family)
        end = following - timedelta(days=1)
        if found and found[-1].gap is gap and _month_ore(found[-1].share) == _month_ore(share):
            found[-1] = Stretch(found[-1].first, end, found[-1].share, gap)
        else:
            found.append(Stretch(beginning, end, share, gap))
    return tuple(found)


def depends_on_family(measure: str) -> bool:
    """Whether a share of the measure hangs on the size of the family in some year."""
    return any(rate.measure == measure and rate.family for rate in _known())


def _gap(measure: str, on: date, placed_on: date | None, family: Family | None) -> ShareGap:
    """Why the share of that day is not known, though asked for."""
    of_measure = [rate for rate in _known() if rate.measure == measure]
    of_day = [rate for rate in of_measure if within(on, *rate.period)]
    if not of_day:
        return ShareGap.YEAR if of_measure else ShareGap.NO_RATE
    if not any(_fits(rate, placed_on) for rate in of_day):
        return ShareGap.YEAR if placed_on else ShareGap.PLACED_ON
    return ShareGap.FAMILY_SIZE if family else ShareGap.FAMILY


def _month_ore(share: Share | None) -> Fraction | None:
    return None if share is None else share.month_ore


def _fits(rate: _Rate, placed_on: date | None) -> bool:
    return not rate.by_placement or (placed_on is not None and within(placed_on, *rate.placed))


def _factor(rate: _Rate, family: Family | None) -> Fraction | None:
    """How many rates are due; None where the source does not tell."""
    if not rate.family:
        return Fraction(1)
    if family is None:
        return None
    return family.factor if rate.family == "factor" or family == ONE_RATE else None


@lru_cache(maxsize=1)
def _known() -> tuple[_Rate, ...]:
    return tuple(
        _Rate(
            row["measure"],
            (day_or_none(row["valid_from"]), day_or_none(row["valid_to"])),
            (day_or_none(row["placed_from"]), day_or_none(row["placed_to"])),
            int(row["rate_ore"]),
            row["family"],
            row["source"],
        )
        for row in rows_of("municipal_shares")
        if row["standing"] == KNOWN
    )
