"""What may be uploaded: ten kinds of file, known by their content and never by their name alone; and the name a file is kept under."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from enum import StrEnum
from pathlib import PurePosixPath
from typing import BinaryIO, Final

import puremagic

from tvist.documents.packed import has_too_many_parts
from tvist.documents.text import looks_like_text
from tvist.words import Message

HEAD: Final = 64 * 1024
LONGEST_NAME: Final = 120
LONGEST_NAME_BYTES: Final = 200
LONGEST_ENDING: Final = 10
SURE_ENOUGH: Final = 0.4
LONGEST_PART: Final = 1024 * 1024


class MediaType(StrEnum):
    """The kinds of file that may be uploaded."""

    PDF = "pdf"
    DOCX = "docx"
    ODT = "odt"
    XLSX = "xlsx"
    PNG = "png"
    JPEG = "jpeg"
    TIFF = "tiff"
    TXT = "txt"
    EML = "eml"
    MSG = "msg"

    @property
    def mime(self) -> str:
        """The media type that HTTP and the archive use."""
        return _MIMES[self]

    @property
    def endings(self) -> tuple[str, ...]:
        """How the names of such files end, the usual one first, without the dot."""
        return {MediaType.JPEG: ("jpg", "jpeg"), MediaType.TIFF: ("tif", "tiff")}.get(self, (self.value,))


_OFFICE = "application/vnd.openxmlformats-officedocument"
_MIMES: Final = {
    MediaType.PDF: "application/pdf",
    MediaType.DOCX: f"{_OFFICE}.wordprocessingml.document",
    MediaType.ODT: "application/vnd.oasis.opendocument.text",
    MediaType.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
    MediaType.PNG: "image/png",
    MediaType.JPEG: "image/jpeg",
    MediaType.TIFF: "image/tiff",
    MediaType.TXT: "text/plain",
    MediaType.EML: "message/rfc822",
    MediaType.MSG: "application/vnd.ms-outlook",
}
_BY_ENDING: Final = {ending: kind for kind in MediaType for ending in kind.endings}
_BEGINNINGS: Final = {
    b"%PDF-": MediaType.PDF,
    b"\x89PNG\r\n\x1a\n": MediaType.PNG,
    b"\xff\xd8\xff": MediaType.JPEG,
    b"II*\0": MediaType.TIFF,
    b"MM\0*": MediaType.TIFF,
}
_ZIP: Final = b"PK\x03\x04"
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A stream that every Outlook message has and no Word or Excel file: its name as the compound file's directory spells it.
_MESSAGE_STREAM: Final = "__properties_version1.0".encode("utf-16-le")
_LOCKED_STREAM: Final = "EncryptedPackage".encode("utf-16-le")
"""What Word and Excel keep a document in that opens with a password."""
_MAIL_HEADER = re.compile(rb"^(from|to|date|subject|received|return-path|message-id|mime-version):", re.IGNORECASE | re.MULTILINE)
_MACRO_PART = re.compile(r"(^|/)vbaproject\.bin$|^(basic|scripts)/.", re.IGNORECASE)


def inspect(file: BinaryIO, filename: str, *, largest: int) -> MediaType | Message:
    """The kind of an uploaded file, or what is wrong with it and what to do. `file` can seek and is left at its beginning.

    Refused: empty, above `largest` bytes, a kind that is not allowed, a content that is not what the name says, macros.
    """
    name = clean_name(filename)
    size = file.seek(0, 2)
    file.seek(0)
    try:
        return _inspected(file, name, size, largest)
    finally:
        file.seek(0)


def _inspected(file: BinaryIO, name: str, size: int, largest: int) -> MediaType | Message:
    if refused := _refused_unread(file, name, size, largest):
        return refused
    claimed = _BY_ENDING.get(PurePosixPath(name).suffix.removeprefix(".").lower())
    if claimed is None:
        return Message("documents.kind_not_allowed", name=name, allowed=list(MediaType))
    head = file.read(HEAD)
    found = _kinds(file, head)
    if claimed in found:
        return Message("documents.has_macros", name=name) if _has_macros(file, claimed) else claimed
    if _is_locked(file, claimed, head):
        return Message("documents.wrong.locked", name=name)
    return _unlike(name, claimed, min(found).endings[0] if found else _guess(head))


def _refused_unread(file: BinaryIO, name: str, size: int, largest: int) -> Message | None:
    """What can be said of it by its size, and by the size of its directory if it is a zip file."""
    if size == 0:
        return Message("documents.empty_file", name=name)
    if size > largest:
        return Message("documents.too_large", name=name, megabytes=-(-size // 10**6), limit=largest // 10**6)
    is_bomb = file.read(len(_ZIP)) == _ZIP and has_too_many_parts(file)
    file.seek(0)
    return Message("documents.wrong.bomb", name=name) if is_bomb else None


def _is_locked(file: BinaryIO, claimed: MediaType, head: bytes) -> bool:
    return claimed in {MediaType.DOCX, MediaType.XLSX} and head.startswith(_COMPOUND) and _holds(file, _LOCKED_STREAM)


def _unlike(name: str, claimed: MediaType, looks_like: str) -> Message:
    """The content is not what the name says: what it seems to be instead."""
    if looks_like:
        return Message("documents.content_unlike_name", name=name, claimed=claimed, found=looks_like.upper())
    return Message("documents.content_unknown", name=name, claimed=claimed)


def _kinds(file: BinaryIO, head: bytes) -> frozenset[MediaType]:
    """What the content can be: nothing we allow, one kind, or text that may be a mail as well."""
    for beginning, kind in _BEGINNINGS.items():
        if head.startswith(beginning):
            return frozenset({kind})
    if head.startswith(_ZIP):
        return frozenset(kind for kind in (MediaType.DOCX, MediaType.XLSX, MediaType.ODT) if _is_office(file, kind))
    if head.startswith(_COMPOUND):
        return frozenset({MediaType.MSG}) if _holds(file, _MESSAGE_STREAM) else frozenset()
    if not looks_like_text(head):
        return frozenset()
    # A mail begins with its headers; a letter pasted as text may quote one further down.
    headers = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    is_mail = len(_MAIL_HEADER.findall(headers)) > 1
    return frozenset({MediaType.TXT, MediaType.EML} if is_mail else {MediaType.TXT})


def _is_office(file: BinaryIO, kind: MediaType) -> bool:
    """DOCX and XLSX say what they are in `[Content_Types].xml`, ODT in `mimetype`."""
    if kind is MediaType.ODT:
        return _part(file, "mimetype").strip() == kind.mime.encode()
    main = {MediaType.DOCX: b"wordprocessingml.document.", MediaType.XLSX: b"spreadsheetml.sheet."}[kind]
    macro = {MediaType.DOCX: b"ms-word.document.macroEnabled.", MediaType.XLSX: b"ms-excel.sheet.macroEnabled."}[kind]
    types = _part(file, "[Content_Types].xml")
    return main + b"main+xml" in types or macro + b"main+xml" in types


def _part(file: BinaryIO, name: str) -> bytes:
    """One small part of a zip file; nothing when it is missing, broken, locked or too long to be what we look for."""
    try:
        with zipfile.ZipFile(file) as packed, packed.open(name) as part:
            # The size that the directory states may be a lie, so no more than this is ever unpacked.
            text = part.read(LONGEST_PART + 1)
    except (zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError, EOFError, OSError, ValueError):
        return b""
    return text if len(text) <= LONGEST_PART else b""


def _has_macros(file: BinaryIO, kind: MediaType) -> bool:
    if kind not in {MediaType.DOCX, MediaType.XLSX, MediaType.ODT}:
        return False
    with zipfile.ZipFile(file) as packed:
        names = packed.namelist()
    return b"macroEnabled" in _part(file, "[Content_Types].xml") or any(_MACRO_PART.search(name) for name in names)


def _holds(file: BinaryIO, wanted: bytes) -> bool:
    file.seek(0)
    overlap = b""
    while block := file.read(LONGEST_PART):
        if wanted in overlap + block:
            return True
        overlap = block[-len(wanted) :]
    return False


def _guess(head: bytes) -> str:
    """What a refused file seems to be, for the message: an ending without the dot, or nothing."""
    for beginning, ending in {b"MZ": "exe", _ZIP: "zip"}.items():
        if head.startswith(beginning):
            return ending
    if not head.strip(b"\0"):
        return ""
    try:
        best = puremagic.magic_string(head)[0]
    except (puremagic.PureError, ValueError):
        return ""
    return str(best.extension).removeprefix(".") if best.confidence >= SURE_ENOUGH else ""


def clean_name(filename: str) -> str:
    """A name that is safe to store, show and download: no folders, no control or direction characters, at most 120 characters; letters of all languages stay."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    # Categories C*: control, format (these turn the reading direction), surrogates, private and unassigned.
    name = "".join(" " if char.isspace() else char for char in name if char.isspace() or unicodedata.category(char)[0] != "C")
    name = unicodedata.normalize("NFC", " ".join(name.split()))
    name = re.sub(r'[<>:"|?*]', "_", name).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > LONGEST_ENDING or " " in ending:
        stem, dot, ending = name, "", ""
    stem = stem[: LONGEST_NAME - len(dot + ending)]
    while len((stem + dot + ending).encode()) > LONGEST_NAME_BYTES:
        stem = stem[:-1]
    return (stem.rstrip(". ") or "fil") + dot + ending
