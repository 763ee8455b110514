"""Which sendings a person reads, in the WHERE: the same answer as `may(user, READ_SUBMISSION, sending)` for each (rules 20, 21)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tvist.access.policy import POLICY, Act, Role
from tvist.cases.admissions import LetIn
from tvist.cases.claims import ClaimLine
from tvist.cases.concessions import Concession
from tvist.cases.models import Case, Party
from tvist.cases.queries import parties_of, reads_for_the_body
from tvist.cases.submissions import AFTER_PREPARATION, Serving, Submission, SubmissionKind
from tvist.cases.waiting import Task

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User


def submissions_visible_to(session: Session, user: User, case: Case, on: date) -> list[Submission]:
    """What `user` may read of what was sent in the case, oldest first: the same answer as `may(user, READ_SUBMISSION, …)` for each.

    Loaded with papers, servings, answers and facts, in the same number of statements for few as for many.
    """
    visible = _visible_to(user, case, on)
    if visible is None:
        return []
    answer = Submission.line_answers.property.mapper.class_
    fact_answer = Submission.fact_answers.property.mapper.class_
    fact = Submission.facts.property.mapper.class_
    query = (
        sa.select(Submission)
        .where(Submission.case_id == case.id, visible)
        .options(
            joinedload(Submission.by),
            joinedload(Submission.party),
            joinedload(Submission.late),
            joinedload(Submission.let_in),
            selectinload(Submission.papers),
            selectinload(Submission.servings).joinedload(Serving.party),
            selectinload(Submission.line_answers).joinedload(answer.line),
            selectinload(Submission.concessions).joinedload(Concession.line),
            selectinload(Submission.own_lines),
            selectinload(Submission.page_comments),
            selectinload(Submission.facts).joinedload(fact.paper),
            selectinload(Submission.fact_answers).joinedload(fact_answer.fact),
        )
    )
    return list(session.scalars(query.order_by(Submission.made_at, Submission.id)))


def hidden_claims(session: Session, user: User, cases: Collection[int], on: date) -> dict[int, int]:
    """What the sums of these cases hold of claim lines that `user` has not been served yet, in øre, by the number of the case."""
    if not cases:
        return {}
    query = (
        sa.select(ClaimLine.case_id, sa.func.sum(ClaimLine.amount_ore))
        .join(Submission, ClaimLine.submission_id == Submission.id)
        .join(Case, ClaimLine.case_id == Case.id)
        .where(ClaimLine.case_id.in_(cases), Submission.passed_on_at.is_not(None), ~_readable(user, on))
        .group_by(ClaimLine.case_id)
    )
    return {case_id: int(ore or 0) for case_id, ore in session.execute(query)}


def _readable(user: User, on: date) -> sa.ColumnElement[bool]:
    """Mirrors `_visible_to` for cases of any number: who is in a team reads as that party, whatever else the person is."""
    parties = parties_of(user, on)
    served = sa.exists().where(Serving.submission_id == Submission.id, Serving.party_id.in_(parties), Serving.stands())
    as_party = sa.or_(Submission.party_id.in_(parties), served)
    in_team = sa.exists().where(Party.case_id == Submission.case_id, Party.id.in_(parties))
    if user.roles_on(on) & {Role.SECRETARIAT, Role.LEADER}:
        reads = sa.exists().where(Case.id == Submission.case_id, reads_for_the_body(user)).correlate(Submission)
        return sa.or_(as_party, sa.and_(~in_team, sa.or_(reads, _reaches_panel())))
    return sa.or_(as_party, sa.and_(~in_team, _reaches_panel()))


def _visible_to(user: User, case: Case, on: date) -> sa.ColumnElement[bool] | None:
    """Mirrors `Submission.roles_for`: a party reads its own and what was served on it, the panel what was served on all (rules 20, 21)."""
    roles = case.roles_for(user, on)
    party = case.party_of(user, on)
    if not roles:
        return None
    if party is not None:
        return sa.or_(Submission.party_id == party.id, _is_served_on(party.id))
    readers = POLICY[Act.READ_SUBMISSION]
    if roles & (readers - {Role.SEATED, Role.LEADER_DECLARED}):
        return sa.true()
    if Role.LEADER_DECLARED in roles:
        not_late = Submission.kind.not_in({SubmissionKind.SETTLEMENT, *AFTER_PREPARATION})
        return sa.or_(not_late, _reaches_panel())
    return _reaches_panel() if Role.SEATED in roles else None


def _is_served_on(party_id: int) -> sa.ColumnElement[bool]:
    return sa.exists().where(Serving.submission_id == Submission.id, Serving.party_id == party_id, Serving.stands())


def _reaches_panel() -> sa.ColumnElement[bool]:
    """Mirrors `Submission.reaches_panel`."""
    waits = (
        sa.exists()
        .where(
            Serving.submission_id == Submission.id,
            Serving.fell_at.is_(None),
            Serving.task_id == Task.id,
            Task.done_at.is_(None),
        )
        .correlate(Submission)
    )
    is_heard = sa.and_(_is_served_on_all(), sa.or_(Submission.kind != SubmissionKind.LATE, ~waits))
    is_let_in = sa.exists().where(LetIn.submission_id == Submission.id).correlate(Submission)
    # Nor an agreed settlement, which began as an offer (rule 22).
    return sa.and_(Submission.kind != SubmissionKind.SETTLEMENT, sa.or_(is_heard, is_let_in))


def _is_served_on_all() -> sa.ColumnElement[bool]:
    # Bound to the sending and the party of the query around it: left to itself it would ask whether any sending was served.
    served = (
        sa.exists()
        .where(Serving.submission_id == Submission.id, Serving.party_id == Party.id, Serving.stands())
        .correlate(Submission, Party)
    )
    is_from_another = sa.or_(Submission.party_id.is_(None), Submission.party_id != Party.id)
    without = sa.exists().where(Party.case_id == Submission.case_id, Party.left_at.is_(None), is_from_another, ~served)
    return ~without.correlate(Submission)
