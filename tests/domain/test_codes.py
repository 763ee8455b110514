"""Codes, settings and municipal shares: dated facts of the procedure."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest

from tvist.errors import NotFound
from tvist.procedure.codes import CodeKind, code_label, code_named, codes, is_code
from tvist.procedure.lengths import Length, Unit
from tvist.procedure.settings import PROCEDURES, procedure_on
from tvist.procedure.shares import Family, municipal_share
from tvist.words import LANGUAGES, label, render

IN_2022 = date(2022, 5, 1)
ONE_AND_ONE = Family(caregivers=1, children=1)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", CodeKind)
def test_every_code_has_words_in_every_language(kind: CodeKind, language: str) -> None:
    found = codes(kind)
    assert found
    assert len({code.code for code in found}) == len(found)
    assert all(render(code.label, language) for code in found)
    assert render(label(kind), language)


def test_a_code_can_be_chosen_only_in_its_time() -> None:
    assert is_code("state_basis", "cwa1992_9_4", date(2022, 12, 31))
    assert not is_code("state_basis", "cwa1992_9_4", date(2023, 1, 1))
    assert is_code("state_basis", "cwa1992_9_4")
    assert not is_code("state_basis", "cwa2021_16", date(2022, 12, 31))
    assert [code.code for code in codes("state_basis", date(2024, 1, 1))] == ["cwa2021_16", "circular_q06_2007"]


def test_a_code_that_stands_for_anything_needs_words() -> None:
    other, mst = code_named("measure", "other"), code_named("measure", "mst")
    assert other is not None
    assert other.words_required
    assert mst is not None
    assert not mst.words_required
    assert code_named("measure", "castle") is None


def test_an_unknown_kind_is_a_mistake_in_the_code() -> None:
    with pytest.raises(ValueError, match="colour"):
        codes("colour")
    with pytest.raises(ValueError, match="colour"):
        code_label("colour", "red")


def test_the_rules_hold_from_2010() -> None:
    assert procedure_on(date(2010, 1, 1)) is procedure_on(date(2026, 1, 1))
    assert procedure_on(date(2020, 1, 1)).response_length == Length(4, Unit.WEEKS)
    with pytest.raises(NotFound):
        procedure_on(date(2009, 12, 31))


def test_the_rules_leave_no_gap_and_end_open() -> None:
    assert PROCEDURES[-1].valid_to is None
    for rules, following in pairwise(PROCEDURES):
        assert rules.valid_to is not None
        assert (following.valid_from - rules.valid_to).days == 1


@pytest.mark.parametrize(
    ("measure", "on", "rate_ore"),
    [
        ("institution", date(2016, 1, 1), 6_690_000),
        ("institution", date(2017, 12, 31), 6_874_000),
        ("institution", IN_2022, 17_000_000),
        ("family_home", date(2016, 7, 1), 3_150_000),
        ("pmto", IN_2022, 0),
    ],
)
def test_a_known_share_is_offered(measure: str, on: date, rate_ore: int) -> None:
    share = municipal_share(measure, on)
    assert share is not None
    assert (share.rate_ore, share.month_ore) == (rate_ore, rate_ore)


@pytest.mark.parametrize(
    ("measure", "on"),
    [
        ("institution", date(2014, 1, 1)),
        ("institution", date(2015, 1, 1)),
        ("institution", date(2018, 1, 1)),
        ("institution", date(2023, 1, 1)),
        ("aftercare", IN_2022),
        ("emergency_home", IN_2022),
        ("centre_residential", IN_2022),
    ],
)
def test_a_limit_a_proposal_or_a_missing_fact_leaves_the_share_unknown(measure: str, on: date) -> None:
    assert municipal_share(measure, on) is None


@pytest.mark.parametrize("measure", ["emergency_home", "specialised_foster_home"])
def test_in_2022_the_share_hangs_on_the_day_of_placement(measure: str) -> None:
    old = municipal_share(measure, IN_2022, placed_on=date(2021, 12, 31))
    new = municipal_share(measure, IN_2022, placed_on=date(2022, 1, 1))
    assert old is not None
    assert new is not None
    assert (old.rate_ore, new.rate_ore) == (3_710_000, 8_500_000)


@pytest.mark.parametrize(
    ("family", "factor"),
    [
        (ONE_AND_ONE, Fraction(1)),
        (Family(caregivers=2, children=1), Fraction(3, 2)),
        (Family(caregivers=1, children=2), Fraction(3, 2)),
        (Family(caregivers=2, children=3), Fraction(5, 2)),
    ],
)
def test_at_a_centre_the_share_hangs_on_the_family(family: Family, factor: Fraction) -> None:
    share = municipal_share("centre_residential", IN_2022, family=family)
    assert share is not None
    assert share.month_ore == 7_100_000 * factor


@pytest.mark.parametrize(
    "family", [Family(caregivers=3, children=1), Family(caregivers=1, children=0), Family(caregivers=0, children=1)]
)
def test_a_family_the_rule_does_not_name_has_no_known_share(family: Family) -> None:
    assert municipal_share("centre_residential", IN_2022, family=family) is None


def test_before_2022_only_the_smallest_family_has_a_known_share() -> None:
    assert municipal_share("centre_full_board", date(2016, 1, 1), family=ONE_AND_ONE) is not None
    assert municipal_share("centre_full_board", date(2016, 1, 1), family=Family(caregivers=2, children=1)) is None
