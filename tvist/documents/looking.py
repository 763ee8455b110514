"""Run apart (`tvist.documents.apart`): all text of a file, page by page, for the search of what should not be sent; and which pages nobody could read."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from tvist.documents.mail import read_eml, read_msg
from tvist.documents.ocr import languages, read_picture
from tvist.documents.office import Unreadable, office_text
from tvist.documents.text import LONGEST_TEXT, decoded
from tvist.documents.uploads import MediaType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

LONGEST_OCR: Final = 20.0
"""Seconds for all pictures of one file: somebody waits for the answer. The pages that are left are said to be unread."""
DOTS: Final = 200
MOST_DOTS: Final = 20_000_000
FEWEST_LETTERS: Final = 3
"""A page with fewer letters than this is a picture."""
_MAILS: Final = {MediaType.EML: read_eml, MediaType.MSG: read_msg}
_OFFICE: Final = frozenset({MediaType.DOCX, MediaType.ODT, MediaType.XLSX})


def look(kind: MediaType, source: Path) -> dict[str, Any]:
    """The `pages` of the file as texts, what stands beside them (`about`), and the numbers (from 1) of `unread` pages and of those read from `pictures`."""
    try:
        if kind is MediaType.PDF:
            return _pdf(source)
        if kind in _MAILS:
            mail = _MAILS[kind](source)
            # What was attached is not opened: it is unread.
            return _answer([mail.searched[:LONGEST_TEXT]], unread=[2] if mail.attachments else [])
        if kind in _OFFICE:
            return _answer([office_text(kind, source)[:LONGEST_TEXT]], unread=[2] if _holds_pictures(source) else [])
        if kind is MediaType.TXT:
            with source.open("rb") as opened:
                return _answer([decoded(opened.read(LONGEST_TEXT))])
        return _from_pictures([""], list(_pictures(source)), "")
    except Unreadable:
        return _answer([""], unread=[1])


def _answer(
    pages: list[str], *, about: str = "", unread: list[int] | None = None, pictures: list[int] | None = None
) -> dict[str, Any]:
    return {"pages": pages, "about": about, "unread": unread or [], "pictures": pictures or []}


def _pdf(source: Path) -> dict[str, Any]:
    import pypdfium2

    from tvist.documents.apart import texts_of

    pages = texts_of(source)
    with pypdfium2.PdfDocument(source) as opened:
        about = "\n".join(text for text in opened.get_metadata_dict().values() if text)
        empty = [number for number, text in enumerate(pages, start=1) if len(text.strip()) < FEWEST_LETTERS]
        drawn = ((number, _drawn(opened, number)) for number in empty)
        return _from_pictures(pages, drawn, about)


def _drawn(opened: Any, number: int) -> Image.Image | None:
    import pypdfium2

    try:
        page = opened[number - 1]
        width, height = page.get_size()
        scale = min(DOTS / 72, (MOST_DOTS / max(width * height, 1)) ** 0.5)
        picture: Image.Image = page.render(scale=scale).to_pil()
        page.close()
    except (pypdfium2.PdfiumError, ValueError):
        return None
    return picture


def _pictures(source: Path) -> Iterator[tuple[int, Image.Image | None]]:
    from PIL import Image, ImageSequence, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = MOST_DOTS * 3
    try:
        with Image.open(source) as opened:
            for number, frame in enumerate(ImageSequence.Iterator(opened), start=1):
                yield number, frame.convert("RGB")
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError):
        yield 1, None


def _from_pictures(pages: list[str], drawn: Any, about: str) -> dict[str, Any]:
    """Read the pictures as long as there is time."""
    until, unread, read = monotonic() + LONGEST_OCR, [], []
    can_read = bool(languages())
    with TemporaryDirectory(prefix="tvist-") as folder:
        for number, picture in drawn:
            pages += [""] * (number - len(pages))
            text = _read(picture, Path(folder) / "page.png") if can_read and picture and monotonic() < until else None
            if text is None:
                unread.append(number)
            else:
                pages[number - 1] = text
                read.append(number)
    return _answer(pages, about=about, unread=unread, pictures=read)


def _read(picture: Image.Image, file: Path) -> str | None:
    picture.save(file)
    return read_picture(file)


def _holds_pictures(source: Path) -> bool:
    """Whether an office file carries pictures, which nobody here reads."""
    import zipfile

    with zipfile.ZipFile(source) as packed:
        return any("/media/" in name or name.startswith("Pictures/") for name in packed.namelist())
