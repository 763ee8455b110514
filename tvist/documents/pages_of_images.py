"""Pictures as A4 pages: each upright as its camera says, on white, no larger than the page. What img2pdf cannot take as it is, Pillow redraws."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import img2pdf
from PIL import Image, ImageOps, ImageSequence

from tvist.documents.pages_of_pdf import A4, MOST_PAGES, NotPages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BORDER: Final = 28.35
"""Points: 10 mm on each side, so that the page number stands in white."""
MOST_PIXELS: Final = 120_000_000
"""Of one picture: more is refused before it is unpacked."""
AS_IT_IS: Final = 16_000_000
"""Pixels: what is taken into the page without being drawn anew. A4 at 300 dots an inch has half of it."""
LONGEST_SIDE: Final = 3_508
"""Pixels of a redrawn picture: A4 at 300 dots an inch."""
QUALITY: Final = 88


def picture_pages(source: Path, target: Path) -> None:
    """Write the picture, or the pictures of a TIFF, as A4 pages. Raises `NotPages`."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow warns above this and refuses what is twice as large.
    try:
        if _can_be_taken(source):
            with target.open("wb") as opened:
                img2pdf.convert(
                    str(source), outputstream=opened, layout_fun=_layout(), rotation=img2pdf.Rotation.ifvalid, nodate=True
                )
            return
    except Exception:  # noqa: BLE001, S110 - whatever img2pdf cannot take, Pillow tries next.
        pass
    try:
        pages = [*_redrawn(source)]
        with target.open("wb") as opened:
            img2pdf.convert(pages, outputstream=opened, layout_fun=_layout(), nodate=True)
    except NotPages:
        raise
    except Image.DecompressionBombError:
        raise NotPages("too_large") from None
    except Exception as error:  # A broken picture ends in any error of the libraries.
        raise NotPages("broken") from error


def _layout() -> object:
    return img2pdf.get_layout_fun(A4, border=(BORDER, BORDER), fit=img2pdf.FitMode.shrink, auto_orient=True)


def _can_be_taken(source: Path) -> bool:
    """JPEG always, as its bytes go into the page unread; others where no frame is large and none can be seen through."""
    with Image.open(source) as picture:
        if picture.format == "JPEG":
            return True
        if getattr(picture, "n_frames", 1) > MOST_PAGES:
            raise NotPages("too_long")
        return all(
            frame.width * frame.height <= AS_IT_IS and frame.mode in {"1", "L", "P", "RGB"} and "transparency" not in frame.info
            for frame in ImageSequence.Iterator(picture)
        )


def _redrawn(source: Path) -> Iterator[bytes]:
    with Image.open(source) as picture:
        if getattr(picture, "n_frames", 1) > MOST_PAGES:
            raise NotPages("too_long")
        for frame in ImageSequence.Iterator(picture):
            upright = ImageOps.exif_transpose(frame)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            whole = upright.convert("RGBA") if "A" in upright.mode or "transparency" in upright.info else upright
            if whole.mode == "RGBA":
                white = Image.new("RGBA", whole.size, "white")
                whole = Image.alpha_composite(white, whole)
            written = io.BytesIO()
            whole.convert("L" if whole.mode in {"1", "L"} else "RGB").save(written, "JPEG", quality=QUALITY)
            yield written.getvalue()
