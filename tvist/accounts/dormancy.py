"""Accounts that have not been used for long: they rest, and the organisation's postmottak wakes them (rule 5)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from itsdangerous import URLSafeTimedSerializer

from tvist.accounts.access_changes import lapsed_of
from tvist.accounts.models import PARTY_ROLES, AccessRequest, SignIn, User
from tvist.accounts.rounds import ColleagueConfirmation
from tvist.clock import OSLO

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

DORMANT_AFTER: Final = timedelta(days=365)
"""Our own choice: most officers meet the body once in some years, and who has left is seldom told of."""


def is_dormant(session: Session, user: User, at: datetime) -> bool:
    """Whether the person works for a party only, and nobody has vouched for that in the last year.

    A sign-in vouches, and so does the day a role began, the postmottak's own confirmation, or the organisation's yearly one. Who has lost all
    that they had here because nobody confirmed it rests too, and comes back the same way. People of the body itself never rest.
    """
    roles = {found.role for found in user.memberships_on(at.astimezone(OSLO).date())}
    if not roles and not user.appointments:
        return bool(lapsed_of(session, user))
    if roles - PARTY_ROLES or user.appointments:
        return False
    return at - last_vouched(session, user) > DORMANT_AFTER


def last_vouched(session: Session, user: User) -> datetime:
    """The last moment that is known of on which the person worked there."""
    signed_in = session.scalar(sa.select(sa.func.max(SignIn.began_at)).where(SignIn.user_id == user.id))
    confirmed = session.scalar(
        sa.select(sa.func.max(AccessRequest.answered_at)).where(
            AccessRequest.user_id == user.id, AccessRequest.is_confirmed.is_(True)
        )
    )
    yearly = session.scalar(sa.select(sa.func.max(ColleagueConfirmation.at)).where(ColleagueConfirmation.user_id == user.id))
    began = max(found.from_on for found in user.memberships)
    moments = (signed_in, confirmed, yearly, datetime.combine(began, time(), OSLO).astimezone(UTC))
    return max(moment for moment in moments if moment is not None)


def waking_key(secret: str) -> URLSafeTimedSerializer:
    """Signs who has just given the right pass phrase of an account that rests, so that only they may ask for it to be woken."""
    return URLSafeTimedSerializer(secret, salt="an account that rests")
