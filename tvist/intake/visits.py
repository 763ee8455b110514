"""Who else has a draft open, in which tab and in which field: heard of every few seconds, and forgotten soon after they leave."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.db import session_of
from tvist.intake.models import Draft, DraftVisit

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.models import User

STALE: Final = timedelta(seconds=20)
"""Who has not been heard of for so long has left the draft."""


def note_visit(draft: Draft, *, by: User, tab: str, place: str, at: datetime) -> None:
    """Note that the person has the draft open in that tab, and in which field they write; forget who has left."""
    session = session_of(draft)
    session.execute(sa.delete(DraftVisit).where(DraftVisit.draft_id == draft.id, DraftVisit.seen_at < at - 3 * STALE))
    query = sa.select(DraftVisit).where(DraftVisit.draft_id == draft.id, DraftVisit.user_id == by.id, DraftVisit.tab == tab)
    found = session.scalar(query)
    if found is None:
        session.add(DraftVisit(draft_id=draft.id, user_id=by.id, tab=tab, place=place, seen_at=at))
    else:
        found.place, found.seen_at = place, at
    session.flush()


def others_in(draft: Draft, *, tab: str, at: datetime) -> list[DraftVisit]:
    """Who else has the draft open now, in other tabs too, by name."""
    query = sa.select(DraftVisit).where(DraftVisit.draft_id == draft.id, DraftVisit.tab != tab, DraftVisit.seen_at > at - STALE)
    return sorted(session_of(draft).scalars(query), key=lambda visit: (visit.user.sort_key, visit.id))
