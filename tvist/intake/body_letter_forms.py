"""The form in which an officer writes a letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import SelectMultipleField, TextAreaField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from tvist.procedure.settings import PROCEDURES
from tvist.web.forms import NotLonger, TvistForm, choices, trimmed
from tvist.web.session import lazy, t

if TYPE_CHECKING:
    from tvist.cases.models import Case
    from tvist.intake.models import Draft


class BodyLetterForm(TvistForm):
    """A letter as it is being written: gaps are allowed until it is sent."""

    edits = True

    to = SelectMultipleField(
        lazy("intake.body_letter.to"), widget=ListWidget(), option_widget=CheckboxInput(), coerce=str, validate_choice=False
    )
    text = TextAreaField(
        lazy("intake.body_letter.text"),
        description=lazy("intake.body_letter.text_help"),
        filters=[trimmed],
        validators=[NotLonger(PROCEDURES[-1].longest_text)],
    )

    def validate_to(self, field: SelectMultipleField) -> None:
        """Refuse one who is no party to write to: a party may have left since the page was shown."""
        if set(field.data or ()) - {value for value, *_ in field.iter_choices()}:
            raise ValidationError(t("web.not_a_choice"))


def body_letter_form(case: Case, draft: Draft | None) -> BodyLetterForm:
    """The form with the parties of the case, filled from the draft; one party alone is chosen from the start."""
    typed: dict[str, Any] = draft.typed if draft else {}
    form = BodyLetterForm(thing=draft, text=typed.get("text", ""), to=typed.get("to", []))
    form.to.choices = choices((party.public_id, party.name) for party in case.parties_present)
    return form


class ConfirmForm(TvistForm):
    """A form that is nothing but its button."""
