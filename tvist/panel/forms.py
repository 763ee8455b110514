"""What the forms around the panel share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tvist.cases.models import Case

LONGEST_NAME: Final = 200
LONGEST_WORDS: Final = 5000
MOST: Final = 99


@dataclass(frozen=True)
class JournalLength:
    """Stands for the case in forms that any line of its journal makes old: the panel changes by rows, not by the case's own columns."""

    version: int


def journal_length(case: Case) -> JournalLength:
    """The version that a form about the panel shows and is checked against."""
    return JournalLength(len(case.events))
