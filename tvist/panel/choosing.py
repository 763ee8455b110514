"""Propose a panel, and say why each member is proposed (rules 26-28). Start at `proposed_panel`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tvist.accounts.models import User
from tvist.cases.lifecycle import FINAL
from tvist.cases.models import Case
from tvist.clock import midnight
from tvist.panel.impartiality import questions_for
from tvist.panel.models import Appointment, AppointmentKind, Seat, SeatKind
from tvist.panel.rules import holder, seats_to_fill, why_not
from tvist.procedure.deadlines import last_moment
from tvist.procedure.settings import procedure_on
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

ORDINARY: Final = frozenset({"panel.asked.sat_before"})
"""What is told of a member and weighs nothing: on a board this small everybody has sat between the same parties before."""
_RANK = {AppointmentKind.FIXED: 0, AppointmentKind.DEPUTY: 1, AppointmentKind.AD_HOC: 2}


@dataclass(frozen=True)
class Candidate:
    """One who can be called to a seat, with what the choice looks at: cases open now, seats taken this year, and what the system asks about."""

    appointment: Appointment
    open_load: int
    this_year: int
    sits: bool = False
    questions: Sequence[Message] = ()
    sat_before: bool = False
    """In the earlier case that this one treats anew (rule 40)."""
    ends_on: date | None = None
    """The last day of the term, where it ends within the time of warning (rule 27)."""

    @property
    def is_doubtful(self) -> bool:
        """Whether something was found that might be a conflict; who can be called without that goes before."""
        return any(question.code not in ORDINARY for question in self.questions)

    @property
    def reasons(self) -> Message:
        """The candidate in a line: how appointed, the open load, the turns this year."""
        code = "panel.proposed.sits" if self.sits else f"panel.proposed.{self.appointment.kind.value}"
        return Message(code, seat=self.appointment.seat, order=self.appointment.order, load=self.open_load, turns=self.this_year)


class Proposal(Mapping[SeatKind, Appointment]):
    """A proposed panel: who for which seat. `candidates` has all who can be called, best first; `empty` the seats nobody can take."""

    def __init__(self, candidates: dict[SeatKind, list[Candidate]], chosen: dict[SeatKind, Candidate]) -> None:
        """Both by seat, in the order of the seats."""
        self.candidates = candidates
        self.chosen = chosen

    def __getitem__(self, kind: SeatKind) -> Appointment:
        return self.chosen[kind].appointment

    def __iter__(self) -> Iterator[SeatKind]:
        return iter(self.chosen)

    def __len__(self) -> int:
        return len(self.chosen)

    @property
    def empty(self) -> list[SeatKind]:
        """The seats that nobody is left for: the ministry names somebody for the case (rule 28)."""
        return [kind for kind in SeatKind if kind not in self.chosen]


def proposed_panel(session: Session, case: Case, on: date) -> Proposal:
    """Propose somebody for each seat, nobody twice; a seat whose holder has declared no conflict keeps its holder.

    First come those without a known conflict, then those who did not sit in the case that is treated anew (rule 40), then fixed members before
    deputies, those with the least open load, with the fewest turns this year, and last their order.
    """
    loads, turns, soon = open_loads(session), turns_of_year(session, on), warned_until(on)
    before = {seat.user_id for seat in case.renews.case.seats} if case.renews is not None else set()
    to_fill = seats_to_fill(case, last_moment(on))
    candidates: dict[SeatKind, list[Candidate]] = {}
    for kind in SeatKind:
        seat = holder(case, kind)
        stays = seat is not None and kind not in to_fill
        found = [seat.appointment] if seat is not None and stays else _able(session, case, kind, on)
        listed = [
            Candidate(
                each,
                loads.get(each.user_id, 0),
                turns.get(each.user_id, 0),
                sits=seat is not None and each.id == seat.appointment_id,
                # Who stays is not weighed again: they have declared, and the others may have ruled.
                questions=() if stays else questions_for(session, case, each.user, on),
                sat_before=each.user_id in before,
                ends_on=each.last_on if each.last_on is not None and each.last_on <= soon else None,
            )
            for each in found
        ]
        candidates[kind] = sorted(listed, key=_preference)
    return Proposal(candidates, _best_choice(candidates))


def warned_until(on: date) -> date:
    """The last day that is looked ahead to: what ends until then is warned of (rule 27)."""
    return procedure_on(on).gap_warning.after(on)


def unexplained(proposal: Proposal, chosen: Mapping[SeatKind, Appointment], reasons: Mapping[SeatKind, str]) -> list[SeatKind]:
    """The seats for which another than the proposed one was chosen, and no reason given: the choice is the secretariat's, and is defended in words."""
    return [kind for kind in departures(proposal, chosen) if not reasons.get(kind, "").strip()]


def departures(proposal: Proposal, chosen: Mapping[SeatKind, Appointment]) -> list[SeatKind]:
    """The seats for which another than the proposed one was chosen."""
    return [kind for kind, each in chosen.items() if kind in proposal and proposal[kind].id != each.id]


def deputies_for(session: Session, case: Case, seat_kind: SeatKind, on: date) -> list[Appointment]:
    """Who can follow in a seat of the case, in the order they are called: fixed members of the seat, deputies, one named for the case."""
    seated = {seat.user_id for seat in case.seats_held}
    return [found for found in _able(session, case, seat_kind, on) if found.user_id not in seated]


def appointments_on(session: Session, on: date) -> list[Appointment]:
    """All appointments in force that day, by seat, kind and order; those for one case only included."""
    query = sa.select(Appointment).where(Appointment.from_on <= on, sa.or_(Appointment.to_on.is_(None), Appointment.to_on >= on))
    found = session.scalars(query.options(joinedload(Appointment.user).selectinload(User.appointments)))
    return sorted((each for each in found if each.holds_on(on)), key=_in_order)


def open_loads(session: Session) -> dict[int, int]:
    """How many open cases each person sits in now, by the id of the user."""
    query = (
        sa.select(Seat.user_id, sa.func.count())
        .join(Case)
        .where(Seat.left_at.is_(None), Case.state.not_in(FINAL))
        .group_by(Seat.user_id)
    )
    return dict(session.execute(query).all())


def turns_of_year(session: Session, on: date) -> dict[int, int]:
    """How many seats each person has been called to in the year of that day, and not left, by the id of the user."""
    begins, ends = midnight(on.replace(month=1, day=1)), midnight(on.replace(year=on.year + 1, month=1, day=1))
    query = sa.select(Seat.user_id, sa.func.count()).where(
        Seat.left_at.is_(None), Seat.seated_at >= begins, Seat.seated_at < ends
    )
    return dict(session.execute(query.group_by(Seat.user_id)).all())


def board(session: Session) -> list[Appointment]:
    """All appointments ever made, with their people, by seat, kind, order and term."""
    found = session.scalars(sa.select(Appointment).options(joinedload(Appointment.user))).all()
    return sorted(found, key=lambda each: (*_in_order(each)[:3], each.from_on, each.id))


def _able(session: Session, case: Case, kind: SeatKind, on: date) -> list[Appointment]:
    return [found for found in appointments_on(session, on) if found.seat is kind and why_not(case, kind, found, on) is None]


def _in_order(appointment: Appointment) -> tuple[int, int, int, int]:
    return (list(SeatKind).index(appointment.seat), _RANK[appointment.kind], appointment.order, appointment.id)


def _preference(candidate: Candidate) -> tuple[int, ...]:
    appointment = candidate.appointment
    return (
        not candidate.sits,
        candidate.is_doubtful,
        candidate.sat_before,
        _RANK[appointment.kind],
        candidate.open_load,
        candidate.this_year,
        appointment.order,
        appointment.id,
    )


def _best_choice(candidates: dict[SeatKind, list[Candidate]]) -> dict[SeatKind, Candidate]:
    """The best choice in which nobody sits twice and as few seats as can be are empty; an empty seat is left out."""
    options = [[*enumerate(candidates[kind]), (len(candidates[kind]), None)] for kind in SeatKind]

    def rank(choice: tuple[tuple[int, Candidate | None], ...]) -> tuple[int, ...]:
        users = [each.appointment.user_id for _, each in choice if each]
        return (len(users) - len(set(users)), len(choice) - len(users), *(place for place, _ in choice))

    best = min(product(*options), key=rank)
    return {kind: each for kind, (_, each) in zip(SeatKind, best, strict=True) if each}
