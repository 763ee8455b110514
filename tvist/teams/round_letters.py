"""The askings of a yearly confirmation, each with the hash of the key that stood in the letter to the postmottak."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.accounts.rounds import ColleagueRound
from tvist.db import Base
from tvist.delivery.models import Letter


class RoundLetter(Base):
    """One asking: the letter to the postmottak, with the hash of the key in it. Written once."""

    __tablename__ = "round_letter"
    __table_args__ = (sa.UniqueConstraint("round_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("colleague_round.id"), index=True)
    number: Mapped[int]
    """The first is 1; the later ones are reminders."""
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letter.id"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    written_on: Mapped[date]
    due_on: Mapped[date]
    """The last day of access as the letter tells it."""
    round: Mapped[ColleagueRound] = relationship(back_populates="letters")
    letter: Mapped[Letter] = relationship()
