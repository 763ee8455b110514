"""The clock of the machine is set back, or goes from summer time to winter time: moments go on, and days are those of Oslo."""

import logging
from datetime import UTC, date, datetime, timedelta

from tvist.clock import LONGEST_BACK, SteadyClock, midnight, oslo_date

START = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_an_hour_back_is_no_hour_back(caplog):
    clock = SteadyClock()
    assert clock.at(START, 100.0) == START
    with caplog.at_level(logging.WARNING):
        told = [clock.at(START - HOUR + timedelta(seconds=each), 100.0 + each) for each in range(1, 3601)]
    assert told == sorted(set(told))
    assert told[0] == START + timedelta(seconds=1)
    assert told[-1] == START + HOUR
    assert len(caplog.records) == 1

    caught_up = START + HOUR + timedelta(seconds=5)
    assert clock.at(caught_up, 9000.0) == caught_up


def test_a_clock_that_was_far_ahead_is_put_right():
    clock = SteadyClock()
    clock.at(START + LONGEST_BACK + HOUR, 1.0)
    assert clock.at(START, 2.0) == START


def test_a_program_that_begins_goes_on_from_what_is_written():
    clock = SteadyClock()
    clock.go_on_from(START, 50.0)
    assert clock.at(START - HOUR, 51.0) == START + timedelta(seconds=1)
    clock.go_on_from(START - HOUR, 52.0)
    assert clock.at(START - HOUR, 53.0) == START + timedelta(seconds=3)


def test_the_hour_that_comes_twice_is_two_hours():
    """On 25 October 2026 it is half past two in Oslo at 00:30 and at 01:30 UTC."""
    clock = SteadyClock()
    first, second = clock.at(START, 0.0), clock.at(START + HOUR, 3600.0)
    assert second - first == HOUR
    assert {oslo_date(first), oslo_date(second)} == {date(2026, 10, 25)}
    assert midnight(date(2026, 10, 26)) - midnight(date(2026, 10, 25)) == timedelta(hours=25)
    assert midnight(date(2026, 3, 30)) - midnight(date(2026, 3, 29)) == timedelta(hours=23)
