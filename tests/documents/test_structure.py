"""The structure read as a reader for the blind reads it: order, heads of tables, labels of lists, links, languages, words that are whole."""

from __future__ import annotations

import io
import re
from itertools import pairwise

import pikepdf
import pypdfium2
import pytest

from tests.documents.opinion_records import a_record
from tests.documents.samples import ADDRESS, COLUMNS, LINKS, LONG, a_document, everything, many
from tests.documents.structure import Node, structure_of
from tvist.decision.document import opinion
from tvist.pdf import Block, boxed, code_block, heading, prose, render, table


def read(*blocks: Block) -> Node:
    return structure_of(render(a_document(), blocks))


def test_the_opinion_is_read_in_the_order_it_is_written() -> None:
    tree = structure_of(render(*opinion(a_record())))

    heads = [node.text for node in tree.all() if node.kind in {"H1", "H2"}]
    assert heads[0] == "Rådgivende uttalelse"
    places = [heads.index(each) for each in ("Sakens bakgrunn", "Nemndas vurdering", "Dissens og særmerknader", "Slutning")]
    assert places == sorted(places)
    said = tree.text
    assert (
        said.index("10. mars 2024 flyttet Barn A")
        < said.index("Mindretallet, Kåre Oppdiktet")
        < said.index("bør Bufetat region vest")
    )


def test_no_level_of_headings_is_skipped_and_bookmarks_are_the_same() -> None:
    tree = read(
        heading("A", 2), prose("a"), heading("B", 3), prose("b"), heading("C", 1), prose("c"), heading("D", 3), prose("d")
    )

    assert [node.kind for node in tree.all() if node.kind[0] == "H"] == ["H1", "H2", "H1", "H2"]


def test_page_furniture_is_not_read_aloud() -> None:
    said = structure_of(render(a_document(), many(1))).text

    for furniture in ("Side 1", "Barnevernets tvisteløsningsnemnd", "Sak 2026/0001", "Oppdiktet eksempel"):
        assert furniture not in said


def test_words_divided_on_paper_are_whole_aloud_copied_and_searched() -> None:
    text = f"{LONG} " * 3
    data = render(a_document(), [prose(text, links=LINKS)])

    with pypdfium2.PdfDocument(data) as file:
        page = file[0].get_textpage()
        copied = page.get_text_range()
        divided = {first + last for first, last in re.findall(r"(\w+)\ufffe(\w+)", copied)}
        finds = {word: searched(page, word) for word in {*divided, "Saksbehandlingstiden"}}
    assert {"Fylkesnemnda", "kostnadsfordelingen"} <= divided
    assert {word: len(lines) for word, lines in finds.items()} == {word: text.count(word) for word in finds}
    assert {word for word, lines in finds.items() if 2 in lines} == divided
    assert " ".join(copied.replace("\ufffe", "").split()).count(" ".join(LONG.split())) == 3
    assert structure_of(data).only("P").text == " ".join(text.split())
    assert "Saksbehandlingstiden" in structure_of(data).text.split()


def searched(page: pypdfium2.PdfTextPage, word: str) -> list[int]:
    """Over how many lines the word stands, for each time it is found as the viewer of Chromium finds it.

    PDFium tells by U+FFFE that a word goes on in the next line; Chromium leaves that letter, and a space of no width, out of what is copied
    and searched (its pdf/pdfium/pdfium_range.h).
    """
    letters = [(place, page.get_text_range(place, 1)) for place in range(page.count_chars())]
    seen = [(place, letter) for place, letter in letters if letter not in {"\ufffe", "\u200b"}]
    finds = re.finditer(rf"\b{word}\b", "".join(letter for _, letter in seen))
    stretches = [[place for place, _ in seen[each.start() : each.end()]] for each in finds]
    return [len({round(page.get_charbox(place, loose=True)[1]) for place in stretch}) for stretch in stretches]


@pytest.mark.parametrize("width", range(20, 60, 4))
def test_a_word_at_the_end_of_any_line_is_one_word(width: int) -> None:
    text = " ".join(["x" * width, *["saksbehandlingstiden"] * 40])

    assert read(prose(text)).text.split()[1:] == ["saksbehandlingstiden"] * 40


def test_a_paragraph_over_pages_is_one() -> None:
    tree = read(prose(LONG * 30, links=LINKS))

    (paragraph,) = tree.all("P")
    assert len(paragraph.pages) > 1
    assert paragraph.text == " ".join((LONG * 30).split())


def test_a_table_over_pages_is_one_and_its_head_is_read_once() -> None:
    tree = read(
        table(COLUMNS, [("2024", f"rad {row}", "1,00") for row in range(90)], totals=("Sum", "", "90,00"), caption="Utgifter")
    )

    whole = tree.only("Table")
    assert whole.kinds == ["Caption", "THead", "TBody"]
    assert whole.only("Caption").text == "Utgifter"
    head = whole.only("THead").only("TR")
    assert [(cell.kind, cell.scope, cell.text) for cell in head.all()] == [
        ("TH", "Column", title) for title in ("Periode", "Grunnlag", "Beløp")
    ]
    rows = list(whole.only("TBody").all("TR"))
    assert [row.kinds for row in rows] == [["TH", "TD", "TD"]] * 91
    assert [next(row.all("TD")).text for row in rows] == [*(f"rad {row}" for row in range(90)), ""]
    assert len({page for cell in whole.all("TH") for page in cell.pages}) > 2
    assert all(cell.scope == "Row" for row in rows for cell in row.all("TH"))


def test_a_cell_over_pages_is_one() -> None:
    tree = read(table(COLUMNS, [("2024", "ord " * 3000, "1,00"), ("2025", "kort", "2,00")]))

    rows = list(tree.only("TBody").all("TR"))
    assert [row.kinds for row in rows] == [["TH", "TD", "TD"]] * 2
    assert next(rows[0].all("TD")).text.split() == ["ord"] * 3000


def test_facts_are_rows_with_their_labels_as_heads() -> None:
    facts = next(structure_of(render(a_document(), everything())).all("Table"))

    assert [(cell.kind, cell.scope, cell.text) for cell in next(facts.all("TR")).all()] == [
        ("TH", "Row", "Avgitt"),
        ("TD", "", "4. mars 2026"),
    ]


def test_items_have_their_label_and_their_body() -> None:
    tree = read(prose("Vi krever:\n- penger fordi utdrag s. 4 sier det\n- renter\n\n1. først\n2. så", links=LINKS))

    told = [[(item.only("Lbl").text, item.only("LBody").text) for item in each.all("LI")] for each in tree.all("L")]
    assert told == [[("–", "penger fordi utdrag s. 4 sier det"), ("–", "renter")], [("1.", "først"), ("2.", "så")]]
    assert [each.numbering for each in tree.all("L")] == ["Disc", "Decimal"]


def test_links_are_read_within_their_sentence_and_say_where_they_lead() -> None:
    tree = read(prose("Se utdrag s. 47 og så utdrag s. 4, begge.", links=LINKS), prose("utdrag s. 47", links=LINKS))

    assert [node.text for node in tree.all("P")] == ["Se utdrag s. 47 og så utdrag s. 4, begge.", "utdrag s. 47"]
    assert [(link.text, link.links) for link in tree.all("Link")] == [
        ("utdrag s. 47", [(f"{ADDRESS}47", "utdrag s. 47")]),
        ("utdrag s. 4", [(f"{ADDRESS}4", "utdrag s. 4")]),
        ("utdrag s. 47", [(f"{ADDRESS}47", "utdrag s. 47")]),
    ]


def test_a_link_over_lines_is_one_with_a_place_to_press_on_each() -> None:
    found = [
        link
        for width in range(50, 80)
        for link in read(prose(f"{'x' * width} utdrag s. 47 slutt", links=LINKS)).all("Link")
        if len(link.links) == 2
    ]

    assert found
    assert all((link.text, {words for _, words in link.links}) == ("utdrag s. 47", {"utdrag s. 47"}) for link in found)


def test_a_dissent_is_a_text_apart_and_read_after_its_title() -> None:
    apart = read(heading("Dissens", 2), boxed("Jeg er uenig.\n\n- fordi", "Særmerknad fra Bo")).only("BlockQuote")

    assert apart.kinds == ["P", "P", "L"]
    assert apart.text.startswith("Særmerknad fra Bo Jeg er uenig.")


def test_pictures_are_told_in_words() -> None:
    tree = structure_of(render(a_document(), everything()))

    told = [figure.alternative for figure in tree.all("Figure")]
    assert told[0] == "Diagram: Saker (saker). Mottatt: 2024: 12; 2025: 30; 2026: 22."
    assert told[-1] == f"QR-kode som fører til {ADDRESS}1"


def test_only_what_is_in_another_language_says_so() -> None:
    tree = structure_of(render(a_document(), everything()))

    spoken = [(node.kind, node.language) for node in tree.all() if node.language]
    assert spoken == [("P", "nn-NO"), ("H2", "en-GB"), ("P", "en-GB"), ("Figure", "nn-NO"), ("Figure", "en-GB")]


def test_a_note_is_marked_in_its_sentence_and_read_at_the_end_of_its_section() -> None:
    tree = read(
        heading("A"),
        prose("Ett[^1] og to[^2].", notes=["Første.", "Andre."]),
        prose("Mer."),
        heading("B", 2),
        prose("Tre[^1].", notes=["Tredje."]),
    )

    assert tree.kinds == ["H1", "P", "P", "Note", "Note", "H2", "P", "Note"]
    assert [node.only("Lbl").text for node in tree.all("Note")] == ["1", "2", "3"]
    assert [node.only("P").text for node in tree.all("Note")] == ["Første.", "Andre.", "Tredje."]
    assert next(tree.all("P")).text == "Ett1 og to2."
    references = [node.only("Link") for node in tree.all("Reference")]
    assert [(link.text, link.links) for link in references] == [(number, [("", f"Note {number}")]) for number in ("1", "2", "3")]


@pytest.mark.parametrize(("text", "notes"), [("uten merke", ["a"]), ("[^1][^2]", ["a"]), ("[^2]", ["a"])])
def test_a_note_without_its_mark_is_refused(text: str, notes: list[str]) -> None:
    with pytest.raises(ValueError, match="notes, and marks of"):
        prose(text, notes=notes)


def test_marks_of_notes_are_plain_text_where_there_are_none() -> None:
    assert read(prose("se [^1]")).text == "se [^1]"


def test_the_code_on_paper_stands_beside_its_words() -> None:
    tree = read(code_block(f"{ADDRESS}1", f"Skriv koden.\n\n{ADDRESS}1"))

    assert tree.kinds == ["Figure", "P", "P"]
    assert [link.links for link in tree.all("Link")] == [[(f"{ADDRESS}1", f"{ADDRESS}1")]]
    with pytest.raises(ValueError, match="no code that can be read from paper"):
        code_block("https://tvist.invalid/" + "a" * 300, "")


def test_what_leads_back_from_a_page_is_the_element_it_came_from() -> None:
    with pikepdf.open(io.BytesIO(render(a_document(), many(2)))) as file:
        numbers = list(file.Root.StructTreeRoot.ParentTree.Nums)
        keys = [int(each) for each in numbers[::2]]
        assert keys == list(range(len(keys)))
        assert all(before < after for before, after in pairwise(keys))
        for page in file.pages:
            elements = numbers[2 * int(page.obj.StructParents) + 1]
            assert all(int(place) >= 0 and element.S != "/Document" for place, element in enumerate(elements))
