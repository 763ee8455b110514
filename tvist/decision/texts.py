"""The text as the panel writes it together: versions, what is being typed, remarks in the margin, standard texts (rules 35, 37)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.accounts.models import User
from tvist.cases.models import Case
from tvist.db import Base, random_id
from tvist.words import NORWEGIAN

if TYPE_CHECKING:
    from tvist.access.policy import Role

LONGEST_PLACE = 60
"""A place is a section of the text by its name, or the reasons on a question: `question:<public_id>`."""


class TextVersion(Base):
    """A version of one place of the text, as a member saved it; the newest is what stands. Written once."""

    __tablename__ = "text_version"
    __table_args__ = (sa.UniqueConstraint("case_id", "place", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    place: Mapped[str]
    number: Mapped[int]
    text: Mapped[str]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime]
    began_from: Mapped[int]
    """The number of the version that its writer began from; 0 for none. Lower than the one before where two wrote at once and it was put together."""
    case: Mapped[Case] = relationship()
    by: Mapped[User] = relationship()


class WorkingText(Base):
    """What a member is typing in one place and has not saved as a version: kept every few seconds, so that no word is lost."""

    __tablename__ = "working_text"
    __table_args__ = (sa.UniqueConstraint("case_id", "place", "user_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"))
    place: Mapped[str]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    began_from: Mapped[int]
    text: Mapped[str]
    at: Mapped[datetime]
    case: Mapped[Case] = relationship()
    user: Mapped[User] = relationship()


class MarginComment(Base):
    """A remark of one member to the others about a place of the text; never in the opinion."""

    __tablename__ = "margin_comment"
    __table_args__ = (
        sa.CheckConstraint("(settled_at IS NULL) = (settled_by_id IS NULL)", name="settled_comment_has_its_person"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    place: Mapped[str]
    quote: Mapped[str] = mapped_column(default="")
    """The words of the text that it is about; empty where it is about the whole place."""
    text: Mapped[str]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    case: Mapped[Case] = relationship()
    by: Mapped[User] = relationship(foreign_keys=by_id)
    settled_by: Mapped[User | None] = relationship(foreign_keys=settled_by_id)

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What the person is to the case."""
        return self.case.roles_for(user, on)


class StandardText(Base):
    """A version of a text that the board uses in many opinions, in one form of Norwegian, with its owner. Versions of one text share `series`."""

    __tablename__ = "standard_text"
    __table_args__ = (
        sa.UniqueConstraint("series", "language", "version"),
        sa.CheckConstraint(f"language IN {NORWEGIAN}", name="language_is_norwegian"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    series: Mapped[str] = mapped_column(default=random_id, index=True)
    language: Mapped[str]
    version: Mapped[int]
    section: Mapped[str]
    """For which section of the text it is: a name of `record.SECTIONS`, or `reasons`."""
    title: Mapped[str]
    text: Mapped[str]
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    owner: Mapped[User] = relationship()

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What the person is at all: the texts are the board's, and of no case."""
        return user.roles_on(on)
