"""Tables on paper: headers repeated, sums unbroken, small ones whole, long ones over many pages."""

from __future__ import annotations

from datetime import date

import pypdfium2
import pytest

from tvist.pdf import Block, Column, Document, heading, prose, render, table

COLUMNS = [Column("Periode"), Column("Grunnlag", weight=2), Column("Beløp", align="right")]
DOCUMENT = Document("Uttalelse", "nb", "2026-0001", "Vik mot Bufetat", date(2026, 3, 4))


def pages_of(*blocks: Block) -> list[str]:
    with pypdfium2.PdfDocument(render(DOCUMENT, blocks)) as file:
        return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in file]


def test_three_hundred_rows_come_out_once_each_under_a_repeated_header() -> None:
    pages = pages_of(
        table(
            COLUMNS,
            [("2024", f"rad-{row:03}", "1 234,50") for row in range(300)],
            totals=("Sum", "", "370 350,00"),
            caption="Utgifter",
        )
    )

    text = "".join(pages)
    assert all(text.count(f"rad-{row:03}") == 1 for row in range(300))
    assert all("Beløp" in page and "Periode" in page for page in pages)
    assert text.count("Utgifter") == 1


def test_the_sum_never_stands_alone_on_a_page() -> None:
    for rows in range(25, 60):
        pages = pages_of(
            table(COLUMNS, [("2024", f"rad-{row:03}", "1,00") for row in range(rows)], totals=("TIL SAMMEN", "", "9,00"))
        )
        assert f"rad-{rows - 1:03}" in next(page for page in pages if "TIL SAMMEN" in page)


def test_a_small_table_is_kept_whole_with_its_caption_and_heading() -> None:
    for lines in range(24, 44):
        small = table(COLUMNS, [("2024", f"rad-{row}", "1,00") for row in range(6)], caption="BEREGNING")
        pages = pages_of(prose("\n".join(["linje"] * lines)), heading("SLUTNING", 2), small)
        page = next(page for page in pages if "SLUTNING" in page)
        assert all(word in page for word in ("BEREGNING", "Periode", "rad-0", "rad-5"))


def test_a_caption_stays_with_the_first_rows_of_a_long_table() -> None:
    for lines in range(28, 44):
        long = table(COLUMNS, [("2024", f"rad-{row}", "1,00") for row in range(60)], caption="BEREGNING")
        pages = pages_of(prose("\n".join(["linje"] * lines)), heading("SLUTNING", 2), long)
        page = next(page for page in pages if "SLUTNING" in page)
        assert all(word in page for word in ("BEREGNING", "Periode", "rad-0", "rad-1"))


def test_sums_are_never_broken_over_lines() -> None:
    wide = [
        Column("En lang tekst", weight=9),
        Column("Krevd", align="right", weight=0.1),
        Column("Bør dekkes", align="right", weight=0.1),
    ]

    (page,) = pages_of(table(wide, [("tekst " * 40, "123 456 789,50", "1 234 567,00 kr")]))

    assert any("123 456 789,50" in line.replace("\xa0", " ") for line in page.split("\n"))
    assert any("1 234 567,00 kr" in line.replace("\xa0", " ") for line in page.split("\n"))


def test_a_cell_higher_than_a_page_is_broken_inside() -> None:
    pages = pages_of(table(COLUMNS, [("2024", "ord " * 3000, "1,00"), ("2025", "kort", "2,00")], totals=("Sum", "", "3,00")))

    assert len(pages) > 2
    assert sum(page.split().count("ord") for page in pages) == 3000


@pytest.mark.parametrize("rows", range(1, 7))
@pytest.mark.parametrize("words", [60, 200, 400])
def test_rows_of_any_height_come_out_once_each(rows: int, words: int) -> None:
    pages = pages_of(
        table(COLUMNS, [("2024", f"rad-{row} {'ord ' * words}", "1,00") for row in range(rows)], totals=("Sum", "", "3,00"))
    )

    text = "".join(pages)
    assert all(text.count(f"rad-{row}") == 1 for row in range(rows))
    assert text.split().count("ord") == rows * words


def test_a_row_of_another_width_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="a row of 2 cells in a table of 3 columns"):
        table(COLUMNS, [("a", "b")])
    with pytest.raises(ValueError, match="a row of 1 cells"):
        table(COLUMNS, [], totals=("a",))
