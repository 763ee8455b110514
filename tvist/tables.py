"""Reads the data files of the rooms: tables as CSV, with days as ISO."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def rows_in(folder: Path, name: str) -> list[dict[str, str]]:
    """All rows of `<folder>/<name>.csv`, as written."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def day_or_none(text: str) -> date | None:
    """An ISO date; None for an empty cell, which means an open end: "still so"."""
    return date.fromisoformat(text) if text else None
