"""Reads the register's data files."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

FOLDER = Path(__file__).parent / "data"


def rows_of(name: str) -> list[dict[str, str]]:
    """All rows of `data/<name>.csv`, as written."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def day_or_none(text: str) -> date | None:
    """An ISO date; None for an empty cell, which means "still so"."""
    return date.fromisoformat(text) if text else None


def several(text: str) -> tuple[str, ...]:
    """The parts of a cell with `|` between them."""
    return tuple(text.split("|")) if text else ()
