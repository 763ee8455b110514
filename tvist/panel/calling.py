"""Call a person to a seat, let one leave it, and give those who have declared their work (rules 28-30, 33)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.access.policy import Act
from tvist.cases.lifecycle import State
from tvist.cases.tasks import close_tasks, is_waiting_for, open_task
from tvist.cases.waiting import Desk, TaskKind
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.delivery.actions import write_to_party, write_to_user
from tvist.delivery.models import LetterKind
from tvist.panel.bundle import reading_by
from tvist.panel.choosing import deputies_for
from tvist.panel.models import Seat, SeatKind
from tvist.panel.rules import holder
from tvist.procedure.settings import procedure_on
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.panel.models import Appointment


def call(case: Case, appointment: Appointment, *, at: datetime, because: str = "") -> Seat:
    """Seat a person, who is waited for to declare; `because` says why the secretariat chose another than the one proposed."""
    seat = Seat(kind=appointment.seat, appointment=appointment, user=appointment.user, seated_at=at, chosen_because=because)
    case.seats.append(seat)
    session_of(case).flush()
    open_task(case, TaskKind.DECLARE, at=at, owner=appointment.user)
    write_to_user(appointment.user, LetterKind.CALLED_TO_SEAT, at=at, case=case, link=f"/cases/{case.slug}/panel/declare")
    return seat


def call_next(case: Case, kind: SeatKind, *, at: datetime) -> None:
    """Call the next of the same seat, in order; with none left the secretariat has somebody named for the case (rule 28)."""
    following = deputies_for(session_of(case), case, kind, oslo_date(at))
    if not following:
        open_task(case, TaskKind.SEAT, at=at, owner=Desk.SECRETARIAT)
        case.record(Act.SEAT, by=None, at=at, said=Message("panel.journal.none_left", seat=kind))
        return
    call(case, following[0], at=at)
    case.record(Act.SEAT, by=None, at=at, said=Message("panel.journal.deputy_called", seat=kind))


def leave(seat: Seat, *, because: str, at: datetime) -> None:
    """The person leaves the seat: nothing is waited for from them, their votes fall, and the panel is not complete any more (rule 30).

    What was not ruled on about them lapses.
    """
    case, user = seat.case, seat.user
    seat.left_at, seat.left_because = at, because
    for challenge in seat.challenges:
        challenge.lapse(at)
    close_tasks(case, *TaskKind, at=at, owner=user)
    close_tasks(case, TaskKind.REFER, TaskKind.OBJECT, TaskKind.WRITE_TEXT, TaskKind.APPROVE, TaskKind.ORDER_ISSUE, at=at)
    _let_votes_fall(case, user, at=at)
    # The database allows one holder a seat: the leaving must stand there before the next one is seated.
    session_of(case).flush()


def give_work(case: Case, seat: Seat, *, at: datetime) -> None:
    """What is waited for from a declared member of a panel that has the case: agreeing on the questions, reading, voting."""
    is_agreed = any(question.agreed_at for question in case.questions)
    if not is_agreed and case.referred_at is not None:
        target = procedure_on(case.registered_on).panel_target
        starts_on = oslo_date(case.referred_at)
        open_task(case, TaskKind.AGREE_QUESTIONS, at=at, owner=seat.user, length=target, starts_on=starts_on, is_target=True)
    if reading_by(case.bundles[-1], seat.user) is None:
        open_task(case, TaskKind.CONFIRM_READING, at=at, owner=seat.user)
    if is_agreed:
        open_task(case, TaskKind.VOTE, at=at, owner=seat.user)


def all_declared(case: Case) -> bool:
    """Whether each of the three seats has a holder who has declared no conflict, or was cleared."""
    return all((held := holder(case, kind)) is not None and held.is_declared for kind in SeatKind)


def tell_parties(case: Case, *, at: datetime) -> None:
    """All three have declared: the parties are told who sits, and may object within the time (rule 30); the secretariat can refer."""
    length = procedure_on(case.registered_on).objection_length
    for party in case.parties_remaining:
        task = open_task(case, TaskKind.OBJECT, at=at, owner=party, length=length)
        write_to_party(party, LetterKind.PANEL_SEATED, at=at, starts=task)
    if case.state is State.PREPARED and not is_waiting_for(case, TaskKind.REFER):
        open_task(case, TaskKind.REFER, at=at, owner=Desk.SECRETARIAT)


def let_approvals_fall(case: Case, at: datetime) -> None:
    """What was approved is not what stands any more, in text, bundle or panel: the leader writes on, and all approve anew (rule 38)."""
    standing = [found for found in case.decision.approvals if found.fell_at is None] if case.decision else []
    for approval in standing:
        approval.fell_at = at
    if standing:
        close_tasks(case, TaskKind.APPROVE, TaskKind.ORDER_ISSUE, at=at)
        open_for_leader(case, TaskKind.WRITE_TEXT, at)


def open_for_leader(case: Case, kind: TaskKind, at: datetime) -> None:
    """Wait for the leader to do that, with the target of the issue; nothing where it is waited for already."""
    leader = holder(case, SeatKind.LEADER)
    if leader is not None and not is_waiting_for(case, kind):
        target = procedure_on(case.registered_on).issue_target
        open_task(case, kind, at=at, owner=leader.user, length=target, starts_on=oslo_date(at), is_target=True)


def _let_votes_fall(case: Case, user: User, *, at: datetime) -> None:
    """The member's votes fall, so the questions close again until the third vote is in; no approval outlives the panel that gave it."""
    for question in case.questions:
        for vote in question.votes:
            if vote.user_id == user.id and vote.fell_at is None:
                vote.fell_at, question.opened_at = at, None
    for approval in case.decision.approvals if case.decision else ():
        approval.fell_at = approval.fell_at or at
    for agreement in case.question_agreements:
        if agreement.user_id == user.id and not any(question.agreed_at for question in case.questions):
            agreement.fell_at = agreement.fell_at or at
