"""The papers of a draft: what each is called, what it is, and of which day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, render_template, request, url_for

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.clock import now
from tvist.documents.actions import describe_paper
from tvist.intake.blueprint import bp
from tvist.intake.paper_forms import describe_form
from tvist.intake.queries import draft_at
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.intake.models import Draft

bp.add_app_template_global(describe_form)


@bp.route("/drafts/<public_id>/papers/describe", methods=["GET", "POST"])
@requires(Act.WRITE_DRAFT, of=draft_at)
def describe(draft: Draft) -> ResponseReturnValue:
    """Say of each paper what it is called, what it is, and of which day; papers that are taken out meanwhile are left out."""
    if not draft.is_open or not draft.papers:
        return redirect(url_for("intake.papers", public_id=draft.public_id), 303)
    form = describe_form(draft)
    if form.validate_on_submit():
        for paper in draft.papers:
            describe_paper(paper, **form.part_of(paper).given(), at=now())
        return finish(url_for("intake.describe", public_id=draft.public_id), Message("documents.described"))
    status = 200 if request.method == "GET" else 409 if form.is_stale else 422
    return render_template("intake/describe.html", draft=draft, form=form), status
