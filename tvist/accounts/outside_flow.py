"""A sign-in that has been sent to the provider and not come back: kept in the browser's own signed cookie, and used once.

The cookie binds it to the browser: who is given another's address of return, or has another's state, comes to nothing.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from tvist.accounts.outside import UsedReturn
from tvist.accounts.outside_provider import Asked
from tvist.accounts.queries import hashed
from tvist.db import insert_once

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from tvist.db import Database

COOKIE: Final = "outside"
HOLDS_FOR: Final = timedelta(minutes=30)
"""How long a person may take at the provider: to find a phone, or a colleague who knows."""
MOST_AT_ONCE: Final = 3
"""In as many tabs a sign-in may be under way; the oldest goes."""
KEPT: Final = timedelta(days=1)


class Purpose(StrEnum):
    """What somebody goes to the provider for."""

    SIGN_IN = "sign_in"
    TIE = "tie"
    PROVE = "prove"


@dataclass(frozen=True)
class Flow:
    """One way to the provider and back."""

    purpose: Purpose
    state: str
    nonce: str
    verifier: str
    following: str
    began: int
    user: str = ""
    """Whose identity is tied or proved, by their public id."""
    letter: str = ""
    """The key of the letter by which it is tied, where the person has no other way in yet."""

    @property
    def began_at(self) -> datetime:
        """When it was sent."""
        return datetime.fromtimestamp(self.began, UTC)

    def asked(self, back: str) -> Asked:
        """What is asked of the provider by it; `back` is where the browser is led back to."""
        return Asked(self.state, self.nonce, self.verifier, back)


def begin(
    cookie: MutableMapping[str, Any], purpose: Purpose, *, following: str, at: datetime, user: str = "", letter: str = ""
) -> Flow:
    """Begin a way to the provider, and remember it in the cookie."""
    flow = Flow(
        purpose=purpose,
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        following=following,
        began=int(at.timestamp()),
        user=user,
        letter=letter,
    )
    cookie[COOKIE] = [*_under_way(cookie)[-(MOST_AT_ONCE - 1) :], asdict(flow)]
    return flow


def take(cookie: MutableMapping[str, Any], state: str, at: datetime) -> Flow | None:
    """The way with that state, taken out of the cookie; None for one that was not begun in this browser, or too long ago."""
    found = [told for told in _under_way(cookie) if secrets.compare_digest(told["state"].encode(), state.encode())]
    cookie[COOKIE] = [told for told in _under_way(cookie) if told not in found]
    if not cookie[COOKIE]:
        cookie.pop(COOKIE)
    if not found:
        return None
    flow = Flow(**{**found[0], "purpose": Purpose(found[0]["purpose"])})
    return flow if timedelta(0) <= at - flow.began_at <= HOLDS_FOR else None


def use(database: Database, state: str, *, at: datetime) -> bool:
    """Use the state up, in a short transaction of its own; False where it was used before, in this browser or another, on any machine."""
    with database.writing() as session:
        session.execute(sa.delete(UsedReturn).where(UsedReturn.at < at - KEPT))
        is_first = insert_once(session, UsedReturn, state_hash=hashed(state), at=at)
        session.commit()
    return is_first


def _under_way(cookie: MutableMapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cookie.get(COOKIE, [])
    return found
