"""A paper as pages: asks a program of its own (`tvist.documents.apart`) to lay the file out, so that no file can take the worker down.

`with PageMaker() as maker: made = maker.pages(kind, source, target)`. Files are plain on the disk while this goes on: give a folder that is
one's own and is removed.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Self

from tvist.documents import soffice
from tvist.documents.made import MadeAs
from tvist.documents.mail import Mail
from tvist.documents.pages_of_pdf import Link
from tvist.documents.text import LONGEST_TEXT, decoded
from tvist.documents.uploads import MediaType

if TYPE_CHECKING:
    from pathlib import Path

LONGEST: Final = 120.0
"""Seconds for one file; LibreOffice has less."""
READ_AT_ONCE: Final = 1_000_000


@dataclass(frozen=True)
class Made:
    """What became of a file.

    With `PAGES`, `IMAGE` and `OFFICE` the pages lie at the target: `texts` has the text of each, `links` those within the file. With
    `EXTRACT` there is `text`, or a `mail`; with `COVER` only `why`: broken, locked, empty, too_long, too_large, no_text or gave_up.
    """

    made_as: MadeAs
    texts: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    text: str = ""
    mail: Mail | None = None
    why: str = ""


@dataclass(frozen=True)
class Looked:
    """The texts of a file, page by page, and those that stand beside them; the numbers of pages that are unread, and of those read from pictures."""

    pages: tuple[str, ...] = ()
    about: str = ""
    unread: tuple[int, ...] = ()
    pictures: tuple[int, ...] = ()


class PageMaker:
    """Lays files out, one after the other. The other program starts with the first file that needs it."""

    def __init__(self, *, longest: float = LONGEST) -> None:
        """`longest`: seconds that one file may take."""
        self._longest = longest
        self._running: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def pages(self, kind: MediaType, source: Path, target: Path) -> Made:
        """Lay `source` out at `target`, as far as it can be. Nothing in a file makes this fail."""
        if kind is MediaType.TXT:
            with source.open("rb") as opened:
                text = decoded(opened.read(LONGEST_TEXT))
            return Made(MadeAs.EXTRACT, text=text) if text.strip() else Made(MadeAs.COVER, why="no_text")
        order = {"do": "pages", "kind": kind.value, "source": str(source), "target": str(target), "office": soffice.is_there()}
        answer = self._ask(order)
        return _read(answer) if answer is not None else Made(MadeAs.COVER, why="gave_up")

    def texts(self, source: Path, pages: int) -> tuple[str, ...]:
        """The text of each of the pages of a PDF of ours; empty texts where it cannot be read."""
        answer = self._ask({"do": "texts", "source": str(source)})
        return tuple(answer["texts"]) if answer is not None else ("",) * pages

    def text(self, kind: MediaType, source: Path) -> str | None:
        """The text of the file, for a search; None where none can be read."""
        answer = self._ask({"do": "text", "kind": kind.value, "source": str(source)})
        return answer["text"] if answer is not None else None

    def vet(self, kind: MediaType, source: Path) -> tuple[str | None, str]:
        """What is wrong with a PDF or a mail, and with which of its attachments (empty: itself); None for a good one. What takes the program down is a bomb."""
        answer = self._ask({"do": "vet", "kind": kind.value, "source": str(source)})
        return (answer["wrong"], answer["attached"]) if answer is not None else ("bomb", "")

    def redraw(self, kind: MediaType, source: Path, target: Path) -> str:
        """Draw a picture anew, upright and with nothing beside it; empty when that went, else `broken` or `too_large`."""
        answer = self._ask({"do": "redraw", "kind": kind.value, "source": str(source), "target": str(target)})
        return str(answer["why"]) if answer is not None else "too_large"

    def look(self, kind: MediaType, source: Path) -> Looked:
        """All text of the file, for the search of what should not be sent. A file that nothing can read has one page, which is unread."""
        answer = self._ask({"do": "look", "kind": kind.value, "source": str(source)})
        if answer is None or "why" in answer:
            return Looked(("",), unread=(1,))
        return Looked(tuple(answer["pages"]), answer["about"], tuple(answer["unread"]), tuple(answer["pictures"]))

    def _ask(self, order: dict[str, Any]) -> dict[str, Any] | None:
        """The answer; None where the program died of the file, or had not come to an end in time."""
        running = self._running = self._running or _start()
        assert running.stdin is not None  # noqa: S101 - it was started with pipes.
        with suppress(BrokenPipeError):
            running.stdin.write(f"{json.dumps(order)}\n".encode())
            running.stdin.flush()
            if (line := self._line(running)) is not None:
                found: dict[str, Any] = json.loads(line)
                return found
        self._end()
        return None

    def _line(self, running: subprocess.Popen[bytes]) -> bytes | None:
        assert running.stdout is not None  # noqa: S101 - as above.
        until, held = monotonic() + self._longest, bytearray()
        while (left := until - monotonic()) > 0:
            if not select.select([running.stdout], [], [], left)[0]:
                break
            piece = os.read(running.stdout.fileno(), READ_AT_ONCE)
            if not piece:
                break
            held += piece
            if piece.endswith(b"\n"):
                return bytes(held)
        return None

    def _end(self) -> None:
        if self._running is not None:
            self._running.kill()
            # Closes the pipes, and waits.
            with suppress(BrokenPipeError), self._running:
                pass
            self._running = None


def _start() -> subprocess.Popen[bytes]:
    """The other program, with nothing of our environment: it needs no secret, and must find none."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tvist.documents.apart"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )


def _read(answer: dict[str, Any]) -> Made:
    links = tuple(Link(int(place), (a, b, c, d), int(target)) for place, a, b, c, d, target in answer.get("links", ()))
    mail = answer.get("mail")
    if mail is not None:
        sent = datetime.fromisoformat(mail["sent"]) if mail["sent"] else None
        mail = Mail(**(mail | {"sent": sent, "attachments": tuple(mail["attachments"])}))
    return Made(
        MadeAs(answer["made_as"]),
        texts=tuple(answer.get("texts", ())),
        links=links,
        text=answer.get("text", ""),
        mail=mail,
        why=answer.get("why", ""),
    )
