"""What is done to the board: appoint, end a term before its time, release from finishing cases, strike a wrong entry (rules 27, 28)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.access.policy import Act
from tvist.accounts.actions import end_sign_ins
from tvist.cases.history import Event
from tvist.cases.models import Case
from tvist.clock import oslo_date
from tvist.db import locked, session_of
from tvist.errors import CannotProceed
from tvist.panel.board_round import see_to_seats
from tvist.panel.challenges import Ruling
from tvist.panel.models import Appointment, AppointmentKind, Seat, SeatKind
from tvist.panel.rules import faults_over_time
from tvist.procedure.deadlines import last_moment
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User

LED_BY: Final = frozenset(
    {
        Act.DISMISS,
        Act.KEEP,
        Act.TAKE_UP_AGAIN,
        Act.REFUSE_NEW_LOOK,
        Act.CORRECT,
        Act.GRANT_NEW_TREATMENT,
        Act.REFUSE_NEW_TREATMENT,
    }
)
"""What the leader of the board does in cases without sitting in them: it rests on the appointment too."""


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
    if faults := appointment_faults(user, seat=seat, kind=kind, from_on=from_on, to_on=to_on, only_case=only_case):
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


def appointment_faults(
    user: User, *, seat: SeatKind, kind: AppointmentKind, from_on: date, to_on: date | None, only_case: Case | None
) -> list[Message]:
    """All that is wrong with an appointment as it was filled in."""
    faults = []
    if to_on is not None and to_on < from_on:
        faults.append(Message("panel.term_ends_before", start=from_on, end=to_on))
    if kind is AppointmentKind.AD_HOC and only_case is None:
        faults.append(Message("panel.ad_hoc_needs_a_case"))
    if kind is not AppointmentKind.AD_HOC and only_case is not None:
        faults.append(Message("panel.only_ad_hoc_has_a_case"))
    if only_case is not None and only_case.is_closed:
        faults.append(Message("panel.case_has_ended", number=only_case.number))
    case_id = only_case.id if only_case is not None else None
    if any(found.only_case_id == case_id and _overlaps(found, seat, from_on, to_on) for found in user.appointments):
        faults.append(Message("panel.appointed_already", name=user.name, seat=seat))
    return faults


def end_term(appointment: Appointment, *, ended_on: date, reason: str, finishes: bool, at: datetime) -> None:
    """Let a term end before its time: the member resigned or was released. `finishes`: the cases already referred are still finished.

    Seats in cases that the term covers no more are to be filled anew. Raises CannotProceed with all that is wrong.
    """
    session = session_of(appointment)
    if faults := end_faults(appointment, ended_on=ended_on, reason=reason, finishes=finishes):
        raise CannotProceed(faults)
    appointment.ended_on, appointment.end_reason = ended_on, reason.strip()
    if not finishes and appointment.finishes_referred:
        appointment.released_on, appointment.release_reason = ended_on, reason.strip()
    _end_sign_ins(appointment, ended_on, at)
    session.flush()
    see_to_seats(session, at=at)


def end_faults(appointment: Appointment, *, ended_on: date, reason: str, finishes: bool) -> list[Message]:
    """What is wrong with ending the term on that day; a panel that has acted with the member is not made unlawful by it afterwards."""
    if appointment.struck_at is not None:
        return [Message("panel.end.struck")]
    faults = [] if reason.strip() else [Message("panel.end.reason_needed")]
    if ended_on < appointment.from_on:
        faults.append(Message("panel.end.before_it_began", start=appointment.from_on))
    elif appointment.last_on is not None and ended_on >= appointment.last_on:
        faults.append(Message("panel.end.ends_anyway", end=appointment.last_on))
    elif acted := _acted_without(appointment, ended_on, stays_till=None if finishes else ended_on):
        faults.append(Message("panel.end.acted_after", number=acted.number, day=ended_on))
    return faults


def release(appointment: Appointment, *, released_on: date, reason: str, at: datetime) -> None:
    """Let one whose term is over finish no more cases after that day. Raises CannotProceed with all that is wrong."""
    session = session_of(appointment)
    if faults := release_faults(appointment, released_on=released_on, reason=reason):
        raise CannotProceed(faults)
    appointment.released_on, appointment.release_reason = released_on, reason.strip()
    _end_sign_ins(appointment, released_on, at)
    session.flush()
    see_to_seats(session, at=at)


def release_faults(appointment: Appointment, *, released_on: date, reason: str) -> list[Message]:
    """What is wrong with releasing the member on that day."""
    last_on = appointment.last_on
    if appointment.struck_at is not None or not appointment.finishes_referred or appointment.released_on is not None:
        return [Message("panel.release.finishes_nothing")]
    faults = [] if reason.strip() else [Message("panel.end.reason_needed")]
    if last_on is None or released_on < last_on:
        faults.append(Message("panel.release.term_runs"))
    elif acted := _acted_without(appointment, last_on, stays_till=released_on):
        faults.append(Message("panel.end.acted_after", number=acted.number, day=released_on))
    return faults


def strike(appointment: Appointment, *, at: datetime) -> None:
    """Strike an entry that was made by mistake; it stays to be seen. Raises CannotProceed where something rests on it."""
    if faults := strike_faults(appointment):
        raise CannotProceed(faults)
    appointment.struck_at = at
    _end_sign_ins(appointment, oslo_date(at), at)


def _end_sign_ins(appointment: Appointment, last_on: date, at: datetime) -> None:
    """What the member is here has changed: who is signed in signs in again. A day to come ends the sign-ins by itself."""
    if last_on <= oslo_date(at):
        end_sign_ins(appointment.user, at=at)


def strike_faults(appointment: Appointment) -> list[Message]:
    """Why the entry cannot be struck: a seat in a case, a ruling for the seat, or an act of the leader rests on it, or it is struck."""
    if appointment.struck_at is not None:
        return [Message("panel.end.struck")]
    session, user_id = session_of(appointment), appointment.user_id
    seated = sa.select(Case.number).join(Seat).where(Seat.appointment_id == appointment.id)
    ruled = sa.select(Case.number).join(Case.challenges).join(Ruling).where(Ruling.user_id == user_id)
    led = sa.select(Case.number).join(Event).where(Event.by_id == user_id, Event.act.in_(LED_BY))
    ways = [seated, ruled.where(Ruling.for_seat == appointment.seat), *([led] if appointment.is_leader else [])]
    for way in ways:
        number = session.scalar(way.order_by(Case.id).limit(1))
        if number is not None:
            return [Message("panel.strike.rests_on_it", number=number)]
    return []


def _acted_without(appointment: Appointment, ended_on: date, *, stays_till: date | None) -> Case | None:
    """A case in which the panel has acted lawfully, and would not have if the term had ended so; None where there is none.

    `stays_till`: the last day on which referred cases are finished; None where that is not ended. The cases are locked: nobody acts meanwhile.
    """
    session = session_of(appointment)
    last = last_moment(min(ended_on, stays_till) if stays_till else ended_on)
    query = (
        sa.select(Case)
        .where(
            Case.seats.any(Seat.appointment_id == appointment.id),
            Case.referred_at.is_not(None),
            sa.or_(Case.closed_at.is_(None), Case.closed_at > last),
        )
        .order_by(Case.id)
    )
    cases = list(session.scalars(locked(session, query, Case)))
    before = {case.id: faults_over_time(case) for case in cases}
    was = appointment.ended_on, appointment.released_on
    # Only tried: what is written here is taken back before anything flushes.
    with session.no_autoflush:
        appointment.ended_on, appointment.released_on = ended_on, stays_till
        found = next((case for case in cases if faults_over_time(case) != before[case.id]), None)
        appointment.ended_on, appointment.released_on = was
    return found


def _overlaps(found: Appointment, seat: SeatKind, from_on: date, to_on: date | None) -> bool:
    if found.seat is not seat or found.struck_at is not None:
        return False
    return (to_on is None or found.from_on <= to_on) and (found.last_on is None or from_on <= found.last_on)
