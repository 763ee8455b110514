"""The pages of a new look at a dismissal: a party asks, the leader decides (rule 16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.cases.blaming import refused
from tvist.cases.lifecycle import obstacles
from tvist.cases.queries import case_at
from tvist.clock import now, today
from tvist.intake import new_look
from tvist.intake.blueprint import bp
from tvist.intake.screening_forms import DecideDismissalForm, NewLookForm
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case
    from tvist.web.forms import TvistForm


@bp.route("/cases/<slug>/screening/new-look", methods=["GET", "POST"])
@requires(Act.ASK_NEW_LOOK, of=case_at)
def ask_new_look(case: Case) -> ResponseReturnValue:
    """Ask the leader to look at the dismissal anew."""
    form, party = NewLookForm(thing=case), case.party_of(current_user, today())
    if form.validate_on_submit() and not refused(form, case, Act.ASK_NEW_LOOK):
        fault = new_look.new_look_fault(case, party, today())
        if fault is None:
            new_look.ask_new_look(case, by=current_user, at=now(), text=form.text.data or "")
            return finish(url_for("cases.show", slug=case.slug), Message("intake.new_look_is_asked"))
        form.blame(fault)
    due = new_look.last_day_to_ask(case, party) if party else None
    return _page("intake/ask_new_look.html", case, form, Act.ASK_NEW_LOOK, due=due)


@bp.route("/cases/<slug>/screening/new-look/take-up", methods=["GET", "POST"])
@requires(Act.TAKE_UP_AGAIN, of=case_at)
def take_up_again(case: Case) -> ResponseReturnValue:
    """The leader takes the case up again."""
    form = DecideDismissalForm(thing=case)
    if form.validate_on_submit() and not refused(form, case, Act.TAKE_UP_AGAIN):
        new_look.take_up_again(case, by=current_user, at=now(), reasons=form.reasons.data or "")
        return finish(url_for("cases.show", slug=case.slug), Message("intake.taken_up_again"))
    return _page("intake/decide_new_look.html", case, form, Act.TAKE_UP_AGAIN)


@bp.route("/cases/<slug>/screening/new-look/refuse", methods=["GET", "POST"])
@requires(Act.REFUSE_NEW_LOOK, of=case_at)
def refuse_new_look(case: Case) -> ResponseReturnValue:
    """The leader lets the dismissal stand."""
    form = DecideDismissalForm(thing=case)
    if form.validate_on_submit() and not refused(form, case, Act.REFUSE_NEW_LOOK):
        new_look.refuse_new_look(case, by=current_user, at=now(), reasons=form.reasons.data or "")
        return finish(url_for("cases.show", slug=case.slug), Message("intake.new_look_refused"))
    return _page("intake/decide_new_look.html", case, form, Act.REFUSE_NEW_LOOK)


def _page(template: str, case: Case, form: TvistForm, act: Act, **more: object) -> ResponseReturnValue:
    in_the_way = obstacles(case, act)
    page = render_template(
        template,
        case=case,
        form=form,
        act=act,
        asked=new_look.open_new_look(case),
        in_the_way=in_the_way if request.method == "GET" else [],
        **more,
    )
    return page, 200 if request.method == "GET" else 409 if form.is_stale or in_the_way else 422
