"""What is done with identities from outside: tied to an account, untied, found again, and for which organisation they act."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tvist.accounts.models import Membership, PasswordLink, SignIn, User
from tvist.accounts.outside import OutsideIdentity
from tvist.accounts.outside_token import OutsideRefusal, Refused
from tvist.accounts.queries import hashed
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import Organisation
    from tvist.accounts.outside_token import Outsider
    from tvist.config import OutsideSignIn
    from tvist.vault.keys import MasterKeys


def subject_key(keys: MasterKeys, settings: OutsideSignIn, outsider: Outsider) -> str:
    """What is kept of a person at the provider: a hash that nobody makes without our key, and that fits this provider alone."""
    return keys.keyed("outside subject", f"{settings.issuer}\n{outsider.subject}".encode()).hex()


def standing_identity(session: Session, key: str) -> OutsideIdentity | None:
    """The identity with that key, while it is tied to an account; with its person and where they work."""
    people = joinedload(OutsideIdentity.user).options(
        selectinload(User.memberships).joinedload(Membership.organisation), selectinload(User.appointments)
    )
    query = sa.select(OutsideIdentity).where(OutsideIdentity.subject_key == key, OutsideIdentity.ended_at.is_(None))
    return session.scalar(query.options(people))


def identities_of(session: Session, user: User) -> list[OutsideIdentity]:
    """The identities that are tied to the account, the oldest first."""
    query = sa.select(OutsideIdentity).where(OutsideIdentity.user_id == user.id, OutsideIdentity.ended_at.is_(None))
    return list(session.scalars(query.order_by(OutsideIdentity.tied_at, OutsideIdentity.id)))


def identity_at(session: Session, public_id: str) -> OutsideIdentity:
    """The tied identity with that identifier. Raises `NotFound`."""
    query = sa.select(OutsideIdentity).where(OutsideIdentity.public_id == public_id, OutsideIdentity.ended_at.is_(None))
    found = session.scalar(query.options(joinedload(OutsideIdentity.user)))
    if found is None:
        raise NotFound
    return found


def acting_organisation(
    identity: OutsideIdentity, settings: OutsideSignIn, outsider: Outsider, at: datetime
) -> Organisation | None:
    """The organisation that the sign-in acts for alone; None where the provider tells of none, and the whole account acts.

    Raises Refused where the token should name one and does not, and where the person does not work there today. Who sits on the board signs
    in by their own account: nobody acts for a party by a way in that opens the panel's rooms (rule 29).
    """
    if not settings.organisation:
        return None
    if outsider.organisation_number is None:
        raise Refused(OutsideRefusal.NO_ORGANISATION)
    held = (found.organisation for found in identity.user.all_memberships_on(oslo_date(at)))
    found = next((each for each in held if each.organisation_number == outsider.organisation_number), None)
    if found is None or identity.user.appointments:
        raise Refused(OutsideRefusal.UNKNOWN)
    return found


def tie(user: User, key: str, *, provider: str, at: datetime) -> OutsideIdentity:
    """Tie the identity to the account of `user`, who has just shown both. Raises Refused for one that is another account's.

    One account has one identity at a provider: an earlier one is untied.
    """
    session = session_of(user)
    standing = standing_identity(session, key)
    if standing is not None:
        if standing.user_id != user.id:
            raise Refused(OutsideRefusal.TAKEN)
        return standing
    for earlier in identities_of(session, user):
        untie(earlier, at=at)
    session.flush()
    identity = OutsideIdentity(user=user, provider=provider, subject_key=key, tied_at=at)
    session.add(identity)
    return identity


def untie(identity: OutsideIdentity, *, at: datetime) -> None:
    """The identity opens the account no more, and the sign-ins that were begun with it end. The row stays: it tells who could get in when."""
    identity.ended_at = at
    session_of(identity).execute(
        sa.update(SignIn).where(SignIn.outside_id == identity.id, SignIn.ended_at.is_(None)).values(ended_at=at)
    )


def newcomer_by_letter(session: Session, token: str, at: datetime) -> User | None:
    """Who may tie an identity by the key of a letter: somebody vouched for who has no way in yet, neither pass phrase nor identity.

    Whoever has one ties from the inside: a letter alone must not open a second door beside the one that stands.
    """
    found = session.scalar(
        sa.select(PasswordLink)
        .where(PasswordLink.token_hash == hashed(token), PasswordLink.used_at.is_(None), PasswordLink.expires_at > at)
        .options(joinedload(PasswordLink.user))
    )
    if found is None or not found.user.is_active or found.user.password_hash is not None:
        return None
    ever = sa.select(OutsideIdentity.id).where(OutsideIdentity.user_id == found.user_id)
    return found.user if session.scalar(ever.limit(1)) is None else None


def use_letter(session: Session, token: str, at: datetime) -> User:
    """Use up the key of a letter, and all others of the person. Raises Refused for one that does not hold (any more)."""
    user = newcomer_by_letter(session, token, at)
    # In one statement: of two who use the link at once, one wins.
    holds = (PasswordLink.token_hash == hashed(token), PasswordLink.used_at.is_(None), PasswordLink.expires_at > at)
    used = session.scalar(sa.update(PasswordLink).where(*holds).values(used_at=at).returning(PasswordLink.user_id))
    if user is None or used != user.id:
        raise Refused(OutsideRefusal.STALE)
    session.execute(
        sa.update(PasswordLink).where(PasswordLink.user_id == user.id, PasswordLink.used_at.is_(None)).values(used_at=at)
    )
    return user
