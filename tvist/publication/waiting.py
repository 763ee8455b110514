"""What of the publications waits for a person: opinions to begin, what was sent back, and what is to be approved (rule 46)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tvist.access.policy import Role
from tvist.cases.models import Case
from tvist.cases.queries import visible_to
from tvist.decision.models import Decision
from tvist.publication.models import Publication
from tvist.publication.queries import to_begin
from tvist.publication.rules import has_hand, officers_present, officers_there

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User

MOST_WAITING: Final = 10


@dataclass(frozen=True)
class WaitingPublications:
    """What waits for the person, at most ten of each; the list has them all."""

    to_begin: Sequence[Decision] = ()
    returned: Sequence[Publication] = ()
    to_approve: Sequence[Publication] = field(default=())

    @property
    def is_anything(self) -> bool:
        """Whether anything waits."""
        return bool(self.to_begin or self.returned or self.to_approve)


def waiting_publications(session: Session, user: User, on: date) -> WaitingPublications:
    """What waits for `user` that day; for the leader only what no officer is there to approve."""
    roles = user.roles_on(on)
    if Role.SECRETARIAT in roles:
        return WaitingPublications(
            to_begin(session, user, on, limit=MOST_WAITING), _returned(session, user, on), _to_approve(session, user, on)
        )
    if Role.LEADER in roles and (found := _to_approve(session, user, on)):
        present = officers_present(session, on)
        return WaitingPublications(to_approve=[each for each in found if not officers_there(each, on, present)])
    return WaitingPublications()


def _returned(session: Session, user: User, on: date) -> Sequence[Publication]:
    in_work = (Publication.submitted_at.is_(None), Publication.return_reasons != "", Publication.superseded_by_id.is_(None))
    return _found(session, user, on, *in_work)


def _to_approve(session: Session, user: User, on: date) -> Sequence[Publication]:
    """What was submitted by somebody else, and in which the person had no hand."""
    waits = (Publication.submitted_at.is_not(None), Publication.approved_at.is_(None), Publication.superseded_by_id.is_(None))
    return _found(session, user, on, *waits, ~has_hand(user.id))


def _found(session: Session, user: User, on: date, *clauses: sa.ColumnElement[bool]) -> Sequence[Publication]:
    query = sa.select(Publication).join(Publication.decision).join(Decision.case).where(visible_to(user, on), *clauses)
    case = joinedload(Publication.decision).joinedload(Decision.case)
    loaded = (
        case.options(
            selectinload(Case.parties), selectinload(Case.declarations), selectinload(Case.challenges), selectinload(Case.seats)
        ),
        selectinload(Publication.marks),
        selectinload(Publication.blurs),
        selectinload(Publication.undoings),
        joinedload(Publication.submitted_by),
    )
    return session.scalars(query.options(*loaded).order_by(Publication.id).limit(MOST_WAITING)).unique().all()
