"""An address as a code to point a telephone at, beside its words: what stands on paper leads back to where it can be checked."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, cast

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel
from reportlab.platypus import Flowable, KeepTogether, Spacer

from tvist.pdf.blocks import Link
from tvist.pdf.plaintext import paragraphs
from tvist.pdf.styles import INK, MEASURE
from tvist.pdf.tables import plain_grid
from tvist.words import Message
from tvist.words import render as say

if TYPE_CHECKING:
    from tvist.pdf.blocks import CodeBlock
    from tvist.pdf.roles import Role
    from tvist.pdf.tagging import TaggedCanvas
    from tvist.pdf.writing import Pen

SIZE: Final = 82.0
"""Points from edge to edge, with the white that a reading machine needs around the code."""
WHITE: Final = 4
"""Modules of white on each side (ISO/IEC 18004)."""
BESIDE: Final = 8.0


class Code(Flowable):
    """A QR code on the page, with its role. A sixth of it may be soiled and it can still be read (level M)."""

    def __init__(self, address: str, role: Role) -> None:
        super().__init__()
        self.role = role
        self.width = self.height = SIZE
        code: Any = QRCode(None, QRErrorCorrectLevel.M)
        code.addData(address)
        code.make()
        self.modules: list[list[bool]] = code.modules

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: ARG002, N803 - ReportLab's names.
        """Its own size."""
        return self.width, self.height

    def draw(self) -> None:
        """One path for all of it: between modules drawn one by one a printer may leave lines."""
        canvas = cast("TaggedCanvas", self.canv)
        figure = canvas.tree.of(self.role)
        module = SIZE / (len(self.modules) + 2 * WHITE)
        # Its white lies in the margin, so that what is black begins where the text does.
        left, low = canvas.absolutePosition(0, 0)
        figure.box = (left - WHITE * module, low, left + SIZE - WHITE * module, low + SIZE)
        with canvas.content_of(figure):
            canvas.setFillColor(INK)
            path = canvas.beginPath()
            for row, modules in enumerate(self.modules):
                at = 0
                for is_dark, run in groupby(map(bool, modules)):
                    length = len(list(run))
                    if is_dark:
                        path.rect(at * module, SIZE - (WHITE + row + 1) * module, length * module, module)
                    at += length
            canvas.drawPath(path, stroke=0, fill=1)


def code_grid(block: CodeBlock, pen: Pen) -> list[Flowable]:
    """The code at the left, its words beside it, kept together. The address is a link where the words have it."""
    alternative = say(Message("pdf.code", address=block.address), pen.language)
    code = Code(block.address, pen.role("Figure", alternative=alternative))
    linked = replace(pen, links=(Link(block.address, block.address),))
    words = [linked.words(paragraph.text, "beside code", pen.role("P")) for paragraph in paragraphs(block.words)]
    lines: list[tuple[Any, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ]
    grid = plain_grid([[code, words]], [SIZE + BESIDE, MEASURE - SIZE - BESIDE], pen.role("P"), lines, header_rows=0)
    return [KeepTogether([Spacer(0, 6), grid, Spacer(0, 10)])]
