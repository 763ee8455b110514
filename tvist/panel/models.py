"""Appointments to the board, seats in a case, and the bundle that the panel reads."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from tvist.accounts.models import User
from tvist.cases.history import Statement
from tvist.cases.lifecycle import FINAL
from tvist.cases.models import Case
from tvist.cases.submissions import Submission
from tvist.clock import oslo_date
from tvist.db import Base

if TYPE_CHECKING:
    from tvist.access.policy import Role
    from tvist.panel.bundles import BundleFile, BundlePart, BundleProgress
    from tvist.panel.challenges import Challenge


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
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= from_on", name="term_is_ended_after_it_begins"),
        sa.CheckConstraint("released_on IS NULL OR released_on >= from_on", name="member_is_released_after_the_term_begins"),
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
    ended_on: Mapped[date | None]
    """The last day, where the term was ended before its time: the member resigned or was released."""
    end_reason: Mapped[str] = mapped_column(default="")
    released_on: Mapped[date | None]
    """The last day on which the person finishes cases already referred, where that was ended before the cases: the member is ill, or was released."""
    release_reason: Mapped[str] = mapped_column(default="")
    struck_at: Mapped[datetime | None]
    """When the entry was struck as wrong; only one that no seat rests on can be."""
    user: Mapped[User] = relationship(back_populates="appointments")
    open_seats: Mapped[list[Seat]] = relationship(
        viewonly=True,
        primaryjoin=lambda: sa.and_(
            Appointment.id == foreign(Seat.appointment_id),
            Seat.left_at.is_(None),
            Seat.case_id.in_(sa.select(Case.id).where(Case.state.not_in(FINAL))),
        ),
    )
    """The seats that are held by this appointment in cases that have not ended."""

    @property
    def last_on(self) -> date | None:
        """The last day in force; None where the term has no end."""
        ends = [day for day in (self.to_on, self.ended_on) if day is not None]
        return min(ends, default=None)

    def holds_on(self, on: date) -> bool:
        """In force that day."""
        return self.struck_at is None and self.from_on <= on and (self.last_on is None or on <= self.last_on)

    def finishes_on(self, on: date) -> bool:
        """The term is over that day, and the person still finishes the cases that were referred while it ran (rule 27)."""
        if self.struck_at is not None or self.last_on is None or self.last_on >= on:
            return False
        return self.finishes_referred and (self.released_on is None or on <= self.released_on)

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What the person is at all: an entry on the board belongs to no case."""
        return user.roles_on(on)

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
    """`conflict`, `ruled`: the others ruled that the member steps down, `replaced`, `term`: the term was over, or `reopened`: the preparation
    was reopened before the panel had the case."""
    chosen_because: Mapped[str] = mapped_column(default="")
    """Why the secretariat called another than the one proposed; empty where it was the proposal."""
    case: Mapped[Case] = relationship(back_populates="seats")
    appointment: Mapped[Appointment] = relationship()
    user: Mapped[User] = relationship()
    challenges: Mapped[list[Challenge]] = relationship(back_populates="seat", order_by="Challenge.id")

    @property
    def is_leader(self) -> bool:
        """The leader's seat."""
        return self.kind is SeatKind.LEADER

    @property
    def is_declared(self) -> bool:
        """Whether the person declared no conflict since being called, or a doubt that the others have cleared, and nothing after it (rule 29)."""
        own = [found for found in self.case.declarations if found.user_id == self.user_id]
        if not own or own[-1].at < self.seated_at:
            return False
        cleared = any(found.declaration_id == own[-1].id and found.stays for found in self.challenges)
        return own[-1].statement is Statement.NONE or (own[-1].statement is Statement.DOUBT and cleared)

    def is_covered_at(self, at: datetime) -> bool:
        """In force that day, or finishing a case that was already referred while the term ran (rule 27)."""
        referred_at = self.case.referred_at
        is_referred = referred_at is not None and referred_at <= at
        return self.appointment.holds_on(oslo_date(at)) or (is_referred and self.is_covered_on(oslo_date(at)))

    def is_covered_on(self, on: date) -> bool:
        """The same of a day, in the case as it stands now."""
        appointment, referred_at = self.appointment, self.case.referred_at
        if appointment.holds_on(on):
            return True
        if referred_at is None or not appointment.finishes_on(on):
            return False
        return appointment.holds_on(oslo_date(max(referred_at, self.seated_at)))

    def stands_at(self, at: datetime) -> bool:
        """Whether the seat was held at that moment."""
        return self.seated_at <= at and (self.left_at is None or self.left_at > at)


class GapLetter(Base):
    """The secretariat was told that a seat of the board will stand empty from a day: once for each seat and day (rule 27). Written once."""

    __tablename__ = "gap_letter"
    seat: Mapped[SeatKind] = mapped_column(primary_key=True)
    empty_on: Mapped[date] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letter.id"))


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
    parts: Mapped[list[BundlePart]] = relationship(back_populates="bundle", order_by="BundlePart.position")
    file: Mapped[BundleFile | None] = relationship(back_populates="bundle")
    progress: Mapped[BundleProgress | None] = relationship(back_populates="bundle")

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What the person is to the case."""
        return self.case.roles_for(user, on)


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
