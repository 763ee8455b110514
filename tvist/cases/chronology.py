"""The facts of a case in time order, as each side states them (rule 10)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.cases.submissions import Submission
from tvist.db import Base, random_id

if TYPE_CHECKING:
    from tvist.cases.models import Case
    from tvist.documents.models import Paper


class StatedFact(Base):
    """One thing that happened, as the sending it came with states it; written once. The other side agrees or disputes it later.

    `happened_on` to `until_on` is the time; `until_on` is None for a single day. `paper_id` and `page` say where it stands in the papers.
    """

    __tablename__ = "stated_fact"
    __table_args__ = (
        sa.CheckConstraint("until_on IS NULL OR until_on >= happened_on", name="fact_ends_after_it_begins"),
        sa.CheckConstraint("page IS NULL OR page > 0", name="page_is_counted_from_one"),
        sa.UniqueConstraint("submission_id", "position"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"))
    position: Mapped[int]
    happened_on: Mapped[date]
    until_on: Mapped[date | None]
    words: Mapped[str]
    paper_id: Mapped[int | None] = mapped_column(sa.ForeignKey("paper.id"))
    page: Mapped[int | None]
    case: Mapped[Case] = relationship(back_populates="stated_facts")
    submission: Mapped[Submission] = relationship(back_populates="facts")
    paper: Mapped[Paper | None] = relationship()
