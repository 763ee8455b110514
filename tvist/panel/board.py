"""The board as it stands on a day: who is appointed to which seat, which seats will stand empty, and which cases that touches (rule 27)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tvist.cases.lifecycle import FINAL
from tvist.cases.models import Case
from tvist.cases.queries import visible_to
from tvist.db import locked
from tvist.errors import NotFound
from tvist.panel.choosing import board, open_loads, warned_until
from tvist.panel.models import Appointment, AppointmentKind, Seat, SeatKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User


@dataclass(frozen=True)
class Gap:
    """A seat that nobody is appointed to from a day on. `is_new` where nobody ever was: it then is the day that was asked about."""

    seat: SeatKind
    from_on: date
    is_new: bool = False


@dataclass(frozen=True)
class CaseGap:
    """A seat of an open case whose holder may sit no longer than that day, unless something is done before."""

    case: Case
    seat: SeatKind
    last_on: date
    is_referred: bool


@dataclass(frozen=True)
class Board:
    """The board on a day: the members in force by seat, the other appointments, the gaps to come, and open cases by the id of the user."""

    seats: dict[SeatKind, list[Appointment]]
    ad_hoc: list[Appointment]
    coming: list[Appointment]
    earlier: list[Appointment]
    gaps: list[Gap]
    loads: dict[int, int]

    @property
    def is_empty(self) -> bool:
        """Whether nobody was ever appointed."""
        return not (any(self.seats.values()) or self.ad_hoc or self.coming or self.earlier)


def board_on(session: Session, on: date) -> Board:
    """The board as it stands that day; struck entries stand among the earlier ones."""
    everybody = board(session)
    fixed = [found for found in everybody if found.kind is not AppointmentKind.AD_HOC]
    standing = [found for found in fixed if found.holds_on(on)]
    ad_hoc = [found for found in everybody if found not in fixed and found.holds_on(on)]
    coming = [found for found in everybody if found.struck_at is None and found.from_on > on]
    return Board(
        seats={kind: [found for found in standing if found.seat is kind] for kind in SeatKind},
        ad_hoc=ad_hoc,
        coming=coming,
        earlier=[found for found in everybody if found not in (*standing, *ad_hoc, *coming)],
        gaps=gaps(everybody, on, warned_until(on)),
        loads=open_loads(session),
    )


def gaps(appointments: Sequence[Appointment], on: date, until: date) -> list[Gap]:
    """For each seat the first day up to `until`, included, from which no fixed member or deputy is in force.

    Where the seat is empty on the day `on` already, it is the day after the last term of it.
    """
    found = []
    for kind in SeatKind:
        terms = [
            each
            for each in appointments
            if each.seat is kind and each.kind is not AppointmentKind.AD_HOC and each.struck_at is None
        ]
        past = [each.last_on for each in terms if each.last_on is not None and each.last_on < on]
        empty = _first_empty_day(terms, on)
        if empty == on and past:
            found.append(Gap(kind, max(past) + timedelta(days=1)))
        elif empty is not None and empty <= until:
            found.append(Gap(kind, empty, is_new=empty == on))
    return found


def _first_empty_day(terms: Sequence[Appointment], on: date) -> date | None:
    """The first day from `on` that no term covers; None where a term has no end."""
    day = on
    while covering := [each for each in terms if each.holds_on(day)]:
        ends = [each.last_on for each in covering if each.last_on is not None]
        if len(ends) < len(covering):
            return None
        day = max(ends) + timedelta(days=1)
    return day


def case_gaps(session: Session, user: User, on: date) -> list[CaseGap]:
    """The seats of open cases whose holder may sit no longer than a day within the time of warning, soonest first (rule 27).

    Only cases that `user` may open. One who finishes a referred case is not among them; one whose case is not referred yet is.
    """
    until = warned_until(on)
    query = (
        sa.select(Seat)
        .join(Seat.case)
        .join(Seat.appointment)
        .where(
            Seat.left_at.is_(None),
            Case.state.not_in(FINAL),
            sa.or_(Appointment.to_on <= until, Appointment.ended_on <= until),
            visible_to(user, on),
        )
        .options(joinedload(Seat.case), joinedload(Seat.appointment))
    )
    found = [
        CaseGap(seat.case, seat.kind, last_on, seat.case.referred_at is not None)
        for seat in session.scalars(query)
        if (last_on := last_day_in(seat)) is not None and last_on <= until
    ]
    return sorted(found, key=lambda gap: (gap.last_on, gap.case.year, gap.case.serial, list(SeatKind).index(gap.seat)))


def last_day_in(seat: Seat) -> date | None:
    """The last day on which the holder may sit in the case as things stand; None where nothing ends it."""
    appointment = seat.appointment
    if seat.case.referred_at is not None and appointment.finishes_referred:
        return appointment.released_on
    return appointment.last_on


def appointment_at(session: Session, number: int) -> Appointment:
    """The appointment with that number; locked in a writing session. Raises `NotFound`."""
    found = session.scalar(locked(session, sa.select(Appointment).where(Appointment.id == number), Appointment))
    if found is None:
        raise NotFound
    return found
