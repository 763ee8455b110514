"""The pages of a paper that is to be given out: a PDF or a picture as it is, an office file and a mail by their page form. No quarantined one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tvist.clock import oslo_date
from tvist.documents.chunks import BrokenPaper
from tvist.documents.pages import PageMaker
from tvist.documents.uploads import MediaType
from tvist.errors import CannotProceed
from tvist.panel.paper_pages import LONGEST_PRINTED, in_pieces, mail_headers
from tvist.pdf import Document, fact_table, heading, printable, prose, render
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from tvist.documents.models import Paper
    from tvist.documents.pages import Made
    from tvist.documents.storage import PaperStore
    from tvist.pdf import Block
    from tvist.words import Norwegian


@dataclass(frozen=True)
class ToLay:
    """What is laid out: read from its row while a transaction is open, used when none is."""

    blob_id: str
    kind: MediaType
    title: str
    language: Norwegian
    at: datetime


def to_lay(paper: Paper, language: Norwegian, at: datetime) -> ToLay:
    """The paper as it is laid out."""
    return ToLay(paper.blob_id, MediaType(paper.media_type), paper.title, language, at)


def lay_out(papers: PaperStore, wanted: ToLay, target: Path) -> None:
    """Write the pages of a paper to `target`. Raises `CannotProceed` where it has none that can be shown whole."""
    source = target.with_suffix(".source")
    try:
        with source.open("wb") as opened:
            opened.writelines(papers.open(wanted.blob_id))
        with PageMaker() as maker:
            made = maker.pages(wanted.kind, source, target)
    except BrokenPaper:
        raise CannotProceed(Message("redaction.broken")) from None
    finally:
        source.unlink(missing_ok=True)
    if made.texts:
        return
    # What is given out is the whole of it: nothing is cut, as a bundle cuts it.
    if not (made.text or made.mail) or len(_text(made)) > LONGEST_PRINTED:
        raise CannotProceed(Message("redaction.no_pages"))
    target.write_bytes(render(_document(wanted), _blocks(wanted, made)))


def _document(wanted: ToLay) -> Document:
    title = printable(wanted.title)
    return Document(title, wanted.language, "", title, oslo_date(wanted.at))


def _blocks(wanted: ToLay, made: Made) -> list[Block]:
    told: list[Block] = [heading(printable(wanted.title))]
    if made.mail is not None:
        told.append(fact_table(mail_headers(made.mail, wanted.language)))
    return [*told, *(prose(piece) for piece in in_pieces(printable(_text(made))))]


def _text(made: Made) -> str:
    """The words of a file that has no pages of its own."""
    return made.mail.text if made.mail is not None else made.text
