"""The pages on which members and officers tell for whom they work, and on which the secretariat sees what the members told (rule 29)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import render_template, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.cases.blaming import blamed_beside
from tvist.clock import now, today
from tvist.panel import employers
from tvist.panel.blueprint import bp
from tvist.panel.board_forms import EndEngagementForm, EngagementForm
from tvist.web.forms import PlainForm, status_of
from tvist.web.session import current_session
from tvist.web.stale import seen
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.accounts.engagements import Engagement
    from tvist.web.forms import TvistForm

FIELD_OF_FAULT: Final = {
    "panel.employers.employer_needed": "employer",
    "panel.employers.role_needed": "role",
    "panel.employers.ends_before": "to_on",
}


@bp.route("/board/employers", methods=["GET", "POST"])
@requires(Act.DECLARE_EMPLOYERS)
def employers_own() -> ResponseReturnValue:
    """The person's own list; sent, it is confirmed as whole."""
    form = PlainForm()
    if form.validate_on_submit():
        employers.confirm_employers(current_session, current_user, at=now())
        return finish(url_for("panel.employers_own"), Message("panel.employers.confirmed"))
    [own] = employers.employers_of(current_session, [current_user], today())
    return _shown("panel/employers.html", form, own=own, on=today())


@bp.route("/board/employers/new", methods=["GET", "POST"])
@requires(Act.DECLARE_EMPLOYERS)
def employers_new() -> ResponseReturnValue:
    """Add one to the person's own list."""
    form = EngagementForm(employers.employers_to_choose(current_session, today()))
    if form.validate_on_submit() and form.from_on.data:
        typed, role, from_on, to_on = form.employer.data or "", form.role.data or "", form.from_on.data, form.to_on.data
        name = typed or (form.chosen.name if form.chosen else "")
        if not blamed_beside(form, employers.engagement_faults(name, role, from_on, to_on), FIELD_OF_FAULT):
            employers.add_engagement(
                current_session,
                current_user,
                organisation=form.chosen,
                employer=typed,
                role=role,
                from_on=from_on,
                to_on=to_on,
                at=now(),
            )
            return finish(url_for("panel.employers_own"), Message("panel.employers.added", employer=name))
    return _shown("panel/employers_new.html", form)


@bp.route("/board/employers/<public_id>/end", methods=["GET", "POST"])
@requires(Act.DECLARE_EMPLOYERS, of=employers.engagement_at)
def employers_end(engagement: Engagement) -> ResponseReturnValue:
    """Say on which day one ends or ended."""
    form = EndEngagementForm(data={"to_on": engagement.to_on}, thing=seen(engagement.to_on))
    if form.validate_on_submit() and form.to_on.data:
        faults = employers.ending_faults(engagement, form.to_on.data)
        if not blamed_beside(form, faults, FIELD_OF_FAULT):
            employers.end_engagement(engagement, to_on=form.to_on.data)
            return finish(url_for("panel.employers_own"), Message("panel.employers.ended", employer=engagement.employer))
    return _shown("panel/employers_end.html", form, engagement=engagement)


@bp.route("/board/employers/<public_id>/strike", methods=["GET", "POST"])
@requires(Act.DECLARE_EMPLOYERS, of=employers.engagement_at)
def employers_strike(engagement: Engagement) -> ResponseReturnValue:
    """Strike a wrong one."""
    form = PlainForm()
    if form.validate_on_submit():
        employers.strike_engagement(engagement, at=now())
        return finish(url_for("panel.employers_own"), Message("panel.employers.struck_now", employer=engagement.employer))
    return _shown("panel/employers_strike.html", form, engagement=engagement)


@bp.route("/board/employers/all")
@requires(Act.SEE_BOARD)
def employers_all() -> ResponseReturnValue:
    """What the members have told; to who appoints also what the officers have."""
    on = today()
    members = employers.members_on(current_session, on)
    officers = employers.officers_on(current_session, on) if may(current_user, Act.APPOINT, None) else []
    return render_template(
        "panel/employers_all.html",
        members=employers.employers_of(current_session, members, on),
        officers=employers.employers_of(current_session, officers, on),
    )


def _shown(template: str, form: TvistForm, **shown: object) -> ResponseReturnValue:
    return render_template(template, form=form, **shown), status_of(form)
