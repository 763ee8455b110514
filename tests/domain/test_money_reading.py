"""Sums and dates as people type them."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tvist.cases.reading import parse_date, parse_kroner
from tvist.errors import CannotProceed
from tvist.words import LANGUAGES, format_kroner, render

THIN, NARROW, NO_BREAK = "\N{THIN SPACE}", "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("text", "ore"),
    [
        ("0", 0),
        ("1234", 123_400),
        ("1 234,50", 123_450),
        ("1.234,50", 123_450),
        ("1 234,5", 123_450),
        ("1234.50", 123_450),
        ("12 000 kr", 1_200_000),
        ("kr 12 000,-", 1_200_000),
        ("12000 kroner", 1_200_000),
        ("NOK 12000", 1_200_000),
        (f" 1{NO_BREAK}234{NARROW}567,89{THIN}kr. ", 123_456_789),
        ("1.234.567", 123_456_700),
        ("007", 700),
        ("1 000 000 000", 100_000_000_000),
        ("\N{ZERO WIDTH SPACE}12\N{WORD JOINER} 000\N{SOFT HYPHEN},50\N{ZERO WIDTH NO-BREAK SPACE}", 1_200_050),
    ],
)
def test_a_sum_is_read(text: str, ore: int) -> None:
    assert parse_kroner(text) == ore


@pytest.mark.parametrize(
    "text",
    [
        "1.234",
        "1,234",
        "1,234.50",
        "12,5k",
        "12 34",
        "1 2345",
        "1 234.567",
        "tolv",
        "kr",
        ",50",
        "1,",
        "1,234,5",
        "٣",
        "1e5",
        "1 234.567,00",
        "0x10",
    ],
)
def test_a_sum_that_can_mean_two_things_is_asked_for_again(text: str) -> None:
    with pytest.raises(CannotProceed, match=r"money\.sum_unclear") as refused:
        parse_kroner(text)
    assert all(text in render(refused.value.obstacles[0], language) for language in LANGUAGES)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "money.sum_empty"),
        ("  ", "money.sum_empty"),
        ("-5", "money.negative"),
        ("kr -5,00", "money.negative"),
        ("\N{MINUS SIGN}5", "money.negative"),
        ("1 000 000 000,01", "money.sum_too_large"),
        ("9" * 5000, "money.sum_too_large"),
    ],
)
def test_a_sum_is_refused_with_what_to_do(text: str, code: str) -> None:
    with pytest.raises(CannotProceed, match=code) as refused:
        parse_kroner(text)
    assert all(render(refused.value.obstacles[0], language) for language in LANGUAGES)


def test_the_limit_can_be_that_of_the_day_of_registration() -> None:
    assert parse_kroner("10", largest_ore=1000) == 1000
    with pytest.raises(CannotProceed, match=r"money\.sum_too_large"):
        parse_kroner("10,01", largest_ore=1000)


@given(st.integers(0, 100_000_000_000))
def test_a_sum_is_read_back_from_what_the_pages_print(ore: int) -> None:
    assert parse_kroner(format_kroner(ore, "nb")) == ore
    assert parse_kroner(format_kroner(ore, "nn", with_unit=False)) == ore


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (parse_kroner, parse_date):
        # Any other exception would fail the test.
        with suppress(CannotProceed):
            assert read(text) is not None


@pytest.mark.parametrize("text", ["31.12.2024", "31. 12. 2024", " 2024-12-31 "])
def test_a_date_is_read(text: str) -> None:
    assert parse_date(text) == date(2024, 12, 31)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "money.date_empty"),
        ("31.2.2024", "money.date_no_such_day"),
        ("29.2.2023", "money.date_no_such_day"),
        ("2024-13-01", "money.date_no_such_day"),
        ("31.12.24", "money.date_short_year"),
        ("31/12/2024", "money.date_unclear"),
        ("i går", "money.date_unclear"),
        ("20241231", "money.date_unclear"),
        ("1.1.0024", "money.date_far_off"),
        ("1.1.9999", "money.date_far_off"),
    ],
)
def test_a_date_is_refused_with_what_to_do(text: str, code: str) -> None:
    with pytest.raises(CannotProceed, match=code) as refused:
        parse_date(text)
    assert all(render(refused.value.obstacles[0], language) for language in LANGUAGES)


def test_what_a_word_processor_puts_in_unseen_is_not_read() -> None:
    assert parse_date("\N{LEFT-TO-RIGHT MARK}31.\N{SOFT HYPHEN}12.2024\N{ZERO WIDTH SPACE}") == date(2024, 12, 31)
