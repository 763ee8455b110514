"""Once a year an organisation says who still works there; who is not confirmed loses access, and never without letters before it (rule 5).

The daily round opens, reminds and closes (`look_at_rounds`); a filer, or the postmottak by the key in its letter, answers (`confirm`). A
confirmation is a row of its own: it gives nobody a role, and touches no last day.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tvist.accounts.models import PARTY_ROLES, AccessRequest, Membership, Organisation, User
from tvist.accounts.queries import hashed, members_of
from tvist.accounts.rounds import ColleagueConfirmation, ColleagueRound
from tvist.clock import oslo_date
from tvist.db import insert_once, locked, session_of
from tvist.delivery.models import Letter
from tvist.errors import CannotProceed
from tvist.procedure.settings import procedure_on
from tvist.teams.round_letters import RoundLetter
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from sqlalchemy.orm import Session

ONE_DAY = timedelta(days=1)


def standing_round(session: Session, organisation: Organisation) -> ColleagueRound | None:
    """The round in which the organisation is asked now; locked in a writing session. None where it is not asked."""
    query = sa.select(ColleagueRound).where(ColleagueRound.organisation_id == organisation.id, ColleagueRound.closed_at.is_(None))
    loaded = query.options(selectinload(ColleagueRound.letters).joinedload(RoundLetter.letter).selectinload(Letter.recipients))
    return session.scalar(locked(session, loaded, ColleagueRound))


def round_by_token(session: Session, token: str, at: datetime) -> ColleagueRound | None:
    """The round behind the key of a letter to the postmottak, until its last day is over; None for a key that does not hold (any more)."""
    query = (
        sa.select(ColleagueRound)
        .join(ColleagueRound.letters)
        .where(
            RoundLetter.token_hash == hashed(token), ColleagueRound.closed_at.is_(None), ColleagueRound.due_on >= oslo_date(at)
        )
        .options(joinedload(ColleagueRound.organisation))
    )
    return session.scalar(locked(session, query, ColleagueRound))


def unanswered(session: Session, organisation: Organisation, found: ColleagueRound | None, on: date) -> list[User]:
    """Who works for the organisation that day and is still to be answered for in the round, by name; with None, in one that would begin now.

    Who has a last day within the year has been answered for by it; who began, or was vouched for by the postmottak, since the round was
    opened, is known to work there.
    """
    opened = found.opened_on if found else on
    answered = set(session.scalars(sa.select(ColleagueConfirmation.user_id).where(ColleagueConfirmation.round == found)))
    vouched = sa.select(AccessRequest.user_id, AccessRequest.answered_at).where(
        AccessRequest.organisation_id == organisation.id, AccessRequest.is_confirmed.is_(True), AccessRequest.user_id.is_not(None)
    )
    answered |= {row.user_id for row in session.execute(vouched) if found and oslo_date(row.answered_at) >= opened}
    everybody = members_of(session, organisation, on)
    return [user for user in everybody if user.id not in answered and _to_confirm(user, organisation, opened, on)]


def confirm(found: ColleagueRound, users: Iterable[User], *, by: User | None, at: datetime) -> int:
    """Say of these people that they still work there; returns of how many that was new. `by` is None for the postmottak.

    Who is not to be answered for any more, as one who was given a last day meanwhile, is passed over: nobody gets anything back by this.
    Raises CannotProceed for oneself, and for a round that is over.
    """
    session, on = session_of(found), oslo_date(at)
    if found.closed_at is not None or on > found.due_on:
        raise CannotProceed(Message("yearly.is_over"))
    waiting = {user.id for user in unanswered(session, found.organisation, found, on)}
    made = 0
    for user in users:
        if by is not None and user.id == by.id:
            raise CannotProceed(Message("yearly.not_yourself"))
        if user.id in waiting:
            by_id = by.id if by else None
            made += insert_once(session, ColleagueConfirmation, round_id=found.id, user_id=user.id, by_id=by_id, at=at)
    return made


def close_if_answered(found: ColleagueRound, *, at: datetime) -> bool:
    """Close the round when nobody is left to be answered for; returns whether nobody is."""
    session = session_of(found)
    session.flush()
    session.expire_all()
    if unanswered(session, found.organisation, found, oslo_date(at)):
        return False
    found.closed_at = at
    return True


def next_due_on(session: Session, organisation: Organisation, on: date) -> date | None:
    """The day by which the organisation is to have confirmed next: a year after the last round, or after its people began; None for no people."""
    query = sa.select(sa.func.max(ColleagueRound.due_on)).where(ColleagueRound.organisation_id == organisation.id)
    began = [found.from_on for user in members_of(session, organisation, on) for found in roles_at(user, organisation, on)]
    last = session.scalar(query) or min(began, default=None)
    return procedure_on(on).colleagues_confirmed_every.after(last) if last and began else None


def roles_at(user: User, organisation: Organisation, on: date) -> list[Membership]:
    """The person's roles in cases for the organisation that day."""
    held = user.all_memberships_on(on)
    return [found for found in held if found.organisation_id == organisation.id and found.role in PARTY_ROLES]


def roles_to_confirm(user: User, organisation: Organisation, opened_on: date, on: date) -> list[Membership]:
    """Those of them that somebody must answer for: older than the round, and without a last day within a year."""
    horizon = procedure_on(on).colleagues_confirmed_every.after(on)
    return [
        found
        for found in roles_at(user, organisation, on)
        if found.from_on < opened_on and (found.to_on is None or found.to_on > horizon)
    ]


def _to_confirm(user: User, organisation: Organisation, opened_on: date, on: date) -> bool:
    """Whether all that the person is there still needs an answer: one role that is new vouches for the others."""
    held = roles_at(user, organisation, on)
    is_new = any(found.from_on >= opened_on for found in held)
    return not is_new and bool(roles_to_confirm(user, organisation, opened_on, on))
