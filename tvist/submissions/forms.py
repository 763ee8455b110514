"""The forms of the exchange."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, TextAreaField

from tvist.anonymity.finding import OF_A_CHILD
from tvist.intake.searched_forms import SearchedForm
from tvist.procedure.settings import PROCEDURES
from tvist.web.forms import Needed, NotLonger, TvistForm, trimmed
from tvist.web.session import lazy

LONGEST_TEXT, LONGEST_LINE = PROCEDURES[-1].longest_text, PROCEDURES[-1].longest_line


class ConfirmForm(TvistForm):
    """A form that is nothing but its button."""


class PassOnForm(TvistForm):
    """That a sending was looked through; `submission` tells which one the page showed."""

    submission = HiddenField("")
    brings_new = BooleanField(lazy("submissions.pass_on.brings_new"), description=lazy("submissions.pass_on.rounds_used_up"))
    looked_through = BooleanField(
        lazy("submissions.pass_on.looked_through"), validators=[Needed("submissions.pass_on.look_first")]
    )


class WithdrawForm(SearchedForm):
    """That the case is withdrawn, and why."""

    reasons = TextAreaField(
        lazy("submissions.withdraw.reasons"),
        description=lazy("submissions.withdraw.reasons_help"),
        filters=[trimmed],
        validators=[NotLonger(LONGEST_TEXT)],
    )
    sure = BooleanField(lazy("submissions.withdraw.sure"), validators=[Needed("submissions.withdraw.tick_first")])


class DiscontinueForm(SearchedForm):
    """A note to the parties."""

    seeks = OF_A_CHILD

    reasons = TextAreaField(lazy("submissions.discontinue.reasons"), filters=[trimmed], validators=[NotLonger(LONGEST_TEXT)])
