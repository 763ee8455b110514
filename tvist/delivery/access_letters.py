"""Letters to those who gained or lost access: that something changed, and where to see what; no case, no name, no fact (rule 42)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tvist.accounts.access_changes import GAINED, AccessChange
from tvist.db import locked
from tvist.delivery.actions import write_to_user
from tvist.delivery.models import LetterKind

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.db import Database

MOST_AT_ONCE = 100
_WHERE = {LetterKind.ACCESS_GAINED: "/account", LetterKind.ACCESS_LOST: "/access"}


def tell_of_access(database: Database, at: datetime) -> int:
    """Write to whoever gained or lost access since the last round: one letter of a kind to a person. Returns how many were written.

    The change is noted by the act itself, so that no act forgets the letter and none waits for it; of two workers one writes it.
    """
    untold = sa.select(AccessChange.id).where(AccessChange.told_at.is_(None)).order_by(AccessChange.id).limit(MOST_AT_ONCE)
    with database.reading() as session:
        if session.scalar(untold.limit(1)) is None:
            return 0
    with database.writing() as session:
        query = (
            sa.select(AccessChange).where(AccessChange.id.in_(untold), AccessChange.told_at.is_(None)).order_by(AccessChange.id)
        )
        found = session.scalars(locked(session, query.options(joinedload(AccessChange.user)), AccessChange)).all()
        told = {}
        for change in found:
            kind = LetterKind.ACCESS_GAINED if change.kind in GAINED else LetterKind.ACCESS_LOST
            told[change.user_id, kind] = change.user
            change.told_at = at
        for (_, kind), user in told.items():
            write_to_user(user, kind, at=at, link=_WHERE[kind])
        session.commit()
    return len(told)
