"""The cover sheet of a paper whose file has no pages of its own to show: what it is, what could be read out of it, or why nothing could."""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from tvist.documents.made import MadeAs
from tvist.documents.models import PaperKind
from tvist.documents.uploads import MediaType
from tvist.panel.sending_pages import document_of
from tvist.pdf import Document, boxed, fact_table, heading, printable, prose
from tvist.words import Message, format_day, format_moment, label, render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tvist.documents.mail import Mail
    from tvist.documents.models import Paper
    from tvist.documents.pages import Made
    from tvist.panel.index import IndexEntry
    from tvist.pdf import Block

LONGEST_PRINTED: Final = 400_000
"""Letters of one paper that are printed, about 150 pages; the rest is read in the file."""
LINES_A_PIECE: Final = 40
LONGEST_LINE: Final = 3_000


def paper_title(entry: IndexEntry, paper: Paper) -> str:
    """Number and title: `2.1 Vedtak`."""
    return f"{entry.number} {paper.title}"


@dataclass(frozen=True)
class Cover:
    """What a cover sheet says of its paper, whatever was made of the file."""

    document: Document
    blocks: tuple[Block, ...]


def cover_of(entry: IndexEntry, paper: Paper) -> Cover:
    """What it is: file, kind, size, day, who sent it and when."""
    language = entry.submission.case.language

    def told(code: str, **params: object) -> str:
        return render(Message(code, **params), language)

    ending = MediaType(paper.media_type).endings[0].upper()
    kind = told("bundle.kind_of_file", kind=label(paper.kind), ending=ending)
    pairs = [
        (told("bundle.file"), printable(paper.filename)),
        (told("bundle.kind"), ending if paper.kind is PaperKind.OTHER else kind),
        (told("bundle.size"), told("bundle.kilobytes", count=-(-paper.size // 1000))),
        (told("panel.bundle.sender"), printable(render(entry.sender, language))),
        (told("panel.bundle.made"), format_moment(entry.sent_at, language)),
        (told("bundle.checksum"), paper.sha256),
    ]
    if paper.dated_on:
        pairs.insert(1, (told("bundle.dated"), format_day(paper.dated_on, language)))
    title = paper_title(entry, paper)
    return Cover(document_of(entry.submission.case, title), (heading(printable(title)), fact_table(pairs)))


def cover_sheet(cover: Cover, made: Made) -> tuple[Document, list[Block]]:
    """The sheet, with what could be read out of the file, or why nothing could: what is said of the whole, and its blocks in order."""
    language = cover.document.language

    def told(code: str) -> str:
        return render(Message(code), language)

    blocks = list(cover.blocks)
    if made.made_as is MadeAs.COVER:
        return cover.document, [*blocks, boxed(told(f"bundle.why.{made.why}"), told("bundle.only_cover"))]
    blocks.append(boxed(told("bundle.extract_lead"), told("bundle.extract")))
    if made.mail is not None:
        blocks.append(fact_table(mail_headers(made.mail, language)))
    text = made.mail.text if made.mail is not None else made.text
    blocks += [prose(piece) for piece in in_pieces(printable(text[:LONGEST_PRINTED]))]
    if len(text) > LONGEST_PRINTED:
        blocks.append(boxed(told("bundle.cut")))
    return cover.document, blocks


def in_pieces(text: str) -> Iterator[str]:
    """The text in paragraphs that are laid out quickly: one of a thousand lines is measured anew on each page that it runs over."""
    for paragraph in re.split(r"\n\s*\n", text):
        lines = [piece for line in paragraph.split("\n") for piece in wrap(line, LONGEST_LINE, break_long_words=True) or [""]]
        for start in range(0, len(lines), LINES_A_PIECE):
            if piece := "\n".join(lines[start : start + LINES_A_PIECE]).strip():
                yield piece


def mail_headers(mail: Mail, language: str) -> Iterator[tuple[str, str]]:
    """The headers that the mail has."""
    pairs = (
        ("bundle.mail.from", mail.sender),
        ("bundle.mail.to", mail.recipients),
        ("bundle.mail.copies", mail.copies),
        ("bundle.mail.sent", format_moment(mail.sent, language) if mail.sent else ""),
        ("bundle.mail.subject", mail.subject),
        ("bundle.mail.attachments", "\n".join(mail.attachments)),
    )
    return ((render(Message(code), language), printable(text)) for code, text in pairs if text.strip())
