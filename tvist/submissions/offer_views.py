"""The room of offers without prejudice: for the case teams of the two sides, and for nobody else (rule 22)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.cases.blaming import blamed
from tvist.cases.lifecycle import obstacles
from tvist.cases.private_words import open_offer
from tvist.cases.queries import case_at
from tvist.clock import now, today
from tvist.submissions import offers as actions
from tvist.submissions.act_pages import act_page
from tvist.submissions.blueprint import bp
from tvist.submissions.offer_forms import OfferForm, WithdrawOfferForm
from tvist.web.session import installed
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date

    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case, Party
    from tvist.cases.private import Offer


@dataclass(frozen=True)
class ShownOffer:
    """An offer with its words, and what the reader may do with it. `answers` is the place in the list of the offer it answers."""

    offer: Offer
    words: str
    answers: int | None
    is_open: bool
    is_own: bool
    can_be_answered: bool


@bp.route("/offers")
@requires(Act.READ_OFFER, of=case_at)
def offers(case: Case) -> ResponseReturnValue:
    """All offers, the oldest first."""
    party = case.party_of(current_user, today())
    return render_template(
        "submissions/offers.html",
        case=case,
        shown=_shown(case, party, today()),
        why_not=obstacles(case, Act.MAKE_OFFER),
        form=WithdrawOfferForm(),
        in_the_way=[],
        turn=None,
    )


@bp.route("/offers/new", methods=["GET", "POST"])
@requires(Act.MAKE_OFFER, of=case_at)
def make_offer(case: Case) -> ResponseReturnValue:
    """Make an offer, or answer the one that the address names."""
    form = OfferForm()
    if not form.is_submitted():
        form.answers.data = request.args.get("answers", "")
    answered = next((each for each in actions.offers_of(case) if each.public_id == form.answers.data), None)
    if form.validate_on_submit() and not _refused(form, case, answered):
        actions.make_offer(
            case,
            by=current_user,
            at=now(),
            text=form.text.data or "",
            keys=installed().keys,
            open_until=form.open_until.data,
            answers=answered,
        )
        return finish(url_for("submissions.offers", slug=case.slug), Message("submissions.offers.made"))
    answered_words = open_offer(installed().keys, answered) if answered else ""
    in_the_way = obstacles(case, Act.MAKE_OFFER)
    return act_page("submissions/offers_new.html", case, form, in_the_way, answered=answered, answered_words=answered_words)


@bp.route("/offers/<public_id>/withdraw", methods=["POST"])
@requires(Act.MAKE_OFFER, of=actions.offer_at)
def withdraw_offer(offer: Offer) -> ResponseReturnValue:
    """Take back an offer of one's own party."""
    there = url_for("submissions.offers", slug=offer.case.slug)
    if offer.withdrawn_at is not None:
        return finish(there, Message("submissions.offers.withdrawn_already"), kind="warning")
    actions.withdraw_offer(offer, by=current_user, at=now())
    return finish(there, Message("submissions.offers.withdrawn"))


def _refused(form: OfferForm, case: Case, answered: Offer | None) -> bool:
    party = case.party_of(current_user, today())
    if party is None:
        return True
    faults = actions.offer_faults(case, party, form.text.data or "", form.open_until.data, answered, today())
    in_day = [found for found in faults if found.code == "submissions.offers.day_has_passed"]
    blamed(form, in_day, "open_until")
    blamed(form, [found for found in faults if found not in in_day])
    return bool(faults)


def _shown(case: Case, party: Party | None, on: date) -> list[ShownOffer]:
    found, keys = actions.offers_of(case), installed().keys
    places = {offer.id: place for place, offer in enumerate(found, start=1)}
    may_answer = not obstacles(case, Act.MAKE_OFFER)
    return [
        ShownOffer(
            offer=offer,
            words=open_offer(keys, offer),
            answers=places.get(offer.answers_id) if offer.answers_id else None,
            is_open=actions.is_open(offer, on),
            is_own=offer.party is party,
            can_be_answered=may_answer
            and actions.is_open(offer, on)
            and party is not None
            and offer.party.side is not party.side,
        )
        for offer in found
    ]
