"""Sums and days: `deadline`, `amount` and `statistics`. The first two need no database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tvist.commands import LANGUAGE
from tvist.commands.options import DAY

if TYPE_CHECKING:
    from datetime import date

UNITS = ("sum", "day", "month", "stay", "principle")


@click.command
@click.argument("day", metavar="DATE", type=DAY)
@click.argument("length")
def deadline(day: date, length: str) -> None:
    """The last day of a time, and why: deadline 2024-03-07 "3 weeks"."""
    from tvist.procedure.deadlines import deadline as counted
    from tvist.procedure.deadlines import explain, parse_length
    from tvist.words import render

    found = counted(day, parse_length(length))
    click.echo(found.due_on.isoformat())
    for message in explain(found):
        click.echo(render(message, LANGUAGE))


@click.command
@click.argument("unit", type=click.Choice(UNITS))
@click.argument("rate_ore", type=click.IntRange(min=0))
@click.argument("from_on", metavar="FROM", type=DAY)
@click.argument("to_on", metavar="TO", type=DAY)
@click.argument("count", type=int, required=False)
def amount(unit: str, rate_ore: int, from_on: date, to_on: date, count: int | None) -> None:  # noqa: PLR0917 - click gives by name.
    """What a claim line comes to: the sum in øre first, then how it was counted.

    RATE_ORE is the sum itself, or the rate a day, month or stay, in whole øre. Both days are included. COUNT is the number of stays.
    """
    from tvist.cases.money import AmountUnit, Period, line_amount
    from tvist.words import render

    found = line_amount(AmountUnit(unit), rate_ore, Period(from_on, to_on), count)
    click.echo(found.ore)
    for message in found.explanation:
        click.echo(render(message, LANGUAGE))


@click.command
@click.option("--from", "from_on", metavar="DATE", type=DAY, required=True, help="The first day, included.")
@click.option("--to", "to_on", metavar="DATE", type=DAY, required=True, help="The last day, included.")
@click.option("--json", "form", flag_value="json", help="As JSON.")
@click.option("--csv", "form", flag_value="csv", help="As CSV with semicolons.")
def statistics(from_on: date, to_on: date, form: str | None) -> None:
    """The published figures of a period, each with its definition."""
    from tvist.commands.opening import ready
    from tvist.statistics.figures import all_figures
    from tvist.statistics.writing import as_csv, as_json, as_text

    if to_on < from_on:
        raise click.UsageError("The last day lies before the first: give --from and --to in order.")
    with ready().database.reading() as session:
        figures = all_figures(session, from_on, to_on)
    write = {"json": as_json, "csv": as_csv, None: as_text}[form]
    click.echo(write(figures, from_on, to_on, LANGUAGE), nl=form != "csv")
