"""Municipalities that hold tasks of the state: a dated table that makes a warning, never a block (rule 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from tvist.errors import NotFound
from tvist.register.municipalities import all_municipalities, lineage
from tvist.register.tables import rows_of
from tvist.tables import day_or_none
from tvist.words import Message


@dataclass(frozen=True, slots=True)
class _Holder:
    number: str
    name: str
    valid_from: date
    valid_to: date | None
    is_trial: bool


def holds_state_tasks(number: str, on: date, until: date | None = None) -> Message | None:
    """A warning where the municipality, or what it was made from, held the state's tasks between `on` and `until` (both included).

    The number may be of any time; `until` is `on` when left out. The trial's first and last days are known to the year only, so the
    message names years. Raises NotFound for a number that never was.
    """
    last = until or on
    rows = [row for row in all_municipalities() if row.number == number]
    if not rows:
        raise NotFound(f"municipality {number}")
    numbers = {other.number for row in rows for other in lineage(row)}
    for holder in _holders():
        if holder.number in numbers and holder.valid_from <= last and (holder.valid_to is None or on <= holder.valid_to):
            return _warning(holder)
    return None


def _warning(holder: _Holder) -> Message:
    if not holder.is_trial:
        return Message("register.holds_state_tasks", name=holder.name)
    same = [other for other in _holders() if other.name == holder.name]
    first = min(other.valid_from for other in same).year
    last = max(other.valid_to for other in same if other.valid_to is not None).year
    return Message("register.held_state_tasks_in_trial", name=holder.name, first_year=first, last_year=last)


@lru_cache(maxsize=1)
def _holders() -> tuple[_Holder, ...]:
    return tuple(
        _Holder(
            row["number"],
            row["name"],
            date.fromisoformat(row["valid_from"]),
            day_or_none(row["valid_to"]),
            row["kind"] == "trial",
        )
        for row in rows_of("state_task_holders")
    )
