"""Deadlines: the worked cases, and what must hold for every deadline (rules 18, 23-25)."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tvist.errors import CannotProceed
from tvist.procedure.deadlines import Deadline, Length, Pause, Unit, deadline, explain, is_late, last_moment, parse_length
from tvist.procedure.holidays import is_working_day
from tvist.words import LANGUAGES, Message, render

EXAMPLES = list(
    csv.DictReader((Path(__file__).parents[1] / "data" / "deadline_examples.csv").read_text(encoding="utf-8").splitlines())
)
THREE_WEEKS = Length(3, Unit.WEEKS)

days = st.dates(date(2009, 1, 1), date(2060, 12, 31))
lengths = st.builds(Length, st.integers(1, 60), st.sampled_from(Unit))


@st.composite
def pauses(draw: st.DrawFn) -> list[Pause]:
    starts = draw(st.lists(days, max_size=4))
    return [Pause(start, start + timedelta(days=draw(st.integers(0, 200)))) for start in starts]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["start"])
def test_worked_example(example: dict[str, str]) -> None:
    found = deadline(date.fromisoformat(example["start"]), Length(int(example["length"]), Unit(example["unit"])))
    assert (found.nominal_end.isoformat(), found.due_on.isoformat()) == (example["nominal_end"], example["deadline"])


def test_there_are_twelve_worked_examples() -> None:
    assert len(EXAMPLES) == 12


@given(days, lengths, pauses())
def test_no_deadline_ends_on_a_day_off_or_in_a_pause(start: date, length: Length, paused: list[Pause]) -> None:
    found = deadline(start, length, paused=paused)
    assert is_working_day(found.due_on)
    assert not any(pause.from_on <= found.due_on <= pause.to_on for pause in paused)
    assert start < found.nominal_end <= found.due_on
    assert [day for day, _ in found.skipped] == [
        found.nominal_end + timedelta(days=offset) for offset in range((found.due_on - found.nominal_end).days)
    ]


@given(days, days, lengths)
def test_a_later_start_never_ends_earlier(one: date, other: date, length: Length) -> None:
    first, second = sorted((one, other))
    assert deadline(first, length).due_on <= deadline(second, length).due_on


@given(days, st.integers(1, 59), st.sampled_from(Unit))
def test_a_longer_time_never_ends_earlier(start: date, count: int, unit: Unit) -> None:
    assert deadline(start, Length(count, unit)).due_on <= deadline(start, Length(count + 1, unit)).due_on


@given(days, lengths, pauses())
def test_a_pause_never_brings_the_end_nearer(start: date, length: Length, paused: list[Pause]) -> None:
    assert deadline(start, length, paused=paused).due_on >= deadline(start, length).due_on


@given(days, lengths, pauses())
def test_every_deadline_explains_itself_in_every_language(start: date, length: Length, paused: list[Pause]) -> None:
    found = deadline(start, length, paused=paused)
    for language in LANGUAGES:
        assert all(render(line, language) for line in explain(found))


def test_the_explanation_tells_event_rule_days_skipped_and_end() -> None:
    lines = [render(line, "nb") for line in explain(deadline(date(2024, 3, 7), THREE_WEEKS))]
    assert lines == [
        "Hendelsen: 7. mars 2024. Denne dagen telles ikke med.",
        "3 uker fra da ender på samme ukedag: 28. mars 2024.",
        "28. mars 2024 kan ikke være siste dag: skjærtorsdag.",
        "29. mars 2024 kan ikke være siste dag: langfredag.",
        "30. mars 2024 kan ikke være siste dag: lørdag.",
        "31. mars 2024 kan ikke være siste dag: første påskedag.",
        "1. april 2024 kan ikke være siste dag: andre påskedag.",
        "Fristen går ut 2. april 2024 klokken 23.59.",
    ]


def test_a_target_is_shown_but_not_moved() -> None:
    found = deadline(date(2024, 3, 7), THREE_WEEKS, is_target=True)
    assert found.due_on == found.nominal_end == date(2024, 3, 28)
    assert found.skipped == ()
    lines = [line.code for line in explain(found, Message("procedure.resting"))]
    assert lines[-2:] == ["procedure.explain.target", "procedure.explain.target_next"]
    on_a_working_day = deadline(date(2024, 3, 5), Length(2, Unit.DAYS), is_target=True)
    assert explain(on_a_working_day)[-1].code == "procedure.explain.target"


def test_working_days_are_counted_without_days_off() -> None:
    assert deadline(date(2024, 3, 26), Length(10, Unit.WORKING_DAYS)).due_on == date(2024, 4, 12)


def test_rest_is_taken_out_of_the_time() -> None:
    pause = Pause(date(2024, 5, 30), date(2024, 6, 10))
    found = deadline(date(2024, 5, 27), Length(10, Unit.DAYS), paused=[pause])
    assert found.nominal_end == date(2024, 6, 18)
    assert found.paused == (pause,)
    assert "procedure.explain.pause" in [line.code for line in explain(found)]


def test_working_days_lost_to_rest_are_given_back() -> None:
    # Of the ten, the four from 30 May to 4 June lie before the rest ends and come again after it.
    pause = Pause(date(2024, 5, 30), date(2024, 6, 4))
    without = deadline(date(2024, 5, 27), Length(10, Unit.WORKING_DAYS))
    rested = deadline(date(2024, 5, 27), Length(10, Unit.WORKING_DAYS), paused=[pause])
    assert (without.due_on, rested.due_on) == (date(2024, 6, 10), date(2024, 6, 14))


def test_rest_that_overlaps_counts_once_and_rest_outside_not_at_all() -> None:
    start, length = date(2024, 5, 27), Length(10, Unit.DAYS)
    apart = [Pause(date(2024, 5, 30), date(2024, 6, 5)), Pause(date(2024, 6, 3), date(2024, 6, 10))]
    outside = [Pause(date(2024, 5, 1), start), Pause(date(2025, 1, 1), date(2025, 2, 1))]
    assert deadline(start, length, paused=[*outside, *apart]).due_on == date(2024, 6, 18)


def test_the_roll_does_not_end_in_a_rest() -> None:
    rest = Pause(date(2024, 6, 10), date(2024, 6, 12))
    found = deadline(date(2024, 5, 25), Length(2, Unit.WEEKS), paused=[rest])
    assert found.nominal_end == date(2024, 6, 8)
    assert found.due_on == date(2024, 6, 13)
    assert found.skipped[-1][1].code == "procedure.resting"


def test_an_extension_moves_the_end_and_rolls() -> None:
    found = deadline(date(2024, 3, 7), THREE_WEEKS, extended_to=date(2024, 4, 20))
    assert (found.nominal_end, found.due_on) == (date(2024, 4, 20), date(2024, 4, 22))
    assert "procedure.explain.extension" in [line.code for line in explain(found)]


def test_an_extension_must_lengthen() -> None:
    with pytest.raises(CannotProceed, match=r"procedure\.extension_too_short"):
        deadline(date(2024, 3, 7), THREE_WEEKS, extended_to=date(2024, 3, 28))


def test_an_outage_on_the_last_day_moves_it() -> None:
    found = deadline(date(2024, 5, 27), Length(10, Unit.DAYS), outages={date(2024, 6, 6)})
    assert found.due_on == date(2024, 6, 7)
    assert found.skipped[0][1].code == "procedure.outage"
    assert deadline(date(2024, 5, 27), Length(10, Unit.DAYS), outages={date(2024, 6, 5)}).due_on == date(2024, 6, 6)


@pytest.mark.parametrize("start", [date(1, 1, 1), date(1949, 12, 31), date(2200, 1, 1), date(9999, 12, 31)])
def test_a_start_in_another_century_is_refused(start: date) -> None:
    with pytest.raises(CannotProceed, match=r"procedure\.start_out_of_range"):
        deadline(start, THREE_WEEKS)


def test_the_longest_length_from_the_last_start_can_be_counted() -> None:
    assert deadline(date(2199, 12, 31), Length(999, Unit.YEARS)).due_on.year == 3198


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("3 weeks", THREE_WEEKS),
        (" 3  UKER ", THREE_WEEKS),
        ("3 veker", THREE_WEEKS),
        ("1 uke", Length(1, Unit.WEEKS)),
        ("14 days", Length(14, Unit.DAYS)),
        ("14 dagar", Length(14, Unit.DAYS)),
        ("1 month", Length(1, Unit.MONTHS)),
        ("6 måneder", Length(6, Unit.MONTHS)),
        ("6 månader", Length(6, Unit.MONTHS)),
        ("2 år", Length(2, Unit.YEARS)),
        ("10 working days", Length(10, Unit.WORKING_DAYS)),
        ("10 working_days", Length(10, Unit.WORKING_DAYS)),
        ("10 virkedager", Length(10, Unit.WORKING_DAYS)),
    ],
)
def test_a_length_is_read_as_people_write_it(text: str, length: Length) -> None:
    assert parse_length(text) == length


@given(lengths)
def test_a_length_is_read_back_from_its_own_text(length: Length) -> None:
    assert parse_length(str(length)) == length
    for language in LANGUAGES:
        assert parse_length(render(length.text, language)) == length


@pytest.mark.parametrize(
    "text", ["", "uker", "0 weeks", "-3 weeks", "3", "3 fortnights", "1.5 weeks", "1000 days", "٣ weeks", "3 weeks from now on"]
)
def test_an_unclear_length_says_how_to_write_it(text: str) -> None:
    with pytest.raises(CannotProceed, match=r"procedure\.length_unclear"):
        parse_length(text)


def test_a_length_of_nothing_and_a_pause_backwards_are_mistakes_in_the_code() -> None:
    with pytest.raises(ValueError, match="0 days"):
        Length(0, Unit.DAYS)
    with pytest.raises(ValueError, match="to"):
        Pause(date(2024, 1, 2), date(2024, 1, 1))


@pytest.mark.parametrize(
    ("moment", "late"),
    [
        (datetime(2024, 6, 6, 21, 59, 59, 999_999, UTC), False),
        (datetime(2024, 6, 6, 22, 0, 0, 0, UTC), True),
        (datetime(2024, 6, 7, 12, 0, 0, 0, UTC), True),
    ],
)
def test_a_day_ends_at_midnight_in_oslo(moment: datetime, late: bool) -> None:  # noqa: FBT001  # A case of the table.
    assert is_late(moment, date(2024, 6, 6)) is late


@pytest.mark.parametrize(("due_on", "hour"), [(date(2024, 6, 6), 21), (date(2024, 12, 6), 22), (date(2024, 3, 31), 21)])
def test_the_last_moment_follows_summer_time(due_on: date, hour: int) -> None:
    assert last_moment(due_on) == datetime(due_on.year, due_on.month, due_on.day, hour, 59, 59, tzinfo=UTC)
    assert not is_late(last_moment(due_on), due_on)


def test_a_deadline_is_a_value() -> None:
    assert isinstance(hash(deadline(date(2024, 3, 7), THREE_WEEKS)), int)
    assert deadline(date(2024, 3, 7), THREE_WEEKS) == Deadline(
        date(2024, 3, 7), THREE_WEEKS, date(2024, 3, 28), date(2024, 4, 2), deadline(date(2024, 3, 7), THREE_WEEKS).skipped
    )
