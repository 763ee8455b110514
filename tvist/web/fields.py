"""How a field of a form is shown: which kind of control it is, and how its description and its error are tied to it for those who listen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wtforms import BooleanField, FileField, HiddenField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.widgets import ListWidget

if TYPE_CHECKING:
    from wtforms import Field


@dataclass(frozen=True)
class FieldParts:
    """What the macro `field` needs to know of a field."""

    kind: str
    """`hidden`, `choices` (a group of radio buttons or ticks), `checkbox`, or `input`."""
    description: str
    errors: list[str]
    described_by: str
    """The ids of description and error, for aria-describedby."""
    css: str

    @property
    def invalid(self) -> dict[str, str]:
        """The attribute of a control whose value was refused."""
        return {"aria-invalid": "true"} if self.errors else {}

    def attributes(self, given: dict[str, object]) -> dict[str, object]:
        """The attributes of a single control: those the page gives, and what ties it to its description and error."""
        return {**given, **self.invalid, **({"aria-describedby": self.described_by} if self.described_by else {})}


def field_parts(field: Field, description: str | None = None) -> FieldParts:
    """Find out how `field` is shown."""
    errors = [str(error) for error in field.errors]
    ids = [f"{field.id}-{part}" for part, is_there in (("d", description), ("e", errors)) if is_there]
    return FieldParts(
        kind=_kind(field), description=description or "", errors=errors, described_by=" ".join(ids), css=_css(field)
    )


def _kind(field: Field) -> str:
    if isinstance(field, HiddenField):
        return "hidden"
    if isinstance(field, RadioField) or isinstance(field.widget, ListWidget):
        return "choices"
    return "checkbox" if isinstance(field, BooleanField) else "input"


def _css(field: Field) -> str:
    """A class for controls that are not one line of text."""
    for kind, css in ((SelectField | SelectMultipleField, "tv-select"), (TextAreaField, "tv-textarea"), (FileField, "tv-file")):
        if isinstance(field, kind):
            return f" {css}"
    return ""
