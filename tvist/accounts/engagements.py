"""For whom a member of the board or an officer works and has worked, in their own words, confirmed yearly (rule 29)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.accounts.models import Organisation, User
from tvist.db import Base, random_id

if TYPE_CHECKING:
    from tvist.access.policy import Role


class Engagement(Base):
    """An employer, a client or an office that a person has or had, from a day to a day. Struck when it was entered wrongly, never changed."""

    __tablename__ = "engagement"
    __table_args__ = (sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name="engagement_ends_after_it_begins"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    """The municipality or region, where it is one of those; None for any other employer."""
    employer: Mapped[str]
    role: Mapped[str]
    """What the person does or did there, in their own words."""
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    entered_at: Mapped[datetime]
    struck_at: Mapped[datetime | None]
    user: Mapped[User] = relationship()
    organisation: Mapped[Organisation | None] = relationship()

    def holds_on(self, on: date) -> bool:
        """In force that day."""
        return self.struck_at is None and self.from_on <= on and (self.to_on is None or on <= self.to_on)

    def roles_for(self, user: User, on: date) -> set[Role]:
        """To the person whose it is: what they are at all, for an entry is made as a member or an officer. To all others a stranger's."""
        return user.roles_on(on) if user.id == self.user_id else set()


class EngagementConfirmation(Base):
    """A person confirms that the list of their engagements is whole; written once, followed by a new one a year later."""

    __tablename__ = "engagement_confirmation"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    confirmed_at: Mapped[datetime]
    user: Mapped[User] = relationship()
