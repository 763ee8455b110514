"""The forms by which an officer handles letters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from tvist.delivery.handling import present_address
from tvist.delivery.letter_settings import SETTABLE
from tvist.procedure.settings import PROCEDURES
from tvist.web.forms import Needed, NotLonger, TvistForm, choices, trimmed
from tvist.web.session import lazy, say, t
from tvist.words import label

if TYPE_CHECKING:
    from tvist.delivery.models import Recipient

LONGEST_REASON = PROCEDURES[-1].longest_line


class ConfirmForm(TvistForm):
    """A form that is nothing but its button."""


class StopForm(TvistForm):
    """Why a letter is stopped."""

    reason = TextAreaField(
        lazy("delivery.stop_reason"),
        description=lazy("delivery.stop_reason_help"),
        filters=[trimmed],
        validators=[Needed("delivery.say_why_stopped"), NotLonger(LONGEST_REASON)],
    )


class CloseForm(TvistForm):
    """Why nothing more is needed for one the letter did not reach."""

    reason = TextAreaField(
        lazy("delivery.close_reason"),
        description=lazy("delivery.close_reason_help"),
        filters=[trimmed],
        validators=[Needed("delivery.say_why_closed"), NotLonger(LONGEST_REASON)],
    )


class ResendForm(TvistForm):
    """To which address a letter is sent again."""

    address = RadioField(lazy("delivery.resend_to"), validators=[Needed("delivery.choose_address")])


def resend_form(recipient: Recipient) -> ResendForm:
    """The form with the addresses that can be chosen: the one that failed, and the one of today where it is another."""
    form, present = ResendForm(), present_address(recipient)
    offered = {recipient.address: t("delivery.same_address", address=recipient.address)}
    if present is not None and present not in offered:
        offered = {present: t("delivery.address_of_today", address=present)} | offered
    form.address.choices = choices(offered.items())
    if form.address.data is None:
        form.address.data = next(iter(offered))
    return form


class SettingsForm(TvistForm):
    """Which letters leave by themselves."""

    automatic = SelectMultipleField(
        lazy("delivery.leaves_by_itself"), widget=ListWidget(), option_widget=CheckboxInput(), coerce=str, validate_choice=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The choices are told in the reader's language."""
        super().__init__(*args, **kwargs)
        self.automatic.choices = choices((kind.value, say(label(kind))) for kind in SETTABLE)

    def validate_automatic(self, field: SelectMultipleField) -> None:
        """Refuse what is no kind, or one that is not decided on: only a page that was tampered with sends it."""
        if set(field.data or ()) - set(SETTABLE):
            raise ValidationError(t("web.not_a_choice"))
