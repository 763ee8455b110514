"""The page: margins, header, footer, page numbers, and `render`, which turns a document told in blocks into the bytes of a PDF."""

from __future__ import annotations

import calendar
import io
from collections import deque
from typing import TYPE_CHECKING, Any

from reportlab.pdfbase.pdfdoc import PDFPage
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Spacer

from tvist.pdf import blocks as told
from tvist.pdf import fonts
from tvist.pdf.archival import LANGUAGE_TAGS, Description, archived
from tvist.pdf.fonts import SANS, SANS_BOLD, runs, width_of
from tvist.pdf.plaintext import one_line
from tvist.pdf.story import story
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
from tvist.pdf.tagging import TaggedCanvas, Tree
from tvist.pdf.writing import Pen
from tvist.words import Message
from tvist.words import render as say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tvist.pdf.paragraph import Place


SMALL = 8.4
HEADER_LINE = PAGE_HEIGHT - TOP + 22
FOOTER_LINE = BOTTOM - 26


def render(document: told.Document, blocks: Iterable[told.Block]) -> bytes:
    """Make the PDF: the same bytes for the same blocks, in any process. Raises `MissingLetter`, and nothing is made."""
    return render_placed(document, blocks)[0]


def render_placed(document: told.Document, blocks: Iterable[told.Block]) -> tuple[bytes, list[Place]]:
    """The same, and where the rows of tables came to stand that have keys."""
    fonts.ready()
    places: list[Place] = []
    stationery = Stationery(document)
    stationery.build(list(story(document, blocks, places)) or [Spacer(0, 1)], canvasmaker=TaggedCanvas)
    return archived(stationery.file, stationery.tree, stationery.description), places


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
