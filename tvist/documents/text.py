"""Plain text out of a paper, for search and for the look-through of names. A kind that cannot be read here is said to be unread, never taken as empty."""

from __future__ import annotations

import codecs
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tvist.documents.pages import PageMaker

LONGEST_TEXT: Final = 4_000_000
_MARKS: Final = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_CONTROLS: Final = frozenset(range(32)) - frozenset(b"\t\n\r\f") | {127}
READABLE: Final = frozenset({"txt", "pdf", "docx", "odt", "xlsx", "eml", "msg"})
"""Kinds (`MediaType`) with text in them; a picture has none that can be read here."""


def plain_text(kind: str, pieces: Iterable[bytes], maker: PageMaker | None = None) -> str | None:
    """The text of a paper of this kind (a `MediaType`), at most its first 4 000 000 bytes or letters; None where none can be read.

    `maker`: for who reads several papers, so that the program that reads them is started once.
    """
    if kind not in READABLE:
        return None
    if kind != "txt":
        return _read_apart(kind, pieces, maker)
    held = bytearray()
    for piece in pieces:
        held += piece
        if len(held) > LONGEST_TEXT:
            del held[LONGEST_TEXT:]
            break
    return decoded(bytes(held))


def _read_apart(kind: str, pieces: Iterable[bytes], maker: PageMaker | None) -> str | None:
    """By a program of its own: what such a file does to the libraries that read it ends there."""
    from tvist.documents.pages import PageMaker
    from tvist.documents.uploads import MediaType

    with TemporaryDirectory(prefix="tvist-") as folder:
        source = Path(folder) / "source"
        with source.open("wb") as opened:
            opened.writelines(pieces)
        if maker is not None:
            return maker.text(MediaType(kind), source)
        with PageMaker() as own:
            return own.text(MediaType(kind), source)


def decoded(text: bytes) -> str:
    """Text from bytes: by its byte order mark, else UTF-8, else Windows-1252. A character cut in two at the end is left out."""
    for mark, encoding in _MARKS.items():
        if text.startswith(mark):
            return codecs.getincrementaldecoder(encoding)(errors="replace").decode(text)
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(text)
    except UnicodeDecodeError:
        # Old Norwegian files are Windows-1252; its five unused places become the replacement character.
        return text.decode("cp1252", errors="replace")


def looks_like_text(head: bytes) -> bool:
    """Whether the beginning of a file is text: marked UTF-16, or without the control characters that text never holds."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return not {"\N{REPLACEMENT CHARACTER}", "\0"}.intersection(decoded(head))
    return not _CONTROLS.intersection(head)
