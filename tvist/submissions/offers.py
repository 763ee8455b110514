"""Offers without prejudice, in a room of their own (rule 22).

Nothing here takes a step of the case or writes in its journal: an offer is for the two sides, and neither the secretariat nor the panel nor
any log, index or print learns what it says. Its words are sealed from the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tvist.access.policy import Act
from tvist.cases.lifecycle import obstacles
from tvist.cases.models import Case
from tvist.cases.private import Offer
from tvist.cases.private_words import seal_offer
from tvist.clock import oslo_date
from tvist.db import locked, random_id, session_of
from tvist.delivery.actions import write_to_party
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed, NotFound
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Party
    from tvist.vault.keys import MasterKeys


def offers_of(case: Case) -> list[Offer]:
    """All offers of the case, the oldest first. Who asks has been asked for READ_OFFER before."""
    query = sa.select(Offer).where(Offer.case_id == case.id).options(joinedload(Offer.party), joinedload(Offer.by))
    return list(session_of(case).scalars(query.order_by(Offer.made_at, Offer.id)))


def offer_at(session: Session, slug: str, public_id: str) -> Offer:
    """The offer with that identifier in that case; the case is held in a writing session. Raises `NotFound`."""
    query = sa.select(Offer).join(Case, Case.id == Offer.case_id).where(Offer.public_id == public_id)
    offer = session.scalar(locked(session, query, Case))
    if offer is None or offer.case.slug != slug:
        raise NotFound
    return offer


def is_open(offer: Offer, on: date) -> bool:
    """Whether the offer can still be taken: not withdrawn, not told in the request, and its last day has not passed."""
    return offer.withdrawn_at is None and not offer.from_request and (offer.open_until is None or on <= offer.open_until)


def offer_faults(case: Case, party: Party, text: str, open_until: date | None, answers: Offer | None, on: date) -> list[Message]:  # noqa: PLR0917 - what is offered, by whom, until when, in answer to what.
    """What is wrong with an offer as it was filled in."""
    found = obstacles(case, Act.MAKE_OFFER)
    if not text.strip():
        found.append(Message("submissions.offers.write_text"))
    if open_until is not None and open_until < on:
        found.append(Message("submissions.offers.day_has_passed"))
    if answers is not None and (answers.case is not case or answers.party.side is party.side or not is_open(answers, on)):
        found.append(Message("submissions.offers.not_to_answer"))
    return found


def make_offer(
    case: Case,
    *,
    by: User,
    at: datetime,
    text: str,
    keys: MasterKeys,
    open_until: date | None = None,
    answers: Offer | None = None,
) -> Offer:
    """Make an offer, or answer one (`answers`); the other side is told that there is one, by number and link alone (rule 42).

    Raises `NotAllowed` for one of neither side, `CannotProceed` with all that is wrong.
    """
    on = oslo_date(at)
    party = case.party_of(by, on)
    if party is None:
        raise NotAllowed
    if faults := offer_faults(case, party, text, open_until, answers, on):
        raise CannotProceed(faults)
    public_id = random_id()
    offer = Offer(
        public_id=public_id,
        case_id=case.id,
        party_id=party.id,
        by_id=by.id,
        answers_id=answers.id if answers else None,
        sealed_words=seal_offer(keys, text.strip(), public_id),
        open_until=open_until,
        made_at=at,
    )
    session_of(case).add(offer)
    for other in case.parties_present:
        if other.side is not party.side:
            write_to_party(other, LetterKind.OFFER_MADE, at=at)
    return offer


def withdraw_offer(offer: Offer, *, by: User, at: datetime) -> None:
    """Take back an offer of one's own party. It stays readable for the two sides. Raises `NotAllowed`, `CannotProceed`."""
    if offer.case.party_of(by, oslo_date(at)) is not offer.party:
        raise NotAllowed
    if offer.withdrawn_at is not None:
        raise CannotProceed(Message("submissions.offers.withdrawn_already"))
    offer.withdrawn_at = at
