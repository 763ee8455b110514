"""What waits behind a link of the case page, counted for one reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tvist.cases.models import Party
from tvist.cases.private import Offer
from tvist.db import session_of

if TYPE_CHECKING:
    from datetime import date

    from tvist.accounts.models import User
    from tvist.cases.models import Case


def open_offers(case: Case, user: User, on: date) -> int:
    """How many offers of the other side stand open and have no answer; 0 for one of neither side (rule 22)."""
    party = case.party_of(user, on)
    if party is None:
        return 0
    answer = aliased(Offer)
    query = (
        sa.select(sa.func.count())
        .select_from(Offer)
        .join(Party, Offer.party_id == Party.id)
        .where(
            Offer.case_id == case.id,
            Party.side == party.side.other,
            Offer.withdrawn_at.is_(None),
            Offer.from_request.is_(False),
            sa.or_(Offer.open_until.is_(None), Offer.open_until >= on),
            ~sa.exists().where(answer.answers_id == Offer.id),
        )
    )
    return session_of(case).scalar(query) or 0
