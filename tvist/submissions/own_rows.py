"""The rows in which a party adds facts and claim lines of its own: the same fields, and the same reading, as in a request (rules 10, 11)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from wtforms import BooleanField, SelectField, StringField, TextAreaField

from tvist.clock import today
from tvist.intake.chronology import read_fact
from tvist.intake.forms import LineForm
from tvist.intake.lines import read_line
from tvist.intake.reading import Reader
from tvist.intake.steps import LINE_PATHS
from tvist.procedure.codes import CodeKind, codes
from tvist.procedure.settings import procedure_on
from tvist.submissions.own_lines import municipalities_of, overlapped
from tvist.web.forms import choices
from tvist.web.session import lazy, say, t
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tvist.cases.models import Party
    from tvist.intake.chronology import ToldFact
    from tvist.intake.lines import ClaimedLine
    from tvist.intake.reading import Fault
    from tvist.web.forms import TvistForm

MOST_ROWS: Final = 200


def _again(name: str) -> Any:
    """A field as in the form of a request's line, unbound, so that each row has its own."""
    field = getattr(LineForm, name)
    return field.field_class(*field.args, **field.kwargs)


FACT_FIELDS: Final[Mapping[str, Callable[[], Any]]] = {
    "on": lambda: StringField(lazy("submissions.fact.on"), description=lazy("submissions.fact.on_help")),
    "until": lambda: StringField(lazy("submissions.fact.until")),
    "words": lambda: TextAreaField(lazy("submissions.fact.words")),
    "paper": lambda: SelectField(lazy("submissions.fact.paper"), choices=[], validate_choice=False),
    "page": lambda: StringField(lazy("submissions.fact.page")),
}
LINE_FIELDS: Final[Mapping[str, Callable[[], Any]]] = {
    name: partial(_again, name) for name in LINE_PATHS if hasattr(LineForm, name)
}
_CODES: Final = {"measure": CodeKind.MEASURE, "state_basis": CodeKind.STATE_BASIS, "municipal_basis": CodeKind.MUNICIPAL_BASIS}


@dataclass(frozen=True)
class OwnRows:
    """What was added, read; and what is wrong with it, each fault with the name of its field."""

    facts: Sequence[ToldFact]
    lines: Sequence[ClaimedLine]
    faults: Sequence[tuple[str, Message]] = ()

    @classmethod
    def read(
        cls, form: TvistForm, party: Party, *, fact_rows: Iterable[int], line_rows: Iterable[int], papers: Sequence[str]
    ) -> OwnRows:
        """Read the rows in which anything stands; an empty row is nothing."""
        facts: list[ToldFact] = []
        lines: list[ClaimedLine] = []
        faults: list[tuple[str, Message]] = []
        for row in fact_rows:
            raw = {name: _typed(form, f"own_fact_{row}_{name}") for name in FACT_FIELDS}
            if any(raw.values()):
                reader = Reader(raw, procedure_on(today()), path="facts[0]")
                if fact := read_fact(reader, latest=today(), papers=papers):
                    facts.append(fact)
                faults += _placed(reader.faults, f"own_fact_{row}_")
        for row in line_rows:
            raw = {
                path: _typed(form, f"own_line_{row}_{name}")
                for name, path in LINE_PATHS.items()
                if f"own_line_{row}_{name}" in form
            }
            if any(raw.values()):
                line, found = _line(raw, party, f"own_line_{row}_", lines)
                lines += [line] if line else []
                faults += found
        return cls(tuple(facts), tuple(lines), tuple(faults))


def rows_in(names: Mapping[str, Any], kind: str) -> range:
    """The rows of a kind that were filled in, and one more."""
    found = [
        int(match[1])
        for name, value in names.items()
        if value and (match := re.fullmatch(rf"{kind}_(\d{{1,3}})_\w+", name)) and int(match[1]) <= MOST_ROWS
    ]
    return range(1, max(found, default=0) + 2)


def fill_choices(
    form: TvistForm, party: Party, *, fact_rows: Iterable[int], line_rows: Iterable[int], papers: Sequence[tuple[str, str]]
) -> None:
    """What can be chosen in the rows. Which municipality is asked only where there are several."""
    nothing = [("", t("intake.choose"))]
    for row in fact_rows:
        form[f"own_fact_{row}_paper"].choices = choices([("", t("submissions.fact.no_paper")), *papers])
    lists = {
        name: [*nothing, *((code.code, say(code.label)) for code in codes(kind, today() if kind is CodeKind.MEASURE else None))]
        for name, kind in _CODES.items()
    }
    names = {each.organisation.code: each.name for each in party.case.parties if each.left_at is None}
    municipal = [(code, names[code]) for code in municipalities_of(party.case, party)]
    for row in line_rows:
        for name, pairs in lists.items():
            form[f"own_line_{row}_{name}"].choices = choices(pairs)
        if len(municipal) > 1:
            form[f"own_line_{row}_municipality"].choices = choices([*nothing, *municipal])
        else:
            del form[f"own_line_{row}_municipality"]


def _line(
    raw: Mapping[str, Any], party: Party, prefix: str, earlier: Sequence[ClaimedLine]
) -> tuple[ClaimedLine | None, list[tuple[str, Message]]]:
    """One line, and what is wrong with it: by itself, and against the lines of the case and those above it."""
    reader = Reader(raw, procedure_on(today()), path="lines[0]")
    case = party.case
    line = read_line(reader, municipalities=municipalities_of(case, party), on=today(), born=case.child_birth_year)
    faults = _placed(reader.faults, prefix)
    if line and (found := overlapped(line, party)):
        faults.append((f"{prefix}from_on", Message("submissions.own_line_overlaps", position=found.position)))
    if line and any(line.overlaps(other) for other in earlier):
        faults.append((f"{prefix}from_on", Message("submissions.own_lines_overlap")))
    return line, faults


def _placed(faults: Iterable[Fault], prefix: str) -> list[tuple[str, Message]]:
    """Each fault at the field that asks for it."""
    fields = {path: name for name, path in LINE_PATHS.items()} if "line" in prefix else {}
    named = [(fault.path.partition(".")[2], fault.message) for fault in faults]
    return [(f"{prefix}{fields.get(path, path)}", message) for path, message in named]


def _typed(form: TvistForm, name: str) -> Any:
    field = form[name]
    return bool(field.data) if isinstance(field, BooleanField) else (field.data or "").strip()
