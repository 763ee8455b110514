"""What a person proves it with, beside the pass phrase: passkeys, code apps, recovery codes; and a sign-in that has come half way."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.accounts.models import User
from tvist.db import Base, random_id

if TYPE_CHECKING:
    from tvist.access.policy import Role


class FactorKind(StrEnum):
    """What a second step is done with."""

    PASSKEY = "passkey"
    APP = "app"  # An app that shows a code of six digits, new each half minute (TOTP).


class SecondFactor(Base):
    """A passkey or a code app of a person. Of a passkey only its public key is here; the secret of an app is sealed."""

    __tablename__ = "second_factor"
    __table_args__ = (
        sa.CheckConstraint(
            "(kind = 'app') = (sealed_secret IS NOT NULL) AND (kind = 'app') = (last_step IS NOT NULL)",
            name="an_app_has_a_sealed_secret",
        ),
        sa.CheckConstraint(
            "(kind = 'passkey') = (credential_id IS NOT NULL) AND (kind = 'passkey') = (public_key IS NOT NULL) "
            "AND (kind = 'passkey') = (sign_count IS NOT NULL)",
            name="a_passkey_has_a_public_key",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    kind: Mapped[FactorKind]
    name: Mapped[str]
    """What its owner calls it."""
    made_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    sealed_secret: Mapped[bytes | None]
    last_step: Mapped[int | None] = mapped_column(sa.BigInteger)
    """The half minute of the last code that was taken: that code and all before it are spent."""
    credential_id: Mapped[str | None] = mapped_column(unique=True)
    """What the browser knows the passkey by, as base64url."""
    public_key: Mapped[bytes | None]
    sign_count: Mapped[int | None] = mapped_column(sa.BigInteger)
    user: Mapped[User] = relationship()

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What `user` is to it: what they are to the person's account."""
        return self.user.roles_for(user, on)


class RecoveryCode(Base):
    """One of ten codes that each take the place of the second step once. Only a keyed hash is kept."""

    __tablename__ = "recovery_code"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    kept_at: Mapped[datetime | None]
    """When the person said that the codes are kept; until then the account page asks for it."""
    used_at: Mapped[datetime | None]
    user: Mapped[User] = relationship()


class HalfSignIn(Base):
    """The pass phrase was right and the second step is missing. It opens that step and nothing else; the cookie holds the token."""

    __tablename__ = "half_sign_in"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    began_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    user: Mapped[User] = relationship()


class SpentChallenge(Base):
    """A challenge that a passkey has answered: the same answer never counts again."""

    __tablename__ = "spent_challenge"
    challenge_hash: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


class FactorReset(Base):
    """An administrator took away all second steps of a person who had lost them, and wrote why; written once."""

    __tablename__ = "factor_reset"
    __table_args__ = (
        sa.CheckConstraint("by_id <> user_id", name="nobody_resets_their_own_second_step"),
        sa.CheckConstraint("reason <> ''", name="a_reset_has_a_reason"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime]
    reason: Mapped[str]
    user: Mapped[User] = relationship(foreign_keys=user_id)
    by: Mapped[User] = relationship(foreign_keys=by_id)
