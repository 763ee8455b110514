"""What a side answers to lines and facts, the joint table and its confirmations, settlements, and comments beside a page (rules 19, 22, 23)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.accounts.models import User
from tvist.cases.chronology import StatedFact
from tvist.cases.claims import ClaimLine
from tvist.cases.models import Case, Party
from tvist.cases.submissions import Submission
from tvist.db import Amount, Base, random_id
from tvist.documents.models import Paper
from tvist.intake.models import Draft

if TYPE_CHECKING:
    from tvist.access.policy import Role


class Answer(StrEnum):
    """What the other side says to a claim line."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    DISPUTED = "disputed"


class LineAnswer(Base):
    """The other side's answer to one line. `accepted_ore` is what it accepts of the amount; None for a line of principle."""

    __tablename__ = "line_answer"
    __table_args__ = (
        sa.UniqueConstraint("submission_id", "line_id"),
        sa.CheckConstraint("accepted_ore IS NULL OR accepted_ore >= 0", name="accepted_is_not_negative"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"), index=True)
    line_id: Mapped[int] = mapped_column(sa.ForeignKey("claim_line.id"), index=True)
    answer: Mapped[Answer]
    accepted_ore: Mapped[Amount | None]
    basis: Mapped[str] = mapped_column(default="")
    """The legal basis the other side relies on, in its words."""
    words: Mapped[str] = mapped_column(default="")
    submission: Mapped[Submission] = relationship(back_populates="line_answers")
    line: Mapped[ClaimLine] = relationship()


class FactReply(StrEnum):
    """What the other side says to a stated fact."""

    AGREED = "agreed"
    DISPUTED = "disputed"


class FactAnswer(Base):
    """The other side's answer to one stated fact, with why it is disputed; written once."""

    __tablename__ = "fact_answer"
    __table_args__ = (sa.UniqueConstraint("submission_id", "fact_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"), index=True)
    fact_id: Mapped[int] = mapped_column(sa.ForeignKey("stated_fact.id"), index=True)
    answer: Mapped[FactReply]
    words: Mapped[str] = mapped_column(default="")
    submission: Mapped[Submission] = relationship(back_populates="fact_answers")
    fact: Mapped[StatedFact] = relationship()


class TableConfirmation(Base):
    """A party confirms the joint table as it stood, by the hash of its canonical text; a later change asks for a new one."""

    __tablename__ = "table_confirmation"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("party.id"))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    sha256: Mapped[str]
    remark: Mapped[str] = mapped_column(default="")
    confirmed_at: Mapped[datetime]
    case: Mapped[Case] = relationship(back_populates="table_confirmations")
    party: Mapped[Party] = relationship()


class Settlement(Base):
    """A text that settles the case, put forward by one party; it ends the case when every party has confirmed this very text (rule 22).

    Until then it is an offer: for the two sides alone. At most one stands at a time.
    """

    __tablename__ = "settlement"
    __table_args__ = (
        sa.CheckConstraint("withdrawn_at IS NULL OR agreed_at IS NULL", name="agreed_settlement_stands"),
        sa.Index(
            "ix_settlement_standing",
            "case_id",
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("party.id"))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    sealed_text: Mapped[bytes]
    sha256: Mapped[str]
    made_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    agreed_at: Mapped[datetime | None]
    case: Mapped[Case] = relationship(back_populates="settlements")
    party: Mapped[Party] = relationship()
    confirmations: Mapped[list[SettlementConfirmation]] = relationship(
        back_populates="settlement", order_by="SettlementConfirmation.id"
    )


class SettlementConfirmation(Base):
    """A party's authorised filer confirms the text of a settlement, by its hash."""

    __tablename__ = "settlement_confirmation"
    __table_args__ = (sa.UniqueConstraint("settlement_id", "party_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    settlement_id: Mapped[int] = mapped_column(sa.ForeignKey("settlement.id"), index=True)
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("party.id"))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    sha256: Mapped[str]
    confirmed_at: Mapped[datetime]
    settlement: Mapped[Settlement] = relationship(back_populates="confirmations")
    party: Mapped[Party] = relationship()


class PageComment(Base):
    """A comment beside a page of a paper, written in a draft of a sending and sent with it (rule 19); after that it is never changed."""

    __tablename__ = "page_comment"
    __table_args__ = (
        sa.CheckConstraint("(draft_id IS NULL) <> (submission_id IS NULL)", name="comment_lies_in_one_place"),
        sa.CheckConstraint("page > 0", name="page_is_counted_from_one"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    paper_id: Mapped[int] = mapped_column(sa.ForeignKey("paper.id"), index=True)
    page: Mapped[int]
    text: Mapped[str]
    draft_id: Mapped[int | None] = mapped_column(sa.ForeignKey("draft.id"), index=True)
    submission_id: Mapped[int | None] = mapped_column(sa.ForeignKey("submission.id"), index=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    written_at: Mapped[datetime]
    paper: Mapped[Paper] = relationship()
    draft: Mapped[Draft | None] = relationship()
    submission: Mapped[Submission | None] = relationship(back_populates="page_comments")
    by: Mapped[User] = relationship()

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What `user` is to the comment: what the person is to the draft, or to the sending, that it lies in."""
        place = self.submission or self.draft
        return place.roles_for(user, on) if place else set()
