"""The index of legal bases: each act and place with the published opinions that rest on it or refer to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Final

from tvist.decision.law_references import order_of_place
from tvist.publication.facts import law_of
from tvist.publication.models import FactOfPublication
from tvist.published.labels import fact_label, in_order, name_of_act
from tvist.published.queries import places_of_facts

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.words import Message

MOST_NAMED: Final = 10
"""So many opinions are named at a place; the list has the others."""


@dataclass(frozen=True)
class Place:
    """A place of an act, or a legal basis: `kind` and `value` are what the list is filtered by, `numbers` the newest of the `count` opinions."""

    kind: FactOfPublication
    value: str
    name: Message | str
    count: int
    numbers: list[str]


@dataclass(frozen=True)
class ActPlaces:
    """An act by its name in the reader's language, with its places in the order of the act. `is_known` is False for a name as it was written."""

    name: str
    is_known: bool
    places: list[Place] = field(default_factory=list)


@dataclass(frozen=True)
class LawIndex:
    """The legal bases that the claims rested on, and the acts that the texts refer to, by name."""

    bases: list[Place]
    acts: list[ActPlaces]


def law_index(session: Session, language: str) -> LawIndex:
    """The whole index, by one statement."""
    found = _places(session)
    bases = {place.value: place for place in found if place.kind is FactOfPublication.BASIS}
    acts: dict[tuple[str, str], ActPlaces] = {}
    for place in found:
        law = law_of(place.value) if place.kind is FactOfPublication.LAW else None
        if law is not None:
            acts.setdefault((law.act, law.written), ActPlaces(name_of_act(law, language), is_known=bool(law.act))).places.append(
                place
            )
    for act in acts.values():
        act.places.sort(key=lambda place: order_of_place(str(place.name)))
    by_name = sorted(acts.values(), key=lambda act: (not act.is_known, act.name.casefold()))
    return LawIndex([bases[value] for value in in_order(FactOfPublication.BASIS, bases)], by_name)


def _places(session: Session) -> list[Place]:
    kinds = (FactOfPublication.BASIS, FactOfPublication.LAW)
    rows = places_of_facts(session, kinds, MOST_NAMED)
    found = []
    for (kind, value), same in groupby(rows, key=lambda row: row[:2]):
        listed = list(same)
        name = fact_label(kind, value) if kind is FactOfPublication.BASIS else _place_of(value)
        found.append(Place(kind, value, name, listed[0][2], [row[3] for row in listed]))
    return found


def _place_of(value: str) -> str:
    law = law_of(value)
    return law.place if law else value
