"""What is filled in to make an offer without prejudice."""

from __future__ import annotations

from wtforms import HiddenField, TextAreaField

from tvist.cases.fields import DayField
from tvist.intake.searched_forms import SearchedForm
from tvist.procedure.settings import PROCEDURES
from tvist.web.forms import Needed, NotLonger, TvistForm, trimmed
from tvist.web.session import lazy


class OfferForm(SearchedForm):
    """An offer, or an answer to one; `answers` is the identifier of the offer it answers."""

    answers = HiddenField("")
    text = TextAreaField(
        lazy("submissions.offers.text"),
        description=lazy("submissions.offers.text_help"),
        filters=[trimmed],
        validators=[Needed("submissions.offers.write_text"), NotLonger(PROCEDURES[-1].longest_text)],
    )
    open_until = DayField(lazy("submissions.offers.open_until"), description=lazy("submissions.offers.open_until_help"))


class WithdrawOfferForm(TvistForm):
    """A form that is nothing but its button."""
