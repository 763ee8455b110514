"""Approve the very text that the page showed, and take one's own approval back before the leader orders issue (rule 38)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.cases.lifecycle import State
from tvist.clock import now
from tvist.decision import approving
from tvist.decision.blueprint import bp
from tvist.decision.contradictions import worth_a_sentence
from tvist.decision.forms import ApproveForm
from tvist.decision.queries import deliberation_at
from tvist.decision.record import text_hash
from tvist.decision.rules import approvals_of, unfinished
from tvist.panel.rules import panel_faults
from tvist.web.forms import PlainForm, status_of
from tvist.web.session import installed
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case


@bp.route("/cases/<slug>/decision/approve", methods=["GET", "POST"])
@requires(Act.APPROVE, of=deliberation_at)
def approve(case: Case) -> ResponseReturnValue:
    """Approve the very text that the page showed."""
    keys = installed().keys
    form, in_the_way = ApproveForm(), unfinished(case, Act.APPROVE, keys) or panel_faults(case, now())
    current = text_hash(case, keys)
    if form.validate_on_submit() and not in_the_way:
        if form.text_sha256.data == current:
            approving.approve(case, by=current_user, at=now(), keys=keys)
            return finish(url_for("decision.show", slug=case.slug), Message("decision.approve.done"))
        form.blame(Message("decision.text_changed"))
        form.is_stale = True
    form.text_sha256.data = current
    page = render_template(
        "decision/approve.html",
        case=case,
        form=form,
        in_the_way=in_the_way,
        text_sha256=current,
        worth_a_sentence=worth_a_sentence(case, keys),
        reader_has_approved=_has_approved(case),
    )
    return page, status_of(form)


@bp.route("/cases/<slug>/decision/approve/withdraw", methods=["GET", "POST"])
@requires(Act.APPROVE, of=deliberation_at)
def withdraw_approval(case: Case) -> ResponseReturnValue:
    """Take one's own approval back. One who comes after the leader has ordered issue is told so."""
    form = PlainForm()
    in_the_way = _why_not_withdraw(case)
    if form.validate_on_submit() and not in_the_way:
        approving.withdraw_approval(case, by=current_user, at=now())
        return finish(url_for("decision.show", slug=case.slug), Message("decision.approve.withdrawn"))
    return render_template("decision/withdraw_approval.html", case=case, form=form, in_the_way=in_the_way), status_of(form)


def _why_not_withdraw(case: Case) -> list[Message]:
    if case.state is not State.PANEL:
        return [Message("decision.ordered_before" if case.state is State.ISSUING else "cases.wrong_state", state=case.state)]
    return [] if _has_approved(case) else [Message("decision.not_approved")]


def _has_approved(case: Case) -> bool:
    return any(found.user_id == current_user.id for found in approvals_of(case))
