"""How long a deadline is: a count and a unit, as people write it ("3 weeks", "3 uker", "10 virkedagar")."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from tvist.errors import CannotProceed
from tvist.procedure.holidays import working_days_after
from tvist.words import Message

LARGEST_COUNT: Final = 999
MONTHS_A_YEAR: Final = 12


class Unit(StrEnum):
    """What a length is counted in."""

    DAYS = "days"
    WORKING_DAYS = "working_days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


WORDS: Final = {
    Unit.DAYS: ("day", "days", "dag", "dager", "dagar"),
    Unit.WORKING_DAYS: (
        "working day",
        "working days",
        "virkedag",
        "virkedager",
        "virkedagar",
        "arbeidsdag",
        "arbeidsdager",
        "arbeidsdagar",
    ),
    Unit.WEEKS: ("week", "weeks", "uke", "uker", "veke", "veker"),
    Unit.MONTHS: ("month", "months", "måned", "måneder", "månad", "månader"),
    Unit.YEARS: ("year", "years", "år"),
}
UNITS: Final = {word: unit for unit, words in WORDS.items() for word in words}


@dataclass(frozen=True, slots=True)
class Length:
    """A whole count of a unit, at least one."""

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        """Refuse what no deadline can be, with ValueError: such a length is a mistake in the code, not of a person."""
        if not 1 <= self.count <= LARGEST_COUNT:
            raise ValueError(f"{self.count} {self.unit}")

    def __str__(self) -> str:
        """As `parse_length` reads it: `3 weeks`."""
        return f"{self.count} {WORDS[self.unit][0 if self.count == 1 else 1]}"

    @property
    def text(self) -> Message:
        """The length in words: `3 uker`."""
        return Message(f"procedure.length.{self.unit.value}", count=self.count)

    def after(self, start: date) -> date:
        """The last day, not moved for weekends: same weekday for weeks, same date or the month's last for months (domstolloven § 148).

        `start` is not counted (rule 24).
        """
        if self.unit is Unit.DAYS:
            return start + timedelta(days=self.count)
        if self.unit is Unit.WORKING_DAYS:
            return working_days_after(start, self.count)
        if self.unit is Unit.WEEKS:
            return start + timedelta(weeks=self.count)
        return _months_after(start, self.count * (MONTHS_A_YEAR if self.unit is Unit.YEARS else 1))


def parse_length(text: str) -> Length:
    """A length as written in Norwegian or English. Raises CannotProceed that says how to write it."""
    found = re.fullmatch(r"\s*([0-9]{1,3})\s+(\w+(?:\s+\w+)?)\s*", text.casefold().replace("_", " "))
    unit = UNITS.get(re.sub(r"\s+", " ", found.group(2))) if found else None
    if found is None or unit is None or int(found.group(1)) == 0:
        raise CannotProceed(Message("procedure.length_unclear", text=text.strip()[:60]))
    return Length(int(found.group(1)), unit)


def _months_after(start: date, count: int) -> date:
    year, month = divmod(start.year * MONTHS_A_YEAR + start.month - 1 + count, MONTHS_A_YEAR)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
