"""Questions, votes, reasons, the text, approvals, outcomes and the issued file."""

from __future__ import annotations

import json
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.access.policy import Role
from tvist.accounts.models import User
from tvist.cases.claims import ClaimLine
from tvist.cases.models import Case, Outcome
from tvist.cases.money import Bearer
from tvist.db import Amount, Base, Versioned, random_id
from tvist.words import NORWEGIAN

if TYPE_CHECKING:
    from tvist.decision.afterwards import Correction


class QuestionKind(StrEnum):
    """What a question asks about a line (rule 34)."""

    BASIS = "basis"  # Which of the legal bases the measure rests on.
    PERIOD = "period"  # For which days of the line the finding holds.
    RESPONSIBLE = "responsible"  # Who should bear it: municipality, state, or both in shares.
    AMOUNT = "amount"  # How much of what is claimed is found.


class Question(Base, Versioned):
    """A question the panel votes on, about one claim line. Agreed by the panel; a changed question is voted anew."""

    __tablename__ = "question"
    __table_args__ = (sa.UniqueConstraint("case_id", "position"), sa.UniqueConstraint("line_id", "kind"))
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    line_id: Mapped[int] = mapped_column(sa.ForeignKey("claim_line.id"))
    kind: Mapped[QuestionKind]
    position: Mapped[int]
    words: Mapped[str] = mapped_column(default="")
    """The panel's own wording; empty where the standard one of its kind is used."""
    agreed_at: Mapped[datetime | None]
    """When all three had agreed on the questions; None while they are drafted."""
    changed_at: Mapped[datetime | None]
    """When the wording was last changed after that: the votes fell, and all vote anew."""
    opened_at: Mapped[datetime | None]
    """When all three votes were in and could be read by the panel."""
    fell_at: Mapped[datetime | None]
    """When nothing of the line was in dispute any more, because it was conceded (rule 22); the question is not put after that."""
    reasons: Mapped[str] = mapped_column(default="")
    """The panel's assessment of the question, as it stands in the opinion."""
    case: Mapped[Case] = relationship(back_populates="questions")
    line: Mapped[ClaimLine] = relationship()
    votes: Mapped[list[Vote]] = relationship(back_populates="question", order_by="Vote.id")
    remarks: Mapped[list[Remark]] = relationship(back_populates="question", order_by="Remark.id")

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What the person is to the case."""
        return self.case.roles_for(user, on)


class QuestionAgreement(Base):
    """A member agrees to the drafted questions as they stood, by their hash; a change of the draft lets it fall (rule 34)."""

    __tablename__ = "question_agreement"
    __table_args__ = (
        sa.Index(
            "uq_question_agreement_one_standing",
            "case_id",
            "user_id",
            unique=True,
            sqlite_where=sa.text("fell_at IS NULL"),
            postgresql_where=sa.text("fell_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    questions_sha256: Mapped[str]
    agreed_at: Mapped[datetime]
    fell_at: Mapped[datetime | None]
    case: Mapped[Case] = relationship(back_populates="question_agreements")
    user: Mapped[User] = relationship()


class Vote(Base):
    """A member's vote on a question, encrypted from the first (rule 34). Only that it was cast is known until all three are in.

    A change before issue is a new row that supersedes; the earlier one stays.
    """

    __tablename__ = "vote"
    __table_args__ = (
        sa.Index(
            "uq_vote_one_standing",
            "question_id",
            "user_id",
            unique=True,
            sqlite_where=sa.text("fell_at IS NULL"),
            postgresql_where=sa.text("fell_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    sealed: Mapped[bytes]
    commitment: Mapped[str]
    cast_at: Mapped[datetime]
    fell_at: Mapped[datetime | None]
    """When the vote fell: changed by its owner, or its owner left the seat (rules 30, 34)."""
    question: Mapped[Question] = relationship(back_populates="votes")
    user: Mapped[User] = relationship()

    def roles_for(self, user: User, on: date) -> set[Role]:  # noqa: ARG002 - one's own vote is one's own on any day.
        """Its owner, and nobody else."""
        return {Role.OWNER} if user.id == self.user_id else set()


class RemarkKind(StrEnum):
    """A text of a member's own (rule 35)."""

    DISSENT = "dissent"
    CONCURRING = "concurring"


class Remark(Base, Versioned):
    """A dissent or a concurring remark by a named member, tied to a question."""

    __tablename__ = "remark"
    __table_args__ = (sa.UniqueConstraint("question_id", "user_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    kind: Mapped[RemarkKind]
    text: Mapped[str]
    written_at: Mapped[datetime]
    question: Mapped[Question] = relationship(back_populates="remarks")
    user: Mapped[User] = relationship()


class Decision(Base, Versioned):
    """The opinion's text, written by the panel; what is drawn from data (parties, panel, money) is not kept here twice."""

    __tablename__ = "decision"
    __table_args__ = (
        sa.CheckConstraint(f"language IN {NORWEGIAN}", name="language_is_norwegian"),
        sa.CheckConstraint("issued_at IS NULL OR ordered_at IS NOT NULL", name="issued_decision_was_ordered"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), unique=True)
    language: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    background: Mapped[str] = mapped_column(default="")
    agreed: Mapped[str] = mapped_column(default="")
    disputed: Mapped[str] = mapped_column(default="")
    requesting_argument: Mapped[str] = mapped_column(default="")
    opposing_argument: Mapped[str] = mapped_column(default="")
    legal: Mapped[str] = mapped_column(default="")
    conclusion: Mapped[str] = mapped_column(default="")
    begun_at: Mapped[datetime]
    ordered_at: Mapped[datetime | None]
    ordered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    frozen: Mapped[str | None]
    """The canonical JSON of all that the opinion prints, frozen when the leader orders issue (rule 38)."""
    frozen_sha256: Mapped[str | None]
    issued_at: Mapped[datetime | None]
    case: Mapped[Case] = relationship(back_populates="decision")
    approvals: Mapped[list[Approval]] = relationship(back_populates="decision", order_by="Approval.id")
    outcomes: Mapped[list[LineOutcome]] = relationship(back_populates="decision", order_by="LineOutcome.id")
    files: Mapped[list[IssuedFile]] = relationship(back_populates="decision", order_by="IssuedFile.id")
    corrections: Mapped[list[Correction]] = relationship(back_populates="decision", order_by="Correction.version")
    call_backs: Mapped[list[CallBack]] = relationship(back_populates="decision", order_by="CallBack.id")

    @property
    def is_issued(self) -> bool:
        """Whether the opinion is issued, and nothing of it changes any more."""
        return self.issued_at is not None

    @property
    def is_being_made(self) -> bool:
        """Whether issue is ordered and the file is not there yet."""
        return self.ordered_at is not None and self.issued_at is None

    @property
    def record(self) -> dict[str, Any]:
        """The frozen record, read (see `record.py`). Raises ValueError where nothing is frozen."""
        if self.frozen is None:
            raise ValueError("this opinion is not frozen")
        found: dict[str, Any] = json.loads(self.frozen)
        return found

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What the person is to the case."""
        return self.case.roles_for(user, on)


class Approval(Base):
    """A member approves the very same text, by its hash; any change makes it fall (rule 38)."""

    __tablename__ = "approval"
    __table_args__ = (
        sa.Index(
            "uq_approval_one_standing",
            "decision_id",
            "user_id",
            unique=True,
            sqlite_where=sa.text("fell_at IS NULL"),
            postgresql_where=sa.text("fell_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(sa.ForeignKey("decision.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    text_sha256: Mapped[str]
    approved_at: Mapped[datetime]
    fell_at: Mapped[datetime | None]
    decision: Mapped[Decision] = relationship(back_populates="approvals")
    user: Mapped[User] = relationship()


class LineOutcome(Base):
    """The outcome of one line, written when issue is ordered: shares of the amount found sum to it, to the øre (rule 36)."""

    __tablename__ = "line_outcome"
    __table_args__ = (
        sa.UniqueConstraint("decision_id", "line_id"),
        sa.CheckConstraint("found_ore IS NULL OR municipality_ore + state_ore = found_ore", name="shares_sum_to_what_was_found"),
        sa.CheckConstraint(
            "(found_ore IS NULL) = (municipality_ore IS NULL) AND (found_ore IS NULL) = (state_ore IS NULL)",
            name="shares_go_with_the_amount",
        ),
        sa.CheckConstraint("municipality_percent BETWEEN 0 AND 100", name="share_is_a_per_cent"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(sa.ForeignKey("decision.id"), index=True)
    line_id: Mapped[int] = mapped_column(sa.ForeignKey("claim_line.id"), index=True)
    outcome: Mapped[Outcome]
    municipality_percent: Mapped[int]
    found_ore: Mapped[Amount | None]
    municipality_ore: Mapped[Amount | None]
    state_ore: Mapped[Amount | None]
    refund_from: Mapped[Bearer | None]
    refund_ore: Mapped[Amount | None]
    basis: Mapped[str | None]
    """What the panel found on the basis, where it was asked: a choice of `choices.BasisChoice`; None too where no two members agreed."""
    from_on: Mapped[date | None]
    to_on: Mapped[date | None]
    """The days that the finding holds for, where it was asked and is not the whole line; `to_on` None: still running. Both None too where it
    holds for no day: then the votes, and a sum of 0, say so."""
    is_unanimous: Mapped[bool]
    decision: Mapped[Decision] = relationship(back_populates="outcomes")
    line: Mapped[ClaimLine] = relationship()


class CallBack(Base):
    """The leader took an ordered issue back to the panel, and why; read by the panel alone. Written once."""

    __tablename__ = "call_back"
    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(sa.ForeignKey("decision.id"), index=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime]
    reasons: Mapped[str]
    decision: Mapped[Decision] = relationship(back_populates="call_backs")
    by: Mapped[User] = relationship()


class IssuedFile(Base):
    """The opinion as a file, sealed, stored once and served for ever (rule 38); its parallel text is a file beside it (rule 39)."""

    __tablename__ = "issued_file"
    __table_args__ = (
        sa.UniqueConstraint("decision_id", "version", "is_parallel"),
        sa.CheckConstraint("(sealed_at IS NULL) = (sealed_by = '')", name="sealed_by_somebody"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(sa.ForeignKey("decision.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    is_parallel: Mapped[bool] = mapped_column(default=False)
    """Whether it is the parallel text, in the other language form."""
    blob_id: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str] = mapped_column(index=True)
    """Of the file as it is served; asked by on the verify page."""
    unsealed_sha256: Mapped[str] = mapped_column(default="")
    """Over the file before it was sealed: the same record gives that again. Empty for a file from before there were seals."""
    sealed_at: Mapped[datetime | None]
    sealed_by: Mapped[str] = mapped_column(default="")
    """The subject of the certificate, as it stands in it."""
    seal_level: Mapped[str] = mapped_column(default="")
    """Which level of PAdES: B-B, B-T, B-LT or B-LTA."""
    verify_code: Mapped[str | None] = mapped_column(unique=True)
    """What is printed on the file, for who holds it on paper."""
    made_at: Mapped[datetime]
    pages: Mapped[int | None]
    """How many pages it has, counted by the round of the worker (språklova § 13)."""
    decision: Mapped[Decision] = relationship(back_populates="files")

    @property
    def case_id(self) -> int:
        """The number of its case."""
        return self.decision.case_id

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What the person is to the case."""
        return self.decision.case.roles_for(user, on)
