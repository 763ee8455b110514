"""What is filled in to settle a case."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, TextAreaField

from tvist.intake.searched_forms import SearchedForm
from tvist.procedure.settings import PROCEDURES
from tvist.web.forms import Needed, NotLonger, TvistForm, trimmed
from tvist.web.session import lazy


class ProposeSettlementForm(SearchedForm):
    """The text that both sides are to confirm."""

    text = TextAreaField(
        lazy("submissions.settlement.text"),
        description=lazy("submissions.settlement.text_help"),
        filters=[trimmed],
        validators=[Needed("submissions.settlement.write_text"), NotLonger(PROCEDURES[-1].longest_text)],
    )
    sure = BooleanField(lazy("submissions.settlement.sure_propose"), validators=[Needed("submissions.settlement.tick_first")])


class ConfirmSettlementForm(TvistForm):
    """That the party confirms the text it has read: `settlement` and `sha256` tell which one the page showed."""

    settlement = HiddenField("")
    sha256 = HiddenField("")
    sure = BooleanField(lazy("submissions.settlement.sure_confirm"), validators=[Needed("submissions.settlement.tick_first")])


class WithdrawSettlementForm(TvistForm):
    """A form that is nothing but its button, for the settlement that the page showed."""

    settlement = HiddenField("")
