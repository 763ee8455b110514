"""The base of all forms: our words in WTForms' place, the key that makes a second click harmless, and the version that shows a stale page.

The CSRF token is checked by the guard, for every POST, before a form is made.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from flask import request
from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # Newer than the types.
from wtforms.validators import StopValidation, ValidationError

from tvist.db import storable
from tvist.web.session import page_language, say
from tvist.web.stale import standing_beside
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wtforms import Field, Form

KEY_FIELD = "_key"
SEEN_FIELD = "_seen"


def new_key() -> str:
    """A key for one sending of a form."""
    return secrets.token_urlsafe(16)


class HasVersion(Protocol):
    """A row that is edited, and therefore has a version."""

    @property
    def version(self) -> int:
        """Rises with each change."""


class _Words:
    """Stands in for WTForms' catalogue: its few built-in sentences by our codes. It has no nynorsk of its own."""

    CODES = {
        "Not a valid choice.": "web.not_a_choice",
        "Invalid Choice: could not coerce.": "web.not_a_choice",
        "Invalid choice(s): one or more data inputs could not be coerced.": "web.not_a_choice",
        "'%(value)s' is not a valid choice for this field.": "web.not_a_choice",
        "Not a valid integer value.": "web.not_a_number",
        "Not a valid date value.": "web.not_a_date",
        "This field is required.": "web.fill_in",
    }

    def gettext(self, text: str) -> str:
        """The sentence in the page's language. Raises KeyError for one we have no words for."""
        return say(Message(self.CODES[text]))

    def ngettext(self, one: str, _many: str, _count: int) -> str:
        """The same for one and for many. Of WTForms' sentences with numbers only that of several ticks is used: our validators have their own."""
        return self.gettext(one)


class TvistForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types.
    """A form of ours. `faults()` lists all that is wrong, each with the field it belongs to, for the summary at the top."""

    edits: ClassVar[bool] = False
    """Whether its fields begin with what is kept, which is then shown beside what was typed in a page that has grown old."""

    class Meta:
        """No CSRF field: the guard checks the token."""

        csrf = False

        def get_translations(self, form: Form) -> _Words:  # noqa: ARG002 - WTForms' signature.
            """Our words in WTForms' place."""
            return _Words()

    def __init__(self, *args: Any, thing: HasVersion | None = None, **kwargs: Any) -> None:
        """`thing` is what the form is about: its version travels in the page, and a page that has grown old is told so."""
        super().__init__(*args, **kwargs)
        self._thing = thing
        self.is_stale = False

    @property
    def key(self) -> str:
        """The key of this sending: the one the page had, else a new one."""
        return str(request.form.get(KEY_FIELD) or new_key())

    @property
    def seen(self) -> str:
        """The version of the thing as this page shows it."""
        return str(self._thing.version) if self._thing is not None else ""

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that the page is not older than the thing. What was typed stays in the fields."""
        fine = bool(super().validate(extra_validators))
        seen = request.form.get(SEEN_FIELD)
        if self._thing is not None and seen and seen != self.seen:
            self.is_stale = True
            self.form_errors.append(say(Message("web.changed_meanwhile")))
            fine = False
        return fine

    def stands_now(self) -> list[tuple[str, str]]:
        """In a page that has grown old, what is kept now and differs from what was typed: label and text of each field."""
        return list(standing_beside(self, page_language())) if self.is_stale and self.edits else []

    def blame(self, message: Message, field: str | None = None) -> None:
        """Add a fault found beyond the form, at a field or at the form as a whole."""
        if field is not None and field in self._fields:
            found: Field = self._fields[field]
            found.errors = [*found.errors, say(message)]
        else:
            self.form_errors.append(say(message))

    def blame_all(self, found: Sequence[Message], field: str | None = None) -> bool:
        """Add each of these, at one field or at the form as a whole; returns whether there was any."""
        for message in found:
            self.blame(message, field)
        return bool(found)

    def faults(self) -> list[tuple[str, str]]:
        """All that is wrong: (id of the field, or empty for the whole form; text)."""
        own = [("", str(text)) for text in self.form_errors]
        return own + [(field.id, str(text)) for field in self for text in _flat(field.errors)]


class PlainForm(TvistForm):
    """A form with nothing but its button."""


def status_of(form: TvistForm, in_the_way: Sequence[Message] = ()) -> int:
    """How a page with a form is answered: shown; refused because the page is old or something stands in the way; or to be corrected."""
    if not form.is_submitted():
        return 200
    if in_the_way:
        return 409
    return 422 if form.faults() and not form.is_stale else 409


def _flat(errors: Any) -> Sequence[str]:
    if isinstance(errors, dict):
        return [text for inner in errors.values() for text in _flat(inner)]
    return [text for error in errors for text in (_flat(error) if isinstance(error, list | dict | tuple) else [error])]


class Needed:
    """The field must be filled in (spaces are nothing); the message says what to write."""

    field_flags = {"required": True}

    def __init__(self, code: str) -> None:
        """`code` names the message."""
        self.code = code

    def __call__(self, form: Form, field: Field) -> None:  # noqa: ARG002 - WTForms' signature.
        """Raise StopValidation for an empty field, and for one that could not be read, which has said so already."""
        if field.process_errors:
            raise StopValidation
        if not field.data or (isinstance(field.data, str) and not field.data.strip()):
            field.errors = []
            raise StopValidation(say(Message(self.code)))


class NotLonger:
    """At most so many characters."""

    def __init__(self, limit: int) -> None:
        """`limit` is in characters."""
        self.limit = limit

    def __call__(self, form: Form, field: Field) -> None:  # noqa: ARG002 - WTForms' signature.
        """Raise ValidationError for a text that is too long."""
        if field.data and len(field.data) > self.limit:
            raise ValidationError(say(Message("web.too_long", limit=self.limit, length=len(field.data))))


def choices(pairs: Iterable[tuple[Any, str]]) -> list[SelectChoice]:
    """What a SelectField or RadioField offers: pairs of value and label (a text, or `lazy(...)`)."""
    return [SelectChoice(value, label) for value, label in pairs]


def trimmed(text: str | None) -> str | None:
    """A filter for text fields: without white space at the ends and what no database keeps; line ends as one character."""
    return storable(text.replace("\r\n", "\n")).strip() if text else text


Filter = Callable[[Any], Any]
