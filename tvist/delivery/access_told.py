"""Letters to people whose access was changed: that it was, and where to look; never what or where (rule 42). Delivery writes them, for letters stand above accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tvist.accounts.access_changes import LOST, AccessChange
from tvist.db import locked
from tvist.delivery.actions import write_to_user
from tvist.delivery.models import LetterKind

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.db import Database

MOST_AT_ONCE: Final = 200


def tell_of_access(database: Database, at: datetime) -> int:
    """Write to each person whose access was gained or lost since the last round; returns how many letters.

    One letter for all changes of a kind that came at once: who gets three roles is told once.
    """
    query = sa.select(AccessChange).where(AccessChange.told_at.is_(None)).order_by(AccessChange.id).limit(MOST_AT_ONCE)
    with database.reading() as session:
        if session.scalar(sa.select(AccessChange.id).where(AccessChange.told_at.is_(None)).limit(1)) is None:
            return 0
    with database.writing() as session:
        told: set[tuple[int, LetterKind]] = set()
        for change in session.scalars(locked(session, query.options(joinedload(AccessChange.user)), AccessChange)):
            change.told_at = at
            kind = _letter_of(change)
            if (change.user_id, kind) not in told:
                write_to_user(change.user, kind, at=at, link="/access" if kind is LetterKind.ACCESS_LOST else "/account")
                told.add((change.user_id, kind))
        session.commit()
    return len(told)


def _letter_of(change: AccessChange) -> LetterKind:
    return LetterKind.ACCESS_LOST if change.kind in LOST else LetterKind.ACCESS_GAINED
