"""What is conceded of a claim line after it was claimed (rule 22)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.cases.claims import ClaimLine
from tvist.cases.submissions import Submission
from tvist.db import Amount, Base


class Concession(Base):
    """The party that a line says should bear concedes it, as a whole or in part; written once, followed by a further one.

    `conceded_ore` is what this concession adds to those before it; None concedes the principle of a line that has no amount.
    """

    __tablename__ = "concession"
    __table_args__ = (
        sa.UniqueConstraint("submission_id", "line_id"),
        sa.CheckConstraint("conceded_ore IS NULL OR conceded_ore > 0", name="conceded_is_positive"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"), index=True)
    line_id: Mapped[int] = mapped_column(sa.ForeignKey("claim_line.id"), index=True)
    conceded_ore: Mapped[Amount | None]
    words: Mapped[str] = mapped_column(default="")
    submission: Mapped[Submission] = relationship(back_populates="concessions")
    line: Mapped[ClaimLine] = relationship(back_populates="concessions")
