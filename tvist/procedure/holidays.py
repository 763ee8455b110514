"""Norwegian public holidays by the rule, for any year, and working days (domstolloven § 149, lov 26 April 1947 no. 1; rule 24).

Christmas Eve, New Year's Eve and the Wednesday before Easter are working days.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

SATURDAY: Final = 5
FIXED: Final = (
    (1, 1, "new_year"),
    (5, 1, "labour_day"),
    (5, 17, "constitution_day"),
    (12, 25, "christmas"),
    (12, 26, "boxing_day"),
)
FROM_EASTER: Final = (
    (-3, "maundy_thursday"),
    (-2, "good_friday"),
    (0, "easter"),
    (1, "easter_monday"),
    (39, "ascension"),
    (49, "pentecost"),
    (50, "whit_monday"),
)


@lru_cache(maxsize=512)
def holidays_of(year: int) -> Mapping[date, tuple[str, ...]]:
    """The public holidays of a year, each with its code, or both codes where two fall on one day."""
    found: dict[date, tuple[str, ...]] = {}
    easter = easter_of(year)
    moving = [(easter + timedelta(days=offset), code) for offset, code in FROM_EASTER]
    for day, code in [*moving, *((date(year, month, number), code) for month, number, code in FIXED)]:
        found[day] = (*found.get(day, ()), code)
    return found


def easter_of(year: int) -> date:
    """Easter Sunday of a year of the Gregorian calendar, by the anonymous computus (Meeus, Jones, Butcher)."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - epact - of_century % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def holiday_name(day: date) -> Message | None:
    """What the public holiday is called, or None on other days; both names where two fall together (17 May 2012)."""
    codes = holidays_of(day.year).get(day)
    if not codes:
        return None
    names = [Message(f"procedure.holiday.{code}") for code in codes]
    return names[0] if len(names) == 1 else Message("procedure.two_holidays", first=names[0], second=names[1])


def why_no_working_day(day: date) -> Message | None:
    """The holiday, else Saturday or Sunday; None for a working day."""
    if name := holiday_name(day):
        return name
    if day.weekday() < SATURDAY:
        return None
    return Message("procedure.saturday" if day.weekday() == SATURDAY else "procedure.sunday")


def is_working_day(day: date) -> bool:
    """Whether `day` is neither a Saturday, a Sunday nor a public holiday."""
    return day.weekday() < SATURDAY and day not in holidays_of(day.year)


def next_working_day(day: date) -> date:
    """`day` itself if it is a working day, else the first one after it."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def working_days_after(day: date, count: int) -> date:
    """The `count`th working day after `day`, which is not counted itself. For 0, `day`."""
    for _ in range(count):
        day = next_working_day(day + timedelta(days=1))
    return day


def working_days_before(day: date, count: int) -> date:
    """The `count`th working day before `day`, which is not counted itself. For 0, `day`."""
    for _ in range(count):
        day -= timedelta(days=1)
        while not is_working_day(day):
            day -= timedelta(days=1)
    return day
