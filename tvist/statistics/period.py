"""The period of a figure: whole days in Oslo, both ends included (rule 25)."""

from __future__ import annotations

from datetime import datetime, timedelta

from tvist.cases.money import Period
from tvist.clock import midnight


class Days(Period):
    """From a day to a day, both included, with its moments. Raises CannotProceed where the end lies before the beginning."""

    __slots__ = ()

    @property
    def begins_at(self) -> datetime:
        """The first moment of the period, in UTC."""
        return midnight(self.from_on)

    @property
    def ends_at(self) -> datetime:
        """The first moment after the period, in UTC."""
        return midnight(self.to_on + timedelta(days=1))
