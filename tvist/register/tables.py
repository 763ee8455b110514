"""Reads the register's data files."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from tvist.tables import rows_in

rows_of: Final = partial(rows_in, Path(__file__).parent / "data")


def several(text: str) -> tuple[str, ...]:
    """The parts of a cell with `|` between them."""
    return tuple(text.split("|")) if text else ()
