"""The period of a figure: whole days in Oslo, both ends included (rule 25)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from tvist.cases.money import Period
from tvist.clock import OSLO


class Days(Period):
    """From a day to a day, both included, with its moments. Raises CannotProceed where the end lies before the beginning."""

    __slots__ = ()

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
