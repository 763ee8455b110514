"""The page of letters and pages in each form of Norwegian, for the yearly report (språklova §§ 13, 20)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, render_template, request

from tvist.access.guard import requires
from tvist.access.policy import Act
from tvist.clock import today
from tvist.desk.figures import bp
from tvist.statistics.language_forms import DUTY_PERCENT, FIRST_YEAR, as_csv, forms_by_year, shares
from tvist.statistics.writing import per_cent
from tvist.web.session import current_session, page_language
from tvist.words import NORWEGIAN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from tvist.statistics.language_forms import Count
    from tvist.words import Message


@bp.route("/statistics/language-forms")
@requires(Act.SEE_FIGURES)
def language_forms() -> ResponseReturnValue:
    """One year: each kind with its letters and pages in both forms; this year where none is asked for."""
    counts = forms_by_year(current_session, today().year)
    year = _year_asked()
    of_year = [found for found in counts if found.year == year]
    return render_template(
        "statistics/language_forms.html",
        year=year,
        years=sorted({today().year, year, *(found.year for found in counts)}, reverse=True),
        rows=_rows(of_year),
        shares=shares(of_year),
        uncounted=sum(found.uncounted for found in of_year),
        duty=DUTY_PERCENT,
        forms=NORWEGIAN,
        percent=lambda share: "\N{EN DASH}" if share is None else per_cent(share, page_language()),
    )


@bp.route("/statistics/language-forms.csv")
@requires(Act.SEE_FIGURES)
def language_forms_file() -> ResponseReturnValue:
    """All years for a spreadsheet."""
    text = as_csv(forms_by_year(current_session, today().year), page_language())
    return Response(text, mimetype="text/csv", headers={"Content-Disposition": 'attachment; filename="tvist-language-forms.csv"'})


def _year_asked() -> int:
    """The year in the address; this one for anything that is no year of the body's."""
    asked, this_year = request.args.get("year", ""), today().year
    return int(asked) if asked.isascii() and asked.isdigit() and FIRST_YEAR <= int(asked[:9]) <= this_year else this_year


def _rows(counts: Sequence[Count]) -> list[tuple[Message, dict[str, Count]]]:
    """Each kind with its count by form."""
    rows: dict[str, tuple[Message, dict[str, Count]]] = {}
    for found in counts:
        name = found.kind.value if found.kind else ""
        rows.setdefault(name, (found.name, {}))[1][found.language] = found
    return list(rows.values())
