"""The approvals of one and the same text: given, taken back, and fallen by a change (rule 38)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.access.policy import Act
from tvist.cases.lifecycle import State, take_step
from tvist.cases.tasks import close_tasks, is_waiting_for, open_task
from tvist.cases.waiting import TaskKind
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.decision.models import Approval
from tvist.decision.record import text_hash
from tvist.decision.rules import approvals_of, unfinished
from tvist.decision.votes import PANEL_SIZE, seats_of
from tvist.errors import CannotProceed, NotAllowed
from tvist.panel.calling import open_for_leader
from tvist.panel.rules import panel_faults
from tvist.procedure.settings import procedure_on
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.vault.keys import MasterKeys


def approve(case: Case, *, by: User, at: datetime, keys: MasterKeys) -> Approval:
    """Approve the very text as it stands, by its hash; three approvals of one text let the leader order issue (rule 38)."""
    demand_seat(case, by)
    found = unfinished(case, Act.APPROVE, keys) or panel_faults(case, at)
    decision = case.decision
    if found or decision is None:
        raise CannotProceed(found or [Message("decision.no_text")])
    text = text_hash(case, keys)
    for earlier in decision.approvals:
        if earlier.fell_at is None and earlier.text_sha256 == text and earlier.user_id == by.id:
            return earlier
        # Also those of who has left, and of a text that changed without an act of the panel's: a party's new representative.
        if earlier.fell_at is None and (earlier.text_sha256 != text or earlier not in approvals_of(case)):
            earlier.fell_at = at
    session_of(case).flush()
    approval = Approval(user=by, user_id=by.id, text_sha256=text, approved_at=at)
    decision.approvals.append(approval)
    take_step(case, Act.APPROVE, by=by, at=at)
    _after_approval(case, at)
    return approval


def withdraw_approval(case: Case, *, by: User, at: datetime) -> None:
    """Take one's own approval back, before the leader has ordered issue. Raises `CannotProceed` after that, and where one has not approved."""
    demand_seat(case, by)
    if case.state is not State.PANEL:
        raise CannotProceed(Message("cases.wrong_state", state=case.state))
    own = next((found for found in approvals_of(case) if found.user_id == by.id), None)
    if own is None:
        raise CannotProceed(Message("decision.not_approved"))
    own.fell_at = at
    case.record(Act.APPROVE, by=by, at=at, said=Message("journal.approval_withdrawn"))
    close_tasks(case, TaskKind.ORDER_ISSUE, at=at)
    _wait_for_approval(case, by, at)


def demand_seat(case: Case, by: User) -> None:
    """Raises `NotAllowed` for one who holds no seat in the case."""
    if case.seat_of(by) is None:
        raise NotAllowed


def _after_approval(case: Case, at: datetime) -> None:
    close_tasks(case, TaskKind.WRITE_TEXT, at=at)
    approved = {found.user_id for found in approvals_of(case)}
    for seat in seats_of(case):
        if seat.user.id in approved:
            close_tasks(case, TaskKind.APPROVE, at=at, owner=seat.user)
        elif not is_waiting_for(case, TaskKind.APPROVE, seat.user):
            _wait_for_approval(case, seat.user, at)
    if len(approved) == PANEL_SIZE:
        open_for_leader(case, TaskKind.ORDER_ISSUE, at)


def _wait_for_approval(case: Case, user: User, at: datetime) -> None:
    target = procedure_on(case.registered_on).issue_target
    open_task(case, TaskKind.APPROVE, at=at, owner=user, length=target, starts_on=oslo_date(at), is_target=True)
