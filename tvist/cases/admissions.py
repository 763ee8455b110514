"""What reaches the panel otherwise than served on each party in the exchange: papers that came after the freeze, and the leader's exceptions (rule 21)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.accounts.models import User
from tvist.cases.submissions import Submission
from tvist.db import Base

if TYPE_CHECKING:
    from tvist.cases.models import Case


class LetIn(Base):
    """The leader lets in a sending that not each party has had, with a reason that prints in the opinion (rule 21). Written once."""

    __tablename__ = "let_in"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"), unique=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime]
    reasons: Mapped[str]
    case: Mapped[Case] = relationship(back_populates="let_in")
    submission: Mapped[Submission] = relationship(back_populates="let_in")
    by: Mapped[User] = relationship()


class LateSending(Base):
    """A sending that came when the preparation was closed: admitted with a round for the other parties, or refused with reasons (rules 21, 33)."""

    __tablename__ = "late_sending"
    __table_args__ = (sa.CheckConstraint("(ruled_at IS NULL) = (is_admitted IS NULL)", name="ruled_late_sending_has_a_ruling"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"), unique=True)
    why_late: Mapped[str]
    ruled_at: Mapped[datetime | None]
    ruled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    is_admitted: Mapped[bool | None]
    reasons: Mapped[str] = mapped_column(default="")
    case: Mapped[Case] = relationship(back_populates="late_sendings")
    submission: Mapped[Submission] = relationship(back_populates="late")
    ruled_by: Mapped[User | None] = relationship()
