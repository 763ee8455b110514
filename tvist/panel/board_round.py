"""The daily round of the board: seats that a term covers no more are filled anew, gaps are told of, and employers are asked about (rules 27, 29).

Done as often as one likes: what is done already is not done again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from tvist.access.policy import Act
from tvist.cases.lifecycle import State
from tvist.cases.models import Case
from tvist.cases.tasks import close_tasks, is_waiting_for, open_task
from tvist.cases.waiting import Desk, TaskKind
from tvist.clock import oslo_date
from tvist.db import insert_once, locked
from tvist.delivery.actions import write_to_body
from tvist.delivery.models import LetterKind
from tvist.panel.board import gaps
from tvist.panel.challenges import Challenge
from tvist.panel.challenging import ask_rulers
from tvist.panel.choosing import board, warned_until
from tvist.panel.employers import ask_for_employers
from tvist.panel.models import Appointment, GapLetter, Seat
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.db import Database
    from tvist.panel.models import SeatKind


def look_at_board(database: Database, at: datetime) -> None:
    """Do what the day asks for, each part in a transaction of its own."""
    for part in (see_to_seats, tell_of_gaps, ask_for_employers):
        with database.writing() as session:
            part(session, at=at)
            session.commit()


def see_to_seats(session: Session, *, at: datetime) -> list[Case]:
    """Let the secretariat fill anew each seat whose holder's term does not cover the case any more (rule 27). Returns the cases.

    Nothing is waited for from such a holder any more, and others are asked in the place of who was to rule and is no member now.
    """
    on = oslo_date(at)
    over = sa.or_(Appointment.to_on < on, Appointment.ended_on < on)
    query = (
        sa.select(Case)
        .where(
            Case.state.in_({State.PREPARED, State.PANEL}),
            sa.or_(
                Case.seats.any(sa.and_(Seat.left_at.is_(None), Seat.appointment_id.in_(sa.select(Appointment.id).where(over)))),
                Case.challenges.any(Challenge.decided_at.is_(None)),
            ),
        )
        .order_by(Case.id)
    )
    found = []
    for case in session.scalars(locked(session, query, Case)):
        for seat in case.seats_held:
            if not seat.is_covered_at(at):
                close_tasks(case, *TaskKind, at=at, owner=seat.user)
        ask_rulers(case, at)
        uncovered = [seat for seat in case.seats_held if not seat.is_covered_at(at)]
        if not uncovered or is_waiting_for(case, TaskKind.SEAT):
            continue
        # The case cannot go on with this panel: what was waited for from the secretariat is to fill the seat.
        close_tasks(case, TaskKind.REFER, at=at)
        open_task(case, TaskKind.SEAT, at=at, owner=Desk.SECRETARIAT)
        for seat in uncovered:
            case.record(Act.SEAT, by=None, at=at, said=Message("panel.journal.term_over", seat=seat.kind))
        found.append(case)
    return found


def tell_of_gaps(session: Session, *, at: datetime) -> None:
    """Write to the secretariat of each seat that will stand empty within the time of warning: once for each seat and day (rule 27).

    A seat to which nobody was ever appointed is not written of: the board is only being entered.
    """
    on = oslo_date(at)
    coming: dict[date, list[SeatKind]] = {}
    for gap in gaps(board(session), on, warned_until(on)):
        if not gap.is_new and session.get(GapLetter, (gap.seat, gap.from_on)) is None:
            coming.setdefault(gap.from_on, []).append(gap.seat)
    for day, seats in sorted(coming.items()):
        letter = write_to_body(session, LetterKind.SEAT_RUNS_EMPTY, at=at, link="/board", due=day)
        session.flush()
        for seat in seats:
            insert_once(session, GapLetter, seat=seat, empty_on=day, letter_id=letter.id)
