"""A page as it is shown while it is covered: its size, its boxes in that size, and its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pypdfium2

from tvist.pdf.sheets import PDFIUM
from tvist.redaction.models import WHOLE
from tvist.redaction.rules import RedactionStage, stage_of

if TYPE_CHECKING:
    from pathlib import Path

    from tvist.redaction.models import Redaction, RedactionBox


@dataclass(frozen=True)
class ShownBox:
    """A box in points, from the upper left corner, and in per cent as people write it."""

    box: RedactionBox
    x: float
    y: float
    width: float
    height: float

    @property
    def told(self) -> dict[str, str]:
        """Its numbers in per cent."""
        parts = {"left": self.box.left, "top": self.box.top, "width": self.box.width, "height": self.box.height}
        return {name: f"{part / 100:.2f}".replace(".", ",") for name, part in parts.items()}


@dataclass(frozen=True)
class ShownPage:
    """A page of so many, with its size in points. A made file has its boxes in the picture, and none over it."""

    number: int
    count: int
    width: float
    height: float
    boxes: list[ShownBox]


def shown_page(redaction: Redaction, pages: Path, number: int) -> ShownPage | None:
    """The page; None where there is none of that number."""
    with PDFIUM, pypdfium2.PdfDocument(pages) as document:
        count = len(document)
        if not 1 <= number <= count:
            return None
        width, height = document[number - 1].get_size()
    is_made = stage_of(redaction) is RedactionStage.MADE
    boxes = [
        ShownBox(
            box, round(box.left * width / WHOLE, 2), round(box.top * height / WHOLE, 2),
            round(box.width * width / WHOLE, 2), round(box.height * height / WHOLE, 2),
        )
        for box in redaction.boxes
        if box.page == number and not is_made
    ]  # fmt: skip
    return ShownPage(number, count, round(width, 2), round(height, 2), boxes)
