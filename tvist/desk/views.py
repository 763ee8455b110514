"""The desk: what waits for me."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template
from flask_login import current_user

from tvist.access.guard import requires
from tvist.access.policy import Act
from tvist.access.roles import roles_of
from tvist.cases.acts import page_of_task
from tvist.cases.models import Side
from tvist.cases.turns import owner_of
from tvist.clock import today
from tvist.desk.queries import desk_of
from tvist.web.session import current_session

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("desk", __name__)


@bp.route("/desk")
@requires(Act.SEE_DESK)
def show() -> ResponseReturnValue:
    """What waits for the person who is signed in."""
    on = today()
    return render_template(
        "desk/show.html",
        desk=desk_of(current_session, current_user, on),
        roles=roles_of(current_user, None, on),
        page_of=lambda task: page_of_task(task.case, current_user, task.kind, on),
        owner_of=owner_of,
        sides=Side,
    )
