"""What time it is: the only place that asks.

Moments are aware and in UTC; days are days in Oslo (rule 25). They never go back: where the machine's clock is set back, ours goes on.
"""

from __future__ import annotations

import logging
import threading
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from typing import Final
from zoneinfo import ZoneInfo

OSLO = ZoneInfo("Europe/Oslo")
LONGEST_BACK: Final = timedelta(hours=2)
"""A clock that goes further back than this was wrong before: it is believed now."""
WORTH_TELLING: Final = timedelta(seconds=1)
log = logging.getLogger("tvist")


class SteadyClock:
    """A clock over that of the machine, which may be set back: then it goes on from its last moment, until the machine has caught up."""

    def __init__(self) -> None:
        """It knows no moment yet."""
        self._last: datetime | None = None
        self._ticks = 0.0
        self._is_ahead = False
        self._lock = threading.Lock()

    def at(self, told: datetime, ticks: float) -> datetime:
        """The moment, when the machine tells `told`; `ticks` are seconds of a clock that nobody sets."""
        with self._lock:
            went_back = self._last - told if self._last else timedelta(0)
            self._tell(went_back)
            if self._last and timedelta(0) < went_back <= LONGEST_BACK:
                self._last += timedelta(seconds=max(0.0, ticks - self._ticks))
            else:
                self._last = told
            self._ticks = ticks
            return self._last

    def go_on_from(self, moment: datetime, ticks: float) -> None:
        """What is written was written before now: nothing is written before it."""
        with self._lock:
            if self._last is None or self._last < moment:
                self._last, self._ticks = moment, ticks

    def _tell(self, went_back: timedelta) -> None:
        """Say it once when the machine's clock has gone back."""
        is_ahead = went_back > WORTH_TELLING
        if is_ahead and not self._is_ahead:
            log.warning("the clock of this machine went back by %s seconds", round(went_back.total_seconds(), 1))
        self._is_ahead = is_ahead


_clock: Final = SteadyClock()


def now() -> datetime:
    """The present moment in UTC, to the microsecond; never before one that this process has told."""
    return _clock.at(datetime.now(UTC), monotonic())


def go_on_from(moment: datetime) -> None:
    """A program that begins goes on from the last moment that is written, unless the clock was plainly wrong then."""
    _clock.go_on_from(moment, monotonic())


def today() -> date:
    """The present day in Oslo."""
    return oslo_date(now())


def oslo_date(moment: datetime) -> date:
    """The day in Oslo on which `moment` falls."""
    return moment.astimezone(OSLO).date()


def midnight(day: date) -> datetime:
    """The moment at which the day begins in Oslo, in UTC."""
    return datetime.combine(day, time(), OSLO).astimezone(UTC)
