"""What is filled in to write inside a case."""

from __future__ import annotations

from wtforms import TextAreaField

from tvist.intake.searched_forms import SearchedForm
from tvist.procedure.settings import PROCEDURES
from tvist.web.forms import Needed, NotLonger, TvistForm, trimmed
from tvist.web.session import lazy


class MessageForm(SearchedForm):
    """One message."""

    text = TextAreaField(
        lazy("submissions.messages.text"),
        description=lazy("submissions.messages.text_help"),
        filters=[trimmed],
        validators=[Needed("submissions.messages.write_text"), NotLonger(PROCEDURES[-1].longest_text)],
    )


class NoAnswerForm(TvistForm):
    """A form that is nothing but its button."""
