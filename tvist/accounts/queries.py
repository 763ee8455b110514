"""Questions about people and organisations."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tvist.accounts.models import Membership, MembershipRole, Organisation, OrganisationKind, PasswordLink, User
from tvist.errors import NotFound
from tvist.register.municipalities import municipalities_on

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session


def hashed(token: str) -> str:
    """What is kept of a token: its SHA-256. The token itself has 256 bits, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def user_by_email(session: Session, email: str) -> User:
    """The person with that address, in any case of letters. Raises `NotFound`."""
    found = session.scalar(sa.select(User).where(User.email == email.strip().lower()))
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


def is_officer(on: date) -> sa.ColumnElement[bool]:
    """That a person is an officer of the secretariat that day, asked of the database."""
    works = User.memberships.any(
        sa.and_(
            Membership.role == MembershipRole.SECRETARIAT,
            Membership.from_on <= on,
            sa.or_(Membership.to_on.is_(None), Membership.to_on >= on),
        )
    )
    return sa.and_(works, User.disabled_at.is_(None))


def officers(session: Session, on: date) -> list[User]:
    """The officers of the secretariat that day, by name."""
    query = sa.select(User).where(is_officer(on)).options(selectinload(User.memberships))
    return list(session.scalars(query.order_by(User.sort_key, User.id)))


def invented_person(session: Session, public_id: str) -> User:
    """An invented person who may sign in. Raises `NotFound`, also for a real one."""
    found = session.scalar(sa.select(User).where(User.public_id == public_id, User.is_invented, User.disabled_at.is_(None)))
    if found is None:
        raise NotFound
    return found


def invented_people(session: Session, on: date) -> list[tuple[str, list[User]]]:
    """The invented people who do something that day, by what they work for: the body and its board, the state, municipalities."""
    query = (
        sa.select(User)
        .where(User.is_invented, User.disabled_at.is_(None))
        .options(selectinload(User.memberships).joinedload(Membership.organisation), selectinload(User.appointments))
        .order_by(User.sort_key, User.id)
    )
    groups: dict[str, list[User]] = {"body": [], "board": [], "state": [], "municipality": []}
    for user in session.scalars(query):
        for group in sorted({_GROUP_OF[membership.organisation.kind] for membership in user.memberships_on(on)}):
            groups[group].append(user)
        if any(appointment.holds_on(on) for appointment in user.appointments):
            groups["board"].append(user)
    for group in ("state", "municipality"):
        groups[group].sort(key=lambda user: user.memberships_on(on)[0].organisation.sort_key)
    return [(group, users) for group, users in groups.items() if users]


_GROUP_OF = {
    OrganisationKind.BODY: "body",
    OrganisationKind.EVALUATION: "body",
    OrganisationKind.STATE: "state",
    OrganisationKind.MUNICIPALITY: "municipality",
}


def user_at(session: Session, public_id: str) -> User:
    """The person with that public id. Raises `NotFound`."""
    found = session.scalar(
        sa.select(User)
        .where(User.public_id == public_id)
        .options(selectinload(User.memberships).joinedload(Membership.organisation), selectinload(User.appointments))
    )
    if found is None:
        raise NotFound
    return found


def membership_at(session: Session, public_id: str, number: int) -> Membership:
    """The person's role with that number. Raises `NotFound`."""
    found = session.scalar(
        sa.select(Membership).join(Membership.user).where(User.public_id == public_id, Membership.id == number)
    )
    if found is None:
        raise NotFound
    return found


def page_of_users(session: Session, *, after: tuple[str, int] | None, size: int) -> list[User]:
    """Everybody, by name: `size` people who follow the one with that (sort key, id)."""
    query = sa.select(User).options(
        selectinload(User.memberships).joinedload(Membership.organisation), selectinload(User.appointments)
    )
    if after is not None:
        query = query.where(sa.tuple_(User.sort_key, User.id) > sa.tuple_(*after))
    return list(session.scalars(query.order_by(User.sort_key, User.id).limit(size)))


def organisations(session: Session, on: date) -> list[Organisation]:
    """The organisations there are that day, by name: a municipality that has got a new number is known by the new one alone."""
    in_force = [found.number for found in municipalities_on(on)]
    query = sa.select(Organisation).where(
        sa.or_(Organisation.kind != OrganisationKind.MUNICIPALITY, Organisation.code.in_(in_force))
    )
    return list(session.scalars(query.order_by(Organisation.sort_key, Organisation.id)))


def user_of_password_link(session: Session, token: str, at: datetime) -> User | None:
    """Who may choose a pass phrase by this link at `at`; None for a link that is unknown, used or old, or of a shut account."""
    found = session.scalar(
        sa.select(PasswordLink)
        .where(PasswordLink.token_hash == hashed(token), PasswordLink.used_at.is_(None), PasswordLink.expires_at > at)
        .options(joinedload(PasswordLink.user))
    )
    return found.user if found and found.user.is_active else None
