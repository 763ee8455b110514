"""A publication of an opinion: the marks in the frozen record, who approved them, and what went out (rule 46)."""

from __future__ import annotations

import json
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.accounts.models import User
from tvist.anonymity.kinds import MarkKind
from tvist.db import Base, Versioned, random_id
from tvist.decision.models import Decision
from tvist.words import NORWEGIAN

if TYPE_CHECKING:
    from tvist.access.policy import Role


def number_of(year: int, serial: int) -> str:
    """A publication's own number, which says nothing of the case: `BTN-2026-1` (rule 46)."""
    return f"BTN-{year}-{serial}"


class Stage(StrEnum):
    """Where a publication stands."""

    MARKING = "marking"
    TO_APPROVE = "to_approve"
    APPROVED = "approved"  # The files are being made and searched for leaks.
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


class Publication(Base, Versioned):
    """One version of an opinion on its way to the public. What is released is never changed, only withdrawn, leaving its number and why."""

    __tablename__ = "publication"
    __table_args__ = (
        sa.UniqueConstraint("year", "serial"),
        sa.CheckConstraint(f"language IN {NORWEGIAN}", name="publication_is_norwegian"),
        sa.CheckConstraint("(submitted_at IS NULL) = (submitted_by_id IS NULL)", name="submitted_by_somebody"),
        sa.CheckConstraint("(approved_at IS NULL) = (approved_by_id IS NULL)", name="approved_by_somebody"),
        sa.CheckConstraint("approved_at IS NULL OR submitted_at IS NOT NULL", name="approved_after_it_was_submitted"),
        sa.CheckConstraint("approved_by_id IS NULL OR approved_by_id <> submitted_by_id", name="approved_by_another_person"),
        sa.CheckConstraint("released_at IS NULL OR approved_at IS NOT NULL", name="released_after_approval"),
        sa.CheckConstraint(
            "(released_at IS NULL) = (serial IS NULL) AND (released_at IS NULL) = (year IS NULL) AND (released_at IS NULL) = (frozen IS NULL)"
            " AND (released_at IS NULL) = (blob_id IS NULL)",
            name="released_with_number_record_and_file",
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL) AND (withdrawn_at IS NULL OR (released_at IS NOT NULL AND withdrawal_reason <> ''))",
            name="withdrawn_with_a_reason",
        ),
        sa.CheckConstraint("superseded_by_id IS NULL OR superseded_by_id <> id", name="superseded_by_another"),
        # One at a time is worked on or stands, for each version of an opinion.
        sa.Index(
            "uq_publication_one_standing",
            "decision_id",
            "decision_version",
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    decision_id: Mapped[int] = mapped_column(sa.ForeignKey("decision.id"), index=True)
    decision_version: Mapped[int]
    """Which version of the opinion: 1, or that of a correction."""
    language: Mapped[str]
    begun_at: Mapped[datetime]
    begun_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    return_reasons: Mapped[str] = mapped_column(default="")
    """Why the approver sent it back, or which leaks were found, the last time; empty where neither."""
    accepted_reasons: Mapped[str] = mapped_column(default="")
    """Why what is told together may stand although it singles somebody out; empty where it does not. The approver reads it."""
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    approved_sha256: Mapped[str] = mapped_column(default="")
    """Over the record with its marks as the approver saw it: the job makes that, or nothing."""
    released_at: Mapped[datetime | None]
    year: Mapped[int | None]
    serial: Mapped[int | None]
    frozen: Mapped[str | None]
    """The public record as canonical JSON: page, file and feed are told from it alone."""
    frozen_sha256: Mapped[str] = mapped_column(default="")
    blob_id: Mapped[str | None] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    sha256: Mapped[str] = mapped_column(default="")
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    withdrawal_reason: Mapped[str] = mapped_column(default="")
    """Shown to everybody on the tombstone: no name, no fact."""
    leading_at: Mapped[datetime | None]
    leading_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    superseded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("publication.id"))
    decision: Mapped[Decision] = relationship()
    begun_by: Mapped[User] = relationship(foreign_keys=begun_by_id)
    submitted_by: Mapped[User | None] = relationship(foreign_keys=submitted_by_id)
    approved_by: Mapped[User | None] = relationship(foreign_keys=approved_by_id)
    superseded_by: Mapped[Publication | None] = relationship(remote_side="Publication.id")
    marks: Mapped[list[Mark]] = relationship(back_populates="publication", order_by="Mark.place, Mark.start, Mark.id")
    blurs: Mapped[list[Blur]] = relationship(back_populates="publication", order_by="Blur.id")
    undoings: Mapped[list[Undoing]] = relationship(back_populates="publication", order_by="Undoing.id")
    facts: Mapped[list[PublicationFact]] = relationship(back_populates="publication", order_by="PublicationFact.id")
    cites: Mapped[list[PublicationCitation]] = relationship(
        back_populates="citing", foreign_keys="PublicationCitation.citing_id", order_by="PublicationCitation.id"
    )
    cited_by: Mapped[list[PublicationCitation]] = relationship(
        back_populates="cited", foreign_keys="PublicationCitation.cited_id", order_by="PublicationCitation.id"
    )

    @property
    def case_id(self) -> int:
        """The number of its case."""
        return self.decision.case_id

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        if self.withdrawn_at is not None:
            return Stage.WITHDRAWN
        if self.released_at is not None:
            return Stage.RELEASED
        if self.approved_at is not None:
            return Stage.APPROVED
        return Stage.TO_APPROVE if self.submitted_at is not None else Stage.MARKING

    @property
    def number(self) -> str:
        """Its own number; empty before it is released."""
        return number_of(self.year, self.serial) if self.year is not None and self.serial is not None else ""

    @property
    def record(self) -> dict[str, Any]:
        """The public record, read. Raises ValueError where nothing is released."""
        if self.frozen is None:
            raise ValueError("this publication is not released")
        found: dict[str, Any] = json.loads(self.frozen)
        return found

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What the person is to the case."""
        return self.decision.case.roles_for(user, on)


class MarkOrigin(StrEnum):
    """Who put the mark there."""

    PROPOSED = "proposed"
    BY_HAND = "by_hand"


class Mark(Base):
    """A stretch of one text of the record that the public does not read, and what stands there instead; decided by a person."""

    __tablename__ = "mark"
    __table_args__ = (
        sa.CheckConstraint('start >= 0 AND "end" > start', name="mark_covers_something"),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="mark_decided_by_somebody"),
        sa.CheckConstraint("(decided_at IS NULL) = (hides IS NULL)", name="decided_mark_hides_or_not"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    publication_id: Mapped[int] = mapped_column(sa.ForeignKey("publication.id"), index=True)
    place: Mapped[str]
    """Where in the record: the keys and numbers on the way, with dots between (`sections.background`, `questions.0.reasons`)."""
    start: Mapped[int]
    end: Mapped[int]
    """Characters (code points) from the beginning of that text; `end` is the first one after."""
    words: Mapped[str]
    """What stands there: a mark whose words are not there any more is no mark of this text."""
    kind: Mapped[MarkKind]
    replacement: Mapped[str]
    origin: Mapped[MarkOrigin]
    why: Mapped[str] = mapped_column(default="")
    """Why it was proposed, as a code of the catalogue `publication.why.…`; empty for one by hand."""
    hides: Mapped[bool | None]
    """Whether the person who decided hides it; None until then."""
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    publication: Mapped[Publication] = relationship(back_populates="marks")
    decided_by: Mapped[User | None] = relationship()

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What the person is to the case."""
        return self.publication.roles_for(user, on)


class BlurKind(StrEnum):
    """What of the record is told more broadly, so that nobody is singled out by what is told together."""

    BIRTH_YEAR = "birth_year"
    REGION = "region"
    MEASURE = "measure"
    AMOUNTS = "amounts"
    DAYS = "days"
    ISSUED_ON = "issued_on"


class Blur(Base):
    """Something of the record that is told more broadly in public; decided by a person."""

    __tablename__ = "blur"
    __table_args__ = (sa.UniqueConstraint("publication_id", "kind"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[int] = mapped_column(sa.ForeignKey("publication.id"))
    kind: Mapped[BlurKind]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime]
    publication: Mapped[Publication] = relationship(back_populates="blurs")
    by: Mapped[User] = relationship()


class Undoing(Base):
    """Somebody took away what another person had decided to hide or tell more broadly; written once, so that they do not approve what is left."""

    __tablename__ = "undoing"
    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[int] = mapped_column(sa.ForeignKey("publication.id"), index=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime]
    publication: Mapped[Publication] = relationship(back_populates="undoings")


class FactOfPublication(StrEnum):
    """What published opinions are filtered by."""

    MEASURE = "measure"
    BASIS = "basis"
    OUTCOME = "outcome"
    YEAR = "year"
    REGION = "region"
    UNANIMOUS = "unanimous"
    LAW = "law"  # An act and place it refers to, as in the index of legal bases.


class PublicationFact(Base):
    """One fact of a published opinion, drawn from its public record; a legal basis is that of the claim lines. Written once."""

    __tablename__ = "publication_fact"
    __table_args__ = (sa.Index("ix_publication_fact_kind_value", "kind", "value"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[int] = mapped_column(sa.ForeignKey("publication.id"), index=True)
    kind: Mapped[FactOfPublication]
    value: Mapped[str]
    publication: Mapped[Publication] = relationship(back_populates="facts")


class PublicationCitation(Base):
    """One published opinion refers to another. Written once."""

    __tablename__ = "publication_citation"
    __table_args__ = (
        sa.UniqueConstraint("citing_id", "cited_id"),
        sa.CheckConstraint("citing_id <> cited_id", name="cites_another"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    citing_id: Mapped[int] = mapped_column(sa.ForeignKey("publication.id"))
    cited_id: Mapped[int] = mapped_column(sa.ForeignKey("publication.id"), index=True)
    citing: Mapped[Publication] = relationship(back_populates="cites", foreign_keys=citing_id)
    cited: Mapped[Publication] = relationship(back_populates="cited_by", foreign_keys=cited_id)
