"""For whom the members of the board and the officers work and have worked: own entries, confirmed yearly (rule 29)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.accounts.engagement_queries import confirmations_of, engagements_of
from tvist.accounts.engagements import Engagement, EngagementConfirmation
from tvist.accounts.models import Membership, MembershipRole, OrganisationKind, User
from tvist.accounts.queries import organisations
from tvist.cases.lifecycle import FINAL
from tvist.cases.models import Case
from tvist.clock import oslo_date
from tvist.db import locked
from tvist.delivery.actions import write_to_user
from tvist.delivery.models import Letter, LetterKind, Recipient
from tvist.errors import CannotProceed, NotFound
from tvist.panel.models import Appointment, Seat
from tvist.procedure.holidays import is_working_day
from tvist.procedure.settings import procedure_on
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import Organisation

PATH: Final = "/board/employers"
PARTIES: Final = frozenset({OrganisationKind.MUNICIPALITY, OrganisationKind.STATE})


@dataclass(frozen=True)
class EmployersOf:
    """What a person has entered, when they last confirmed that it is whole, and whether they are to confirm it (anew)."""

    user: User
    engagements: list[Engagement]
    confirmed_at: datetime | None
    is_due: bool


def employers_of(session: Session, users: Iterable[User], on: date) -> list[EmployersOf]:
    """The lists of these people, in their order."""
    people = list(users)
    engagements, confirmed = engagements_of(session, people), confirmations_of(session, people)
    return [
        EmployersOf(user, engagements[user.id], confirmed.get(user.id), is_due=is_due(confirmed.get(user.id), on))
        for user in people
    ]


def is_due(confirmed_at: datetime | None, on: date) -> bool:
    """Whether one who last confirmed then, or never (None), is to confirm on the day `on`: a year later it is due, not before."""
    if confirmed_at is None:
        return True
    day = oslo_date(confirmed_at)
    return procedure_on(on).employers_confirmed_every.after(day) < on


def owes_employers(session: Session, user: User, on: date) -> bool:
    """Whether the person is one who tells for whom they work, and is to confirm it."""
    return may(user, Act.DECLARE_EMPLOYERS, None, on) and is_due(confirmations_of(session, [user]).get(user.id), on)


def members_on(session: Session, on: date) -> list[User]:
    """Who is appointed that day or later, or still sits in an open case, by name."""
    terms = sa.select(Appointment.user_id).where(
        Appointment.struck_at.is_(None),
        sa.or_(Appointment.to_on.is_(None), Appointment.to_on >= on),
        sa.or_(Appointment.ended_on.is_(None), Appointment.ended_on >= on),
    )
    sits = sa.select(Seat.user_id).join(Case).where(Seat.left_at.is_(None), Case.state.not_in(FINAL))
    return _people(session, sa.or_(User.id.in_(terms), User.id.in_(sits)))


def officers_on(session: Session, on: date) -> list[User]:
    """Who works in the secretariat that day, by name."""
    return _people(
        session,
        User.memberships.any(
            sa.and_(
                Membership.role == MembershipRole.SECRETARIAT,
                Membership.from_on <= on,
                sa.or_(Membership.to_on.is_(None), Membership.to_on >= on),
            )
        ),
    )


def employers_to_choose(session: Session, on: date) -> list[Organisation]:
    """The municipalities and state regions there are that day, by name; who worked for one that has gone writes its name."""
    return [found for found in organisations(session, on) if found.kind in PARTIES]


def add_engagement(
    session: Session,
    user: User,
    *,
    organisation: Organisation | None,
    employer: str,
    role: str,
    from_on: date,
    to_on: date | None,
    at: datetime,
) -> Engagement:
    """Record for whom the person works, or worked. `employer` in words, where it is no municipality or region. Raises CannotProceed."""
    given = employer.strip() or (organisation.name if organisation else "")
    if faults := engagement_faults(given, role, from_on, to_on):
        raise CannotProceed(faults)
    made = Engagement(
        user=user,
        user_id=user.id,
        organisation=organisation,
        employer=given,
        role=role.strip(),
        from_on=from_on,
        to_on=to_on,
        entered_at=at,
    )
    session.add(made)
    session.flush()
    return made


def engagement_faults(employer: str, role: str, from_on: date, to_on: date | None) -> list[Message]:
    """What is wrong with an entry as it was filled in."""
    faults = [] if employer.strip() else [Message("panel.employers.employer_needed")]
    if not role.strip():
        faults.append(Message("panel.employers.role_needed"))
    if to_on is not None and to_on < from_on:
        faults.append(Message("panel.employers.ends_before", start=from_on))
    return faults


def end_engagement(engagement: Engagement, *, to_on: date) -> None:
    """Say on which day it ends or ended. Raises CannotProceed for a struck entry or a day before it began."""
    if faults := ending_faults(engagement, to_on):
        raise CannotProceed(faults)
    engagement.to_on = to_on


def ending_faults(engagement: Engagement, to_on: date) -> list[Message]:
    """What is wrong with that last day."""
    if engagement.struck_at is not None:
        return [Message("panel.employers.struck")]
    if to_on < engagement.from_on:
        return [Message("panel.employers.ends_before", start=engagement.from_on)]
    return []


def strike_engagement(engagement: Engagement, *, at: datetime) -> None:
    """Strike an entry that was wrong; twice changes nothing."""
    engagement.struck_at = engagement.struck_at or at


def confirm_employers(session: Session, user: User, *, at: datetime) -> EngagementConfirmation:
    """The person confirms that the list is whole, be it empty."""
    made = EngagementConfirmation(user=user, user_id=user.id, confirmed_at=at)
    session.add(made)
    return made


def engagement_at(session: Session, public_id: str) -> Engagement:
    """The entry with that id; locked in a writing session. Raises `NotFound`."""
    found = session.scalar(locked(session, sa.select(Engagement).where(Engagement.public_id == public_id), Engagement))
    if found is None:
        raise NotFound
    return found


def ask_for_employers(session: Session, *, at: datetime) -> None:
    """Write to each member and officer whose confirmation is missing or too old: once, and again a year later; on working days."""
    on = oslo_date(at)
    if not is_working_day(on):
        return
    everybody = {user.id: user for user in (*members_on(session, on), *officers_on(session, on))}
    due = [found for found in employers_of(session, everybody.values(), on) if found.is_due]
    asked = _last_asked(session, [found.user.id for found in due])
    for found in due:
        last = asked.get(found.user.id)
        if not may(found.user, Act.DECLARE_EMPLOYERS, None, on):
            continue
        is_new_period = last is not None and found.confirmed_at is not None and last < found.confirmed_at
        if last is None or is_new_period or is_due(last, on):
            write_to_user(found.user, LetterKind.EMPLOYERS_DUE, at=at, link=PATH)


def _last_asked(session: Session, ids: list[int]) -> dict[int, datetime]:
    """When each of them was last written to about it, by the id of the person."""
    query = sa.select(Recipient.user_id, sa.func.max(Letter.written_at)).join(Letter)
    query = query.where(Letter.kind == LetterKind.EMPLOYERS_DUE, Recipient.user_id.in_(ids)).group_by(Recipient.user_id)
    return {number: moment for number, moment in session.execute(query) if number is not None}


def _people(session: Session, clause: sa.ColumnElement[bool]) -> list[User]:
    query = sa.select(User).where(clause, User.disabled_at.is_(None)).order_by(User.sort_key, User.id)
    return list(session.scalars(query.options(selectinload(User.memberships), selectinload(User.appointments))))
