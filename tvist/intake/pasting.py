"""A table from a spreadsheet becomes raw claim lines, each cell as it was typed; what is wrong is told by row and column.

Pure. Start at `read_table`. Columns are known by their headings in bokmål, nynorsk or English; without headings they stand in the order of
`FIXED`. Rows are counted as the spreadsheet counts them, the heading included.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final, cast

from tvist.cases.money import AmountUnit, Bearer
from tvist.intake.lines import FIELDS, read_line
from tvist.intake.reading import Reader
from tvist.procedure.codes import CodeKind, codes
from tvist.register.collation import folded
from tvist.words import LANGUAGES, Message, label, render

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from tvist.procedure.settings import Procedure

FIXED: Final = (
    "measure", "from", "to", "unit", "rate", "count", "should_bear", "paid_by", "paid", "state_basis", "municipal_basis", "basis_words",
)  # fmt: skip
"""The order of the columns of a table without headings."""
RUNNING: Final = frozenset({"løper", "løpende", "runs", "running", "løper ennå", "still runs"})
YES: Final = frozenset({"ja", "x", "yes", "sant", "true", "1", *RUNNING})
NO: Final = frozenset({"", "nei", "no", "usant", "false", "0"})
CODED: Final = {"measure": CodeKind.MEASURE, "state_basis": CodeKind.STATE_BASIS, "municipal_basis": CodeKind.MUNICIPAL_BASIS}


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong in one cell: the row of the spreadsheet (from 1), the column (a field), and what to do."""

    row: int
    column: str
    message: Message


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of a table as typed, how many of them still lack something, and what is wrong."""

    lines: tuple[dict[str, Any], ...]
    incomplete: int
    faults: tuple[CellFault, ...]
    unknown: tuple[str, ...]
    """Headings that name no column."""


def read_table(text: str, *, municipalities: Mapping[str, str], rules: Procedure, on: date) -> Table:
    """The table as raw lines, with all that is wrong. `municipalities`: the parties' names by number. Wholly empty rows are passed over."""
    rows = [(place, [cell.strip() for cell in row]) for place, row in enumerate(_rows(text), start=1)]
    rows = [(place, row) for place, row in rows if any(row)]
    headings = _headings(rows[0][1]) if rows else None
    columns: Sequence[str | None] = headings or FIXED
    unknown = tuple(cell for cell, column in zip(rows[0][1], headings, strict=True) if cell and not column) if headings else ()
    check = partial(read_line, municipalities=list(municipalities), on=on, born=None)
    lines, faults, incomplete = [], [], 0
    for place, row in rows[1:] if headings else rows:
        raw = _line(dict(zip(columns, row, strict=False)), municipalities)
        wrong, has_gaps = _wrong(Reader(raw, rules), place, check)
        surplus = [cell for cell in row[len(columns) :] if cell]
        lines.append(raw)
        faults += wrong + [CellFault(place, "", Message("intake.paste.too_many_cells", text=cell)) for cell in surplus[:1]]
        incomplete += has_gaps
    return Table(tuple(lines), incomplete, tuple(faults), unknown)


def words_of(field: str) -> frozenset[str]:
    """The headings by which a column is known, in all languages, folded."""
    found = {part for language in LANGUAGES for part in render(Message(f"intake.paste.heading.{field}"), language).split("|")}
    return frozenset({folded(part) for part in found} | {folded(field)})


def _rows(text: str) -> list[list[str]]:
    """The cells: parted by tabs, else by semicolons. A cell with line breaks stands in quotes; with an odd quote, none are heeded."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    mark = "\t" if "\t" in plain else ";"
    if plain.count('"') % 2:
        return [line.split(mark) for line in plain.split("\n")]
    try:
        return [[" ".join(cell.split("\n")) for cell in row] for row in csv.reader(io.StringIO(plain), delimiter=mark)]
    except csv.Error:
        # A cell longer than the reader takes: parted plainly, so that it can be told which cell is too long.
        return [line.split(mark) for line in plain.split("\n")]


def _headings(row: Sequence[str]) -> list[str | None] | None:
    """The field of each column, None for an unknown one; None for a row that is no heading. Two known words make a heading."""
    known = _columns()
    found: list[str | None] = []
    for cell in row:
        field = known.get(_folded(cell))
        # A second column of the same name would overwrite the first.
        found.append(None if field in found else field)
    return found if sum(field is not None for field in found) > 1 else None


def _line(cells: Mapping[str | None, str], municipalities: Mapping[str, str]) -> dict[str, Any]:
    """One raw line: codes where a cell names one in any language, else what was typed."""
    raw: dict[str, Any] = {field: cells.get(field, "") for field in FIELDS if field != "runs"}
    for field, kind in CODED.items():
        raw[field] = _code_names(kind).get(_folded(raw[field]), raw[field])
    raw["unit"] = _names(AmountUnit, "unit").get(_folded(raw["unit"]), raw["unit"])
    for field in ("should_bear", "paid_by"):
        raw[field] = _names(Bearer, "bearer").get(_folded(raw[field]), raw[field])
    by_name = {folded(name): number for number, name in municipalities.items()}
    raw["municipality"] = by_name.get(_folded(raw["municipality"]), raw["municipality"])
    runs = cells.get("runs", "")
    raw["runs"] = _folded(runs) in YES if _folded(runs) in YES | NO else runs
    if _folded(raw["to"]) in RUNNING:
        raw["runs"], raw["to"] = True, ""
    return raw


def _folded(cell: str) -> str:
    """For comparison: without what a word processor puts unseen into words."""
    return folded("".join(letter for letter in cell if unicodedata.category(letter) != "Cf"))


@cache
def _columns() -> dict[str, str]:
    return {word: field for field in FIELDS for word in words_of(field)}


@cache
def _code_names(kind: CodeKind) -> dict[str, str]:
    """The codes by what they are called in any language, and by themselves."""
    called = {folded(render(code.label, language)): code.code for code in codes(kind) for language in LANGUAGES}
    return {folded(code.code): code.code for code in codes(kind)} | called


@cache
def _names(kind: type[AmountUnit | Bearer], words: str) -> dict[str, str]:
    """The values by what they are called: their labels, and the shorter words of the catalogue."""
    names: dict[str, str] = {}
    for member in kind:
        for language in LANGUAGES:
            short = render(Message(f"intake.paste.{words}.{member.value}"), language)
            names |= {folded(part): member.value for part in (render(label(member), language), *short.split("|"))}
    return names


def _wrong(reader: Reader, row: int, check: Callable[[Reader], object]) -> tuple[list[CellFault], bool]:
    """What is wrong in the cells of a row, and whether something is still missing."""
    raw = cast("dict[str, Any]", reader.raw)
    faults = []
    if not isinstance(raw["runs"], bool):
        faults.append(CellFault(row, "runs", Message("intake.paste.not_yes_or_no", text=raw["runs"])))
        raw["runs"] = False
    check(reader)
    for fault in reader.faults:
        if fault.is_gap:
            continue
        message = fault.message
        if message.code == "intake.not_a_choice":
            message = Message("intake.paste.not_a_choice", text=str(raw.get(fault.path, "")))
        faults.append(CellFault(row, fault.path, message))
    return faults, any(fault.is_gap for fault in reader.faults)
