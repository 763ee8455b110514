"""What published opinions are filtered and indexed by, and which of them refer to each other: drawn from the public record (rule 46)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from tvist.decision.choices import BasisChoice
from tvist.procedure.codes import CodeKind, is_code
from tvist.publication.models import FactOfPublication, Publication, number_of
from tvist.publication.places import texts
from tvist.register.regions import state_regions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.orm import Session

    from tvist.decision.models import Decision

Record = dict[str, Any]
Fact = tuple[FactOfPublication, str]

STATE: Final = "state"
"""The region of an opinion that does not say which part of the state was a party."""
YES: Final = "yes"
NO: Final = "no"
NUMBER: Final = re.compile(r"(?<![\w-])BTN-(\d{4})-([1-9]\d{0,8})(?![\w]|-\d)")
"""The number of a publication (`models.number_of`), as it stands in a text."""
_BASES: Final = {
    BasisChoice.STATE: ("state_basis",),
    BasisChoice.MUNICIPAL: ("municipal_basis",),
    BasisChoice.BOTH: ("state_basis", "municipal_basis"),
    BasisChoice.NEITHER: (),
}


@dataclass(frozen=True, slots=True)
class Law:
    """An act and a place in it. `act` is a code of the table of acts, empty where the act is not known for certain: then `written` is its name."""

    act: str
    written: str
    place: str

    def __str__(self) -> str:
        """As the value of a fact."""
        return f"{self.act}|{self.written}|{self.place}"


def law_of(value: str) -> Law | None:
    """The law that a fact tells of; None for a value that is none."""
    parts = value.split("|")
    return Law(*parts) if len(parts) == len(Law.__slots__) and parts[2] and (parts[0] or parts[1]) else None


def facts_of(public: Record, decision: Decision) -> list[Fact]:
    """The facts of a publication, each once, in the order of `FactOfPublication`.

    All are read from the public record, so what is told more broadly there is no narrower here; only the legal bases of the lines, which the
    record has no words for, are those of the case (`decision`).
    """
    kind = FactOfPublication
    found: list[Fact] = [
        *((kind.MEASURE, line["measure"]) for line in public["lines"]),
        *((kind.BASIS, basis) for basis in _bases(public, decision)),
        *([(kind.OUTCOME, public["outcome"])] if public["outcome"] else []),
        *([(kind.YEAR, public["issued_on"][:4])] if public["issued_on"] else []),
        (kind.REGION, region_of(public)),
        (kind.UNANIMOUS, YES if is_unanimous(public) else NO),
        *((kind.LAW, str(law)) for law in laws_of(public)),
    ]
    return list(dict.fromkeys(found))


def region_of(public: Record) -> str:
    """The code of the region that was a party, where the public record names it; else `state`."""
    codes = {region.name: region.code for region in state_regions()}
    return next((codes[party["name"]] for party in public["parties"] if party["name"] in codes), STATE)


def is_unanimous(public: Record) -> bool:
    """Whether all members agreed on all questions."""
    return all(question["result"] and question["result"]["is_unanimous"] for question in public["questions"])


def laws_of(public: Record) -> Iterator[Law]:
    """Each act and place that the public text refers to."""
    for each in public.get("law", []):
        for place in each["places"]:
            yield Law(each["act"], "" if each["act"] else each["written"].replace("|", " "), place)


def _bases(public: Record, decision: Decision) -> Iterator[str]:
    """The bases that each line was claimed on; where the panel was asked which holds, those that it found."""
    claimed = {line.position: line for line in decision.case.lines}
    for line in public["lines"]:
        finding = line["finding"] or {}
        wanted = _BASES[BasisChoice(finding["basis"])] if "basis" in finding else _BASES[BasisChoice.BOTH]
        for name in wanted:
            code: str = getattr(claimed[line["position"]], name) if line["position"] in claimed else ""
            if is_code(CodeKind(name), code):
                yield code


def numbers_in(text: str) -> list[tuple[int, int]]:
    """Year and serial of each publication whose number stands in a text, each once, in order."""
    return list(dict.fromkeys((int(year), int(serial)) for year, serial in NUMBER.findall(text)))


def citations_of(session: Session, public: Record) -> list[Publication]:
    """The released opinions that the public text refers to by their numbers, itself left out; withdrawn ones too, for their numbers still lead somewhere.

    References to case numbers stand in the public record as publication numbers where that opinion is published.
    """
    own = public["publication"]["number"]
    wanted = {pair for _place, text in texts(public) for pair in numbers_in(text) if own != number_of(*pair)}
    return _numbered(session, wanted)


def _numbered(session: Session, wanted: Iterable[tuple[int, int]]) -> list[Publication]:
    pairs = sorted(wanted)
    if not pairs:
        return []
    query = sa.select(Publication).where(
        sa.tuple_(Publication.year, Publication.serial).in_(pairs), Publication.released_at.is_not(None)
    )
    return list(session.scalars(query.order_by(Publication.year, Publication.serial)))
