"""The page of the outages: what the secretariat has recorded, and how many deadlines each moved (rule 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.clock import now, today
from tvist.submissions.clock_forms import OutageForm
from tvist.submissions.outages import faults_in_outage, outages, record_outage
from tvist.web.session import current_session
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("outages", __name__, url_prefix="/outages")


@bp.route("", methods=["GET", "POST"])
@requires(Act.RECORD_OUTAGE)
def index() -> ResponseReturnValue:
    """List the outages, and record another."""
    form = OutageForm()
    if form.validate_on_submit() and form.day.data:
        day, words = form.day.data, form.words.data or ""
        faults = faults_in_outage(current_session, day, words, today())
        for fault in faults:
            form.blame(fault, "day")
        if not faults:
            record_outage(current_session, day=day, words=words, by=current_user, at=now())
            return finish(url_for("outages.index"), Message("submissions.outage.done"))
    page = render_template("outages/index.html", form=form, outages=outages(current_session))
    return page, 422 if request.method == "POST" else 200
