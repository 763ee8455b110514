"""Run by `tvist.documents.pages` as a program of its own: reads files that nobody has vouched for, one order a line, one answer a line.

A file that takes the libraries down, or all memory, or forever, ends this program alone. It is told of no key and no database.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

from tvist.documents.made import MadeAs
from tvist.documents.mail import Mail, read_eml, read_msg
from tvist.documents.office import Unreadable, office_text
from tvist.documents.text import LONGEST_TEXT, decoded
from tvist.documents.uploads import MediaType

if TYPE_CHECKING:
    from tvist.documents.pages_of_pdf import Link

MOST_MEMORY: Final = 2_000_000_000
"""Bytes of address space, which is more than is ever held: libraries count in it with all they could load."""
OFFICE: Final = frozenset({MediaType.DOCX, MediaType.ODT, MediaType.XLSX})
MOST_SECONDS: Final = 150
"""Of the processor, for one order."""
MOST_WRITTEN: Final = 2_000_000_000
_NEW_USERS, _NEW_NETWORK = 0x10000000, 0x40000000
PICTURES: Final = frozenset({MediaType.PNG, MediaType.JPEG, MediaType.TIFF})
MAILS: Final = {MediaType.EML: read_eml, MediaType.MSG: read_msg}


def main(orders: TextIO, answers: TextIO) -> None:
    """Answer until there are no more orders."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_WRITTEN, MOST_WRITTEN))
    leave_the_network()
    _limit_memory(MOST_MEMORY)
    for line in orders:
        order = json.loads(line)
        _limit_seconds(MOST_SECONDS)
        do = {"pages": _pages, "text": _text, "texts": _texts, "vet": _vet, "redraw": _redraw, "look": _look}[order["do"]]
        try:
            answer = do(order)
        except MemoryError:
            answer = _cover("too_large")
        answers.write(f"{json.dumps(answer)}\n")
        answers.flush()


def leave_the_network() -> bool:
    """From here on no address is reached, not even this machine's; where the system does not let us, the other limits stand alone."""
    libc = ctypes.CDLL(None, use_errno=True)
    # Root may leave at once; another one needs a namespace of users of its own, in which it is nobody and opens what it could open before.
    return any(libc.unshare(ways) == 0 for ways in (_NEW_NETWORK, _NEW_USERS | _NEW_NETWORK))


def _limit_memory(most: int) -> None:
    """The soft limit alone, so that it can be lifted for LibreOffice, which begins with more address space than this."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _limit_seconds(most: int) -> None:
    """From now on, as what was used before counts too."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = int(used.ru_utime + used.ru_stime) + most
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _pages(order: dict[str, Any]) -> dict[str, Any]:
    """Lay the file out as plain pages; else what can be said of it on a cover sheet."""
    from tvist.documents.pages_of_pdf import NotPages, plain_pages

    kind, source, target = MediaType(order["kind"]), Path(order["source"]), Path(order["target"])
    try:
        if kind is MediaType.PDF:
            return _made(MadeAs.PAGES, target, plain_pages(source, target))
        if kind in PICTURES:
            from tvist.documents.pages_of_images import picture_pages

            picture_pages(source, target)
            return _made(MadeAs.IMAGE, target, [])
    except NotPages as not_pages:
        return _cover(not_pages.why)
    if kind in OFFICE and order["office"] and (made := _laid_out(source, target)):
        return made
    return _extract(kind, source)


def _laid_out(source: Path, target: Path) -> dict[str, Any] | None:
    from tvist.documents.pages_of_pdf import NotPages, plain_pages
    from tvist.documents.soffice import lay_out

    laid = target.with_suffix(".laid.pdf")
    try:
        resource.setrlimit(resource.RLIMIT_AS, (resource.getrlimit(resource.RLIMIT_AS)[1],) * 2)
        is_laid = lay_out(source, laid)
        _limit_memory(MOST_MEMORY)
        return _made(MadeAs.OFFICE, target, plain_pages(laid, target)) if is_laid else None
    except NotPages:
        return None
    finally:
        laid.unlink(missing_ok=True)


def _made(made_as: MadeAs, target: Path, links: list[Link]) -> dict[str, Any]:
    """What was made, and what its pages say."""
    texts = texts_of(target)
    return {"made_as": made_as.value, "texts": texts, "links": [[link.page, *link.corners, link.target] for link in links]}


def _cover(why: str) -> dict[str, Any]:
    return {"made_as": MadeAs.COVER.value, "why": why}


def _extract(kind: MediaType, source: Path) -> dict[str, Any]:
    try:
        if kind in MAILS:
            return {"made_as": MadeAs.EXTRACT.value, "mail": _told(MAILS[kind](source))}
        text = office_text(kind, source) if kind in OFFICE else _plain(source)
    except Unreadable:
        return _cover("broken")
    return {"made_as": MadeAs.EXTRACT.value, "text": text[:LONGEST_TEXT]} if text.strip() else _cover("no_text")


def _told(mail: Mail) -> dict[str, Any]:
    return {**vars(mail), "sent": mail.sent.isoformat() if mail.sent else None, "text": mail.text[:LONGEST_TEXT]}


def _texts(order: dict[str, Any]) -> dict[str, Any]:
    return {"texts": texts_of(Path(order["source"]))}


def _text(order: dict[str, Any]) -> dict[str, Any]:
    """The text alone, for the search."""
    kind, source = MediaType(order["kind"]), Path(order["source"])
    try:
        if kind is MediaType.PDF:
            text = "\n".join(texts_of(source))
        elif kind in MAILS:
            text = MAILS[kind](source).searched
        elif kind in OFFICE:
            text = office_text(kind, source)
        else:
            text = _plain(source)
    except Unreadable:
        return {"text": None}
    return {"text": text[:LONGEST_TEXT]}


def _vet(order: dict[str, Any]) -> dict[str, Any]:
    """What is wrong with a file that is about to be taken in."""
    from tvist.documents.inside import wrong_inside

    try:
        wrong, attached = wrong_inside(MediaType(order["kind"]), Path(order["source"]))
    except MemoryError:
        wrong, attached = "bomb", ""
    return {"wrong": wrong, "attached": attached}


def _redraw(order: dict[str, Any]) -> dict[str, Any]:
    """The picture upright and clean, at the target."""
    from tvist.documents.pictures import NoPicture, redraw

    try:
        redraw(MediaType(order["kind"]), Path(order["source"]), Path(order["target"]))
    except MemoryError:
        return {"why": "too_large"}
    except NoPicture as none:
        return {"why": none.why}
    return {"why": ""}


def _look(order: dict[str, Any]) -> dict[str, Any]:
    """All text and what is unread, for the search of what should not be sent."""
    from tvist.documents.looking import look

    return look(MediaType(order["kind"]), Path(order["source"]))


def _plain(source: Path) -> str:
    with source.open("rb") as opened:
        return decoded(opened.read(LONGEST_TEXT))


def texts_of(file: Path) -> list[str]:
    """The text of each page of a PDF; empty for a page that is a picture. Raises `Unreadable` for a file that cannot be opened."""
    import pypdfium2

    try:
        opened = pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        raise Unreadable("pdfium") from error
    with opened:
        found: list[str] = []
        left = LONGEST_TEXT
        for place in range(len(opened)):
            text = _text_of_page(opened, place)[:left]
            left -= len(text)
            found.append(text)
        return found


def _text_of_page(opened: Any, place: int) -> str:
    import pypdfium2

    try:
        page = opened[place]
        try:
            words = page.get_textpage()
            text = str(words.get_text_bounded())
            words.close()
        finally:
            page.close()
    except pypdfium2.PdfiumError:
        return ""
    # Half characters come out of broken tables of letters; they could not be written down.
    clean = text.encode("utf-8", "ignore").decode("utf-8").replace("\0", "")
    return "\n".join(line.strip() for line in clean.replace("\r\n", "\n").replace("\ufffe", "").split("\n")).strip()


if __name__ == "__main__":
    # What a library prints must not be taken for an answer.
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8") as said:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        main(sys.stdin, said)
