"""Lines of the log as a file for a spreadsheet, in the reader's language and Oslo's time; no cell of it can be a formula."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from tvist.clock import OSLO
from tvist.words import Message, label, render

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tvist.oversight.openings import Line

BYTE_ORDER_MARK: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
FORMULA_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet takes a cell that begins so for a formula."""
MOST_LINES: Final = 100_000
"""No file holds more: the period is narrowed."""
COLUMNS: Final = ("at", "name", "roles", "what", "thing", "number", "allowed", "channel", "purpose")


def as_csv(lines: Iterable[Line], language: str) -> str:
    """Semicolons, a mark that says UTF-8, moments as `2026-03-02 12:00:05` in Oslo."""
    written = io.StringIO()
    table = csv.writer(written, delimiter=";")
    table.writerow(render(Message(f"oversight.column.{column}"), language) for column in COLUMNS)
    for line in lines:
        cells = (
            line.at.astimezone(OSLO).strftime("%Y-%m-%d %H:%M:%S"),
            line.name,
            ", ".join(render(role, language) for role in line.held),
            render(line.what, language),
            render(line.thing, language),
            line.number,
            render(Message("oversight.yes" if line.allowed else "oversight.denied"), language),
            render(label(line.channel), language),
            line.purpose,
        )
        table.writerow(safe(cell) for cell in cells)
    return BYTE_ORDER_MARK + written.getvalue()


def safe(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_BEGINS) else cell
