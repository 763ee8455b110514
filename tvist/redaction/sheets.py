"""The pages of a paper that is to be given out: a PDF or a picture as it is, an office file and a mail by their page form. No quarantined one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tvist.clock import oslo_date
from tvist.documents.chunks import BrokenPaper
from tvist.documents.pages import PageMaker
from tvist.documents.uploads import MediaType
from tvist.errors import CannotProceed
from tvist.pdf import Document, fact_table, heading, printable, prose, render
from tvist.words import Message, text_of
from tvist.words import render as say

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from tvist.documents.mail import Mail
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
    """Write the pages of a paper to `target`. Raises `CannotProceed` where it has none that can be shown."""
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
    if not (made.text or made.mail):
        raise CannotProceed(Message("redaction.no_pages"))
    target.write_bytes(render(_document(wanted), _blocks(wanted, made)))


def _document(wanted: ToLay) -> Document:
    title = printable(wanted.title)
    return Document(title, wanted.language, "", title, oslo_date(wanted.at))


def _blocks(wanted: ToLay, made: Made) -> list[Block]:
    told: list[Block] = [heading(printable(wanted.title))]
    if made.mail is not None:
        told.append(fact_table(_headers(made.mail, wanted.language)))
    return [*told, prose(printable(made.mail.text if made.mail is not None else made.text))]


def _headers(mail: Mail, language: Norwegian) -> list[tuple[str, str]]:
    """What a mail says above its text, as far as it does."""
    said = {
        "sender": mail.sender,
        "recipients": mail.recipients,
        "copies": mail.copies,
        "sent": text_of(mail.sent, language),
        "subject": mail.subject,
        "attachments": "\n".join(mail.attachments),
    }
    return [(say(Message(f"redaction.mail.{name}"), language), printable(text)) for name, text in said.items() if text]
