"""Sign-ins that hold: how long, until when, how fresh their last proof is, and which browser they are in."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from tvist.accounts.models import Membership, SignIn, User
from tvist.accounts.queries import hashed
from tvist.clock import oslo_date
from tvist.errors import NotFound

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.db import Database

IDLE: Final = timedelta(minutes=60)
"""A sign-in that nothing was asked by for so long has ended. Our own choice: an officer goes to a meeting and comes back."""
WARNED_BEFORE: Final = timedelta(minutes=5)
"""So long before its end the page warns."""
NOTED_EVERY: Final = timedelta(minutes=1)
"""It is noted that a sign-in was seen, but not more often than this."""
PROOF_HOLDS_FOR: Final = timedelta(minutes=10)
"""How fresh a proof must be for an act that asks for one."""


def sign_in_of(session: Session, token: str, at: datetime) -> SignIn | None:
    """The sign-in of this token, with its person, if it holds at `at`: not ended, old, idle, or of a shut account.

    One that began before a day on which the person's roles changed has ended with that day. One that acts for an organisation alone makes
    its person answer for that one, and has ended when they do not work there.
    """
    if not token:
        return None
    people = joinedload(SignIn.user).options(
        selectinload(User.memberships).joinedload(Membership.organisation), selectinload(User.appointments)
    )
    found = session.scalar(sa.select(SignIn).where(SignIn.token_hash == hashed(token), *_holds(at)).options(people))
    if found is None or not found.user.is_active or not found.acts_on(oslo_date(at)):
        return None
    began_on, on = oslo_date(found.began_at), oslo_date(at)
    if began_on != on and _held(found.user, began_on) != _held(found.user, on):
        return None
    found.user.act_for(found.organisation_id)
    return found


def sign_ins_of(session: Session, user: User, at: datetime) -> list[SignIn]:
    """Where the person is signed in now, the newest first."""
    query = sa.select(SignIn).where(SignIn.user_id == user.id, *_holds(at)).order_by(SignIn.began_at.desc(), SignIn.id.desc())
    return list(session.scalars(query))


def sign_in_at(session: Session, number: int) -> SignIn:
    """The sign-in with that number. Raises `NotFound`."""
    found = session.get(SignIn, number, options=[joinedload(SignIn.user)])
    if found is None:
        raise NotFound
    return found


def ends_at(sign_in: SignIn) -> datetime:
    """When it ends if nothing more is asked by it."""
    return min(sign_in.expires_at, (sign_in.last_seen_at or sign_in.began_at) + IDLE)


def is_proved(sign_in: SignIn, at: datetime) -> bool:
    """Whether a second proof was given lately. One that lies ahead (a clock was put back) is none."""
    return sign_in.proved_at is not None and timedelta(0) <= at - sign_in.proved_at <= PROOF_HOLDS_FOR


def note_seen(database: Database, sign_in: SignIn, at: datetime) -> None:
    """Note that the browser asked for something, at most once a minute, in a short transaction of its own.

    A database that cannot be written to hinders nobody from reading: the sign-in then ends a little early.
    """
    if at - (sign_in.last_seen_at or sign_in.began_at) < NOTED_EVERY:
        return
    try:
        with database.writing() as session:
            session.execute(sa.update(SignIn).where(SignIn.id == sign_in.id).values(last_seen_at=at))
            session.commit()
    except SQLAlchemyError:
        return
    set_committed_value(sign_in, "last_seen_at", at)


def prove(session: Session, sign_in_id: int, *, at: datetime) -> None:
    """A second proof was given just now."""
    session.execute(sa.update(SignIn).where(SignIn.id == sign_in_id).values(proved_at=at))


_BROWSERS: Final = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_words(user_agent: str) -> str:
    """A browser in two words, from what it says of itself; nothing else of that is kept."""
    found = [
        next((name for mark, name in kinds if re.search(re.escape(mark), user_agent)), "") for kinds in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(name for name in found if name)


def _holds(at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    seen = sa.func.coalesce(SignIn.last_seen_at, SignIn.began_at, type_=SignIn.began_at.type)
    return SignIn.ended_at.is_(None), SignIn.expires_at > at, seen > at - IDLE


def _held(user: User, on: date) -> tuple[set[tuple[int, str]], set[int]]:
    """What the person was that day: roles in organisations, and appointments."""
    roles = {(found.organisation_id, found.role.value) for found in user.all_memberships_on(on)}
    return roles, {found.id for found in user.appointments if found.holds_on(on)}
