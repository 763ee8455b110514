"""A person is away, and a colleague stands in: in the case teams and drafts the person is in, for those days (rule 5).

The stand-in's places are rows of their own, marked by the absence, so that who sees a case is asked in one way only.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tvist.accounts.models import Absence
from tvist.cases.models import TeamMember
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.errors import CannotProceed
from tvist.intake.models import DraftMember
from tvist.teams.queries import drafts_of_member, places_of_member
from tvist.teams.rules import works_there
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User


def register_absence(user: User, *, from_on: date, to_on: date, stand_in: User | None, by: User, at: datetime) -> Absence:
    """Write down that `user` is away, both days included; the stand-in is in the person's case teams and drafts on those days.

    Raises CannotProceed for days in the wrong order or past, for an absence that meets another, and for a stand-in who is no colleague or is
    away as well.
    """
    session = session_of(user)
    if found := absence_fault(session, user, from_on=from_on, to_on=to_on, stand_in=stand_in, on=oslo_date(at)):
        raise CannotProceed(found)
    absence = Absence(user=user, stand_in=stand_in, from_on=from_on, to_on=to_on, made_by_id=by.id, made_at=at)
    session.add(absence)
    session.flush()
    cover(session, absence, by=by, at=at)
    return absence


def absence_fault(session: Session, user: User, *, from_on: date, to_on: date, stand_in: User | None, on: date) -> Message | None:
    """Why this absence cannot be written down."""
    if to_on < from_on:
        return Message("accounts.ends_before_it_begins")
    if to_on < on:
        return Message("teams.absence_is_past")
    if _meets_another(session, user.id, from_on, to_on):
        return Message("teams.absence_meets_another")
    return _stand_in_fault(session, user, stand_in, from_on=max(from_on, on), to_on=to_on) if stand_in else None


def _stand_in_fault(session: Session, user: User, stand_in: User, *, from_on: date, to_on: date) -> Message | None:
    if stand_in.id == user.id or not _are_colleagues(user, stand_in, from_on):
        return Message("teams.stand_in_is_no_colleague")
    if _meets_another(session, stand_in.id, from_on, to_on):
        return Message("teams.stand_in_is_away")
    return None


def call_off(absence: Absence, *, at: datetime) -> None:
    """The person is back, or never went: the stand-in's places end today. Raises CannotProceed for an absence that is over."""
    on = oslo_date(at)
    if absence.ended_at is not None or absence.to_on < on:
        raise CannotProceed(Message("teams.absence_is_over"))
    absence.ended_at = at
    session = session_of(absence)
    places: list[TeamMember | DraftMember] = [
        *session.scalars(sa.select(TeamMember).where(TeamMember.absence_id == absence.id)),
        *session.scalars(sa.select(DraftMember).where(DraftMember.absence_id == absence.id)),
    ]
    for place in places:
        place.to_on = on - timedelta(days=1)
        if place.from_on is not None and place.from_on > place.to_on:
            place.from_on = place.to_on


def cover(session: Session, absence: Absence, *, by: User | None, at: datetime) -> int:
    """Put the stand-in where the person is and the stand-in is not yet; returns in how many places. Safe to do again."""
    if absence.stand_in is None or absence.ended_at is not None:
        return 0
    on, made = oslo_date(at), 0
    days = (max(absence.from_on, on), absence.to_on)
    for party in places_of_member(session, absence.user, on):
        is_colleague = works_there(absence.stand_in, party.organisation_id, days[0])
        if is_colleague and not _was_put_in(party.team, absence) and not _is_there(party.team, absence.stand_in.id, days):
            added_by = by.id if by else None
            party.team.append(
                TeamMember(user=absence.stand_in, from_on=days[0], to_on=days[1], added_by_id=added_by, absence_id=absence.id)
            )
            made += 1
    for draft in drafts_of_member(session, absence.user):
        is_new = not _was_put_in(draft.team, absence) and not _is_there(draft.team, absence.stand_in.id, days)
        if is_new and works_there(absence.stand_in, draft.organisation_id, days[0]):
            draft.team.append(
                DraftMember(user=absence.stand_in, added_at=at, from_on=days[0], to_on=days[1], absence_id=absence.id)
            )
            made += 1
    return made


def cover_absences(session: Session, *, at: datetime) -> int:
    """Cover what came after an absence was written down, for all who are away or will be; returns how many places were made."""
    on = oslo_date(at)
    standing = sa.select(Absence).where(Absence.ended_at.is_(None), Absence.to_on >= on, Absence.stand_in_id.is_not(None))
    return sum(cover(session, absence, by=None, at=at) for absence in session.scalars(standing.order_by(Absence.id)))


def absences_of(session: Session, users: Sequence[User], on: date) -> dict[int, list[Absence]]:
    """The absences of these people that are not over, soonest first, by the person's id."""
    query = (
        sa.select(Absence)
        .where(Absence.user_id.in_([user.id for user in users]), Absence.ended_at.is_(None), Absence.to_on >= on)
        .options(joinedload(Absence.stand_in))
    )
    found: dict[int, list[Absence]] = {user.id: [] for user in users}
    for absence in session.scalars(query.order_by(Absence.from_on, Absence.id)):
        found[absence.user_id].append(absence)
    return found


def stands_in_for(session: Session, user: User, on: date) -> list[Absence]:
    """The absences in which the person stands in that day."""
    query = sa.select(Absence).where(
        Absence.stand_in_id == user.id, Absence.ended_at.is_(None), Absence.from_on <= on, Absence.to_on >= on
    )
    return list(session.scalars(query.order_by(Absence.to_on, Absence.id)))


def _meets_another(session: Session, user_id: int, from_on: date, to_on: date) -> bool:
    query = sa.select(Absence.id).where(
        Absence.user_id == user_id, Absence.ended_at.is_(None), Absence.from_on <= to_on, Absence.to_on >= from_on
    )
    return session.scalar(query.limit(1)) is not None


def _are_colleagues(one: User, other: User, on: date) -> bool:
    """Whether both work in the same organisation that day."""
    return other.is_active and bool(
        {found.organisation_id for found in one.memberships_on(on)}
        & {found.organisation_id for found in other.memberships_on(on)}
    )


def _was_put_in(team: list[TeamMember] | list[DraftMember], absence: Absence) -> bool:
    """Whether the stand-in was put into the team for this absence before: who was taken out again stays out."""
    return any(member.absence_id == absence.id for member in team)


def _is_there(team: list[TeamMember] | list[DraftMember], user_id: int, days: tuple[date, date]) -> bool:
    """Whether the person is in the team on the first and the last of these days."""
    own = [member for member in team if member.user_id == user_id]
    return all(any(member.holds_on(day) for member in own) for day in days)
