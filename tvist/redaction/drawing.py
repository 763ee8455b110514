"""Pages as pictures with boxes burnt in: what lay under a box is not in the file any more (rule 46).

Boxes are counted in ten-thousandths of a page's width and height (`models.WHOLE`), from its upper left corner.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pypdfium2
from PIL import Image, ImageChops, ImageDraw, ImageFont

from tvist.pdf.fonts import SANS_BOLD, file_of
from tvist.pdf.pictures import PagePicture
from tvist.pdf.sheets import PDFIUM
from tvist.redaction.models import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

DPI: Final = 200
POINTS: Final = 72
MOST_PIXELS: Final = 40_000_000
"""A larger page is drawn with fewer dots to the inch."""
QUALITY: Final = 88
BLACK: Final = 0
WHITE: Final = 255
STAMP_PART: Final = 55
"""So many letters of a stamp would stand on a page from edge to edge, were each as wide as it is high."""
SMALLEST_STAMP: Final = 8
DARKEST: Final = 40
"""A burnt pixel is no lighter than this, of 255: JPEG rings a little at the edges."""


@dataclass(frozen=True)
class Box:
    """A black box: its page (from 1) and its place in ten-thousandths of the page."""

    page: int
    left: int
    top: int
    width: int
    height: int

    def pixels(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Its first and last column and row on a page of that size in pixels, rounded outward."""
        wide, high = size
        first = (self.left * wide // WHOLE, self.top * high // WHOLE)
        last = (math.ceil((self.left + self.width) * wide / WHOLE) - 1, math.ceil((self.top + self.height) * high / WHOLE) - 1)
        return *first, min(max(last[0], first[0]), wide - 1), min(max(last[1], first[1]), high - 1)


def burnt_pages(source: Path, boxes: Sequence[Box], alternatives: Sequence[str], *, stamp: str = "") -> Iterator[PagePicture]:
    """Each page of the PDF as a picture, grey where the page has no colour, with its boxes burnt in; over its corner the words of `stamp`."""
    for number, alternative in enumerate(alternatives, start=1):
        picture, points = _drawn(source, number)
        burn = ImageDraw.Draw(picture)
        if stamp:
            _stamp(burn, picture, stamp)
        for box in boxes:
            if box.page == number:
                burn.rectangle(box.pixels(picture.size), fill=BLACK if picture.mode == "L" else (BLACK,) * 3)
        saved = io.BytesIO()
        picture.save(saved, "JPEG", quality=QUALITY, subsampling=0)
        yield PagePicture(saved.getvalue(), picture.size, picture.mode == "L", points, alternative)


def _stamp(burn: ImageDraw.ImageDraw, picture: Image.Image, words: str) -> None:
    """Write the words into the upper right corner, black on white with a frame; a box that lies there covers them."""
    size = max(picture.width // STAMP_PART, SMALLEST_STAMP)
    font = ImageFont.truetype(file_of(SANS_BOLD), size)
    wide = math.ceil(font.getlength(words)) + size
    white, black = (WHITE, BLACK) if picture.mode == "L" else ((WHITE,) * 3, (BLACK,) * 3)
    burn.rectangle(
        (picture.width - wide - size, size // 2, picture.width - size, size * 5 // 2), fill=white, outline=black, width=2
    )
    burn.text((picture.width - size - wide // 2, size * 3 // 2), words, fill=black, font=font, anchor="mm")


def unburnt(data: bytes, boxes: Sequence[Box]) -> list[Box]:
    """The boxes under which a made file shows anything but black."""
    return [box for number in sorted({box.page for box in boxes}) for box in _unburnt_on(data, number, boxes)]


def _unburnt_on(data: bytes, number: int, boxes: Sequence[Box]) -> Iterator[Box]:
    with PDFIUM, pypdfium2.PdfDocument(data) as document:
        sheet = document[number - 1]
        width, height = sheet.get_size()
        shown = sheet.render(scale=_scale(width, height), rev_byteorder=True).to_pil().convert("L")
    for box in boxes:
        if box.page == number:
            left, top, right, low = box.pixels(shown.size)
            # The outermost pixels may be mixed with what lies beside the box.
            inner = (min(left + 1, right), min(top + 1, low), max(right, left + 1), max(low, top + 1))
            _darkest, lightest = shown.crop(inner).getextrema()
            if lightest > DARKEST:
                yield box


def _drawn(source: Path, number: int) -> tuple[Image.Image, tuple[float, float]]:
    """Page `number` as a picture, and its size in points."""
    with PDFIUM, pypdfium2.PdfDocument(source) as document:
        sheet = document[number - 1]
        width, height = sheet.get_size()
        picture = sheet.render(scale=_scale(width, height), rev_byteorder=True).to_pil().convert("RGB")
    red, green, blue = picture.split()
    is_grey = ImageChops.difference(red, green).getbbox() is None and ImageChops.difference(green, blue).getbbox() is None
    return (red if is_grey else picture), (round(width, 2), round(height, 2))


def _scale(width: float, height: float) -> float:
    dots = DPI / POINTS
    return dots * min(1.0, math.sqrt(MOST_PIXELS / (width * height * dots * dots)))
