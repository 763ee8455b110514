"""Doubt about a member's impartiality, declared by the member or raised by a party, and how the others ruled on it (rules 29, 30)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.access.policy import Role
from tvist.accounts.models import User
from tvist.cases.history import Declaration
from tvist.cases.models import Case, Party
from tvist.db import Base, random_id
from tvist.panel.models import Seat, SeatKind


class ChallengeKind(StrEnum):
    """Who raised it."""

    DOUBT = "doubt"  # The member's own (rule 29).
    OBJECTION = "objection"  # A party's (rule 30).


class ChallengeEnd(StrEnum):
    """How it was decided."""

    RULED = "ruled"  # Those who ruled were of one mind.
    TIE = "tie"  # They were not, so the member steps down (rule 29).
    NOBODY = "nobody"  # Nobody was left who could rule, so the member steps down.
    LEFT = "left"  # The member left the seat, or the case ended, before it was ruled on.


class Objection(Base):
    """A party objects to who sits: its words, about one seat or several (rule 30). Written once."""

    __tablename__ = "objection"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("party.id"))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    made_at: Mapped[datetime]
    words: Mapped[str]
    case: Mapped[Case] = relationship(back_populates="objections")
    party: Mapped[Party] = relationship()
    by: Mapped[User] = relationship()


class Challenge(Base):
    """Whether one member may go on sitting is in question, until the others have ruled. `stays` is the ruling."""

    __tablename__ = "challenge"
    __table_args__ = (
        sa.CheckConstraint("(kind = 'doubt') = (declaration_id IS NOT NULL)", name="doubt_was_declared"),
        sa.CheckConstraint("(kind = 'objection') = (objection_id IS NOT NULL)", name="objection_was_made"),
        sa.CheckConstraint("(decided_at IS NULL) = (ended_by IS NULL)", name="decided_challenge_has_an_end"),
        sa.CheckConstraint("(decided_at IS NULL) = (stays IS NULL)", name="decided_challenge_has_a_ruling"),
        sa.CheckConstraint("ended_by IS NULL OR ended_by = 'ruled' OR stays = false", name="who_is_not_cleared_steps_down"),
        sa.Index(
            "uq_challenge_one_open",
            "seat_id",
            "kind",
            "objection_id",
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    seat_id: Mapped[int] = mapped_column(sa.ForeignKey("seat.id"), index=True)
    kind: Mapped[ChallengeKind]
    declaration_id: Mapped[int | None] = mapped_column(sa.ForeignKey("declaration.id"))
    objection_id: Mapped[int | None] = mapped_column(sa.ForeignKey("objection.id"))
    raised_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    stays: Mapped[bool | None]
    ended_by: Mapped[ChallengeEnd | None]
    case: Mapped[Case] = relationship(back_populates="challenges")
    seat: Mapped[Seat] = relationship(back_populates="challenges")
    declaration: Mapped[Declaration | None] = relationship()
    objection: Mapped[Objection | None] = relationship()
    rulings: Mapped[list[Ruling]] = relationship(back_populates="challenge", order_by="Ruling.id")

    @property
    def is_open(self) -> bool:
        """Not ruled on yet."""
        return self.decided_at is None

    @property
    def is_out(self) -> bool:
        """Ruled on, and the member stepped down by it; not where the member left of their own accord."""
        return self.stays is False and self.ended_by is not ChallengeEnd.LEFT

    @property
    def standing(self) -> list[Ruling]:
        """Who is asked, and who has ruled, but for those who can rule no more."""
        return [found for found in self.rulings if found.fell_at is None]

    def lapse(self, at: datetime) -> None:
        """Nothing is left to rule on: the member has left, or the case has ended. What was ruled on stays as it was."""
        if self.is_open:
            self.decided_at, self.stays, self.ended_by = at, False, ChallengeEnd.LEFT

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What the person is to the case; who is asked to rule on another challenge of it does not rule on this one."""
        roles = self.case.roles_for(user, on)
        return roles if any(found.user_id == user.id and found.is_awaited for found in self.rulings) else roles - {Role.RULING}


class Ruling(Base):
    """One who was asked to rule, for which seat of the panel, and what they ruled. Fallen when they can rule no more: a conflict of their own."""

    __tablename__ = "ruling"
    __table_args__ = (
        sa.CheckConstraint("(ruled_at IS NULL) = (stays IS NULL)", name="ruling_says_what_it_is"),
        sa.Index(
            "uq_ruling_one_standing",
            "challenge_id",
            "user_id",
            unique=True,
            sqlite_where=sa.text("fell_at IS NULL"),
            postgresql_where=sa.text("fell_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(sa.ForeignKey("challenge.id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    for_seat: Mapped[SeatKind]
    """Of the seat of which the person rules: its holder, or a deputy where the holder is in doubt too (rule 29)."""
    asked_at: Mapped[datetime]
    ruled_at: Mapped[datetime | None]
    stays: Mapped[bool | None]
    reasons: Mapped[str] = mapped_column(default="")
    fell_at: Mapped[datetime | None]
    challenge: Mapped[Challenge] = relationship(back_populates="rulings")
    user: Mapped[User] = relationship()

    @property
    def is_awaited(self) -> bool:
        """Asked, and neither ruled nor fallen."""
        return self.ruled_at is None and self.fell_at is None and self.challenge.is_open
