"""Somebody asks to work for an organisation here, or to wake an account that rests: the organisation's postmottak answers (rule 5).

Whoever reads the postmottak decides who may act for the organisation; the letter holds a link, and the name stands on the page behind it.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.accounts.access_changes import lapsed_of
from tvist.accounts.actions import create_user, give_role
from tvist.accounts.models import PARTY_ROLES, AccessRequest, MembershipRole, OrganisationKind, User
from tvist.accounts.queries import hashed
from tvist.clock import oslo_date
from tvist.db import locked, session_of
from tvist.delivery.actions import write_to_mailbox
from tvist.delivery.models import LetterKind
from tvist.delivery.password_link import send_password_link
from tvist.errors import CannotProceed
from tvist.register.language import decision_language, language_form
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import Organisation

HOLDS_FOR: Final = timedelta(days=14)
MOST_WAITING: Final = 20
"""So many may wait for one postmottak at a time: nobody fills it from here."""


def ask_for_access(
    session: Session, organisation: Organisation, *, name: str, email: str, role: MembershipRole, language: str, at: datetime
) -> AccessRequest | None:
    """Ask the organisation's postmottak whether this person works there. None, with nothing written, where too many wait or the same waits.

    Whether there is such an account already is not told. Raises CannotProceed for a role that is none of a party's.
    """
    if role not in PARTY_ROLES:
        raise CannotProceed(Message("accounts.role_not_here", role=role, organisation=organisation.name))
    user = session.scalar(sa.select(User).where(User.email == email.strip().lower()))
    return _ask(
        session,
        organisation,
        name=" ".join(name.split()),
        email=email.strip().lower(),
        role=role,
        language=language,
        user=user,
        at=at,
    )


def ask_to_wake(user: User, *, at: datetime) -> list[AccessRequest]:
    """Ask each organisation the person works for whether that is still so; the account rests until one says yes."""
    session, on = session_of(user), oslo_date(at)
    lost = [(found.organisation, found.role) for found in lapsed_of(session, user)]
    works = [(found.organisation, found.role) for found in user.all_memberships_on(on) if found.role in PARTY_ROLES]
    held = {organisation: role for organisation, role in (*lost, *works) if organisation and role}
    asked = [
        _ask(
            session,
            organisation,
            name=user.name,
            email=user.email,
            role=role,
            language=user.language,
            user=user,
            at=at,
        )
        for organisation, role in held.items()
    ]
    return [found for found in asked if found is not None]


def request_by_token(session: Session, token: str, at: datetime) -> AccessRequest | None:
    """The request behind the link, while it can be answered; locked in a writing session. None for one that is unknown, answered or old."""
    query = sa.select(AccessRequest).where(
        AccessRequest.token_hash == hashed(token), AccessRequest.answered_at.is_(None), AccessRequest.expires_at > at
    )
    return session.scalar(locked(session, query, AccessRequest))


def confirm(request: AccessRequest, *, at: datetime) -> User:
    """The organisation vouches for the person: who has no account gets one, who lacks the role gets it, and a link to choose a pass phrase.

    An account that was shut stays shut: the administrator shut it for a reason. Raises CannotProceed for one that is answered or too old.
    """
    _answer(request, at=at, is_confirmed=True)
    session, on = session_of(request), oslo_date(at)
    user = request.user or session.scalar(sa.select(User).where(User.email == request.email))
    if user is None:
        user = create_user(
            session, email=request.email, name=request.name, organisation=None, role=None, language=request.language, at=at
        )
        # No mail server knows such an address: only the demo's people have one, and they are marked as what they are.
        user.is_invented = request.email.endswith(".invalid")
    request.user = user
    if not _holds(user, request, on):
        give_role(user, request.organisation, request.role, from_on=on, by=None, at=at)
    session.flush()
    send_password_link(session, user.email, at=at)
    return user


def refuse(request: AccessRequest, *, at: datetime) -> None:
    """The organisation does not know the person, who is told so. Raises CannotProceed for one that is answered or too old."""
    _answer(request, at=at, is_confirmed=False)
    write_to_mailbox(
        session_of(request), request.email, LetterKind.ACCESS_REFUSED, at=at, language=request.language, link="/access"
    )


def _ask(
    session: Session,
    organisation: Organisation,
    *,
    name: str,
    email: str,
    role: MembershipRole,
    language: str,
    user: User | None,
    at: datetime,
) -> AccessRequest | None:
    waiting = session.scalars(
        sa.select(AccessRequest.email).where(
            AccessRequest.organisation_id == organisation.id, AccessRequest.answered_at.is_(None), AccessRequest.expires_at > at
        )
    ).all()
    if email in waiting or len(waiting) >= MOST_WAITING:
        return None
    token = secrets.token_urlsafe(32)
    request = AccessRequest(
        organisation=organisation, name=name, email=email, language=language, role=role, user=user,
        token_hash=hashed(token), asked_at=at, expires_at=at + HOLDS_FOR,
    )  # fmt: skip
    session.add(request)
    form = language_of(organisation, oslo_date(at))
    write_to_mailbox(session, organisation.mailbox, LetterKind.ACCESS_ASKED, at=at, language=form, link=f"/access/{token}")
    return request


def _answer(request: AccessRequest, *, at: datetime, is_confirmed: bool) -> None:
    if request.answered_at is not None or request.expires_at <= at:
        raise CannotProceed(Message("teams.request_is_over"))
    request.answered_at, request.is_confirmed = at, is_confirmed


def _holds(user: User, request: AccessRequest, on: date) -> bool:
    """Whether the person has the role that was asked for, or the wider one."""
    held = {found.role for found in user.memberships_on(on) if found.organisation_id == request.organisation_id}
    return request.role in held or MembershipRole.AUTHORISED_FILER in held


def language_of(organisation: Organisation, on: date) -> str:
    """The language of a letter to the organisation's postmottak: a municipality's decided form (rule 39); bokmål to the state."""
    is_municipality = organisation.kind is OrganisationKind.MUNICIPALITY
    return decision_language(language_form(organisation.code, on), "nb") if is_municipality else "nb"
