"""The page on which the secretariat sends a case over to the panel (rules 21, 31, 33)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.cases.blaming import blamed
from tvist.cases.lifecycle import State, obstacles
from tvist.cases.queries import case_at
from tvist.cases.turns import is_over
from tvist.cases.waiting import TaskKind
from tvist.clock import now, today
from tvist.panel import actions
from tvist.panel.blueprint import bp
from tvist.panel.bundle import for_bundle, left_out
from tvist.panel.forms import journal_length
from tvist.panel.late import nothing_comes_late
from tvist.panel.rules import contradiction_kept, panel_faults
from tvist.web.forms import PlainForm, status_of
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case


@bp.route("/cases/<slug>/panel/refer", methods=["GET", "POST"])
@requires(Act.REFER, of=case_at)
def refer(case: Case) -> ResponseReturnValue:
    """Send the case over to the panel: who sits, what is in the bundle, what is not and why."""
    form = PlainForm(thing=journal_length(case))
    in_the_way = why_not_referred(case)
    if form.validate_on_submit() and not blamed(form, in_the_way):
        actions.refer(case, by=current_user, at=now())
        return finish(url_for("cases.show", slug=case.slug), Message("panel.refer.done"))
    told = {"inside": for_bundle(case), "outside": left_out(case), "in_the_way": in_the_way}
    waiting = [task for task in case.open_tasks if task.kind is TaskKind.OBJECT and not is_over(task, today())]
    return render_template("panel/refer.html", case=case, form=form, waiting=waiting, **told), status_of(form)


def why_not_referred(case: Case) -> list[Message]:
    """All that stands in the way today: in another state that alone, else the whole of panel, service and what came late."""
    if case.state is not State.PREPARED:
        return obstacles(case, Act.REFER)
    return panel_faults(case, now()) + [found for found in (contradiction_kept(case), nothing_comes_late(case)) if found]
