"""A letter and its recipients. A letter carries a number and a link, never a name or a fact (rule 42)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.access.policy import Role
from tvist.accounts.models import PARTY_ROLES, MembershipRole, User
from tvist.cases.history import Statement
from tvist.cases.models import Case, Party
from tvist.cases.waiting import Task
from tvist.db import Base, random_id

MAILBOX_ROLES = PARTY_ROLES | {MembershipRole.SECRETARIAT}
"""Who reads the functional mailbox of their organisation."""


class LetterKind(StrEnum):
    """What a letter is about."""

    RECEIPT = "receipt"
    NEW_CASE = "new_case"
    DEFICIENCY = "deficiency"
    CURED = "cured"
    SENT_OVER = "sent_over"
    NEXT_ROUND = "next_round"
    SUBMISSION_RECEIVED = "submission_received"
    DISMISSAL_PROPOSED = "dismissal_proposed"
    DISMISSED = "dismissed"
    DISCONTINUED = "discontinued"
    PREPARATION_CLOSED = "preparation_closed"
    CALLED_TO_SEAT = "called_to_seat"
    PANEL_SEATED = "panel_seated"
    REFERRED = "referred"
    OPINION_ISSUED = "opinion_issued"
    ISSUE_FAILED = "issue_failed"
    PASSWORD_LINK = "password_link"  # noqa: S105 - the name of a letter, no secret.


class Letter(Base):
    """A letter as it was written, in the language of its recipient; its words are never changed."""

    __tablename__ = "letter"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("case.id"), index=True)
    kind: Mapped[LetterKind]
    party_id: Mapped[int | None] = mapped_column(sa.ForeignKey("party.id"))
    """The party it is for; None for a letter to the secretariat, a member or a user."""
    language: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    link: Mapped[str]
    """Where in the program the letter leads, as a path; the mail adds the program's address."""
    written_at: Mapped[datetime]
    starts_id: Mapped[int | None] = mapped_column(sa.ForeignKey("task.id"))
    """The task whose clock starts when a letter that serves no sending is accepted for its party (rules 18, 30)."""
    case: Mapped[Case | None] = relationship(back_populates="letters")
    party: Mapped[Party | None] = relationship()
    starts: Mapped[Task | None] = relationship()
    recipients: Mapped[list[Recipient]] = relationship(back_populates="letter", order_by="Recipient.id")

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What `user` is to this letter: one it is addressed to, by name or by the mailbox of the party the person works for (rule 5).

        The officers of the secretariat read the letters of the cases they may open, and those to the secretariat itself.
        """
        roles = {Role.SECRETARIAT} & (self.case.roles_for(user, on) if self.case else set())
        has_conflict = self.case is not None and self.case.statement_of(user) is Statement.CONFLICT
        if any(found.user_id == user.id for found in self.recipients) or (
            not has_conflict and self._is_for_workplace_of(user, on)
        ):
            roles.add(Role.OWNER)
        return roles

    def _is_for_workplace_of(self, user: User, on: date) -> bool:
        mailboxes = {found.address for found in self.recipients if found.user_id is None}
        return any(found.organisation.mailbox in mailboxes and found.role in MAILBOX_ROLES for found in user.memberships_on(on))


class Fate(StrEnum):
    """What became of a letter to one recipient."""

    MADE = "made"
    HANDING_OVER = "handing_over"  # Marked before the mail server is spoken to: what a crash leaves here is unknown, never sent again by itself.
    ACCEPTED = "accepted"
    BOUNCED = "bounced"
    UNKNOWN = "unknown"


class Recipient(Base):
    """One address a letter goes to, with its own fate."""

    __tablename__ = "recipient"
    __table_args__ = (
        sa.CheckConstraint("(fate = 'accepted') = (accepted_at IS NOT NULL)", name="accepted_letter_has_a_moment"),
        sa.Index("ix_recipient_fate_id", "fate", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letter.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    """The person; None for an organisation's mailbox (rule 5)."""
    address: Mapped[str]
    message_id: Mapped[str] = mapped_column(unique=True)
    """Stable, so that a mail server knows a letter it has had."""
    fate: Mapped[Fate] = mapped_column(default=Fate.MADE)
    attempts: Mapped[int] = mapped_column(default=0)
    handed_over_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    next_try_at: Mapped[datetime | None]
    """When a letter that the mail server put off is tried again."""
    answer_code: Mapped[int | None]
    """The mail server's last answer as its number (550, 451 …), never its text: that may hold a name."""
    letter: Mapped[Letter] = relationship(back_populates="recipients")
    user: Mapped[User | None] = relationship()
