"""Money: the worked amounts, and what must hold for all amounts and shares (rules 11, 34 and 36)."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tvist.cases.money import (
    AmountUnit,
    Bearer,
    Period,
    Refund,
    line_amount,
    middle,
    net_refund,
    overlaps,
    rounded,
    shares_of,
    split,
)
from tvist.errors import CannotProceed
from tvist.words import LANGUAGES, label, render

EXAMPLES = list(
    csv.DictReader((Path(__file__).parents[1] / "data" / "money_examples.csv").read_text(encoding="utf-8").splitlines())
)

days = st.dates(date(2009, 1, 1), date(2030, 12, 31))
rates = st.integers(0, 50_000_000)
amounts = st.integers(0, 10**14)
periods = st.builds(lambda start, length: Period(start, start + timedelta(days=length)), days, st.integers(0, 1500))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example['unit']} {example['from']}")
def test_worked_amount(example: dict[str, str]) -> None:
    period = Period(date.fromisoformat(example["from"]), date.fromisoformat(example["to"]))
    count = int(example["count"]) if example["count"] else None
    assert line_amount(AmountUnit(example["unit"]), int(example["rate_ore"]), period, count).ore == int(example["amount_ore"])


def test_there_are_five_worked_amounts() -> None:
    assert len(EXAMPLES) == 5


def test_a_sum_is_itself_and_a_principle_is_nothing() -> None:
    assert line_amount(AmountUnit.SUM, 123, None).ore == 123
    assert line_amount(AmountUnit.PRINCIPLE, 0, None).ore == 0


@given(rates, periods)
def test_a_month_rate_is_additive_at_a_month_boundary_but_for_the_last_ore(rate: int, period: Period) -> None:
    whole = line_amount(AmountUnit.MONTH, rate, period).ore
    first, *rest = period.by_month()
    if rest:
        parts = [first, Period(rest[0].from_on, period.to_on)]
        assert abs(whole - sum(line_amount(AmountUnit.MONTH, rate, part).ore for part in parts)) <= 1


@given(rates, periods, st.integers(1, 40), st.sampled_from([AmountUnit.DAY, AmountUnit.MONTH]))
def test_a_longer_period_or_a_higher_rate_never_costs_less(rate: int, period: Period, more: int, unit: AmountUnit) -> None:
    amount = line_amount(unit, rate, period).ore
    assert line_amount(unit, rate, Period(period.from_on, period.to_on + timedelta(days=more))).ore >= amount
    assert line_amount(unit, rate + more, period).ore >= amount


@given(rates, st.integers(2009, 2030), st.integers(1, 12))
def test_whole_months_cost_whole_rates(rate: int, year: int, months: int) -> None:
    last = date(year, months, 28) + timedelta(days=4)
    period = Period(date(year, 1, 1), last - timedelta(days=last.day))
    assert line_amount(AmountUnit.MONTH, rate, period).ore == rate * months


@given(periods)
def test_the_parts_of_the_months_make_up_the_period(period: Period) -> None:
    parts = list(period.by_month())
    assert sum(part.days for part in parts) == period.days
    assert (parts[0].from_on, parts[-1].to_on) == (period.from_on, period.to_on)
    assert all((part.from_on.year, part.from_on.month) == (part.to_on.year, part.to_on.month) for part in parts)


@pytest.mark.parametrize(
    ("unit", "count"),
    [
        (AmountUnit.SUM, None),
        (AmountUnit.DAY, None),
        (AmountUnit.MONTH, None),
        (AmountUnit.STAY, 2),
        (AmountUnit.PRINCIPLE, None),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_amount_explains_itself(unit: AmountUnit, count: int | None, language: str) -> None:
    amount = line_amount(unit, 6_500_000, Period(date(2015, 3, 10), date(2015, 6, 15)), count)
    assert all(render(line, language) for line in amount.explanation)
    assert render(label(unit), language)


def test_a_month_rate_is_explained_month_by_month() -> None:
    amount = line_amount(AmountUnit.MONTH, 6_500_000, Period(date(2015, 3, 10), date(2015, 4, 30)))
    lines = [render(line, "nb").replace("\N{NO-BREAK SPACE}", " ") for line in amount.explanation]
    assert lines == [
        "10. mars 2015 til 31. mars 2015: 22 av 31 dager av 65 000,00 kr = 46 129,03 kr.",
        "1. april 2015 til 30. april 2015: 30 av 30 dager av 65 000,00 kr = 65 000,00 kr.",
        "Sum, regnet med brøk og avrundet én gang til nærmeste øre: 111 129,03 kr.",
    ]


@pytest.mark.parametrize(
    ("unit", "rate", "count", "code"),
    [
        (AmountUnit.SUM, -1, None, "money.negative"),
        (AmountUnit.DAY, 1, None, "money.period_missing"),
        (AmountUnit.MONTH, 1, None, "money.period_missing"),
        (AmountUnit.STAY, 1, None, "money.count_missing"),
        (AmountUnit.STAY, 1, 0, "money.count_missing"),
    ],
)
def test_what_is_missing_is_said(unit: AmountUnit, rate: int, count: int | None, code: str) -> None:
    with pytest.raises(CannotProceed, match=code):
        line_amount(unit, rate, None, count)


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(CannotProceed, match=r"money\.to_before_from"):
        Period(date(2020, 1, 2), date(2020, 1, 1))


def test_a_half_ore_is_rounded_up() -> None:
    assert [rounded(Fraction(number, 2)) for number in (1, 3, 4, 5)] == [1, 2, 2, 3]


@given(amounts, st.lists(st.integers(0, 1000), min_size=1, max_size=6).filter(any))
def test_shares_always_sum_and_lie_within_an_ore_of_the_exact(amount: int, weights: list[int]) -> None:
    parts = shares_of(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(amount * weight, sum(weights))) < 1
        assert weight or not part


@given(amounts, st.fractions(0, 1))
def test_a_split_sums_to_the_amount(amount: int, share: Fraction) -> None:
    assert sum(split(amount, share)) == amount


def test_the_odd_ore_of_a_tie_falls_on_the_municipality() -> None:
    assert split(101, Fraction(1, 2)) == (51, 50)
    assert shares_of(1, [1, 1, 1]) == [1, 0, 0]
    assert shares_of(100, [1, 1, 1]) == [34, 33, 33]


@pytest.mark.parametrize(("amount", "weights"), [(-1, [1]), (1, [0, 0]), (1, [2, -1])])
def test_no_shares_of_nonsense(amount: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match="by"):
        shares_of(amount, weights)


@pytest.mark.parametrize(
    ("paid_by_municipality", "paid_by_state", "refund"),
    [
        (100, 0, Refund(Bearer.STATE, Bearer.MUNICIPALITY, 70)),
        (0, 100, Refund(Bearer.MUNICIPALITY, Bearer.STATE, 30)),
        (30, 70, None),
        (0, 0, None),
        (50, 0, Refund(Bearer.STATE, Bearer.MUNICIPALITY, 20)),
        (30, 0, None),
        (50, 70, None),
    ],
)
def test_the_one_that_paid_too_much_is_refunded(paid_by_municipality: int, paid_by_state: int, refund: Refund | None) -> None:
    assert net_refund(30, 70, paid_by_municipality=paid_by_municipality, paid_by_state=paid_by_state) == refund


@given(amounts, st.fractions(0, 1), st.fractions(0, 1))
def test_after_the_refund_each_has_borne_its_part(amount: int, share: Fraction, paid: Fraction) -> None:
    municipality, state = split(amount, share)
    by_municipality, by_state = split(amount, paid)
    refund = net_refund(municipality, state, paid_by_municipality=by_municipality, paid_by_state=by_state)
    moved = 0 if refund is None else refund.ore if refund.to is Bearer.STATE else -refund.ore
    assert (by_municipality + moved, by_state - moved) == (municipality, state)


def test_overlapping_periods_are_named_by_their_places() -> None:
    first, second = Period(date(2020, 1, 1), date(2020, 1, 31)), Period(date(2020, 1, 31), date(2020, 2, 5))
    third = Period(date(2020, 2, 6), date(2020, 2, 7))
    assert overlaps([first, second, third]) == [(0, 1)]
    assert overlaps([]) == []


def test_the_middle_figure_is_neither_the_least_nor_the_most() -> None:
    assert middle(3, 1, 2) == 2
    assert middle(5, 5, 1) == 5
