"""A PDF to take along: every page marked with whose it is and its last day, and the whole encrypted with a passphrase (rule 33)."""

from __future__ import annotations

import io
import secrets
from typing import TYPE_CHECKING, Final

import pikepdf
from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas

from tvist.pdf import fonts
from tvist.pdf.fonts import SANS, printable, runs, width_of

if TYPE_CHECKING:
    from typing import BinaryIO

OWNER_BYTES: Final = 32
QUIET: Final = Color(0.35, 0.35, 0.35, alpha=0.16)
PLAIN: Final = Color(0.25, 0.25, 0.25, alpha=0.9)
SMALL: Final = 7.5
MARGIN: Final = 12
SLANT: Final = 52
ACROSS: Final = 0.85
"""How much of a page's diagonal the mark takes."""
MAY: Final = pikepdf.Permissions(
    accessibility=True,
    extract=False,
    modify_annotation=False,
    modify_assembly=False,
    modify_form=False,
    modify_other=False,
    print_lowres=False,
    print_highres=False,
)
"""What a reader of the copy may do: read it, also by a screen reader; neither print, copy nor change."""


def mark_and_lock(source: BinaryIO, target: BinaryIO, *, mark: str, line: str, passphrase: str) -> None:
    """Write the PDF in `source` to `target`: `mark` across each page, `line` at its foot, AES-256 (R 6) with the passphrase.

    Nothing unencrypted is written. The right to change the restrictions is given to nobody: its key is thrown away.
    """
    with pikepdf.open(source) as pdf:
        stamps: dict[tuple[float, float], pikepdf.Object] = {}
        for page in pdf.pages:
            left, low, right, high = (float(edge) for edge in page.cropbox.as_list())
            size = (round(right - left, 1), round(high - low, 1))
            if size not in stamps:
                stamps[size] = _stamp(pdf, size, mark, line)
            _lay(pdf, page, stamps[size], (left, low))
        lock = pikepdf.Encryption(owner=secrets.token_urlsafe(OWNER_BYTES), user=passphrase, R=6, allow=MAY)
        pdf.save(target, encryption=lock)


def _lay(pdf: pikepdf.Pdf, page: pikepdf.Page, stamp: pikepdf.Object, corner: tuple[float, float]) -> None:
    """Draw the stamp over the page; what the page drew before is closed off, so that it cannot move the stamp."""
    left, low = corner
    name = page.add_resource(stamp, pikepdf.Name.XObject)
    page.contents_add(pdf.make_stream(b"q\n"), prepend=True)
    shown = f"q 1 0 0 1 {left:.2f} {low:.2f} cm {name} Do Q"
    # It is no part of the text, also where the page is tagged.
    page.contents_add(pdf.make_stream(f"\nQ /Artifact <</Type /Pagination>> BDC {shown} EMC\n".encode()))


def _stamp(pdf: pikepdf.Pdf, size: tuple[float, float], mark: str, line: str) -> pikepdf.Object:
    """The mark as a drawing of `pdf`, for pages of that size (in points)."""
    fonts.ready()
    drawn = io.BytesIO()
    canvas = Canvas(drawn, pagesize=size, invariant=True)
    wide, high = size
    full = (wide**2 + high**2) ** 0.5 * ACROSS
    height = min(60.0, full / max(width_of(mark, SANS, 1.0), 1.0))
    canvas.saveState()
    canvas.translate(wide / 2, high / 2)
    canvas.rotate(SLANT if high >= wide else 90 - SLANT)
    canvas.setFillColor(QUIET)
    _write(canvas, mark, (-width_of(mark, SANS, height) / 2, -height / 3), height)
    canvas.restoreState()
    canvas.setFillColor(PLAIN)
    small = min(SMALL, (wide - 2 * MARGIN) / max(width_of(line, SANS, 1.0), 1.0))
    _write(canvas, line, (MARGIN, MARGIN / 2), small)
    canvas.save()
    with pikepdf.open(drawn) as stamp:
        return pdf.copy_foreign(stamp.pages[0].as_form_xobject())


def _write(canvas: Canvas, words: str, start: tuple[float, float], size: float) -> None:
    """Write a line from `start`, each letter in a font that has it."""
    left, low = start
    for font, text in runs(printable(words), SANS, ""):
        canvas.setFont(font, size)
        canvas.drawString(left, low, text)
        left += width_of(text, font, size)
