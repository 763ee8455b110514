"""A paper that is to be given out: its boxes, who approved them, and the file of images that was made."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.accounts.models import User
from tvist.cases.models import Case
from tvist.db import Base, Versioned, random_id
from tvist.documents.models import Paper

if TYPE_CHECKING:
    from tvist.access.policy import Role

WHOLE = 10_000
"""Places and sizes of boxes are counted in ten-thousandths of the page's width and height."""


class Redaction(Base, Versioned):
    """One redacted copy of one paper. What is made is never changed."""

    __tablename__ = "redaction"
    __table_args__ = (
        sa.CheckConstraint("(submitted_at IS NULL) = (submitted_by_id IS NULL)", name="redaction_submitted_by_somebody"),
        sa.CheckConstraint("(approved_at IS NULL) = (approved_by_id IS NULL)", name="redaction_approved_by_somebody"),
        sa.CheckConstraint("approved_at IS NULL OR submitted_at IS NOT NULL", name="redaction_approved_after_it_was_submitted"),
        sa.CheckConstraint(
            "approved_by_id IS NULL OR approved_by_id <> submitted_by_id", name="redaction_approved_by_another_person"
        ),
        sa.CheckConstraint("made_at IS NULL OR (approved_at IS NOT NULL AND blob_id IS NOT NULL)", name="made_after_approval"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    paper_id: Mapped[int] = mapped_column(sa.ForeignKey("paper.id"), index=True)
    purpose: Mapped[str]
    """Why it is given out, and to whom."""
    secrets: Mapped[str] = mapped_column(default="")
    """Words, one a line, that may not be readable in what is given out; the leak test looks for them."""
    begun_at: Mapped[datetime]
    begun_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    return_reasons: Mapped[str] = mapped_column(default="")
    """Why the approver sent it back, or what the leak test found; empty where neither."""
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    made_at: Mapped[datetime | None]
    blob_id: Mapped[str | None] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    sha256: Mapped[str] = mapped_column(default="")
    case: Mapped[Case] = relationship()
    paper: Mapped[Paper] = relationship()
    begun_by: Mapped[User] = relationship(foreign_keys=begun_by_id)
    submitted_by: Mapped[User | None] = relationship(foreign_keys=submitted_by_id)
    approved_by: Mapped[User | None] = relationship(foreign_keys=approved_by_id)
    boxes: Mapped[list[RedactionBox]] = relationship(
        back_populates="redaction", order_by="RedactionBox.page, RedactionBox.id", cascade="all, delete-orphan"
    )

    uncoverings: Mapped[list[Uncovering]] = relationship(back_populates="redaction", order_by="Uncovering.id")

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What the person is to the paper: its pages are laid out here uncovered."""
        return self.paper.roles_for(user, on)


class Uncovering(Base):
    """Somebody took a box away, or changed the words that may not be readable; written once, so that they do not approve what is left."""

    __tablename__ = "uncovering"
    id: Mapped[int] = mapped_column(primary_key=True)
    redaction_id: Mapped[int] = mapped_column(sa.ForeignKey("redaction.id"), index=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime]
    redaction: Mapped[Redaction] = relationship(back_populates="uncoverings")


class RedactionBox(Base):
    """A black box over a part of a page."""

    __tablename__ = "redaction_box"
    __table_args__ = (
        sa.CheckConstraint(
            f'page > 0 AND "left" >= 0 AND top >= 0 AND width > 0 AND height > 0 AND "left" + width <= {WHOLE} AND top + height <= {WHOLE}',
            name="box_lies_on_its_page",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    redaction_id: Mapped[int] = mapped_column(sa.ForeignKey("redaction.id"), index=True)
    page: Mapped[int]
    left: Mapped[int]
    top: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime]
    redaction: Mapped[Redaction] = relationship(back_populates="boxes")
    by: Mapped[User] = relationship()
