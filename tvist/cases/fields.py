"""Form fields for days and sums, typed as people type them; what was typed stays in the field, also when it could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import Field
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput

from tvist.cases.reading import parse_date, parse_kroner
from tvist.errors import CannotProceed
from tvist.web.session import say
from tvist.words import format_kroner

if TYPE_CHECKING:
    from datetime import date

    from wtforms.form import BaseForm


class _Read(Field):
    """Text that is read as something: `typed` is the text, `data` what it was read as, None for an empty or unreadable text.

    An empty field is no fault here: add `Needed(…)` where it must be filled in.
    """

    widget = TextInput()
    typed = ""

    def process_data(self, value: Any) -> None:
        """Fill the field from a value, or from a text as it was typed into a draft."""
        self.typed = value if isinstance(value, str) else self._write(value)
        self.data = None if isinstance(value, str) else value

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed. Raises ValueError with the text for the page."""
        if not valuelist:
            return
        self.typed, self.data = str(valuelist[0]), None
        if not self.typed.strip():
            return
        try:
            self.data = self._read(self.typed)
        except CannotProceed as refused:
            raise ValueError(say(refused.obstacles[0])) from refused

    def pre_validate(self, form: BaseForm) -> None:  # noqa: ARG002 - WTForms' signature.
        """Stop at a text that could not be read: it must not be called missing as well."""
        if self.process_errors:
            raise StopValidation

    def _value(self) -> str:
        """What the field shows."""
        return self.typed

    def _write(self, value: Any) -> str:
        raise NotImplementedError

    def _read(self, text: str) -> Any:
        raise NotImplementedError


class DayField(_Read):
    """A day: `31.12.2024` or `2024-12-31`. `data` is a date or None."""

    data: date | None

    def _write(self, value: date | None) -> str:
        return f"{value.day}.{value.month}.{value.year}" if value else ""

    def _read(self, text: str) -> date:
        return parse_date(text)


class KronerField(_Read):
    """A sum in kroner: `1 234,50`. `data` is whole øre or None; `largest_ore` is the largest sum taken (None: the largest of the rules)."""

    data: int | None

    def __init__(self, label: Any = None, validators: Any = None, *, largest_ore: int | None = None, **kwargs: Any) -> None:
        """As any field."""
        super().__init__(label, validators, **kwargs)
        self.largest_ore = largest_ore

    def _write(self, value: int | None) -> str:
        return "" if value is None else format_kroner(value, "nb", with_unit=False)

    def _read(self, text: str) -> int:
        return parse_kroner(text, largest_ore=self.largest_ore)
