"""Questions about cases. Who may see belongs in the WHERE, not in a loop after."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tvist.access.policy import Role
from tvist.accounts.models import Membership
from tvist.cases.lifecycle import State
from tvist.cases.models import Case, Declaration, Party, Statement, TeamMember
from tvist.cases.submissions import Submission
from tvist.db import locked
from tvist.errors import NotFound

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User

FIRST_YEAR_OF_NUMBERS = 2008
_FORMS = (
    re.compile(r"(?P<year>\d{4})\s*[/-]\s*(?P<serial>\d{1,6})"),  # 2026/0001, 2017/2968
    re.compile(r"(?P<serial>\d{1,6})\s*[/-]\s*(?P<year>\d{2})"),  # 9/10
)


def read_number(text: str) -> tuple[int, int] | None:
    """Year and serial from a case number in any of its forms (rule 15): `2026/0001`, `2026-1`, `2017/2968`, `9/10`; None if it is none."""
    cleaned = text.strip().lower().removeprefix("sak").strip()
    for form in _FORMS:
        if found := form.fullmatch(cleaned):
            year = int(found["year"])
            return (year if year > 99 else 2000 + year), int(found["serial"])  # noqa: PLR2004 - two digits end at 99.
    return None


def case_by_number(session: Session, text: str) -> Case:
    """The case with that number, in any of its forms; locked in a writing session. Raises `NotFound`."""
    found = read_number(text)
    if found is None:
        raise NotFound
    query = sa.select(Case).where(Case.year == found[0], Case.serial == found[1])
    case = session.scalar(locked(session, query, Case))
    if case is None:
        raise NotFound
    return case


def case_at(session: Session, slug: str) -> Case:
    """The case whose number stands in an address as `2026-0001`. Raises `NotFound`."""
    return case_by_number(session, slug)


def submission_at(session: Session, slug: str, public_id: str) -> Submission:
    """The sending with that identifier in that case. Raises `NotFound`."""
    case = case_at(session, slug)
    found = session.scalar(sa.select(Submission).where(Submission.case_id == case.id, Submission.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def visible_to(user: User, on: date) -> sa.ColumnElement[bool]:
    """The clause by which `user` may open a case that day: the same answer as `may(user, OPEN_CASE, case)`, in the WHERE."""
    general = user.roles_on(on)
    latest = aliased(Declaration)
    last = sa.select(sa.func.max(latest.id)).where(latest.case_id == Case.id, latest.user_id == user.id).scalar_subquery()
    conflict = sa.exists().where(Declaration.id == last, Declaration.statement == Statement.CONFLICT)
    ways = [_in_team(user, on), _in_seat(user)]
    if Role.SECRETARIAT in general:
        ways.append(sa.true())
    if Role.LEADER in general:
        ways.append(sa.or_(Case.dismissal_proposals.any(), Case.state == State.DECIDED))
    return sa.and_(sa.or_(*ways), ~conflict)


def _in_team(user: User, on: date) -> sa.ColumnElement[bool]:
    return (
        sa.exists()
        .where(
            Party.case_id == Case.id,
            Party.left_at.is_(None),
            Party.brought_in_at.is_not(None),
            TeamMember.party_id == Party.id,
            TeamMember.user_id == user.id,
            TeamMember.from_on <= on,
            sa.or_(TeamMember.to_on.is_(None), TeamMember.to_on >= on),
            Membership.user_id == user.id,
            Membership.organisation_id == Party.organisation_id,
            Membership.from_on <= on,
            sa.or_(Membership.to_on.is_(None), Membership.to_on >= on),
        )
        .correlate(Case)
    )


def _in_seat(user: User) -> sa.ColumnElement[bool]:
    seat = Case.seats.property.mapper.class_
    return Case.seats.any(sa.and_(seat.user_id == user.id, seat.left_at.is_(None)))
