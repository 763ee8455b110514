"""The opinion as the public reads it, told from the public record alone (rules 37, 46). Start at `public_opinion`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast

from tvist.cases.models import Side
from tvist.decision.document import body
from tvist.decision.parallel_record import PARALLEL, other_edition
from tvist.decision.tables import Wording, is_year
from tvist.pdf import Document, boxed, fact_table, heading, page_break, prose, signature_block
from tvist.pdf.blocks import Boxed, Heading, Prose
from tvist.words import Message, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tvist.pdf import Block, Language

Record = dict[str, Any]
PUBLICATION: Final = "publication"


def public_opinion(public: Record) -> tuple[Document, list[Block]]:
    """What is said of the whole, and its blocks in order; a parallel text follows the main one on a page of its own."""
    told = Wording(public["language"])
    blocks = [
        *_head(public, told),
        *body(public, told),
        *_composition(public, told),
        *_about(public, told),
        *_parallel(public),
    ]
    return _document(public, told), blocks


def citation(public: Record) -> str:
    """How to refer to the opinion, in its own language."""
    issued = public["issued_on"] or public[PUBLICATION]["released_on"]
    told = Wording(public["language"])
    return _said(public, "citation", issued=issued if is_year(issued) else told.day(issued), number=_number(public))


def _document(public: Record, told: Wording) -> Document:
    names = [tuple(party["name"] for party in _parties(public, side)) for side in Side]
    return Document(
        title=f"{told('title')} {_number(public)}",
        language=cast("Language", public["language"]),
        # At the top of each page a reference is told as the number of a case.
        reference="",
        short_title=_said(public, "short", number=_number(public), title=told("against", first=names[0], second=names[1])),
        made_on=told.day_of(public[PUBLICATION]["released_on"]),
        marked_as_invented=public["is_invented"],
    )


def _head(public: Record, told: Wording) -> Iterator[Block]:
    """Title, numbers and days, parties by their letters, panel with seats, and what was anonymised."""
    yield heading(f"{told('title')} {_number(public)}")
    issued = public["issued_on"]
    pairs = [
        (_said(public, "number"), _number(public)),
        (told("issued_on"), issued if issued and is_year(issued) else told.day(issued) if issued else ""),
        (_said(public, "released_on"), told.day(public[PUBLICATION]["released_on"])),
    ]
    for side in Side:
        names = [_with_capital(party["name"]) for party in _parties(public, side)]
        pairs.append((told(f"party.{side.value}"), "\n".join(names)))
    members = [told("member", name=seat["name"], seat=_seat(seat, told)) for seat in public["panel"]]
    pairs.append((told("panel"), "\n".join(members)))
    yield fact_table(pairs)
    yield boxed("\n\n".join(_anonymised(public)), _said(public, "anonymised"))
    for each in public.get("corrections", ()):
        yield boxed(each["words"], told("corrected", day=told.day(each["on"]), version=each["version"]))


def _anonymised(public: Record) -> Iterator[str]:
    """What was taken out or replaced, and what is told more broadly."""
    found = public[PUBLICATION]
    yield _said(public, "what_is_hidden", what=_listed("hidden", found["hidden"]))
    if found["blurred"]:
        yield _said(public, "what_is_blurred", what=_listed("blurred", found["blurred"]))


def _composition(public: Record, told: Wording) -> Iterator[Block]:
    """That all have declared and approved; who left and what was objected only by its kind, for a tie may name a municipality."""
    found = public.get("composition", {"left": (), "challenges": ()})
    said = [_said(public, f"composition.left.{each['because']}") for each in found["left"]]
    said += [
        _said(public, f"composition.{each['kind']}", end=Message(f"public_opinion.composition.end.{each['end']}"))
        for each in found["challenges"]
    ]
    yield heading(told("section.composition"), 2)
    yield prose("\n\n".join((*said, _said(public, "composition.declared"))))
    yield signature_block((seat["name"], _seat(seat, told)) for seat in public["panel"])


def _about(public: Record, told: Wording) -> Iterator[Block]:
    """That it is advisory, and how to refer to it."""
    yield heading(_said(public, "about"), 2)
    yield prose("\n\n".join((_said(public, "advisory"), told("costs"), _said(public, "cite", citation=citation(public)))))


def _parallel(public: Record) -> Iterator[Block]:
    """The text in the other form, with its language on each block that has words."""
    if PARALLEL not in public:
        return
    other = other_edition(public)
    language = cast("Language", other["language"])
    yield page_break()
    yield _in_language(heading(_said(other, "parallel")), language)
    for block in body(other, Wording(language)):
        yield _in_language(block, language)


def _in_language(block: Block, language: Language) -> Block:
    return replace(block, language=language) if isinstance(block, Heading | Prose | Boxed) else block


def _said(public: Record, code: str, **params: Any) -> str:
    return render(Message(f"public_opinion.{code}", **params), public["language"])


def _listed(kind: str, codes: Iterable[str]) -> tuple[Message, ...]:
    return tuple(Message(f"public_opinion.{kind}.{code}") for code in codes)


def _number(public: Record) -> str:
    return str(public[PUBLICATION]["number"])


def _parties(public: Record, side: Side) -> list[Record]:
    return [party for party in public["parties"] if party["side"] == side.value]


def _with_capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _seat(seat: Record, told: Wording) -> str:
    return told(f"seat.{seat['appointment']}.{seat['seat']}")
