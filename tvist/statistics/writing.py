"""The figures written down: as text, as CSV, as JSON. Each row carries its definition."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Final

from tvist.statistics.figures import Counted
from tvist.words import NO_BREAK, Message, format_kroner, format_number, render

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tvist.statistics.figures import Figure

BYTE_ORDER_MARK: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
# A spreadsheet takes a cell that begins so for a formula.
FORMULA_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r")
COLUMNS: Final = ("code", "figure", "value", "unit", "of", "share", "low", "high", "from", "to", "definition")
SHARE_DECIMALS: Final = 6


def name_of(figure: Figure, language: str) -> str:
    """What the figure is called, with its group where it is one of several: `Outcome of cases: the state`."""
    own, group = render(figure.name, language), Message(figure.definition.replace(".definition.", ".group."))
    return own if _is_alone(figure) else f"{render(group, language)}: {own}"


def value_of(figure: Figure, language: str) -> str:
    """The figure itself: a number, kroner, or a dash where there is nothing to count from."""
    if figure.value is None:
        return "\N{EN DASH}"
    if figure.unit is Counted.ORE:
        return format_kroner(int(figure.value), language)
    return format_number(figure.value, language, decimals=0 if float(figure.value).is_integer() else 1)


def share_of(figure: Figure, language: str) -> str:
    """The share in per cent, or a dash where there is no whole."""
    return "\N{EN DASH}" if figure.share is None else per_cent(figure.share, language)


def interval_of(figure: Figure, language: str) -> str:
    """The 95 % interval of the share, or a dash."""
    if figure.interval is None:
        return "\N{EN DASH}"
    low, high = figure.interval
    return f"{format_number(low * 100, language, decimals=1)}\N{EN DASH}{per_cent(high, language)}"


def per_cent(share: float, language: str) -> str:
    """`35,3 %`."""
    space = "" if language == "en" else NO_BREAK
    return f"{format_number(share * 100, language, decimals=1)}{space}%"


def as_text(figures: Sequence[Figure], from_on: date, to_on: date, language: str) -> str:
    """For the screen: each definition once, with its figures under it."""
    lines = [render(Message("statistics.heading", from_on=from_on, to_on=to_on), language)]
    definition = ""
    for figure in figures:
        if figure.definition != definition:
            definition = figure.definition
            lines += ["", render(Message(definition), language)]
        share = f"  {share_of(figure, language)} ({interval_of(figure, language)})" if figure.of is not None else ""
        lines.append(f"  {name_of(figure, language):<60}{value_of(figure, language):>18}{share}")
    return "\n".join(lines)


def as_json(figures: Sequence[Figure], from_on: date, to_on: date, language: str) -> str:
    """For programs: values as numbers, amounts in whole øre, shares between 0 and 1."""
    rows = [
        {
            "code": figure.code,
            "name": name_of(figure, language),
            "value": figure.value,
            "unit": figure.unit.value,
            "of": figure.of,
            "share": figure.share,
            "interval": figure.interval,
            "definition": render(Message(figure.definition), language),
        }
        for figure in figures
    ]
    return json.dumps({"from": from_on.isoformat(), "to": to_on.isoformat(), "figures": rows}, ensure_ascii=False, indent=1)


def as_csv(figures: Sequence[Figure], from_on: date, to_on: date, language: str) -> str:
    """For a spreadsheet: semicolons, a mark that says UTF-8, the decimal sign of the language, amounts in whole øre. No cell can be a formula."""
    written = io.StringIO()
    table = csv.writer(written, delimiter=";")
    table.writerow(COLUMNS)
    for figure in figures:
        low, high = figure.interval or (None, None)
        numbers = [figure.value, figure.unit.value, figure.of, figure.share, low, high]
        row = [
            figure.code,
            name_of(figure, language),
            *numbers,
            from_on.isoformat(),
            to_on.isoformat(),
            render(Message(figure.definition), language),
        ]
        table.writerow([_cell(value, language) for value in row])
    return BYTE_ORDER_MARK + written.getvalue()


def _cell(value: float | str | None, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_BEGINS) else value
    text = str(round(value, SHARE_DECIMALS))
    return text if language == "en" else text.replace(".", ",")


def _is_alone(figure: Figure) -> bool:
    return "." not in figure.code
