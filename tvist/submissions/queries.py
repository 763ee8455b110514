"""Questions about what was sent in a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tvist.access.policy import POLICY, Act, Role
from tvist.cases.models import Party
from tvist.cases.submissions import Serving, Submission
from tvist.submissions.models import LineAnswer

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Case


def submissions_visible_to(session: Session, user: User, case: Case, on: date) -> list[Submission]:
    """What `user` may read of what was sent in the case, oldest first: the same answer as `may(user, READ_SUBMISSION, …)` for each.

    Loaded with papers, servings and answers, in the same number of statements for few as for many.
    """
    visible = _visible_to(user, case, on)
    if visible is None:
        return []
    query = (
        sa.select(Submission)
        .where(Submission.case_id == case.id, visible)
        .options(
            joinedload(Submission.by),
            joinedload(Submission.party),
            selectinload(Submission.papers),
            selectinload(Submission.servings).joinedload(Serving.party),
            selectinload(Submission.line_answers).joinedload(LineAnswer.line),
        )
    )
    return list(session.scalars(query.order_by(Submission.made_at, Submission.id)))


def _visible_to(user: User, case: Case, on: date) -> sa.ColumnElement[bool] | None:
    """Mirrors `Submission.roles_for`: a party reads its own and what was served on it, the panel what was served on all (rules 20, 21)."""
    roles = case.roles_for(user, on)
    party = case.party_of(user, on)
    if not roles:
        return None
    if party is not None:
        return sa.or_(Submission.party_id == party.id, _is_served_on(party.id))
    readers = POLICY[Act.READ_SUBMISSION]
    if roles & (readers - {Role.SEATED}):
        return sa.true()
    return _is_served_on_all() if Role.SEATED in roles else None


def _is_served_on(party_id: int) -> sa.ColumnElement[bool]:
    return sa.exists().where(Serving.submission_id == Submission.id, Serving.party_id == party_id, Serving.stands())


def _is_served_on_all() -> sa.ColumnElement[bool]:
    served = sa.exists().where(Serving.submission_id == Submission.id, Serving.party_id == Party.id, Serving.stands())
    is_from_another = sa.or_(Submission.party_id.is_(None), Submission.party_id != Party.id)
    without = sa.exists().where(Party.case_id == Submission.case_id, Party.left_at.is_(None), is_from_another, ~served)
    return ~without.correlate(Submission)
