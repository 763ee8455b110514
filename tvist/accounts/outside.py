"""Identities from outside: who a person is to the national sign-in (ID-porten, Ansattporten), tied to an account. Start reading at `outside_views`.

The subject that the provider tells is kept as a keyed hash alone: whoever reads the table can neither tell who it is nor try it elsewhere.
"""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.access.policy import Role
from tvist.accounts.models import User
from tvist.db import Base, random_id


class OutsideIdentity(Base):
    """An identity at the provider, tied to an account from a moment to a moment; one identity belongs to one account at a time."""

    __tablename__ = "outside_identity"
    __table_args__ = (
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= tied_at", name="tie_ends_after_it_begins"),
        sa.Index(
            "ix_outside_identity_standing",
            "subject_key",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    provider: Mapped[str]
    """What the provider is called on our pages, as it was set when the identity was tied."""
    subject_key: Mapped[str]
    tied_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    user: Mapped[User] = relationship()

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What `user` is to this identity: its owner, and nobody else's anything; an administrator neither ties nor unties for others."""
        return self.user.roles_for(user, on) - {Role.ADMINISTRATOR}


class UsedReturn(Base):
    """A return from the provider that was used: the same address opened again, by whomever, signs nobody in."""

    __tablename__ = "used_return"
    state_hash: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
