"""A meeting of the board: when and where, which cases, who is invited and who was there, and short minutes (rule 32)."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.access.policy import Role
from tvist.accounts.models import User
from tvist.cases.models import Case
from tvist.db import Base, random_id


class Meeting(Base):
    """A meeting that the leader has called. The invitation has a number for each change, so that calendars follow."""

    __tablename__ = "meeting"
    __table_args__ = (sa.CheckConstraint("ends_at > starts_at", name="meeting_ends_after_it_begins"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str]
    sequence: Mapped[int] = mapped_column(default=0)
    called_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    called_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    minutes: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None]
    """When the minutes were finished; nothing is changed after that."""
    called_by: Mapped[User] = relationship()
    cases: Mapped[list[MeetingCase]] = relationship(back_populates="meeting", order_by="MeetingCase.position")
    invited: Mapped[list[Invited]] = relationship(back_populates="meeting", order_by="Invited.id")

    def roles_for(self, user: User, on: date) -> set[Role]:
        """Owned by who is invited or called it, while they are of the board; led by such a one who leads it. The secretariat is that too."""
        general = user.roles_on(on)
        is_own = user.id == self.called_by_id or any(found.user_id == user.id for found in self.invited)
        if is_own and general & {Role.BOARD_MEMBER, Role.LEADER}:
            return (general & {Role.SECRETARIAT, Role.LEADER}) | {Role.OWNER}
        return general & {Role.SECRETARIAT}


class MeetingCase(Base):
    """A case on the agenda."""

    __tablename__ = "meeting_case"
    __table_args__ = (sa.UniqueConstraint("meeting_id", "case_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"))
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    position: Mapped[int]
    meeting: Mapped[Meeting] = relationship(back_populates="cases")
    case: Mapped[Case] = relationship()


class Invited(Base):
    """A person who is invited, and whether they were there; None until it is said."""

    __tablename__ = "invited"
    __table_args__ = (sa.UniqueConstraint("meeting_id", "user_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    was_present: Mapped[bool | None]
    meeting: Mapped[Meeting] = relationship(back_populates="invited")
    user: Mapped[User] = relationship()
