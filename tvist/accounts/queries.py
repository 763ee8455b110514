"""Questions about people and organisations."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tvist.accounts.models import Membership, Organisation, OrganisationKind, SignIn, User
from tvist.errors import NotFound

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session


def hashed(token: str) -> str:
    """What is kept of a token: its SHA-256. The token itself has 256 bits, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def user_of_sign_in(session: Session, token: str, at: datetime) -> User | None:
    """Who is signed in by this token at `at`; None for an unknown, ended or old sign-in, or a disabled person."""
    if not token:
        return None
    found = session.scalar(
        sa.select(SignIn)
        .where(SignIn.token_hash == hashed(token), SignIn.ended_at.is_(None), SignIn.expires_at > at)
        .options(
            joinedload(SignIn.user).options(
                selectinload(User.memberships).joinedload(Membership.organisation), selectinload(User.appointments)
            )
        )
    )
    return found.user if found and found.user.is_active else None


def user_by_email(session: Session, email: str) -> User:
    """The person with that address, in any case of letters. Raises `NotFound`."""
    found = session.scalar(sa.select(User).where(User.email == email.strip().lower()))
    if found is None:
        raise NotFound
    return found


def organisation_by_code(session: Session, kind: OrganisationKind, code: str) -> Organisation:
    """The organisation with that municipality number or region code. Raises `NotFound`."""
    found = session.scalar(sa.select(Organisation).where(Organisation.kind == kind, Organisation.code == code))
    if found is None:
        raise NotFound
    return found


def members_of(session: Session, organisation: Organisation, on: date) -> list[User]:
    """Everybody who works for the organisation that day, by name."""
    query = (
        sa.select(User)
        .join(Membership)
        .where(
            Membership.organisation_id == organisation.id,
            Membership.from_on <= on,
            sa.or_(Membership.to_on.is_(None), Membership.to_on >= on),
            User.disabled_at.is_(None),
        )
        .options(selectinload(User.memberships))
    )
    return list(session.scalars(query.order_by(User.sort_key, User.id).distinct()))
