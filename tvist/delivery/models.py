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
    EXTENSION_ASKED = "extension_asked"
    EXTENSION_GRANTED = "extension_granted"
    EXTENSION_REFUSED = "extension_refused"
    DEADLINE_MOVED = "deadline_moved"
    REMINDER = "reminder"
    DEADLINE_MISSED = "deadline_missed"
    RESTING = "resting"
    RESUMED = "resumed"
    REOPENED = "reopened"
    JOINT_TABLE = "joint_table"
    CONCEDED = "conceded"
    OFFER_MADE = "offer_made"
    SETTLEMENT_PROPOSED = "settlement_proposed"
    MESSAGE = "message"
    BODY_LETTER = "body_letter"
    NEW_LOOK_ASKED = "new_look_asked"
    NEW_LOOK_REFUSED = "new_look_refused"
    TAKEN_UP_AGAIN = "taken_up_again"
    KEPT = "kept"
    PAPER_QUARANTINED = "paper_quarantined"
    PAPER_REPLACED = "paper_replaced"
    ASSIGNED = "assigned"
    ADDED_TO_TEAM = "added_to_team"
    ACCESS_ASKED = "access_asked"
    ACCESS_REFUSED = "access_refused"
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
    released_at: Mapped[datetime | None]
    """When it was let go: at once for kinds that go by themselves, else when an officer approved it. None while it waits."""
    released_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    stopped_at: Mapped[datetime | None]
    """When an officer stopped it before it left; it never leaves after that."""
    stopped_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    stop_reason: Mapped[str] = mapped_column(default="")
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
    opened_at: Mapped[datetime | None]
    """When the recipient, signed in, first opened the letter or what it leads to."""
    resends_id: Mapped[int | None] = mapped_column(sa.ForeignKey("recipient.id"), unique=True)
    """The failed sending that an officer repeated by this one; never done by itself."""
    dealt_with_at: Mapped[datetime | None]
    """When an officer dealt with a failure: sent it again, or found that nothing more is needed."""
    dealt_with_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    letter: Mapped[Letter] = relationship(back_populates="recipients")
    user: Mapped[User | None] = relationship(foreign_keys=user_id)


class LetterSetting(Base):
    """Whether letters of a kind leave by themselves, or wait for an officer's approval; the latest row holds. Written once."""

    __tablename__ = "letter_setting"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[LetterKind]
    is_automatic: Mapped[bool]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime]


class ReminderKind(StrEnum):
    """When a party is reminded of a deadline."""

    FIVE_DAYS = "five_days"
    ONE_DAY = "one_day"
    MISSED = "missed"


class Reminder(Base):
    """A reminder of a task's deadline, once for each kind and last day."""

    __tablename__ = "reminder"
    __table_args__ = (sa.UniqueConstraint("task_id", "kind", "due_on"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), index=True)
    kind: Mapped[ReminderKind]
    due_on: Mapped[date]
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letter.id"))
    sent_at: Mapped[datetime]


class BounceNotice(Base):
    """A bounce that was read from the mailbox or came by the webhook: which, and what it was about; never its text. Written once."""

    __tablename__ = "bounce_notice"
    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[str] = mapped_column(unique=True)
    """What tells this notice from others, hashed: the bounce mail's own Message-ID, or the hook's."""
    recipient_id: Mapped[int | None] = mapped_column(sa.ForeignKey("recipient.id"))
    """The sending it is about; None where that could not be told."""
    code: Mapped[str] = mapped_column(default="")
    """The status as numbers: 5.1.1."""
    read_at: Mapped[datetime]
