"""A member declares impartiality for a case (rules 29, 30)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.cases.blaming import blamed_beside
from tvist.cases.history import Statement
from tvist.cases.lifecycle import obstacles
from tvist.cases.queries import case_at
from tvist.clock import now, today
from tvist.errors import NotFound
from tvist.panel import actions
from tvist.panel.blueprint import bp
from tvist.panel.challenge_forms import FIELD_OF_FAULT, DeclareForm
from tvist.panel.impartiality import questions_for
from tvist.panel.rules import is_challenged
from tvist.panel.told import told_in_full
from tvist.web.forms import status_of
from tvist.web.session import current_session
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case


@bp.route("/cases/<slug>/panel/declare", methods=["GET", "POST"])
@requires(Act.DECLARE, of=case_at)
def declare(case: Case) -> ResponseReturnValue:
    """A member called to a seat declares; the page shows parties, representatives and subject, and what the system asks (rule 29)."""
    own = case.seat_of(current_user)
    if own is None:
        raise NotFound
    form = DeclareForm(own, today())
    if form.validate_on_submit():
        given = Statement(form.statement.data), form.ground.data, form.words.data or ""
        found = obstacles(case, Act.DECLARE) or actions.declaration_faults(case, current_user, *given, now())
        if not blamed_beside(form, found, FIELD_OF_FAULT):
            actions.declare(case, by=current_user, at=now(), statement=given[0], ground=given[1], words=given[2])
            return _declared(case, given[0])
    page = render_template(
        "panel/declare.html",
        case=case,
        form=form,
        seat=own,
        is_ruled_on=is_challenged(own),
        against=[told_in_full(found) for found in own.challenges if found.is_open],
        asked=questions_for(current_session, case, current_user, today()),
        in_the_way=obstacles(case, Act.DECLARE),
    )
    return page, status_of(form)


def _declared(case: Case, statement: Statement) -> ResponseReturnValue:
    """Who has declared a conflict cannot open the case any more, and is led to their desk."""
    where = "/" if statement is Statement.CONFLICT else url_for("cases.show", slug=case.slug)
    return finish(where, Message(f"panel.declare.done_{statement.value}", number=case.number))
