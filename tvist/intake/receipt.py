"""The receipt of a request as a document, in the words of `tvist.pdf`: told from the frozen snapshot of what was filed, so the same request gives the same bytes.

Start at `receipt`. What is sealed (the child's identity, rule 7; offers, rule 22) is no part of the snapshot, and so of no receipt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from tvist.cases.models import Side
from tvist.cases.money import Bearer
from tvist.intake.limitation import limitation_of
from tvist.pdf import Column, Document, boxed, fact_table, heading, printable, prose, table
from tvist.procedure.codes import CodeKind, code_label
from tvist.procedure.deadlines import deadline
from tvist.procedure.settings import procedure_on
from tvist.words import Message, format_day, format_kroner, format_moment, label, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from tvist.intake.petition import ClaimedLine, Petition
    from tvist.pdf import Block, Language

TEXTS = ("both_limbs", "background", "facts", "agreed", "disputed", "argument", "claim")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What a receipt tells: the request as it was filed, and what the case was called. `names` of the parties by their codes."""

    number: str
    received_on: date
    registered_on: date
    sent_at: datetime
    sent_by: str
    language: str
    is_invented: bool
    petition: Petition
    names: dict[str, str]
    papers: tuple[str, ...]


@dataclass(frozen=True)
class _Told:
    """Speaks the words of the receipt, `receipt.<code>`, in the language of the case."""

    language: str

    def __call__(self, code: str, **params: Any) -> str:
        return render(Message(f"receipt.{code}", **params), self.language)

    def say(self, message: Message) -> str:
        return render(message, self.language)

    def day(self, day: date) -> str:
        return format_day(day, self.language)

    def sum(self, ore: int) -> str:
        return format_kroner(ore, self.language)


def receipt(filed: Filed) -> tuple[Document, list[Block]]:
    """What is said of the whole, and its blocks in order."""
    told = _Told(filed.language)
    blocks = [
        *_head(filed, told),
        *_next(filed, told),
        *_lines(filed, told),
        *_texts(filed, told),
        *_papers(filed.papers, told),
    ]
    document = Document(
        title=told("title", number=filed.number),
        language=cast("Language", filed.language),
        reference=filed.number,
        short_title=told("short_title"),
        made_on=filed.registered_on,
        marked_as_invented=filed.is_invented,
    )
    return document, blocks


def request_blocks(filed: Filed) -> list[Block]:
    """What the request says, without what a receipt says of it: its lines, its texts, its papers."""
    told = _Told(filed.language)
    return [*_parties(filed, told), *_lines(filed, told), *_texts(filed, told), *_papers(filed.papers, told)]


def _head(filed: Filed, told: _Told) -> Iterator[Block]:
    """That it came in, when, from whom, and between whom."""
    yield heading(told("title", number=filed.number))
    pairs = [
        (told("number"), filed.number),
        (told("received"), told.day(filed.received_on)),
        (told("sent"), told("sent_by", moment=format_moment(filed.sent_at, filed.language), name=filed.sent_by)),
    ]
    yield fact_table((name, printable(text)) for name, text in [*pairs, *_who(filed, told)])


def _parties(filed: Filed, told: _Told) -> Iterator[Block]:
    yield fact_table((name, printable(text)) for name, text in _who(filed, told))


def _who(filed: Filed, told: _Told) -> Iterator[tuple[str, str]]:
    """Between whom, and what it is about."""
    petition = filed.petition
    for side, codes in ((Side.REQUESTING, petition.requesting), (Side.OPPOSING, petition.opposing)):
        yield told(side.value), "\n".join(filed.names.get(code, code) for code in codes)
    yield told("representative"), petition.representative
    if petition.own_reference:
        yield told("own_reference"), petition.own_reference
    yield told("child"), told("child_born", year=petition.child_birth_year)
    yield told("subject"), petition.subject


def _next(filed: Filed, told: _Told) -> Iterator[Block]:
    """What happens next, by when, and whose turn it is (rules 9, 13, 16)."""
    target = deadline(filed.received_on, procedure_on(filed.registered_on).screening_target, is_target=True)
    yield heading(told("section.next"), 2)
    yield prose(told("next", day=target.due_on, bearer=filed.petition.pays_meanwhile))
    yield boxed(told("advisory"), told("advisory_heading"))


def _lines(filed: Filed, told: _Told) -> Iterator[Block]:
    """The claim lines in a table, then how each sum came about and when the line may lapse."""
    lines = filed.petition.lines
    yield heading(told("section.lines"), 2)
    columns = [
        Column(told("column.line"), weight=3),
        Column(told("column.period"), weight=2),
        Column(told("column.should_bear"), weight=1.5),
        Column(told("column.sum"), align="right", weight=1.8),
    ]
    rows = [
        (_title(place, line, told), _period(line, told), _bearer(line.should_bear, line, filed), _sum(line, told))
        for place, line in enumerate(lines, start=1)
    ]
    total = ("", "", told("column.total"), told.sum(filed.petition.claimed_ore)) if len(rows) > 1 else None
    yield table(columns, rows, totals=total, caption=told("caption"))
    for place, line in enumerate(lines, start=1):
        yield heading(printable(_title(place, line, told)), 3)
        yield prose(printable("\n\n".join(_of_line(line, filed, told))))


def _of_line(line: ClaimedLine, filed: Filed, told: _Told) -> Iterator[str]:
    """A line in sentences: how the sum came about step by step, who has paid, the bases, and the date of limitation."""
    steps = line.amount.explanation if line.amount else (Message("money.explain.principle"),)
    yield "\n".join(f"- {told.say(step)}" for step in steps)
    paid = (
        told("paid", bearer=line.paid_by, sum=told.sum(line.paid_ore))
        if line.paid_ore
        else told("paid_nothing", bearer=line.paid_by)
    )
    bases = [
        told.say(code_label(kind, code))
        for kind, code in ((CodeKind.STATE_BASIS, line.state_basis), (CodeKind.MUNICIPAL_BASIS, line.municipal_basis))
    ]
    yield f"{paid} {told('bases', state=bases[0], municipal=bases[1], words=f' {line.basis_words}.' if line.basis_words else '')}"
    if line.caregivers and line.children:
        yield told("family", caregivers=line.caregivers, children=line.children)
    yield told.say(limitation_of(line, filed.registered_on).reason)


def _texts(filed: Filed, told: _Told) -> Iterator[Block]:
    """What the request says in words, as it was written."""
    petition = filed.petition
    yield heading(told("section.texts"), 2)
    for name in TEXTS:
        text = _facts(petition, told) if name == "facts" else getattr(petition, name)
        if text.strip():
            yield heading(told(f"text.{name}"), 3)
            yield prose(printable(text))
    yield heading(told("text.settlement"), 3)
    yield prose(
        printable(f"{told('settlement', day=petition.settlement_on, by=petition.settlement_by)}\n\n{petition.settlement_words}")
    )
    yield heading(told("text.more"), 3)
    yield prose(printable("\n\n".join(_more(petition, told))))


def _more(petition: Petition, told: _Told) -> Iterator[str]:
    yield told("courts", words=petition.courts_words) if petition.is_before_courts else told("no_courts")
    if petition.placed_on:
        yield told("placed_on", day=petition.placed_on)
    if petition.limitation_until:
        yield told("limitation_until", day=petition.limitation_until)
    if petition.limitation_words:
        yield petition.limitation_words
    yield told("authority", words=petition.authority)


def _facts(petition: Petition, told: _Told) -> str:
    """The facts in time order, a paragraph each."""
    days = [
        told("from_to", first=fact.happened_on, last=fact.until_on) if fact.until_on else told.day(fact.happened_on)
        for fact in petition.facts
    ]
    return "\n\n".join(f"{day}: {fact.words}" for day, fact in zip(days, petition.facts, strict=True))


def _papers(names: Sequence[str], told: _Told) -> Iterator[Block]:
    yield heading(told("section.papers"), 2)
    yield prose(printable("\n".join(f"{place}. {name}" for place, name in enumerate(names, start=1)) or told("no_papers")))


def _title(place: int, line: ClaimedLine, told: _Told) -> str:
    measure = told.say(code_label(CodeKind.MEASURE, line.measure))
    return f"{place}. {measure[:1].upper()}{measure[1:]}" + (f" ({line.measure_words})" if line.measure_words else "")


def _period(line: ClaimedLine, told: _Told) -> str:
    if line.to_on:
        return told("from_to", first=line.from_on, last=line.to_on)
    if line.known_until:
        return told("known_until", first=line.from_on, last=line.known_until)
    return told("runs", first=line.from_on)


def _bearer(bearer: Bearer, line: ClaimedLine, filed: Filed) -> str:
    return filed.names.get(
        line.municipality if bearer is Bearer.MUNICIPALITY else filed.petition.state, render(label(bearer), filed.language)
    )


def _sum(line: ClaimedLine, told: _Told) -> str:
    return told.sum(line.amount.ore) if line.amount else told("principle")
