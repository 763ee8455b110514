"""Reads the data files of the procedure."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tvist.tables import rows_in

if TYPE_CHECKING:
    from datetime import date

rows_of: Final = partial(rows_in, Path(__file__).parent / "data")


def within(day: date, first: date | None, last: date | None) -> bool:
    """Whether `day` lies between two ends, both included; None is an open end."""
    return (first is None or first <= day) and (last is None or day <= last)
