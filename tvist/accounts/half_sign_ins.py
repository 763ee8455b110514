"""A sign-in that has come half way: the pass phrase was right, the second step is missing. It opens that step and nothing else."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tvist.accounts.factors import HalfSignIn
from tvist.accounts.models import User
from tvist.accounts.queries import hashed

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

HOLDS_FOR: Final = timedelta(minutes=15)
"""Long enough to set up an app on a telephone, short enough for a screen that was left."""
KEPT: Final = timedelta(days=1)


def begin_half(session: Session, user: User, *, at: datetime) -> str:
    """The pass phrase was right: begin half a sign-in. Returns the token for the cookie; only its hash is kept."""
    # What was never completed is of no use to anybody.
    session.execute(sa.delete(HalfSignIn).where(HalfSignIn.expires_at < at - KEPT))
    token = secrets.token_urlsafe(32)
    session.add(HalfSignIn(token_hash=hashed(token), user_id=user.id, began_at=at, expires_at=at + HOLDS_FOR))
    return token


def half_sign_in_of(session: Session, token: str, at: datetime) -> HalfSignIn | None:
    """The half sign-in of this token, with its person; None for one that has ended, is old, or of a shut account."""
    if not token:
        return None
    holds = (HalfSignIn.token_hash == hashed(token), HalfSignIn.ended_at.is_(None), HalfSignIn.expires_at > at)
    found = session.scalar(
        sa.select(HalfSignIn).where(*holds).options(joinedload(HalfSignIn.user).selectinload(User.memberships))
    )
    return found if found is not None and found.user.is_active else None


def complete_half(session: Session, half: HalfSignIn, *, at: datetime) -> bool:
    """The second step was done: the half ends. Whether it had not ended before: of two who complete it at once, one is let in."""
    open_still = (HalfSignIn.id == half.id, HalfSignIn.ended_at.is_(None))
    return session.scalar(sa.update(HalfSignIn).where(*open_still).values(ended_at=at).returning(HalfSignIn.id)) is not None


def end_half(session: Session, token: str, *, at: datetime) -> None:
    """Give up the half sign-in of this token."""
    session.execute(
        sa.update(HalfSignIn).where(HalfSignIn.token_hash == hashed(token), HalfSignIn.ended_at.is_(None)).values(ended_at=at)
    )
