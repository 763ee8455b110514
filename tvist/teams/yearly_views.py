"""Who still works there: the page of those who are authorised to file, and the page behind the key in the postmottak's letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, open_to_all, requires
from tvist.access.policy import Act
from tvist.clock import now, today
from tvist.teams.blueprint import bp
from tvist.teams.leaving import leave, leaving_fault
from tvist.teams.queries import last_signs_in, organisation_at
from tvist.teams.yearly import close_if_answered, confirm, round_by_token, standing_round, unanswered
from tvist.teams.yearly_forms import LEFT, WORKS, form_for
from tvist.web.session import current_session
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.accounts.models import Organisation, User
    from tvist.accounts.rounds import ColleagueRound
    from tvist.teams.yearly_forms import RoundForm


@bp.app_template_global()
def asked_until(organisation: Organisation) -> ColleagueRound | None:
    """The round in which the organisation is asked now, for the page of colleagues."""
    return standing_round(current_session, organisation)


@bp.route("/colleagues/<code>/confirm", methods=["GET", "POST"])
@requires(Act.CONFIRM_COLLEAGUES, of=organisation_at)
def confirm_colleagues(organisation: Organisation) -> ResponseReturnValue:
    """Say of each colleague that they still work here, or give them a last day. Not of oneself."""
    found = standing_round(current_session, organisation)
    waiting = unanswered(current_session, organisation, found, today()) if found else []
    others = [user for user in waiting if user.id != current_user.id]
    page = {"has_own": len(others) < len(waiting), "back": url_for("teams.colleagues", code=organisation.code)}
    return _answered(found, organisation, others, page, by=current_user)


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@open_to_all
def confirm_by_letter(token: str) -> ResponseReturnValue:
    """The postmottak says of each person that they still work there, or gives them a last day."""
    found = round_by_token(current_session, token, now())
    if found is None:
        return render_template("teams/yearly_ended.html"), 404
    waiting = unanswered(current_session, found.organisation, found, today())
    return _answered(found, found.organisation, waiting, {"has_own": False, "back": ""}, by=None)


def _answered(
    found: ColleagueRound | None, organisation: Organisation, people: list[User], page: dict[str, object], *, by: User | None
) -> ResponseReturnValue:
    """Show the people and take the answers: all that were given are kept together, or none where one of them cannot be."""
    form = form_for(people)
    if found is not None and form.validate_on_submit() and _can_be(form, organisation, people):
        works = [user for user in people if form.answer(user).data == WORKS]
        for user in people:
            if form.answer(user).data == LEFT:
                leave(user, organisation, successor=None, last_day=form.last_day(user).data, by=by, at=now())
        confirm(found, works, by=by, at=now())
        is_whole = close_if_answered(found, at=now())
        said = Message("yearly.all_answered") if is_whole else Message("yearly.kept")
        return finish(str(page["back"]) or url_for("accounts.welcome"), said)
    seen = last_signs_in(current_session, people)
    shown = render_template(
        "teams/yearly.html", form=form, round=found, organisation=organisation, people=people, last_seen=seen, **page
    )
    return shown, 200 if request.method == "GET" else 422


def _can_be(form: RoundForm, organisation: Organisation, people: list[User]) -> bool:
    """Blame each last day that cannot be: before the first, or of somebody whose cases would stand empty."""
    for user in people:
        if form.answer(user).data != LEFT:
            continue
        fault = leaving_fault(user, organisation, successor=None, last_day=form.last_day(user).data, at=now())
        if fault is not None:
            needs_successor = fault.code == "teams.choose_successor"
            form.blame(Message("yearly.needs_successor") if needs_successor else fault, form.last_day(user).id)
    return not form.faults()
