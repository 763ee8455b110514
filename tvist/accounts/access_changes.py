"""Access gained and lost: who got in, who was let out, by whom and when. Written once; the person is told by letter, by the round of the worker."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from tvist.accounts.models import Membership, MembershipRole, Organisation, User
from tvist.db import Base, session_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MOST_SHOWN = 20


class AccessChangeKind(StrEnum):
    """What was changed in somebody's access."""

    ROLE_GIVEN = "role_given"
    ROLE_ENDED = "role_ended"
    SHUT = "shut"
    OPENED = "opened"
    LAPSED = "lapsed"  # The organisation did not confirm, in its yearly round, that the person still works there.


GAINED = frozenset({AccessChangeKind.ROLE_GIVEN, AccessChangeKind.OPENED})
LOST = frozenset({AccessChangeKind.ROLE_ENDED, AccessChangeKind.SHUT, AccessChangeKind.LAPSED})


class AccessChange(Base):
    """A change of one person's access: what, where, from or until which day, and by whom."""

    __tablename__ = "access_change"
    __table_args__ = (
        sa.CheckConstraint("(role IS NULL) = (organisation_id IS NULL)", name="change_of_a_role_has_its_organisation"),
        sa.Index(
            "ix_access_change_untold", "id", sqlite_where=sa.text("told_at IS NULL"), postgresql_where=sa.text("told_at IS NULL")
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    kind: Mapped[AccessChangeKind]
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    role: Mapped[MembershipRole | None]
    day: Mapped[date | None]
    """The first day of a role that was given, the last of one that ended."""
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    """Who did it; None for an organisation's postmottak, and for what came by itself."""
    at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    """When the letter to the person was written."""
    user: Mapped[User] = relationship(foreign_keys=user_id)
    organisation: Mapped[Organisation | None] = relationship()
    by: Mapped[User | None] = relationship(foreign_keys=by_id)


def note_change(
    user: User, kind: AccessChangeKind, *, by: User | None, at: datetime, membership: Membership | None = None
) -> None:
    """Note a change of the person's access, of a role by its `membership`; the letter is written by the next round."""
    is_end = kind in LOST
    session_of(user).add(
        AccessChange(
            user=user,
            kind=kind,
            organisation=membership.organisation if membership else None,
            role=membership.role if membership else None,
            day=(membership.to_on if is_end else membership.from_on) if membership else None,
            by_id=by.id if by else None,
            at=at,
        )
    )


def changes_at(session: Session, organisation: Organisation) -> list[AccessChange]:
    """The latest changes of who works for the organisation here, the newest first."""
    return _latest(session, AccessChange.organisation_id == organisation.id)


def changes_of(session: Session, user: User) -> list[AccessChange]:
    """The latest changes of the person's access, the newest first."""
    return _latest(session, AccessChange.user_id == user.id)


def lapsed_of(session: Session, user: User) -> list[AccessChange]:
    """The roles that the person lost because nobody confirmed them, where nothing has been changed at that organisation since."""
    query = sa.select(AccessChange).where(AccessChange.user_id == user.id, AccessChange.organisation_id.is_not(None))
    latest = {found.organisation_id: found for found in session.scalars(query.order_by(AccessChange.id))}
    return [found for found in latest.values() if found.kind is AccessChangeKind.LAPSED]


def _latest(session: Session, clause: sa.ColumnElement[bool]) -> list[AccessChange]:
    query = sa.select(AccessChange).where(clause).order_by(AccessChange.at.desc(), AccessChange.id.desc()).limit(MOST_SHOWN)
    loaded = query.options(joinedload(AccessChange.user), joinedload(AccessChange.organisation), joinedload(AccessChange.by))
    return list(session.scalars(loaded))
