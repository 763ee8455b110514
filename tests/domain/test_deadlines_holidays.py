"""Public holidays against a published calendar and against the list kept with the tests."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import holidays as published
import pytest

from tvist.procedure.holidays import (
    easter_of,
    holiday_name,
    holidays_of,
    is_working_day,
    next_working_day,
    why_no_working_day,
    working_days_after,
)
from tvist.words import render

LISTED = list(csv.DictReader((Path(__file__).parents[1] / "data" / "holidays.csv").read_text(encoding="utf-8").splitlines()))
CALLED_OTHERWISE = {"Arbeidernes dag": "1. mai", "Grunnlovsdagen": "17. mai"}


@pytest.mark.parametrize("year", range(2009, 2061))
def test_the_rule_agrees_with_a_published_calendar(year: int) -> None:
    assert set(holidays_of(year)) == set(published.country_holidays("NO", years=year))


def test_the_rule_agrees_with_the_list_by_day_and_name() -> None:
    for row in LISTED:
        day = date.fromisoformat(row["date"])
        name = holiday_name(day)
        assert name is not None
        assert CALLED_OTHERWISE.get(row["name"], row["name"]).casefold() in render(name, "nb").casefold()
    days = {date.fromisoformat(row["date"]) for row in LISTED}
    assert days == {day for year in range(2009, 2031) for day in holidays_of(year)}


@pytest.mark.parametrize(
    ("year", "month", "day"), [(2010, 4, 4), (2016, 3, 27), (2024, 3, 31), (2025, 4, 20), (2038, 4, 25), (2285, 3, 22)]
)
def test_easter_sunday(year: int, month: int, day: int) -> None:
    assert easter_of(year) == date(year, month, day)


def test_two_holidays_on_one_day_are_both_named() -> None:
    name = holiday_name(date(2012, 5, 17))
    assert name is not None
    assert render(name, "nn") == "Kristi himmelfartsdag og 17. mai"
    assert render(name, "en") == "Ascension Day and 17 May"


@pytest.mark.parametrize("day", [date(2024, 12, 24), date(2024, 12, 31), date(2024, 3, 27)])
def test_the_days_before_a_feast_are_working_days(day: date) -> None:
    assert is_working_day(day)
    assert why_no_working_day(day) is None
    assert next_working_day(day) == day


def test_every_day_off_has_a_reason() -> None:
    for offset in range(3 * 365):
        day = date(2023, 1, 1) + timedelta(days=offset)
        assert is_working_day(day) == (why_no_working_day(day) is None)


def test_working_days_are_counted_from_the_next_day() -> None:
    assert working_days_after(date(2024, 3, 27), 1) == date(2024, 4, 2)
    assert working_days_after(date(2024, 3, 27), 0) == date(2024, 3, 27)
