"""What is given to who asks (GDPR art. 15): an overview as PDF, and each thing that is given as a file, in one zip made while it is sent."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, cast

import sqlalchemy as sa

from tvist.access.policy import Role
from tvist.cases.journal import journal_for
from tvist.clock import oslo_date
from tvist.delivery.document import letter_pdf, written_of
from tvist.documents.uploads import MediaType, clean_name
from tvist.oversight.held import HeldAnswer, HeldKind, files_of, held_on, letters_of
from tvist.oversight.openings import openings_of
from tvist.panel.index import IndexEntry
from tvist.panel.sending_pages import sending_sheet
from tvist.pdf import Column, Document, fact_table, heading, printable, prose, render, table
from tvist.redaction.models import Redaction
from tvist.submissions.paper_zip import Packed, unique_names
from tvist.words import Message, format_day, format_moment, label
from tvist.words import render as said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sqlalchemy.orm import Session

    from tvist.cases.models import Case
    from tvist.delivery.written import Written
    from tvist.documents.storage import PaperStore
    from tvist.oversight.held import ChildAccess, Held
    from tvist.pdf import Block, Language

    Made = Iterator[tuple[str, Callable[[], Iterable[bytes]]]]

MOST_OPENINGS: Final = 5_000
_BOTH_SIDES: Final = frozenset({Role.REQUESTING, Role.OPPOSING})
"""The journal is given as the parties read it: offices, and nothing of what the panel does between themselves."""


def files_given(session: Session, papers: PaperStore, access: ChildAccess, language: str) -> list[Packed]:
    """The files of the zip, in order: the overview, then each thing that is given and is a file. Each is made when its turn comes."""
    at = access.answered_at or access.opened_at
    held = held_on(session, access.case)
    sheet = overview(session, access, held, language)
    given = [each for each in held if access.answers.get(each.key) is HeldAnswer.GIVEN]
    made = list(_made(session, papers, access, given, told=_Told(language)))
    first = f"{said(Message('oversight.held.overview'), language)}.pdf"
    names = unique_names([first, *(name for name, _ in made)])
    pieces: list[Callable[[], Iterable[bytes]]] = [partial(_sheet, sheet), *(found for _, found in made)]
    return [Packed(f"{access.case.slug}/{name}", at, 0, found) for name, found in zip(names, pieces, strict=True)]


def overview(session: Session, access: ChildAccess, held: list[Held], language: str) -> tuple[Document, list[Block]]:
    """What is held, what is given of it, why something is not, the journal and who has opened the case; told from what was decided."""
    told = _Told(language)
    title = told("oversight.held.overview_of", number=access.case.number)
    at = access.answered_at or access.opened_at
    document = Document(
        title=title,
        language=cast("Language", language),
        reference=access.case.number,
        short_title=told("oversight.held.overview"),
        made_on=oslo_date(at),
        marked_as_invented=access.case.is_invented,
    )
    blocks = [
        heading(title),
        fact_table(
            (
                (told("oversight.held.asker"), told.say(label(access.asker))),
                (told("oversight.held.received_on"), format_day(access.received_on, language)),
                (told("oversight.held.answered_at"), format_moment(at, language)),
            )
        ),
        prose(told("oversight.held.what_is_held")),
        _list_of(access, held, told),
    ]
    if access.reasons.strip():
        blocks += [heading(told("oversight.held.reasons"), 2), prose(printable(access.reasons))]
    if access.answers.get((HeldKind.JOURNAL, access.case.id)) is HeldAnswer.GIVEN:
        blocks += [heading(told("oversight.held.journal"), 2), _journal(access, told)]
    if access.answers.get((HeldKind.LOG, access.case.id)) is HeldAnswer.GIVEN:
        blocks += [heading(told("oversight.who_opened"), 2), _openings(session, access, told)]
    return document, [*blocks, heading(told("oversight.held.elsewhere"), 2), prose(told("oversight.held.elsewhere_text"))]


class _Told:
    """Speaks in one language; what people wrote is printed as far as our letters go."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, code: str, **params: object) -> str:
        return self.say(Message(code, **params))

    def say(self, message: Message) -> str:
        return printable(said(message, self.language))


def _list_of(access: ChildAccess, held: list[Held], told: _Told) -> Block:
    answers = access.answers
    rows = [(told.say(each.title), told.say(label(answers[each.key])) if each.key in answers else "") for each in held]
    return table((Column(told("oversight.column.held"), weight=2.0), Column(told("oversight.held.decided"))), rows)


def _journal(access: ChildAccess, told: _Told) -> Block:
    lines = journal_for(access.case, _BOTH_SIDES)
    rows = [(format_moment(line.happened_at, told.language), told.say(line.who), told.say(line.what)) for line in reversed(lines)]
    columns = (
        Column(told("oversight.column.at")),
        Column(told("oversight.column.who")),
        Column(told("oversight.column.what"), weight=2.0),
    )
    return table(columns, rows)


def _openings(session: Session, access: ChildAccess, told: _Told) -> Block:
    opened = openings_of(session, access.case, before=None, size=MOST_OPENINGS)
    rows = [(format_moment(each.at, told.language), told.say(each.who), told.say(each.what)) for each in opened]
    columns = (Column(told("oversight.column.at")), Column(told("oversight.column.who")), Column(told("oversight.column.opened")))
    return table(columns, rows) if rows else prose(told("oversight.nobody_opened"))


def _made(session: Session, papers: PaperStore, access: ChildAccess, given: list[Held], *, told: _Told) -> Made:
    """Name and bytes of each; what is told in the overview (journal, log) or is no file of ours to give out is left out."""
    ids = {kind: {each.thing_id for each in given if each.kind is kind} for kind in HeldKind}
    yield from _sent(papers, access.case, ids, told)
    number = access.case.number.replace("/", "-")
    redactions = sa.select(Redaction).where(Redaction.id.in_(ids[HeldKind.REDACTION])).order_by(Redaction.id)
    for redaction in session.scalars(redactions):
        yield f"{number} {told.say(label(HeldKind.REDACTION))} {redaction.id}.pdf", partial(papers.open, str(redaction.blob_id))
    for letter in letters_of(session, access.case):
        if letter.id in ids[HeldKind.LETTER]:
            written = written_of(letter)
            yield clean_name(f"{number} {written.kind.replace('/', '-')}.pdf"), partial(_letter, written)
    for file in files_of(session, access.case):
        if file.id in ids[HeldKind.OPINION]:
            yield f"{number} {told.say(label(HeldKind.OPINION))} {file.version}.pdf", partial(papers.open, file.blob_id)


def _sent(papers: PaperStore, case: Case, ids: Mapping[HeldKind, set[int]], told: _Told) -> Made:
    """What was written and sent in, each sending as a PDF with its papers after it."""
    for place, submission in enumerate(case.submissions, start=1):
        if submission.id in ids[HeldKind.SUBMISSION]:
            sheet = sending_sheet(IndexEntry(str(place), submission, None, (), None))
            yield clean_name(f"{place} {told.say(label(submission.kind))}.pdf"), partial(_sheet, sheet)
        for paper in submission.papers:
            if paper.id in ids[HeldKind.PAPER]:
                name = f"{place} {paper.title.replace('/', '-')}.{MediaType(paper.media_type).endings[0]}"
                yield clean_name(name), partial(papers.open, paper.blob_id)


def _sheet(sheet: tuple[Document, list[Block]]) -> list[bytes]:
    return [render(*sheet)]


def _letter(written: Written) -> list[bytes]:
    return [letter_pdf(written)]
