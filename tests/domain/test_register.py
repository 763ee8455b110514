"""The register: municipalities by date, old and Sámi names, regions, state tasks, language forms, organisation numbers."""

from __future__ import annotations

from datetime import date

import pytest

from tvist.errors import NotFound
from tvist.register.finding import find_municipalities
from tvist.register.language import LanguageForm, decision_language, language_form, language_form_doubt
from tvist.register.municipalities import (
    after,
    all_municipalities,
    before,
    municipalities_on,
    municipality,
    same_municipality_on,
    shared_names,
    successors_on,
)
from tvist.register.organisations import is_organisation_number, organisation_number
from tvist.register.regions import after_reform_2022, possible_regions, region_of, state_region, state_regions
from tvist.register.state_tasks import holds_state_tasks

NOW = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("year", "count"),
    [
        *((year, 430) for year in (2009, 2010, 2011)),
        (2012, 429),
        *((year, 428) for year in (2013, 2014, 2015, 2016)),
        (2017, 426),
        *((year, 422) for year in (2018, 2019)),
        *((year, 356) for year in (2020, 2021, 2022, 2023)),
        *((year, 357) for year in (2024, 2025, 2026)),
    ],
)
def test_each_year_has_as_many_municipalities_as_the_register_says(year: int, count: int) -> None:
    assert len(municipalities_on(date(year, 1, 1))) == len(municipalities_on(date(year, 12, 31))) == count


def test_a_number_is_found_on_its_days_only() -> None:
    assert municipality("0104", date(2019, 12, 31)).name == "Moss"
    with pytest.raises(NotFound):
        municipality("0104", date(2020, 1, 1))


def test_the_list_is_in_norwegian_order() -> None:
    names = [place.name for place in municipalities_on(NOW)]
    assert names[0] == "Alstahaug"
    assert names[-4:] == ["Årdal", "Ås", "Åseral", "Åsnes"]
    assert names.index("Voss") < names.index("Øksnes") < names.index("Ål")


def test_every_municipality_that_ended_leads_to_one_in_force() -> None:
    for place in all_municipalities():
        assert successors_on(place.number, NOW)
        assert (place.valid_to is None) == (after(place) == ())


def test_no_municipality_but_the_oldest_comes_from_nowhere() -> None:
    assert [place.number for place in all_municipalities() if place.valid_from > date(2009, 1, 1) and not before(place)] == []


def test_a_split_municipality_has_several_successors() -> None:
    assert [place.number for place in successors_on("1850", NOW)] == ["1875", "1806"]
    assert [place.number for place in successors_on("1507", date(2021, 1, 1))] == ["1507"]


def test_a_number_that_begins_later_has_no_successor_yet_and_one_that_never_was_is_refused() -> None:
    assert successors_on("3203", date(2010, 1, 1)) == ()
    with pytest.raises(NotFound):
        successors_on("9999", NOW)


def test_a_new_number_is_the_same_municipality_and_a_merger_is_not() -> None:
    halden, moss = municipality("3101", NOW), municipality("3103", NOW)
    assert same_municipality_on(halden, date(2015, 1, 1)) == municipality("0101", date(2015, 1, 1))
    assert same_municipality_on(moss, date(2015, 1, 1)) is None
    assert same_municipality_on(municipality("0101", date(2015, 1, 1)), NOW) == halden


def test_six_names_need_their_county() -> None:
    assert shared_names() == {"Bø", "Herøy", "Nes", "Os", "Sande", "Våler"}
    assert municipality("3114", NOW).display_name == "Våler (Østfold)"
    assert municipality("3103", NOW).display_name == "Moss"


@pytest.mark.parametrize("text", ["5540", "Gáivuotna", "gaivuotna", "kåfjord", "KAAFJORD", "Kaivuono"])
def test_a_municipality_is_found_by_number_and_all_its_names(text: str) -> None:
    assert [found.municipality.number for found in find_municipalities(text, NOW)] == ["5540"]


def test_an_old_name_or_number_is_found_with_what_it_became() -> None:
    for text in ("Røyken", "0627"):
        (found,) = find_municipalities(text, NOW)
        assert found.is_former
        assert [place.name for place in found.in_force] == ["Asker"]


def test_a_younger_name_is_found_with_what_it_was_made_from() -> None:
    (found,) = find_municipalities("Færder", date(2015, 1, 1))
    assert [place.name for place in found.in_force] == ["Nøtterøy", "Tjøme"]


def test_a_former_municipality_is_listed_when_its_name_was_split() -> None:
    current, former = find_municipalities("haram", NOW)
    assert (current.municipality.number, former.municipality.number) == ("1580", "1534")
    assert {place.number for place in former.in_force} == {"1508", "1580"}


def test_whole_names_come_before_beginnings_and_those_before_what_lies_inside() -> None:
    names = [found.municipality.name for found in find_municipalities("nes", NOW)]
    assert names.index("Nes") < names.index("Nesna") < names.index("Birkenes")


def test_nothing_is_found_by_nothing() -> None:
    assert find_municipalities("  ", NOW) == ()
    assert find_municipalities("0", NOW) == ()
    assert find_municipalities("1 AND", NOW) == ()


def test_there_are_five_regions_and_the_directorate() -> None:
    assert [region.code for region in state_regions()] == ["ost", "sor", "vest", "midt", "nord", "bufdir"]
    assert state_region("bufdir").name == "Staten v/ Bufdir"
    with pytest.raises(NotFound):
        state_region("oslo")


@pytest.mark.parametrize(
    ("number", "on", "code"),
    [
        ("0101", date(2015, 1, 1), "ost"),
        ("1601", date(2017, 12, 31), "midt"),
        ("5001", date(2018, 1, 1), "midt"),
        ("3001", date(2021, 1, 1), "ost"),
        ("3006", date(2021, 1, 1), "sor"),
        ("3005", date(2021, 1, 1), "sor"),
        ("3053", date(2021, 1, 1), "ost"),
        ("5601", NOW, "nord"),
        ("4601", NOW, "vest"),
    ],
)
def test_the_region_follows_county_and_date(number: str, on: date, code: str) -> None:
    assert region_of(number, on) == state_region(code)


def test_oslo_has_no_region_and_asker_in_viken_has_two_possible() -> None:
    assert region_of("0301", NOW) is None
    assert possible_regions("0301", NOW) == ()
    assert region_of("3025", date(2021, 1, 1)) is None
    assert [region.code for region in possible_regions("3025", date(2021, 1, 1))] == ["ost", "sor"]


def test_every_other_municipality_has_one_region_on_every_day() -> None:
    for year in range(2009, 2027):
        on = date(year, 7, 1)
        unclear = {place.number for place in municipalities_on(on) if region_of(place.number, on) is None}
        assert unclear == ({"0301", "3025"} if 2020 <= year <= 2023 else {"0301"})


@pytest.mark.parametrize(
    ("number", "on", "years"),
    [
        ("2012", date(2016, 5, 1), (2016, 2022)),
        ("5601", date(2016, 5, 1), (2016, 2022)),
        ("5403", date(2022, 12, 31), (2016, 2022)),
        ("0722", date(2017, 1, 1), (2016, 2022)),
        ("3911", date(2019, 1, 1), (2016, 2022)),
        ("0627", date(2018, 1, 1), (2016, 2019)),
        ("3203", date(2018, 1, 1), (2016, 2019)),
    ],
)
def test_trial_municipalities_are_warned_of_under_all_their_numbers(number: str, on: date, years: tuple[int, int]) -> None:
    warning = holds_state_tasks(number, on)
    assert warning is not None
    assert (warning.params["first_year"], warning.params["last_year"]) == years


def test_state_tasks_are_warned_of_only_in_their_time() -> None:
    assert holds_state_tasks("2012", date(2015, 12, 31)) is None
    assert holds_state_tasks("2012", date(2015, 12, 31), date(2016, 1, 1)) is not None
    assert holds_state_tasks("3203", date(2020, 1, 1)) is None
    assert holds_state_tasks("0101", date(2018, 1, 1)) is None
    with pytest.raises(NotFound):
        holds_state_tasks("9999", NOW)


def test_oslo_always_holds_state_tasks() -> None:
    warning = holds_state_tasks("0301", date(2010, 1, 1))
    assert warning is not None
    assert warning.code == "register.holds_state_tasks"


def test_the_reform_began_in_2022() -> None:
    assert not after_reform_2022(date(2021, 12, 31))
    assert after_reform_2022(date(2022, 1, 1))


@pytest.mark.parametrize(
    ("number", "on", "form"),
    [
        ("0101", date(2012, 1, 1), LanguageForm.BOKMAL),
        ("1201", date(2015, 1, 1), LanguageForm.NEUTRAL),
        ("4640", date(2021, 1, 1), LanguageForm.NYNORSK),
        ("3001", date(2021, 1, 1), LanguageForm.BOKMAL),
        ("5001", date(2019, 1, 1), LanguageForm.NEUTRAL),
        ("0706", date(2012, 1, 1), None),
        ("0729", date(2019, 1, 1), None),
        ("1507", date(2021, 1, 1), None),
    ],
)
def test_the_language_form_follows_the_list_of_its_time(number: str, on: date, form: LanguageForm | None) -> None:
    assert language_form(number, on) == form


def test_the_disputed_form_of_tysvaer_is_said() -> None:
    assert language_form_doubt("1146", NOW) is not None
    assert language_form_doubt("1146", date(2018, 1, 1)) is None
    assert language_form_doubt("1507", date(2021, 1, 1)) is None


def test_a_decided_form_wins_over_what_the_filer_wrote() -> None:
    assert decision_language(LanguageForm.NYNORSK, "nb") == "nn"
    assert decision_language(LanguageForm.BOKMAL, "nn") == "nb"
    assert decision_language(LanguageForm.NEUTRAL, "nn") == "nn"
    assert decision_language(None, "nb") == "nb"


def test_organisation_numbers_have_their_check_digit() -> None:
    numbers = {organisation_number(place.number) for place in municipalities_on(NOW)}
    assert organisation_number("0301") == "958935420"
    assert organisation_number("1580") is None
    assert all(is_organisation_number(number) for number in numbers if number)
    assert is_organisation_number("958 935 420")


@pytest.mark.parametrize("text", ["958935421", "95893542", "", "95893542a", "٩٥٨٩٣٥٤٢٠", "000000010"])
def test_other_digits_are_no_organisation_number(text: str) -> None:
    assert not is_organisation_number(text)
