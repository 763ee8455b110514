"""A day in all the ways it is written: what is hidden as "3. mai 2019" may not stand as 03.05.2019 or 2019-05-03 either (pure)."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Final

from babel.dates import get_month_names

from tvist.words import LOCALES

_NUMBERS: Final = re.compile(r"(?<!\d)(?P<day>\d{1,2})\s*[./-]\s*(?P<month>\d{1,2})\s*[./-]\s*(?P<year>\d{4}|\d{2})(?!\d)")
_ISO: Final = re.compile(r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)")
_WORDS: Final = re.compile(r"(?<!\d)(?P<day>\d{1,2})\.?\s*(?P<month>[^\W\d_]{3,})\.?,?\s*(?P<year>\d{4})(?!\d)")
_ENGLISH: Final = re.compile(r"(?<![^\W\d_])(?P<month>[^\W\d_]{3,})\.?\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4})(?!\d)")
_CENTURY: Final = 100
_TURN: Final = 70
"""A year of two figures from here on lies in the last century."""


def day_forms(words: str) -> frozenset[str]:
    """All ways of writing the days in the words; empty where they hold none that is whole."""
    return frozenset(form for day in days_in(words) for form in _forms(day))


def days_in(words: str) -> list[date]:
    """The whole days (with month and year) in the words, as written in Norwegian or English."""
    text = " ".join(words.split())
    found = []
    for pattern in (_ISO, _NUMBERS, _WORDS, _ENGLISH):
        for match in pattern.finditer(text):
            month = match["month"]
            number = int(month) if month.isdecimal() else _months().get(month.casefold()[:3], 0)
            if (day := _day(match["year"], number, int(match["day"]))) is not None:
                found.append(day)
    return found


def _day(year: str, month: int, day: int) -> date | None:
    whole = int(year)
    if whole < _CENTURY:
        whole += 1900 if whole >= _TURN else 2000
    try:
        return date(whole, month, day)
    except ValueError:
        return None


def _forms(day: date) -> set[str]:
    found = {day.isoformat(), f"{day:%Y%m%d}", f"{day:%d%m%Y}"}
    numbers, months = {f"{day.day}", f"{day:%d}"}, {f"{day.month}", f"{day:%m}"}
    for year in (f"{day:%Y}", f"{day:%y}"):
        for mark in "./-":
            found |= {f"{number}{mark}{month}{mark}{year}" for number in numbers for month in months}
    for locale in LOCALES.values():
        for width in ("wide", "abbreviated"):
            name = get_month_names(width, locale=locale)[day.month]
            found |= {f"{day.day}. {name} {day.year}", f"{day:%d}. {name} {day.year}", f"{name} {day.day}, {day.year}"}
    return found


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """The number of each month by the first three letters of its names."""
    return {
        name.casefold()[:3]: number
        for locale in LOCALES.values()
        for number, name in get_month_names("wide", locale=locale).items()
    }
