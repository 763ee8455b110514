"""What is proposed to be hidden in the texts of an opinion: names that are also words, people, numbers, days and addresses (rule 46)."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.documents.opinion_records import a_record
from tvist.anonymity.kinds import MarkKind
from tvist.publication.names import words_of
from tvist.publication.places import texts, widened
from tvist.publication.proposing import DOUBTFUL, Known, KnownPerson, Proposal, proposals

KNOWN = Known(
    people=(
        KnownPerson("Asta Oppdiktet", "representative"),
        KnownPerson("Bo Andreas Kvernmo", "officer"),
        KnownPerson("Cato Oppdiktet", "member"),
        KnownPerson("Emma Liten", "child_side"),
    ),
    organisations=("Vik kommune", "Luster kommune", "Bufetat region vest", "Advokatfirmaet Storm AS"),
    own_references=("2024/17", "BV-2024-88"),
    case_numbers=("2026/0001", "2025/0012"),
    institutions=("Solbakken",),
    addresses=("postmottak@vik.example.invalid",),
    publications=(("2025/0012", "BTN-2025-3"),),
)


def a_record_of(text: str, **changed: object) -> dict[str, object]:
    """A record in which people wrote nothing but this text."""
    record = a_record(**changed)
    record["sections"] = dict.fromkeys(record["sections"], "") | {"background": text}
    for question in record["questions"]:
        question |= {"reasons": "", "remarks": []}
    return record


def proposed(text: str, **changed: object) -> list[Proposal]:
    return proposals(a_record_of(text, **changed), KNOWN)


def told(text: str, **changed: object) -> list[tuple[str, str]]:
    return [(each.words, each.replacement) for each in proposed(text, **changed)]


NO_NAMES = (
    "Ved en vik lå båten.",
    "De gikk over åsen og ned til et nes.",
    "En time senere kom hun.",
    "Ein time seinare kom ho.",
    "Det lå en lund bak husene, og et berg foran.",
    "Holet i veggen var stort.",
    "Ho budde på ei strand ved eit fjell.",
    "Eit sund skil øyane.",
    "Et ed og et eid er ikke det samme.",
    "Kosten var for fet.",
    "Han har lært å gå på ski.",
    "Der vokser gran og selje.",
    "Vi viser til at dei ikkje er samde med oss.",
    "Barnet måtte re opp selv, og ble redd for os i pipen.",
    "På vang og i hage.",
    "Kvar time kostar 500 kroner.",
    "Barn A bor hos mor. Barn B bor hos far.",
    "KS, NAV, BUP og Bufetat region vest var til stede.",
    "Nemnda viser til barnevernsloven § 4-4, jf. § 9-5, og til utdrag s. 12-14.",
    "Se HR-2020-1234-A, LB-2019-12345, Rt. 2010 s. 1234, BTN-2025-3, Q-06/2007 og NOU 2023: 7.",
    "Etter lov 18. juni 2021 nr. 97 og lov av 17. juli 1992 nr. 100 gjelder dette.",
    "Utgiftene er 208 629,03 kr, altså 22 33 44 55 kroner, og halvparten (1/2) av 3/4.",
)

NAMES = (
    ("Vik har betalt.", [("Vik", "common_word")]),
    ("Time etter time gikk.", [("Time", "common_word")]),
    ("Fet mat er usunt.", [("Fet", "common_word")]),
    ("Barnet bodde i Vik til 2023.", [("Vik", "party")]),
    ("Ho flytta frå Nes til Os.", [("Nes", "municipality"), ("Os", "municipality")]),
    ("Ein time seinare kom ho til Time.", [("Time", "municipality")]),
    ("Etter dette har Ås betalt.", [("Ås", "municipality")]),
    ("Holet i veggen er i Hole.", [("Hole", "municipality")]),
    ("Barneverntenesta i Fet meiner det same.", [("Fet", "municipality")]),
    ("jf. Eid og Sund", [("Eid", "municipality"), ("Sund", "municipality")]),
    ("Ås kommune krevde dekning.", [("Ås kommune", "municipality")]),
    ("Time kommunes krav gjaldt Bø kommune.", [("Time kommunes", "municipality"), ("Bø kommune", "municipality")]),
    ("Re kommune er nå del av Tønsberg.", [("Re kommune", "municipality"), ("Tønsberg", "municipality")]),
    ("VIK KOMMUNE og vik kommune", [("VIK KOMMUNE", "municipality"), ("vik kommune", "municipality")]),
    ("Vangs og Lunds krav.", [("Vangs", "common_word"), ("Lunds", "municipality")]),
    ("Etter Nes’ syn.", [("Nes’", "municipality")]),
    ("Vikkommunen og Vik-saken.", [("Vikkommunen", "common_word"), ("Vik-saken", "party")]),
    ("Sør-Aurdal kommune og Nordre\nFollo.", [("Sør-Aurdal kommune", "municipality"), ("Nordre\nFollo", "municipality")]),
    ("I Kautokeino og Kárášjohka.", [("Kautokeino", "municipality"), ("Kárášjohka", "municipality")]),
    ("Harstad - Hárstták kommune svarte.", [("Harstad - Hárstták kommune", "municipality")]),
    ("So\u00adgn\u00addal kommune.", [("So\u00adgn\u00addal kommune", "municipality")]),
    ("Saka starta i Sogn og Fjordane.", [("Sogn og Fjordane", "county")]),
    ("Vikværinger og lustringar", [("Vikværinger", "inhabitants"), ("lustringar", "inhabitants")]),
    ("Barnet gikk på Lusterheimen.", [("Lusterheimen", "compound")]),
    ("De bodde i luster den gangen.", [("luster", "small_letters")]),
    ("Han møtte advokat Lund og Kari Berg.", [("Lund", "like_a_person"), ("Kari Berg", "like_a_person")]),
    ("Saka gjaldt Kari Vik.", [("Kari Vik", "like_a_person")]),
    ("NAV Voss og BUP Førde", [("Voss", "municipality"), ("Førde", "municipality")]),
)


@pytest.mark.parametrize("text", NO_NAMES)
def test_ordinary_words_and_public_references_are_left_alone(text: str) -> None:
    assert proposed(text) == []


@pytest.mark.parametrize(("text", "expected"), NAMES)
def test_names_of_municipalities_are_found_where_the_sentence_makes_names_of_them(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert [(each.words, each.why) for each in proposed(text)] == expected


NUMBERS = (
    ("010101 50074", "birth_number"),
    ("01010150074", "birth_number"),
    ("41010150068", "birth_number"),
    ("01410150057", "birth_number"),
    ("018101 50110", "birth_number"),
    ("12345678912", "eleven_digits"),
    ("22 33 44 55", "phone"),
    ("912 34 567", "phone"),
    ("+47 912 34 567", "phone"),
    ("+4722334455", "phone"),
    ("91234567", "phone"),
    ("1234.56.78903", "account"),
    ("1234 56 78911", "account"),
    ("post@nemnda.example.invalid", "e_mail"),
    ("https://vik.example.invalid/sak?id=1", "link"),
    ("2017/2968", "case_number"),
    ("2026/0001", "case_number"),
    ("2026-0001", "case_number"),
    ("BV-2024-88", "own_reference"),
    ("Storgata 12 B", "street"),
    ("Kong Oscars gate 14", "street"),
    ("5700 Voss", "post_code"),
    ("10. mars 2024", "day"),
    ("10.3.2024", "day"),
    ("10/3-24", "day"),
    ("2024-03-10", "day"),
    ("den tiende mars 2024", "day"),
    ("tjuetredje mai", "day"),
    ("10.–12. mars 2024", "day"),
    ("14 år gammel", "age"),
    ("fjorten år gammal", "age"),
    ("15-åring", "age"),
    ("Fjordgløtt ungdomshjem", "institution"),
    ("Örnebo ungdomshjem", "institution"),
    ("Solbakken", "known_institution"),
    ("Advokatfirmaet Storm AS", "known_organisation"),
    ("958 935 420", "organisation_number"),
)


@pytest.mark.parametrize(("words", "why"), NUMBERS)
def test_numbers_addresses_and_days_are_known_by_their_shape(words: str, why: str) -> None:
    assert [(each.words, each.why) for each in proposed(f"Det gjelder {words}.")] == [(words, why)]


def test_short_case_numbers_are_known_after_the_word_case() -> None:
    assert told("Sakene 9/10 og 12/11, og sak nr. 12-345.") == [
        ("9/10", "[nummer]"),
        ("12/11", "[nummer]"),
        ("12-345", "[nummer]"),
    ]


def test_a_case_whose_opinion_is_published_is_told_by_the_number_of_its_publication() -> None:
    assert told("Nemnda viser til sak 2025/0012.") == [("2025/0012", "BTN-2025-3")]


def test_people_of_the_case_are_found_whole_and_in_part_and_members_stay() -> None:
    text = "Emma møtte Asta Oppdiktets kollega Kvernmo, B.A. Kvernmo. Cato Oppdiktet leder. Cato er enig. Bo bor der."
    assert told(text) == [
        ("Emma", "[navn]"),
        ("Asta Oppdiktets", "[fullmektig]"),
        ("Kvernmo", "[saksbehandler]"),
        ("B.A. Kvernmo", "[saksbehandler]"),
        ("Bo", "[saksbehandler]"),
    ]


def test_a_name_that_nobody_knows_is_found_by_its_capital_also_where_a_sentence_begins_with_it() -> None:
    text = "Jonas flyttet til Solstua. Moren Hilde Nordmann og Jonas ble enige."
    found = proposed(text)
    assert [each.words for each in found] == ["Jonas", "Solstua", "Hilde Nordmann", "Jonas"]
    assert {each.why for each in found} == {"capitals"} <= DOUBTFUL


def test_the_same_municipality_has_the_same_letter_in_all_its_names() -> None:
    text = "Luster klaga. Vik og Porsanger svara. Porsanki, Porsáŋgu og Lusters krav, Vik sitt, Viks og lustringane, Sør Aurdal og Sør-Aurdal."
    letters = [(each.words, each.replacement) for each in proposed(text, language="nn")]
    assert letters == [
        ("Luster", "B kommune"),
        ("Vik", "A kommune"),
        ("Porsanger", "C kommune"),
        ("Porsanki", "C kommune"),
        ("Porsáŋgu", "C kommune"),
        ("Lusters", "B kommunes"),
        ("Vik", "A kommune"),
        ("Viks", "A kommunes"),
        ("lustringane", "innbyggjarar i B kommune"),
        ("Sør Aurdal", "D kommune"),
        ("Sør-Aurdal", "D kommune"),
    ]


def test_a_doubtful_name_takes_no_letter_from_a_sure_one() -> None:
    assert told("Time etter time gikk i Luster. Lund.") == [("Time", "C kommune"), ("Luster", "B kommune"), ("Lund", "D kommune")]


def test_what_stands_instead_is_in_the_language_of_the_opinion() -> None:
    text = "Barn A er fødd i 2011. 10. mars 2024 ringde Asta Oppdiktet hos Hilde."
    assert told(text, language="nn") == [
        ("2011", "[år]"),
        ("10. mars 2024", "[dato i 2024]"),
        ("Asta Oppdiktet", "[fullmektig]"),
        ("Hilde", "[namn]"),
    ]


def test_proposals_lie_in_order_apart_and_on_whole_words_of_their_text() -> None:
    text = "\U0001f600 " + " ".join(text for text, _expected in NAMES) + " ".join(f" og {words}." for words, _why in NUMBERS)
    record = a_record_of(text)
    found = proposals(record, KNOWN)
    assert len(found) > len(NAMES)
    for before, after in itertools.pairwise(found):
        assert before.place != after.place or before.end <= after.start
    for each in found:
        written = dict(texts(record))[each.place]
        assert written[each.start : each.end] == each.words
        assert widened(written, each.start, each.end) == (each.start, each.end)
        assert each.replacement.strip()


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("VikÅs kommune§12/3-.,’'\u00ad\u202e\u0301")), max_size=60))
def test_whatever_is_pasted_in_is_read_and_what_is_proposed_stands_there(text: str) -> None:
    record = a_record_of(f"Barnet bodde i Vik. {text}")
    found = proposals(record, KNOWN)
    assert found[0].words == "Vik"
    written = dict(texts(record))["sections.background"]
    assert all(written[each.start : each.end] == each.words and each.words.strip() for each in found)


@pytest.mark.slow
def test_an_opinion_of_sixty_pages_is_read_once_and_not_once_a_name() -> None:
    paragraph = " ".join(
        [*NO_NAMES, *(text for text, _expected in NAMES), "Nemnda har vurdert rapporten, journalen og det som er anført. " * 60]
    )
    record = a_record_of("\n\n".join([paragraph] * 35))
    assert len(words_of(record["sections"]["background"])) > 60 * 350
    proposals(a_record_of("Vik"), KNOWN)  # The names of the register are read once.
    before = time.process_time()
    found = proposals(record, KNOWN)
    assert time.process_time() - before < 6  # It takes about one half.
    assert sum(each.kind is MarkKind.MUNICIPALITY for each in found) >= 35 * 20


@pytest.mark.parametrize("text", ["Barnet kalles «Turid».", "De skrev \u201cTurid\u201d i brevet.", "Mor sa at TURID flyttet."])
def test_a_name_alone_in_quotation_marks_or_in_capitals_is_proposed(text: str) -> None:
    assert [(each.words.casefold(), each.why) for each in proposed(text) if each.words != "Mor"] == [("turid", "capitals")]
