"""The worklist and the case page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import requires
from tvist.access.policy import Act
from tvist.cases.lifecycle import State
from tvist.cases.page import case_page
from tvist.cases.queries import FIRST_YEAR_OF_NUMBERS, case_page_at
from tvist.cases.worklist import Sorting, WhoseTurn, number_leads_to, read_wanted, worklist
from tvist.clock import today
from tvist.procedure.codes import CodeKind, codes
from tvist.register.regions import state_regions
from tvist.web.session import current_session, installed, say, t

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case

bp = Blueprint("cases", __name__, url_prefix="/cases")


@bp.route("")
@requires(Act.SEE_WORKLIST)
def index() -> ResponseReturnValue:
    """The cases a person may open; a whole case number leads straight to its case."""
    wanted, on = read_wanted(request.args), today()
    if slug := number_leads_to(current_session, current_user, wanted.text, on):
        return redirect(url_for("cases.show", slug=slug), 303)
    everything = ("", t("cases.all"))
    return render_template(
        "cases/index.html",
        wanted=wanted,
        list=worklist(current_session, installed().keys, wanted, user=current_user, on=on),
        states=State,
        turns=WhoseTurn,
        sortings=Sorting,
        region_options=[everything, *((region.code, region.name) for region in state_regions())],
        measure_options=[everything, *((code.code, say(code.label)) for code in codes(CodeKind.MEASURE))],
        year_options=[everything, *((year, str(year)) for year in range(on.year, FIRST_YEAR_OF_NUMBERS - 1, -1))],
    )


@bp.route("/<slug>")
@requires(Act.OPEN_CASE, of=case_page_at)
def show(case: Case) -> ResponseReturnValue:
    """One case, as far as the reader may see it."""
    page = case_page(case, current_user, today())
    return render_template("cases/show.html", page=page, case=case, submissions=page.submissions, petition=case.petition)
