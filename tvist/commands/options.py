"""What the commands take in: days and case numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from tvist.commands import LANGUAGE


class Day(click.ParamType[date]):
    """A day as `2024-03-07`, or as `7.3.2024`."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read it as the forms do."""
        if isinstance(value, date):
            return value
        from tvist.cases.reading import parse_date
        from tvist.errors import CannotProceed
        from tvist.words import render

        try:
            return parse_date(value)
        except CannotProceed as error:
            self.fail(render(error.obstacles[0], LANGUAGE), param, ctx)


DAY = Day()
