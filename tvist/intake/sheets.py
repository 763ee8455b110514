"""What one page shows of a request that is being written: a step, or one row of a list such as the claim lines. See `tvist.intake.writing`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from werkzeug.datastructures import MultiDict

from tvist.intake.forms import FactForm, LineForm
from tvist.intake.steps import (
    FACT_PATHS,
    LINE_PATHS,
    Step,
    data_of,
    fact_data,
    fact_of,
    line_data,
    line_of,
    with_step,
)
from tvist.web.stale import seen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tvist.intake.models import Draft
    from tvist.intake.writing import Value
    from tvist.web.forms import TvistForm

TICKED: Final = "y"
NEW_ROW: Final = "new"
F = TypeVar("F", bound="TvistForm")


@dataclass(frozen=True)
class StepSheet:
    """The fields of one step."""

    draft: Draft
    step: Step

    def shown(self) -> dict[str, Value]:
        """Each field of the step."""
        return as_typed(data_of(self.step, self.draft.typed))

    def place(self, name: str) -> str:
        """The path in the raw input."""
        return self.step.paths[name]

    def seen(self) -> str:
        """The version of what the page shows, as the page itself tells it."""
        return str(seen(data_of(self.step, self.draft.typed)).version)

    def put(self, values: Mapping[str, Value]) -> dict[str, Any]:
        """The raw input with the values in the places of the step."""
        if self.step.form is None:
            return dict(self.draft.typed)
        return with_step(self.draft.typed, self.step, filled_in(self.step.form, values))


@dataclass(frozen=True)
class LineSheet:
    """The fields of the claim line at `index` (from 0); the index after the last is a line that is not there yet."""

    LIST: ClassVar[str] = "lines"
    PATHS: ClassVar[Mapping[str, str]] = LINE_PATHS
    PAGES: ClassVar[tuple[str, str]] = ("intake.line", "intake.keep_line")
    """The page of a row, and where the browser sends what is typed in it."""

    draft: Draft
    index: int

    @staticmethod
    def data(row: Mapping[str, Any]) -> dict[str, Any]:
        """What the fields show of a row."""
        return line_data(row)

    @staticmethod
    def read(values: Mapping[str, Value]) -> dict[str, Any]:
        """The raw row that the values make."""
        return line_of(filled_in(LineForm, values))

    @classmethod
    def key_of(cls, row: Mapping[str, Any]) -> str:
        """What tells a row from the others, as long as nobody changes it."""
        return str(seen(as_typed(cls.data(row))).version)

    def shown(self) -> dict[str, Value]:
        """Each field of the row."""
        return as_typed(self.data(self._row))

    def place(self, name: str) -> str:
        """`lines[0].rate`."""
        return f"{self.LIST}[{self.index}].{self.PATHS[name]}"

    def seen(self) -> str:
        """The version of what the page shows, as the page itself tells it."""
        return str(seen([self.index + 1, self.data(self._row) if self._row else self.rows]).version)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.draft.typed.get(self.LIST, ()))

    @property
    def key(self) -> str:
        """What tells the row from the others, as long as nobody changes it."""
        return self.key_of(self._row) if self._row else NEW_ROW

    def put(self, values: Mapping[str, Value]) -> dict[str, Any]:
        """The raw input with the row changed, or added."""
        rows = list(self.draft.typed.get(self.LIST, ()))
        changed = {**self._row, **self.read(values)}
        return {**self.draft.typed, self.LIST: [*rows[: self.index], changed, *rows[self.index + 1 :]]}

    @property
    def _row(self) -> dict[str, Any]:
        rows = self.draft.typed.get(self.LIST, ())
        return dict(rows[self.index]) if self.index < len(rows) else {}


@dataclass(frozen=True)
class FactSheet(LineSheet):
    """The fields of the fact at `index` (from 0), in the order in which the facts were typed."""

    LIST: ClassVar[str] = "facts"
    PATHS: ClassVar[Mapping[str, str]] = FACT_PATHS
    PAGES: ClassVar[tuple[str, str]] = ("intake.fact", "intake.keep_fact")

    @staticmethod
    def data(row: Mapping[str, Any]) -> dict[str, Any]:
        """As for a line."""
        return fact_data(row)

    @staticmethod
    def read(values: Mapping[str, Value]) -> dict[str, Any]:
        """As for a line."""
        return fact_of(filled_in(FactForm, values))


def as_typed(shown: Mapping[str, Any]) -> dict[str, Value]:
    """What fields show, as their controls hold it: a tick is `y` or nothing."""
    return {name: (TICKED if value else "") if isinstance(value, bool) else value for name, value in shown.items()}


def filled_in(form: type[F], values: Mapping[str, Value]) -> F:
    """The form as if it had been sent with these values."""
    return form(formdata=form_data(values))


def form_data(values: Mapping[str, Value]) -> MultiDict[str, str]:
    """The values as a browser sends them: what is not ticked is not sent."""
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        if isinstance(value, list):
            pairs += [(name, str(each)) for each in value]
        else:
            pairs.append((name, value))
    return MultiDict(pairs)
