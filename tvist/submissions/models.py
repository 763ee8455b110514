"""The answer to a claim line: accepted, disputed, or disputed in part (rule 19)."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.cases.claims import ClaimLine
from tvist.cases.submissions import Submission
from tvist.db import Amount, Base


class Answer(StrEnum):
    """What the other side says to a claim line."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    DISPUTED = "disputed"


class LineAnswer(Base):
    """The other side's answer to one line. `accepted_ore` is what it accepts of the amount; None for a line of principle."""

    __tablename__ = "line_answer"
    __table_args__ = (
        sa.UniqueConstraint("submission_id", "line_id"),
        sa.CheckConstraint("accepted_ore IS NULL OR accepted_ore >= 0", name="accepted_is_not_negative"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"), index=True)
    line_id: Mapped[int] = mapped_column(sa.ForeignKey("claim_line.id"), index=True)
    answer: Mapped[Answer]
    accepted_ore: Mapped[Amount | None]
    basis: Mapped[str] = mapped_column(default="")
    """The legal basis the other side relies on, in its words."""
    words: Mapped[str] = mapped_column(default="")
    submission: Mapped[Submission] = relationship(back_populates="line_answers")
    line: Mapped[ClaimLine] = relationship()
