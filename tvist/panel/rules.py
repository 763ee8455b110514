"""What makes a panel lawful (rules 26-31), and what must be served before it goes to the panel (rule 21): each answer says what is missing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tvist.cases.history import Statement
from tvist.cases.submissions import SubmissionKind
from tvist.cases.waiting import TaskKind
from tvist.clock import now, oslo_date
from tvist.panel.bundle import is_for_the_panel, not_served
from tvist.panel.models import SeatKind
from tvist.procedure.deadlines import is_late
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from tvist.accounts.models import User
    from tvist.cases.history import Declaration
    from tvist.cases.models import Case
    from tvist.panel.challenges import Challenge
    from tvist.panel.models import Appointment, Seat

BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


def lawful_panel(case: Case) -> Message | None:
    """Whether the panel is lawful as the case stands: the first thing wrong with it, or None.

    Terms are looked at on the day of the last thing that happened in the case; an act proves the panel again for its own moment.
    """
    faults = panel_faults(case, latest_moment(case))
    return faults[0] if faults else None


def panel_faults(case: Case, at: datetime) -> list[Message]:
    """All that is wrong with the panel as it stood at `at`: seats without a holder, terms, a person twice, declarations (rules 26-31)."""
    seats = [seat for seat in case.seats if seat.stands_at(at)]
    faults: list[Message] = []
    for kind in SeatKind:
        held = [seat for seat in seats if seat.kind is kind]
        if len(held) != 1:
            faults.append(Message("panel.seat_twice" if held else "panel.seat_empty", seat=kind))
        faults += [fault for seat in held if (fault := seat_fault(seat, at))]
    users = [seat.user_id for seat in seats]
    faults += [
        Message("panel.sits_twice", name=name)
        for name in sorted({seat.user.name for seat in seats if users.count(seat.user_id) > 1})
    ]
    return faults


def faults_over_time(case: Case) -> list[tuple[datetime, Message]]:
    """For `tvist check`: what was wrong with the panel at referral, when votes were in, at each standing approval, and at issue; empty if nothing."""
    decision = case.decision
    approved = [found.approved_at for found in decision.approvals if found.fell_at is None] if decision else []
    ended = [decision.ordered_at, decision.issued_at] if decision else []
    moments = [case.referred_at, *(question.opened_at for question in case.questions), *approved, *ended]
    return [(at, fault) for at in sorted({moment for moment in moments if moment}) for fault in panel_faults(case, at)]


def seat_fault(seat: Seat, at: datetime) -> Message | None:
    """What is wrong with the holder of one seat at `at`, or None."""
    return _appointment_fault(seat, at) or _challenge_fault(seat, at) or _declaration_fault(seat, at)


def _appointment_fault(seat: Seat, at: datetime) -> Message | None:
    if seat.appointment.user_id != seat.user_id:
        return Message("panel.appointed_elsewhere", name=seat.user.name, seat=seat.kind)
    return not_appointed(seat.case, seat.kind, seat.appointment, oslo_date(at), is_in_term=seat.is_covered_at(at))


def not_appointed(case: Case, kind: SeatKind, appointment: Appointment, on: date, *, is_in_term: bool) -> Message | None:
    """Why the appointment gives no right to that seat of the case: another seat, another case, or its term (rules 26-28)."""
    name = appointment.user.name
    if appointment.seat is not kind:
        return Message("panel.appointed_elsewhere", name=name, seat=kind)
    if appointment.only_case_id not in (None, case.id):
        return Message("panel.named_for_another_case", name=name)
    return None if is_in_term else Message("panel.term_over", name=name, seat=kind, day=on)


def _challenge_fault(seat: Seat, at: datetime) -> Message | None:
    """Doubt that was not ruled on by then, or a member who was ruled out (rules 29, 30)."""
    for found in seat.challenges:
        is_decided = found.decided_at is not None and found.decided_at <= at
        if found.raised_at <= at and not is_decided:
            return Message("panel.challenge_open", name=seat.user.name)
        if found.is_out and is_decided:
            return Message("panel.ruled_out", name=seat.user.name)
    return None


def _declaration_fault(seat: Seat, at: datetime) -> Message | None:
    own = [found for found in seat.case.declarations if found.user_id == seat.user_id and found.at <= at]
    if own and own[-1].statement is Statement.CONFLICT:
        return Message("panel.has_conflict", name=seat.user.name)
    if not own or own[-1].at < seat.seated_at:
        return Message("panel.not_declared", name=seat.user.name)
    if own[-1].statement is Statement.NONE or _is_cleared(seat, own[-1], at):
        return None
    return Message("panel.not_declared", name=seat.user.name)


def _is_cleared(seat: Seat, doubt: Declaration, at: datetime) -> bool:
    """Whether the others had ruled by then that the member stays, in spite of this doubt of the member's own."""
    rulings = (found for found in seat.challenges if found.declaration_id == doubt.id and found.stays)
    return any(found.decided_at is not None and found.decided_at <= at for found in rulings)


def open_challenges(case: Case) -> list[Challenge]:
    """What has not been ruled on, in the order it was raised."""
    return [found for found in case.challenges if found.is_open]


def is_challenged(seat: Seat) -> bool:
    """Whether it is being ruled on if the holder may go on sitting."""
    return any(found.is_open for found in seat.challenges)


def challenge_is_open(case: Case) -> Message | None:
    """Something is to be ruled on."""
    return None if open_challenges(case) else Message("panel.ruling.none_open")


def faults_before_issue(case: Case, at: datetime) -> list[Message]:
    """What is wrong with the panel when its leader orders issue: its composition, and a party that may still object to it (rules 30, 31)."""
    return [*panel_faults(case, at), *objection_time_faults(case, at)]


def objection_time_faults(case: Case, at: datetime) -> list[Message]:
    """Which parties still have time to object to who sits: no opinion is issued before each has answered or let the time pass (rule 30)."""
    faults = []
    for task in case.open_tasks:
        if task.kind is not TaskKind.OBJECT or task.party is None or task.party.left_at is not None:
            continue
        if task.due_on is None:
            faults.append(Message("panel.object.not_told_yet", party=task.party.name))
        elif not is_late(at, task.due_on):
            faults.append(Message("panel.object.time_runs", party=task.party.name, day=task.due_on))
    return faults


def latest_moment(case: Case) -> datetime:
    """When something last happened in the case."""
    moments = (
        [event.recorded_at for event in case.events]
        + [seat.seated_at for seat in case.seats]
        + [found.at for found in case.declarations]
        + [found.raised_at for found in case.challenges]
    )
    return max(moments, default=BEFORE_ALL)


def holder(case: Case, kind: SeatKind) -> Seat | None:
    """Who holds that seat in the case now."""
    return next((seat for seat in case.seats_held if seat.kind is kind), None)


def seats_to_fill(case: Case, at: datetime) -> list[SeatKind]:
    """The seats that can be filled: empty, held by one who has not declared, or by one whose term does not cover the case any more.

    Whom the others are ruling on is not replaced at will.
    """
    held = {kind: holder(case, kind) for kind in SeatKind}
    return [kind for kind, seat in held.items() if seat is None or _is_to_be_filled(seat, at)]


def _is_to_be_filled(seat: Seat, at: datetime) -> bool:
    silent = _declaration_fault(seat, at) is not None and not is_challenged(seat)
    return silent or _appointment_fault(seat, at) is not None


def seat_to_fill(case: Case) -> Message | None:
    """Whether there is a seat to fill now: who has declared no conflict is not replaced at will. The act asks again for its own moment."""
    return None if seats_to_fill(case, now()) else Message("panel.nothing_to_seat")


def seating_faults(case: Case, appointments: Mapping[SeatKind, Appointment], at: datetime) -> list[Message]:
    """What stands in the way of seating just these people, beside those who stay in their seats (rules 26-29)."""
    free = seats_to_fill(case, at)
    if not free:
        return [Message("panel.nothing_to_seat")]
    faults = [
        Message("panel.choose_for_seat", seat=kind)
        for kind in free
        if kind not in appointments and not _is_awaited(case, kind, at)
    ]
    names: list[str] = []
    users: list[int] = []
    for kind in SeatKind:
        seat, chosen = holder(case, kind), appointments.get(kind)
        if seat is not None and (kind not in free or chosen is None):
            if chosen is not None and chosen.id != seat.appointment_id:
                faults.append(Message("panel.seat_is_taken", seat=kind, name=seat.user.name))
            chosen = seat.appointment
        elif chosen is not None and (fault := why_not(case, kind, chosen, oslo_date(at))):
            faults.append(fault)
        if chosen is not None and chosen.user_id in users:
            names.append(chosen.user.name)
        users += [chosen.user_id] if chosen is not None else []
    return faults + [Message("panel.sits_twice", name=name) for name in names]


def _is_awaited(case: Case, kind: SeatKind, at: datetime) -> bool:
    """Whether the seat has a holder who may sit and has only not declared yet."""
    seat = holder(case, kind)
    return seat is not None and _appointment_fault(seat, at) is None


def why_not(case: Case, kind: SeatKind, appointment: Appointment, on: date) -> Message | None:
    """Why this appointment cannot be called to that seat of the case on that day, or None."""
    user = appointment.user
    if fault := not_appointed(case, kind, appointment, on, is_in_term=appointment.holds_on(on)):
        return fault
    if case.is_stranger(user) or is_in_doubt(case, user):
        return Message("panel.has_conflict", name=user.name)
    if any(member.user_id == user.id for party in case.parties for member in party.team):
        return Message("panel.works_for_a_party", name=user.name)
    return None if user.is_active else Message("panel.cannot_sign_in", name=user.name)


def is_in_doubt(case: Case, user: User) -> bool:
    """Whether the person was last in doubt about themselves, and the others have not cleared it."""
    if case.statement_of(user) is not Statement.DOUBT:
        return False
    last = next(found for found in reversed(case.declarations) if found.user_id == user.id)
    return not any(found.declaration_id == last.id and found.stays for found in case.challenges)


def contradiction_kept(case: Case) -> Message | None:
    """Whether the request, and each sending that was passed on, is served on every party, or let in by the leader (rule 21): the first that is not, or None."""
    if not any(found.kind is SubmissionKind.PETITION for found in case.submissions):
        return Message("panel.no_petition")
    for submission in case.submissions:
        if not is_for_the_panel(submission) or submission.let_in is not None:
            continue
        if missing := not_served(submission):
            return Message("panel.not_served", what=submission.kind, parties=[party.name for party in missing])
    return None
