"""Look through the log, a day at a time, and raise a flag for what is unusual; and look at a flag, with words. Start at `watch`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tvist.access.policy import Act, Role
from tvist.accesslog.models import AccessEntry
from tvist.accounts.engagements import Engagement
from tvist.accounts.models import Membership, User
from tvist.cases.models import Party
from tvist.clock import midnight, oslo_date
from tvist.db import insert_once, random_id
from tvist.errors import CannotProceed, NotFound
from tvist.oversight.models import Flag, WatchedDay
from tvist.oversight.patterns import IDENTITY_DAYS, Seen, patterns_of
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.db import Database

CATCHES_UP: Final = 31
"""How many days are looked through afterwards when the worker was away."""
A_BATCH: Final = 5_000
_OF_THE_BODY: Final = (Role.SECRETARIAT, Role.LEADER, Role.SEATED, Role.CALLED, Role.RULING)


def watch(database: Database, at: datetime) -> int:
    """Look through each day that is over and was not looked through. Returns how many flags were raised."""
    with database.reading() as session:
        last = session.scalar(sa.select(sa.func.max(WatchedDay.day)))
    yesterday = oslo_date(at) - timedelta(days=1)
    day = max(last + timedelta(days=1), yesterday - timedelta(days=CATCHES_UP)) if last else yesterday
    raised = 0
    while day <= yesterday:
        raised += watch_day(database, day, at)
        day += timedelta(days=1)
    return raised


def watch_day(database: Database, day: date, at: datetime) -> int:
    """Raise the flags of one day; each once, however often it is looked through. Returns how many are new."""
    with database.reading() as session:
        found = patterns_of(_seen(session, day), _ties(session, day), _identities(session, day))
    with database.writing() as session:
        new = sum(
            insert_once(
                session,
                Flag,
                public_id=random_id(),
                kind=pattern.kind,
                user_id=pattern.user_id,
                on_day=day,
                count=pattern.count,
                found_at=at,
                words="",
            )
            for pattern in found
        )
        insert_once(session, WatchedDay, day=day, at=at)
        session.commit()
    return new


def look_at(flag: Flag, *, by: User, words: str, at: datetime) -> None:
    """Say that a flag was looked at, and what was found; once, and never by the person it is about. Raises CannotProceed."""
    if flag.looked_at is not None or flag.user_id == by.id:
        raise CannotProceed([Message("oversight.looked_at_already")])
    flag.looked_at, flag.looked_by, flag.words = at, by, words


def flag_at(session: Session, public_id: str) -> Flag:
    """The flag with that id. Raises `NotFound`."""
    query = sa.select(Flag).where(Flag.public_id == public_id).options(joinedload(Flag.user), joinedload(Flag.looked_by))
    found = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def flags_for(session: Session, user: User, *, is_open: bool, before: int | None, size: int) -> list[Flag]:
    """Flags about others than `user`, the newest first: those that wait to be looked at, or those that were."""
    query = sa.select(Flag).where(Flag.user_id != user.id, Flag.looked_at.is_(None) if is_open else Flag.looked_at.is_not(None))
    if before is not None:
        query = query.where(Flag.id < before)
    query = query.options(joinedload(Flag.user), joinedload(Flag.looked_by))
    return list(session.scalars(query.order_by(Flag.id.desc()).limit(size)))


def _of_day(day: date) -> sa.ColumnElement[bool]:
    """Lines of the day, of persons that are here: a line with a made-up person must not stop the round, and `tvist check` tells of it."""
    until = midnight(day + timedelta(days=1))
    return sa.and_(AccessEntry.at >= midnight(day), AccessEntry.at < until, AccessEntry.user_id.in_(sa.select(User.id)))


def _seen(session: Session, day: date) -> Iterator[Seen]:
    query = sa.select(
        AccessEntry.user_id, AccessEntry.at, AccessEntry.act, AccessEntry.case_id, AccessEntry.thing, AccessEntry.allowed
    )
    rows = session.execute(
        query.where(_of_day(day)).order_by(AccessEntry.at, AccessEntry.id).execution_options(yield_per=A_BATCH)
    )
    yield from (Seen(row.user_id, row.at, row.act, row.case_id, row.thing, row.allowed) for row in rows)


def _ties(session: Session, day: date) -> list[tuple[int, int]]:
    """Who opened, for the body, a case in which their own employer is a party, now or earlier: (person, case)."""
    member = sa.exists().where(Membership.user_id == AccessEntry.user_id, Membership.organisation_id == Party.organisation_id)
    engaged = sa.exists().where(
        Engagement.user_id == AccessEntry.user_id,
        Engagement.organisation_id == Party.organisation_id,
        Engagement.struck_at.is_(None),
    )
    for_the_body = sa.or_(*(AccessEntry.roles.contains(role.value) for role in _OF_THE_BODY))
    query = (
        sa.select(AccessEntry.user_id, AccessEntry.case_id)
        .join(Party, Party.case_id == AccessEntry.case_id)
        .where(_of_day(day), AccessEntry.allowed, for_the_body, sa.or_(member, engaged))
        .distinct()
    )
    return [(row.user_id, row.case_id) for row in session.execute(query.order_by(AccessEntry.user_id, AccessEntry.case_id))]


def _identities(session: Session, day: date) -> list[tuple[int, int]]:
    """Who opened a sealed identity that day, and how many in the last thirty days."""
    opened = (AccessEntry.act == Act.OPEN_IDENTITY, AccessEntry.allowed, AccessEntry.purpose != "")
    that_day = sa.select(AccessEntry.user_id).where(_of_day(day), *opened)
    query = sa.select(AccessEntry.user_id, sa.func.count()).where(
        *opened,
        AccessEntry.at >= midnight(day - timedelta(days=IDENTITY_DAYS - 1)),
        AccessEntry.at < midnight(day + timedelta(days=1)),
        AccessEntry.user_id.in_(that_day),
    )
    rows = session.execute(query.group_by(AccessEntry.user_id).order_by(AccessEntry.user_id)).all()
    return [(user_id, count) for user_id, count in rows if user_id is not None]
