"""Whether a file, or a code on paper, is an opinion of ours: answered from the fingerprints of what was issued and released, and from nothing else.

A stranger's file is never opened: it passes through, its SHA-256 is taken, and it is gone. Nothing about a case is told to anybody.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tvist.accounts.throttle import forgive, keys_for, seconds_to_wait
from tvist.decision.models import IssuedFile
from tvist.decision.verifying import read_code
from tvist.publication.models import Publication
from tvist.published.queries import is_released, standing_now

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.db import Database

LARGEST: Final = 64 * 1024 * 1024
"""Bytes; no file of ours comes near it."""
PDF: Final = b"%PDF-"
NOBODYS_CODE: Final = "-"
"""Asked for in the place of what is no code at all, so that such a guess is answered no faster."""


class Verdict(StrEnum):
    """What a file or a code is."""

    ISSUED = "issued"  # The opinion as it was issued, in the version that holds.
    OLDER = "older"  # The opinion as it was issued, before it was corrected.
    PUBLICATION = "publication"  # The anonymised version that we have published.
    REPLACED = "replaced"  # One that we published, before another came in its place.
    WITHDRAWN = "withdrawn"  # One that we published, and have withdrawn.
    UNKNOWN = "unknown"  # Not ours, or changed.
    NOT_PDF = "not_pdf"
    TOO_LARGE = "too_large"


OURS: Final = frozenset({Verdict.ISSUED, Verdict.OLDER, Verdict.PUBLICATION, Verdict.REPLACED, Verdict.WITHDRAWN})


@dataclass(frozen=True)
class Verified:
    """The answer; None where who asks has guessed too often and must wait so many seconds.

    `now` is the number of the opinion that stands in the place of a replaced one, and `now_is_withdrawn` whether that was withdrawn since.
    """

    verdict: Verdict | None
    seconds_to_wait: int = 0
    is_code: bool = False
    now: str = ""
    now_is_withdrawn: bool = False

    def discard(self) -> None:
        """Nothing was kept."""


@dataclass(frozen=True)
class Asker:
    """From where is asked, and when; `secret` keys what is written of it."""

    secret: str
    address: str | None
    at: datetime


def verify_file(database: Database, asker: Asker, *, sha256: str, beginning: bytes) -> Verified:
    """What the file with that SHA-256 is."""
    found = _throttled(database, asker, lambda session: of_file(session, sha256))
    if found.verdict is Verdict.UNKNOWN and PDF not in beginning:
        return Verified(Verdict.NOT_PDF)
    return found


def verify_code(database: Database, asker: Asker, typed: str) -> Verified:
    """What the opinion is that a code stands on."""
    found = _throttled(database, asker, lambda session: Verified(of_code(session, read_code(typed) or NOBODYS_CODE)))
    return replace(found, is_code=True)


def of_file(session: Session, sha256: str) -> Verified:
    """By what was issued, then by what was released."""
    verdict = _issued(session, IssuedFile.sha256 == sha256)
    if verdict is not Verdict.UNKNOWN:
        return Verified(verdict)
    query = sa.select(Publication).where(Publication.sha256 == sha256, is_released()).limit(1)
    if (published := session.scalars(query).first()) is None:
        return Verified(Verdict.UNKNOWN)
    if published.withdrawn_at is not None:
        return Verified(Verdict.WITHDRAWN)
    if (now := standing_now(published)) is not None:
        return Verified(Verdict.REPLACED, now=now.number, now_is_withdrawn=now.withdrawn_at is not None)
    return Verified(Verdict.PUBLICATION)


def of_code(session: Session, code: str) -> Verdict:
    """By the code that each version has of its own."""
    return _issued(session, IssuedFile.verify_code == code)


def _issued(session: Session, which: sa.ColumnElement[bool]) -> Verdict:
    later = aliased(IssuedFile)
    is_older = sa.exists().where(later.decision_id == IssuedFile.decision_id, later.version > IssuedFile.version)
    row = session.execute(sa.select(is_older.label("is_older")).select_from(IssuedFile).where(which).limit(1)).first()
    if row is None:
        return Verdict.UNKNOWN
    return Verdict.OLDER if row.is_older else Verdict.ISSUED


def _throttled(database: Database, asker: Asker, ask: Callable[[Session], Verified]) -> Verified:
    """Answer, unless there were too many guesses from the network lately; what was no guess is not counted.

    The key of the account is drawn anew each time, so that the same wrong code typed again is not held against anybody.
    """
    keys = keys_for(asker.secret, secrets.token_urlsafe(), asker.address, purpose="verify")
    if wait := seconds_to_wait(database, keys, asker.at):
        return Verified(None, wait)
    with database.reading() as session:
        found = ask(session)
    if found.verdict in OURS:
        with database.writing() as session:
            forgive(session, keys, asker.at)
            session.commit()
    return found
