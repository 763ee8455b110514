"""The statistics page: the published figures of a period, their definitions beside them, charts and CSV."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, cast

from flask import Blueprint, Response, render_template, request
from markupsafe import Markup

from tvist.access.guard import requires
from tvist.access.policy import Act
from tvist.cases.fields import DayField
from tvist.clock import today
from tvist.pdf import Series, bar_chart, stacked_bars, svg
from tvist.statistics import writing
from tvist.statistics.figures import all_figures, is_empty
from tvist.statistics.language_forms import FIRST_YEAR
from tvist.web.forms import Needed, TvistForm
from tvist.web.session import current_session, lazy, page_language, say, t
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from tvist.pdf import Language, Picture
    from tvist.statistics.figures import Figure

bp = Blueprint("statistics", __name__)

SHORTCUTS: Final = 4
# Each part of the page, and the figures in it by the beginning of their codes.
SECTIONS: Final = {
    "flow": ("received", "decided", "open"),
    "endings": ("dismissed", "discontinued"),
    "outcomes": ("outcome", "line_outcome"),
    "amounts": ("claimed", "found"),
    "time": ("median_days",),
}
ORE_IN_THOUSAND_KRONER: Final = 100_000


class PeriodForm(TvistForm):
    """From which day to which."""

    from_on = DayField(lazy("statistics.from_on"), [Needed("statistics.write_from")])
    to_on = DayField(lazy("statistics.to_on"), [Needed("statistics.write_to")])

    def days(self) -> tuple[date, date] | None:
        """Both days, in order; None where something is to be corrected."""
        if not self.validate() or self.from_on.data is None or self.to_on.data is None:
            return None
        if self.to_on.data < self.from_on.data:
            self.blame(Message("money.to_before_from", from_on=self.from_on.data, to_on=self.to_on.data), "to_on")
            return None
        return self.from_on.data, self.to_on.data


@dataclass(frozen=True)
class Section:
    """A part of the page: its figures by definition, and its chart."""

    code: str
    groups: dict[str, list[Figure]]
    chart: Markup | None


@bp.route("/statistics")
@requires(Act.SEE_FIGURES)
def show() -> ResponseReturnValue:
    """The figures of a period; this year so far where none is asked for."""
    form = _asked()
    days = form.days()
    if days is None:
        return _asked_again(form)
    figures = all_figures(current_session, *days)
    return render_template(
        "statistics/show.html",
        form=form,
        is_empty=is_empty(figures),
        sections=[_section(code, begins, figures) for code, begins in SECTIONS.items()],
        shortcuts=_shortcuts(),
        days=days,
        row=_row,
    )


@bp.route("/statistics.csv")
@requires(Act.SEE_FIGURES)
def download() -> ResponseReturnValue:
    """The same figures for a spreadsheet."""
    form = _asked()
    days = form.days()
    if days is None:
        return _asked_again(form)
    text = writing.as_csv(all_figures(current_session, *days), *days, page_language())
    name = f"tvist-{days[0]}-{days[1]}.csv"
    return Response(text, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _asked_again(form: PeriodForm) -> ResponseReturnValue:
    return render_template("statistics/show.html", form=form, sections=[], shortcuts=_shortcuts(), days=None), 422


def _asked() -> PeriodForm:
    """The period in the address, or this year so far."""
    first, last = _this_year()
    return PeriodForm(request.args) if request.args else PeriodForm(None, from_on=first, to_on=last)


def _this_year() -> tuple[date, date]:
    return date(today().year, 1, 1), today()


def _shortcuts() -> list[tuple[str, date, date]]:
    """Periods one click away: the last years, and all of them."""
    year = today().year
    years = [(str(found), date(found, 1, 1), date(found, 12, 31)) for found in range(year, year - SHORTCUTS, -1)]
    return [*years, (t("statistics.whole_time"), date(FIRST_YEAR, 1, 1), date(year, 12, 31))]


def _row(figure: Figure) -> tuple[str, str, str, str]:
    """Name, value, share and interval of a figure in the reader's language."""
    language = page_language()
    return (
        say(figure.name),
        writing.value_of(figure, language),
        writing.share_of(figure, language),
        writing.interval_of(figure, language),
    )


def _section(code: str, begins: Sequence[str], figures: Sequence[Figure]) -> Section:
    groups: dict[str, list[Figure]] = {}
    for begin in begins:
        for figure in figures:
            if figure.code.split(".")[0] == begin:
                groups.setdefault(figure.definition, []).append(figure)
    return Section(code, groups, _chart(code, groups))


def _chart(code: str, groups: dict[str, list[Figure]]) -> Markup | None:
    """The section's chart; none of nothing."""
    figures = [figure for group in groups.values() for figure in group]
    if code not in CHARTS or not any(figure.value for figure in figures):
        return None
    # Markup is right here: `svg` escapes every text that it is given.
    return Markup(svg(CHARTS[code](groups, cast("Language", page_language()))))  # noqa: S704 - as said above.


def _flow(groups: dict[str, list[Figure]], language: Language) -> Picture:
    figures = [figure for group in groups.values() for figure in group]
    series = [Series(t("statistics.unit.cases"), [figure.value for figure in figures])]
    names = [t(f"statistics.short.{figure.code}") for figure in figures]
    return bar_chart(series, names, title=t("statistics.chart.flow"), unit=t("statistics.unit.cases"), language=language)


def _outcomes(groups: dict[str, list[Figure]], language: Language) -> Picture:
    listed = list(groups.values())
    series = [Series(say(rows[0].name), [row.value for row in rows]) for rows in zip(*listed, strict=True)]
    names = [t(code.replace(".definition.", ".group.")) for code in groups]
    return stacked_bars(series, names, title=t("statistics.chart.outcomes"), unit=t("statistics.unit.lines"), language=language)


def _amounts(groups: dict[str, list[Figure]], language: Language) -> Picture:
    series = [
        Series(
            t(code.replace(".definition.", ".group.")),
            [None if figure.value is None else figure.value / ORE_IN_THOUSAND_KRONER for figure in group],
        )
        for code, group in groups.items()
    ]
    names = [say(figure.name) for figure in next(iter(groups.values()))]
    return bar_chart(
        series, names, title=t("statistics.chart.amounts"), unit=t("statistics.unit.thousand_kroner"), language=language
    )


CHARTS: Final = {"flow": _flow, "outcomes": _outcomes, "amounts": _amounts}
