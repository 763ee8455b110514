"""Where the secretariat registers a request that came by letter or e-mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.clock import now, today
from tvist.errors import NotFound
from tvist.intake.blueprint import bp
from tvist.intake.drafting import names_apart
from tvist.intake.forms import RegisterForm
from tvist.intake.queries import parties_to_choose, registered_drafts
from tvist.intake.registering import begin_registered, wrong_day
from tvist.web.forms import choices
from tvist.web.session import current_session, t

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@bp.route("/drafts/registered", methods=["GET", "POST"])
@requires(Act.REGISTER_REQUEST)
def registered() -> ResponseReturnValue:
    """Requests on paper that are being registered, and the way to a new one."""
    form, there = RegisterForm(), {found.code: found for found in parties_to_choose(current_session) if found.code}
    form.organisation.choices = choices([("", t("intake.choose")), *names_apart(there.values())])
    is_valid = form.validate_on_submit()
    received_on = form.received_on.data
    if received_on and (wrong := wrong_day(received_on, today())):
        form.blame(wrong, "received_on")
        is_valid = False
    if is_valid and received_on:
        organisation = there.get(form.organisation.data)
        if organisation is None:
            raise NotFound
        draft = begin_registered(current_session, organisation, received_on=received_on, by=current_user, at=now())
        current_session.flush()
        return finish(url_for("intake.place", public_id=draft.public_id))
    page = render_template("intake/registered.html", form=form, drafts=registered_drafts(current_session))
    return page, 422 if form.faults() else 200
