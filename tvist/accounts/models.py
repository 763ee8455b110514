"""Organisations, users, memberships (the role a person has in an organisation, with dates), sign-ins on the server, and sent forms."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.access.policy import Role
from tvist.db import Base, Versioned, random_id
from tvist.words import DEFAULT_LANGUAGE, LANGUAGES

if TYPE_CHECKING:
    from tvist.panel.models import Appointment


class OrganisationKind(StrEnum):
    """What an organisation is to the scheme."""

    MUNICIPALITY = "municipality"
    STATE = "state"  # A Bufetat region, or Bufdir for the state as such (rule 2).
    BODY = "body"  # The dispute body itself: secretariat, board, administrator.
    EVALUATION = "evaluation"


class MembershipRole(StrEnum):
    """What a person does in an organisation."""

    CASE_OFFICER = "case_officer"
    AUTHORISED_FILER = "authorised_filer"  # A case officer who may also bind the organisation: send and withdraw (rule 10).
    SECRETARIAT = "secretariat"
    EVALUATOR = "evaluator"
    ADMINISTRATOR = "administrator"


PARTY_ROLES = frozenset({MembershipRole.CASE_OFFICER, MembershipRole.AUTHORISED_FILER})


class Organisation(Base):
    """A municipality, a state region, the body itself. `code` is the municipality number or the region's code."""

    __tablename__ = "organisation"
    __table_args__ = (sa.UniqueConstraint("kind", "code"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[OrganisationKind]
    code: Mapped[str]
    name: Mapped[str]
    sort_key: Mapped[str] = mapped_column(index=True)
    mailbox: Mapped[str]
    """The functional mailbox (postmottak); notices go there too (rule 5)."""
    organisation_number: Mapped[str | None]

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What `user` is to the organisation: one who works there, or one who also answers for who does (rule 5)."""
        held = {found.role for found in user.memberships_on(on) if found.organisation_id == self.id} & PARTY_ROLES
        roles = {Role.COLLEAGUE} if held else set()
        return roles | ({Role.COLLEAGUE_FILER} if MembershipRole.AUTHORISED_FILER in held else set())


class User(Base, Versioned):
    """A person who signs in. Has the four members that Flask-Login asks for, and inherits nothing from it."""

    __tablename__ = "user"
    __table_args__ = (sa.CheckConstraint(f"language IN {LANGUAGES}", name="language_is_offered"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    email: Mapped[str] = mapped_column(unique=True)
    """In lower case."""
    name: Mapped[str]
    sort_key: Mapped[str]
    language: Mapped[str] = mapped_column(default=DEFAULT_LANGUAGE)
    password_hash: Mapped[str | None]
    """Argon2; None for one who has not chosen a password yet."""
    is_invented: Mapped[bool] = mapped_column(default=False)
    disabled_at: Mapped[datetime | None]
    memberships: Mapped[list[Membership]] = relationship(back_populates="user", order_by="Membership.id")
    appointments: Mapped[list[Appointment]] = relationship(back_populates="user", order_by="Appointment.id")

    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        """Not disabled."""
        return self.disabled_at is None

    def get_id(self) -> str:
        """What Flask-Login calls the person; the sign-in itself is a row on the server."""
        return self.public_id

    @property
    def acting_for_id(self) -> int | None:
        """The organisation that this sign-in acts for alone, where the national sign-in told one; None for one's own account as a whole."""
        return vars(self).get("_acting_for_id")

    def act_for(self, organisation_id: int | None) -> None:
        """Let all that is asked of the person, until they are loaded anew, be answered for this organisation alone."""
        vars(self)["_acting_for_id"] = organisation_id

    def acts_for(self, organisation_id: int | None) -> bool:
        """Whether this sign-in may act for the organisation, as far as the sign-in goes."""
        return self.acting_for_id is None or self.acting_for_id == organisation_id

    def memberships_on(self, on: date) -> list[Membership]:
        """The memberships in force that day, of those that the sign-in acts for: what every role is derived from."""
        return [found for found in self.all_memberships_on(on) if self.acts_for(found.organisation_id)]

    def all_memberships_on(self, on: date) -> list[Membership]:
        """The memberships in force that day, whatever the sign-in acts for: what is asked about a person, and not by them."""
        return [found for found in self.memberships if found.holds_on(on)]

    def roles_on(self, on: date) -> set[Role]:
        """What the person is at all that day, whatever the thing."""
        roles = {Role.SIGNED_IN}
        for membership in self.memberships_on(on):
            roles.add(_ROLE_OF[membership.role])
        for appointment in self.appointments:
            if appointment.holds_on(on):
                roles.add(Role.BOARD_MEMBER)
                if appointment.is_leader:
                    roles.add(Role.LEADER)
            elif appointment.finishes_on(on) and appointment.open_seats:
                # The term is over, and a case that was referred in it is not (rule 27): the member still has a desk.
                roles.add(Role.BOARD_MEMBER)
        return roles

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What `user` is to this account: its owner, or the administrator."""
        general = user.roles_on(on) & {Role.ADMINISTRATOR}
        return general | ({Role.OWNER, Role.SIGNED_IN} if user.id == self.id else set())


_ROLE_OF = {
    MembershipRole.CASE_OFFICER: Role.PARTY_STAFF,
    MembershipRole.AUTHORISED_FILER: Role.PARTY_STAFF,
    MembershipRole.SECRETARIAT: Role.SECRETARIAT,
    MembershipRole.EVALUATOR: Role.EVALUATOR,
    MembershipRole.ADMINISTRATOR: Role.ADMINISTRATOR,
}


class Membership(Base):
    """What a person does in an organisation, from a day to a day (the last day included)."""

    __tablename__ = "membership"
    __table_args__ = (sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name="membership_ends_after_it_begins"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    role: Mapped[MembershipRole]
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    user: Mapped[User] = relationship(back_populates="memberships")
    organisation: Mapped[Organisation] = relationship()

    def holds_on(self, on: date) -> bool:
        """In force that day."""
        return self.from_on <= on and (self.to_on is None or on <= self.to_on)

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What `user` is to this role of a person: what they are to the person's account."""
        return self.user.roles_for(user, on)


class SignIn(Base):
    """A sign-in kept on the server, so that it can be ended here. The cookie holds the token; only its hash is kept."""

    __tablename__ = "sign_in"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    began_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    """When its browser last asked for something, to the minute; None in its first minute."""
    proved_at: Mapped[datetime | None]
    """When the person last gave a second proof; None is no proof, never an old one."""
    browser: Mapped[str | None]
    """The browser in words ("Firefox, Windows"), so that its owner knows it again."""
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"))
    """The organisation it acts for alone, as the national sign-in told; another organisation is another sign-in."""
    outside_id: Mapped[int | None] = mapped_column(sa.ForeignKey("outside_identity.id"))
    """The identity it was begun with, where that came from outside: its level of assurance stands for the second factor."""
    user: Mapped[User] = relationship()

    def acts_on(self, on: date) -> bool:
        """Whether it still acts for somebody that day: the person works for its organisation, and sits on no board.

        A member of the board signs in as that, by their own account: nothing of the panel's opens to one who acts for a party (rule 29).
        """
        if self.organisation_id is None:
            return True
        works = any(found.organisation_id == self.organisation_id for found in self.user.all_memberships_on(on))
        return works and not self.user.appointments

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What `user` is to the sign-in: what they are to the person's account."""
        return self.user.roles_for(user, on)


class SignInAttempt(Base):
    """An attempt to sign in, for throttling that holds over workers and restarts. Keys are keyed hashes, never addresses."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (sa.Index("ix_sign_in_attempt_key_at", "key", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    at: Mapped[datetime]
    succeeded: Mapped[bool]


class PasswordLink(Base):
    """A link to choose a password, used once, for a short time. Only the hash of its token is kept."""

    __tablename__ = "password_link"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    user: Mapped[User] = relationship()


class SentForm(Base):
    """A form that was sent, by the key it carried: the second click, the reload and the retry find the first answer."""

    __tablename__ = "sent_form"
    key: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime]
    location: Mapped[str]


class Absence(Base):
    """A person is away, from a day to a day, and a colleague may stand in (rule 5)."""

    __tablename__ = "absence"
    __table_args__ = (
        sa.CheckConstraint("to_on >= from_on", name="absence_ends_after_it_begins"),
        sa.CheckConstraint("stand_in_id <> user_id", name="nobody_stands_in_for_themselves"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    stand_in_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date]
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When it was called off before its last day."""
    user: Mapped[User] = relationship(foreign_keys=user_id)
    stand_in: Mapped[User | None] = relationship(foreign_keys=stand_in_id)

    def holds_on(self, on: date) -> bool:
        """Away that day."""
        return self.ended_at is None and self.from_on <= on <= self.to_on

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What `user` is to the absence: what they are to the person's account."""
        return self.user.roles_for(user, on)


class AccessRequest(Base):
    """Somebody asks to work for an organisation here, or to wake a dormant account; its postmottak confirms or refuses (rule 5).

    Only the hash of the link's token is kept. `user_id` is the dormant account, or the one that was made.
    """

    __tablename__ = "access_request"
    __table_args__ = (sa.CheckConstraint("(answered_at IS NULL) = (is_confirmed IS NULL)", name="answered_request_has_a_result"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    name: Mapped[str]
    email: Mapped[str]
    language: Mapped[str]
    role: Mapped[MembershipRole]
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    is_confirmed: Mapped[bool | None]
    organisation: Mapped[Organisation] = relationship()
    user: Mapped[User | None] = relationship()
