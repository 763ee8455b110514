"""The advisory opinion as a document, in reading order (rule 37). It is told from the frozen record alone, so the same record gives the same bytes.

Start at `opinion`, the table of contents. The words stand in the catalogues under `opinion.`; the tables of money in `tables.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tvist.cases.models import Side
from tvist.decision.composition_told import composition_told
from tvist.decision.exceptions_told import exceptions_told
from tvist.decision.law_references import act_name
from tvist.decision.opinion_head import head, parties_on, said_of_the_whole, seat_told
from tvist.decision.page_references import citations_in
from tvist.decision.parallel_record import PARALLEL, other_edition
from tvist.decision.record import BUNDLE_ADDRESS
from tvist.decision.seal_told import sealed_words
from tvist.decision.tables import Wording, basis_sentences, claimed_table, conceded_sentences, found_table, refund_sentences
from tvist.decision.votes_told import question_told, votes_told
from tvist.pdf import Link, boxed, heading, prose, signature_block
from tvist.procedure.deadlines import deadline
from tvist.procedure.lengths import parse_length

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tvist.pdf import Block, Document

Record = dict[str, Any]


@dataclass(frozen=True)
class Edition:
    """The opinion in one language form: the main text, or the parallel text that is bound to it (rule 39)."""

    is_parallel: bool
    document: Document
    blocks: list[Block]


def editions(record: Record, *, is_draft: bool = False) -> list[Edition]:
    """Each edition of the opinion of a record (see `record.canonical`); the main text is the first."""
    document, blocks = opinion(record, is_draft=is_draft)
    found = [Edition(is_parallel=False, document=document, blocks=blocks)]
    if PARALLEL in record:
        document, blocks = opinion(other_edition(record), is_draft=is_draft)
        found.append(Edition(is_parallel=True, document=document, blocks=blocks))
    return found


def opinion(record: Record, *, is_draft: bool = False) -> tuple[Document, list[Block]]:
    """The main text of an opinion from its record (see `record.canonical`): what is said of the whole, and its blocks in order.

    From the record of a parallel edition (see `parallel_record.other_edition`) it is the parallel text.
    """
    told = Wording(record["language"])
    blocks = [
        *head(record, told, is_draft=is_draft),
        *body(record, told),
        *_composition(record, told),
        *_advice(record, told),
        *sealed_words(record, told),
    ]
    return said_of_the_whole(record, told, is_draft=is_draft), blocks


def body(record: Record, told: Wording) -> Iterator[Block]:
    """From what the case is about to the law that is referred to: what the public reads too, told from its own record."""
    yield from _subject(record, told)
    yield from _section(record, told, "background")
    yield from _facts(record, told)
    yield from _arguments(record, told)
    yield from _section(record, told, "legal")
    yield from exceptions_told(record, told)
    yield from _assessment(record, told)
    yield from _remarks(record, told)
    yield from _conclusion(record, told)
    yield from _law(record, told)


def _subject(record: Record, told: Wording) -> Iterator[Block]:
    yield heading(told("section.subject"), 2)
    yield from _written(record["sections"]["subject"], record, told)
    yield claimed_table(record, told)


def _section(record: Record, told: Wording, name: str) -> Iterator[Block]:
    yield heading(told(f"section.{name}"), 2)
    yield from _written(record["sections"][name], record, told)


def _facts(record: Record, told: Wording) -> Iterator[Block]:
    yield heading(told("section.facts"), 2)
    for name in ("agreed", "disputed"):
        yield heading(told(f"section.{name}"), 3)
        yield from _written(record["sections"][name], record, told)


def _arguments(record: Record, told: Wording) -> Iterator[Block]:
    """Each side's argument and claim."""
    yield heading(told("section.arguments"), 2)
    for side in Side:
        yield heading(
            told(f"section.argument_of.{side.value}", names=tuple(party["name"] for party in parties_on(record, side))), 3
        )
        yield from _written(record["sections"][f"{side.value}_argument"], record, told)


def _assessment(record: Record, told: Wording) -> Iterator[Block]:
    """Question by question: reasons, and how the members voted."""
    yield heading(told("section.assessment"), 2)
    for sentence in conceded_sentences(record, told, only_whole=True):
        yield prose(sentence)
    for question in record["questions"]:
        yield heading(question_told(question, told), 3)
        yield from _written(question["reasons"], record, told)
        yield prose(" ".join(votes_told(question, record, told)) if question["result"] else told("not_voted"))


def _remarks(record: Record, told: Wording) -> Iterator[Block]:
    """Dissents and concurring remarks, each apart under the name of its member."""
    remarks = [(question, remark) for question in record["questions"] for remark in question["remarks"]]
    if remarks:
        yield heading(told("section.remarks"), 2)
    for question, remark in remarks:
        title = told(f"remark.{remark['kind']}", name=remark["name"], position=question["position"])
        yield boxed(remark["text"], title, links=_links(remark["text"], record))


def _conclusion(record: Record, told: Wording) -> Iterator[Block]:
    """The conclusion in words and in money; the money is always drawn from the votes."""
    yield heading(told("section.conclusion"), 2)
    yield from _written(record["sections"]["conclusion"], record, told)
    if all(line["finding"] for line in record["lines"]):
        yield found_table(record, told)
        if bases := basis_sentences(record, told):
            yield prose("\n\n".join(bases))
        if conceded := conceded_sentences(record, told):
            yield prose("\n\n".join(conceded))
        if sentences := refund_sentences(record, told):
            yield prose("\n\n".join(sentences))
        if all(question["result"]["is_unanimous"] for question in record["questions"]):
            yield prose(told("all_unanimous"))


def _law(record: Record, told: Wording) -> Iterator[Block]:
    """The acts that the text refers to; an older record has no such list."""
    if not (found := record.get("law")):
        return
    yield heading(told("section.law"), 2)
    names = [act_name(each["act"], record["language"]) if each["act"] else each["written"] for each in found]
    yield prose("\n".join(f"- {name} {', '.join(each['places'])}" for name, each in zip(names, found, strict=True)))


def _composition(record: Record, told: Wording) -> Iterator[Block]:
    yield heading(told("section.composition"), 2)
    yield from composition_told(record, told)
    yield signature_block((seat["name"], seat_told(seat, told)) for seat in record["panel"])


def _advice(record: Record, told: Wording) -> Iterator[Block]:
    """That it is advisory; how to ask for correction or a new treatment (rules 40, 45)."""
    yield heading(told("section.advice"), 2)
    yield prose(
        "\n\n".join(
            (
                told("advisory"),
                told("correction"),
                _new_treatment(record, told),
                told("costs"),
            )
        )
    )


def _new_treatment(record: Record, told: Wording) -> str:
    """How to ask for a new treatment, with the last day for who had the opinion the day it was issued (rules 18, 40)."""
    length = parse_length(record["new_treatment"])
    if record["issued_on"] is None:
        return told("new_treatment", length=length.text)
    due_on = deadline(told.day_of(record["issued_on"]), length).due_on
    return told("new_treatment_until", length=length.text, day=told.day(due_on.isoformat()))


def _written(text: str, record: Record, told: Wording) -> Iterator[Block]:
    yield prose(text if text.strip() else told("nothing_written"), links=_links(text, record))


def _links(text: str, record: Record) -> Iterator[Link]:
    """References to pages of the bundle lead there, where the record says at which address it is read."""
    if address := record.get(BUNDLE_ADDRESS):
        yield from (Link(found.words, f"{address}{found.page}") for found in citations_in(text))
