"""A paper: an uploaded file as a row; its bytes lie encrypted in the paper store."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.db import Base, random_id

if TYPE_CHECKING:
    from tvist.access.policy import Role
    from tvist.accounts.models import User
    from tvist.cases.submissions import Submission
    from tvist.intake.models import Draft


class Paper(Base):
    """A file that came with a draft or a sending. Its bytes are never changed; it belongs to the draft until that is sent."""

    __tablename__ = "paper"
    __table_args__ = (
        sa.CheckConstraint("(draft_id IS NULL) <> (submission_id IS NULL)", name="paper_lies_in_one_place"),
        sa.CheckConstraint("size > 0", name="paper_is_not_empty"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    draft_id: Mapped[int | None] = mapped_column(sa.ForeignKey("draft.id"), index=True)
    submission_id: Mapped[int | None] = mapped_column(sa.ForeignKey("submission.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("case.id"), index=True)
    position: Mapped[int]
    title: Mapped[str]
    filename: Mapped[str]
    media_type: Mapped[str]
    blob_id: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str]
    dated_on: Mapped[date | None]
    added_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    added_at: Mapped[datetime]
    submission: Mapped[Submission | None] = relationship(back_populates="papers")
    draft: Mapped[Draft | None] = relationship(back_populates="papers")

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What `user` is to the paper: what the person is to the sending, or to the draft, that it lies in."""
        place = self.submission or self.draft
        return place.roles_for(user, on) if place else set()
