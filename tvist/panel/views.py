"""The board, and the panel of a case: seated and declared; the files that hold the other pages are imported here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.cases.history import Statement
from tvist.cases.lifecycle import obstacles
from tvist.cases.queries import case_at
from tvist.clock import now, today
from tvist.errors import NotFound
from tvist.panel import (  # noqa: F401 - the pages of other subjects are imported for the blueprint they fill.
    actions,
    board_views,
    bundle_page_views,
    bundle_views,
    copy_views,
    late_views,
    note_views,
    refer_views,
)
from tvist.panel.blueprint import bp
from tvist.panel.composition import composition
from tvist.panel.forms import DeclareForm
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case
    from tvist.panel.composition import Composition


@bp.app_template_global()
def panel_of(case: Case) -> Composition | None:
    """Who sits in the case, as far as the reader may know it."""
    return composition(case, current_user, today())


@bp.route("/cases/<slug>/panel/declare", methods=["GET", "POST"])
@requires(Act.DECLARE, of=case_at)
def declare(case: Case) -> ResponseReturnValue:
    """A member called to a seat declares; the page shows parties, representatives and subject only (rule 29)."""
    own = case.seat_of(current_user)
    if own is None:
        raise NotFound
    form = DeclareForm(own, today())
    if form.validate_on_submit():
        given = Statement(form.statement.data), form.ground.data, form.words.data or ""
        found = obstacles(case, Act.DECLARE) or actions.declaration_faults(case, current_user, *given, now())
        if not found:
            actions.declare(case, by=current_user, at=now(), statement=given[0], ground=given[1], words=given[2])
            return _declared(case, given[0])
        for message in found:
            form.blame(message, {"panel.choose_ground": "ground", "panel.ground_needs_words": "words"}.get(message.code))
    return render_template(
        "panel/declare.html", case=case, form=form, seat=own, in_the_way=obstacles(case, Act.DECLARE)
    ), _status(form)


def _declared(case: Case, statement: Statement) -> ResponseReturnValue:
    """Who has declared a conflict cannot open the case any more, and is led to their desk."""
    if statement is Statement.CONFLICT:
        return finish("/", Message("panel.declare.done_conflict", number=case.number))
    return finish(url_for("cases.show", slug=case.slug), Message("panel.declare.done_none", number=case.number))


def _status(form: DeclareForm) -> int:
    if not form.is_submitted():
        return 200
    return 409 if form.is_stale else 422
