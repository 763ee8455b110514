"""From blocks to what ReportLab lays on pages: in reading order, each heading with the beginning of what it leads."""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from reportlab.platypus import CondPageBreak, KeepTogether, Spacer
from reportlab.platypus import PageBreak as BreakPage

from tvist.pdf import blocks as told
from tvist.pdf.charts import chart_flowables
from tvist.pdf.codes import code_grid
from tvist.pdf.notes import ROOM
from tvist.pdf.paragraph import Words
from tvist.pdf.plaintext import one_line
from tvist.pdf.styles import COLUMN_HEIGHT, MEASURE
from tvist.pdf.tables import RoledGrid, fact_grid, signatures, table_grid
from tvist.pdf.writing import Pen, boxed_words, heading_words, prose_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reportlab.platypus import Flowable

    from tvist.pdf.paragraph import Place

# What must fit under a heading for it to stay on the page: so many lines of text, or so many rows.
LINES_UNDER_HEADING = 3
ROWS_UNDER_HEADING = 3


def story(document: told.Document, blocks: Iterable[told.Block], places: list[Place]) -> Iterator[Flowable]:
    """Flowables in reading order; a run of headings comes with the room that it and its first lines need."""
    pen = Pen(document.language, place=document.title, places=places)
    waiting: list[Words] = []
    depth = -1
    last: Words | None = None
    for block in blocks:
        if isinstance(block, told.Heading | told.PageBreak):
            yield from pen.notes.printed()
            last = None
        if isinstance(block, told.Heading):
            if not one_line(block.text):
                # A heading that says nothing is none, on paper or read aloud.
                continue
            pen = replace(pen, place=one_line(block.text))
            depth = min(block.level - 1, depth + 1)
            waiting.append(heading_words(block, pen, depth=depth))
            continue
        flowables = _flowables(block, pen)
        if last and flowables:
            last.takes_along = 0.0
        last = _with_notes(flowables, pen) or last
        if waiting and flowables:
            yield from _led(waiting, flowables)
            waiting = []
        yield from flowables
    yield from pen.notes.printed()
    yield from waiting


def _with_notes(flowables: list[Flowable], pen: Pen) -> Words | None:
    """The words after which notes are printed if nothing follows in their section; they do not leave the notes alone on the next page."""
    if pen.notes.are_waiting and flowables and isinstance(flowables[-1], Words):
        flowables[-1].takes_along = ROOM + flowables[-1].getSpaceAfter()
        return flowables[-1]
    return None


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
            whole, lines = _height(flowable), LINES_UNDER_HEADING * flowable.style.leading
            return height + (whole + flowable.takes_along if whole <= lines else lines)
        elif isinstance(flowable, KeepTogether):
            return height + sum(_height(part) for part in flowable.__dict__["_content"])
        else:
            height += _height(flowable) + flowable.getSpaceAfter()
    return height


def _height(flowable: Flowable) -> float:
    return float(flowable.wrap(MEASURE, COLUMN_HEIGHT)[1])
