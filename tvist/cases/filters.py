"""Filters of the worklist that a person has saved."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.access.policy import Role
from tvist.accounts.models import User
from tvist.db import Base, random_id


class SavedFilter(Base):
    """A filter of the worklist by the name the person gave it. `query` is the query string of the address, as the worklist reads it."""

    __tablename__ = "saved_filter"
    __table_args__ = (sa.UniqueConstraint("user_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    name: Mapped[str]
    query: Mapped[str]
    saved_at: Mapped[datetime]
    user: Mapped[User] = relationship()

    def roles_for(self, user: User, on: date) -> set[Role]:
        """The owner, as what the person is at all; nobody else."""
        return user.roles_on(on) | {Role.OWNER} if user.id == self.user_id else set()
