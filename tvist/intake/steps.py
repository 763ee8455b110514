"""The steps in which a request is written: which form asks for which part of the raw input (`docs/petition.schema.json`), and back."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from wtforms import BooleanField

from tvist.intake.chronology import FIELDS as FACT_FIELDS
from tvist.intake.forms import (
    MOST_JOINED,
    MOST_OPPOSING,
    ChildForm,
    FactForm,
    FactsForm,
    LineForm,
    PartiesForm,
    PlaceForm,
    SettlementForm,
)
from tvist.intake.lines import FIELDS as LINE_FIELDS
from tvist.intake.petition import GUIDE, Fault, Petition, read_petition

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from tvist.intake.models import Draft
    from tvist.web.forms import TvistForm

YES_NO: Final = {"yes": True, "no": False}
ANSWERS: Final = frozenset({"before_courts", *GUIDE})
"""The fields that are answered by yes or no."""


@dataclass(frozen=True)
class Step:
    """One page of the request. `paths` leads from the form's fields to the places in the raw input."""

    name: str
    form: type[TvistForm] | None
    paths: Mapping[str, str]

    def field_at(self, path: str) -> str | None:
        """The field that asks for what stands at `path`; None where no field of this step does."""
        return next((field for field, place in self.paths.items() if place == path), None)


PLACE: Final = Step(
    "place",
    PlaceForm,
    {
        **{name: f"guide.{name}" for name in GUIDE},
        "before_courts": "before_courts.yes",
        "courts_words": "before_courts.words",
        "both_limbs": "both_limbs",
    },
)
PARTIES: Final = Step(
    "parties",
    PartiesForm,
    {
        **{f"opposing_{place + 1}": f"parties.opposing[{place}]" for place in range(MOST_OPPOSING)},
        **{f"joined_{place + 1}": f"parties.requesting[{place + 1}]" for place in range(MOST_JOINED)},
        "representative": "parties.representative",
        "authority": "authority",
        "own_reference": "parties.own_reference",
        "language": "language",
    },
)
CHILD: Final = Step(
    "child",
    ChildForm,
    {
        "birth_year": "child.birth_year",
        "other_side_reference": "child.other_side_reference",
        "address_secret": "child.address_secret",
        "placed_on": "placed_on",
    },
)
LINES: Final = Step("lines", None, {})
FACTS: Final = Step(
    "facts", FactsForm, {name: name for name in ("subject", "background", "agreed", "disputed", "argument", "claim")}
)
SETTLEMENT: Final = Step(
    "settlement",
    SettlementForm,
    {
        "tried_on": "settlement.tried_on",
        "tried_by": "settlement.by",
        "tried_words": "settlement.words",
        "limitation_words": "limitation.words",
        "limitation_until": "limitation.until",
        "pays_meanwhile": "pays_meanwhile",
    },
)
PAPERS: Final = Step("papers", None, {})
CHRONOLOGY: Final = Step("chronology", None, {})
STEPS: Final = (PLACE, PARTIES, CHILD, LINES, PAPERS, CHRONOLOGY, FACTS, SETTLEMENT)
"""The papers come before the facts, for each fact can say where in them it stands."""
WRITTEN: Final = {step.name: step for step in STEPS if step.form is not None}

LINE_PATHS: Final = {{"from": "from_on", "to": "to_on"}.get(name, name): name for name in LINE_FIELDS}
FACT_PATHS: Final = {f"fact_{name}": name for name in FACT_FIELDS}
_IN_LISTS: Final = {"lines": (LINES, LINE_PATHS), "facts": (CHRONOLOGY, FACT_PATHS)}
_STEP_OF_PART: Final = {
    "guide": PLACE,
    "before_courts": PLACE,
    "child": CHILD,
    "settlement": SETTLEMENT,
    "limitation": SETTLEMENT,
}


def step_after(step: Step) -> Step | None:
    """The next step; None after the last, where the check follows."""
    place = STEPS.index(step) + 1
    return STEPS[place] if place < len(STEPS) else None


def place_of(path: str) -> tuple[str, int | None, str | None]:
    """Where a fault is put right: the step, the number of the line or fact (from 0), and the field of the form."""
    head, _, name = path.partition(".")
    part, _, number = head.partition("[")
    if part in _IN_LISTS:
        step, paths = _IN_LISTS[part]
        place = int(number[:-1]) if number else None
        return step.name, place, next((field for field, each in paths.items() if each == name), None)
    for step in STEPS:
        if field := step.field_at(path):
            return step.name, None, field
    # The list of parties as a whole, or what only a file can get wrong.
    return _STEP_OF_PART.get(part, PARTIES).name, None, "opposing_1" if path.startswith("parties.opposing") else None


def data_of(step: Step, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields of a step show of the raw input."""
    return {field: _shown(field, _found(typed, path)) for field, path in step.paths.items()}


def with_step(typed: Mapping[str, Any], step: Step, form: TvistForm) -> dict[str, Any]:
    """The raw input with what was typed in the form of a step put in its place."""
    raw = copy.deepcopy(dict(typed))
    for field, path in step.paths.items():
        if not path.endswith("]") and field in form:
            _put(raw, path, _typed(form, field))
    if step is PARTIES:
        parties = raw.setdefault("parties", {})
        own = parties.get("requesting", [""])[:1]
        parties["opposing"] = _chosen(form, "opposing", MOST_OPPOSING)
        parties["requesting"] = own + _chosen(form, "joined", MOST_JOINED)
    return raw


def line_data(line: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields of a line's form show."""
    return {field: _shown(field, line.get(name)) for field, name in LINE_PATHS.items()}


def line_of(form: LineForm) -> dict[str, Any]:
    """A raw claim line, as typed."""
    return {name: _typed(form, field) for field, name in LINE_PATHS.items() if field in form}


def lines_of(typed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The raw claim lines of a draft."""
    return list(typed.get("lines", ()))


def fact_data(fact: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields of a fact's form show."""
    return {field: _shown(field, fact.get(name)) for field, name in FACT_PATHS.items()}


def fact_of(form: FactForm) -> dict[str, Any]:
    """A raw fact, as typed."""
    return {name: _typed(form, field) for field, name in FACT_PATHS.items()}


def facts_of(typed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The raw facts of a draft, in the order in which they were typed."""
    return list(typed.get("facts", ()))


def read_draft(draft: Draft, on: date, connected: Collection[str]) -> Petition | list[Fault]:
    """The draft read as the request of its organisation, with its papers and what lies sealed beside it."""
    return read_petition(
        draft.typed,
        on=on,
        filer=draft.organisation.code,
        connected=connected,
        received_on=draft.received_on,
        papers=[paper.public_id for paper in draft.papers],
        has_identity=draft.sealed_identity is not None,
    )


def _chosen(form: TvistForm, name: str, most: int) -> list[str]:
    found = [_typed(form, f"{name}_{place + 1}") for place in range(most) if f"{name}_{place + 1}" in form]
    return [code for code in found if code]


def _typed(form: TvistForm, name: str) -> Any:
    """A field's value in the shape of the raw input."""
    field = form[name]
    if isinstance(field, BooleanField):
        return bool(field.data)
    if name in ANSWERS:
        return YES_NO.get(field.data or "")
    return (field.data or "").replace("\r\n", "\n")


def _shown(field: str, value: Any) -> Any:
    """A raw value in the shape of a field."""
    if isinstance(value, bool):
        return ("yes" if value else "no") if field in ANSWERS else value
    return "" if value is None else str(value)


def _found(raw: Mapping[str, Any], path: str) -> Any:
    """What stands at `path`: `parties.opposing[0]`."""
    found: Any = raw
    for part in path.replace("[", ".[").split("."):
        if part.startswith("["):
            place = int(part[1:-1])
            found = found[place] if isinstance(found, list) and place < len(found) else None
        else:
            found = found.get(part) if isinstance(found, dict) else None
    return found


def _put(raw: dict[str, Any], path: str, value: Any) -> None:
    *parts, last = path.split(".")
    for part in parts:
        raw = raw.setdefault(part, {})
    raw[last] = value
