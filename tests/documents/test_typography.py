"""What a reader sees: no lonely lines or pieces of words, sums under each other, long and strange input that neither spoils a page nor gets lost."""

from __future__ import annotations

import re
from itertools import pairwise

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.documents.opinion_records import a_line, a_record
from tests.documents.samples import COLUMNS, LINKS, LONG, a_document
from tests.documents.structure import structure_of
from tests.verapdf import faults
from tvist.decision.document import opinion
from tvist.pdf import Block, Link, MissingLetter, boxed, fact_table, heading, page_break, prose, render, table
from tvist.pdf.lines import SOFT_HYPHEN, followed

FOOT = "Barnevernets tvisteløsningsnemnd"
LONG_NAME = (
    "Sammenslåtte Nordre og Søndre Oppdiktede Kystkommune i Indre og Ytre Fjordlandet med Øyene og Fjellbygdene i Vestre Innland"
)
WORDS = ["saksbehandlingstiden", "barne- og", "nord-sør", "utdrag s. 4", "utdrag s. 47", "Ruoŧŧa", "12 500 kr", "–", "a", "§ 5", "fosterhjemskommunen,"]  # fmt: skip


def pages_of(*blocks: Block) -> list[str]:
    """The text of each page over its foot, a word that goes on in the next line marked with a soft hyphen."""
    with pypdfium2.PdfDocument(render(a_document(), blocks)) as file:
        pages = [page.get_textpage().get_text_range() for page in file]
    return [page.replace("\r\n", "\n").replace("\ufffe", SOFT_HYPHEN) for page in pages]


def lines_of(page: str) -> list[str]:
    """The lines of the column, without header and footer."""
    return [line for line in page.split("\n") if line.strip() and FOOT not in line and "Sak 2026/0001" not in line]


def test_a_name_of_120_letters_stands_whole_wherever_it_is_needed() -> None:
    assert len(LONG_NAME) >= 120
    record = a_record(lines=[a_line(position, municipality=LONG_NAME) for position in (1, 2, 3)])
    record["parties"][0]["name"] = LONG_NAME
    data = render(*opinion(record))

    assert structure_of(data).text.count(LONG_NAME) >= 4
    assert faults(data, "ua1") == []


def test_a_section_of_forty_pages_is_made_and_read_whole() -> None:
    text = "\n\n".join([LONG * 3] * 140)
    data = render(a_document(), [heading("Nemndas vurdering", 2), prose(text, links=LINKS)])

    with pypdfium2.PdfDocument(data) as file:
        assert len(file) >= 40
    assert structure_of(data).text.count("Saksbehandlingstiden") == 420


def test_a_table_of_three_hundred_lines_is_one_table() -> None:
    data = render(
        a_document(), [table(COLUMNS, [("2024", f"rad {row:03}", "1 234,50") for row in range(300)], caption="Utgifter")]
    )

    assert len(list(structure_of(data).only("TBody").all("TR"))) == 300
    assert faults(data, "ua1") == []


@pytest.mark.parametrize("empty", ["", " \n\n \t", "\u200b\ufeff\x07", "-", "1."])
def test_an_empty_section_makes_a_good_document(empty: str) -> None:
    data = render(
        a_document(), [heading("A"), prose(empty), heading(empty, 2), boxed(empty, empty), fact_table([("a", empty)]), prose("b")]
    )

    assert faults(data, "2a") + faults(data, "ua1") == []


@pytest.mark.parametrize(
    "pasted", ["a\u202eb\u202cc", "a\u2066b\u2069c", "a\x00b\x1fc", "a\u200db\ufe0fc", "a\u00adbc", "\ud800abc"]
)
def test_direction_marks_and_control_characters_leave_no_trace(pasted: str) -> None:
    assert structure_of(render(a_document(title=pasted), [heading(pasted), prose(pasted)])).text == "abc abc"


@pytest.mark.parametrize(
    "letter", ["\N{GRINNING FACE}", "\N{HEBREW LETTER ALEF}", "\N{ARABIC LETTER SEEN}", "\N{CJK UNIFIED IDEOGRAPH-4E2D}"]
)
@pytest.mark.parametrize(
    "told", [prose, boxed, lambda text: fact_table([("a", text)]), lambda text: prose("b[^1]", notes=[text])]
)
def test_a_letter_no_font_has_is_named_with_its_place_wherever_it_stands(letter, told) -> None:
    with pytest.raises(MissingLetter) as stopped:
        render(a_document(), [heading("Saksgang"), told(f"Hei {letter}")])

    assert (stopped.value.letter, stopped.value.place) == (letter, "Saksgang")


def test_no_word_is_divided_over_a_page() -> None:
    for lines in range(20, 44):
        pages = pages_of(prose("\n".join(["linje"] * lines)), prose(LONG * 9, links=LINKS if lines % 2 else ()))
        for page, following in pairwise(pages):
            assert not lines_of(page)[-1].strip().endswith(SOFT_HYPHEN)
            assert lines_of(following)


def test_no_paragraph_ends_in_a_lonely_piece_of_a_word() -> None:
    sentence = "Etter mitt syn var det barnets funksjonsnedsettelse som gjorde oppholdet helt og fullt nødvendig."
    for before in range(60):
        (page,) = pages_of(prose(f"{'x' * before} {sentence}", links=[Link("mitt syn", "https://tvist.invalid")] * (before % 2)))
        last = lines_of(page.replace(SOFT_HYPHEN, f"{SOFT_HYPHEN}\n"))[-1]
        assert last.strip() not in {"dig.", "vendig."}


def test_sums_stand_under_each_other_with_narrow_spaces_that_do_not_break() -> None:
    data = render(
        a_document(), [table(COLUMNS, [("a", "b", "1 234 567,50"), ("c", "d", "89,00")], totals=("Sum", "", "1 234 656,50"))]
    )

    with pypdfium2.PdfDocument(data) as file:
        page = file[0].get_textpage()
        letters = [(page.get_text_range(place, 1), page.get_charbox(place, loose=True)) for place in range(page.count_chars())]
    written = "".join(letter for letter, _ in letters).replace("\N{NO-BREAK SPACE}", " ")
    ends = {round(letters[found.end() - 1][1][2], 1) for found in re.finditer(r"\d,\d\d", written)}
    spaces = [letters[found.start()][1] for found in re.finditer(r"(?<=\d) (?=\d{3})", written)]
    assert len(ends) == 1
    # A thin space is a fifth of the size of the letters.
    assert [round(right - left, 1) for left, _, right, _ in spaces] == [pytest.approx(9.2 / 5, abs=0.15)] * 4


def test_from_one_page_to_two_hundred_each_says_which_of_how_many() -> None:
    for count in (1, 2, 200):
        pages = pages_of(*[block for place in range(count) for block in ([page_break()] if place else []) + [prose("a")]])
        assert [f"Side {number} av {count}" in page for number, page in enumerate(pages, 1)] == [True] * count


def test_notes_stand_under_their_section_and_never_alone() -> None:
    for lines in range(30, 44):
        pages = pages_of(
            heading("A"), prose("\n".join(["linje"] * lines) + "[^1]", notes=["NOTEN her."]), heading("B", 2), prose("etter")
        )
        (page,) = [lines_of(page) for page in pages if "NOTEN her." in page]
        place = page.index("1 NOTEN her. ")
        assert [line.strip() for line in page[:place]][-2:] == ["linje", "linje1"], lines
        assert "".join(pages).index("NOTEN") < "".join(pages).index("etter")


@pytest.mark.parametrize("last", ["kort", "en\nto\ntre", "en\nto\ntre\nfire", LONG, "Så:\n- første\n- andre"])
def test_neither_a_heading_nor_notes_are_parted_from_the_text_between_them(last: str) -> None:
    for lines in range(24, 42):
        pages = pages_of(
            prose("\n".join(["linje"] * lines)),
            heading("Over", 2),
            prose("x[^1]", notes=["NOTEN her."]),
            prose(last),
            heading("B", 2),
        )
        read = [[line.strip() for line in lines_of(page)] for page in pages]
        assert [page for page in read if page[-1] == "Over" or page[0] == "1 NOTEN her."] == [], lines
        assert sum(page.count("1 NOTEN her.") for page in read) == 1


@settings(max_examples=60, derandomize=True)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=60), st.integers(0, 40))
def test_any_text_is_read_aloud_as_it_was_written(words: list[str], lines: int) -> None:
    text = " ".join(words)

    tree = structure_of(render(a_document(), [prose("\n".join(["linje"] * lines)), prose(f"x {text}", links=LINKS)]))

    assert list(tree.all("P"))[-1].text == f"x {text}".replace(" - ", " – ")


@pytest.mark.parametrize(
    ("plain", "line", "ended"),
    [
        ("Nord-Troms er ", "Nord-", ("", 5)),
        ("barne- og mer ", "barne-", (" ", 7)),
        ("barnevern mer ", "barne-", (SOFT_HYPHEN, 5)),
        ("barnevern mer ", "barnevern", (" ", 10)),
        ("kommunekommune x ", "kommunekom", ("", 10)),
    ],
)
def test_a_line_ends_as_its_text_does(plain: str, line: str, ended: tuple[str, int]) -> None:
    assert followed(plain, 0, line) == ended
