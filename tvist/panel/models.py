"""Appointments to the board, seats in a case, and the bundle that the panel reads."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.accounts.models import User
from tvist.cases.history import Statement
from tvist.cases.models import Case
from tvist.cases.submissions import Submission
from tvist.db import Base


class SeatKind(StrEnum):
    """The three seats of a panel (rule 26)."""

    LEADER = "leader"
    FREE = "free"
    KS = "ks"


class AppointmentKind(StrEnum):
    """How a person was appointed to a seat."""

    FIXED = "fixed"
    DEPUTY = "deputy"
    AD_HOC = "ad_hoc"  # Named for one case by the ministry (rule 28).


class Appointment(Base):
    """A person appointed to a seat of the board, from a day to a day (rule 27)."""

    __tablename__ = "appointment"
    __table_args__ = (
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name="term_ends_after_it_begins"),
        sa.CheckConstraint("(kind = 'ad_hoc') = (only_case_id IS NOT NULL)", name="ad_hoc_is_for_one_case"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    seat: Mapped[SeatKind]
    kind: Mapped[AppointmentKind]
    order: Mapped[int] = mapped_column(default=1)
    """In which order deputies of the seat are called."""
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    appointed_by: Mapped[str]
    finishes_referred: Mapped[bool] = mapped_column(default=True)
    """Whether the person finishes cases already referred when the term ends."""
    only_case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("case.id"))
    user: Mapped[User] = relationship(back_populates="appointments")

    def holds_on(self, on: date) -> bool:
        """In force that day."""
        return self.from_on <= on and (self.to_on is None or on <= self.to_on)

    @property
    def is_leader(self) -> bool:
        """The leader of the board, or the deputy leader."""
        return self.seat is SeatKind.LEADER and self.kind is not AppointmentKind.AD_HOC


class Seat(Base):
    """A person in a seat of one case, until they leave it (a conflict: the deputy of the same seat follows, rule 28)."""

    __tablename__ = "seat"
    __table_args__ = (
        sa.Index(
            "uq_seat_one_holder",
            "case_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        ),
        sa.Index(
            "uq_seat_one_seat",
            "case_id",
            "user_id",
            unique=True,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        ),
        sa.CheckConstraint("(left_at IS NULL) = (left_because IS NULL)", name="left_seat_has_a_reason"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    kind: Mapped[SeatKind]
    appointment_id: Mapped[int] = mapped_column(sa.ForeignKey("appointment.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    seated_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    left_because: Mapped[str | None]
    """`conflict`, `replaced`, or `reopened`: the preparation was reopened before the panel had the case."""
    case: Mapped[Case] = relationship(back_populates="seats")
    appointment: Mapped[Appointment] = relationship()
    user: Mapped[User] = relationship()

    @property
    def is_leader(self) -> bool:
        """The leader's seat."""
        return self.kind is SeatKind.LEADER

    @property
    def is_declared(self) -> bool:
        """Whether the person has declared no conflict since being called, and nothing else after it (rule 29)."""
        own = [found for found in self.case.declarations if found.user_id == self.user_id]
        return bool(own) and own[-1].statement is Statement.NONE and own[-1].at >= self.seated_at

    def stands_at(self, at: datetime) -> bool:
        """Whether the seat was held at that moment."""
        return self.seated_at <= at and (self.left_at is None or self.left_at > at)


class Bundle(Base):
    """The papers as the panel reads them: frozen at referral, with a hash over all they are (rule 33)."""

    __tablename__ = "bundle"
    __table_args__ = (sa.UniqueConstraint("case_id", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    version: Mapped[int]
    frozen_at: Mapped[datetime]
    sha256: Mapped[str]
    case: Mapped[Case] = relationship(back_populates="bundles")
    entries: Mapped[list[BundleEntry]] = relationship(back_populates="bundle", order_by="BundleEntry.position")
    readings: Mapped[list[Reading]] = relationship(back_populates="bundle", order_by="Reading.id")


class BundleEntry(Base):
    """A sending in the bundle, with its place in the index."""

    __tablename__ = "bundle_entry"
    __table_args__ = (sa.UniqueConstraint("bundle_id", "position"), sa.UniqueConstraint("bundle_id", "submission_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    bundle_id: Mapped[int] = mapped_column(sa.ForeignKey("bundle.id"))
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"))
    position: Mapped[int]
    bundle: Mapped[Bundle] = relationship(back_populates="entries")
    submission: Mapped[Submission] = relationship()


class Reading(Base):
    """A member confirms having read the bundle, before voting (rule 33)."""

    __tablename__ = "reading"
    __table_args__ = (sa.UniqueConstraint("bundle_id", "user_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    bundle_id: Mapped[int] = mapped_column(sa.ForeignKey("bundle.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    confirmed_at: Mapped[datetime]
    bundle: Mapped[Bundle] = relationship(back_populates="readings")
    user: Mapped[User] = relationship()
