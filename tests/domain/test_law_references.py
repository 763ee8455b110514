"""References to acts are said in one way; what is not known for certain is left as it was written."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tvist.decision.law_references import LawReference, known_acts, law_references

BEFORE, AFTER = date(2021, 5, 1), date(2024, 5, 1)


def told(text: str, language: str = "nb", *days: date) -> list[tuple[str, tuple[str, ...]]]:
    return [(found.name, found.places) for found in law_references([text], language, days)]


@pytest.mark.parametrize(
    ("written", "name", "places"),
    [
        ("Etter barnevernsloven § 3-2 første ledd skal", "barnevernsloven (2021)", ("§ 3-2 første ledd",)),
        ("barnevernloven § 9-4", "barnevernloven (1992)", ("§ 9-4",)),
        ("barnevernlova §§ 8-1 og 8-4", "barnevernloven (1992)", ("§ 8-1", "§ 8-4")),
        ("helse- og omsorgstjenesteloven § 3-2", "helse- og omsorgstjenesteloven", ("§ 3-2",)),
        ("hol. § 3-1", "helse- og omsorgstjenesteloven", ("§ 3-1",)),
        ("Hol § 3-1, jf. § 3-2 nr. 6 bokstav b", "helse- og omsorgstjenesteloven", ("§ 3-1", "§ 3-2 nr. 6 bokstav b")),
        ("fvl. § 6", "forvaltningsloven", ("§ 6",)),
        ("forvaltningslovens § 6, 2. ledd", "forvaltningsloven", ("§ 6 andre ledd",)),
        ("barnevernsloven § 8-4 annet ledd litra a", "barnevernsloven (2021)", ("§ 8-4 andre ledd bokstav a",)),
        ("barnevernsloven kapittel 16", "barnevernsloven (2021)", ("kapittel 16",)),
        ("§ 3-2 i barnevernsloven", "barnevernsloven (2021)", ("§ 3-2",)),
        ("barnevernsloven § 8 - 1 og § 8\N{EN DASH}4", "barnevernsloven (2021)", ("§ 8-1", "§ 8-4")),
        ("sosialtjenesteloven av 1991 § 4-3", "sosialtjenesteloven (1991)", ("§ 4-3",)),
        ("opplæringslova (2023) § 11-1", "opplæringsloven (2023)", ("§ 11-1",)),
        ("barnevernloven § 4-4, jf. §§ 8-1 og 8-4", "barnevernloven (1992)", ("§ 4-4", "§ 8-1", "§ 8-4")),
    ],
)
def test_references_are_said_in_one_way(written: str, name: str, places: tuple[str, ...]) -> None:
    assert told(written) == [(name, places)]


def test_the_days_in_dispute_tell_which_act_an_abbreviation_is() -> None:
    assert told("bvl. § 8-4", "nb", BEFORE) == [("barnevernloven (1992)", ("§ 8-4",))]
    assert told("bvl. § 8-4", "nn", AFTER) == [("barnevernslova (2021)", ("§ 8-4",))]


def test_an_abbreviation_of_two_acts_is_left_as_written_where_the_days_do_not_tell() -> None:
    assert law_references(["bvl. § 8-4"], "nb", [BEFORE, AFTER]) == [LawReference("", "bvl.", ("§ 8-4",))]
    assert told("bvl. 1992 § 8-4", "nb", BEFORE, AFTER) == [("barnevernloven (1992)", ("§ 8-4",))]


def test_an_act_nobody_knows_is_not_listed() -> None:
    assert told("xyzl. § 4 og jf. § 7") == []
    assert told("Det er lagt vekt på bl.a. barnets behov.") == []


def test_a_reference_reaches_over_a_sentence_but_not_over_a_paragraph() -> None:
    assert told("Barnevernsloven § 1-1 gjelder. Se også § 1-3.") == [("barnevernsloven (2021)", ("§ 1-1", "§ 1-3"))]
    assert told("Barnevernsloven § 1-1 gjelder.\n\nSe også § 1-3.") == [("barnevernsloven (2021)", ("§ 1-1",))]


def test_acts_are_listed_once_in_the_order_they_are_named_and_places_in_that_of_the_act() -> None:
    text = "Hol. § 3-10 og hol. § 3-2. Barnevernsloven § 3-1. Helse- og omsorgstjenesteloven § 3-2."

    assert told(text) == [("helse- og omsorgstjenesteloven", ("§ 3-2", "§ 3-10")), ("barnevernsloven (2021)", ("§ 3-1",))]
    assert told(text, "nn")[0][0] == "helse- og omsorgstenestelova"


def test_every_act_of_the_table_is_found_by_its_names_in_both_forms() -> None:
    for act in known_acts():
        for name in (act.nb, act.nn):
            assert act.name("nb") in {found for found, _ in told(f"{name} ({act.year}) § 1")}, name


@given(st.text("§ 0123456789-–.,abjfogledrnkpit\n()", max_size=80))
def test_no_text_breaks_the_reading(text: str) -> None:
    for found in law_references([text, f"barnevernsloven {text}"], "nb", [BEFORE]):
        assert found.places
        assert all(place.startswith(("§ ", "kapittel ")) for place in found.places)
