"""The advisory opinion as a document: its order, its words, its money, in bokmål and nynorsk (rule 37)."""

from __future__ import annotations

import itertools
import re
import time
from typing import Any

import pypdfium2
import pytest

from tests.documents.opinion_records import FREE, KS, LEADER, a_finding, a_line, a_question, a_record, a_result
from tvist.decision.document import opinion
from tvist.pdf import render
from tvist.words import catalogue

FORBIDDEN = (
    "vedtak",
    "pålegg",
    "pålagt",
    "dømm",
    "kjennelse",
    "orskurd",
    "skal betale",
    "må betale",
    "plikter",
    "pliktar",
    "tilplikt",
    "avgjørels",
    "avgjersl",
)
"""What an advisory opinion never says of itself."""
ORDER = {
    "nb": (
        "Rådgivende uttalelse", "Avgitt", "Saksnummer", "Begjærende part", "Motpart", "Nemnda", "Hva saken gjelder", "Sakens bakgrunn",
        "Det partene er enige om", "Det partene er uenige om", "Partenes anførsler og påstander", "Rettslige utgangspunkter", "Nemndas vurdering",
        "Dissens og særmerknader", "Slutning", "Hvem som bør dekke hva", "Nemndas sammensetning", "Om uttalelsen", "rådgivende", "ny behandling",
    ),
    "nn": (
        "Rådgivande uttale", "Gitt", "Saksnummer", "Part som bringar saka inn", "Motpart", "Nemnda", "Kva saka gjeld", "Bakgrunn for saka",
        "Det partane er samde om", "Det partane er usamde om", "Argumenta og påstandane til partane", "Rettslege utgangspunkt",
        "Vurderinga til nemnda", "Dissens og særmerknader", "Slutning", "Kven som bør dekkje kva", "Samansetjinga av nemnda", "Om uttalen",
        "rådgivande", "ny behandling",
    ),
}  # fmt: skip


def text_of(record: dict[str, Any], *, is_draft: bool = False) -> str:
    """The text of the PDF as it is copied, in one line."""
    return " ".join(" ".join(pages_of(record, is_draft=is_draft)).split())


def pages_of(record: dict[str, Any], *, is_draft: bool = False) -> list[str]:
    with pypdfium2.PdfDocument(render(*opinion(record, is_draft=is_draft))) as file:
        raw = [page.get_textpage().get_text_range() for page in file]
    return [page.replace("\ufffe\r\n", "").replace("\ufffe", "").replace("\N{NO-BREAK SPACE}", " ") for page in raw]


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_the_opinion_stands_in_the_order_of_the_rules(language: str) -> None:
    text = text_of(a_record(language=language))

    place = 0
    for heading in ORDER[language]:
        found = text.find(heading, place)
        assert found >= 0, f"{heading} is missing, or stands too early"
        place = found


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_no_word_of_ours_sounds_like_a_binding_decision(language: str) -> None:
    entries = {code: text for code, text in catalogue(language).items() if code.startswith(("opinion.", "decision.begin."))}

    assert len(entries) > 80
    for code, text in entries.items():
        for form in text if isinstance(text, tuple) else (text,):
            assert not [word for word in (*FORBIDDEN, "order", "shall", "binding decision") if word in form.lower()], code


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_the_produced_text_has_no_such_word_either(language: str) -> None:
    text = text_of(a_record(language=language)).lower()

    assert not [word for word in FORBIDDEN if word in text]
    assert "bør dekk" in text


def test_who_voted_how_is_said_in_so_many_words() -> None:
    text = text_of(a_record())

    assert f"Nemndas flertall, {LEADER} og {FREE}, mener at staten bør dekke kravpost 1." in text
    assert f"Mindretallet, {KS}, mener at Vik kommune bør dekke kravpost 1." in text
    assert "Nemnda er enstemmig. Alle tre medlemmene mener at beløpet for kravpost 1 bør settes til 208 629,03 kr." in text
    assert f"{KS}, som er i mindretall" in text
    assert "Nemnda legger da det midterste til grunn: at beløpet for kravpost 2 bør settes til 1 500 000,01 kr." in text
    assert "Vik kommune bør dekke 33 prosent og staten 67 prosent av kravpost 2" in text
    assert f"Dissens fra {KS} til spørsmål 1" in text
    assert f"Særmerknad fra {FREE} til spørsmål 1" in text
    assert "Uttalelsen er enstemmig" not in text


def test_an_opinion_without_dissent_says_that_it_is_unanimous_and_has_no_section_for_it() -> None:
    questions = [a_question(1, 1, "responsible", a_result(0)), a_question(2, 1, "amount", a_result(20862903))]
    text = text_of(a_record(lines=[a_line(1)], questions=questions))

    assert "Uttalelsen er enstemmig." in text
    assert "Dissens" not in text
    assert "Sum" not in text


def test_the_money_stands_with_sums_and_who_refunds_whom() -> None:
    text = text_of(a_record())

    for figure in ("1 708 629,04", "495 000,01", "1 213 629,03", "713 629,02"):
        assert figure in text
    assert "bør Bufetat region vest refundere Vik kommune 713 629,02 kr." in text
    assert "bare prinsippet 100 % 0 %" in text


def test_refunds_both_ways_are_netted_with_their_sign() -> None:
    towards_state = a_finding(100, 1000, 1000, 0, refunds=("municipality", 1000))
    text = text_of(
        a_record(lines=[a_line(1), a_line(2, paid_by="state", finding=towards_state), a_line(3, finding=a_finding(0, 0, 0, 0))])
    )

    assert "Netto til kommunen" in text.replace(" ", " ")
    assert "\N{MINUS SIGN}10,00" in text


def test_a_long_money_table_repeats_its_header_and_cuts_no_row() -> None:
    lines = [a_line(position) for position in range(1, 61)]
    questions = [a_question(position, position, "responsible", a_result(0), reasons="Se over.") for position in range(1, 61)]
    pages = pages_of(a_record(lines=lines, questions=questions))

    with_money = [page for page in pages if "Refusjon til" in page]
    assert len(with_money) >= 2
    numbers = [int(found) for page in with_money for found in re.findall(r"^(\d+)\. Barnevernsinstitu", page, re.MULTILINE)]
    assert numbers == sorted(numbers)
    assert set(numbers) >= set(range(1, 61))


def test_the_same_record_gives_the_same_bytes_and_another_day_others() -> None:
    made = [render(*opinion(record)) for record in (a_record(), a_record(), a_record(issued_on="2026-03-03"))]

    assert made[0] == made[1] != made[2]


def test_a_draft_says_so_on_every_page_and_needs_no_votes() -> None:
    record = a_record(issued_on=None, lines=[a_line(1, finding=None)], questions=[a_question(1, 1, "responsible", None)])
    pages = pages_of(record, is_draft=True)

    assert all("UTKAST" in page and "Oppdiktet eksempel" in page for page in pages)
    assert "Voteringen er ikke avsluttet." in " ".join(pages)
    assert "Hvem som bør dekke hva" not in " ".join(pages)


def test_two_municipalities_are_each_named_on_their_lines() -> None:
    text = text_of(a_record(lines=[a_line(1), a_line(2, municipality="Luster kommune")], questions=[]))

    assert "(Luster kommune)" in " ".join(text.split())
    assert text.count("bør Bufetat region vest refundere") == 2


@pytest.mark.parametrize(
    ("appointment", "seat"), list(itertools.product(["fixed", "deputy", "ad_hoc"], ["leader", "free", "ks"]))
)
def test_every_kind_of_member_has_words_in_all_languages(appointment: str, seat: str) -> None:
    assert all(catalogue(language)[f"opinion.seat.{appointment}.{seat}"] for language in ("nb", "nn", "en"))


def test_five_pages_are_made_while_one_waits() -> None:
    render(*opinion(a_record()))
    begun = time.process_time()
    render(*opinion(a_record()))

    assert time.process_time() - begun < 3  # It takes a tenth of one.


def test_a_corrected_opinion_says_on_top_and_on_every_page_that_it_is_corrected() -> None:
    corrections = [{"version": 2, "on": "2026-03-09", "words": "Årstallet i vurderingen var feil."}]
    record = a_record(corrections=corrections)
    pages = pages_of(record)

    assert pages[0].index("Rettet 9. mars 2026 (versjon 2)") < pages[0].index("Saksnummer")
    assert "Årstallet i vurderingen var feil." in pages[0]
    assert all("Rettet, versjon 2" in page for page in pages)
    assert not any("Rettet" in page for page in pages_of(a_record()))


def test_the_opinion_says_the_last_day_to_ask_for_a_new_treatment() -> None:
    assert "2. juni 2026" in pages_of(a_record())[-1]


def days_result(value: str, *votes: str) -> dict[str, Any]:
    """Three votes on days without majority."""
    given = [
        {"name": name, "value": vote, "is_followed": vote == value} for name, vote in zip((LEADER, FREE, KS), votes, strict=True)
    ]
    return {"value": value, "is_unanimous": False, "has_majority": False, "votes": given}


@pytest.mark.parametrize(
    ("votes", "value", "said"),
    [
        (
            ("2024-06-16/2024-12-31", "2024-07-01/", "none"),
            "2024-07-01/2024-12-31",
            "Nemnda legger da til grunn bare de dagene som de to andre er enige om. Det vil si at",
        ),
        (
            ("2024-06-16/2024-08-31", "2024-07-01/2024-12-31", "2024-08-01/2025-01-31"),
            "2024-07-01/2024-12-31",
            "Nemnda legger da til grunn den midterste av de tre første dagene og den midterste av de tre siste dagene.",
        ),
    ],
)
def test_days_without_majority_are_explained_as_the_members_voted(votes: tuple[str, ...], value: str, said: str) -> None:
    text = text_of(a_record(questions=[a_question(1, 2, "period", days_result(value, *votes))]))

    assert said in text
    assert "gjelder for tiden fra 1. juli 2024 til 31. desember 2024" in text
    assert f"{KS} mener at" in text
