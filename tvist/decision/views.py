"""The panel's own pages, and the opinion once it is issued. Nobody but the members sees anything of the deliberation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, redirect, render_template, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.cases.left import is_conceded, left_of
from tvist.cases.lifecycle import obstacles
from tvist.cases.queries import case_at
from tvist.clock import now
from tvist.decision import actions, approval_views, question_views  # noqa: F401 - their pages join the blueprint.
from tvist.decision.blueprint import bp
from tvist.decision.document import opinion as told
from tvist.decision.forms import (
    CallBackForm,
    PlainForm,
    ReasonsForm,
    RemarkForm,
    TextForm,
)
from tvist.decision.models import RemarkKind
from tvist.decision.outcomes import findings, found_basis, found_days
from tvist.decision.overview import overview
from tvist.decision.queries import deliberation_at, issued_decision_at, question_at
from tvist.decision.questions import asked
from tvist.decision.record import canonical
from tvist.decision.rules import unfinished
from tvist.decision.text import beginning, suggested_conclusion
from tvist.decision.votes import all_open, is_open, number_of
from tvist.panel.rules import panel_faults
from tvist.pdf import render
from tvist.procedure.codes import code_label
from tvist.web.session import installed
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case
    from tvist.decision.models import Decision, Question
    from tvist.web.forms import TvistForm

bp.add_app_template_global(code_label)
bp.add_app_template_global(left_of)
bp.add_app_template_global(is_conceded)
bp.add_app_template_global(found_days)
bp.add_app_template_global(found_basis)


@bp.route("/cases/<slug>/decision")
@requires(Act.READ_DELIBERATION, of=deliberation_at)
def show(case: Case) -> ResponseReturnValue:
    """How far the panel has come, and what stands in the way of the issue."""
    return render_template("decision/show.html", case=case, shown=overview(case, current_user, installed().keys))


@bp.route("/cases/<slug>/decision/text", methods=["GET", "POST"])
@requires(Act.WRITE_TEXT, of=case_at)
def write_text(case: Case) -> ResponseReturnValue:
    """The sections of the text; begun with what the parties have filed, and a conclusion from the votes."""
    begun_with = {} if case.decision else beginning(case)
    if all_open(case):
        begun_with["conclusion"] = suggested_conclusion(case, installed().keys)
    form = TextForm(case, begun_with)
    in_the_way = obstacles(case, Act.WRITE_TEXT)
    if form.validate_on_submit() and not in_the_way:
        actions.write_text(case, by=current_user, at=now(), **form.sections)
        return finish(_overview(case), Message("decision.text.done"))
    return render_template("decision/write_text.html", case=case, form=form, in_the_way=in_the_way), _status(form)


@bp.route("/cases/<slug>/decision/reasons/<public_id>", methods=["GET", "POST"])
@requires(Act.WRITE_TEXT, of=question_at)
def write_reasons(question: Question) -> ResponseReturnValue:
    """The panel's reasons on one question."""
    form = ReasonsForm(question)
    in_the_way = _not_writable(question, Act.WRITE_TEXT)
    if form.validate_on_submit() and not in_the_way:
        actions.write_reasons(question, form.reasons.data or "", by=current_user, at=now())
        return finish(_overview(question.case), Message("decision.reasons.done", position=number_of(question)))
    return render_template(
        "decision/write_reasons.html", case=question.case, asked=asked(question), form=form, in_the_way=in_the_way
    ), _status(form)


@bp.route("/cases/<slug>/decision/dissent")
@requires(Act.DISSENT, of=case_at)
def dissent(case: Case) -> ResponseReturnValue:
    """Remarks are tied to a question: the overview leads to each."""
    return redirect(_overview(case) + "#questions")


@bp.route("/cases/<slug>/decision/dissent/<public_id>", methods=["GET", "POST"])
@requires(Act.DISSENT, of=question_at)
def dissent_on(question: Question) -> ResponseReturnValue:
    """The member's own dissent or concurring remark on one question."""
    own = next((found for found in question.remarks if found.user_id == current_user.id), None)
    form = RemarkForm(thing=own, data={"kind": own.kind.value, "text": own.text} if own else None)
    in_the_way = _not_writable(question, Act.DISSENT)
    if form.validate_on_submit() and not in_the_way:
        actions.dissent(question, by=current_user, at=now(), kind=RemarkKind(form.kind.data), text=form.text.data or "")
        return finish(_overview(question.case), Message("decision.remark.done", position=number_of(question)))
    return render_template(
        "decision/dissent.html", case=question.case, asked=asked(question), form=form, in_the_way=in_the_way
    ), _status(form)


@bp.route("/cases/<slug>/decision/draft.pdf")
@requires(Act.READ_DELIBERATION, of=deliberation_at)
def preview(case: Case) -> ResponseReturnValue:
    """The opinion as it would be now, marked as a draft; made for this reader and kept nowhere."""
    return _pdf(render(*told(canonical(case, installed().keys), is_draft=True)), f"utkast-{case.slug}.pdf")


@bp.route("/cases/<slug>/decision/issue", methods=["GET", "POST"])
@requires(Act.ORDER_ISSUE, of=deliberation_at)
def order_issue(case: Case) -> ResponseReturnValue:
    """The leader orders the issue; the page shows the outcome in money, and what stands in the way."""
    keys = installed().keys
    form, in_the_way = PlainForm(), list(dict.fromkeys([*unfinished(case, Act.ORDER_ISSUE, keys), *panel_faults(case, now())]))
    if form.validate_on_submit() and not in_the_way:
        actions.order_issue(case, by=current_user, at=now(), keys=keys)
        return finish(_overview(case), Message("decision.issue.ordered"))
    found = findings(case, keys) if all_open(case) else []
    return render_template("decision/order_issue.html", case=case, form=form, findings=found, in_the_way=in_the_way), _status(
        form
    )


@bp.route("/cases/<slug>/decision/call-back", methods=["GET", "POST"])
@requires(Act.CALL_BACK, of=case_at)
def call_back(case: Case) -> ResponseReturnValue:
    """The leader takes an ordered issue back to the panel, with a reason."""
    form = CallBackForm()
    in_the_way = obstacles(case, Act.CALL_BACK)
    if form.validate_on_submit() and not in_the_way:
        actions.call_back(case, by=current_user, at=now(), reasons=form.reasons.data or "")
        return finish(_overview(case), Message("decision.call_back.done"))
    return render_template("decision/call_back.html", case=case, form=form, in_the_way=in_the_way), _status(form)


@bp.route("/cases/<slug>/opinion")
@requires(Act.READ_DECISION, of=issued_decision_at)
def opinion(decision: Decision) -> ResponseReturnValue:
    """The issued opinion: the outcome line by line, the file and its checksum."""
    return render_template("decision/opinion.html", case=decision.case, decision=decision, file=decision.files[-1])


@bp.route("/cases/<slug>/decision/opinion.pdf")
@requires(Act.READ_DECISION, of=issued_decision_at)
def opinion_pdf(decision: Decision) -> ResponseReturnValue:
    """The file as it was issued: the stored bytes, never a new print."""
    file = decision.files[-1]
    return _pdf(b"".join(installed().papers.open(file.blob_id)), f"uttalelse-{decision.case.slug}.pdf")


def _not_writable(question: Question, act: Act) -> list[Message]:
    return obstacles(question.case, act) or ([] if is_open(question) else [Message("decision.not_open_yet")])


def _overview(case: Case) -> str:
    return url_for("decision.show", slug=case.slug)


def _pdf(content: bytes, name: str) -> Response:
    return Response(content, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


def _status(form: TvistForm) -> int:
    """Shown, refused because the page is old or something stands in the way, or to be corrected."""
    if not form.is_submitted():
        return 200
    return 422 if form.faults() and not form.is_stale else 409
