"""The leader calls a meeting of the board, changes or cancels it, and notes who was there and what was said (rule 32).

Written procedure is the main rule: a meeting is no step of a case, and its invitation holds no name and no fact (rule 42).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.delivery.actions import write_to_user
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed
from tvist.meetings.models import Invited, Meeting, MeetingCase
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Case


@dataclass(frozen=True)
class Plan:
    """What a meeting is called with: from when to when, a place or a link, the cases in order, and who is invited beside the leader."""

    starts_at: datetime
    ends_at: datetime
    place: str
    cases: Sequence[Case]
    invited: Sequence[User]


def call_meeting(session: Session, plan: Plan, *, by: User, at: datetime) -> Meeting:
    """Call the members who sit with the leader in these cases. Raises `CannotProceed` with all that is wrong."""
    if faults := faults_in_plan(plan, by, at):
        raise CannotProceed(faults)
    made = Meeting(
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        place=plan.place.strip(),
        called_by=by,
        called_at=at,
        minutes="",
        sequence=0,
    )
    session.add(made)
    made.cases = [MeetingCase(case=case, position=place) for place, case in enumerate(plan.cases, start=1)]
    made.invited = [Invited(user=user, user_id=user.id) for user in plan.invited]
    session.flush()
    for user in plan.invited:
        _write(made, user, LetterKind.MEETING_CALLED, at=at)
    return made


def change_meeting(meeting: Meeting, plan: Plan, *, by: User, at: datetime) -> None:
    """Move it, or change its place, agenda or who is invited: all are told, and calendars follow by its number. The same plan changes nothing."""
    if faults := [*faults_in_changing(meeting, at), *faults_in_plan(plan, by, at)]:
        raise CannotProceed(faults)
    before = {found.user_id: found.user for found in meeting.invited}
    if plan_of(meeting) == Plan(plan.starts_at, plan.ends_at, plan.place.strip(), list(plan.cases), list(plan.invited)):
        return
    session = session_of(meeting)
    meeting.starts_at, meeting.ends_at, meeting.place = plan.starts_at, plan.ends_at, plan.place.strip()
    meeting.sequence += 1
    coming = {user.id for user in plan.invited}
    for gone in [found for found in meeting.invited if found.user_id not in coming]:
        meeting.invited.remove(gone)
        session.delete(gone)
    for line in list(meeting.cases):
        meeting.cases.remove(line)
        session.delete(line)
    # A case may stand once on the agenda: the old lines leave before the new ones come.
    session.flush()
    meeting.cases = [MeetingCase(case=case, position=place) for place, case in enumerate(plan.cases, start=1)]
    meeting.invited += [Invited(user=user, user_id=user.id) for user in plan.invited if user.id not in before]
    session.flush()
    for user in plan.invited:
        _write(meeting, user, LetterKind.MEETING_CHANGED if user.id in before else LetterKind.MEETING_CALLED, at=at)
    for user_id, user in before.items():
        if user_id not in coming:
            _write(meeting, user, LetterKind.MEETING_CANCELLED, at=at)


def cancel_meeting(meeting: Meeting, *, at: datetime) -> None:
    """Cancel it: all who are invited are told. Raises `CannotProceed` for one that is over or cancelled."""
    if faults := faults_in_changing(meeting, at):
        raise CannotProceed(faults)
    meeting.cancelled_at = at
    meeting.sequence += 1
    for found in meeting.invited:
        _write(meeting, found.user, LetterKind.MEETING_CANCELLED, at=at)


def write_minutes(
    meeting: Meeting, *, by: User, at: datetime, minutes: str, present: Collection[User], closes: bool = False
) -> None:
    """Note who was there and short minutes; `closes` makes them final. Raises `CannotProceed` with all that is wrong."""
    if faults := faults_in_minutes(meeting, by, at, minutes if closes else "-"):
        raise CannotProceed(faults)
    meeting.minutes = minutes.strip()
    for found in meeting.invited:
        found.was_present = found.user in present
    session_of(meeting).flush()
    if closes:
        # Last, as the database refuses any change after it.
        meeting.closed_at = at


def faults_in_plan(plan: Plan, by: User, at: datetime) -> list[Message]:
    """All that is wrong with calling such a meeting at that moment."""
    faults = []
    if plan.starts_at <= at:
        faults.append(Message("meetings.starts_in_the_past"))
    if plan.ends_at <= plan.starts_at:
        faults.append(Message("meetings.ends_before_it_begins"))
    if not plan.place.strip():
        faults.append(Message("meetings.say_where"))
    if not plan.cases:
        faults.append(Message("meetings.choose_cases"))
    faults += [Message("meetings.not_led_by_you", number=case.number) for case in plan.cases if not leads(by, case)]
    sitting = {user.id for user in members_of(plan.cases, by)}
    if not plan.invited or any(user.id not in sitting for user in plan.invited):
        faults.append(Message("meetings.invite_who_sits"))
    return faults


def faults_in_changing(meeting: Meeting, at: datetime) -> list[Message]:
    """Why it can no more be changed or cancelled."""
    if meeting.cancelled_at is not None:
        return [Message("meetings.is_cancelled")]
    return [Message("meetings.is_over")] if meeting.closed_at is not None or meeting.ends_at <= at else []


def faults_in_minutes(meeting: Meeting, by: User, at: datetime, minutes: str) -> list[Message]:
    """Why nothing can be written of it: who did not call it, before it has begun, once it is closed; or nothing was written."""
    if meeting.cancelled_at is not None:
        return [Message("meetings.is_cancelled")]
    if meeting.closed_at is not None:
        return [Message("meetings.minutes_are_closed")]
    faults = [] if by.id == meeting.called_by_id else [Message("meetings.minutes_by_the_leader")]
    if meeting.starts_at > at:
        faults.append(Message("meetings.not_begun"))
    return faults if minutes.strip() else [*faults, Message("meetings.write_minutes")]


def leads(user: User, case: Case) -> bool:
    """Whether the person sits as the leader in a case that goes on, and has declared for it."""
    seat = case.seat_of(user)
    return seat is not None and seat.is_leader and seat.is_declared and not case.is_closed


def members_of(cases: Collection[Case], leader: User) -> list[User]:
    """Who sits with the leader in any of these cases and has declared, each once, in the order of the cases."""
    seats = [seat for case in cases for seat in case.seats_held if seat.is_declared and seat.user_id != leader.id]
    return list({seat.user_id: seat.user for seat in seats}.values())


def plan_of(meeting: Meeting) -> Plan:
    """The plan as it stands."""
    cases, invited = [line.case for line in meeting.cases], [found.user for found in meeting.invited]
    return Plan(meeting.starts_at, meeting.ends_at, meeting.place, cases, invited)


def _write(meeting: Meeting, user: User, kind: LetterKind, *, at: datetime) -> None:
    day = oslo_date(meeting.starts_at)
    write_to_user(user, kind, at=at, link=f"/meetings/{meeting.public_id}", day=day)
