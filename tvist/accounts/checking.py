"""Check a pass phrase: throttled, with no transaction open while it is worked out, and alike for accounts that are not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tvist.accounts.models import User
from tvist.accounts.passwords import hash_password, is_outdated, is_right
from tvist.accounts.throttle import Keys, forgive, keys_for, seconds_to_wait

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.db import Database


@dataclass(frozen=True)
class Checked:
    """What became of a try: the person if it was right, the seconds to wait if there were too many."""

    user_id: int | None
    seconds_to_wait: int
    keys: Keys
    at: datetime
    new_hash: str | None = None
    """The pass phrase hashed anew, when the old hash was made with other parameters."""

    def accept(self, session: Session) -> User | None:
        """In a writing session: the person, with the failures before forgiven and the hash renewed; None for a wrong try or a shut account."""
        user = session.get(User, self.user_id) if self.user_id is not None else None
        if user is None or not user.is_active:
            return None
        forgive(session, self.keys, self.at)
        if self.new_hash is not None:
            user.password_hash = self.new_hash
        return user

    def discard(self) -> None:
        """Nothing was stored that would have to go."""


def check_password(database: Database, *, email: str, password: str, secret: str, address: str | None, at: datetime) -> Checked:
    """Try a pass phrase for an account; `address` is where the try comes from. Call between the beats: it takes a tenth of a second."""
    keys = keys_for(secret, email, address)
    if wait := seconds_to_wait(database, keys, at):
        return Checked(None, wait, keys, at)
    with database.reading() as session:
        found = session.execute(sa.select(User.id, User.password_hash).where(User.email == email.strip().lower())).first()
    user_id, password_hash = found or (None, None)
    if not is_right(password_hash, password) or password_hash is None:
        return Checked(None, 0, keys, at)
    return Checked(user_id, 0, keys, at, hash_password(password) if is_outdated(password_hash) else None)
