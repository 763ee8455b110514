"""What time it is: the only place that asks.

Moments are aware and in UTC; days are days in Oslo (rule 25).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

OSLO = ZoneInfo("Europe/Oslo")


def now() -> datetime:
    """The present moment in UTC, to the microsecond."""
    return datetime.now(UTC)


def today() -> date:
    """The present day in Oslo."""
    return oslo_date(now())


def oslo_date(moment: datetime) -> date:
    """The day in Oslo on which `moment` falls."""
    return moment.astimezone(OSLO).date()


def midnight(day: date) -> datetime:
    """The moment at which the day begins in Oslo, in UTC."""
    return datetime.combine(day, time(), OSLO).astimezone(UTC)
