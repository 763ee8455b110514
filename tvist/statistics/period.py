"""The period of a figure: whole days in Oslo, both ends included (rule 25)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from tvist.clock import OSLO
from tvist.errors import CannotProceed
from tvist.words import Message


@dataclass(frozen=True, slots=True)
class Days:
    """From a day to a day, both included. Raises CannotProceed where the end lies before the beginning."""

    from_on: date
    to_on: date

    def __post_init__(self) -> None:
        """Refuse an end before the beginning."""
        if self.to_on < self.from_on:
            raise CannotProceed(Message("money.to_before_from", from_on=self.from_on, to_on=self.to_on))

    @property
    def begins_at(self) -> datetime:
        """The first moment of the period, in UTC."""
        return _midnight(self.from_on)

    @property
    def ends_at(self) -> datetime:
        """The first moment after the period, in UTC."""
        return _midnight(self.to_on + timedelta(days=1))


def _midnight(day: date) -> datetime:
    """The moment at which the day begins in Oslo, in UTC."""
    return datetime.combine(day, time(), OSLO).astimezone(UTC)
