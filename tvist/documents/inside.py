"""What a PDF or a mail holds beside what is read. Opens what nobody has vouched for, so it is called in `tvist.documents.apart` alone."""

from __future__ import annotations

import email
import zipfile
from email import policy
from io import BytesIO
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import pikepdf

from tvist.documents.packed import OFFICE, refused_content, wrong_in_package
from tvist.documents.uploads import MediaType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEEPEST_MAIL: Final = 3
MOST_OBJECTS: Final = 500_000
_ACTIVE: Final = frozenset({"/JavaScript", "/Launch", "/ImportData", "/Rendition", "/RichMediaExecute"})
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_MACROS: Final = ("_VBA_PROJECT".encode("utf-16-le"), "Macros".encode("utf-16-le"))


def wrong_inside(kind: MediaType, file: Path) -> tuple[str | None, str]:
    """Why the file is refused, or None, and the name of the attachment that it is about (empty: the file itself)."""
    if kind is MediaType.PDF:
        with file.open("rb") as opened:
            return wrong_in_pdf(opened), ""
    attachments = _of_eml(file.read_bytes()) if kind is MediaType.EML else _of_msg(file)
    return next(_wrong_attached(attachments), (None, ""))


def wrong_in_pdf(file: BinaryIO) -> str | None:
    """`locked`, `active` (scripts, or starting programs), `files` (other files within) or `bomb`; None for a good one and for one that does not open."""
    try:
        with pikepdf.open(file) as pdf:
            if len(pdf.objects) > MOST_OBJECTS:
                return "bomb"
            found = {wrong for thing in pdf.objects if (wrong := _wrong_object(thing))}
            return "active" if "active" in found else next(iter(found), None)
    except pikepdf.PasswordError:
        return "locked"
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, RecursionError):
        # It holds nothing that any reader of ours opens; it is told to be unread where it is read.
        return None


def _wrong_object(thing: Any) -> str | None:
    """Direct dictionaries stand inside others, so each object is looked through."""
    waiting, seen = [thing], 0
    while waiting and seen < MOST_OBJECTS:
        each = waiting.pop()
        seen += 1
        if isinstance(each, pikepdf.Array):
            waiting += [inner for inner in each if _is_direct(inner)]
            continue
        if not isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
            continue
        if str(each.get("/S", "")) in _ACTIVE or "/JS" in each or "/XFA" in each:
            return "active"
        if (
            str(each.get("/Type", "")) == "/EmbeddedFile"
            or "/EmbeddedFiles" in each
            or isinstance(each.get("/EF"), pikepdf.Dictionary)
        ):
            return "files"
        waiting += [inner for _, inner in each.items() if _is_direct(inner)]
    return None


def _is_direct(thing: Any) -> bool:
    return isinstance(thing, pikepdf.Object) and not thing.is_indirect


Attachment = tuple[str, bytes]


def _of_eml(content: bytes, depth: int = 0) -> Iterator[Attachment]:
    """All parts that are files, also those of mails that are attached."""
    mail = email.message_from_bytes(content, policy=policy.default)
    for part in mail.walk():
        if part.is_multipart():
            continue
        name = str(part.get_filename() or "")
        content_of = part.get_payload(decode=True)
        if not isinstance(content_of, bytes) or not (name or part.get_content_maintype() != "text"):
            continue
        yield name or part.get_content_type(), content_of
        if name.lower().endswith(".eml") and depth < DEEPEST_MAIL:
            yield from _of_eml(content_of, depth + 1)


def _of_msg(file: Path) -> Iterator[Attachment]:
    from oxmsg import Message as OutlookMessage

    try:
        for each in OutlookMessage.load(str(file)).attachments:
            yield (each.file_name or "").strip(), each.file_bytes or b""
    except Exception:  # noqa: BLE001 - a broken mail ends in any error of the library; it is told to be unread where it is read.
        return


def _wrong_attached(attachments: Iterator[Attachment]) -> Iterator[tuple[str, str]]:
    for name, content in attachments:
        if wrong := wrong_content(name, content):
            yield wrong, name


def wrong_content(name: str, content: bytes) -> str | None:
    """Why an attached file is refused; None for a good one, also of a kind that may not be uploaded by itself: a picture in a signature, an invitation."""
    if found := refused_content(name, content[:8]):
        return found
    ending = PurePosixPath(name.lower()).suffix.removeprefix(".")
    if content.startswith(b"%PDF-"):
        return wrong_in_pdf(BytesIO(content))
    if content.startswith(_COMPOUND) and any(sign in content for sign in _OLD_MACROS):
        return "macros"
    if ending in OFFICE and zipfile.is_zipfile(BytesIO(content)):
        try:
            return wrong_in_package(BytesIO(content))
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError):
            return "broken"
    return None
