"""What the members fill in: votes, text, reasons, remarks, approval, calling back."""

from __future__ import annotations

from typing import Any, Final

from wtforms import HiddenField, TextAreaField

from tvist.anonymity.finding import OF_ANYBODY
from tvist.intake.searched_forms import SearchedForm
from tvist.procedure.settings import PROCEDURES
from tvist.web.forms import Needed, NotLonger, TvistForm, trimmed
from tvist.web.session import t

LONGEST: Final = PROCEDURES[-1].longest_text


class ApproveForm(TvistForm):
    """Approving one text: the page carries the hash of the text it showed."""

    text_sha256 = HiddenField("")


class CallBackForm(SearchedForm):
    """Why an ordered issue is taken back."""

    seeks = OF_ANYBODY

    reasons = TextAreaField("", filters=[trimmed], validators=[Needed("decision.call_back.reasons_needed"), NotLonger(LONGEST)])

    def __init__(self, **kwargs: Any) -> None:
        """The label in the page's language."""
        super().__init__(**kwargs)
        self.reasons.label.text = t("decision.call_back.reasons")
