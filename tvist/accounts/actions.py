"""What is done to accounts: made, given a role, signed in and out, given a new pass phrase, shut and opened."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.accounts.access_changes import AccessChangeKind, note_change
from tvist.accounts.factors import HalfSignIn
from tvist.accounts.models import (
    PARTY_ROLES,
    Membership,
    MembershipRole,
    Organisation,
    OrganisationKind,
    PasswordLink,
    SignIn,
    User,
)
from tvist.accounts.passwords import hash_password, weaknesses
from tvist.accounts.queries import hashed
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.errors import CannotProceed, NotFound
from tvist.register.collation import sort_key
from tvist.words import DEFAULT_LANGUAGE, LANGUAGES, Message

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

SIGNED_IN_FOR: Final = timedelta(hours=8)
LINK_HOLDS_FOR: Final = timedelta(hours=1)
ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
ROLES_IN: Final = {
    OrganisationKind.MUNICIPALITY: PARTY_ROLES,
    OrganisationKind.STATE: PARTY_ROLES,
    OrganisationKind.BODY: frozenset({MembershipRole.SECRETARIAT, MembershipRole.ADMINISTRATOR, MembershipRole.EVALUATOR}),
    OrganisationKind.EVALUATION: frozenset({MembershipRole.EVALUATOR}),
}


@dataclass(frozen=True)
class FromOutside:
    """What a sign-in from outside brings: the identity, and the organisation it acts for alone."""

    identity_id: int
    organisation_id: int | None


def create_user(
    session: Session,
    *,
    email: str,
    name: str,
    organisation: Organisation | None,
    role: MembershipRole | None,
    language: str = DEFAULT_LANGUAGE,
    at: datetime,
    is_invented: bool = False,
) -> User:
    """Make an account, with a role in an organisation from today; a member of the board has neither, but an appointment.

    It has no pass phrase: the person chooses one by "forgotten pass phrase". Raises CannotProceed for an address that is no address or is
    taken, for an empty name, and for a role that the organisation does not have.
    """
    email, name = email.strip().lower(), " ".join(name.split())
    if found := faults_of_user(session, email=email, name=name, language=language):
        raise CannotProceed(found)
    user = User(email=email, name=name, sort_key=sort_key(name), language=language, is_invented=is_invented)
    if organisation is not None and role is not None:
        add_membership(user, organisation, role, from_on=oslo_date(at), at=at)
    session.add(user)
    session.flush()
    return user


def faults_of_user(session: Session, *, email: str, name: str, language: str) -> list[Message]:
    """What stands in the way of an account with this address and name."""
    found = []
    if not ADDRESS.fullmatch(email.strip()):
        found.append(Message("accounts.not_an_address"))
    elif session.scalar(sa.select(User.id).where(User.email == email.strip().lower())) is not None:
        found.append(Message("accounts.address_taken"))
    if not name.strip():
        found.append(Message("accounts.write_name"))
    if language not in LANGUAGES:
        found.append(Message("web.not_a_choice"))
    return found


def faults_of_membership(organisation: Organisation, role: MembershipRole, *, from_on: date, to_on: date | None) -> list[Message]:
    """What stands in the way of a role in an organisation on these days."""
    found = []
    if role not in ROLES_IN[organisation.kind]:
        found.append(Message("accounts.role_not_here", role=role, organisation=organisation.name))
    if to_on is not None and to_on < from_on:
        found.append(Message("accounts.ends_before_it_begins"))
    return found


def add_membership(
    user: User, organisation: Organisation, role: MembershipRole, *, from_on: date, to_on: date | None = None, at: datetime
) -> Membership:
    """Give `user` a role in an organisation, from a day to a day (the last day included).

    A role that has begun ends the person's sign-ins; one that begins later ends them on that day (`sign_ins.sign_in_of`). Raises CannotProceed for a role that such an organisation does not have, and for days in the wrong order.
    """
    if found := faults_of_membership(organisation, role, from_on=from_on, to_on=to_on):
        raise CannotProceed(found)
    membership = Membership(organisation=organisation, role=role, from_on=from_on, to_on=to_on)
    user.memberships.append(membership)
    if from_on <= oslo_date(at) and user.id is not None:
        end_sign_ins(user, at=at)
    return membership


def give_role(
    user: User,
    organisation: Organisation,
    role: MembershipRole,
    *,
    from_on: date,
    to_on: date | None = None,
    by: User | None,
    at: datetime,
) -> Membership:
    """Give somebody a role as `add_membership` does, and let them be told. `by` is None for an organisation's postmottak."""
    membership = add_membership(user, organisation, role, from_on=from_on, to_on=to_on, at=at)
    note_change(user, AccessChangeKind.ROLE_GIVEN, by=by, at=at, membership=membership)
    return membership


def end_role(membership: Membership, *, to_on: date, by: User | None, at: datetime) -> None:
    """Let a role end as `end_membership` does, and let its holder be told."""
    end_membership(membership, to_on=to_on, at=at)
    note_change(membership.user, AccessChangeKind.ROLE_ENDED, by=by, at=at, membership=membership)


def end_membership(membership: Membership, *, to_on: date, at: datetime) -> None:
    """Let the role end; `to_on` is its last day. When that has come, the person's sign-ins end. Raises CannotProceed for a day before it began."""
    if to_on < membership.from_on:
        raise CannotProceed(Message("accounts.ends_before_it_begins"))
    membership.to_on = to_on
    if to_on <= oslo_date(at):
        end_sign_ins(membership.user, at=at)


def sign_in(
    session: Session,
    user: User,
    *,
    at: datetime,
    browser: str | None = None,
    proved_at: datetime | None = None,
    outside: FromOutside | None = None,
) -> str:
    """Begin a sign-in of eight hours. Returns the token for the cookie; only its hash is kept.

    `browser`: in words, so that the person knows the sign-in again. `proved_at`: when a second proof was given; without it there is none.
    """
    token = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            token_hash=hashed(token),
            user_id=user.id,
            began_at=at,
            expires_at=at + SIGNED_IN_FOR,
            proved_at=proved_at,
            browser=browser or None,
            organisation_id=outside.organisation_id if outside else None,
            outside_id=outside.identity_id if outside else None,
        )
    )
    return token


def sign_out(session: Session, token: str, *, at: datetime) -> None:
    """End the sign-in of this token; nothing happens for one that has ended."""
    session.execute(sa.update(SignIn).where(SignIn.token_hash == hashed(token), SignIn.ended_at.is_(None)).values(ended_at=at))


def end_sign_ins(user: User, *, at: datetime, but: str = "") -> None:
    """End all sign-ins of `user`, also those that have come half way, but for the one with the token `but`."""
    for table in (SignIn, HalfSignIn):
        open_still = (table.user_id == user.id, table.ended_at.is_(None), table.token_hash != hashed(but))
        session_of(user).execute(sa.update(table).where(*open_still).values(ended_at=at))


def choose_password(user: User, password: str, *, at: datetime, but: str = "") -> None:
    """Set a new pass phrase and end all other sign-ins. Raises CannotProceed for a weak one."""
    if found := weaknesses(password, known=(user.name, user.email)):
        raise CannotProceed(found)
    user.password_hash = hash_password(password)
    end_sign_ins(user, at=at, but=but)


def make_password_link(user: User, *, at: datetime) -> str:
    """Make a link by which `user` can choose a pass phrase, once, within an hour. Returns its token; only the hash is kept."""
    token = secrets.token_urlsafe(32)
    session_of(user).add(PasswordLink(token_hash=hashed(token), user_id=user.id, made_at=at, expires_at=at + LINK_HOLDS_FOR))
    return token


def use_password_link(session: Session, token: str, password: str, *, at: datetime) -> User:
    """Choose a pass phrase by a link, which then has been used. Raises NotFound for one that does not hold (any more), CannotProceed as above.

    All other links of the person end with it.
    """
    found = session.scalar(sa.select(PasswordLink).where(PasswordLink.token_hash == hashed(token)))
    if found is None or not found.user.is_active:
        raise NotFound
    # In one statement: of two who use the link at once, one wins.
    holds = (PasswordLink.id == found.id, PasswordLink.used_at.is_(None), PasswordLink.expires_at > at)
    if session.scalar(sa.update(PasswordLink).where(*holds).values(used_at=at).returning(PasswordLink.id)) is None:
        raise NotFound
    choose_password(found.user, password, at=at)
    session.execute(
        sa.update(PasswordLink).where(PasswordLink.user_id == found.user_id, PasswordLink.used_at.is_(None)).values(used_at=at)
    )
    return found.user


def disable(user: User, *, by: User, at: datetime) -> None:
    """Shut an account and end its sign-ins. Raises CannotProceed for one's own."""
    if user.id == by.id:
        raise CannotProceed(Message("accounts.not_yourself"))
    user.disabled_at = at
    note_change(user, AccessChangeKind.SHUT, by=by, at=at)
    end_sign_ins(user, at=at)


def enable(user: User, *, by: User, at: datetime) -> None:
    """Open a shut account again; its memberships are as they were."""
    user.disabled_at = None
    note_change(user, AccessChangeKind.OPENED, by=by, at=at)
