"""Drafts as typed, the petition as it was filed, and screening: proposals of dismissal."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.access.policy import Role
from tvist.accounts.models import MembershipRole, Organisation, User
from tvist.cases.models import Case
from tvist.cases.money import Bearer
from tvist.db import Base, Versioned, random_id

if TYPE_CHECKING:
    from tvist.documents.models import Paper


class Draft(Base, Versioned):
    """A request being written: kept as typed, with gaps (rule 14). No case, no number, until it is sent."""

    __tablename__ = "draft"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    begun_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    begun_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    typed: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    """The fields just as they were typed: the one column of JSON, because a draft may hold anything."""
    case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("case.id"), unique=True)
    discarded_at: Mapped[datetime | None]
    organisation: Mapped[Organisation] = relationship()
    begun_by: Mapped[User] = relationship()
    case: Mapped[Case | None] = relationship()
    team: Mapped[list[DraftMember]] = relationship(back_populates="draft", order_by="DraftMember.id")
    papers: Mapped[list[Paper]] = relationship(back_populates="draft", order_by="Paper.position")

    @property
    def is_open(self) -> bool:
        """Neither sent nor discarded."""
        return self.case_id is None and self.discarded_at is None

    def roles_for(self, user: User, on: date) -> set[Role]:
        """In the team that writes it, and still working there; authorised to file (rules 5, 10)."""
        if not any(member.user_id == user.id for member in self.team):
            return set()
        held = {found.role for found in user.memberships_on(on) if found.organisation_id == self.organisation_id}
        if MembershipRole.AUTHORISED_FILER in held:
            return {Role.DRAFTING, Role.DRAFTING_FILER}
        return {Role.DRAFTING} if MembershipRole.CASE_OFFICER in held else set()


class DraftMember(Base):
    """A person in the team that writes a draft."""

    __tablename__ = "draft_member"
    __table_args__ = (sa.UniqueConstraint("draft_id", "user_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(sa.ForeignKey("draft.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    added_at: Mapped[datetime]
    draft: Mapped[Draft] = relationship(back_populates="team")
    user: Mapped[User] = relationship()


class FiledPetition(Base):
    """The request as it was filed (rule 10): never changed. `snapshot` is the canonical JSON that was checked and sent."""

    __tablename__ = "filed_petition"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), unique=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"), unique=True)
    subject: Mapped[str]
    both_limbs: Mapped[str]
    """Why the matter lies under both the Child Welfare Act and another act (rule 1)."""
    authority: Mapped[str]
    """Who may file for the party, and by which delegation."""
    background: Mapped[str]
    agreed: Mapped[str]
    disputed: Mapped[str]
    argument: Mapped[str]
    claim: Mapped[str]
    settlement_on: Mapped[date]
    settlement_by: Mapped[str]
    settlement_words: Mapped[str]
    is_before_courts: Mapped[bool]
    courts_words: Mapped[str] = mapped_column(default="")
    pays_meanwhile: Mapped[Bearer]
    """Who pays while the case runs, without prejudice (rule 9)."""
    placed_on: Mapped[date | None]
    """The placement date, which some municipal shares depend on (rule 12)."""
    snapshot: Mapped[str]
    snapshot_sha256: Mapped[str]
    case: Mapped[Case] = relationship(back_populates="petition")


class DismissalProposal(Base):
    """A proposal to dismiss, on a coded ground; the leader decides it after the parties have commented (rule 16)."""

    __tablename__ = "dismissal_proposal"
    __table_args__ = (sa.CheckConstraint("(decided_at IS NULL) = (is_dismissed IS NULL)", name="decided_proposal_has_a_result"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    ground: Mapped[str]
    reasons: Mapped[str]
    proposed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    is_dismissed: Mapped[bool | None]
    decision_reasons: Mapped[str] = mapped_column(default="")
    case: Mapped[Case] = relationship(back_populates="dismissal_proposals")
