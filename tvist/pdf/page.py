"""The page: margins, header, footer, page numbers, and `render`, which turns a document told in blocks into the bytes of a PDF."""

from __future__ import annotations

import calendar
import io
from collections import deque
from dataclasses import replace
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from reportlab.pdfbase.pdfdoc import PDFPage
from reportlab.platypus import BaseDocTemplate, CondPageBreak, Frame, KeepTogether, PageTemplate, Spacer
from reportlab.platypus import PageBreak as BreakPage

from tvist.pdf import blocks as told
from tvist.pdf import fonts
from tvist.pdf.archival import LANGUAGE_TAGS, Description, archived
from tvist.pdf.charts import chart_flowables
from tvist.pdf.codes import code_grid
from tvist.pdf.fonts import SANS, SANS_BOLD, runs, width_of
from tvist.pdf.paragraph import Place, Words
from tvist.pdf.plaintext import one_line
from tvist.pdf.styles import (
    BOTTOM,
    COLUMN_HEIGHT,
    HAIRLINE,
    INVENTED,
    MEASURE,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    QUIET,
    SIDE,
    TOP,
)
from tvist.pdf.tables import RoledGrid, fact_grid, signatures, table_grid
from tvist.pdf.tagging import TaggedCanvas, Tree
from tvist.pdf.writing import Pen, boxed_words, heading_words, prose_words
from tvist.words import Message
from tvist.words import render as say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reportlab.platypus import Flowable

SMALL = 8.4
HEADER_LINE = PAGE_HEIGHT - TOP + 22
FOOTER_LINE = BOTTOM - 26
# What must fit under a heading for it to stay on the page: so many lines of text, or so many rows.
LINES_UNDER_HEADING = 3
ROWS_UNDER_HEADING = 3


def render(document: told.Document, blocks: Iterable[told.Block]) -> bytes:
    """Make the PDF: the same bytes for the same blocks, in any process. Raises `MissingLetter`, and nothing is made."""
    return render_placed(document, blocks)[0]


def render_placed(document: told.Document, blocks: Iterable[told.Block]) -> tuple[bytes, list[Place]]:
    """The same, and where the rows of tables came to stand that have keys."""
    fonts.ready()
    places: list[Place] = []
    stationery = Stationery(document)
    stationery.build(list(_story(document, blocks, places)) or [Spacer(0, 1)], canvasmaker=TaggedCanvas)
    return archived(stationery.file, stationery.tree, stationery.description), places


def _story(document: told.Document, blocks: Iterable[told.Block], places: list[Place]) -> Iterator[Flowable]:
    """Flowables in reading order; a run of headings comes with the room that it and its first lines need."""
    pen = Pen(document.language, place=document.title, places=places)
    waiting: list[Words] = []
    depth = -1
    for block in blocks:
        if isinstance(block, told.Heading | told.PageBreak):
            yield from pen.notes.printed()
        if isinstance(block, told.Heading):
            if not one_line(block.text):
                # A heading that says nothing is none, on paper or read aloud.
                continue
            pen = replace(pen, place=one_line(block.text))
            depth = min(block.level - 1, depth + 1)
            waiting.append(heading_words(block, pen, depth=depth))
            continue
        flowables = _flowables(block, pen)
        if waiting and flowables:
            yield from _led(waiting, flowables)
            waiting = []
        yield from flowables
    yield from pen.notes.printed()
    yield from waiting


@singledispatch
def _flowables(block: Any, _pen: Pen) -> list[Flowable]:
    raise TypeError(f"{block!r} is no block")


_flowables.register(told.Prose)(prose_words)
_flowables.register(told.Boxed)(boxed_words)
_flowables.register(told.FactTable)(fact_grid)
_flowables.register(told.Table)(table_grid)
_flowables.register(told.SignatureBlock)(signatures)
_flowables.register(told.Chart)(chart_flowables)
_flowables.register(told.CodeBlock)(code_grid)


@_flowables.register(told.PageBreak)
def _(_block: told.PageBreak, _pen: Pen) -> list[Flowable]:
    return [BreakPage()]


def _led(headings: list[Words], following: list[Flowable]) -> Iterator[Flowable]:
    """Headings, after a break if they and the beginning of what follows do not fit on this page.

    ReportLab's own keepWithNext moves a whole long paragraph to the next page together with its heading, and leaves half a page white.
    """
    # What breaks the page by itself where it has too little room takes its heading with it.
    asked = max((flowable.height for flowable in following[:1] if isinstance(flowable, CondPageBreak)), default=0.0)
    beginning = max(_beginning(following), asked)
    needed = sum(_height(words) + words.getSpaceBefore() + words.getSpaceAfter() for words in headings) + beginning
    yield CondPageBreak(min(needed, COLUMN_HEIGHT))
    yield from headings


def _beginning(following: list[Flowable]) -> float:
    """How much of what follows must stand with its heading."""
    height = 0.0
    for flowable in following:
        if isinstance(flowable, Spacer):
            height += _height(flowable)
        elif isinstance(flowable, RoledGrid):
            whole = _height(flowable)
            return height + min(whole, sum(flowable._rowHeights[:ROWS_UNDER_HEADING]))  # noqa: SLF001 - Told nowhere else.
        elif isinstance(flowable, Words) and flowable.role.kind != "Caption" and not flowable.leads:
            return height + min(_height(flowable), LINES_UNDER_HEADING * flowable.style.leading)
        elif isinstance(flowable, KeepTogether):
            return height + sum(_height(part) for part in flowable.__dict__["_content"])
        else:
            height += _height(flowable) + flowable.getSpaceAfter()
    return height


def _height(flowable: Flowable) -> float:
    return float(flowable.wrap(MEASURE, COLUMN_HEIGHT)[1])


class Stationery(BaseDocTemplate):
    """A4 with our margins. The number of pages is known last, so each footer is a form that is filled when all pages are made."""

    def __init__(self, document: told.Document) -> None:
        self.file = io.BytesIO()
        self.document, self.tree = document, Tree(document.language)
        author = say(Message("pdf.body"), document.language)
        self.description = Description(
            one_line(document.title) or one_line(document.short_title) or author, author,
            one_line(f"{document.reference} {document.short_title}"), document.language, document.made_on,
        )  # fmt: skip
        self.pen = Pen(document.language, place=say(Message("pdf.in_header"), document.language))
        super().__init__(
            self.file, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), leftMargin=SIDE, rightMargin=SIDE, topMargin=TOP, bottomMargin=BOTTOM,
            title=self.description.title, author=author, creator="Tvist", subject=self.description.subject,
            lang=LANGUAGE_TAGS[document.language], displayDocTitle=True, initialFontName=SANS, invariant=1, pageCompression=1,
        )  # fmt: skip
        for text in (document.reference, document.short_title):
            # Asked here, for ReportLab changes the errors that are raised while it builds.
            deque(runs(one_line(text), SANS_BOLD, self.pen.place), maxlen=0)
        column = Frame(
            SIDE, BOTTOM, MEASURE, COLUMN_HEIGHT, id="column", leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0
        )
        self.addPageTemplates(PageTemplate("page", [column], onPage=self._furnish))

    def beforeDocument(self) -> None:  # noqa: N802 - ReportLab's name.
        """Date the file by the record: noon UTC, so that the day is the same everywhere in Norway."""
        day = self.document.made_on
        file: Any = self.canv
        file.tree = self.tree
        # ReportLab takes the time from the clock or the environment only.
        stamp = file._doc._timeStamp  # noqa: SLF001
        stamp.YMDhms = (day.year, day.month, day.day, 12, 0, 0)
        stamp.t = calendar.timegm(stamp.YMDhms)

    def _endBuild(self) -> None:  # noqa: N802 - ReportLab's name.
        self._doSave = 0
        super()._endBuild()  # type: ignore[misc]
        self._number_pages()
        file: Any = self.canv
        for thing in file._doc.idToObject.values():  # noqa: SLF001 - ReportLab lists its pages nowhere else.
            if isinstance(thing, PDFPage):
                # A page turns without an effect: the empty dictionary ReportLab writes for it is no valid one.
                thing.Trans = None
        self.canv.save()

    def _furnish(self, canvas: Any, _template: Any) -> None:
        """Header and footer of one page."""
        canvas.saveState()
        with canvas.artifact("Header"):
            self._head(canvas)
        with canvas.artifact("Footer"):
            canvas.setFillColor(QUIET)
            body = say(Message("pdf.body"), self.document.language)
            self._write(canvas, body, (SIDE, FOOTER_LINE), font=SANS, room=MEASURE * 0.7)
            canvas.doForm(f"folio{canvas.getPageNumber()}")
        canvas.restoreState()

    def _head(self, canvas: TaggedCanvas) -> None:
        """Case number and short title over a line, and at the right the mark of an invented case."""
        document = self.document
        canvas.setStrokeColor(HAIRLINE)
        canvas.setLineWidth(0.6)
        canvas.line(SIDE, HEADER_LINE - 7, PAGE_WIDTH - SIDE, HEADER_LINE - 7)
        right = self._mark_invented(canvas) if document.marked_as_invented else PAGE_WIDTH - SIDE
        canvas.setFillColor(QUIET)
        reference = say(Message("pdf.reference", number=document.reference), document.language) if document.reference else ""
        x = self._write(canvas, reference, (SIDE, HEADER_LINE), font=SANS_BOLD, room=right - SIDE)
        x += 8 if reference else 0
        self._write(canvas, document.short_title, (x, HEADER_LINE), font=SANS, room=right - x - 12)

    def _mark_invented(self, canvas: TaggedCanvas) -> float:
        """Mark an invented case, in a frame at the right; returns where it begins."""
        text = say(Message("pdf.invented"), self.document.language)
        width = width_of(text, SANS_BOLD, SMALL)
        left = PAGE_WIDTH - SIDE - width - 12
        canvas.setStrokeColor(INVENTED)
        canvas.setFillColor(INVENTED)
        canvas.setLineWidth(0.9)
        canvas.roundRect(left, HEADER_LINE - 3.6, width + 12, 13.4, 3, stroke=1, fill=0)
        self._write(canvas, text, (left + 6, HEADER_LINE), font=SANS_BOLD, room=width + 1)
        return left

    def _number_pages(self) -> None:
        canvas = self.canv
        # The page number is on the last page until the next begins; forms are made after all of them.
        total = canvas.getPageNumber() - 1
        for number in range(1, total + 1):
            text = say(Message("pdf.page_of", page=number, total=total), self.document.language)
            canvas.beginForm(f"folio{number}", 0, 0, PAGE_WIDTH, PAGE_HEIGHT)
            canvas.setFillColor(QUIET)
            canvas.setFont(SANS, SMALL)
            canvas.drawRightString(PAGE_WIDTH - SIDE, FOOTER_LINE, text)
            canvas.endForm()

    def _write(self, canvas: TaggedCanvas, text: str, place: tuple[float, float], *, font: str, room: float) -> float:
        """One line that ends with "…" where the room ends; returns where the next text may begin."""
        x, y = place
        line = _shortened(one_line(text), font, room)
        for name, run in runs(line, font, self.pen.place):
            canvas.setFont(name, SMALL)
            canvas.drawString(x, y, run)
            x += width_of(run, name, SMALL)
        return x


def _shortened(line: str, font: str, room: float) -> str:
    if width_of(line, font, SMALL) <= room:
        return line
    while line and width_of(f"{line}…", font, SMALL) > room:
        line = line[:-1]
    return f"{line.rstrip()}…"
