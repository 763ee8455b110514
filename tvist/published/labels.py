"""What the values of facts are called in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tvist.decision.law_references import known_acts
from tvist.procedure.codes import CodeKind, code_label, codes, is_code
from tvist.publication.blurring import GROUP
from tvist.publication.facts import STATE, law_of
from tvist.publication.models import FactOfPublication
from tvist.register.regions import state_regions
from tvist.words import DEFAULT_LANGUAGE, Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tvist.publication.facts import Law

_CODES: Final = {
    FactOfPublication.MEASURE: (CodeKind.MEASURE,),
    FactOfPublication.BASIS: (CodeKind.STATE_BASIS, CodeKind.MUNICIPAL_BASIS),
    FactOfPublication.OUTCOME: (CodeKind.OUTCOME,),
}


def measure_label(value: str) -> Message | str:
    """What a measure of a public record is called: its own name, or that of the group it is told as."""
    return fact_label(FactOfPublication.MEASURE, value)


def fact_label(kind: FactOfPublication, value: str, language: str = DEFAULT_LANGUAGE) -> Message | str:
    """What a value is called: a message, or a proper name; a value of no table is shown as it stands. `language` chooses the names of acts."""
    if kind is FactOfPublication.LAW:
        law = law_of(value)
        return f"{name_of_act(law, language)} {law.place}" if law else value
    if kind is FactOfPublication.UNANIMOUS:
        return Message(f"published.unanimous_{value}")
    if kind is FactOfPublication.REGION:
        names = {region.code: region.name for region in state_regions()}
        return Message("published.region_state") if value == STATE else names.get(value, value)
    if kind is FactOfPublication.MEASURE and value.startswith(GROUP):
        return code_label(CodeKind.MEASURE, value)
    known = next((code for code in _CODES.get(kind, ()) if is_code(code, value)), None)
    return code_label(known, value) if known else value


def name_of_act(law: Law, language: str) -> str:
    """The act as it is called; one of no table as it was written, or by its code where it has left the table."""
    known = {act.code: act for act in known_acts()}
    return known[law.act].name(language) if law.act in known else law.written or law.act


def in_order(kind: FactOfPublication, values: Iterable[str]) -> list[str]:
    """Values as they are offered: years with the newest first, codes and regions in the order of their tables, what is in none at the end."""
    if kind is FactOfPublication.YEAR:
        return sorted(values, reverse=True)
    return sorted(values, key=lambda value: (_rank(kind, value), value))


def _rank(kind: FactOfPublication, value: str) -> int:
    listed = [code.code for each in _CODES.get(kind, ()) for code in codes(each)]
    listed += [region.code for region in state_regions()] if kind is FactOfPublication.REGION else []
    return listed.index(value) if value in listed else len(listed)
