"""The desk: what waits for me."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template
from flask_login import current_user

from tvist.access.guard import requires
from tvist.access.policy import Act, Role
from tvist.access.roles import roles_of
from tvist.cases.acts import page_of_task
from tvist.cases.models import Side
from tvist.cases.turns import owner_of
from tvist.clock import now, today
from tvist.desk.background import background_of
from tvist.desk.queries import desk_of
from tvist.web.session import current_session

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.waiting import Task
    from tvist.words import Message

bp = Blueprint("desk", __name__)


@bp.route("/desk")
@requires(Act.SEE_DESK)
def show() -> ResponseReturnValue:
    """What waits for the person who is signed in."""
    on = today()
    desk, roles = desk_of(current_session, current_user, on), roles_of(current_user, None, on)
    with_names = bool(roles & {Role.SECRETARIAT, Role.BOARD_MEMBER})
    return render_template(
        "desk/show.html",
        background=background_of(current_session, now()) if Role.SECRETARIAT in roles else None,
        desk=desk,
        mine=[(task, None) for task in desk.tasks],
        others=_once(desk.others, with_names=with_names),
        with_nobody=lambda tasks: [(task, None) for task in tasks],
        roles=roles,
        page_of=lambda task: page_of_task(task.case, current_user, task.kind, on),
        sides=Side,
    )


@bp.route("/shortcuts")
@requires(Act.SEE_DESK)
def shortcuts() -> ResponseReturnValue:
    """The keys that lead to the pages of the menu and to the search field, and how each browser wants them pressed."""
    return render_template("desk/shortcuts.html")


def _once(tasks: list[Task], *, with_names: bool) -> list[tuple[Task, Message]]:
    """The tasks with whom they wait for; what looks alike to the reader, as three members who declare, stands once."""
    found: dict[tuple[object, ...], tuple[Task, Message]] = {}
    for task in tasks:
        who = owner_of(task, with_names=with_names)
        found.setdefault((task.case_id, task.kind, who, task.due_on), (task, who))
    return list(found.values())
