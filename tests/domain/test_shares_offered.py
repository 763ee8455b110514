"""Municipal shares are offered where date, measure, placement and family make them known, and nowhere else (rule 12)."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scenes.intake import TODAY, a_line, a_petition
from tvist.cases.reading import parse_date
from tvist.intake.cautions import warnings
from tvist.intake.shares_offered import filled, offered, parted, told_of
from tvist.procedure.shares import Family, ShareGap, stretches
from tvist.words import LANGUAGES, render


def offer(placed_on: str = "", **changes: object):
    return offered(a_line(**{"from": "1.3.2022", "to": "30.6.2022", **changes}), placed_on=placed_on, on=TODAY)


def gaps(found) -> list[ShareGap | None]:
    return [stretch.gap for stretch in found.stretches]


@pytest.mark.parametrize(
    ("changes", "placed_on", "ore"),
    [
        ({}, "", 17_000_000),
        ({"measure": "emergency_home"}, "31.12.2021", 3_710_000),
        ({"measure": "emergency_home"}, "2022-01-01", 8_500_000),
        ({"measure": "centre_residential", "caregivers": "1", "children": "1"}, "", 7_100_000),
        ({"measure": "centre_residential", "caregivers": "2", "children": "2"}, "", 14_200_000),
        ({"measure": "centre_home_based", "caregivers": "2", "children": "1"}, "", 1_650_000),
    ],
)
def test_a_known_share_is_filled_in_as_a_rate_a_month(changes, placed_on, ore):
    found = offer(placed_on, **changes)
    assert found.ore == ore
    line = filled(a_line(unit="stay", rate="", count="2"), found)
    assert (line["unit"], line["count"]) == ("month", "")
    assert line["rate"].replace("\N{NO-BREAK SPACE}", "") == f"{ore // 100},00"


@pytest.mark.parametrize(
    ("changes", "placed_on", "gap"),
    [
        ({"measure": "emergency_home"}, "", ShareGap.PLACED_ON),
        ({"measure": "emergency_home"}, "31.2.2022", ShareGap.PLACED_ON),
        ({"measure": "centre_residential"}, "", ShareGap.FAMILY),
        ({"measure": "centre_residential", "caregivers": "5", "children": "1"}, "", ShareGap.FAMILY_SIZE),
        ({"from": "1.3.2015", "to": "1.6.2015"}, "", ShareGap.YEAR),
        ({"from": "1.3.2014", "to": "1.6.2014"}, "", ShareGap.YEAR),
        ({"from": "1.3.2024", "to": "1.6.2024"}, "", ShareGap.YEAR),
        ({"measure": "aftercare"}, "", ShareGap.NO_RATE),
    ],
)
def test_what_is_not_known_is_not_offered_and_says_why(changes, placed_on, gap):
    found = offer(placed_on, **changes)
    assert gaps(found) == [gap]
    assert (found.ore, found.changes_on, filled(a_line(), found)) == (None, None, None)
    assert all(render(told_of(found.stretches[0]), language) for language in LANGUAGES)


@pytest.mark.parametrize("changes", [{"from": ""}, {"from": "31.2.2022"}, {"to": "1.1.2022"}, {"measure": "hotel"}, {"to": ""}])
def test_nothing_is_said_while_measure_or_days_cannot_be_read(changes):
    assert offer(**changes) is None


def test_a_measure_without_a_share_fills_nothing_in():
    assert offer(measure="pmto").ore is None


def test_a_line_is_parted_on_the_day_that_the_rate_changes():
    raw = a_line(**{"from": "1.7.2016", "to": "31.3.2017", "unit": "sum", "rate": "500 000", "paid": "100,00"})
    found = offered(raw, placed_on="", on=TODAY)
    first, second = parted(raw, found)
    assert found.changes_on == date(2017, 1, 1)
    assert (first["from"], first["to"], second["from"], second["to"]) == ("1.7.2016", "31.12.2016", "1.1.2017", "31.3.2017")
    assert [line["rate"].replace("\N{NO-BREAK SPACE}", " ") for line in (first, second)] == ["66 900,00", "68 740,00"]
    assert (first["paid"], second["paid"]) == ("100,00", "")


def test_a_running_line_goes_on_in_its_second_part_and_an_unknown_rate_is_left_to_be_typed():
    raw = a_line(**{"from": "1.7.2017", "to": "", "runs": True, "known_until": "1.6.2018"})
    first, second = parted(raw, offered(raw, placed_on="", on=TODAY))
    assert (first["to"], first["runs"], first["known_until"]) == ("31.12.2017", False, "")
    assert (second["from"], second["runs"], second["known_until"], second["rate"]) == ("1.1.2018", True, "1.6.2018", "")


@given(
    st.dates(date(2013, 1, 1), date(2024, 12, 31)),
    st.integers(0, 4000),
    st.sampled_from(["institution", "mst", "emergency_home"]),
)
def test_stretches_cover_each_day_once_and_neighbours_differ(first, days, measure):
    last = date.fromordinal(first.toordinal() + days)
    found = stretches(measure, first, last, family=Family(caregivers=1, children=1))
    assert (found[0].first, found[-1].last) == (first, last)
    for one, following in itertools.pairwise(found):
        assert (following.first - one.last).days == 1
        assert (one.gap, one.share and one.share.month_ore) != (following.gap, following.share and following.share.month_ore)
    assert all((stretch.share is None) == (stretch.gap is not None) for stretch in found)


def test_a_day_is_written_so_that_it_can_be_read():
    raw = a_line(**{"from": "1.7.2016", "to": "31.3.2017"})
    assert all(parse_date(line["from"]) for line in parted(raw, offered(raw, placed_on="", on=TODAY)))


def test_a_line_with_the_known_share_as_its_rate_is_not_warned_of():
    days = {"from": "2022-03-01", "to": "2022-06-30", "state_basis": "cwa1992_9_4", "paid": ""}
    family = {"measure": "centre_residential", "caregivers": "2", "children": "1"}
    for rate, codes in (("106 500", []), ("90 000", ["intake.warning.known_share"])):
        petition = a_petition(lines=[a_line(**days, **family, rate=rate)])
        assert [fault.message.code for fault in warnings(petition, TODAY) if fault.path == "lines[0].rate"] == codes
