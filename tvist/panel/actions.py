"""What is done around the panel: appoint, seat, declare, refer, confirm reading (rules 26-33)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.access.policy import Act
from tvist.cases.history import Declaration, Statement
from tvist.cases.lifecycle import State, obstacles, take_step
from tvist.cases.tasks import close_tasks, open_task
from tvist.cases.waiting import Desk, TaskKind
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.delivery.actions import write_to_party, write_to_user
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed
from tvist.jobs.actions import queue
from tvist.jobs.models import JobKind
from tvist.panel.bundle import freeze, reading_by
from tvist.panel.choosing import deputies_for
from tvist.panel.models import Appointment, AppointmentKind, Reading, Seat, SeatKind
from tvist.panel.rules import holder, panel_faults, seating_faults
from tvist.procedure.codes import CodeKind, code_named
from tvist.procedure.settings import procedure_on
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Case, Party
    from tvist.panel.models import Bundle


def appoint(  # noqa: PLR0913 - an appointment has these parts.
    session: Session,
    user: User,
    *,
    seat: SeatKind,
    kind: AppointmentKind,
    order: int,
    from_on: date,
    to_on: date | None,
    appointed_by: str,
    finishes_referred: bool = True,
    only_case: Case | None = None,
) -> Appointment:
    """Record that a person was appointed to a seat of the board (rule 27); `only_case` for one named by the ministry for a case (rule 28).

    Raises CannotProceed for a term that ends before it begins, for an overlapping term in the same seat, or where case and kind do not fit.
    """
    faults = []
    if to_on is not None and to_on < from_on:
        faults.append(Message("panel.term_ends_before", start=from_on, end=to_on))
    if (kind is AppointmentKind.AD_HOC) != (only_case is not None):
        faults.append(Message("panel.ad_hoc_needs_a_case"))
    if only_case is None and any(_overlap(found, seat, from_on, to_on) for found in user.appointments):
        faults.append(Message("panel.appointed_already", name=user.name, seat=seat))
    if faults:
        raise CannotProceed(faults)
    made = Appointment(
        seat=seat,
        kind=kind,
        order=order,
        from_on=from_on,
        to_on=to_on,
        appointed_by=appointed_by,
        finishes_referred=finishes_referred,
    )
    made.only_case_id = only_case.id if only_case is not None else None
    user.appointments.append(made)
    session.flush()
    return made


def seat_panel(case: Case, appointments: Mapping[SeatKind, Appointment], *, by: User, at: datetime) -> None:
    """Call one person to each seat that is to be filled; each declares before any paper opens (rule 29).

    A seat may be left out, or named again, where its holder has declared no conflict. Raises CannotProceed with all that is wrong.
    """
    if found := obstacles(case, Act.SEAT) or seating_faults(case, appointments, at):
        raise CannotProceed(found)
    take_step(case, Act.SEAT, by=by, at=at)
    close_tasks(case, TaskKind.SEAT, at=at)
    coming = [
        each for kind, each in appointments.items() if (seat := holder(case, kind)) is None or seat.appointment_id != each.id
    ]
    # All leave before anybody is seated: two members may change seats with each other.
    for appointment in coming:
        if (seat := holder(case, appointment.seat)) is not None:
            _leave(seat, because="replaced", at=at)
    for appointment in coming:
        _call(case, appointment, at=at)


def declare(case: Case, *, by: User, at: datetime, statement: Statement, ground: str | None = None, words: str = "") -> None:
    """A member called to a seat declares no conflict, or a conflict on a coded ground; a late discovery too (rules 29, 30).

    A conflict calls the next of the same seat; the last `none` has the parties told who sits. Raises CannotProceed.
    """
    seat = case.seat_of(by)
    if found := obstacles(case, Act.DECLARE) or declaration_faults(case, by, statement, ground, words, at):
        raise CannotProceed(found)
    assert seat is not None  # noqa: S101 - `declaration_faults` has asked.
    is_conflict = statement is Statement.CONFLICT
    said = Message("panel.journal.conflict" if is_conflict else "panel.journal.no_conflict", seat=seat.kind)
    take_step(case, Act.DECLARE, by=by, at=at, said=said)
    case.declarations.append(
        Declaration(user=by, user_id=by.id, statement=statement, ground=ground if is_conflict else None, words=words, at=at)
    )
    close_tasks(case, TaskKind.DECLARE, at=at, owner=by)
    if is_conflict:
        _leave(seat, because="conflict", at=at)
        _call_next(case, seat.kind, at=at)
        return
    if case.state is State.PANEL:
        _give_work(case, seat, at=at)
    if all((held := holder(case, kind)) is not None and held.is_declared for kind in SeatKind):
        _tell_parties(case, at=at)


def declaration_faults(case: Case, by: User, statement: Statement, ground: str | None, words: str, at: datetime) -> list[Message]:  # noqa: PLR0917 - what is declared, by whom, when.
    """What is wrong with a declaration as it was filled in."""
    seat = case.seat_of(by)
    if seat is None:
        return [Message("panel.not_called")]
    if statement is Statement.DOUBT:
        return [Message("panel.doubt_is_not_ruled_on")]
    if statement is Statement.NONE:
        return [Message("panel.declared_already")] if seat.is_declared else []
    code = code_named(CodeKind.CONFLICT_GROUND, ground or "", oslo_date(at))
    if code is None:
        return [Message("panel.choose_ground")]
    return [Message("panel.ground_needs_words")] if code.words_required and not words.strip() else []


def refer(case: Case, *, by: User, at: datetime) -> Bundle:
    """Send the case over to the panel, with the bundle frozen (rules 21, 31, 33). Raises CannotProceed with all that is wrong."""
    if found := obstacles(case, Act.REFER) or panel_faults(case, at):
        raise CannotProceed(found)
    take_step(case, Act.REFER, by=by, at=at)
    case.referred_at = at
    bundle = freeze(case, at=at)
    for entry in bundle.entries:
        # The panel may find it in a search from now on: the index is told of its new readers.
        queue(session_of(case), JobKind.INDEX_SUBMISSION, entry.submission.id, at=at)
    close_tasks(case, TaskKind.REFER, TaskKind.SEAT, at=at)
    _end_passed_objections(case, at=at)
    for party in _standing_parties(case):
        write_to_party(party, LetterKind.REFERRED, at=at)
    for kind in SeatKind:
        seat = holder(case, kind)
        if seat is not None:
            write_to_user(seat.user, LetterKind.REFERRED, at=at, case=case)
            _give_work(case, seat, at=at)
    return bundle


def confirm_reading(case: Case, *, by: User, at: datetime) -> None:
    """A member confirms having read the bundle as it was frozen, before voting (rule 33). Confirming twice changes nothing."""
    seat = case.seat_of(by)
    if seat is None or not seat.is_declared:
        raise CannotProceed(Message("panel.not_called"))
    if case.bundles and reading_by(case.bundles[-1], by) is not None:
        return
    take_step(case, Act.CONFIRM_READING, by=by, at=at)
    case.bundles[-1].readings.append(Reading(user=by, user_id=by.id, confirmed_at=at))
    close_tasks(case, TaskKind.CONFIRM_READING, at=at, owner=by)
    _end_passed_objections(case, at=at)


def _call(case: Case, appointment: Appointment, *, at: datetime) -> None:
    """Seat a person, who is waited for to declare."""
    case.seats.append(Seat(kind=appointment.seat, appointment=appointment, user=appointment.user, seated_at=at))
    session_of(case).flush()
    open_task(case, TaskKind.DECLARE, at=at, owner=appointment.user)
    write_to_user(appointment.user, LetterKind.CALLED_TO_SEAT, at=at, case=case, link=f"/cases/{case.slug}/panel/declare")


def _call_next(case: Case, kind: SeatKind, *, at: datetime) -> None:
    """Call the next of the same seat, in order; with none left the secretariat has somebody named for the case (rule 28)."""
    following = deputies_for(session_of(case), case, kind, oslo_date(at))
    if not following:
        open_task(case, TaskKind.SEAT, at=at, owner=Desk.SECRETARIAT)
        case.record(Act.SEAT, by=None, at=at, said=Message("panel.journal.none_left", seat=kind))
        return
    _call(case, following[0], at=at)
    case.record(Act.SEAT, by=None, at=at, said=Message("panel.journal.deputy_called", seat=kind))


def _leave(seat: Seat, *, because: str, at: datetime) -> None:
    """The person leaves the seat: nothing is waited for from them, their votes fall, and the panel is not complete any more (rule 30)."""
    case, user = seat.case, seat.user
    seat.left_at, seat.left_because = at, because
    close_tasks(case, *TaskKind, at=at, owner=user)
    close_tasks(case, TaskKind.REFER, TaskKind.OBJECT, TaskKind.WRITE_TEXT, TaskKind.APPROVE, TaskKind.ORDER_ISSUE, at=at)
    _let_votes_fall(case, user, at=at)
    # The database allows one holder a seat: the leaving must stand there before the next one is seated.
    session_of(case).flush()


def _let_votes_fall(case: Case, user: User, *, at: datetime) -> None:
    """The member's votes fall, so the questions close again until the third vote is in; no approval outlives the panel that gave it."""
    for question in case.questions:
        for vote in question.votes:
            if vote.user_id == user.id and vote.fell_at is None:
                vote.fell_at, question.opened_at = at, None
    for approval in case.decision.approvals if case.decision else ():
        approval.fell_at = approval.fell_at or at


def _give_work(case: Case, seat: Seat, *, at: datetime) -> None:
    """What is waited for from a declared member of a panel that has the case: agreeing on the questions, reading, voting."""
    if seat.is_leader and not case.questions and case.referred_at is not None:
        target = procedure_on(case.registered_on).panel_target
        starts_on = oslo_date(case.referred_at)
        open_task(case, TaskKind.AGREE_QUESTIONS, at=at, owner=seat.user, length=target, starts_on=starts_on, is_target=True)
    if reading_by(case.bundles[-1], seat.user) is None:
        open_task(case, TaskKind.CONFIRM_READING, at=at, owner=seat.user)
    if case.questions:
        open_task(case, TaskKind.VOTE, at=at, owner=seat.user)


def _tell_parties(case: Case, *, at: datetime) -> None:
    """All three have declared: the parties are told who sits, and may object within the time (rule 30); the secretariat can refer."""
    length = procedure_on(case.registered_on).objection_length
    for party in _standing_parties(case):
        task = open_task(case, TaskKind.OBJECT, at=at, owner=party, length=length)
        write_to_party(party, LetterKind.PANEL_SEATED, at=at, starts=task)
    if case.state is State.PREPARED:
        open_task(case, TaskKind.REFER, at=at, owner=Desk.SECRETARIAT)


def _end_passed_objections(case: Case, *, at: datetime) -> None:
    """A party that let the week pass is not waited for any more."""
    for task in case.open_tasks:
        if task.kind is TaskKind.OBJECT and task.due_on is not None and task.due_on < oslo_date(at):
            task.done_at = at


def _standing_parties(case: Case) -> list[Party]:
    return [party for party in case.parties if party.left_at is None]


def _overlap(found: Appointment, seat: SeatKind, from_on: date, to_on: date | None) -> bool:
    if found.seat is not seat or found.only_case_id is not None:
        return False
    return (to_on is None or found.from_on <= to_on) and (found.to_on is None or from_on <= found.to_on)
