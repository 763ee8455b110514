"""Cases that are equal or related to one in screening (rule 17)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import aliased, selectinload

from tvist.cases.claims import ClaimLine
from tvist.cases.models import Case, Party
from tvist.cases.queries import visible_to
from tvist.intake.models import ChildIdentity

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User

MOST_SHOWN: Final = 20
SHORTEST_REFERENCE: Final = 3
"""A shorter reference is a running number that many cases share by chance."""


class Kinship(StrEnum):
    """How two cases belong together, the surest first."""

    SAME_CHILD = "same_child"
    SAME_REFERENCE = "same_reference"
    POSSIBLY_SAME_CHILD = "possibly_same_child"
    SAME_MEASURE = "same_measure"


@dataclass(frozen=True)
class Related:
    """Another case, and by what it belongs to this one."""

    case: Case
    kinship: Kinship


def related_cases(session: Session, case: Case, user: User, on: date) -> list[Related]:
    """The cases that `user` may open which are equal or related, the surest first, then the newest (rule 17).

    The same child is known by the keyed hash of the sealed number alone. Where either case has a secret address nothing is told (rule 8).
    """
    found: dict[int, Related] = {}
    for kinship, clause in _clauses(case):
        query = sa.select(Case).where(clause, Case.id != case.id, visible_to(user, on)).options(selectinload(Case.parties))
        for other in session.scalars(query.order_by(Case.year.desc(), Case.serial.desc()).limit(MOST_SHOWN)):
            found.setdefault(other.id, Related(other, kinship))
    return list(found.values())[:MOST_SHOWN]


def _clauses(case: Case) -> list[tuple[Kinship, sa.ColumnElement[bool]]]:
    if case.is_address_secret:
        return []
    is_open = Case.is_address_secret.is_(False)
    return [
        (Kinship.SAME_CHILD, sa.and_(is_open, _same_child(case))),
        (Kinship.SAME_REFERENCE, sa.and_(is_open, _same_reference(case))),
        (
            Kinship.POSSIBLY_SAME_CHILD,
            sa.and_(is_open, Case.child_birth_year == case.child_birth_year, _same_parties(case), _overlap(case)),
        ),
        (Kinship.SAME_MEASURE, sa.and_(is_open, _same_parties(case), Case.measure == case.measure, _overlap(case))),
    ]


def _same_child(case: Case) -> sa.ColumnElement[bool]:
    own, other = aliased(ChildIdentity), aliased(ChildIdentity)
    return sa.exists().where(
        own.case_id == case.id, own.number_hash.is_not(None), other.case_id == Case.id, other.number_hash == own.number_hash
    )


def _same_reference(case: Case) -> sa.ColumnElement[bool]:
    """A party of both cases that knows both by the same number of its own."""
    numbered = [party for party in case.parties if len(party.own_reference.strip()) >= SHORTEST_REFERENCE]
    alike = [
        sa.and_(Party.organisation_id == party.organisation_id, Party.own_reference == party.own_reference) for party in numbered
    ]
    return sa.exists().where(Party.case_id == Case.id, sa.or_(*alike)) if alike else sa.false()


def _same_parties(case: Case) -> sa.ColumnElement[bool]:
    """Every party of this case is a party of the other too."""
    return sa.and_(
        *(
            sa.exists().where(Party.case_id == Case.id, Party.organisation_id == party.organisation_id).correlate(Case)
            for party in case.parties
            if party.left_at is None
        )
    )


def _overlap(case: Case) -> sa.ColumnElement[bool]:
    """A day that lines of both cases cover; a measure that runs covers all days from its first."""
    own, other = aliased(ClaimLine), aliased(ClaimLine)
    return sa.exists().where(
        own.case_id == case.id,
        other.case_id == Case.id,
        sa.or_(other.to_on.is_(None), other.to_on >= own.from_on),
        sa.or_(own.to_on.is_(None), own.to_on >= other.from_on),
    )
