"""A paper: an uploaded file as a row; its bytes lie encrypted in the paper store."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.access.policy import POLICY, Act, Role
from tvist.db import Base, random_id

if TYPE_CHECKING:
    from tvist.accounts.models import User
    from tvist.cases.submissions import Submission
    from tvist.intake.models import Draft


class PaperKind(StrEnum):
    """What a paper is, in the list of papers."""

    DELEGATION = "delegation"
    DECISION = "decision"
    AGREEMENT = "agreement"
    INVOICE = "invoice"
    LETTER = "letter"
    REPORT = "report"
    RECORD = "record"
    OTHER = "other"


class Paper(Base):
    """A file that came with a draft or a sending. Its bytes are never changed; it belongs to the draft until that is sent."""

    __tablename__ = "paper"
    __table_args__ = (
        sa.CheckConstraint("(draft_id IS NULL) <> (submission_id IS NULL)", name="paper_lies_in_one_place"),
        sa.CheckConstraint("size > 0", name="paper_is_not_empty"),
        sa.CheckConstraint("quarantined_at IS NULL OR submission_id IS NOT NULL", name="only_what_was_sent_is_quarantined"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    draft_id: Mapped[int | None] = mapped_column(sa.ForeignKey("draft.id"), index=True)
    submission_id: Mapped[int | None] = mapped_column(sa.ForeignKey("submission.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("case.id"), index=True)
    position: Mapped[int]
    kind: Mapped[PaperKind] = mapped_column(default=PaperKind.OTHER)
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("paper.id"), unique=True)
    """The version that this paper takes the place of."""
    quarantined_at: Mapped[datetime | None]
    """From when the paper is kept for the secretariat alone: a wrong person or a name was found in it (rule 20)."""
    quarantined_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    quarantine_reason: Mapped[str] = mapped_column(default="")
    title: Mapped[str]
    filename: Mapped[str]
    media_type: Mapped[str]
    blob_id: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str]
    dated_on: Mapped[date | None]
    added_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    added_at: Mapped[datetime]
    submission: Mapped[Submission | None] = relationship(back_populates="papers")
    draft: Mapped[Draft | None] = relationship(back_populates="papers")
    replaces: Mapped[Paper | None] = relationship(remote_side="Paper.id", back_populates="replaced_by")
    replaced_by: Mapped[Paper | None] = relationship(back_populates="replaces", uselist=False)

    reading: Mapped[PaperReading | None] = relationship(back_populates="paper")

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What `user` is to the paper: what the person is to the sending, or to the draft, that it lies in.

        Under quarantine nobody reads it but the officers who declared; who could, knows that it is there (rule 20).
        """
        place = self.submission or self.draft
        roles = place.roles_for(user, on) if place else set()
        return _under_quarantine(roles) if self.quarantined_at is not None else roles


def _under_quarantine(roles: set[Role]) -> set[Role]:
    left = roles & {Role.SECRETARIAT_DECLARED}
    if roles & POLICY[Act.READ_PAPER]:
        left.add(Role.WITHHELD)
    if Role.SENDER in roles:
        left.add(Role.WITHHELD_SENDER)
    return left


class ReadingState(StrEnum):
    """How much of a paper the program could read."""

    READ = "read"
    PICTURES = "pictures"
    """All of it, some from pictures, where letters are guessed."""
    UNREAD = "unread"
    """There are pages that nobody has read."""


class PaperReading(Base):
    """A paper was searched for what should not be sent (rule 6). What was found lies sealed: never the words in plain.

    `sought` is a keyed hash of the name that was sought: another name asks for another reading.
    """

    __tablename__ = "paper_reading"
    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(sa.ForeignKey("paper.id"), unique=True)
    state: Mapped[ReadingState]
    count: Mapped[int]
    """How many were found; the first of them are told in `sealed`."""
    sought: Mapped[bytes]
    sealed: Mapped[bytes]
    read_at: Mapped[datetime]
    paper: Mapped[Paper] = relationship(back_populates="reading")


class PaperOpening(Base):
    """When somebody of a party's case team first opened a paper; written once."""

    __tablename__ = "paper_opening"
    __table_args__ = (sa.UniqueConstraint("paper_id", "party_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(sa.ForeignKey("paper.id"), index=True)
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("party.id"))
    opened_at: Mapped[datetime]


class ReceiptFile(Base):
    """The receipt of a request as a PDF, made by a job from what was filed; written once (rule 15)."""

    __tablename__ = "receipt_file"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), unique=True)
    blob_id: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str]
    made_at: Mapped[datetime]
