"""Money as pure functions: periods, rates, shares and refunds in whole øre (rules 11 and 36). Reading what people type: `tvist.cases.reading`.

Start at `line_amount`; every amount explains itself.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

from tvist.errors import CannotProceed
from tvist.words import Message, Ore

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HALF = Fraction(1, 2)


class AmountUnit(StrEnum):
    """What a claim line's number stands for (rule 11)."""

    SUM = "sum"
    DAY = "day"
    MONTH = "month"
    STAY = "stay"
    PRINCIPLE = "principle"


class Bearer(StrEnum):
    """Who should bear a line: each line has one municipality and the state (rule 2)."""

    MUNICIPALITY = "municipality"
    STATE = "state"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days in a row, both ends included. Raises CannotProceed where the end lies before the beginning."""

    from_on: date
    to_on: date

    def __post_init__(self) -> None:
        """Refuse an end before the beginning."""
        if self.to_on < self.from_on:
            raise CannotProceed(Message("money.to_before_from", from_on=self.from_on, to_on=self.to_on))

    @property
    def days(self) -> int:
        """How many days, both ends included."""
        return (self.to_on - self.from_on).days + 1

    def by_month(self) -> Iterator[Period]:
        """The part of each calendar month, in order."""
        first = self.from_on
        while first <= self.to_on:
            last = min(self.to_on, first.replace(day=monthrange(first.year, first.month)[1]))
            yield Period(first, last)
            first = last + timedelta(days=1)

    def overlaps(self, other: Period) -> bool:
        """Whether the two have a day in common."""
        return self.from_on <= other.to_on and other.from_on <= self.to_on


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum in øre, and how it came about, one sentence a step."""

    ore: int
    explanation: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Refund:
    """Who should pay how many øre to whom, so that each has borne what it should (rule 36)."""

    from_: Bearer
    to: Bearer
    ore: int


def line_amount(unit: AmountUnit, rate_ore: int, period: Period | None, count: int | None = None) -> Amount:
    """What a claim line comes to (rule 11). `rate_ore` is the sum itself, or the rate per day, month or stay.

    A month's rate counts day by day as fractions, rounded half up to the øre once. A line on the principle alone comes to 0. Raises
    CannotProceed for a negative rate, a day or month without a period, or a stay without a whole count of at least one.
    """
    if rate_ore < 0:
        raise CannotProceed(Message("money.negative"))
    if unit is AmountUnit.SUM:
        return Amount(rate_ore, (Message("money.explain.sum", ore=Ore(rate_ore)),))
    if unit is AmountUnit.PRINCIPLE:
        return Amount(0, (Message("money.explain.principle"),))
    if unit is AmountUnit.STAY:
        return _by_stay(rate_ore, count)
    if period is None:
        raise CannotProceed(Message("money.period_missing"))
    return _by_day(rate_ore, period) if unit is AmountUnit.DAY else _by_month(rate_ore, period)


def rounded(ore: Fraction) -> int:
    """To the nearest whole øre, a half upwards."""
    return floor(ore + HALF)


def shares_of(amount_ore: int, weights: Sequence[int | Fraction]) -> list[int]:
    """Divide an amount by weights so that the parts sum to it (rule 36).

    By largest remainder: each part is rounded down, and the øre left over go to the largest remainders, in a tie to the one that stands
    first. The municipality stands first. Raises ValueError for a negative amount or weight, or no weight above zero.
    """
    total = sum(weights)
    if amount_ore < 0 or total <= 0 or min(weights) < 0:
        raise ValueError(f"{amount_ore} by {list(weights)}")
    exact = [Fraction(amount_ore) * weight / total for weight in weights]
    parts = [floor(part) for part in exact]
    # Sorting keeps the order of equals, so the first of them wins the tie.
    by_remainder = sorted(range(len(parts)), key=lambda place: parts[place] - exact[place])
    for place in by_remainder[: amount_ore - sum(parts)]:
        parts[place] += 1
    return parts


def split(amount_ore: int, municipality_share: Fraction) -> tuple[int, int]:
    """(municipality, state) in øre, for a share between 0 and 1 (rule 36). Raises ValueError outside it."""
    municipality, state = shares_of(amount_ore, [municipality_share, 1 - municipality_share])
    return municipality, state


def net_refund(municipality_ore: int, state_ore: int, *, paid_by_municipality: int, paid_by_state: int) -> Refund | None:
    """Who should refund whom, from what each should bear and what each has paid so far; None where nothing is owed (rule 36).

    What neither has paid yet is owed to others and is no refund, so the smaller of one's excess and the other's shortfall counts.
    """
    excess = paid_by_municipality - municipality_ore
    shortfall = state_ore - paid_by_state
    if excess > 0 and shortfall > 0:
        return Refund(Bearer.STATE, Bearer.MUNICIPALITY, min(excess, shortfall))
    if excess < 0 and shortfall < 0:
        return Refund(Bearer.MUNICIPALITY, Bearer.STATE, min(-excess, -shortfall))
    return None


def overlaps(periods: Sequence[Period]) -> list[tuple[int, int]]:
    """Which periods have a day in common, as pairs of places in the list, in order (rule 11)."""
    return [
        (first, second)
        for first in range(len(periods))
        for second in range(first + 1, len(periods))
        if periods[first].overlaps(periods[second])
    ]


def middle(first: int, second: int, third: int) -> int:
    """Pick the middle of three figures, for an amount without a majority (rule 34)."""
    return sorted((first, second, third))[1]


def _by_stay(rate_ore: int, count: int | None) -> Amount:
    if count is None or count < 1:
        raise CannotProceed(Message("money.count_missing"))
    ore = rate_ore * count
    return Amount(ore, (Message("money.explain.stay", count=count, rate=Ore(rate_ore), ore=Ore(ore)),))


def _by_day(rate_ore: int, period: Period) -> Amount:
    steps = [
        Message(
            "money.explain.days",
            first=part.from_on,
            last=part.to_on,
            count=part.days,
            rate=Ore(rate_ore),
            ore=Ore(rate_ore * part.days),
        )
        for part in period.by_month()
    ]
    ore = rate_ore * period.days
    return Amount(ore, (*steps, Message("money.explain.day_total", count=period.days, rate=Ore(rate_ore), ore=Ore(ore))))


def _by_month(rate_ore: int, period: Period) -> Amount:
    steps, total = [], Fraction(0)
    for part in period.by_month():
        in_month = monthrange(part.from_on.year, part.from_on.month)[1]
        exact = Fraction(rate_ore * part.days, in_month)
        total += exact
        steps.append(
            Message(
                "money.explain.month",
                first=part.from_on,
                last=part.to_on,
                days=part.days,
                in_month=in_month,
                rate=Ore(rate_ore),
                ore=Ore(rounded(exact)),
            )
        )
    ore = rounded(total)
    return Amount(ore, (*steps, Message("money.explain.month_total", ore=Ore(ore))))
