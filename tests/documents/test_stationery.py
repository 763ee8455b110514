"""Documents told in blocks and rendered as PDF: what a reader, an archive and a search engine find in the bytes."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import time
from datetime import date
from typing import TYPE_CHECKING, Any

import pikepdf
import pypdfium2
import pytest

from tvist.pdf import (
    Block,
    Column,
    Document,
    Link,
    MissingLetter,
    boxed,
    fact_table,
    heading,
    page_break,
    prose,
    render,
    signature_block,
    table,
)
from tvist.words import render as say

if TYPE_CHECKING:
    from collections.abc import Sequence

PARAGRAPH = (
    "Saksbehandlingstiden har vært uvanlig lang på grunn av dokumentasjonskravene, og oppholdskommunen har ikke besvart "
    "barneverntjenestens henvendelser om kostnadsfordelingen mellom barneverns- og helsenemnda og fosterhjemskommunen."
)
MONEY = [Column("Periode"), Column("Grunnlag", weight=2), Column("Beløp", align="right")]


def a_document(**changed: Any) -> Document:
    told = {
        "title": "Rådgivende uttalelse",
        "language": "nb",
        "reference": "2026-0001",
        "short_title": "Vik mot Bufetat",
        "made_on": date(2026, 3, 4),
    }
    return Document(**(told | changed))


def pages_of(*blocks: Block, **changed: Any) -> list[str]:
    """The text of each page, as a reader copies it: lines joined, words divided at line ends whole again."""
    with pypdfium2.PdfDocument(render(a_document(**changed), blocks)) as file:
        raw = [page.get_textpage().get_text_range() for page in file]
    return [re.sub(r"\s*\r?\n", "\n", page.replace("\ufffe", "")) for page in raw]


def opened(made: bytes) -> bytes:
    """The same file with all its objects to be read in the bytes."""
    plain = io.BytesIO()
    with pikepdf.open(io.BytesIO(made)) as file:
        file.save(plain, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return plain.getvalue()


def flat(pages: Sequence[str]) -> str:
    return " ".join(" ".join(pages).split())


def test_every_page_says_which_case_and_which_page_of_how_many() -> None:
    pages = pages_of(heading("Saken"), page_break(), prose("Mer"), page_break(), prose("Slutt"))

    assert [f"Side {number} av 3" in page for number, page in enumerate(pages, 1)] == [True] * 3
    assert all("Sak 2026-0001" in page and "Vik mot Bufetat" in page for page in pages)


@pytest.mark.parametrize(
    ("language", "mark", "folio"),
    [
        ("nb", "Oppdiktet eksempel", "Side 2 av 2"),
        ("nn", "Oppdikta døme", "Side 2 av 2"),
        ("en", "Invented example", "Page 2 of 2"),
    ],
)
def test_an_invented_case_is_marked_on_every_page(language: str, mark: str, folio: str) -> None:
    pages = pages_of(prose("a"), page_break(), prose("b"), language=language, marked_as_invented=True)

    assert all(mark in page for page in pages)
    assert folio in pages[1]
    assert mark not in pages_of(prose("a"), language=language)[0]


def test_the_file_says_its_title_author_language_and_the_day_of_the_record() -> None:
    made = opened(render(a_document(language="nn"), [heading("Fråsegn")]))

    with pypdfium2.PdfDocument(made) as file:
        told = file.get_metadata_dict()
    assert told["Title"] == "Rådgivende uttalelse"
    assert told["Author"] == "Tvisteløysingsnemnda for barnevernet"
    assert told["CreationDate"].startswith("D:20260304")
    assert b"nn-NO" in made
    assert b"/DisplayDocTitle true" in made
    assert b"/Trans" not in made


def test_only_embedded_fonts_are_named() -> None:
    blocks = [heading("A"), prose("- b"), table(MONEY, [("a", "b", "1")]), signature_block([("Ŋ", "ŧ")])]
    made = opened(render(a_document(marked_as_invented=True), blocks))

    assert b"Helvetica" not in made
    assert set(re.findall(rb"/BaseFont /\w+\+(\w+)", made)) == {b"SourceSans3", b"SourceSerif4"}
    assert made.count(b"/FontFile2") >= len(set(re.findall(rb"/BaseFont /([\w+-]+)", made)))


def test_the_same_blocks_give_the_same_bytes_also_in_another_process() -> None:
    script = (
        "import sys, hashlib, datetime; from tvist.pdf import *;"
        "d = Document('T', 'nb', '2026-0001', 'K', datetime.date(2026, 3, 4));"
        "b = [heading('A'), prose('ŧ ' + 'barnevernstjeneste ' * 300), table([Column('a'), Column('b', 'right')], [('x', '1')] * 60)];"
        "sys.stdout.write(hashlib.sha256(render(d, b)).hexdigest() + hashlib.sha256(render(d, b)).hexdigest())"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", script],
            check=True,
            capture_output=True,
            text=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
        ).stdout
        for seed in ("1", "2")
    ]

    assert len({half for run in runs for half in (run[:64], run[64:])}) == 1
    assert len(runs[0]) == 2 * len(hashlib.sha256().hexdigest())


def test_the_letters_of_the_sami_languages_come_out() -> None:
    names = (
        "Deatnu, Kárášjohka, Guovdageaidnu, Unjárga, Gáivuotna, Divttasvuodna, Snåase, Ruoŧŧa; Ŧ ŧ Đ đ Ŋ ŋ Č č Š š Ž ž Á á Ï ï"
    )

    pages = pages_of(
        heading(f"I {names}"), prose(names), boxed(names, names), fact_table([(names, names)]), signature_block([(names, names)])
    )

    assert flat(pages).count(names) >= 6


@pytest.mark.parametrize("letter", ["\N{GRINNING FACE}", "\N{ARABIC LETTER SEEN}", "ǩ"])
def test_a_letter_no_font_has_stops_the_making_and_is_named_with_its_place(letter: str) -> None:
    with pytest.raises(MissingLetter) as stopped:
        render(a_document(), [heading("Saksgang", 2), prose("Greit."), heading("Nemndas vurdering", 2), prose(f"Hei {letter}.")])

    assert (stopped.value.letter, stopped.value.place) == (letter, "Nemndas vurdering")
    for language in ("nb", "nn", "en"):
        words = say(stopped.value.obstacles[0], language)
        assert f"U+{ord(letter):04X}" in words
        assert "Nemndas vurdering" in words


def test_a_missing_letter_in_the_header_is_named_too() -> None:
    with pytest.raises(MissingLetter, match="topptekst"):
        render(a_document(short_title="Vik \N{GRINNING FACE}"), [prose("a")])


def test_words_divided_at_line_ends_come_back_whole() -> None:
    text = f"{PARAGRAPH} Ruoŧŧa {PARAGRAPH} Nord-Troms og Finnmark, barne- og familie\N{HYPHEN}sak. " * 4

    divided = render(a_document(), [prose(text)])
    found = flat(pages_of(prose(text)))

    with pypdfium2.PdfDocument(divided) as file:
        assert "\ufffe" in file[0].get_textpage().get_text_range()
    assert " ".join(text.split()) in found


def test_markup_and_unseen_characters_do_no_harm() -> None:
    found = flat(pages_of(prose("<b>x</b> &amp; {y} a\x07b\ufeffc\u202ed \ud800 e\u0301 <font name='z'/>")))

    assert "<b>x</b> &amp; {y} abcd é <font name='z'/>" in found


def test_lists_keep_their_marks_and_dates_are_no_lists() -> None:
    found = "\n".join(
        pages_of(prose("Vi krever:\n1. penger\n2. renter\n\n- fort\n\n1. januar 2024 flyttet barnet.\n\n12 500 kr - minst"))
    )

    assert "1.\xa0januar 2024 flyttet barnet." in found or "1. januar 2024 flyttet barnet." in found
    assert re.search(r"1\.\s*penger", found)
    assert re.search(r"\N{EN DASH}\s*fort", found)
    assert "kr \N{EN DASH} minst" in found


def test_bookmarks_follow_the_headings_and_never_skip_a_level() -> None:
    blocks = [
        heading("Uttalelse"),
        heading("Smått", 3),
        page_break(),
        heading("Saksgang", 2),
        prose("a"),
        heading("Syn", 3),
        prose("b"),
    ]

    with pypdfium2.PdfDocument(render(a_document(), blocks)) as file:
        found = [(mark.level, mark.get_title(), mark.get_dest().get_index()) for mark in file.get_toc()]

    assert found == [(0, "Uttalelse", 0), (1, "Smått", 0), (1, "Saksgang", 1), (2, "Syn", 1)]


def test_a_heading_is_never_left_at_the_foot_of_a_page() -> None:
    for lines in range(30, 44):
        pages = pages_of(prose("\n".join(["linje"] * lines)), heading("OVERSKRIFT", 2), heading("UNDER", 3), prose(PARAGRAPH * 3))
        page = next(page for page in pages if "OVERSKRIFT" in page)
        assert page.count("Saksbehandlingstiden") >= 1
        assert "UNDER" in page


def test_a_heading_goes_with_the_dissent_under_it() -> None:
    for lines in range(30, 44):
        pages = pages_of(prose("\n".join(["linje"] * lines)), heading("OVERSKRIFT", 2), boxed(PARAGRAPH, "Særmerknad fra Bo"))
        assert "Særmerknad fra Bo" in next(page for page in pages if "OVERSKRIFT" in page)


def test_a_paragraph_leaves_at_least_two_lines_on_each_page() -> None:
    for lines in range(30, 44):
        pages = pages_of(prose("\n".join(["linje"] * lines)), prose("\n".join(f"rad-{row}" for row in range(7))))
        shares = [page.count("rad-") for page in pages]
        assert sum(shares) == 7
        assert 1 not in shares


def test_a_dissent_may_run_over_pages() -> None:
    pages = pages_of(heading("Dissens", 2), boxed("\n\n".join([PARAGRAPH] * 25), "Særmerknad fra Bo"))

    assert len(pages) > 1
    assert flat(pages).count("Saksbehandlingstiden") == 25


@pytest.mark.parametrize(
    "blocks", [[], [prose(" \n\n ")], [heading("Alene")], [table(MONEY, [])], [fact_table([]), signature_block([]), boxed("")]]
)
def test_nothing_to_say_still_makes_a_page(blocks: list[Block]) -> None:
    assert "Side 1 av 1" in pages_of(*blocks)[0]


def test_very_long_words_titles_and_names_stay_on_the_page() -> None:
    name = "Kommune" * 30

    found = flat(pages_of(heading(name), prose(name), fact_table([(name, name)]), short_title=name, marked_as_invented=True))

    assert "…" in found
    assert found.replace(" ", "").count(name) >= 3


def test_five_pages_are_made_while_one_waits_and_two_hundred_work() -> None:
    one = [heading("Del", 2), prose("\n\n".join([PARAGRAPH] * 9))]
    render(a_document(), one)

    began = time.process_time()
    render(a_document(), one * 6)
    took = time.process_time() - began

    assert took < 3  # It takes a tenth of one.
    with pypdfium2.PdfDocument(render(a_document(), [*one, page_break()] * 200)) as file:
        assert 200 <= len(file) <= 201


def test_words_of_a_text_lead_to_their_address_wherever_they_stand():
    links = [Link("utdrag s. 47", "https://tvist.invalid/47"), Link("utdrag s. 4", "https://tvist.invalid/4")]
    text = "Se utdrag s. 4 og utdrag\ns. 47.\n\n- Også utdrag s. 4; men ikke utdrag s. 48."

    made = render(a_document(), [prose(text, links=links), boxed("Se utdrag s. 47.", links=links)])
    with pikepdf.open(io.BytesIO(made)) as file:
        found = [str(each.A.URI).rsplit("/", 1)[-1] for page in file.pages for each in page.get("/Annots", [])]

    # What is divided at the end of a line is two pieces to press on.
    assert sorted(found) == ["4", "4", "47", "47", "47"]
