"""Requests with lines that are conceded: two lines with a sum and one of principle, all claimed of the state."""

from __future__ import annotations

from typing import Any

from tests.scenes.intake import a_line

SUM = 10_000_000
"""The second line, in øre."""


def three_lines() -> list[dict[str, Any]]:
    """Raw lines: a month's rate, a sum of 100 000 kroner, and a line of principle."""
    plain = {"paid_by": "state", "paid": "", "rate": "", "count": ""}
    return [
        a_line(),
        a_line(**plain | {"unit": "sum", "rate": "100 000", "measure": "foster_home", "from": "2024-01-01", "to": "2024-01-31"}),
        a_line(
            **plain | {"unit": "principle", "measure": "foster_home", "from": "2024-02-01", "to": "2024-02-28"},
        ),
    ]
