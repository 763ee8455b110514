"""Slows down guessing: who fails often from one network waits. It holds over workers and restarts, and shuts nobody out elsewhere.

Attempts are counted per account and network together, and per network. Per account alone only what comes after a right pass phrase is counted,
the codes of the second step: else anybody could lock another out.
An attempt is written before it is tried, in a transaction of its own: of many at once, no more than the limit are tried.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.accounts.models import SignInAttempt

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.db import Database

WINDOW: Final = timedelta(minutes=15)
PER_ACCOUNT: Final = 5
# A town hall is one network to us.
PER_NETWORK: Final = 100
KEPT: Final = timedelta(days=1)
# A code has six digits and three are right at a time: with fifty tries a day it takes some eighteen years to guess one.
EVERYWHERE: Final = 10
EVERYWHERE_A_DAY: Final = 50


@dataclass(frozen=True)
class Keys:
    """What attempts are counted by: keyed hashes, so that the table names neither person nor place."""

    account: str
    network: str
    everywhere: str = ""
    """The account over all networks; empty where it is not counted so."""

    def all(self) -> tuple[str, ...]:
        """Every key that an attempt is written under."""
        return tuple(key for key in (self.account, self.network, self.everywhere) if key)

    def limits(self) -> tuple[tuple[str, int, timedelta], ...]:
        """Each key with the failures it allows, and the time in which."""
        here = (self.account, PER_ACCOUNT, WINDOW), (self.network, PER_NETWORK, WINDOW)
        if not self.everywhere:
            return here
        return *here, (self.everywhere, EVERYWHERE, WINDOW), (self.everywhere, EVERYWHERE_A_DAY, KEPT)


@dataclass(frozen=True)
class Waiting:
    """How long somebody must wait, as a page takes it in between the beats."""

    seconds: int

    def discard(self) -> None:
        """The attempt stays written down: it was made."""


def keys_for(secret: str, email: str, address: str | None, purpose: str = "sign-in", *, everywhere: bool = False) -> Keys:
    """The keys of an attempt on the account `email` from the network of `address`, for one purpose.

    `everywhere`: counted for the account over all networks too, for what only who knows the pass phrase can try.
    """
    network = _network(address)

    def keyed(*parts: str) -> str:
        return hmac.new(secret.encode(), "\n".join((purpose, *parts)).encode(), hashlib.sha256).hexdigest()

    account = email.strip().lower()
    return Keys(
        account=keyed("account", account, network),
        network=keyed("network", network),
        everywhere=keyed("everywhere", account) if everywhere else "",
    )


def seconds_to_wait(database: Database, keys: Keys, at: datetime) -> int:
    """Write the attempt down as failed, and say how long to wait: 0 to go on, else it counts as not made. Call `forgive` when it succeeds."""
    with database.writing() as session:
        session.execute(sa.delete(SignInAttempt).where(SignInAttempt.at < at - KEPT))
        session.add_all(SignInAttempt(key=key, at=at, succeeded=False) for key in keys.all())
        session.commit()
    with database.writing() as session:
        wait = max(_wait(session, limit, at) for limit in keys.limits())
        if wait:
            session.execute(sa.delete(SignInAttempt).where(SignInAttempt.key.in_(keys.all()), SignInAttempt.at == at))
            session.commit()
    return wait


def forgive(session: Session, keys: Keys, at: datetime) -> None:
    """The attempt made at `at` succeeded: failures on this account from here no longer count; those of the network and of other places do."""
    session.execute(
        sa.update(SignInAttempt).where(SignInAttempt.key.in_(keys.all()), SignInAttempt.at == at).values(succeeded=True)
    )
    session.execute(sa.delete(SignInAttempt).where(SignInAttempt.key == keys.account, SignInAttempt.succeeded.is_(False)))


def _wait(session: Session, limit: tuple[str, int, timedelta], at: datetime) -> int:
    """Seconds until fewer earlier failures than the limit lie in its window; the newest one is the attempt itself."""
    key, most, window = limit
    failures = session.scalars(
        sa.select(SignInAttempt.at)
        .where(SignInAttempt.key == key, SignInAttempt.succeeded.is_(False), SignInAttempt.at > at - window)
        .order_by(SignInAttempt.at.desc(), SignInAttempt.id.desc())
        .limit(most + 1)
    ).all()
    return max(1, int((failures[-1] + window - at).total_seconds())) if len(failures) > most else 0


def _network(address: str | None) -> str:
    """An IPv4 address as it is; of IPv6 the half that a household or an office gets."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    return str(found) if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))  # noqa: PLR2004 - the number of the protocol.
