"""What a reader of the register of published opinions asks for: words, filters and a place in the list, read from an address and written back into one."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tvist.publication.facts import NO, NUMBER, YES, law_of
from tvist.publication.models import FactOfPublication

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_SEARCH: Final = 200
LONGEST_VALUE: Final = 300
_VALUE: Final = re.compile(r"[^\x00-\x1f\x7f]+")

FILTERS: Final = (
    FactOfPublication.MEASURE,
    FactOfPublication.BASIS,
    FactOfPublication.OUTCOME,
    FactOfPublication.YEAR,
    FactOfPublication.REGION,
    FactOfPublication.UNANIMOUS,
)
"""The facts that the page offers to choose from, in its order; an act and place is chosen in the index of legal bases."""


class Standing(StrEnum):
    """Which opinions of the register are wanted, by what they count for."""

    LEADING = "leading"
    CURRENT = "current"  # Not superseded by another.


@dataclass(frozen=True)
class Wanted:
    """What the reader asks for; what was not understood is left out. `before` and `after` are numbers of publications: older, newer than that one."""

    text: str = ""
    facts: tuple[tuple[FactOfPublication, str], ...] = ()
    standing: Standing | None = None
    before: str = ""
    after: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out of the list."""
        return replace(self, before="", after="") != Wanted()

    def value(self, kind: FactOfPublication) -> str:
        """What is asked for of one kind; empty for all."""
        return dict(self.facts).get(kind, "")

    def as_address(self, **changes: str) -> dict[str, str]:
        """The same wish as the parameters of an address, from its first page unless `changes` says otherwise."""
        said = {"q": self.text, **{kind.value: value for kind, value in self.facts}, "standing": self.standing or ""}
        return {name: str(value) for name, value in (said | changes).items() if value}


def read_wanted(said: Mapping[str, str]) -> Wanted:
    """What an address asks for. What is none of our words is left out, never an error: the form shows what counts."""
    standing = said.get("standing", "")
    return Wanted(
        text=" ".join(re.sub(r"[\x00-\x1f\x7f]", " ", said.get("q", "")).split())[:LONGEST_SEARCH],
        facts=tuple((kind, value) for kind in FactOfPublication if (value := _value(kind, said.get(kind.value, "")))),
        standing=Standing(standing) if standing in set(Standing) else None,
        before=said.get("before", "") if place_of(said.get("before", "")) else "",
        after=said.get("after", "") if place_of(said.get("after", "")) else "",
    )


def place_of(number: str) -> tuple[int, int] | None:
    """Year and serial of a publication's number; None for what is none."""
    found = NUMBER.fullmatch(number)
    return (int(found[1]), int(found[2])) if found and number.isascii() else None


def _value(kind: FactOfPublication, text: str) -> str:
    """The value asked for, where there could be such a fact."""
    if len(text) > LONGEST_VALUE or not _VALUE.fullmatch(text):
        return ""
    known = {
        FactOfPublication.UNANIMOUS: text in {YES, NO},
        FactOfPublication.YEAR: text.isascii() and text.isdigit() and len(text) == len("2026"),
        FactOfPublication.LAW: law_of(text) is not None,
    }
    return text if known.get(kind, True) else ""
