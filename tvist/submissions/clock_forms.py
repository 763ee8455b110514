"""The forms of the clocks: more time, rest, reopening, a further paper, an outage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from tvist.anonymity.finding import OF_A_CHILD
from tvist.cases.fields import DayField
from tvist.intake.searched_forms import SearchedForm
from tvist.procedure.codes import CodeKind, codes
from tvist.procedure.settings import PROCEDURES
from tvist.web.forms import Needed, NotLonger, TvistForm, choices, trimmed
from tvist.web.session import lazy, say, t
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tvist.cases.models import Party

LONGEST = PROCEDURES[-1].longest_text
GRANT, REFUSE = "grant", "refuse"


def _day(code: str, description: str = "submissions.extension.day_help", **kwargs: Any) -> DayField:
    return DayField(lazy(code), description=lazy(description), **kwargs)


def _text(code: str, description: str, *validators: Any) -> TextAreaField:
    return TextAreaField(
        lazy(code),
        description=lazy(description),
        filters=[trimmed],
        validators=[*validators, NotLonger(LONGEST)],
    )


class AskExtensionForm(SearchedForm):
    """Until which day, and why."""

    wanted_until = _day("submissions.extension.wanted_until", validators=[Needed("submissions.extension.choose_day")])
    reason = _text("submissions.extension.reason", "submissions.extension.reason_help", Needed("submissions.extension.say_why"))


class RuleOnExtensionForm(SearchedForm):
    """Granted to a day, or refused, with a reason."""

    seeks = OF_A_CHILD

    ruling = RadioField(
        lazy("submissions.ruling.choose"), validate_choice=False, validators=[Needed("submissions.ruling.choose_one")]
    )
    until = _day("submissions.ruling.until", "submissions.ruling.until_help")
    reason = _text(
        "submissions.ruling.reason", "submissions.ruling.reason_help", Needed("submissions.extension.ruling_needs_reason")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The choices are told in the reader's language."""
        super().__init__(*args, **kwargs)
        self.ruling.choices = choices([(found, t(f"submissions.ruling.{found}")) for found in (GRANT, REFUSE)])

    def validate_ruling(self, field: RadioField) -> None:
        """One of the two: anything else is not a refusal."""
        if field.data not in {GRANT, REFUSE}:
            raise ValidationError(say(Message("submissions.ruling.choose_one")))

    @property
    def grants(self) -> bool:
        """Whether the time is extended."""
        return bool(self.ruling.data == GRANT)


class RestForm(SearchedForm):
    """Until when, and why."""

    seeks = OF_A_CHILD

    reason = RadioField(
        lazy("submissions.rest.reason"), validate_choice=False, validators=[Needed("submissions.rest.choose_reason")]
    )
    until_on = _day("submissions.rest.until_on", validators=[Needed("submissions.rest.choose_day")])
    words = _text("submissions.rest.words", "submissions.rest.words_help")

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        """The reasons that can be chosen `on` that day."""
        super().__init__(*args, **kwargs)
        self.reason.choices = choices([(code.code, say(code.label)) for code in codes(CodeKind.RESTING_REASON, on)])


class ReopenForm(SearchedForm):
    """Why, and who gets the word."""

    seeks = OF_A_CHILD

    reason = _text("submissions.reopen.reason", "submissions.reopen.reason_help", Needed("submissions.reopen.say_why"))
    word_to = SelectMultipleField(
        lazy("submissions.reopen.word_to"),
        validate_choice=False,
        validators=[Needed("submissions.reopen.choose_party")],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def __init__(self, *args: Any, parties: Iterable[Party], **kwargs: Any) -> None:
        """The parties that can get the word."""
        super().__init__(*args, **kwargs)
        self.word_to.choices = choices([(party.public_id, party.name) for party in parties])


class SendMoreForm(SearchedForm):
    """What is sent, and why."""

    text = _text("submissions.more.text", "submissions.comment.text_help", Needed("submissions.more.say_what"))


class OutageForm(TvistForm):
    """Which day, and what happened."""

    day = _day("submissions.outage.day", validators=[Needed("submissions.outage.choose_day")])
    words = _text("submissions.outage.words", "submissions.outage.words_help", Needed("submissions.outage.say_what"))
