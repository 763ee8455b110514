"""Questions about drafts, and about who can be a party."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tvist.accounts.models import PARTY_ROLES, Membership, MembershipRole, Organisation, OrganisationKind, User
from tvist.accounts.queries import members_of
from tvist.db import locked
from tvist.errors import NotFound
from tvist.intake.models import Draft, DraftKind, DraftMember, IdentityOpening

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sqlalchemy.orm import Session

    from tvist.intake.models import ChildIdentity

PARTY_KINDS = (OrganisationKind.MUNICIPALITY, OrganisationKind.STATE)


def draft_at(session: Session, public_id: str) -> Draft:
    """The request with that identifier, also a sent one; locked in a writing session. Raises `NotFound`, also for a discarded one."""
    query = sa.select(Draft).where(Draft.public_id == public_id, Draft.kind == DraftKind.REQUEST, Draft.discarded_at.is_(None))
    found = session.scalar(locked(session, query, Draft))
    if found is None:
        raise NotFound
    return found


def open_drafts_of(session: Session, user: User, on: date) -> list[Draft]:
    """The drafts that `user` writes on, the latest changed first: only of organisations the person works for that day."""
    query = (
        sa.select(Draft)
        .join(DraftMember)
        .where(
            DraftMember.user_id == user.id,
            Draft.case_id.is_(None),
            Draft.discarded_at.is_(None),
            Draft.organisation_id.in_([found.organisation_id for found in party_memberships(user, on)]),
        )
        .options(joinedload(Draft.organisation), selectinload(Draft.team).joinedload(DraftMember.user))
        .order_by(Draft.changed_at.desc(), Draft.id.desc())
    )
    return list(session.scalars(query))


def registered_drafts(session: Session) -> list[Draft]:
    """The requests that the secretariat is registering for a party and has not sent yet, the latest changed first."""
    query = (
        sa.select(Draft)
        .where(Draft.received_on.is_not(None), Draft.case_id.is_(None), Draft.discarded_at.is_(None))
        .options(joinedload(Draft.organisation), selectinload(Draft.team), joinedload(Draft.begun_by))
        .order_by(Draft.changed_at.desc(), Draft.id.desc())
    )
    return list(session.scalars(query))


def openings_of(session: Session, identity: ChildIdentity) -> list[IdentityOpening]:
    """Who opened the identity and for what, the latest first (rule 44)."""
    query = (
        sa.select(IdentityOpening)
        .where(IdentityOpening.identity_id == identity.id)
        .options(joinedload(IdentityOpening.user))
        .order_by(IdentityOpening.opened_at.desc(), IdentityOpening.id.desc())
    )
    return list(session.scalars(query))


def party_memberships(user: User, on: date) -> list[Membership]:
    """The memberships by which the person works for a municipality or the state that day, one for each organisation."""
    found = {
        each.organisation_id: each
        for each in user.memberships_on(on)
        if each.role in PARTY_ROLES and each.organisation.kind in PARTY_KINDS
    }
    return sorted(found.values(), key=lambda each: (each.organisation.sort_key, each.organisation_id))


def authorised_filers(session: Session, organisation: Organisation, on: date) -> list[User]:
    """Who may file for the organisation that day, by name."""
    return [user for user in members_of(session, organisation, on) if may_file(user, organisation, on)]


def party_staff(session: Session, organisation: Organisation, on: date) -> list[User]:
    """Officers and authorised filers of the organisation that day, by name."""
    return [user for user in members_of(session, organisation, on) if _holds(user, organisation, on, PARTY_ROLES)]


def parties_to_choose(session: Session) -> list[Organisation]:
    """Every municipality and state region that can be served here, in Norwegian order, the state first."""
    query = sa.select(Organisation).where(Organisation.kind.in_(PARTY_KINDS))
    return list(session.scalars(query.order_by(Organisation.kind.desc(), Organisation.sort_key, Organisation.id)))


def parties_by_code(session: Session, codes: Iterable[str]) -> dict[str, Organisation]:
    """The organisations with these municipality numbers and region codes; one that is not here is left out."""
    query = sa.select(Organisation).where(Organisation.kind.in_(PARTY_KINDS), Organisation.code.in_(list(codes)))
    return {found.code: found for found in session.scalars(query)}


def connected_codes(session: Session) -> frozenset[str]:
    """The codes of all organisations that can be served here."""
    return frozenset(session.scalars(sa.select(Organisation.code).where(Organisation.kind.in_(PARTY_KINDS))))


def may_file(user: User, organisation: Organisation, on: date) -> bool:
    """Whether the person may send a request for the organisation that day (rule 10)."""
    return _holds(user, organisation, on, (MembershipRole.AUTHORISED_FILER,))


def _holds(user: User, organisation: Organisation, on: date, roles: Iterable[MembershipRole]) -> bool:
    return any(found.organisation_id == organisation.id and found.role in roles for found in user.memberships_on(on))
