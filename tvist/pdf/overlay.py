"""What is printed over pages that are not ours: one line at the foot of each, as a PDF with one page for each of theirs."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reportlab.pdfgen.canvas import Canvas

from tvist.pdf import fonts
from tvist.pdf.fonts import SANS, SANS_BOLD, width_of
from tvist.pdf.styles import INK

if TYPE_CHECKING:
    from collections.abc import Iterable

SIZE: Final = 8.4
BASE: Final = 9.0
"""Points from the lower edge, where the page is as wide as A4."""
EDGE: Final = 28.0


@dataclass(frozen=True)
class Foot:
    """A page of that size in points, and what stands at its lower right corner; `scale` is 1 where it is as wide as A4."""

    width: float
    height: float
    text: str
    scale: float


def overlay(feet: Iterable[Foot]) -> bytes:
    """One page for each, empty but for its line. The same feet give the same bytes."""
    fonts.ready()
    file = io.BytesIO()
    canvas = Canvas(file, invariant=1, pageCompression=1, initialFontName=SANS)  # type: ignore[arg-type]  # Its stubs take it for a number.
    for foot in feet:
        canvas.setPageSize((foot.width, foot.height))
        edge = min(EDGE * foot.scale, foot.width / 10)
        room = foot.width - 2 * edge
        size = SIZE * foot.scale
        # A strip of a page, such as a receipt from a till, is narrower than the line.
        size = min(size, size * room / max(width_of(foot.text, SANS_BOLD, size), 1.0))
        canvas.setFont(SANS_BOLD, size)
        # It is what the opinion cites, and stands beside numbers that the paper may have of its own.
        canvas.setFillColor(INK)
        canvas.drawRightString(foot.width - edge, BASE * foot.scale, foot.text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()
