"""The worklist and the case page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act, Role
from tvist.access.roles import roles_of
from tvist.accesslog.actions import note_access
from tvist.cases.filter_forms import SaveFilterForm
from tvist.cases.filtering import MOST_FILTERS, filter_at, filters_of, keep_filter, may_save_more
from tvist.cases.lifecycle import State
from tvist.cases.page import case_page
from tvist.cases.queries import FIRST_YEAR_OF_NUMBERS, case_at, load_case_page
from tvist.cases.worklist import Handling, Sorting, WhoseTurn, number_leads_to, read_wanted, worklist
from tvist.clock import now, today
from tvist.procedure.codes import CodeKind, codes
from tvist.register.regions import state_regions
from tvist.web.session import current_session, installed, say, t
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.filters import SavedFilter
    from tvist.cases.models import Case
    from tvist.cases.worklist import Wanted

bp = Blueprint("cases", __name__, url_prefix="/cases")


@bp.app_template_global()
def shows_subject(case: Case) -> bool:
    """Whether the reader may know what the case is about in the filer's own words: where the address is secret, not before they have declared (rule 8)."""
    return not case.is_address_secret or bool(roles_of(current_user, case) - {Role.UNDECLARED, Role.CALLED, Role.RULING})


@bp.route("")
@requires(Act.SEE_WORKLIST)
def index() -> ResponseReturnValue:
    """The cases a person may open; a whole case number leads straight to its case."""
    wanted, on = read_wanted(request.args), today()
    if wanted.text:
        # That somebody searched, and never for what: the words may be a fact.
        roles = current_user.roles_on(on)
        note_access(installed().database, user=current_user, roles=roles, act=Act.SEE_WORKLIST, thing=None, allowed=True)
    if slug := number_leads_to(current_session, current_user, wanted.text, on):
        return redirect(url_for("cases.show", slug=slug), 303)
    return _worklist_page(wanted, SaveFilterForm(formdata=None))


@bp.route("/filters", methods=["POST"])
@requires(Act.SEE_WORKLIST)
def save_filter() -> ResponseReturnValue:
    """Save the filter that the page shows, by a name; the same name is given to the new one."""
    form, wanted = SaveFilterForm(), read_wanted(dict(parse_qsl(request.form.get("query", ""))))
    if not form.validate() or not may_save_more(current_session, current_user, form.name.data or ""):
        if not form.faults():
            form.blame(Message("cases.too_many_filters", most=MOST_FILTERS), "name")
        return _worklist_page(wanted, form), 422
    keep_filter(current_session, current_user, form.name.data or "", wanted, at=now())
    address: dict[str, Any] = {**wanted.as_address()}
    return finish(url_for("cases.index", **address), Message("cases.filter_saved", name=form.name.data or ""))


@bp.route("/filters/<public_id>/forget", methods=["POST"])
@requires(Act.SEE_WORKLIST, of=filter_at)
def forget_filter(kept: SavedFilter) -> ResponseReturnValue:
    """Forget a saved filter."""
    current_session.delete(kept)
    return finish(url_for("cases.index"), Message("cases.filter_forgotten", name=kept.name))


def _worklist_page(wanted: Wanted, form: SaveFilterForm) -> str:
    on, everything = today(), ("", t("cases.all"))
    return render_template(
        "cases/index.html",
        wanted=wanted,
        save_form=form,
        saved=filters_of(current_session, current_user),
        handlings=Handling if Role.SECRETARIAT in current_user.roles_on(on) else (),
        list=worklist(current_session, installed().keys, wanted, user=current_user, on=on),
        states=State,
        turns=WhoseTurn,
        sortings=Sorting,
        region_options=[everything, *((region.code, region.name) for region in state_regions())],
        measure_options=[everything, *((code.code, say(code.label)) for code in codes(CodeKind.MEASURE))],
        year_options=[everything, *((year, str(year)) for year in range(on.year, FIRST_YEAR_OF_NUMBERS - 1, -1))],
    )


@bp.route("/<slug>")
@requires(Act.OPEN_CASE, of=case_at)
def show(case: Case) -> ResponseReturnValue:
    """One case, as far as the reader may see it."""
    load_case_page(current_session, case)
    page = case_page(case, current_user, today())
    return render_template("cases/show.html", page=page, case=case, submissions=page.submissions, petition=case.petition)
