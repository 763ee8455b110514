"""What of the publications waits for a person: opinions to begin, what was sent back, and what is to be approved (rule 46)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tvist.access.policy import Role
from tvist.cases.queries import visible_to
from tvist.decision.models import Decision
from tvist.publication.models import Publication
from tvist.publication.queries import to_begin
from tvist.publication.rules import has_hand, waits_for_leader

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
    if Role.LEADER in roles:
        return WaitingPublications(to_approve=_to_approve(session, user, on, waits_for_leader(session, on)))
    return WaitingPublications()


def _returned(session: Session, user: User, on: date) -> Sequence[Publication]:
    in_work = (Publication.submitted_at.is_(None), Publication.return_reasons != "", Publication.superseded_by_id.is_(None))
    return _found(session, user, on, *in_work)


def _to_approve(session: Session, user: User, on: date, *clauses: sa.ColumnElement[bool]) -> Sequence[Publication]:
    """What was submitted by somebody else, and in which the person had no hand."""
    waits = (Publication.submitted_at.is_not(None), Publication.approved_at.is_(None), Publication.superseded_by_id.is_(None))
    return _found(session, user, on, *waits, ~has_hand(user.id), *clauses)


def _found(session: Session, user: User, on: date, *clauses: sa.ColumnElement[bool]) -> Sequence[Publication]:
    query = sa.select(Publication).join(Publication.decision).join(Decision.case).where(visible_to(user, on), *clauses)
    case = joinedload(Publication.decision).joinedload(Decision.case)
    return session.scalars(query.options(case).order_by(Publication.id).limit(MOST_WAITING)).all()
