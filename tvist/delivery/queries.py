"""Questions about letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tvist.access.policy import Role
from tvist.accounts.models import Organisation, OrganisationKind
from tvist.cases.history import Declaration, Statement
from tvist.delivery.models import MAILBOX_ROLES, Fate, Letter, Recipient
from tvist.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Case

PAGE = 50
NOT_ARRIVED = frozenset({Fate.BOUNCED, Fate.UNKNOWN})


def letters_to(session: Session, user: User, on: date, *, before: int | None = None) -> tuple[list[Letter], int | None]:
    """The letters addressed to the person, or to the mailbox of the person's workplace, newest first: one page, and the key of the next.

    The same answer as the role OWNER of `Letter.roles_for`. `before` is the key that an earlier page gave.
    """
    query = sa.select(Letter).where(_is_to(user, on)).options(joinedload(Letter.case))
    if before is not None:
        query = query.where(Letter.id < before)
    found = list(session.scalars(query.order_by(Letter.id.desc()).limit(PAGE + 1)))
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def letter_at(session: Session, public_id: str) -> Letter:
    """The letter with that identifier. Raises `NotFound`."""
    found = session.scalar(sa.select(Letter).where(Letter.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def letters_of_case(session: Session, user: User, case: Case, on: date) -> list[Letter]:
    """The letters of a case that the person may read, newest first, with recipients: all of them for the secretariat."""
    query = sa.select(Letter).where(Letter.case_id == case.id)
    if Role.SECRETARIAT not in case.roles_for(user, on):
        query = query.where(_is_to(user, on))
    loaded = query.options(joinedload(Letter.party), selectinload(Letter.recipients).joinedload(Recipient.user))
    return list(session.scalars(loaded.order_by(Letter.id.desc())))


def not_arrived(letters: Iterable[Letter]) -> int:
    """How many recipients a letter did not reach, or perhaps did not."""
    return sum(found.fate in NOT_ARRIVED for letter in letters for found in letter.recipients)


def mailbox_of_secretariat(session: Session) -> str:
    """Where the secretariat is written to; empty before it has an address."""
    return (
        session.scalar(
            sa.select(Organisation.mailbox).where(Organisation.kind == OrganisationKind.BODY).order_by(Organisation.id).limit(1)
        )
        or ""
    )


def _is_to(user: User, on: date) -> sa.ColumnElement[bool]:
    mailboxes = [found.organisation.mailbox for found in user.memberships_on(on) if found.role in MAILBOX_ROLES]
    by_name = Letter.recipients.any(Recipient.user_id == user.id)
    by_mailbox = Letter.recipients.any(sa.and_(Recipient.user_id.is_(None), Recipient.address.in_(mailboxes)))
    return sa.or_(by_name, sa.and_(by_mailbox, ~_has_conflict(user)))


def _has_conflict(user: User) -> sa.ColumnElement[bool]:
    """One who has declared a conflict for the case reads none of its letters in the mailbox (rule 29)."""
    last = sa.select(sa.func.max(Declaration.id)).where(Declaration.case_id == Letter.case_id, Declaration.user_id == user.id)
    return sa.exists().where(
        Declaration.id == last.correlate(Letter).scalar_subquery(), Declaration.statement == Statement.CONFLICT
    )
