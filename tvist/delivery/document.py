"""A letter as a document: its frozen words told in the blocks of our stationery, and as a tagged PDF.

Drawn from the letter's row alone: the same letter gives the same bytes, whatever has become of the case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from tvist.access.policy import Role
from tvist.clock import oslo_date
from tvist.delivery.written import Section, Written, thawed
from tvist.pdf import Document, fact_table, heading, printable, prose, render, signature_block
from tvist.words import Message, format_day, label
from tvist.words import render as in_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tvist.accounts.models import User
    from tvist.delivery.models import Letter
    from tvist.pdf import Block, Language


@dataclass(frozen=True)
class LetterDocument:
    """A letter to a party, as what is guarded: its document tells of the case, its notice does not.

    It is for those of the recipients who may open the case, and for the secretariat of the case. Who only reads the mailbox of the
    organisation, outside the case team, reads the notice (rule 5). In the access log it is named as the letter.
    """

    __tablename__: ClassVar = "letter"
    letter: Letter

    @property
    def id(self) -> int:
        """The number of the letter."""
        return self.letter.id

    @property
    def case_id(self) -> int | None:
        """The number of its case."""
        return self.letter.case_id

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What the person is to the letter, less the recipient who has no part in the case."""
        letter, roles = self.letter, self.letter.roles_for(user, on)
        if Role.OWNER in roles and (letter.case is None or letter.party is None or not _has_part(letter, user, on)):
            roles = roles - {Role.OWNER}
        return roles

    @property
    def written(self) -> Written:
        """What it says."""
        return written_of(self.letter)


def written_of(letter: Letter) -> Written:
    """The letter as it was frozen; one from before letters were documents tells what it has: the words of its notice."""
    return thawed(letter.details) if letter.details is not None else _from_notice(letter)


def letter_pdf(written: Written) -> bytes:
    """The letter as PDF: the same words give the same bytes. A letter that no font has is printed as its name."""
    return render(*letter_blocks(written))


def letter_blocks(written: Written) -> tuple[Document, list[Block]]:
    """What is said of the whole, and its blocks in reading order: letterhead, recipient, facts, subject, words, sections, who answers for it."""
    document = Document(
        title=printable(written.subject),
        language=cast("Language", written.language),
        reference=written.number,
        short_title=written.kind,
        made_on=written.written_on,
        marked_as_invented=written.is_invented,
    )
    return document, [*_head(written), *_body(written), *_end(written)]


def _head(written: Written) -> Iterator[Block]:
    sender = "\n".join(line for line in (written.sender, written.sender_address) if line)
    recipient = "\n".join(line for line in (written.recipient, written.representative) if line)
    yield prose(printable(sender))
    yield prose(printable(recipient))
    yield fact_table((name, printable(value)) for name, value in written.facts)
    yield heading(printable(written.subject))


def _body(written: Written) -> Iterator[Block]:
    yield prose(printable(written.words))
    for section in written.sections:
        yield from _section(section)


def _section(section: Section) -> Iterator[Block]:
    yield heading(section.title, 2)
    if section.rows:
        yield fact_table((name, printable(value)) for name, value in section.rows)
    if section.text:
        yield prose(printable(section.text))


def _end(written: Written) -> Iterator[Block]:
    if written.closing:
        yield prose(printable(written.closing))
    if written.signed:
        yield signature_block((printable(name), role) for name, role in written.signed)


def _from_notice(letter: Letter) -> Written:
    """A letter without details: date, number, recipient and the notice as it left."""
    language, number = letter.language, letter.case.number if letter.case is not None else ""
    day = oslo_date(letter.written_at)
    facts = (("date", format_day(day, language)), ("number", number))
    return Written(
        language=language,
        kind=in_words(label(letter.kind), language),
        number=number,
        day=day.isoformat(),
        sender=in_words(Message("pdf.body"), language),
        sender_address="",
        recipient=letter.party.name if letter.party is not None else "",
        representative="",
        facts=tuple((in_words(Message(f"letter_document.fact.{name}"), language), value) for name, value in facts if value),
        subject=letter.subject,
        words=f"{letter.body} {letter.link}",
        sections=(),
        signed=(),
        closing="",
        link=letter.link,
        text_version=None,
        is_invented=letter.case is not None and letter.case.is_invented,
    )


def _has_part(letter: Letter, user: User, on: date) -> bool:
    case = letter.case
    return case is not None and bool(case.roles_for(user, on)) and case.party_of(user, on) is letter.party
