"""The board as it stands on a day: who is appointed to which seat, and which seats will stand empty (rule 27)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tvist.panel.choosing import board, open_loads
from tvist.panel.models import AppointmentKind, SeatKind
from tvist.procedure.settings import procedure_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from tvist.panel.models import Appointment


@dataclass(frozen=True)
class Gap:
    """A seat that nobody is appointed to from a day on."""

    seat: SeatKind
    from_on: date


@dataclass(frozen=True)
class Board:
    """The board on a day: the members in force by seat, all other appointments, the gaps to come, and open cases by the id of the user."""

    seats: dict[SeatKind, list[Appointment]]
    others: list[Appointment]
    gaps: list[Gap]
    loads: dict[int, int]


def board_on(session: Session, on: date) -> Board:
    """The board as it stands that day."""
    everybody = board(session)
    standing = [found for found in everybody if found.holds_on(on) and found.kind is not AppointmentKind.AD_HOC]
    return Board(
        seats={kind: [found for found in standing if found.seat is kind] for kind in SeatKind},
        others=[found for found in everybody if found not in standing],
        gaps=gaps(everybody, on, procedure_on(on).gap_warning.after(on)),
        loads=open_loads(session),
    )


def gaps(appointments: Sequence[Appointment], on: date, until: date) -> list[Gap]:
    """For each seat the first day from `on` to `until`, both included, on which no fixed member or deputy is in force."""
    found = []
    for kind in SeatKind:
        terms = [each for each in appointments if each.seat is kind and each.kind is not AppointmentKind.AD_HOC]
        empty = _first_empty_day(terms, on)
        if empty is not None and empty <= until:
            found.append(Gap(kind, empty))
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
