"""Drafts as typed, the petition as it was filed, the child's sealed identity, and screening: dismissal and the new look at one."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.access.policy import Role
from tvist.accounts.models import MembershipRole, Organisation, User
from tvist.anonymity.finding import FindingKind
from tvist.cases.history import Ending
from tvist.cases.models import Case, Party
from tvist.cases.money import Bearer
from tvist.cases.submissions import Submission
from tvist.db import Base, Versioned, random_id
from tvist.words import Message

if TYPE_CHECKING:
    from tvist.documents.models import Paper


class DraftKind(StrEnum):
    """What a draft becomes when it is sent."""

    REQUEST = "request"
    CURE = "cure"
    RESPONSE = "response"
    COMMENTS = "comments"
    ADDITION = "addition"
    LATE = "late"
    LATE_COMMENTS = "late_comments"
    DISMISSAL_COMMENT = "dismissal_comment"
    DEFICIENCY_LETTER = "deficiency_letter"
    DISMISSAL_PROPOSAL = "dismissal_proposal"
    BODY_LETTER = "body_letter"


FROM_A_PARTY = frozenset(
    {
        DraftKind.CURE,
        DraftKind.RESPONSE,
        DraftKind.COMMENTS,
        DraftKind.ADDITION,
        DraftKind.LATE,
        DraftKind.LATE_COMMENTS,
        DraftKind.DISMISSAL_COMMENT,
    }
)


class Draft(Base, Versioned):
    """Something being written: kept as typed, with gaps (rule 14).

    A request has no case and no number until it is sent; `case` is what it became. Any other draft is written in a case (`in_case`): for a
    party's case team, or, without a party, by the secretariat. `submission` is what it became. One case, party and kind has one open draft.
    """

    __tablename__ = "draft"
    __table_args__ = (
        sa.CheckConstraint("(kind = 'request') = (in_case_id IS NULL)", name="request_is_in_no_case_yet"),
        sa.CheckConstraint("kind = 'request' OR case_id IS NULL", name="only_a_request_becomes_a_case"),
        sa.CheckConstraint("received_on IS NULL OR kind = 'request'", name="only_a_request_is_received"),
        sa.Index(
            "ix_draft_open_for_party",
            "party_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("party_id IS NOT NULL AND submission_id IS NULL AND discarded_at IS NULL"),
            postgresql_where=sa.text("party_id IS NOT NULL AND submission_id IS NULL AND discarded_at IS NULL"),
        ),
        sa.Index(
            "ix_draft_open_for_body",
            "in_case_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("party_id IS NULL AND submission_id IS NULL AND discarded_at IS NULL"),
            postgresql_where=sa.text("party_id IS NULL AND submission_id IS NULL AND discarded_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    kind: Mapped[DraftKind] = mapped_column(default=DraftKind.REQUEST)
    in_case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("case.id"), index=True)
    party_id: Mapped[int | None] = mapped_column(sa.ForeignKey("party.id"))
    submission_id: Mapped[int | None] = mapped_column(sa.ForeignKey("submission.id"), unique=True)
    received_on: Mapped[date | None]
    """When a request that the secretariat registers for a party came in, by letter or e-mail; None for one that the party writes itself."""
    sealed_identity: Mapped[bytes | None]
    """The child's name and birth number as typed, sealed, bound to the draft (rule 7): they are never in `typed`."""
    sealed_offers: Mapped[bytes | None]
    """What is told of offers made, sealed, bound to the draft (rule 22): never in `typed`, nor in what is filed."""
    begun_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    begun_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    typed: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    """The fields just as they were typed: the one column of JSON, because a draft may hold anything."""
    case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("case.id"), unique=True)
    discarded_at: Mapped[datetime | None]
    organisation: Mapped[Organisation] = relationship()
    begun_by: Mapped[User] = relationship()
    case: Mapped[Case | None] = relationship(foreign_keys=case_id)
    in_case: Mapped[Case | None] = relationship(foreign_keys=in_case_id)
    party: Mapped[Party | None] = relationship()
    submission: Mapped[Submission | None] = relationship()
    changes: Mapped[list[DraftChange]] = relationship(back_populates="draft", order_by="DraftChange.id")
    team: Mapped[list[DraftMember]] = relationship(back_populates="draft", order_by="DraftMember.id")
    papers: Mapped[list[Paper]] = relationship(back_populates="draft", order_by="Paper.position")

    @property
    def is_open(self) -> bool:
        """Neither sent nor discarded."""
        return self.case_id is None and self.submission_id is None and self.discarded_at is None

    def roles_for(self, user: User, on: date) -> set[Role]:
        """In the team that writes it, and still working there; authorised to file (rules 5, 10).

        What is written in a case is for the case team of its party, or for the officers who declared; what the secretariat registers for a
        party is for its officers.
        """
        if self.in_case is not None:
            return self._roles_in_case(self.in_case, user, on)
        if self.received_on is not None:
            return {Role.DRAFTING, Role.DRAFTING_FILER} if Role.SECRETARIAT in user.roles_on(on) else set()
        if not any(member.user_id == user.id and member.holds_on(on) for member in self.team):
            return set()
        held = {found.role for found in user.memberships_on(on) if found.organisation_id == self.organisation_id}
        if MembershipRole.AUTHORISED_FILER in held:
            return {Role.DRAFTING, Role.DRAFTING_FILER}
        return {Role.DRAFTING} if MembershipRole.CASE_OFFICER in held else set()

    def _roles_in_case(self, case: Case, user: User, on: date) -> set[Role]:
        roles = case.roles_for(user, on)
        if self.party is None:
            return {Role.DRAFTING} if Role.SECRETARIAT_DECLARED in roles else set()
        if not roles & {Role.REQUESTING, Role.OPPOSING} or case.party_of(user, on) is not self.party:
            return set()
        return {Role.DRAFTING, Role.DRAFTING_FILER} if self.party.may_be_bound_by(user, on) else {Role.DRAFTING}


class DraftChange(Base):
    """What one person typed in one place of a draft, with what stood there before: so that nothing that was typed is lost.

    Further typing by the same person in the same place and tab within a short time goes into the same row.
    """

    __tablename__ = "draft_change"
    __table_args__ = (sa.Index("ix_draft_change_draft_id_place_id", "draft_id", "place", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(sa.ForeignKey("draft.id"))
    place: Mapped[str]
    """Where in `typed`: `lines[0].rate`."""
    before: Mapped[Any] = mapped_column(sa.JSON)
    value: Mapped[Any] = mapped_column(sa.JSON)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    tab: Mapped[str]
    at: Mapped[datetime]
    draft: Mapped[Draft] = relationship(back_populates="changes")
    by: Mapped[User] = relationship()


class DraftVisit(Base):
    """Who has a draft open, in which tab, and in which field the person writes; gone stale after some seconds."""

    __tablename__ = "draft_visit"
    __table_args__ = (sa.UniqueConstraint("draft_id", "user_id", "tab"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(sa.ForeignKey("draft.id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    tab: Mapped[str]
    place: Mapped[str] = mapped_column(default="")
    seen_at: Mapped[datetime]
    user: Mapped[User] = relationship()


class DraftMember(Base):
    """A person in the team that writes a draft, from a day to a day."""

    __tablename__ = "draft_member"
    __table_args__ = (sa.UniqueConstraint("draft_id", "user_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(sa.ForeignKey("draft.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    added_at: Mapped[datetime]
    from_on: Mapped[date | None]
    to_on: Mapped[date | None]
    absence_id: Mapped[int | None] = mapped_column(sa.ForeignKey("absence.id"), index=True)
    """The absence of a colleague in which the person stands in; None for who is in the team in their own right."""
    draft: Mapped[Draft] = relationship(back_populates="team")
    user: Mapped[User] = relationship()

    def holds_on(self, on: date) -> bool:
        """In the team that day."""
        return (self.from_on is None or self.from_on <= on) and (self.to_on is None or on <= self.to_on)


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
    limitation_words: Mapped[str] = mapped_column(default="")
    """An agreement on extending the time-limit, in the filer's words (rule 13)."""
    limitation_until: Mapped[date | None]
    """The day to which the parties have agreed that the claim does not lapse (rule 13)."""
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


class ChildIdentity(Base):
    """The child's name and birth number, sealed (rule 7). Opened with a purpose by the case teams of both sides and the secretariat.

    `number_hash` is keyed, so that equal cases are found without opening; None where the number is not known. Written once.
    """

    __tablename__ = "child_identity"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), unique=True)
    sealed: Mapped[bytes]
    number_hash: Mapped[bytes | None] = mapped_column(index=True)
    made_at: Mapped[datetime]
    case: Mapped[Case] = relationship(back_populates="child_identity")


class IdentityOpening(Base):
    """Somebody opened a sealed identity, and for what; written once, shown to the other readers (rules 7, 44)."""

    __tablename__ = "identity_opening"
    id: Mapped[int] = mapped_column(primary_key=True)
    identity_id: Mapped[int] = mapped_column(sa.ForeignKey("child_identity.id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    purpose: Mapped[str]
    opened_at: Mapped[datetime]
    identity: Mapped[ChildIdentity] = relationship()
    user: Mapped[User] = relationship()


class KeptFinding(Base):
    """What was found before a sending and sent all the same, for a reason that the secretariat reads at the look-through; written once (rules 6, 20).

    Of the words themselves nothing is kept here. `paper_id`: in the file, else in what was typed at `place`. Of a paper that could not be read the kind
    is `unread`, and whoever sent it has looked it through.
    """

    __tablename__ = "kept_finding"
    __table_args__ = (sa.CheckConstraint("kind = 'unread' OR reason <> ''", name="what_is_kept_has_a_reason"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    submission_id: Mapped[int | None] = mapped_column(sa.ForeignKey("submission.id"), index=True)
    """The sending that it went with; None for what is no sending: a message, an application for more time."""
    paper_id: Mapped[int | None] = mapped_column(sa.ForeignKey("paper.id"))
    place: Mapped[Message]
    kind: Mapped[FindingKind]
    count: Mapped[int]
    reason: Mapped[str]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime]
    case: Mapped[Case] = relationship()
    submission: Mapped[Submission | None] = relationship()
    paper: Mapped[Paper | None] = relationship()
    by: Mapped[User] = relationship()


class NewLook(Base):
    """A party asks the leader to look at a dismissal anew, once for each dismissal and in time (rule 16)."""

    __tablename__ = "new_look"
    __table_args__ = (sa.CheckConstraint("(decided_at IS NULL) = (is_taken_up IS NULL)", name="decided_new_look_has_a_result"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    ending_id: Mapped[int] = mapped_column(sa.ForeignKey("ending.id"), unique=True)
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("party.id"))
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    is_taken_up: Mapped[bool | None]
    reasons: Mapped[str] = mapped_column(default="")
    case: Mapped[Case] = relationship(back_populates="new_looks")
    ending: Mapped[Ending] = relationship()
    party: Mapped[Party] = relationship()
    submission: Mapped[Submission] = relationship()
