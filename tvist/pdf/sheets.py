"""A page of a PDF as a picture, drawn on the server: the browser needs no viewer, and the file itself does not leave the house."""

from __future__ import annotations

import io
from threading import Lock
from typing import TYPE_CHECKING, Final

import pypdfium2

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

PDFIUM: Final = Lock()
"""PDFium does one thing at a time in a process, whatever the document: whoever calls it holds this."""
WIDTHS: Final = (900, 1400, 2000)
"""The widths, in pixels, that a page is drawn in."""
MIME: Final = "image/webp"
TALLEST: Final = 3
"""So many times its width a picture may be high: a strip of paper is drawn smaller."""
QUALITY: Final = 82
SPEED: Final = 2


def page_count(file: Path | bytes) -> int:
    """How many pages a PDF has."""
    with PDFIUM, pypdfium2.PdfDocument(file) as document:
        return len(document)


def page_picture(file: BinaryIO, page: int, width: int) -> bytes:
    """Page `page` (the first is 1) of the PDF as WebP, `width` pixels wide. Raises IndexError for a page that it does not have."""
    with PDFIUM, pypdfium2.PdfDocument(file) as document:
        if not 1 <= page <= len(document):
            raise IndexError(page)
        sheet = document[page - 1]
        wide, high = sheet.get_size()
        scale = min(width / wide, width * TALLEST / high)
        bitmap = sheet.render(scale=scale, rev_byteorder=True)
        # The picture has the bitmap's memory as its own: it is copied before the document is closed.
        picture = bitmap.to_pil().copy()
    drawn = io.BytesIO()
    picture.convert("RGB").save(drawn, "WEBP", quality=QUALITY, method=SPEED)
    return drawn.getvalue()
