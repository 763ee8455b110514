"""A document as a page: each kind of block told with the elements of HTML, from the same blocks as the PDF."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tvist.pdf import (
    Column,
    Link,
    bar_chart,
    boxed,
    chart,
    code_block,
    fact_table,
    heading,
    page_break,
    prose,
    signature_block,
    table,
)
from tvist.pdf.sheet import Series
from tvist.published.article import nodes
from tvist.published.parts import part

if TYPE_CHECKING:
    from tvist.pdf.blocks import Block


def told(*blocks: Block, known: tuple[str, ...] = ()) -> str:
    """The article on one line."""
    made = part("_article.html", "nb", nodes=list(nodes(blocks, known)), own="nb")
    return re.sub(r">\s+<", "><", " ".join(made.split()))


def test_headings_keep_their_level_and_a_second_title_stands_below_the_first() -> None:
    found = told(heading("En"), heading("To", 2), page_break(), heading("Tre", language="nn"), heading("Fire", 2, language="nn"))
    assert re.findall(r"<h(\d)[^>]*?(?: lang=\"(\w+)\")?>(\w+)<", found) == [
        ("1", "", "En"), ("2", "", "To"), ("2", "nn", "Tre"), ("3", "nn", "Fire")]  # fmt: skip


def test_paragraphs_and_lists_are_read_as_they_are_for_paper() -> None:
    found = told(prose("Først.\nSamme.\n\n- a\n- b\n\n3. tre\n4. fire"))
    assert "Først.<br>Samme.</p>" in found
    assert re.search(r"<ul[^>]*><li>a</li><li>b</li></ul>", found)
    assert re.search(r'<ol[^>]*><li value="3">tre</li><li value="4">fire</li></ol>', found)


def test_a_table_has_caption_scopes_and_totals() -> None:
    columns = [Column("Post"), Column("Sum", align="right")]
    found = told(table(columns, [("1", "10")], totals=("I alt", "10"), caption="Beløp"))
    assert "<caption>Beløp</caption>" in found
    assert found.count('scope="col"') == 2
    assert found.count('scope="row"') == 2
    assert '<td class="tv-number" data-label="Sum">10</td>' in found
    assert "<tfoot>" in found


def test_tables_of_the_parallel_text_are_in_its_language() -> None:
    found = told(heading("En"), heading("To", language="nn"), table([Column("a")], [("b",)]), fact_table([("c", "")]))
    assert '<div class="tv-scroll" lang="nn"' in found
    assert '<dl class="tv-opinion-facts" lang="nn">' in found
    assert "<dd>–</dd>" in found


def test_a_box_stands_apart_under_a_heading_of_its_own() -> None:
    found = told(heading("a", 2), boxed("Jeg er uenig.", "Dissens fra Kåre"))
    assert re.search(r'<section class="tv-boxed" aria-labelledby="(box-\d+)"><h3[^>]*id="\1">Dissens fra Kåre</h3>', found)
    assert "aria-labelledby" not in told(boxed("Uten tittel."))


def test_names_charts_and_codes_are_told_in_words() -> None:
    picture = bar_chart([Series("Inn", [3])], ["2025"], title="Saker", unit="saker", language="nb")
    found = told(signature_block([("Cato", "leder")]), chart(picture), code_block("https://x.example/verify", "Les på nettet:"))
    assert "<strong>Cato</strong><br>leder" in found
    assert "<title>Saker</title>" in found
    assert '<a class="ds-link" href="https://x.example/verify">https://x.example/verify</a>' in found


def test_notes_are_numbered_through_the_document_and_lead_there_and_back() -> None:
    found = told(prose("a[^1]", notes=["Se b."]), prose("c[^1]", notes=["Se d."]))
    assert re.findall(r'href="#note-(\d)" id="mark-(\d)"', found) == [("1", "1"), ("2", "2")]
    assert re.findall(r'<li value="(\d)" id="note-\d">(Se \w\.)', found) == [("1", "Se b."), ("2", "Se d.")]


def test_only_known_numbers_and_given_links_lead_somewhere() -> None:
    words = "Se BTN-2026-1, BTN-2026-12 og side 4."
    found = told(prose(words, links=[Link("side 4", "/x")]), known=("BTN-2026-1",))
    assert re.findall(r'href="([^"]+)"', found) == ["/opinions/BTN-2026-1", "/x"]


@pytest.mark.parametrize("words", ["<b>x</b>", "a & b", '" onclick="x', "{{ 7 * 7 }}"])
def test_what_people_typed_is_text_and_never_markup(words: str) -> None:
    found = told(heading(words), prose(words), boxed(words, words), fact_table([(words, words)]))
    assert "<b>" not in found
    assert "49" not in found
    assert ' onclick="x"' not in found
