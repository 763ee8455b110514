"""What register, feed and machines say of a published opinion in short: told from its public record alone, each text in its language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from tvist.cases.models import Side
from tvist.decision.tables import Wording
from tvist.pdf.plaintext import one_line
from tvist.procedure.codes import CodeKind, code_label
from tvist.publication.document import citation
from tvist.publication.facts import is_unanimous
from tvist.published.labels import measure_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tvist.words import Message

Record = dict[str, Any]

LONGEST_SUMMARY: Final = 320
PAGES: Final = "/opinions"


@dataclass(frozen=True)
class Entry:
    """A published opinion in short. `title`, `summary` and `citation` are in the language of the opinion (`language`); the messages are the reader's."""

    number: str
    language: str
    title: str
    summary: str
    citation: str
    released_on: date
    measures: tuple[Message | str, ...]
    outcome: Message | None
    is_unanimous: bool
    is_invented: bool

    @property
    def path(self) -> str:
        """The address of its page, which never changes."""
        return page_of(self.number)

    @property
    def file(self) -> str:
        """The address of its file."""
        return file_of(self.number)


def page_of(number: str) -> str:
    """The path of the page of a publication."""
    return f"{PAGES}/{number}"


def file_of(number: str) -> str:
    """The path of the file of a publication: its name is the number."""
    return f"{PAGES}/{number}.pdf"


def entry_of(public: Record) -> Entry:
    """The entry of a public record."""
    told, number = Wording(public["language"]), public["publication"]["number"]
    released_on = date.fromisoformat(public["publication"]["released_on"])
    return Entry(
        number=number,
        language=public["language"],
        title=_parties(public, told),
        summary=shortened(public["sections"]["conclusion"]),
        citation=citation(public),
        released_on=released_on,
        measures=tuple(dict.fromkeys(measure_label(line["measure"]) for line in public["lines"])),
        outcome=code_label(CodeKind.OUTCOME, public["outcome"]) if public["outcome"] else None,
        is_unanimous=is_unanimous(public),
        is_invented=public["is_invented"],
    )


def shortened(text: str) -> str:
    """The beginning of a text on one line, to the end of a word."""
    line = one_line(text)
    if len(line) <= LONGEST_SUMMARY:
        return line
    return line[:LONGEST_SUMMARY].rsplit(" ", 1)[0].rstrip(",;:") + " \N{HORIZONTAL ELLIPSIS}"


def _parties(public: Mapping[str, Any], told: Wording) -> str:
    names = [tuple(one_line(party["name"]) for party in public["parties"] if party["side"] == side.value) for side in Side]
    return told("against", first=names[0], second=names[1])
