"""Raw input becomes a petition, or all that is wrong with it is said at once (rules 1, 2, 6, 7, 10-12)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scenes.intake import TODAY, a_line, a_petition, raw_petition
from tvist.anonymity.birth_numbers import holds_birth_number
from tvist.cases.money import AmountUnit, Bearer
from tvist.intake.cautions import warnings
from tvist.intake.parties import case_language, proposed_other_side
from tvist.intake.petition import Fault, Petition, petition_of, read_petition, snapshot_of
from tvist.words import LANGUAGES, render

# Numbers of the synthetic kind (month + 80), whose check digits are right; they belong to nobody.
SYNTHETIC = "15927610016"


def faults_of(raw: dict[str, Any], **more: Any) -> dict[str, str]:
    """Path -> code of what is wrong."""
    found = read_petition(raw, on=TODAY, **more)
    assert isinstance(found, list), "nothing was wrong"
    return {fault.path: fault.message.code for fault in found}


def faults_of_line(**changes: Any) -> dict[str, str]:
    return faults_of(raw_petition(lines=[a_line(**changes)]))


def read_line(**changes: Any) -> Any:
    return a_petition(lines=[a_line(**changes)]).lines[0]


def test_a_whole_request_is_read():
    petition = a_petition()
    assert (petition.requesting, petition.opposing, petition.state, petition.municipalities) == (
        ("4639",),
        ("vest",),
        "vest",
        ("4639",),
    )
    assert petition.child_birth_year == 2011
    assert petition.pays_meanwhile is Bearer.MUNICIPALITY
    assert petition.claimed_ore == 20862903


def test_an_empty_request_says_everything_that_is_missing():
    found = faults_of({})
    assert len(found) == 19
    assert all(code.startswith("intake.missing.") for code in found.values())


@pytest.mark.parametrize(
    "path",
    ["language", "subject", "both_limbs", "authority", "background", "disputed", "argument", "claim", "pays_meanwhile"],
)
def test_a_field_that_is_needed_is_missed_also_when_it_holds_spaces(path):
    assert faults_of(raw_petition(**{path: "   "}))[path] == f"intake.missing.{path}"


def test_what_is_agreed_may_be_nothing():
    assert a_petition(agreed="").agreed == ""


@pytest.mark.parametrize("wrong", [5, None, "ja", ["x"], {"y": 1}, True])
@pytest.mark.parametrize(
    "path", ["parties", "child", "lines", "settlement", "before_courts", "subject", "placed_on", "language", "invented"]
)
def test_no_shape_of_input_is_too_wrong_to_be_told(path, wrong):
    found = read_petition(raw_petition(**{path: wrong}), on=TODAY)
    for fault in [] if isinstance(found, Petition) else found:
        assert all(render(fault.message, language) for language in LANGUAGES)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(raw_petition())), JSON)
def test_any_json_at_any_field_is_read_or_refused(path, value):
    found = read_petition(raw_petition(**{path: value}), on=TODAY)
    assert isinstance(found, Petition) or found


@given(st.sampled_from(sorted(a_line())), JSON)
def test_any_json_in_a_line_is_read_or_refused(name, value):
    found = read_petition(raw_petition(lines=[a_line(**{name: value})]), on=TODAY)
    assert isinstance(found, Petition) or found


def test_a_misspelt_field_is_told_not_lost():
    assert faults_of(raw_petition(argumnet="x")) == {"argumnet": "intake.unknown_field"}
    assert faults_of_line(raet="5") == {"lines[0].raet": "intake.unknown_field"}


def test_a_text_that_is_too_long_is_refused():
    assert faults_of(raw_petition(argument="x" * 100_000)) == {"argument": "intake.too_long"}
    assert faults_of(raw_petition(subject="x" * 301)) == {"subject": "intake.too_long"}


def test_nul_and_half_surrogates_are_left_out():
    assert a_petition(argument="a\0b\ud800c").argument == "abc"


# Parties (rule 2)


def parties(requesting: list[str], opposing: list[str]) -> dict[str, Any]:
    return raw_petition(
        parties={"requesting": requesting, "opposing": opposing, "representative": "x", "own_reference": "1"},
        lines=[a_line(municipality="")],
    )


@pytest.mark.parametrize(
    ("requesting", "opposing", "path", "code"),
    [
        (["4639"], ["4644"], "parties.opposing[0]", "intake.between_municipalities"),
        (["4639"], ["vest", "4644"], "parties.opposing[1]", "intake.between_municipalities"),
        (["4639"], ["vest", "sor"], "parties.opposing[1]", "intake.one_state_side"),
        (["vest"], ["sor"], "parties.opposing[0]", "intake.state_against_state"),
        (["vest", "4639"], ["4644"], "parties.requesting[1]", "intake.state_files_alone"),
        (["4639", "vest"], ["bufdir"], "parties.requesting[1]", "intake.state_on_both_sides"),
        (["vest"], ["4639", "4639"], "parties.opposing[1]", "intake.party_twice"),
        (["9999"], ["vest"], "parties.requesting[0]", "intake.no_such_party"),
        (["4639"], ["xx"], "parties.opposing[0]", "intake.no_such_party"),
        (["0104"], ["ost"], "parties.requesting[0]", "intake.municipality_not_in_force"),
    ],
)
def test_parties_beyond_the_scheme_are_refused_with_a_pointer(requesting, opposing, path, code):
    assert faults_of(parties(requesting, opposing))[path] == code


def test_an_old_number_of_the_same_municipality_is_understood():
    assert a_petition(
        parties={**raw_petition()["parties"], "requesting": ["1417"]}, lines=[a_line(municipality="1417")]
    ).requesting == ("1417",)


def test_the_filer_must_be_the_first_party_and_all_must_be_reachable():
    assert faults_of(raw_petition(), filer="4644") == {"parties.requesting[0]": "intake.not_the_filer"}
    assert faults_of(raw_petition(), connected={"4639"}) == {"parties.opposing[0]": "intake.not_connected"}


def test_a_line_names_its_municipality_where_there_are_several():
    raw = parties(["vest"], ["4639", "4644"])
    assert faults_of(raw) == {"lines[0].municipality": "intake.missing.lines.municipality"}
    raw["lines"][0]["municipality"] = "4640"
    assert faults_of(raw) == {"lines[0].municipality": "intake.municipality_not_a_party"}


# The child (rules 6, 7)


def test_either_sides_own_reference_tells_the_child():
    without = {"birth_year": 2011, "other_side_reference": ""}
    assert a_petition(child=without).other_side_reference == ""
    found = faults_of(raw_petition(child=without, parties={**raw_petition()["parties"], "own_reference": ""}))
    assert found == {"child.other_side_reference": "intake.missing.child.other_side_reference"}


@pytest.mark.parametrize(
    ("year", "code"), [("1979", "unlikely"), ("2027", "unlikely"), ("1995", "unlikely"), ("elleve", "number"), ("٢٠١١", "number")]
)
def test_a_year_of_birth_must_be_likely(year, code):
    child = {"birth_year": year, "other_side_reference": "1"}
    assert code in faults_of(raw_petition(child=child))["child.birth_year"]


@pytest.mark.parametrize(
    "text", [SYNTHETIC, f"{SYNTHETIC[:6]} {SYNTHETIC[6:]}", f"Barnet ({SYNTHETIC}) bor", f"{SYNTHETIC[:6]}-{SYNTHETIC[6:]}."]
)
def test_a_birth_number_is_known_in_any_dress(text):
    assert holds_birth_number(text)


@pytest.mark.parametrize("text", ["12345678901", "0" * 11, f"1{SYNTHETIC}", "15927610017", "tlf. 22 33 44 55", "2024/0000123"])
def test_other_long_numbers_are_no_birth_numbers(text):
    assert not holds_birth_number(text)


# Settlement and courts (rules 10, 16)


def test_settlement_lies_in_the_past_and_courts_are_explained():
    raw = raw_petition(
        settlement={"tried_on": "2026-03-03", "by": "x", "words": "x"},
        before_courts={"yes": True, "words": ""},
        placed_on="2027-01-01",
    )
    assert faults_of(raw) == {
        "settlement.tried_on": "intake.in_future",
        "before_courts.words": "intake.missing.before_courts.words",
        "placed_on": "intake.in_future",
    }


# Form of Norwegian (rule 39)


@pytest.mark.parametrize(
    ("requesting", "opposing", "wanted", "language"),
    [
        (["4639"], ["vest"], "nb", "nn"),
        (["3201"], ["ost"], "nn", "nb"),
        (["vest"], ["4639"], "nb", "nn"),
        (["vest"], ["4639", "3201"], "nb", "nb"),
        (["4601"], ["vest"], "nn", "nn"),
    ],
)
def test_the_municipalitys_form_goes_before_the_wish(requesting, opposing, wanted, language):
    assert case_language(requesting, opposing, wanted, TODAY) == language


@pytest.mark.parametrize(("code", "region"), [("4639", ["vest"]), ("0301", []), ("vest", []), ("9999", [])])
def test_a_municipalitys_region_is_proposed_as_the_other_side(code, region):
    assert proposed_other_side(code, TODAY) == region


# Warnings block nothing (rules 3, 12)


def codes_of(found: list[Fault]) -> set[str]:
    return {fault.message.code for fault in found}


def test_warnings_tell_of_another_region_state_tasks_and_known_shares():
    petition = a_petition(
        parties={**raw_petition()["parties"], "opposing": ["nord"]}, before_courts={"yes": True, "words": "Tingretten"}
    )
    assert codes_of(warnings(petition, TODAY)) == {"intake.warning.other_region", "intake.warning.before_courts"}
    oslo = a_petition(
        parties={**raw_petition()["parties"], "requesting": ["0301"], "opposing": ["ost"]}, lines=[a_line(municipality="0301")]
    )
    assert "register.holds_state_tasks" in codes_of(warnings(oslo, TODAY))
    old = a_petition(lines=[a_line(**{"from": "2016-03-01", "to": "2016-03-31", "state_basis": "cwa1992_9_4", "paid": "99999"})])
    assert codes_of(warnings(old, TODAY)) == {"intake.warning.known_share", "intake.warning.paid_more"}


# The snapshot


def test_a_snapshot_is_canonical_and_reads_back_the_same():
    petition = a_petition(placed_on="2021-12-31")
    text, digest = snapshot_of(petition)
    assert petition_of(text) == petition
    assert snapshot_of(petition_of(text)) == (text, digest)
    assert " : " not in text
    assert len(digest) == 64


def test_units_and_dates_of_a_line_are_typed():
    line = read_line(**{"from": "10.03.2024"})
    assert (line.from_on, line.unit, line.rate_ore, line.paid_ore) == (date(2024, 3, 10), AmountUnit.MONTH, 6500000, 20862903)
