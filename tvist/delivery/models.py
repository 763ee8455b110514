"""A letter and its recipients. A letter carries a number and a link, never a name or a fact (rule 42)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.access.policy import Role
from tvist.accounts.models import PARTY_ROLES, MembershipRole, User
from tvist.cases.history import Statement
from tvist.cases.models import Case, Party
from tvist.cases.submissions import Serving
from tvist.cases.waiting import Task
from tvist.db import Base, random_id

MAILBOX_ROLES = PARTY_ROLES | {MembershipRole.SECRETARIAT}
"""Who reads the functional mailbox of their organisation."""
VOUCHING_ROLES = frozenset({MembershipRole.AUTHORISED_FILER})
"""Who reads, of that mailbox, the letters with a key to let somebody in: who answers for who works there (rule 5). Else an officer who asks to
become a filer would find the key in the program, and say yes to it."""


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
    RULING_ASKED = "ruling_asked"
    OBJECTION_MADE = "objection_made"
    CHALLENGE_RULED = "challenge_ruled"
    LATE_SENT = "late_sent"
    LATE_ADMITTED = "late_admitted"
    LATE_REFUSED = "late_refused"
    BUNDLE_RENEWED = "bundle_renewed"
    QUESTIONS_DRAFTED = "questions_drafted"
    OPINION_ISSUED = "opinion_issued"
    OPINION_CORRECTED = "opinion_corrected"
    NEW_TREATMENT_ASKED = "new_treatment_asked"
    NEW_TREATMENT_GRANTED = "new_treatment_granted"
    NEW_TREATMENT_REFUSED = "new_treatment_refused"
    EMPLOYERS_DUE = "employers_due"
    SEAT_RUNS_EMPTY = "seat_runs_empty"
    MEETING_CALLED = "meeting_called"
    MEETING_CHANGED = "meeting_changed"
    MEETING_CANCELLED = "meeting_cancelled"
    ISSUE_FAILED = "issue_failed"
    FOLLOW_UP = "follow_up"
    PUBLICATION_TO_APPROVE = "publication_to_approve"
    PUBLICATION_RETURNED = "publication_returned"
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
    SIGN_IN_CHANGED = "sign_in_changed"
    SIGN_IN_RESET = "sign_in_reset"
    ACCESS_GAINED = "access_gained"
    ACCESS_LOST = "access_lost"
    COLLEAGUES_DUE = "colleagues_due"
    COLLEAGUES_KEY = "colleagues_key"
    UNCONFIRMED = "unconfirmed"
    LEFT_TEAM = "left_team"
    TEAM_EMPTIED = "team_emptied"


READERS_OF_KEYS: Final = {LetterKind.ACCESS_ASKED: VOUCHING_ROLES, LetterKind.COLLEAGUES_KEY: frozenset[MembershipRole]()}
"""Who reads, of the mailbox's letters with a key, which in the program. The key to the yearly confirmation is for the postmottak alone: by it
one may confirm anybody, and nobody confirms themselves."""


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
    details: Mapped[str | None]
    """What it says as a document, as canonical JSON (`document.py`), frozen when it was written; None for a notice that is no document, and for
    letters from before there were any."""
    pages: Mapped[int | None]
    """How many pages it has as a document, counted by the round of the worker (språklova § 13: forms are counted in letters and pages)."""
    starts_id: Mapped[int | None] = mapped_column(sa.ForeignKey("task.id"))
    """The task whose clock starts when a letter that serves no sending is accepted for its party (rules 18, 30)."""
    case: Mapped[Case | None] = relationship(back_populates="letters")
    party: Mapped[Party | None] = relationship()
    starts: Mapped[Task | None] = relationship()
    released_by: Mapped[User | None] = relationship(foreign_keys=released_by_id)
    stopped_by: Mapped[User | None] = relationship(foreign_keys=stopped_by_id)
    recipients: Mapped[list[Recipient]] = relationship(back_populates="letter", order_by="Recipient.id")
    servings: Mapped[list[Serving]] = relationship(order_by="Serving.id", viewonly=True)

    @property
    def waits_for_approval(self) -> bool:
        """Written, and held until an officer approves or stops it."""
        return self.released_at is None and self.stopped_at is None

    @property
    def has_left(self) -> bool:
        """Whether it has, or may have, reached a mail server for anybody."""
        return any(found.fate is not Fate.MADE for found in self.recipients)

    @property
    def is_stoppable(self) -> bool:
        """Whether nothing of it has left, so that it can still be stopped."""
        return self.stopped_at is None and not self.has_left

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What `user` is to this letter: one it is addressed to, by name or by the mailbox of the party the person works for (rule 5).

        The officers of the secretariat read the letters of the cases they may open, and those to the secretariat itself. A letter that waits
        for approval, or was stopped, is for them alone.
        """
        roles = {Role.SECRETARIAT} & (self.case.roles_for(user, on) if self.case else set())
        has_conflict = self.case is not None and self.case.statement_of(user) is Statement.CONFLICT
        is_let_go = self.released_at is not None and self.stopped_at is None
        is_for = any(found.is_for(user, on, by_mailbox=not has_conflict) for found in self.recipients)
        if is_let_go and is_for and self.is_acted_for(user, on):
            roles.add(Role.OWNER)
        return roles

    def is_acted_for(self, user: User, on: date) -> bool:
        """Whether the letter belongs to what the person is signed in for: of a case, only of a case and a party of that organisation."""
        if user.acting_for_id is None or self.case is None:
            return True
        is_own = self.party is None or user.acts_for(self.party.organisation_id)
        return is_own and bool(self.case.roles_for(user, on))


class Fate(StrEnum):
    """What became of a letter to one recipient."""

    MADE = "made"
    HANDING_OVER = "handing_over"  # Marked before the mail server is spoken to: what a crash leaves here is unknown, never sent again by itself.
    ACCEPTED = "accepted"
    BOUNCED = "bounced"
    UNKNOWN = "unknown"


class Standing(StrEnum):
    """Where a letter stands with one recipient, in the words of the page."""

    TO_APPROVE = "to_approve"
    MADE = "made"
    HANDED_OVER = "handed_over"
    ACCEPTED = "accepted"
    OPENED = "opened"
    BOUNCED = "bounced"
    UNKNOWN = "unknown"
    STOPPED = "stopped"
    SENT_AGAIN = "sent_again"
    CLOSED = "closed"  # Did not arrive, and an officer found that nothing more is needed.


_STANDING_OF_FATE = {
    Fate.MADE: Standing.MADE,
    Fate.HANDING_OVER: Standing.HANDED_OVER,
    Fate.ACCEPTED: Standing.ACCEPTED,
    Fate.BOUNCED: Standing.BOUNCED,
    Fate.UNKNOWN: Standing.UNKNOWN,
}
NOT_ARRIVED = frozenset({Fate.BOUNCED, Fate.UNKNOWN})


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
    dealt_with_reason: Mapped[str] = mapped_column(default="")
    """Why nothing more is needed, in the officer's words; empty where it was sent again."""
    letter: Mapped[Letter] = relationship(back_populates="recipients")
    user: Mapped[User | None] = relationship(foreign_keys=user_id)
    dealt_with_by: Mapped[User | None] = relationship(foreign_keys=dealt_with_by_id)
    resends: Mapped[Recipient | None] = relationship(remote_side="Recipient.id", back_populates="sent_again")
    sent_again: Mapped[Recipient | None] = relationship(back_populates="resends", uselist=False)
    notices: Mapped[list[BounceNotice]] = relationship(back_populates="recipient", order_by="BounceNotice.id")

    @property
    def standing(self) -> Standing:
        """Where the letter stands with this recipient; that it was opened says more than what the mail server told."""
        if self.letter.stopped_at is not None:
            return Standing.STOPPED
        if self.letter.released_at is None:
            return Standing.TO_APPROVE
        if self.sent_again is not None:
            return Standing.SENT_AGAIN
        if self.opened_at is not None:
            return Standing.OPENED
        if self.fate in NOT_ARRIVED and self.dealt_with_at is not None:
            return Standing.CLOSED
        return _STANDING_OF_FATE[self.fate]

    @property
    def stands_since(self) -> datetime:
        """Since when it stands so."""
        since = {
            Standing.STOPPED: self.letter.stopped_at,
            Standing.SENT_AGAIN: self.dealt_with_at,
            Standing.OPENED: self.opened_at,
            Standing.CLOSED: self.dealt_with_at,
            Standing.HANDED_OVER: self.handed_over_at,
            Standing.ACCEPTED: self.accepted_at,
            Standing.BOUNCED: self.notices[-1].read_at if self.notices else self.handed_over_at,
            Standing.UNKNOWN: self.handed_over_at,
        }
        return since.get(self.standing) or self.letter.written_at

    @property
    def needs_an_officer(self) -> bool:
        """It did not arrive, or perhaps did not, nobody has opened it, and no officer has dealt with it."""
        return self.fate in NOT_ARRIVED and self.opened_at is None and self.dealt_with_at is None

    def is_for(self, user: User, on: date, *, by_mailbox: bool = True) -> bool:
        """Whether `user` is the recipient, or reads the mailbox it is (rule 5)."""
        if self.user_id is not None:
            return self.user_id == user.id
        memberships = user.memberships_on(on) if by_mailbox else []
        readers = READERS_OF_KEYS.get(self.letter.kind, MAILBOX_ROLES)
        return any(found.organisation.mailbox == self.address and found.role in readers for found in memberships)

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What `user` is to this sending: an officer who may open its case; any officer where there is none. Its words are not shown by this."""
        return {Role.SECRETARIAT} & (self.letter.case.roles_for(user, on) if self.letter.case else user.roles_on(on))


class LetterSetting(Base):
    """Whether letters of a kind leave by themselves, or wait for an officer's approval; the latest row holds. Written once."""

    __tablename__ = "letter_setting"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[LetterKind]
    is_automatic: Mapped[bool]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime]
    by: Mapped[User] = relationship()


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
    recipient: Mapped[Recipient | None] = relationship(back_populates="notices")
