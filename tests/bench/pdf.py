"""Time and memory of a document: `python -m tests.bench.pdf`. The tagged opinion beside the same words by plain ReportLab, in one run, warm, by turns.

Plain ReportLab has the same fonts, styles, hyphenation and tables, headers and footers, and builds twice, for it must know the number of pages
("side x av y"). It has no structure, no archive profile, no care for headings and small tables.
"""

from __future__ import annotations

import gc
import io
import json
import statistics
import subprocess
import sys
import time
from functools import singledispatch
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import pypdfium2
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Spacer, Table

from tests.bench.bundle import highest_mb
from tests.documents.opinion_records import a_line, a_question, a_record, a_result
from tvist.decision.document import opinion
from tvist.pdf import blocks as told
from tvist.pdf import fonts, render
from tvist.pdf.fonts import SANS
from tvist.pdf.plaintext import paragraphs
from tvist.pdf.styles import BOTTOM, COLUMN_HEIGHT, MEASURE, PAGE_HEIGHT, PAGE_WIDTH, SIDE, TOP, style

if TYPE_CHECKING:
    from collections.abc import Callable

TURNS = 21


def plain(document: told.Document, blocks: list[told.Block]) -> bytes:
    """The same words by plain ReportLab, in two passes."""
    total = 0
    file = io.BytesIO()
    for _ in range(2):
        file = io.BytesIO()
        template = BaseDocTemplate(file, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), title=document.title, pageCompression=1)
        frame = Frame(SIDE, BOTTOM, MEASURE, COLUMN_HEIGHT, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
        template.addPageTemplates(PageTemplate("page", [frame], onPage=_furniture(document, total)))
        template.build([flowable for block in blocks for flowable in _plainly(block, document.language)])
        total = template.page
    return file.getvalue()


def _furniture(document: told.Document, total: int) -> Callable[[Any, Any], None]:
    def draw(canvas: Any, template: Any) -> None:
        canvas.setFont(SANS, 8.4)
        canvas.drawString(SIDE, PAGE_HEIGHT - TOP + 22, f"Sak {document.reference} {document.short_title}")
        canvas.line(SIDE, PAGE_HEIGHT - TOP + 15, PAGE_WIDTH - SIDE, PAGE_HEIGHT - TOP + 15)
        canvas.drawRightString(PAGE_WIDTH - SIDE, BOTTOM - 26, f"Side {template.page} av {total}")

    return draw


def _words(text: str, name: str, language: told.Language, mark: str = "") -> Paragraph:
    return Paragraph(escape(text).replace("\n", "<br/>"), style(name, language), bulletText=mark or None)


@singledispatch
def _plainly(block: Any, _language: told.Language) -> list[Flowable]:
    raise TypeError(f"{block!r} is in no opinion")


@_plainly.register
def _(block: told.Heading, language: told.Language) -> list[Flowable]:
    return [_words(block.text, f"h{block.level}", language)]


@_plainly.register
def _(block: told.Prose, language: told.Language) -> list[Flowable]:
    return [_words(each.text, "item" if each.mark else "prose", language, each.mark) for each in paragraphs(block.text)]


@_plainly.register
def _(block: told.Boxed, language: told.Language) -> list[Flowable]:
    return [
        _words(block.title, "box title", language),
        *(_words(each.text, "prose", language) for each in paragraphs(block.text)),
    ]


@_plainly.register
def _(block: told.FactTable, language: told.Language) -> list[Flowable]:
    rows = [[_words(label, "label", language), _words(value, "value", language)] for label, value in block.pairs]
    return [Table(rows, colWidths=[MEASURE * 0.3, MEASURE * 0.7]), Spacer(0, 12)]


@_plainly.register
def _(block: told.Table, language: told.Language) -> list[Flowable]:
    head = [_words(column.title, "header cell", language) for column in block.columns]
    rows = [[_words(cell, "cell", language) for cell in row] for row in (*block.rows, *([block.totals] if block.totals else []))]
    weights = [column.weight for column in block.columns]
    widths = [MEASURE * weight / sum(weights) for weight in weights]
    return [_words(block.caption, "caption", language), Table([head, *rows], colWidths=widths, repeatRows=1), Spacer(0, 12)]


@_plainly.register
def _(block: told.SignatureBlock, language: told.Language) -> list[Flowable]:
    cells = [[_words(name, "name", language), _words(seat, "seat", language)] for name, seat in block.names]
    return [Table([cells], colWidths=[MEASURE / len(cells)] * len(cells))]


def five_pages() -> tuple[told.Document, list[told.Block]]:
    """The opinion of the tests: a dissent, a middle figure, three lines."""
    return opinion(a_record())


def fifty_pages() -> tuple[told.Document, list[told.Block]]:
    """The same with 190 lines, each with its questions and reasons."""
    lines = [a_line(position) for position in range(1, 191)]
    questions = [a_question(position, position, "responsible", a_result(0)) for position in range(1, 191)]
    return opinion(a_record(lines=lines, questions=questions))


def seconds(make: Callable[..., bytes], asked: tuple[Any, ...]) -> float:
    """Processor time of making it once, with no rubbish of the one before to take away."""
    gc.collect()
    began = time.process_time()
    make(*asked)
    return time.process_time() - began


def side_by_side() -> dict[str, float]:
    """Seconds of each for five pages (the median of many, by turns), and how many times the one is the other."""
    asked = five_pages()
    turns = [(seconds(render, asked), seconds(plain, asked)) for _ in range(TURNS + 2)][2:]
    ours, theirs = (statistics.median(each) for each in zip(*turns, strict=True))
    return {
        "pages": pages(render(*asked)),
        "tagged_s": round(ours, 3),
        "plain_s": round(theirs, 3),
        "times": round(ours / theirs, 2),
    }


def long() -> dict[str, float]:
    """Seconds and the most memory of this process for fifty pages."""
    fonts.ready()
    asked = fifty_pages()
    first = seconds(render, asked)
    took = statistics.median(seconds(render, asked) for _ in range(3))
    made = render(*asked)
    return {
        "pages": pages(made),
        "first_s": round(first, 2),
        "tagged_s": round(took, 2),
        "most_mb": highest_mb(),
        "kB": len(made) // 1000,
    }


def pages(made: bytes) -> int:
    """How many pages a file has."""
    with pypdfium2.PdfDocument(made) as file:
        return len(file)


def main() -> None:
    """The five pages here, the fifty in a process of their own, so that its memory is theirs."""
    if sys.argv[1:] == ["long"]:
        sys.stdout.write(f"{json.dumps(long())}\n")
        return
    sys.stdout.write(f"{json.dumps(side_by_side())}\n")
    sys.stdout.flush()
    subprocess.run([sys.executable, "-m", "tests.bench.pdf", "long"], check=True)


if __name__ == "__main__":
    main()
