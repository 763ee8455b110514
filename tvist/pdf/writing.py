"""Running text: `Words` is a paragraph that knows what it is, and that can be copied and read aloud as whole words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast
from xml.sax.saxutils import escape

from reportlab.platypus import CondPageBreak, Paragraph, Spacer

from tvist.pdf.fonts import runs
from tvist.pdf.lines import LineText
from tvist.pdf.links import led_by, linked
from tvist.pdf.notes import Notes, numbered, parts, raised, shown
from tvist.pdf.plaintext import NO_BREAK, one_line, paragraphs, with_care
from tvist.pdf.roles import Role
from tvist.pdf.styles import BLUE, BOX_INDENT, MEASURE, TINT, style

if TYPE_CHECKING:
    from reportlab.pdfgen.textobject import PDFTextObject
    from reportlab.platypus import Flowable

    from tvist.pdf.blocks import Boxed, Heading, Language, Link, Prose
    from tvist.pdf.tagging import Element, TaggedCanvas

# The title of a box stays with three lines of its text.
BOX_BEGINNING = 84.0
BOX_PADDING = 9.0
# What stands in an item beside its label.
_BODIES = {"LI": "LBody", "Note": "P"}


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


@dataclass(frozen=True)
class Place:
    """Where a keyed text came to stand: its page (from 0) and its corners, in points from the lower left."""

    key: str
    page: int
    corners: tuple[float, float, float, float]


class Words(Paragraph):
    """A paragraph with its role. Both halves of one that is split over pages keep it: they are still one paragraph."""

    # Whether they stand on a page already, and the element that they are there.
    was_drawn = False
    element: Element | None = None
    # Where it is noted by which key the words were drawn.
    key = ""
    places: list[Place] | None = None

    def __init__(self, text: str | None, style: Any = None, bulletText: Any = None, frags: Any = None, **details: Any) -> None:  # noqa: N803
        self.role: Role = details.pop("role", Role("P"))
        self.plain: str = details.pop("plain", "").replace("\n", " ") + " "
        self.continues = False
        # Whether this is a title within a box, of no use without what follows.
        self.leads = False
        super().__init__(text, style, bulletText, frags, **details)  # type: ignore[arg-type]

    def split(self, availWidth: float, availHeight: float) -> list[Any]:  # noqa: N803
        """As ReportLab does, with role and plain text kept in both parts; the last word of a page is a whole one."""
        parts: list[Any] = super().split(availWidth, availHeight)
        if len(parts) > 1 and self._divides_after(len(parts[0].blPara.lines)):
            parts = super().split(availWidth, availHeight - self.style.leading)
        for part in parts:
            part.role, part.plain = self.role, self.plain
            part.key, part.places = self.key, self.places
        for part in parts[1:]:
            part.continues = True
        return parts

    def _divides_after(self, count: int) -> bool:
        """Whether the last of the first `count` lines ends within a word."""
        broken: Any = self.blPara  # type: ignore[attr-defined]
        line = broken.lines[count - 1]
        last = str(line[1][-1] if broken.kind == 0 else line.words[-1].text).rsplit(" ", 1)[-1]
        return last.endswith("-") and f"{last} " not in self.plain

    def beginText(self, x: float, y: float) -> PDFTextObject:  # noqa: N802 - ReportLab's name.
        """Begin a text that knows what was written and what it is, so that it can end each line rightly and tag itself."""
        if self.element is None:
            return self._paper.beginText(x, y)
        text = LineText(self._paper, (x, y), plain=self.plain, role=self.role, element=self.element)
        broken: Any = self.blPara  # type: ignore[attr-defined]
        if broken.kind == 0 and broken.link:
            text.all_linked(broken.link[0])
        return text

    @property
    def _paper(self) -> TaggedCanvas:
        return cast("TaggedCanvas", self.canv)

    def draw(self) -> None:
        """Draw as what the words are. What is drawn once more is the head of a table on its next page, and is not read again."""
        if self.was_drawn:
            self.element = None
            with self._paper.artifact("Repeated"):
                super().draw()
            return
        self.was_drawn = True
        tree = self._paper.tree
        self.element = tree.of(self.role)
        if body := _BODIES.get(self.role.kind):
            if self.bulletText:
                self._paper.label = tree.part(self.role, "Lbl")
            self.element = tree.part(self.role, body)
        self._draw()

    def _draw(self) -> None:
        """Note the place, set the bookmark of a heading, and draw."""
        if self.role.kind == "H" and not self.continues:
            self._bookmark()
        if self.role.name and not self.continues:
            self.canv.bookmarkHorizontal(self.role.name, 0, self.height)
        if self.key and self.places is not None:
            left, low = self.canv.absolutePosition(0, 0)
            corners = (left, low, left + float(self.width), low + float(self.height))
            self.places.append(Place(self.key, self.canv.getPageNumber() - 1, corners))
        broken: Any = self.blPara  # type: ignore[attr-defined]
        for line in broken.lines if broken.kind == 1 else ():
            # ReportLab may leave an empty piece after a hyphen; then the hyphen would not be seen as the end of its line.
            while len(line.words) > 1 and getattr(line.words[-1], "text", None) == "":
                del line.words[-1]
        super().draw()

    def _bookmark(self) -> None:
        top = self.canv.absolutePosition(0, self.height)[1]
        key = f"{self.canv.getPageNumber()} {top:.2f}"
        self.canv.bookmarkPage(key, fit="XYZ", left=0, top=round(top + 6, 2), zoom=0)
        self.canv.addOutlineEntry(self.role.bookmark, key, self.role.level, closed=0)


class Apart(Words):
    """Words on a tinted ground with a line at their left: a text that stands apart, over as many pages as it needs."""

    # How far the ground reaches over and under the words; the first and the last of a box have more.
    above = 3.6
    below: float | None = None

    def split(self, availWidth: float, availHeight: float) -> list[Any]:  # noqa: N803 - ReportLab's names.
        """Keep the room over the first part and under the last."""
        parts = super().split(availWidth, availHeight)
        for part in parts[:1]:
            part.above = self.above
        for part in parts[-1:]:
            part.below = self.below
        return parts

    def draw(self) -> None:
        """Lay the ground first; it reaches over the space to the next paragraph, so that the box is one."""
        canvas = self._paper
        below = self.getSpaceAfter() if self.below is None else self.below
        with canvas.artifact("Layout"):
            canvas.saveState()
            for color, width in ((TINT, MEASURE), (BLUE, 2.4)):
                canvas.setFillColor(color)
                canvas.rect(0, -below, width, self.height + below + self.above, stroke=0, fill=1)
            canvas.restoreState()
        super().draw()


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
