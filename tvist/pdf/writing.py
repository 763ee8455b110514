"""Running text: the pen that texts are written with, and the paragraphs, lists and boxes that are made of what people typed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from reportlab.platypus import CondPageBreak, Spacer

from tvist.pdf.fonts import runs
from tvist.pdf.links import led_by, linked
from tvist.pdf.notes import Notes, numbered, parts, raised, shown
from tvist.pdf.paragraph import Apart, Words
from tvist.pdf.plaintext import NO_BREAK, one_line, paragraphs, with_care
from tvist.pdf.roles import Role
from tvist.pdf.styles import BOX_INDENT, style

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

    from tvist.pdf.blocks import Boxed, Heading, Language, Link, Prose
    from tvist.pdf.paragraph import Place

# The title of a box stays with three lines of its text.
BOX_BEGINNING = 84.0
BOX_PADDING = 9.0


@dataclass(frozen=True)
class Pen:
    """What every text must know: its language, the heading it stands under, and the thing it is part of."""

    language: Language
    place: str
    within: Role = field(default_factory=lambda: Role("Document"))
    places: list[Place] = field(default_factory=list, compare=False)
    """Where keyed texts are noted as they are drawn."""
    links: tuple[Link, ...] = ()
    notes: Notes = field(default_factory=Notes, compare=False)
    """The notes of the document, wherever they are told."""
    numbers: dict[int, int] = field(default_factory=dict, compare=False)
    """Which number in the document each note of this text has."""

    def speaking(self, language: Language | None) -> Pen:
        """Give the same pen another language, if there is one."""
        return self if language is None else replace(self, language=language)

    def role(self, kind: Any, **details: Any) -> Role:
        """Make a role within that of the pen, in the pen's language."""
        return Role(kind, within=self.within, language=self.language, **details)

    def words(
        self, text: str, name: str, role: Role, *, indent: float = 0, mark: str = "", made: type[Words] | None = None
    ) -> Words:
        """Write cleaned text in the style of that name, each letter in a font that has it. Raises `MissingLetter`."""
        wanted = style(name, self.language, indent=indent)
        marked = "".join(linked(self._marked(piece, wanted.fontName), address) for piece, address in led_by(text, self.links))
        return (made or Words)(marked, wanted, mark or None, role=role, plain=shown(text))

    def _marked(self, text: str, wanted: str) -> str:
        """The text as ReportLab reads it, with the numbers of its notes."""
        return "".join(self._lettered(part, wanted) + (raised(number) if number else "") for part, number in parts(text))

    def _lettered(self, text: str, wanted: str) -> str:
        """Each letter in a font that has it."""
        return "".join(
            escape(run).replace("\n", "<br/>") if font == wanted else f'<font name="{font}">{escape(run)}</font>'
            for font, run in runs(text, wanted, self.place)
        )


def heading_words(block: Heading, pen: Pen, *, depth: int) -> Words:
    """Write a heading; `depth` is its place among the bookmarks, which may not skip a level as headings might."""
    spoken = pen.speaking(block.language)
    text = with_care(one_line(block.text))
    return spoken.words(text, f"h{block.level}", spoken.role("H", level=depth, bookmark=text.replace(NO_BREAK, " ")))


def prose_words(block: Prose, pen: Pen) -> list[Flowable]:
    """Write the paragraphs and lists of a typed text."""
    spoken = pen.speaking(block.language)
    told = _told(block.text, replace(spoken, links=block.links, numbers=pen.notes.taken(block.notes, spoken)), indent=0)
    if told:
        # A text that ends in a list stands as far from the next as any other.
        told[-1].spaceAfter = style("prose", pen.language).spaceAfter
    return list(told)


def boxed_words(block: Boxed, pen: Pen) -> list[Flowable]:
    """Write a text apart: its title, then paragraphs, all on one ground."""
    spoken = pen.speaking(block.language)
    spoken = replace(spoken, within=spoken.role("BlockQuote"))
    told: list[Any] = _told(block.text, replace(spoken, links=block.links), indent=BOX_INDENT, made=Apart)
    if block.title:
        title = with_care(one_line(block.title))
        told.insert(0, spoken.words(title, "box title", spoken.role("P"), indent=BOX_INDENT, made=Apart))
        told[0].leads = True
    if not told:
        return []
    told[0].above = told[-1].below = BOX_PADDING
    return [CondPageBreak(BOX_BEGINNING), Spacer(0, BOX_PADDING + 4), *told, Spacer(0, BOX_PADDING + 4)]


def _told(text: str, pen: Pen, *, indent: float, made: type[Words] | None = None) -> list[Words]:
    told: list[Words] = []
    listing: Role | None = None
    for paragraph in paragraphs(text):
        written = numbered(paragraph.text, pen.numbers)
        if not paragraph.mark:
            if listing:
                told[-1].spaceAfter = style("prose", pen.language).spaceAfter
            listing = None
            told.append(pen.words(written, "prose", pen.role("P"), indent=indent, made=made))
            continue
        numbering = "Decimal" if paragraph.mark[0].isdigit() else "Disc"
        if listing is None or listing.numbering != numbering:
            listing = pen.role("L", numbering=numbering)
        item = Role("LI", within=listing, language=pen.language)
        told.append(pen.words(written, "item", item, indent=indent, mark=paragraph.mark, made=made))
    return told
