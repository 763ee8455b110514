"""Claim lines: dates, running measures, units, codes in force, overlaps, and sums that are slips of the keyboard (rule 11)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scenes.intake import TODAY, a_line, a_petition, raw_petition
from tvist.intake.petition import Petition, read_petition


def faults(*lines: dict[str, Any]) -> dict[str, str]:
    found = read_petition(raw_petition(lines=list(lines)), on=TODAY)
    assert isinstance(found, list), "nothing was wrong"
    return {fault.path: fault.message.code for fault in found}


def running(**changes: Any) -> dict[str, Any]:
    return a_line(**{"to": None, "runs": True, "known_until": "2026-01-31", **changes})


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"from": "31.02.2024"}, "from", "money.date_no_such_day"),
        ({"from": "10.03.24"}, "from", "money.date_short_year"),
        ({"from": "snart"}, "from", "money.date_unclear"),
        ({"from": ""}, "from", "intake.missing.lines.from"),
        ({"to": ""}, "to", "intake.missing.lines.to"),
        ({"to": None}, "to", "intake.missing.lines.to"),
        ({"to": "2024-03-09"}, "to", "money.to_before_from"),
        ({"to": "2034-06-15"}, "to", "intake.to_far_off"),
        ({"from": "2003-12-31"}, "from", "intake.too_long_ago"),
        ({"from": "2010-12-31"}, "from", "intake.before_birth"),
        ({"runs": True}, "to", "intake.runs_and_ends"),
        ({"known_until": "2024-06-01"}, "known_until", "intake.known_until_for_running"),
        ({"rate": ""}, "rate", "intake.missing.lines.rate"),
        ({"rate": "0"}, "rate", "intake.rate_is_nothing"),
        ({"rate": "-5"}, "rate", "money.negative"),
        ({"rate": "12,5k"}, "rate", "money.sum_unclear"),
        ({"rate": "9" * 30}, "rate", "money.sum_too_large"),
        ({"rate": "900 000 000"}, "rate", "intake.line_too_large"),
        ({"rate": 65000}, "rate", "intake.not_text"),
        ({"paid": "mye"}, "paid", "money.sum_unclear"),
        ({"unit": "week"}, "unit", "intake.not_a_choice"),
        ({"unit": "stay"}, "count", "intake.missing.lines.count"),
        ({"unit": "stay", "count": "0"}, "count", "money.count_missing"),
        ({"unit": "stay", "count": -2}, "count", "money.count_missing"),
        ({"unit": "stay", "count": "to"}, "count", "intake.not_a_number"),
        ({"count": "2"}, "count", "intake.count_is_for_stays"),
        ({"unit": "principle"}, "rate", "intake.principle_has_no_rate"),
        ({"measure": "hotel"}, "measure", "intake.not_a_choice"),
        ({"measure": "other"}, "measure_words", "intake.missing.lines.measure_words"),
        ({"municipal_basis": "other_act", "basis_words": ""}, "basis_words", "intake.missing.lines.basis_words"),
        ({"state_basis": "cwa1992_9_4"}, "state_basis", "intake.code_not_in_force"),
        ({"municipal_basis": "social_services_1991"}, "municipal_basis", "intake.code_not_in_force"),
        ({"should_bear": "both"}, "should_bear", "intake.not_a_choice"),
    ],
)
def test_what_is_wrong_with_a_line_is_told_at_its_field(changes, path, code):
    assert faults(a_line(**changes)) == {f"lines[0].{path}": code}


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"known_until": ""}, "known_until", "intake.missing.lines.known_until"),
        ({"known_until": "2026-03-03"}, "known_until", "intake.known_until_in_future"),
        ({"known_until": "2024-03-09"}, "known_until", "money.to_before_from"),
        ({"from": "2026-03-03", "unit": "principle", "rate": "", "known_until": ""}, "from", "intake.from_in_future"),
    ],
)
def test_what_is_wrong_with_a_running_line_is_told(changes, path, code):
    assert faults(running(**changes)) == {f"lines[0].{path}": code}


def test_a_running_line_counts_up_to_the_day_known():
    line = a_petition(lines=[running(unit="day", rate="1 000")]).lines[0]
    assert line.to_on is None
    assert line.amount.ore == 693 * 100_000


def test_a_line_of_principle_has_no_amount_and_may_run_without_a_day():
    petition = a_petition(lines=[running(unit="principle", rate="", known_until="")])
    assert petition.lines[0].amount is None
    assert petition.claimed_ore == 0


def test_a_basis_may_have_ended_in_the_time_of_the_dispute():
    assert a_petition(lines=[a_line(**{"from": "2022-12-01", "to": "2023-02-01", "state_basis": "cwa1992_9_4"})]).lines


def test_lines_on_the_same_measure_may_not_overlap():
    later = a_line(**{"from": "2024-06-15", "to": "2024-07-01"})
    assert faults(a_line(), later) == {"lines[1].from": "intake.lines_overlap"}
    assert faults(running(), later) == {"lines[1].from": "intake.lines_overlap"}
    assert faults(a_line(), a_line(unit="principle", rate="")) == {"lines[1].from": "intake.lines_overlap"}


def test_other_measures_other_words_and_days_apart_do_not_overlap():
    other = a_line(measure="other", measure_words="en bil")
    lines = [
        a_line(),
        a_line(measure="mst"),
        a_line(**{"from": "2024-06-16", "to": "2024-07-01"}),
        other,
        {**other, "measure_words": "et kjøkken"},
    ]
    assert len(a_petition(lines=lines).lines) == 5


def test_the_main_measure_is_that_of_the_largest_line():
    assert a_petition(lines=[a_line(measure="mst", unit="sum", rate="1"), a_line()]).main_measure == "institution"


def test_there_may_be_many_lines_but_not_any_number():
    apart = [a_line(measure="other", measure_words=f"tiltak {number}") for number in range(201)]
    assert faults(*apart) == {"lines": "intake.too_many_lines"}
    assert len(a_petition(lines=apart[:200]).lines) == 200
    assert faults() == {"lines": "intake.missing.lines"}


@given(
    st.dates(min_value=TODAY.replace(year=2012), max_value=TODAY),
    st.dates(min_value=TODAY.replace(year=2012), max_value=TODAY),
    st.sampled_from(["sum", "day", "month"]),
    st.integers(1, 5_000_000),
)
def test_a_line_is_read_exactly_when_its_days_are_in_order(first, last, unit, ore):
    basis = {"state_basis": "circular_q06_2007", "basis_words": "", "municipal_basis": "education"}
    line = a_line(
        **{"from": first.isoformat(), "to": last.isoformat(), "unit": unit, "rate": f"{ore // 100},{ore % 100:02d}", **basis}
    )
    found = read_petition(raw_petition(lines=[line]), on=TODAY)
    assert isinstance(found, Petition) == (first <= last)
    if isinstance(found, Petition):
        assert found.lines[0].rate_ore == ore
        assert 0 <= found.claimed_ore <= ore * ((last - first).days + 1) + 1
