"""Dated codes: measures, legal bases, grounds, endings, outcomes. One file holds them; the words stand in `codes.po`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from tvist.procedure.tables import rows_of, within
from tvist.tables import day_or_none
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date


class CodeKind(StrEnum):
    """What a code tells of."""

    MEASURE = "measure"
    STATE_BASIS = "state_basis"
    MUNICIPAL_BASIS = "municipal_basis"
    CONFLICT_GROUND = "conflict_ground"
    DISMISSAL_GROUND = "dismissal_ground"
    DISCONTINUATION = "discontinuation"
    RESTING_REASON = "resting_reason"
    OUTCOME = "outcome"
    NEW_TREATMENT_GROUND = "new_treatment_ground"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True, slots=True)
class Code:
    """One code with the period it can be chosen in, both ends included (None is open), and whether it needs words beside it."""

    kind: CodeKind
    code: str
    valid_from: date | None
    valid_to: date | None
    words_required: bool
    note: str

    @property
    def label(self) -> Message:
        """What the code is called."""
        return code_label(self.kind, self.code)


def codes(kind: CodeKind | str, on: date | None = None) -> tuple[Code, ...]:
    """The codes of a kind in the order of the file; with a day, those that can be chosen then. Raises ValueError for no kind."""
    return tuple(code for code in _all()[CodeKind(kind)] if on is None or within(on, code.valid_from, code.valid_to))


def code_named(kind: CodeKind | str, code: str, on: date | None = None) -> Code | None:
    """The code itself, or None where there is none of that name (on that day)."""
    return next((found for found in codes(kind, on) if found.code == code), None)


def is_code(kind: CodeKind | str, code: str, on: date | None = None) -> bool:
    """Whether the code exists; with a day, whether it could be chosen then."""
    return code_named(kind, code, on) is not None


def code_label(kind: CodeKind | str, code: str) -> Message:
    """What a code is called, also one no longer in use: `code.<kind>.<code>`."""
    return Message(f"code.{CodeKind(kind).value}.{code}")


@lru_cache(maxsize=1)
def _all() -> dict[CodeKind, tuple[Code, ...]]:
    found: dict[CodeKind, list[Code]] = {kind: [] for kind in CodeKind}
    for row in rows_of("codes"):
        kind = CodeKind(row["kind"])
        period = day_or_none(row["valid_from"]), day_or_none(row["valid_to"])
        found[kind].append(Code(kind, row["code"], *period, row["words_required"] == "yes", row["note"]))
    return {kind: tuple(listed) for kind, listed in found.items()}
