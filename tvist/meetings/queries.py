"""Questions about meetings: one, those a person may know of, what of the agenda they may see, and the cases a leader can put on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from tvist.access.policy import Act, Role
from tvist.access.roles import may, roles_of
from tvist.cases.lifecycle import FINAL
from tvist.cases.models import Case
from tvist.db import locked
from tvist.errors import NotFound
from tvist.meetings.actions import leads
from tvist.meetings.models import Invited, Meeting, MeetingCase
from tvist.panel.models import Seat

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session
    from sqlalchemy.orm.interfaces import ORMOption

    from tvist.accounts.models import User

MOST_LISTED = 100


@dataclass(frozen=True)
class AgendaLine:
    """A case on the agenda that the reader may see; `is_over`: it has ended, and is not taken up."""

    case: Case
    is_over: bool


def meeting_at(session: Session, public_id: str) -> Meeting:
    """The meeting with that identifier; locked in a writing session. Raises `NotFound`."""
    query = sa.select(Meeting).where(Meeting.public_id == public_id).options(*_loaded())
    found = session.scalar(locked(session, query, Meeting))
    if found is None:
        raise NotFound
    return found


def meetings_for(session: Session, user: User, on: date) -> list[Meeting]:
    """The meetings that the person may open, the latest first: an officer all, others those they called or are invited to."""
    query = sa.select(Meeting).options(*_loaded()).order_by(Meeting.starts_at.desc(), Meeting.id.desc()).limit(MOST_LISTED)
    if Role.SECRETARIAT not in roles_of(user, None, on):
        query = query.where(_is_own(user))
    return [meeting for meeting in session.scalars(query) if may(user, Act.READ_MEETING, meeting, on)]


def coming_meetings(session: Session, user: User, at: datetime) -> list[Meeting]:
    """The person's own meetings that are not over, the next first."""
    query = sa.select(Meeting).where(_is_own(user), Meeting.ends_at > at, Meeting.cancelled_at.is_(None))
    return list(session.scalars(query.options(*_loaded()).order_by(Meeting.starts_at, Meeting.id)))


def agenda_for(meeting: Meeting, user: User, on: date) -> list[AgendaLine]:
    """The cases on the agenda that the person sits in and may open, or that an officer may open; others are not told of at all (rule 29)."""
    return [AgendaLine(line.case, line.case.is_closed) for line in meeting.cases if _sees(line.case, user, on)]


def reads_minutes(meeting: Meeting, user: User, on: date) -> bool:
    """Minutes may hold what was said of each case: they are for who was called to it, or called it, and sits in every one of them."""
    sits_in_all = all(Role.SEATED in roles_of(user, line.case, on) for line in meeting.cases)
    return may(user, Act.WRITE_MINUTES, meeting, on) and sits_in_all


def cases_led_by(session: Session, user: User) -> list[Case]:
    """The cases that the person leads now and that have not ended, by number."""
    query = (
        sa.select(Case)
        .where(Case.state.not_in(FINAL), Case.seats.any(sa.and_(Seat.user_id == user.id, Seat.left_at.is_(None))))
        .options(selectinload(Case.seats).joinedload(Seat.user), selectinload(Case.declarations))
        .order_by(Case.year, Case.serial)
    )
    return [case for case in session.scalars(query) if leads(user, case)]


def _sees(case: Case, user: User, on: date) -> bool:
    roles = roles_of(user, case, on)
    return bool(roles & {Role.SEATED, Role.SECRETARIAT})


def _is_own(user: User) -> sa.ColumnElement[bool]:
    return sa.or_(Meeting.called_by_id == user.id, Meeting.invited.any(Invited.user_id == user.id))


def _loaded() -> tuple[ORMOption, ...]:
    return (
        selectinload(Meeting.cases)
        .joinedload(MeetingCase.case)
        .options(selectinload(Case.seats), selectinload(Case.declarations)),
        selectinload(Meeting.invited).joinedload(Invited.user),
    )
