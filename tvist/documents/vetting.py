"""Is an uploaded file harmless? What it holds beside what is read: scripts, programs, archives, other files, more than can be unpacked; and pictures made clean.

What can be told from a few bytes is told here. What must be opened to be told is opened by a program of its own.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from contextlib import suppress
from pathlib import Path
from tempfile import SpooledTemporaryFile, TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from tvist.documents.packed import wrong_in_package
from tvist.documents.pictures import IN_MEMORY, NoPicture, Turned, cleaned
from tvist.documents.uploads import MediaType
from tvist.words import Message

if TYPE_CHECKING:
    from tvist.documents.pages import PageMaker

OFFICE: Final = frozenset({MediaType.DOCX, MediaType.ODT, MediaType.XLSX})
PICTURES: Final = frozenset({MediaType.PNG, MediaType.JPEG, MediaType.TIFF})
MAILS: Final = frozenset({MediaType.EML, MediaType.MSG})
BLOCK: Final = 1024 * 1024
LONGEST_NAME: Final = 64
_WORTH_OPENING: Final = re.compile(
    rb"/ObjStm|/Encrypt|/JavaScript|/JS\b|/Launch|/EmbeddedFile|/XFA|/RichMedia|/[A-Za-z]*#[0-9A-Fa-f]{2}"
)
"""What makes a PDF worth opening: it says something that it should not, or can hide what it says."""


def vetted(kind: MediaType, file: BinaryIO, name: str, maker: PageMaker) -> BinaryIO | Message:
    """The file as it may be kept, at its beginning: itself, or a picture made clean; or a message of what is wrong with it and what to do."""
    file.seek(0)
    if kind in PICTURES:
        return _picture(kind, file, name, maker)
    wrong: str | None = None
    attached = ""
    if kind in OFFICE:
        wrong = _office(file)
    elif (kind is MediaType.PDF and _is_worth_opening(file)) or kind in MAILS:
        wrong, attached = _opened_apart(kind, file, maker)
    file.seek(0)
    if wrong is None:
        return file
    return told(wrong, name, attached)


def told(wrong: str, name: str, attached: str = "") -> Message:
    """What is wrong with the file called `name`, or with what is attached to it, and what to do."""
    if attached:
        return Message(f"documents.attached.{wrong}", name=name, attached=attached)
    return Message(f"documents.wrong.{wrong}", name=name)


def _office(file: BinaryIO) -> str | None:
    try:
        return wrong_in_package(file)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError):
        return "broken"


def _is_worth_opening(file: BinaryIO) -> bool:
    overlap = b""
    while block := file.read(BLOCK):
        if _WORTH_OPENING.search(overlap + block):
            return True
        overlap = block[-LONGEST_NAME:]
    return False


def _picture(kind: MediaType, file: BinaryIO, name: str, maker: PageMaker) -> BinaryIO | Message:
    try:
        if kind is not MediaType.TIFF:
            with suppress(Turned):
                return cleaned(kind, file)
            # Pillow writes down remarks that it has read.
            with _redrawn(kind, file, maker) as upright:
                return cleaned(kind, upright)
        return _redrawn(kind, file, maker)
    except NoPicture as none:
        return told({"broken": "broken_picture", "too_large": "too_many_pixels"}[none.why], name)


def _redrawn(kind: MediaType, file: BinaryIO, maker: PageMaker) -> BinaryIO:
    with TemporaryDirectory(prefix="tvist-") as folder:
        source, target = Path(folder) / "source", Path(folder) / "target"
        _copy(file, source)
        if why := maker.redraw(kind, source, target):
            raise NoPicture(why)
        out = cast("BinaryIO", SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115 - the caller closes it.
        with target.open("rb") as opened:
            shutil.copyfileobj(opened, out)
    out.seek(0)
    return out


def _opened_apart(kind: MediaType, file: BinaryIO, maker: PageMaker) -> tuple[str | None, str]:
    with TemporaryDirectory(prefix="tvist-") as folder:
        source = Path(folder) / "source"
        _copy(file, source)
        return maker.vet(kind, source)


def _copy(file: BinaryIO, target: Path) -> None:
    file.seek(0)
    with target.open("wb") as opened:
        shutil.copyfileobj(file, opened)
