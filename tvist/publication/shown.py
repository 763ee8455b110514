"""A text with its marks as a page shows it: stretch by stretch, and what each place of the opinion is called."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tvist.decision.parallel_record import PARALLEL
from tvist.publication.places import language_at, texts
from tvist.publication.sources import record_of
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tvist.publication.models import Mark, Publication

Record = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """A stretch of a text: plain, or what a mark covers."""

    text: str
    mark: Mark | None = None


@dataclass(frozen=True)
class ShownPlace:
    """A place of the opinion: its name, its text in runs and the form of Norwegian it is in, and its marks in the order of the text."""

    name: str
    what: Message
    text: str
    language: str
    marks: list[Mark]

    @property
    def undecided(self) -> int:
        """How many marks wait to be decided."""
        return sum(mark.hides is None for mark in self.marks)

    @property
    def hidden(self) -> int:
        """How many marks hide something."""
        return sum(bool(mark.hides) for mark in self.marks)

    @property
    def runs(self) -> list[Run]:
        """The text with all its marks."""
        return runs_of(self.text, self.marks)

    @property
    def changes(self) -> list[Run]:
        """The text with those marks alone that hide."""
        return runs_of(self.text, [mark for mark in self.marks if mark.hides])


def runs_of(text: str, marks: Iterable[Mark]) -> list[Run]:
    """The text in runs; of marks that meet, the one that hides goes before the others, then the first."""
    found: list[Run] = []
    at = 0
    for mark in _apart(marks):
        if mark.start > at:
            found.append(Run(text[at : mark.start]))
        found.append(Run(text[mark.start : mark.end], mark))
        at = mark.end
    return [*found, Run(text[at:])] if at < len(text) else found


def _apart(marks: Iterable[Mark]) -> list[Mark]:
    chosen: list[Mark] = []
    for mark in sorted(marks, key=lambda each: (each.start, not each.hides)):
        if not chosen or mark.start >= chosen[-1].end:
            chosen.append(mark)
        elif mark.hides and not chosen[-1].hides:
            chosen[-1] = mark
    return chosen


def shown_places(publication: Publication) -> list[ShownPlace]:
    """All places where something is written, in the order of the opinion, each with its marks."""
    record = record_of(publication)
    by_place: dict[str, list[Mark]] = {}
    for mark in sorted(publication.marks, key=lambda each: (each.start, each.end, each.id or 0)):
        by_place.setdefault(mark.place, []).append(mark)
    return [
        ShownPlace(name, named(record, name), text, language_at(record, name), by_place.get(name, []))
        for name, text in texts(record)
        if text.strip()
    ]


def how_often(publication: Publication) -> Counter[str]:
    """How many marks stand over the same words."""
    return Counter(mark.words for mark in publication.marks)


def named(record: Record, place: str) -> Message:
    """What a place of the record is called."""
    kind, _, rest = place.partition(".")
    if kind == PARALLEL:
        return Message("publication.place.parallel", place=named(record, rest))
    keys = rest.split(".")
    if kind == "sections":
        return Message(f"decision.section.{rest}")
    if kind == "questions" and keys[0].isdigit():
        question = record["questions"][int(keys[0])]
        parameters = {"position": question["position"], "line": question["line"]}
        if keys[1] == "remarks" and keys[2].isdigit():
            remark = question["remarks"][int(keys[2])]
            return Message(f"publication.place.remark.{remark['kind']}", name=remark["name"], **parameters)
        return Message("publication.place.words" if keys[1] == "words" else "publication.place.reasons", **parameters)
    number = int(keys[0]) + 1 if keys[0].isdigit() else 0
    codes = {
        "lines": "publication.place.line",
        "corrections": "publication.place.correction",
        "let_in": "publication.place.let_in",
    }
    return Message(codes.get(kind, "publication.place.other"), number=number)
