"""A sending of the bundle as a document: what was written in it, as it was written, in the words of `tvist.pdf`. Start at `sending_sheet`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from tvist.cases.submissions import SubmissionKind
from tvist.intake.receipt import request_blocks
from tvist.intake.receipts import filed_as
from tvist.pdf import Column, Document, boxed, fact_table, heading, printable, prose, table
from tvist.procedure.codes import CodeKind, code_label
from tvist.submissions.models import Answer
from tvist.words import Message, Ore, label, render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tvist.cases.chronology import StatedFact
    from tvist.cases.claims import ClaimLine
    from tvist.cases.models import Case
    from tvist.cases.submissions import Submission
    from tvist.documents.models import Paper
    from tvist.panel.index import IndexEntry
    from tvist.pdf import Block, Language
    from tvist.submissions.models import LineAnswer

WIDE: Final = 3.0


def document_of(case: Case, title: str, short_title: str = "") -> Document:
    """What is said of a document of the bundle as a whole; `short_title` stands on each page where it is another.

    It bears the day the case was registered: no clock is asked, so the same rows give the same bytes.
    """
    return Document(
        title=title,
        language=cast("Language", case.language),
        reference=case.number,
        short_title=printable(short_title or title),
        made_on=case.registered_on,
        marked_as_invented=case.is_invented,
    )


def title_of(entry: IndexEntry) -> str:
    """Number, kind and sender of a sending: `2. Tilsvar fra Bufetat region vest`."""
    told = Message("bundle.sending", number=entry.number, kind=label(entry.submission.kind), sender=entry.sender)
    return render(told, entry.submission.case.language)


def sending_sheet(entry: IndexEntry) -> tuple[Document, list[Block]]:
    """What is said of the whole, and its blocks in order."""
    sending = entry.submission
    case = sending.case
    told = _Told(case.language)
    blocks = [heading(printable(title_of(entry))), fact_table(_head(sending, told))]
    if sending.let_in is not None:
        blocks.append(boxed(printable(sending.let_in.reasons), told("bundle.let_in")))
    if sending.kind is SubmissionKind.PETITION and case.petition is not None:
        blocks += request_blocks(filed_as(case))
    else:
        blocks += [*_answers(sending, told), *_own_lines(sending, told), *_facts(sending, told)]
        if sending.text.strip():
            blocks += [heading(told("bundle.text"), 2), prose(printable(sending.text))]
        blocks += _papers(sending, told)
    blocks += _page_comments(sending, told)
    return document_of(case, title_of(entry)), blocks


class _Told:
    """Speaks the words of the bundle in the language of the case; what people wrote is printed as far as our letters go."""

    def __init__(self, language: str) -> None:
        self._language = language

    def __call__(self, code: str, **params: object) -> str:
        return printable(render(Message(code, **params), self._language))

    def say(self, message: Message) -> str:
        return render(message, self._language)


def _head(sending: Submission, told: _Told) -> Iterator[tuple[str, str]]:
    """Who sent it, when; in which round; late or not; and its papers are listed at its end."""
    party = sending.party
    yield told("panel.bundle.sender"), printable(party.name) if party else told("bundle.from_body")
    yield told("panel.bundle.made"), told("bundle.sent_by", at=sending.made_at, who=sending.by.name)
    if sending.round:
        yield told("bundle.round"), str(sending.round)
    if sending.counts_as_late:
        yield told("bundle.deadline"), told("bundle.late")
    if sending.late is not None and sending.late.is_admitted:
        yield told("bundle.why_late"), printable(sending.late.why_late)
        yield told("bundle.admitted"), printable(sending.late.reasons)


def _answers(sending: Submission, told: _Told) -> Iterator[Block]:
    """The answers line by line, and what is conceded."""
    if sending.line_answers:
        yield heading(told("submissions.answers"), 2)
        columns = [
            Column(told("bundle.column.line"), weight=1.6),
            Column(told("bundle.column.answer"), weight=1.4),
            Column(told("bundle.column.words"), weight=WIDE),
        ]
        rows = [(_line_title(each.line, told), _answer(each, told), _why(each)) for each in sending.line_answers]
        yield table(columns, rows)
    if sending.concessions:
        yield heading(told("bundle.conceded"), 2)
        for each in sending.concessions:
            code = "submissions.concede.shown_whole" if each.conceded_ore is None else "submissions.concede.shown"
            said = told(code, position=each.line.position, sum=Ore(each.conceded_ore or 0))
            yield prose("\n".join(filter(None, (f"{said}.", printable(each.words)))))


def _answer(answer: LineAnswer, told: _Told) -> str:
    said = told.say(label(answer.answer))
    if answer.answer is Answer.PARTLY and answer.accepted_ore is not None:
        of = told("submissions.of_amount", accepted=Ore(answer.accepted_ore), amount=Ore(answer.line.amount_ore or 0))
        return f"{said}: {of}"
    return said


def _why(answer: LineAnswer) -> str:
    return printable("\n".join(filter(None, (answer.basis, answer.words))))


def _line_title(line: ClaimLine, told: _Told) -> str:
    measure = told.say(code_label(CodeKind.MEASURE, line.measure))
    return f"{line.position}. {measure[:1].upper()}{measure[1:]}"


def _own_lines(sending: Submission, told: _Told) -> Iterator[Block]:
    """The claim lines that came with it."""
    if not sending.own_lines:
        return
    yield heading(told("submissions.own_lines.heading"), 2)
    for line in sending.own_lines:
        yield heading(_line_title(line, told), 3)
        yield fact_table(_line(line, told))


def _line(line: ClaimLine, told: _Told) -> Iterator[tuple[str, str]]:
    if line.measure_words:
        yield told("bundle.measure_words"), printable(line.measure_words)
    yield told("submissions.amount"), told.say(_amount(line))
    yield told("submissions.period"), told.say(_period(line))
    yield told("submissions.should_bear"), told.say(label(line.should_bear))
    yield told("submissions.paid"), told("submissions.paid_by", sum=Ore(line.paid_ore), who=line.paid_by)
    bases = ((CodeKind.STATE_BASIS, line.state_basis), (CodeKind.MUNICIPAL_BASIS, line.municipal_basis))
    said = "; ".join(told.say(code_label(kind, code)) for kind, code in bases)
    yield told("submissions.basis_claimed"), printable("\n".join(filter(None, (said, line.basis_words))))


def _amount(line: ClaimLine) -> Message:
    if line.amount_ore is None:
        return Message("submissions.principle_only")
    return Message("bundle.sum", sum=Ore(line.amount_ore))


def _period(line: ClaimLine) -> Message:
    if line.to_on:
        return Message("submissions.from_to", first=line.from_on, last=line.to_on)
    if line.known_until:
        return Message("submissions.from_known", first=line.from_on, last=line.known_until)
    return Message("submissions.from_on", first=line.from_on)


def _facts(sending: Submission, told: _Told) -> Iterator[Block]:
    """What it says to the other side's facts, and the facts of its own."""
    if sending.fact_answers:
        yield heading(told("submissions.fact_answers"), 2)
        columns = [
            Column(told("bundle.column.when"), weight=1.1),
            Column(told("bundle.column.fact"), weight=2),
            Column(told("bundle.column.answer"), weight=2),
        ]
        answers = [
            (
                _when(each.fact, told),
                printable(each.fact.words),
                printable("\n".join(filter(None, (told.say(label(each.answer)), each.words)))),
            )
            for each in sending.fact_answers
        ]
        yield table(columns, answers)
    if sending.facts:
        yield heading(told("submissions.own_facts.heading"), 2)
        columns = [Column(told("bundle.column.when"), weight=1.1), Column(told("bundle.column.fact"), weight=WIDE)]
        facts = sorted(sending.facts, key=lambda fact: (fact.happened_on, fact.position))
        yield table(columns, [(_when(each, told), _fact(each, told)) for each in facts])


def _when(fact: StatedFact, told: _Told) -> str:
    if fact.until_on:
        return told("submissions.from_to", first=fact.happened_on, last=fact.until_on)
    return told("bundle.day", day=fact.happened_on)


def _fact(fact: StatedFact, told: _Told) -> str:
    if fact.paper is None:
        return printable(fact.words)
    where = _name(fact.paper, told)
    at_page = f", {told('submissions.fact.at_page', page=fact.page)}" if fact.page else ""
    return f"{printable(fact.words)}\n({where}{at_page})"


def _name(paper: Paper, told: _Told) -> str:
    """A paper in which a name was found is named nowhere any more (rule 20)."""
    return told("bundle.withheld") if paper.quarantined_at is not None else printable(paper.title)


def _papers(sending: Submission, told: _Told) -> Iterator[Block]:
    if sending.papers:
        yield heading(told("panel.bundle.papers"), 2)
        yield prose("\n".join(f"{place}. {_name(paper, told)}" for place, paper in enumerate(sending.papers, start=1)))


def _page_comments(sending: Submission, told: _Told) -> Iterator[Block]:
    if not sending.page_comments:
        return
    yield heading(told("submissions.page_comments.heading"), 2)
    columns = [Column(told("bundle.column.place"), weight=1.4), Column(told("bundle.column.comment"), weight=WIDE)]
    rows = [
        (told("bundle.page_of_paper", paper=_name(each.paper, told), page=each.page), printable(each.text))
        for each in sending.page_comments
    ]
    yield table(columns, rows)
