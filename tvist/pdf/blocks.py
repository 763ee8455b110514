"""The words a document is told in: `heading`, `prose`, `table` … return blocks; what a block looks like is known elsewhere.

A block says what a thing is (a heading of level 2, a header cell, a text in nynorsk), never how it is drawn.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from tvist.pdf.sheet import Picture

Language = Literal["nb", "nn", "en"]
Align = Literal["left", "right"]
Level = Literal[1, 2, 3]
NOTE_MARK: Final = re.compile(r"\[\^(\d{1,3})\]")
# Of a code as large as ours, the modules could not be told apart beyond that.
LONGEST_ADDRESS: Final = 300


@dataclass(frozen=True)
class Document:
    """What is said of the whole: `title` and `made_on` go into the file's properties, `reference` and `short_title` on each page.

    `made_on` is a day of the record (the day of issue), never today, or the same record would give other bytes tomorrow.
    """

    title: str
    language: Language
    reference: str
    short_title: str
    made_on: date
    marked_as_invented: bool = False


@dataclass(frozen=True)
class Column:
    """One column of a table; `weight` is its share of the width. Figures and money are `align="right"`: their spaces never break."""

    title: str
    align: Align = "left"
    weight: float = 1.0


@dataclass(frozen=True)
class Heading:
    """A heading, and the bookmark of the same name."""

    text: str
    level: Level
    language: Language | None


@dataclass(frozen=True)
class Link:
    """Words of a text that lead to an address, wherever they stand in it."""

    words: str
    address: str


@dataclass(frozen=True)
class Prose:
    """Plain text as a person typed it."""

    text: str
    language: Language | None
    links: tuple[Link, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class FactTable:
    """Labels and what they stand for, in two columns."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """Rows under header cells; `totals` is a last row of the same width. `keys`: what each row is called, for who asks where it came to stand."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[str, ...] | None
    caption: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class PageBreak:
    """What follows begins on a new page."""


@dataclass(frozen=True)
class Boxed:
    """A text that stands apart from the rest: a dissent, a quotation."""

    text: str
    title: str
    language: Language | None
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class SignatureBlock:
    """Who stands behind the text: (name, seat), side by side, kept together."""

    names: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Chart:
    """A picture of figures, with its text for who cannot see it."""

    picture: Picture


@dataclass(frozen=True)
class CodeBlock:
    """An address as a QR code, and the words beside it."""

    address: str
    words: str


Block = Heading | Prose | FactTable | Table | PageBreak | Boxed | SignatureBlock | Chart | CodeBlock


def heading(text: str, level: Level = 1, *, language: Language | None = None) -> Block:
    """Level 1 is the title of the document, 2 a section, 3 a part of it. Never left alone at the foot of a page."""
    return Heading(text, level, language)


def prose(text: str, *, language: Language | None = None, links: Iterable[Link] = (), notes: Sequence[str] = ()) -> Block:
    """Paragraphs with blank lines between; lines that begin with "- " or "1. " become lists; a single line break stays one.

    All else is printed as it stands. `language` only where it is another than the document's. Where there are `notes`, "[^1]" in the text is the
    mark of the first of them: they are numbered through the document and printed at the end of the section (`notes.py` says why).
    Raises ValueError for a mark without a note, or a note that is not marked.
    """
    told = tuple(notes)
    marked = {int(mark) for mark in NOTE_MARK.findall(text)} if told else set()
    if marked != set(range(1, len(told) + 1)):
        raise ValueError(f"{len(told)} notes, and marks of {sorted(marked)}")
    return Prose(text, language, tuple(links), told)


def fact_table(pairs: Iterable[tuple[str, str]]) -> Block:
    """Label and value, row by row; pairs with an empty value are kept, with a dash."""
    return FactTable(tuple((label, value) for label, value in pairs))


def table(
    columns: Sequence[Column],
    rows: Iterable[Sequence[str]],
    *,
    totals: Sequence[str] | None = None,
    caption: str = "",
    keys: Sequence[str] = (),
) -> Block:
    """Rows under a header that stands on each page. Cells are text, money already written out. Raises ValueError for a row of another width.

    `keys`, one a row where they are given, are what `render_placed` tells the places of rows by; an empty key is not told.
    """
    block = Table(
        tuple(columns), tuple(tuple(row) for row in rows), tuple(totals) if totals is not None else None, caption, tuple(keys)
    )
    for row in (*block.rows, *([block.totals] if block.totals is not None else [])):
        if len(row) != len(block.columns):
            raise ValueError(f"a row of {len(row)} cells in a table of {len(block.columns)} columns: {row!r}")
    return block


def page_break() -> Block:
    """Go to a new page."""
    return PageBreak()


def boxed(text: str, title: str = "", *, language: Language | None = None, links: Iterable[Link] = ()) -> Block:
    """Text visibly apart, which may run over pages: a dissent under the name of who dissents. Read as `prose` is."""
    return Boxed(text, title, language, tuple(links))


def signature_block(names: Iterable[tuple[str, str]]) -> Block:
    """(name, seat) of each who stands behind the text."""
    return SignatureBlock(tuple((name, seat) for name, seat in names))


def chart(picture: Picture) -> Block:
    """Show a picture made by `bar_chart`, `stacked_bars` or `line_chart`."""
    return Chart(picture)


def code_block(address: str, words: str) -> Block:
    """An address as a QR code with `words` beside it, which tell the same to who has paper and no telephone.

    The code has the address as its alternative text; where the words have the address, it is a link. Raises ValueError for one of over 300 letters.
    """
    if len(address) > LONGEST_ADDRESS:
        raise ValueError(f"an address of {len(address)} letters makes no code that can be read from paper")
    return CodeBlock(address, words)
