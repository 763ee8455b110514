"""Rules 26-31 said once more, as plainly as they can be: whether a panel was lawful at a moment. Shares no code with `tvist.panel.rules`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.cases.history import Statement
from tvist.clock import oslo_date
from tvist.panel.models import SeatKind

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.cases.models import Case
    from tvist.panel.models import Appointment, Seat


def unlawful_because(case: Case, at: datetime) -> list[str]:
    """All that made the panel unlawful at `at`; empty where it was lawful."""
    sitting = [seat for seat in case.seats if seat.seated_at <= at and (seat.left_at is None or seat.left_at > at)]
    found = []
    if sorted(seat.kind for seat in sitting) != sorted(SeatKind):
        found.append("not one in each of the three seats")
    if len({seat.user_id for seat in sitting}) != len(sitting):
        found.append("somebody sits twice")
    for seat in sitting:
        found += [f"{seat.kind}: {why}" for why in _holder_fails(case, seat, at)]
    return found


def unlawful_rulings(case: Case) -> list[str]:
    """All that was ruled on a member's impartiality by one who might not: of another seat, about themselves, or no member of the board that day."""
    found = []
    for each in case.challenges:
        for ruling in each.rulings:
            if ruling.ruled_at is None or ruling.fell_at is not None:
                continue
            own = [seat for seat in case.seats if seat.user_id == ruling.user_id and seat.kind is ruling.for_seat]
            terms = [appointed for appointed in ruling.user.appointments if appointed.seat is ruling.for_seat]
            is_member = any(_term_runs(appointed, ruling.ruled_at) for appointed in terms)
            if not is_member and not any(_finishes(case, seat, ruling.ruled_at) for seat in own):
                found.append(f"{ruling.user.name} was no member when they ruled")
            if ruling.user_id == each.seat.user_id or ruling.for_seat is each.seat.kind:
                found.append(f"{ruling.user.name} ruled on themselves, or for that very seat")
    return found


def _holder_fails(case: Case, seat: Seat, at: datetime) -> list[str]:
    found = []
    appointed = seat.appointment
    if appointed.user_id != seat.user_id or appointed.seat is not seat.kind or appointed.struck_at is not None:
        found.append("not appointed to the seat")
    if appointed.only_case_id is not None and appointed.only_case_id != case.id:
        found.append("named for another case")
    if not _term_runs(appointed, at) and not _finishes(case, seat, at):
        found.append("the term is over")
    if not _may_judge(case, seat, at):
        found.append("has not declared, or is not cleared")
    if any(each.raised_at <= at and (each.decided_at is None or each.decided_at > at) for each in _about(case, seat)):
        found.append("is challenged, and nobody has ruled")
    if any(each.decided_at is not None and each.decided_at <= at and not each.stays for each in _about(case, seat)):
        found.append("was ruled to step down")
    return found


def _about(case: Case, seat: Seat) -> list:
    return [found for found in case.challenges if found.seat_id == seat.id]


def _term_runs(appointed: Appointment, at: datetime) -> bool:
    ends = [day for day in (appointed.to_on, appointed.ended_on) if day is not None]
    return appointed.from_on <= oslo_date(at) and all(oslo_date(at) <= end for end in ends)


def _finishes(case: Case, seat: Seat, at: datetime) -> bool:
    """Who was appointed when the case was referred, or when they were called to it later, finishes it (rule 27), until they are released."""
    released_on = seat.appointment.released_on
    if case.referred_at is None or case.referred_at > at or not seat.appointment.finishes_referred:
        return False
    if released_on is not None and oslo_date(at) > released_on:
        return False
    return _term_runs(seat.appointment, max(case.referred_at, seat.seated_at))


def _may_judge(case: Case, seat: Seat, at: datetime) -> bool:
    own = [found for found in case.declarations if found.user_id == seat.user_id and found.at <= at]
    if not own or own[-1].at < seat.seated_at:
        return False
    if own[-1].statement is Statement.NONE:
        return True
    rulings = [found for found in _about(case, seat) if found.declaration_id == own[-1].id and found.decided_at is not None]
    return own[-1].statement is Statement.DOUBT and any(found.stays and found.decided_at <= at for found in rulings)
