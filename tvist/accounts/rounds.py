"""The yearly confirmation: once a year an organisation says who still works there. What happens in a round stands in `tvist.teams.yearly`."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.accounts.models import Organisation, User
from tvist.db import Base

if TYPE_CHECKING:
    from tvist.teams.round_letters import RoundLetter


class ColleagueRound(Base):
    """One organisation is asked who still works there; at most one round of an organisation stands at a time."""

    __tablename__ = "colleague_round"
    __table_args__ = (
        sa.CheckConstraint("due_on >= opened_on", name="round_ends_after_it_begins"),
        sa.Index(
            "ix_colleague_round_standing",
            "organisation_id",
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    opened_on: Mapped[date]
    due_on: Mapped[date]
    """The last day on which who is not confirmed still has access; put off where a letter came later, never earlier than a letter said."""
    closed_at: Mapped[datetime | None]
    """When all had been answered for, or the last day was over."""
    organisation: Mapped[Organisation] = relationship()
    letters: Mapped[list[RoundLetter]] = relationship(back_populates="round", order_by="RoundLetter.number")
    confirmations: Mapped[list[ColleagueConfirmation]] = relationship(back_populates="round", order_by="ColleagueConfirmation.id")


class ColleagueConfirmation(Base):
    """Somebody is said to work there still. Written once; it changes no role and no last day."""

    __tablename__ = "colleague_confirmation"
    __table_args__ = (
        sa.UniqueConstraint("round_id", "user_id"),
        sa.CheckConstraint("by_id IS NULL OR by_id <> user_id", name="nobody_confirms_themselves"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("colleague_round.id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    """The colleague who said so; None for the organisation's postmottak."""
    at: Mapped[datetime]
    round: Mapped[ColleagueRound] = relationship(back_populates="confirmations")
    user: Mapped[User] = relationship(foreign_keys=user_id)
