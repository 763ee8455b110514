"""What a form refuses that is sent to nobody, and so has nobody to read a reason: a birth number (rule 6). Others are searched: `searched_forms.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms.validators import ValidationError

from tvist.anonymity.birth_numbers import holds_birth_number
from tvist.web.session import say
from tvist.words import Message

if TYPE_CHECKING:
    from wtforms import Field, Form


class NoBirthNumber:
    """A text holds no birth number (rule 6)."""

    def __call__(self, form: Form, field: Field) -> None:  # noqa: ARG002 - WTForms' signature.
        """Raise ValidationError for a text that holds a birth number."""
        if holds_birth_number(field.data or ""):
            raise ValidationError(say(Message("intake.birth_number")))
