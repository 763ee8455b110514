"""The job that lays out a paper's pages when its redaction is begun, and makes the file of pictures when it is approved (rule 46).

Begun twice, or killed between, it does each once. What is made is searched before it is kept: a leak sends it back with the reasons.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from tvist.anonymity.kinds import MarkKind
from tvist.clock import oslo_date
from tvist.errors import CannotProceed
from tvist.pdf.archival import Description
from tvist.pdf.pictures import picture_file
from tvist.pdf.sheets import page_count
from tvist.publication.leaks import Output, Secret, leaks_in
from tvist.redaction.actions import boxes_of, reopen, words_of
from tvist.redaction.drawing import burnt_pages, unburnt
from tvist.redaction.models import Redaction
from tvist.redaction.queries import redaction_at
from tvist.redaction.rules import RedactionStage, obstacles_to_begin, stage_of
from tvist.redaction.sheets import ToLay, lay_out, to_lay
from tvist.redaction.words import found_in, has_text, uncovered
from tvist.words import Message, render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from tvist.documents.storage import PaperStore, Stored
    from tvist.installation import Installation
    from tvist.redaction.drawing import Box
    from tvist.words import Norwegian

FILE_NAME: Final = "redacted.pdf"
"""What the made file is called: nothing of the case or the paper."""
MOST_TOLD: Final = 20
_KINDS: Final = (MarkKind.PERSON, MarkKind.MUNICIPALITY, MarkKind.NUMBER, MarkKind.DATE)


@dataclass(frozen=True)
class Order:
    """What is to be made: read while a transaction is open, used when none is."""

    blob_id: str
    boxes: tuple[Box, ...]
    words: tuple[str, ...]
    language: Norwegian
    at: datetime
    marked_as_invented: bool


def redaction_job(installation: Installation, redaction_id: int, at: datetime) -> None:
    """Do what waits to be done of a redaction; nothing where nothing does."""
    with installation.database.reading() as session:
        redaction = session.get_one(Redaction, redaction_id)
        public_id, standing, language = redaction.public_id, stage_of(redaction), redaction.case.language
        blocked = obstacles_to_begin(redaction.paper)
        laid = to_lay(redaction.paper, language, at) if standing is RedactionStage.LAYING_OUT else None  # type: ignore[arg-type]
        order = order_of(redaction, at) if standing is RedactionStage.MAKING else None
    if blocked and (laid or order):
        # What was found in the paper meanwhile stops it at any stage.
        _write(installation, public_id, standing, lambda found: reopen(found, _in_lines(blocked, language)))
    elif laid is not None:
        _lay_out(installation, public_id, laid)
    elif order is not None:
        _make(installation, public_id, order)


def order_of(redaction: Redaction, at: datetime) -> Order:
    """The order for a redaction whose pages are laid out."""
    language: Norwegian = redaction.case.language  # type: ignore[assignment]
    boxes, words = tuple(boxes_of(redaction)), tuple(words_of(redaction))
    return Order(redaction.blob_id or "", boxes, words, language, at, redaction.case.is_invented)


@contextmanager
def pages_of(papers: PaperStore, blob_id: str) -> Iterator[Path]:
    """The pages that were laid out as a file of one's own, which is removed."""
    with TemporaryDirectory(prefix="tvist-redaction-") as folder:
        file = Path(folder) / "pages.pdf"
        with file.open("wb") as opened:
            opened.writelines(papers.open(blob_id))
        yield file


def made_file(pages: Path, order: Order) -> bytes:
    """The file: each page a picture with its boxes burnt in, named for who cannot see it. The same order gives the same bytes."""
    count = page_count(pages)
    stamp = _say("pdf.invented", order.language) if order.marked_as_invented else ""
    named = [_say("redaction.page_told", order.language, page=number, pages=count) for number in range(1, count + 1)]
    named = [f"{words}. {stamp}" if stamp else words for words in named]
    title = _say("redaction.file_title", order.language)
    told = Description(title, _say("pdf.body", order.language), title, order.language, oslo_date(order.at))
    return picture_file(burnt_pages(pages, order.boxes, named, stamp=stamp), told, order.language)


def faults_in(data: bytes, pages: Path, order: Order) -> list[Message]:
    """Why a made file may not be given out: letters in it, a box that shows something, a word that no box covers, a word anywhere else in it."""
    faults = [Message("redaction.still_text")] if has_text(data) else []
    faults += [Message("redaction.shows_through", page=page) for page in sorted({box.page for box in unburnt(data, order.boxes)})]
    open_ = uncovered(found_in(pages, order.words), order.boxes)
    faults += [Message("redaction.uncovered", words=each.words, page=each.boxes[0].page) for each in open_]
    secrets = [Secret(word, kind, "marked") for word in order.words for kind in _KINDS]
    leaks = leaks_in([Output(FILE_NAME, "pdf", data)], secrets)
    return [*faults, *(Message("redaction.leaks", where=leak.where, words=leak.found) for leak in leaks)]


def _lay_out(installation: Installation, public_id: str, wanted: ToLay) -> None:
    with TemporaryDirectory(prefix="tvist-redaction-") as folder:
        target = Path(folder) / "pages.pdf"
        try:
            lay_out(installation.papers, wanted, target)
        except CannotProceed as refused:
            reasons = _in_lines(refused.obstacles, wanted.language)
            _write(installation, public_id, RedactionStage.LAYING_OUT, lambda found: setattr(found, "return_reasons", reasons))
            return
        with target.open("rb") as opened:
            stored = installation.papers.put(opened, max_bytes=None)

    def keep(found: Redaction) -> None:
        found.blob_id, found.size, found.sha256, found.return_reasons = stored.blob_id, stored.size, stored.sha256, ""

    _write_stored(installation, public_id, RedactionStage.LAYING_OUT, keep, stored=stored)


def _make(installation: Installation, public_id: str, order: Order) -> None:
    papers = installation.papers
    with pages_of(papers, order.blob_id) as pages:
        data = made_file(pages, order)
        faults = faults_in(data, pages, order)
    if faults:
        said = list(dict.fromkeys(render(fault, order.language) for fault in faults))[:MOST_TOLD]
        _write(installation, public_id, RedactionStage.MAKING, lambda found: reopen(found, "\n".join(said)))
        return
    stored = papers.put([data], max_bytes=None)

    def keep(found: Redaction) -> None:
        found.blob_id, found.size, found.sha256, found.made_at = stored.blob_id, stored.size, stored.sha256, order.at

    if _write_stored(installation, public_id, RedactionStage.MAKING, keep, stored=stored):
        # The pages without boxes are of no more use, and nobody shall find them.
        papers.delete(order.blob_id)


def _write_stored(
    installation: Installation, public_id: str, standing: RedactionStage, change: Callable[[Redaction], None], *, stored: Stored
) -> bool:
    """Write with what was stored; where it does not come to that, nothing stays in the store."""
    is_written = False
    try:
        is_written = _write(installation, public_id, standing, change)
    finally:
        if not is_written:
            installation.papers.discard(stored.blob_id)
    return is_written


def _write(installation: Installation, public_id: str, standing: RedactionStage, change: Callable[[Redaction], None]) -> bool:
    """Change the redaction where it still stands there; whether it did."""
    with installation.database.writing() as session:
        found = redaction_at(session, public_id)
        if stage_of(found) is not standing:
            return False
        change(found)
        session.commit()
    return True


def _in_lines(messages: Iterable[Message], language: str) -> str:
    return "\n".join(render(message, language) for message in messages)


def _say(code: str, language: Norwegian, **params: int) -> str:
    return render(Message(code, **params), language)
