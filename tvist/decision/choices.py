"""What a member may vote for, by kind of question, and what three votes come to (rule 34, `docs/decisions/0013-three-days-and-no-majority.md`).

A choice is kept and printed as its value: whole per cent, whole øre, the code of a basis, or days as `2024-03-01/2024-06-30`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tvist.cases.money import middle
from tvist.decision.models import QuestionKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tvist.cases.claims import ClaimLine

MAJORITY: Final = 2
ALL: Final = 100
_NO_DAY: Final = "none"
_BETWEEN: Final = "/"


class BasisChoice(StrEnum):
    """Which of the legal bases of a line its measure rests on: the state's, the municipality's, both, or neither."""

    STATE = "state"
    MUNICIPAL = "municipal"
    BOTH = "both"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class ResponsibleChoice:
    """Who should bear a line: 0 is the state alone, 100 the municipality alone, between them each its share in whole per cent."""

    municipality_percent: int


@dataclass(frozen=True, slots=True)
class PeriodChoice:
    """The days of a line that the finding holds for, both ends included; `to_on` None: still running; `from_on` None: for none of them."""

    from_on: date | None
    to_on: date | None

    @property
    def is_none(self) -> bool:
        """Whether it holds for no day at all."""
        return self.from_on is None

    def fits(self, line: ClaimLine) -> bool:
        """Whether all its days lie within the line's own."""
        if self.from_on is None:
            return self.to_on is None
        last = line.to_on or date.max
        return line.from_on <= self.from_on <= (self.to_on or date.max) <= last

    def is_whole(self, line: ClaimLine) -> bool:
        """Whether it is all the days of the line."""
        return (self.from_on, self.to_on) == (line.from_on, line.to_on)


NO_DAYS: Final = PeriodChoice(None, None)
Choice = ResponsibleChoice | PeriodChoice | BasisChoice | int
"""A share for who is responsible, days for a period, a basis, whole øre for an amount."""
Value = int | str
"""A choice as it is sealed, hashed and printed."""


def value_of(choice: Choice) -> Value:
    """The choice as its value."""
    if isinstance(choice, ResponsibleChoice):
        return choice.municipality_percent
    if isinstance(choice, PeriodChoice):
        if choice.from_on is None:
            return _NO_DAY
        return f"{choice.from_on.isoformat()}{_BETWEEN}{choice.to_on.isoformat() if choice.to_on else ''}"
    return choice.value if isinstance(choice, BasisChoice) else choice


def choice_of(kind: QuestionKind, value: Value) -> Choice:
    """The choice again. Raises ValueError for a value that no choice of the kind has."""
    if kind is QuestionKind.RESPONSIBLE:
        return ResponsibleChoice(int(value))
    if kind is QuestionKind.BASIS:
        return BasisChoice(str(value))
    if kind is QuestionKind.PERIOD:
        return period_of(str(value))
    return int(value)


def period_of(value: str) -> PeriodChoice:
    """The days of a value. Raises ValueError for a text that is no such value."""
    if value == _NO_DAY:
        return NO_DAYS
    first, last = value.split(_BETWEEN)
    return PeriodChoice(date.fromisoformat(first), date.fromisoformat(last) if last else None)


def days_in(value: str) -> tuple[str | None, str | None]:
    """The first and the last day of a value as they stand in the record (in a public one, years); None for none, and for no last day."""
    if value == _NO_DAY:
        return None, None
    first, last = value.split(_BETWEEN)
    return first, last or None


def came_to(kind: QuestionKind, votes: Mapping[int, Value]) -> tuple[Value | None, frozenset[int]]:
    """What three votes come to, and which members voted for it; None where there is no majority and no middle either: on the basis.

    Two or three equal votes decide. Else the middle figure of per cent and of sums, and for days the middle first day and the middle last day.
    """
    value, count = Counter(votes.values()).most_common(1)[0]
    if count >= MAJORITY:
        return value, _followers(votes, value)
    if kind is QuestionKind.BASIS:
        return None, frozenset()
    if kind is QuestionKind.PERIOD:
        found: Value = value_of(middle_period([period_of(str(each)) for each in votes.values()]))
    else:
        found = middle(*(int(each) for each in votes.values()))
    return found, _followers(votes, found)


def middle_period(periods: Collection[PeriodChoice]) -> PeriodChoice:
    """From the middle of three first days to the middle of three last days.

    One who finds for no day is counted as beginning after all days and ending before them, so that what is left is the days that both the
    others find for; where they have none in common, no day is.
    """
    first = sorted(period.from_on or date.max for period in periods)[1]
    last = sorted(date.min if period.is_none else period.to_on or date.max for period in periods)[1]
    return PeriodChoice(first, None if last == date.max else last) if first <= last else NO_DAYS


def _followers(votes: Mapping[int, Value], value: Value) -> frozenset[int]:
    return frozenset(user for user, found in votes.items() if found == value)
