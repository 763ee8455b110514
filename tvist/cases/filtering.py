"""Filters of the worklist that a person saves by a name, and finds again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import sqlalchemy as sa

from tvist.cases.filters import SavedFilter
from tvist.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.worklist import Wanted

MOST_FILTERS: Final = 20


def filters_of(session: Session, user: User) -> list[SavedFilter]:
    """The person's saved filters, the oldest first."""
    return list(session.scalars(sa.select(SavedFilter).where(SavedFilter.user_id == user.id).order_by(SavedFilter.id)))


def filter_at(session: Session, public_id: str) -> SavedFilter:
    """The saved filter with that identifier. Raises NotFound."""
    found = session.scalar(sa.select(SavedFilter).where(SavedFilter.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def may_save_more(session: Session, user: User, name: str) -> bool:
    """Whether there is room for a filter of that name."""
    names = [found.name for found in filters_of(session, user)]
    return name in names or len(names) < MOST_FILTERS


def keep_filter(session: Session, user: User, name: str, wanted: Wanted, *, at: datetime) -> SavedFilter:
    """Save the filter by that name; one of the same name is changed."""
    there = next((found for found in filters_of(session, user) if found.name == name), None)
    kept = there or SavedFilter(user_id=user.id, name=name)
    kept.query, kept.saved_at = urlencode(wanted.as_address()), at
    session.add(kept)
    return kept
