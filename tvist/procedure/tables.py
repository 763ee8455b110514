"""Reads the data files of the procedure."""

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
    """An ISO date; None for an empty cell, which means an open end."""
    return date.fromisoformat(text) if text else None


def within(day: date, first: date | None, last: date | None) -> bool:
    """Whether `day` lies between two ends, both included; None is an open end."""
    return (first is None or first <= day) and (last is None or day <= last)
