"""Questions about engagements: for whom a person works and has worked (rule 29)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tvist.accounts.engagements import Engagement, EngagementConfirmation

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User


def engagements_lately(session: Session, user: User, on: date, years: int) -> list[Engagement]:
    """What the person is engaged in on the day `on`, or was at some time in the `years` before it; the latest begun first.

    An engagement that ended on the same day of the year, `years` ago, is still among them: it is in force on the first day of the period.
    """
    query = _standing([user.id]).where(
        Engagement.from_on <= on, sa.or_(Engagement.to_on.is_(None), Engagement.to_on >= years_before(on, years))
    )
    return list(session.scalars(query))


def engagements_of(session: Session, users: Iterable[User]) -> dict[int, list[Engagement]]:
    """All that each of these people has ever entered and not struck, by the id of the person; the latest begun first."""
    ids = [user.id for user in users]
    found: dict[int, list[Engagement]] = {number: [] for number in ids}
    for engagement in session.scalars(_standing(ids)):
        found[engagement.user_id].append(engagement)
    return found


def confirmations_of(session: Session, users: Iterable[User]) -> dict[int, datetime]:
    """When each of these people last confirmed that the list is whole, by the id of the person; who never did is left out."""
    query = sa.select(EngagementConfirmation.user_id, sa.func.max(EngagementConfirmation.confirmed_at))
    ids = [user.id for user in users]
    found = session.execute(query.where(EngagementConfirmation.user_id.in_(ids)).group_by(EngagementConfirmation.user_id))
    return dict(found.all())


def years_before(on: date, years: int) -> date:
    """The same day `years` earlier; 28 February for a 29 February that the year has not."""
    try:
        return on.replace(year=on.year - years)
    except ValueError:
        return on.replace(year=on.year - years, day=28)


def _standing(ids: list[int]) -> sa.Select[Engagement]:
    query = sa.select(Engagement).where(Engagement.user_id.in_(ids), Engagement.struck_at.is_(None))
    return query.options(joinedload(Engagement.organisation)).order_by(Engagement.from_on.desc(), Engagement.id.desc())
