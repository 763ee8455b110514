"""What oversight leaves: sealed batches and months of the access log, anchors of the journals, flags, breaches, and what retention took away."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.access.policy import Role
from tvist.accounts.models import User
from tvist.cases.models import Case
from tvist.db import Base, random_id
from tvist.documents.models import Paper

WATCHERS = frozenset({Role.SECRETARIAT, Role.ADMINISTRATOR, Role.LEADER})
"""Who may look at what others did, so that each of them is seen by the others."""


class LogBatch(Base):
    """A stretch of the access log, sealed: its rows by one SHA-256, chained to the batch before. Written once; it outlives its rows."""

    __tablename__ = "log_batch"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    month: Mapped[str] = mapped_column(index=True)
    """`2026-03`: the segment it belongs to."""
    first_id: Mapped[int]
    last_id: Mapped[int]
    """The stretch of ids, both included; one below `first_id` for a batch that seals journals alone."""
    count: Mapped[int]
    rows_sha256: Mapped[str]
    journals: Mapped[int]
    """How many journals had grown since they were last anchored."""
    journals_sha256: Mapped[str]
    sealed_at: Mapped[datetime]
    seal: Mapped[str]
    written_at: Mapped[datetime | None]
    """When its anchor was seen on the disk, outside the database."""


class JournalAnchor(Base):
    """How long the journal of a case was, and its last seal, when a batch was sealed: a journal cannot lose its last lines unseen."""

    __tablename__ = "journal_anchor"
    __table_args__ = (sa.UniqueConstraint("case_id", "lines"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    batch_number: Mapped[int] = mapped_column(sa.ForeignKey("log_batch.number"), index=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"))
    lines: Mapped[int]
    seal: Mapped[str]


class LogSegment(Base):
    """A month of the access log that is over and sealed. Its rows may be dropped as a whole, once its anchor is on the disk, and never in part."""

    __tablename__ = "log_segment"
    __table_args__ = (sa.CheckConstraint("dropped_at IS NULL OR written_at IS NOT NULL", name="dropped_segment_has_its_anchor"),)
    month: Mapped[str] = mapped_column(primary_key=True)
    first_batch: Mapped[int] = mapped_column(sa.ForeignKey("log_batch.number"))
    last_batch: Mapped[int] = mapped_column(sa.ForeignKey("log_batch.number"))
    first_id: Mapped[int]
    last_id: Mapped[int]
    count: Mapped[int]
    seal: Mapped[str]
    closed_at: Mapped[datetime]
    written_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]


class FlagKind(StrEnum):
    """What is unusual in what somebody did in a day."""

    MANY_CASES = "many_cases"
    OWN_EMPLOYER = "own_employer"
    NIGHT = "night"
    WEEKEND = "weekend"
    DENIED = "denied"
    IDENTITIES = "identities"
    SEARCHES = "searches"


class Flag(Base):
    """Something unusual that one person did in a day: a number, no case. Another person looks at it, with words; once."""

    __tablename__ = "flag"
    __table_args__ = (
        sa.UniqueConstraint("kind", "user_id", "on_day"),
        sa.CheckConstraint("(looked_at IS NULL) = (looked_by_id IS NULL)", name="looked_at_by_somebody"),
        sa.CheckConstraint("looked_by_id <> user_id", name="nobody_clears_themselves"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    kind: Mapped[FlagKind]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    on_day: Mapped[date]
    count: Mapped[int]
    found_at: Mapped[datetime]
    looked_at: Mapped[datetime | None]
    looked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    words: Mapped[str] = mapped_column(default="")
    user: Mapped[User] = relationship(foreign_keys=user_id)
    looked_by: Mapped[User | None] = relationship(foreign_keys=looked_by_id)

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What `user` is to the flag: one who watches; to the person it is about it is not there."""
        return set() if user.id == self.user_id else user.roles_on(on) & WATCHERS


class WatchedDay(Base):
    """A day whose log has been looked through for what is unusual."""

    __tablename__ = "watched_day"
    day: Mapped[date] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Breach(Base):
    """A breach of security that is looked into (GDPR art. 33-34): who saw this case, this paper, or what this person opened, from when to when."""

    __tablename__ = "breach"
    __table_args__ = (
        sa.CheckConstraint("case_id IS NOT NULL OR user_id IS NOT NULL", name="breach_is_about_something"),
        sa.CheckConstraint("paper_id IS NULL OR case_id IS NOT NULL", name="paper_of_breach_is_of_a_case"),
        sa.CheckConstraint("until_at > from_at", name="breach_lasts"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("case.id"))
    paper_id: Mapped[int | None] = mapped_column(sa.ForeignKey("paper.id"))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    """The person whose openings are looked at."""
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    """Not included."""
    known_at: Mapped[datetime]
    """When the body became aware of it: the 72 hours of art. 33 run from here."""
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    case: Mapped[Case | None] = relationship()
    paper: Mapped[Paper | None] = relationship()
    user: Mapped[User | None] = relationship(foreign_keys=user_id)
    opened_by: Mapped[User] = relationship(foreign_keys=opened_by_id)
    steps: Mapped[list[BreachStep]] = relationship(back_populates="breach", order_by="BreachStep.id")

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What `user` is to the breach: one who watches, unless it is about them, or about a case that they are a stranger to (rule 29)."""
        if user.id == self.user_id or (self.case is not None and self.case.is_stranger(user)):
            return set()
        return user.roles_on(on) & WATCHERS


class BreachDone(StrEnum):
    """What was done about a breach."""

    NOTED = "noted"
    STOPPED = "stopped"
    AUTHORITY_TOLD = "authority_told"
    PERSONS_TOLD = "persons_told"
    CLOSED = "closed"


class BreachStep(Base):
    """Something that was done about a breach, and said in words; written once."""

    __tablename__ = "breach_step"
    id: Mapped[int] = mapped_column(primary_key=True)
    breach_id: Mapped[int] = mapped_column(sa.ForeignKey("breach.id"), index=True)
    done: Mapped[BreachDone]
    words: Mapped[str]
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    breach: Mapped[Breach] = relationship(back_populates="steps")
    by: Mapped[User] = relationship()


class RetentionRound(Base):
    """What retention took away in a month, a row for each kind: how many rows, never which; written once."""

    __tablename__ = "retention_round"
    __table_args__ = (sa.UniqueConstraint("month", "kind"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str]
    kind: Mapped[str]
    """A code of `procedure/data/retention.csv`."""
    count: Mapped[int]
    at: Mapped[datetime]
