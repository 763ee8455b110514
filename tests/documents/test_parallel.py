"""An opinion in two forms of Norwegian: each edition whole, in its own form, and saying how it is bound to the other (rule 39)."""

from __future__ import annotations

import copy
import re
from typing import Any

import pypdfium2
import pytest

from tests.documents.opinion_records import a_record
from tests.verapdf import faults
from tvist.decision.document import editions, opinion
from tvist.decision.parallel_record import other_edition
from tvist.decision.record import BUNDLE_ADDRESS, law_record
from tvist.pdf import render

BOKMAL = frozenset(
    [
        "ikke",
        "jeg",
        "hvem",
        "hva",
        "hvordan",
        "hvilken",
        "hvilket",
        "noe",
        "noen",
        "fra",
        "uttalelse",
        "uttalelsen",
        "medlemmene",
        "partene",
        "enige",
        "uenige",
        "hovedteksten",
        "kommunene",
        "sammen",
        "samme",
        "saken",
        "gjelder",
        "sakens",
        "mener",
        "dekke",
        "avgitt",
        "begjærende",
    ]
)
NYNORSK = frozenset(
    [
        "ikkje",
        "eg",
        "kven",
        "kva",
        "korleis",
        "noko",
        "nokon",
        "frå",
        "uttale",
        "uttalen",
        "medlemene",
        "partane",
        "samde",
        "usamde",
        "hovudteksten",
        "kommunane",
        "saman",
        "same",
        "saka",
        "gjeld",
        "meiner",
        "dekkje",
        "vart",
        "dei",
    ]
)
"""Words that stand in one form only."""
NN = {
    "subject": "Saka gjeld kven som bør dekkje utgiftene til opphaldet.",
    "background": "Barn A flytta inn 10. mars 2024. Sjå utdrag s. 4.",
    "agreed": "Partane er samde om datoane.",
    "disputed": "Partane er usamde om kva som var grunnen.",
    "requesting_argument": "Kommunen meiner at staten bør dekkje opphaldet.",
    "opposing_argument": "Staten meiner at opphaldet var eit helsetiltak.",
    "legal": "Ansvaret følgjer av barnevernsloven § 16-5 og av helse- og omsorgstjenesteloven § 3-2.",
    "conclusion": "Staten bør dekkje opphaldet.",
}
NB = {
    "subject": "Saken gjelder hvem som bør dekke utgiftene til oppholdet.",
    "background": "Barn A flyttet inn 10. mars 2024. Se utdrag s. 4.",
    "agreed": "Partene er enige om datoene.",
    "disputed": "Partene er uenige om hva som var grunnen.",
    "requesting_argument": "Kommunen mener at staten bør dekke oppholdet.",
    "opposing_argument": "Staten mener at oppholdet var et helsetiltak.",
    "legal": "Ansvaret følger av barnevernsloven § 16-5 og av helse- og omsorgstjenesteloven § 3-2.",
    "conclusion": "Staten bør dekke oppholdet.",
}
REASONS = {"nn": "Nemnda legg vekt på kva barnet trong.", "nb": "Nemnda legger vekt på hva barnet trengte."}
WORDS = {"nn": "Kven bør dekkje utgiftene?", "nb": "Hvem bør dekke utgiftene?"}
REMARK = {"nn": "Eg er ikkje samd.", "nb": "Jeg er ikke enig."}
MEASURE = {"nn": "opphald på gard", "nb": "opphold på gård"}
EXCEPTION = {"nn": "Brevet kom seint, og det er viktig for saka.", "nb": "Brevet kom sent, og det er viktig for saken."}
CORRECTED = {"nn": "Ein dato var feil.", "nb": "En dato var feil."}
TEXTS = {"nn": NN, "nb": NB}


def a_record_in_two_forms(main: str = "nn", **changed: Any) -> dict[str, Any]:
    """A whole record whose main text is in the one form, with a parallel text in the other: wording, remarks, measure, exception, correction."""
    other = "nb" if main == "nn" else "nn"
    record = copy.deepcopy(a_record(language=main, sections=TEXTS[main]))
    for question in record["questions"]:
        question["reasons"] = REASONS[main]
        for remark in question["remarks"]:
            remark["text"] = REMARK[main]
    record["questions"][0]["words"] = WORDS[main]
    record["lines"][0]["measure_words"] = MEASURE[main]
    exception = {"kind": "comments", "sender": "Vik kommune", "made_on": "2026-02-01", "without": ["Bufetat region vest"]}
    record |= {"let_in": [exception | {"reasons": EXCEPTION[main]}], BUNDLE_ADDRESS: "https://tvist.example/bundle/pages/"}
    record |= {"corrections": [{"version": 2, "on": "2026-03-20", "words": CORRECTED[main]}]}
    record |= law_record(record)
    parallel = {
        "language": other,
        "sections": TEXTS[other],
        "reasons": {str(question["position"]): REASONS[other] for question in record["questions"]},
        "words": {"1": WORDS[other]},
        "remarks": {
            str(question["position"]): [REMARK[other] for _ in question["remarks"]]
            for question in record["questions"]
            if question["remarks"]
        },
        "measures": {"1": MEASURE[other]},
        "exceptions": [EXCEPTION[other]],
        "corrections": [CORRECTED[other]],
    }
    parallel |= law_record(other_edition(record | {"parallel": parallel}))
    return record | {"parallel": parallel} | changed


def words_of(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as file:
        raw = " ".join(page.get_textpage().get_text_range().replace("\ufffe\r\n", "").replace("\ufffe", "") for page in file)
    return " ".join(raw.replace("\N{NO-BREAK SPACE}", " ").split())


def telling(text: str) -> set[str]:
    return set(re.findall(r"[a-zæøåé]+", text.lower()))


@pytest.fixture(scope="module")
def two() -> dict[bool, str]:
    """The text of each edition of an opinion in nynorsk with a parallel text in bokmål."""
    return {each.is_parallel: words_of(render(each.document, each.blocks)) for each in editions(a_record_in_two_forms())}


@pytest.mark.parametrize("main", ["nb", "nn"])
def test_no_word_of_the_other_form_stands_in_either(main: str) -> None:
    for edition in editions(a_record_in_two_forms(main)):
        language = edition.document.language
        found = telling(words_of(render(edition.document, edition.blocks)))
        foreign, own = (BOKMAL, NYNORSK) if language == "nn" else (NYNORSK, BOKMAL)

        assert found & foreign == set(), language
        assert len(found & own) > 10


def test_each_says_that_they_are_bound_which_is_the_main_text_and_the_same_number_and_version(two: dict[bool, str]) -> None:
    assert "Dette er hovudteksten, på nynorsk. Det finst ein parallelltekst på bokmål" in two[False]
    assert "Dette er parallellteksten, på bokmål. Hovedteksten er på nynorsk" in two[True]
    for text in two.values():
        assert "2026/0001" in text
        assert "versjon (2)" in text
    assert "(parallelltekst)" in two[True]
    assert "(parallelltekst)" not in two[False]


def test_the_money_the_names_and_the_votes_are_the_same_in_both(two: dict[bool, str]) -> None:
    figures = [re.findall(r"\d[\d ]*,\d\d", text) for text in two.values()]
    assert figures[0] == figures[1]
    for name in ("Cato Oppdiktet", "Frida Oppdiktet", "Kåre Oppdiktet"):
        assert two[True].count(name) == two[False].count(name) > 1


def test_references_to_pages_and_acts_work_in_both() -> None:
    for edition in editions(a_record_in_two_forms()):
        data = render(edition.document, edition.blocks)
        assert "bundle/pages/4" in repr(edition.blocks)
        text = words_of(data)
        assert text.count("§ 16-5") == 2
        assert text.count("§ 3-2") == 2


def test_each_edition_is_in_its_language_and_conforms() -> None:
    found = editions(a_record_in_two_forms())

    assert [(each.is_parallel, each.document.language) for each in found] == [(False, "nn"), (True, "nb")]
    for each in found:
        data = render(each.document, each.blocks)
        assert faults(data, "2a") == []
        assert faults(data, "ua1") == []


def test_an_opinion_in_one_form_has_one_edition_and_says_nothing_of_another() -> None:
    record = a_record()

    only = editions(record)
    assert [each.is_parallel for each in only] == [False]
    assert (only[0].document, repr(only[0].blocks)) == (opinion(record)[0], repr(opinion(record)[1]))
    assert "parallell" not in words_of(render(only[0].document, only[0].blocks)).lower()


def test_a_draft_does_not_say_that_anybody_has_approved() -> None:
    texts = [words_of(render(each.document, each.blocks)) for each in editions(a_record_in_two_forms(), is_draft=True)]

    assert not any("godkjent de to tekstene" in text or "godkjent dei to tekstane" in text for text in texts)
    assert "godkjenner dei to tekstane saman" in texts[0]
    assert "godkjenner de to tekstene sammen" in texts[1]


def test_the_same_record_gives_the_same_bytes_of_both() -> None:
    first, again = (
        [render(each.document, each.blocks) for each in editions(copy.deepcopy(a_record_in_two_forms()))] for _ in range(2)
    )
    assert first == again
