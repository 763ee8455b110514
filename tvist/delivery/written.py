"""A letter as it was written: letterhead, words and what was drawn from the case, frozen as canonical JSON in the letter's row.

What was sent is never changed afterwards: a case moves on, standard texts and catalogues are rewritten, and the letter still says the same.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from tvist.pdf.plaintext import paragraphs

Rows = tuple[tuple[str, str], ...]


@dataclass
class Part:
    """A paragraph, or a list with its items: numbered where the first was typed with a number."""

    is_list: bool
    is_numbered: bool
    texts: list[str]


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of a letter under its heading: labels with what they stand for, then text as `tvist.pdf.prose` reads it."""

    title: str
    rows: Rows = ()
    text: str = ""

    @property
    def parts(self) -> list[Part]:
        """The text as the page shows it."""
        return parts_of(self.text)


@dataclass(frozen=True, kw_only=True)
class Written:
    """All that a letter says as a document, in its language; nothing of it is looked up again when it is shown or printed."""

    language: str
    kind: str
    """What the letter is called: the short title on each page."""
    number: str
    day: str
    """The day it was written, as ISO: the date of the letter and of the file."""
    sender: str
    sender_address: str
    recipient: str
    representative: str
    facts: Rows
    subject: str
    words: str
    sections: tuple[Section, ...]
    signed: Rows
    """Name and role of who answers for it; empty for a letter that the program wrote."""
    closing: str
    link: str
    text_version: int | None
    """The version of the standard text it was written with; None for the catalogue's words."""
    is_invented: bool

    @property
    def written_on(self) -> date:
        """The date of the letter."""
        return date.fromisoformat(self.day)

    @property
    def parts(self) -> list[Part]:
        """The words as the page shows them."""
        return parts_of(self.words)

    def dated(self, day: date, facts: Rows) -> Written:
        """The same letter written anew on another day; `facts` with that day."""
        return replace(self, day=day.isoformat(), facts=facts)


def frozen(written: Written) -> str:
    """Canonical JSON: sorted keys, no spaces, letters as they are."""
    return json.dumps(asdict(written), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def thawed(text: str) -> Written:
    """The letter that `frozen` wrote."""
    told: dict[str, Any] = json.loads(text)
    return Written(
        **told
        | {
            "facts": _rows(told["facts"]),
            "signed": _rows(told["signed"]),
            "sections": tuple(
                Section(title=each["title"], rows=_rows(each["rows"]), text=each["text"]) for each in told["sections"]
            ),
        }
    )


def parts_of(text: str) -> list[Part]:
    """Typed text as paragraphs and lists, read as the PDF reads it."""
    parts: list[Part] = []
    for found in paragraphs(text):
        is_numbered = found.mark not in {"", "\N{EN DASH}"}
        if found.mark and parts and parts[-1].is_list and parts[-1].is_numbered is is_numbered:
            parts[-1].texts.append(found.text)
        else:
            parts.append(Part(bool(found.mark), is_numbered, [found.text]))
    return parts


def _rows(found: list[list[str]]) -> Rows:
    return tuple((label, value) for label, value in found)
