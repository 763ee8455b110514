"""What a concession does to the panel's work (rules 22, 34).

The questions of a line that is wholly conceded fall with their votes. When a part is conceded, the votes on the amount fall: they were cast on
another sum. No approval outlives it. The panel's own rows are reached through the case, as all that comes later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.cases.left import is_conceded
from tvist.cases.lifecycle import State
from tvist.cases.tasks import close_tasks, is_waiting_for, open_task
from tvist.cases.waiting import TaskKind
from tvist.clock import oslo_date
from tvist.procedure.settings import procedure_on

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.claims import ClaimLine
    from tvist.cases.models import Case
    from tvist.decision.models import Question

_AFTER_VOTES = (TaskKind.WRITE_TEXT, TaskKind.APPROVE, TaskKind.ORDER_ISSUE)


def let_questions_fall(line: ClaimLine, *, at: datetime) -> None:
    """Let fall what was asked and voted about the conceded line, and wait for what is left to be done."""
    case, is_whole = line.case, is_conceded(line)
    if case.state is not State.PANEL:
        return
    for question in case.questions:
        if question.line_id != line.id or question.fell_at is not None:
            continue
        if is_whole:
            question.fell_at = at
        if is_whole or question.kind.value == "amount":
            _let_votes_fall(question, at)
    for approval in case.decision.approvals if case.decision else ():
        approval.fell_at = approval.fell_at or at
    _wait_anew(case, at)


def _let_votes_fall(question: Question, at: datetime) -> None:
    question.opened_at = None
    for vote in question.votes:
        vote.fell_at = vote.fell_at or at


def _wait_anew(case: Case, at: datetime) -> None:
    """Who has to vote, votes; when all have, the leader writes; when nothing is in dispute, nobody is waited for here."""
    close_tasks(case, *_AFTER_VOTES, at=at)
    if all(is_conceded(line) for line in case.lines):
        close_tasks(case, TaskKind.AGREE_QUESTIONS, TaskKind.CONFIRM_READING, TaskKind.VOTE, at=at)
        return
    standing = [question for question in case.questions if question.fell_at is None and question.agreed_at is not None]
    if not standing:
        _agree_anew(case, at)
        return
    length = procedure_on(case.registered_on).panel_target
    seated = case.seats_held
    for seat in seated:
        if all(_has_voted(question, seat.user) for question in standing):
            close_tasks(case, TaskKind.VOTE, at=at, owner=seat.user)
        elif not is_waiting_for(case, TaskKind.VOTE, seat.user):
            starts_on = oslo_date(case.referred_at or at)
            open_task(case, TaskKind.VOTE, at=at, owner=seat.user, length=length, starts_on=starts_on, is_target=True)
    leader = next((seat.user for seat in seated if seat.is_leader), None)
    if leader is not None and not is_waiting_for(case, TaskKind.VOTE):
        target = procedure_on(case.registered_on).issue_target
        open_task(case, TaskKind.WRITE_TEXT, at=at, owner=leader, length=target, starts_on=oslo_date(at), is_target=True)


def _agree_anew(case: Case, at: datetime) -> None:
    """Nothing is agreed yet: the members agree on the questions that are left, also who had agreed to one that fell."""
    is_changed = any(question.fell_at == at for question in case.questions)
    for agreement in case.question_agreements if is_changed else ():
        if agreement.fell_at is None:
            agreement.fell_at = at
            length, starts_on = procedure_on(case.registered_on).panel_target, oslo_date(case.referred_at or at)
            if any(seat.user.id == agreement.user_id for seat in case.seats_held):
                open_task(
                    case,
                    TaskKind.AGREE_QUESTIONS,
                    at=at,
                    owner=agreement.user,
                    length=length,
                    starts_on=starts_on,
                    is_target=True,
                )


def _has_voted(question: Question, user: User) -> bool:
    return any(vote.user_id == user.id and vote.fell_at is None for vote in question.votes)
