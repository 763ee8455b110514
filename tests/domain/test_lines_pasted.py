"""A table from a spreadsheet: headings in three languages or a fixed order, cells as typed, and each fault by row and column."""

from __future__ import annotations

import pytest

from tests.scenes.intake import TODAY
from tvist.intake.pasting import FIXED, Table, read_table, words_of
from tvist.procedure.settings import procedure_on

VIK = {"4639": "Vik kommune"}
ROW = ("barnevernsinstitusjon", "10.03.2024", "15.06.2024", "måned", "65 000,00", "", "staten", "kommunen", "208 629,03", "cwa2021_16",
       "health_care_services", "§ 16-5")  # fmt: skip


def table(*rows: tuple[str, ...], **more: object) -> Table:
    text = "\r\n".join("\t".join(row) for row in rows)
    return read_table(text, municipalities=more.get("municipalities", VIK), rules=procedure_on(TODAY), on=TODAY)  # type: ignore[arg-type]  # `more` may hold anything.


def row(**changes: str) -> tuple[str, ...]:
    return tuple(changes.get(name.replace("from", "from_"), cell) for name, cell in zip(FIXED, ROW, strict=True))


def test_rows_without_headings_stand_in_the_fixed_order():
    found = table(ROW)
    assert (found.faults, found.incomplete, found.unknown) == ((), 0, ())
    line = found.lines[0]
    assert (line["measure"], line["unit"], line["should_bear"], line["paid_by"]) == (
        "institution",
        "month",
        "state",
        "municipality",
    )
    assert (line["from"], line["rate"], line["runs"]) == ("10.03.2024", "65 000,00", False)


@pytest.mark.parametrize(
    "heading",
    [
        ("Tiltak", "Fra", "Til", "Sats"),
        ("Tiltak", "Frå og med", "Til og med", "Beløp"),
        ("Measure", "First day", "Last day", "Rate"),
    ],
)
def test_columns_are_known_by_their_headings_in_any_order(heading):
    found = table(tuple(reversed(heading)), ("12 000", "31.01.2024", "1.1.2024", "MST"))
    line = found.lines[0]
    assert (line["measure"], line["from"], line["to"], line["rate"]) == ("mst", "1.1.2024", "31.01.2024", "12 000")


def test_no_heading_stands_for_two_columns():
    seen: dict[str, str] = {}
    for field in (*FIXED, "municipality", "measure_words", "runs", "known_until", "caregivers", "children"):
        for word in words_of(field):
            assert seen.setdefault(word, field) == field, word


def test_one_bad_cell_among_five_hundred_is_named_by_row_and_column_and_nothing_is_lost():
    found = table(*(row(rate="12,5k") if place == 321 else ROW for place in range(1, 501)))
    assert len(found.lines) == 500
    assert [(fault.row, fault.column, fault.message.code) for fault in found.faults] == [(321, "rate", "money.sum_unclear")]
    assert found.lines[320]["rate"] == "12,5k"


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"from_": "31.2.2024"}, "from", "money.date_no_such_day"),
        ({"measure": "hotell"}, "measure", "intake.paste.not_a_choice"),
        ({"unit": "uke"}, "unit", "intake.paste.not_a_choice"),
        ({"basis_words": "§ 1 \N{GRINNING FACE}"}, "basis_words", "pdf.missing_letters"),
    ],
)
def test_what_is_wrong_stays_as_typed_and_says_where_it_stands(changes, column, code):
    found = table(("Tiltak", "Første dag", "Siste dag", "Per", "Sats", "Antall", "Bør dekke", "Betalt av", "Betalt", "Grunnlag stat",
                   "Grunnlag kommune", "Paragraf"), row(**changes))  # fmt: skip
    assert [(fault.row, fault.column, fault.message.code) for fault in found.faults] == [(2, column, code)]
    assert found.lines[0][column] == next(iter(changes.values()))


def test_a_running_measure_may_be_told_in_the_column_of_the_last_day():
    line = table(row(to="løper")).lines[0]
    assert (line["to"], line["runs"]) == ("", True)


def test_gaps_are_no_faults_empty_rows_are_passed_over_and_rows_count_as_in_the_spreadsheet():
    found = table(row(paid_by=""), ("",) * 12, row(rate="mye"))
    assert (len(found.lines), found.incomplete) == (2, 1)
    assert [fault.row for fault in found.faults] == [3]


def test_a_municipality_is_known_by_its_name_and_an_unknown_heading_is_named():
    both = {"4639": "Vik kommune", "4644": "Luster kommune"}
    found = table(("Kommune", "Tiltak", "Farge"), ("Luster kommune", "mst", "blå"), municipalities=both)
    assert found.lines[0]["municipality"] == "4644"
    assert found.unknown == ("Farge",)


def test_cells_with_line_breaks_and_a_lone_quote_lose_no_row():
    quoted = table(row(basis_words='"§ 16-5\nandre ledd"'), ROW)
    assert [line["basis_words"] for line in quoted.lines] == ["§ 16-5 andre ledd", "§ 16-5"]
    assert len(table(row(basis_words='"§ 16-5'), ROW, ROW).lines) == 3


def test_a_cell_longer_than_any_reader_takes_is_told_of():
    found = table(row(basis_words="x" * 200_000), ROW)
    assert [(fault.row, fault.column) for fault in found.faults] == [(1, "basis_words")]


def test_unseen_letters_of_a_word_processor_do_not_hide_a_choice():
    assert table(row(measure="barneverns\N{SOFT HYPHEN}institusjon\N{ZERO WIDTH SPACE}")).lines[0]["measure"] == "institution"
