"""Lines are copied, moved and taken out; and each tells when it may lapse (rules 11, 13)."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tests.scenes.intake import TODAY, a_line, a_petition
from tvist.intake.arranging import copied, moved, replaced, without
from tvist.intake.limitation import limitation_of

LINES = st.lists(st.integers(0, 99), min_size=1, max_size=8).map(lambda found: [{"rate": str(each)} for each in found])


def test_a_copy_stands_after_its_line_and_has_nothing_paid():
    first, other = a_line(), a_line(measure="mst")
    found = copied([first, other], 1)
    assert [line["measure"] for line in found] == ["institution", "institution", "mst"]
    assert found[1] == {**first, "paid": ""}
    assert found[0]["paid"] == first["paid"]


@given(LINES, st.data(), st.sampled_from([-1, 1]))
def test_moving_loses_no_line_and_moving_back_restores(lines, data, by):
    place = data.draw(st.integers(1, len(lines)))
    found = moved(lines, place, by)
    assert sorted(map(str, found)) == sorted(map(str, lines))
    if 0 < place + by <= len(lines):
        assert moved(found, place + by, -by) == lines
    else:
        assert found == lines


@given(LINES, st.data())
def test_one_line_is_taken_out_or_replaced_and_the_rest_stays(lines, data):
    place = data.draw(st.integers(1, len(lines)))
    assert without(lines, place) == [*lines[: place - 1], *lines[place:]]
    assert replaced(lines, place, {"rate": "x"})[place - 1] == {"rate": "x"}
    assert replaced(lines, len(lines) + 1, {"rate": "x"}) == [*lines, {"rate": "x"}]


def test_the_limitation_counts_three_years_from_the_first_and_the_last_day():
    found = limitation_of(a_petition().lines[0], TODAY)
    assert (found.oldest_on, found.newest_on, found.has_begun) == (date(2027, 3, 10), date(2027, 6, 15), False)
    assert found.reason.params["first"] == date(2024, 3, 10)


def test_a_passed_date_is_told_and_refuses_nothing():
    petition = a_petition(lines=[a_line(**{"from": "2018-02-28", "to": "2018-02-28", "state_basis": "circular_q06_2007"})])
    found = limitation_of(petition.lines[0], TODAY)
    assert found.has_begun
    assert (found.oldest_on, found.reason.code) == (date(2021, 2, 28), "intake.limitation.one")


def test_what_still_runs_is_counted_to_the_day_known_else_to_today():
    running = a_line(to="", runs=True, known_until="2026-01-31")
    assert limitation_of(a_petition(lines=[running]).lines[0], TODAY).newest_on == date(2029, 1, 31)
    principle = a_line(to="", runs=True, unit="principle", rate="", paid="")
    assert limitation_of(a_petition(lines=[principle]).lines[0], TODAY).newest_on == date(2029, 3, 2)
