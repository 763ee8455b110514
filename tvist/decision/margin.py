"""Remarks in the margin of the text, from one member to the others; no part of the opinion, and for nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from tvist.cases.queries import case_at
from tvist.db import session_of
from tvist.decision.approving import demand_seat
from tvist.decision.texts import MarginComment
from tvist.errors import CannotProceed, NotFound
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.decision.places import Place


def comment_on(place: Place, text: str, *, by: User, at: datetime, quote: str = "") -> MarginComment:
    """Write in the margin of a place; an answer is another remark. `quote` are words of the text, or empty for the whole place.

    Raises `NotAllowed` for who holds no seat, `CannotProceed` where nothing is written any more, and for words that the text does not have.
    """
    demand_seat(place.case, by)
    if faults := place.in_the_way():
        raise CannotProceed(faults)
    if quote and not is_in(quote, place):
        raise CannotProceed(Message("text.margin.not_in_text"))
    comment = MarginComment(case=place.case, place=place.name, quote=quote, text=text, by=by, at=at)
    session_of(place.case).add(comment)
    return comment


def is_in(quote: str, place: Place) -> bool:
    """Whether the text has these words, whatever the spaces and line ends between them."""
    return " ".join(quote.split()) in " ".join(place.text.split())


def settle(comment: MarginComment, *, by: User, at: datetime) -> None:
    """Say that nothing more is to be done about a remark. Settled once, it stays so."""
    demand_seat(comment.case, by)
    if comment.settled_at is None:
        comment.settled_at, comment.settled_by = at, by


def comments_on(place: Place) -> Sequence[MarginComment]:
    """All remarks about the place, the oldest first, the open ones before the settled."""
    query = sa.select(MarginComment).where(MarginComment.case_id == place.case.id, MarginComment.place == place.name)
    found = session_of(place.case).scalars(query.order_by(MarginComment.at, MarginComment.id))
    return sorted(found, key=lambda comment: comment.settled_at is not None)


def open_comments(case: Case) -> dict[str, int]:
    """How many remarks are open, by the name of the place; their sum is what waits in the case."""
    query = (
        sa.select(MarginComment.place, sa.func.count())
        .where(MarginComment.case_id == case.id, MarginComment.settled_at.is_(None))
        .group_by(MarginComment.place)
        .order_by(MarginComment.place)
    )
    return {row[0]: row[1] for row in session_of(case).execute(query)}


def comment_at(session: Session, slug: str, public_id: str) -> MarginComment:
    """The remark with that identifier in that case. Raises `NotFound`."""
    case = case_at(session, slug)
    found = session.scalar(sa.select(MarginComment).where(MarginComment.case_id == case.id, MarginComment.public_id == public_id))
    if found is None:
        raise NotFound
    return found
