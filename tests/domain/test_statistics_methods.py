"""Intervals and medians against published figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tvist.statistics.methods import median, wilson_interval


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (81, 263, 0.255289, 0.366210),
        (15, 148, 0.062386, 0.160487),
        (0, 20, 0.0, 0.161125),
        (1, 29, 0.006113, 0.171755),
    ],
)
def test_wilson_intervals_are_those_of_newcombe_1998(successes, trials, low, high):
    found = wilson_interval(successes, trials)

    assert found == (pytest.approx(low, abs=5e-7), pytest.approx(high, abs=5e-7))


def test_nothing_has_no_interval_and_no_median():
    assert wilson_interval(0, 0) is None
    assert median([]) is None


def test_more_successes_than_trials_are_refused():
    with pytest.raises(ValueError, match="3 of 2"):
        wilson_interval(3, 2)


@given(st.integers(1, 5000).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))))
def test_the_interval_holds_the_share_and_stays_between_nothing_and_all(pair):
    successes, trials = pair
    low, high = wilson_interval(successes, trials) or (1.0, 0.0)

    assert 0 <= low <= successes / trials <= high <= 1


def test_the_median_of_an_even_number_is_the_mean_of_the_middle_two():
    assert median([1, 10, 2, 4]) == 3.0
    assert median([7]) == 7.0
