"""What is done around the panel: seat, declare, refer, confirm reading (rules 26-33)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tvist.access.policy import Act
from tvist.cases.history import Declaration, Statement
from tvist.cases.lifecycle import State, obstacles, take_step
from tvist.cases.tasks import close_tasks
from tvist.cases.waiting import TaskKind
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.delivery.actions import write_to_party, write_to_user
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed
from tvist.jobs.actions import queue
from tvist.jobs.models import JobKind
from tvist.panel.bundle import freeze, reading_by
from tvist.panel.calling import (
    all_declared,
    call,
    call_next,
    give_work,
    leave,
    tell_parties,
)
from tvist.panel.challenging import ask_rulers, challenge, ground_faults
from tvist.panel.choosing import departures, proposed_panel, unexplained
from tvist.panel.late import hand_to_leader
from tvist.panel.models import Reading, SeatKind
from tvist.panel.rules import holder, is_challenged, is_in_doubt, panel_faults, seating_faults
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.panel.models import Appointment, Bundle, Seat

SAID: Final = {
    Statement.NONE: "panel.journal.no_conflict",
    Statement.CONFLICT: "panel.journal.conflict",
    Statement.DOUBT: "panel.journal.doubt",
}
"""What the journal says of a declaration."""


def seat_panel(
    case: Case,
    appointments: Mapping[SeatKind, Appointment],
    *,
    by: User,
    at: datetime,
    reasons: Mapping[SeatKind, str] | None = None,
) -> None:
    """Call one person to each seat that is to be filled; each declares before any paper opens (rule 29).

    A seat may be left out, or named again, where its holder has declared no conflict. `reasons`: why another is called than the one proposed,
    by seat; needed there, and kept nowhere else. Raises CannotProceed with all that is wrong.
    """
    if found := obstacles(case, Act.SEAT) or seating_faults(case, appointments, at):
        raise CannotProceed(found)
    proposal, given = proposed_panel(session_of(case), case, oslo_date(at)), reasons or {}
    if missing := unexplained(proposal, appointments, given):
        raise CannotProceed([Message("panel.seat.reason_needed", seat=kind) for kind in missing])
    others = departures(proposal, appointments)
    take_step(case, Act.SEAT, by=by, at=at)
    close_tasks(case, TaskKind.SEAT, at=at)
    coming = [
        each for kind, each in appointments.items() if (seat := holder(case, kind)) is None or seat.appointment_id != each.id
    ]
    # All leave before anybody is seated: two members may change seats with each other.
    for appointment in coming:
        if (seat := holder(case, appointment.seat)) is not None:
            leave(seat, because="replaced" if seat.is_covered_at(at) else "term", at=at)
    for appointment in coming:
        because = given[appointment.seat].strip() if appointment.seat in others else ""
        call(case, appointment, at=at, because=because)
    ask_rulers(case, at)


def declare(case: Case, *, by: User, at: datetime, statement: Statement, ground: str | None = None, words: str = "") -> None:
    """A member called to a seat declares no conflict, a conflict, or doubt, on a coded ground; a late discovery too (rules 29, 30).

    A conflict calls the next of the same seat; on doubt the others rule; the last `none` has the parties told who sits. Raises CannotProceed.
    """
    seat = case.seat_of(by)
    if found := obstacles(case, Act.DECLARE) or declaration_faults(case, by, statement, ground, words, at):
        raise CannotProceed(found)
    assert seat is not None  # noqa: S101 - `declaration_faults` has asked.
    take_step(case, Act.DECLARE, by=by, at=at, said=Message(SAID[statement], seat=seat.kind))
    is_none = statement is Statement.NONE
    declared = Declaration(user=by, user_id=by.id, statement=statement, ground=None if is_none else ground, words=words, at=at)
    case.declarations.append(declared)
    close_tasks(case, TaskKind.DECLARE, at=at, owner=by)
    if statement is Statement.CONFLICT:
        leave(seat, because="conflict", at=at)
        call_next(case, seat.kind, at=at)
    elif statement is Statement.DOUBT:
        challenge(seat, at=at, doubt=declared)
    else:
        _goes_to_work(seat, at=at)
    ask_rulers(case, at)


def _goes_to_work(seat: Seat, *, at: datetime) -> None:
    """The member may sit: they have their work where the panel has the case, and the last of the three has the parties told."""
    case = seat.case
    if case.state is State.PANEL:
        give_work(case, seat, at=at)
    if all_declared(case):
        tell_parties(case, at=at)
    hand_to_leader(case, at=at)


def declaration_faults(case: Case, by: User, statement: Statement, ground: str | None, words: str, at: datetime) -> list[Message]:  # noqa: PLR0917 - what is declared, by whom, when.
    """What is wrong with a declaration as it was filled in."""
    seat = case.seat_of(by)
    if seat is None:
        return [Message("panel.not_called")]
    if statement is not Statement.CONFLICT and is_in_doubt(case, by) and is_challenged(seat):
        return [Message("panel.doubt_is_ruled_on")]
    if statement is Statement.NONE:
        return [Message("panel.declared_already")] if seat.is_declared else []
    faults = ground_faults(ground, words, at)
    if statement is Statement.DOUBT and not words.strip():
        faults.append(Message("panel.doubt_needs_words"))
    return faults


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
    for party in case.parties_remaining:
        write_to_party(party, LetterKind.REFERRED, at=at)
    for kind in SeatKind:
        seat = holder(case, kind)
        if seat is not None:
            write_to_user(seat.user, LetterKind.REFERRED, at=at, case=case)
            give_work(case, seat, at=at)
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
