"""A person's second steps: which there are, and how they are renamed, removed and, when all are lost, reset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tvist.accounts.actions import end_sign_ins
from tvist.accounts.factors import FactorKind, FactorReset, RecoveryCode, SecondFactor
from tvist.accounts.models import PasswordLink, User
from tvist.accounts.outside_actions import identities_of, untie
from tvist.db import locked, session_of
from tvist.errors import CannotProceed, NotFound
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def factors_of(session: Session, user: User) -> list[SecondFactor]:
    """The person's passkeys and code apps, the oldest first."""
    return list(session.scalars(sa.select(SecondFactor).where(SecondFactor.user_id == user.id).order_by(SecondFactor.id)))


def passkeys_among(factors: list[SecondFactor]) -> list[SecondFactor]:
    """The passkeys alone."""
    return [found for found in factors if found.kind is FactorKind.PASSKEY]


def factor_at(session: Session, public_id: str) -> SecondFactor:
    """The factor with that identifier. Raises `NotFound`."""
    found = session.scalar(
        sa.select(SecondFactor).where(SecondFactor.public_id == public_id).options(joinedload(SecondFactor.user))
    )
    if found is None:
        raise NotFound
    return found


def recovery_codes_left(session: Session, user: User) -> tuple[int, bool]:
    """How many recovery codes are unused, and whether the person has said that they are kept."""
    query = sa.select(sa.func.count(), sa.func.count(RecoveryCode.kept_at)).where(
        RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None)
    )
    left, kept = session.execute(query).one()
    return left, left == kept


def rename_factor(factor: SecondFactor, name: str) -> None:
    """Call it something else."""
    factor.name = name


def removal_fault(factor: SecondFactor) -> Message | None:
    """Why it cannot be removed: it is the last one."""
    others = sa.select(SecondFactor.id).where(SecondFactor.user_id == factor.user_id, SecondFactor.id != factor.id)
    return Message("security.last_factor") if session_of(factor).scalar(others.limit(1)) is None else None


def remove_factor(factor: SecondFactor, *, at: datetime, but: str) -> None:
    """Remove it; all other sign-ins of the person end. Raises CannotProceed for the last one."""
    session = session_of(factor)
    # Locked: of two who remove the last two at once, the second finds that one is left.
    user = session.scalars(locked(session, sa.select(User).where(User.id == factor.user_id), User)).one()
    if fault := removal_fault(factor):
        raise CannotProceed(fault)
    session.delete(factor)
    end_sign_ins(user, at=at, but=but)


def reset_fault(user: User, by: User) -> Message | None:
    """Why `by` cannot take the person's second steps away: they are their own."""
    return Message("security.not_your_own") if user.id == by.id else None


def reset_factors(user: User, *, by: User, reason: str, at: datetime) -> FactorReset:
    """Take away all second steps of a person who has lost them, and end all sign-ins; at the next one the person sets up anew.

    The national sign-in is one of them. Links for a pass phrase that were asked for before end too: whoever reads the mailbox must ask again, and the owner is told. Raises
    CannotProceed without a reason, and for one's own.
    """
    if fault := reset_fault(user, by):
        raise CannotProceed(fault)
    if not reason.strip():
        raise CannotProceed(Message("security.write_reason"))
    session = session_of(user)
    for table in (SecondFactor, RecoveryCode):
        session.execute(sa.delete(table).where(table.user_id == user.id))
    session.execute(
        sa.update(PasswordLink).where(PasswordLink.user_id == user.id, PasswordLink.used_at.is_(None)).values(used_at=at)
    )
    for identity in identities_of(session, user):
        untie(identity, at=at)
    end_sign_ins(user, at=at)
    reset = FactorReset(user_id=user.id, by_id=by.id, at=at, reason=reason.strip())
    session.add(reset)
    return reset


def resets_of(session: Session, user: User) -> list[FactorReset]:
    """When the person's second steps were reset, by whom and why; the newest first."""
    query = sa.select(FactorReset).where(FactorReset.user_id == user.id).options(joinedload(FactorReset.by))
    return list(session.scalars(query.order_by(FactorReset.id.desc())))
