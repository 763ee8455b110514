"""The pages by which the opinion is issued or called back, and on which it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, render_template, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.cases.lifecycle import obstacles
from tvist.cases.queries import case_at
from tvist.clock import now, today
from tvist.decision import actions
from tvist.decision.afterwards_shown import requests_for, time_to_ask, versions_of
from tvist.decision.blueprint import bp
from tvist.decision.citations import bundle_address
from tvist.decision.correcting import correction_in_the_making
from tvist.decision.failures import failure_of, still_wrong
from tvist.decision.forms import CallBackForm
from tvist.decision.last_checks import last_checks
from tvist.decision.outcomes import findings
from tvist.decision.queries import (
    deliberation_at,
    issued_beside,
    issued_decision_at,
    issued_file_at,
    newest_file,
    parallel_file_at,
)
from tvist.decision.rules import unfinished
from tvist.decision.verifying import verify_address
from tvist.decision.votes import all_open
from tvist.jobs.models import JobKind
from tvist.panel.rules import faults_before_issue
from tvist.web.forms import PlainForm, status_of
from tvist.web.session import current_session, installed
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case
    from tvist.decision.last_checks import Missing
    from tvist.decision.models import Decision, IssuedFile

_PAGES = {
    Act.VOTE: "decision.vote",
    Act.APPROVE: "decision.approve",
    Act.WRITE_TEXT: "decision.write_text",
    Act.SEAT: "panel.seat",
    Act.AGREE_QUESTIONS: "decision.agree_questions",
    Act.READ_DELIBERATION: "decision.show",
}
_PAGES_OF_QUESTION = {Act.WRITE_TEXT: "decision.write_reasons", Act.DISSENT: "decision.dissent_on"}

bp.add_app_template_global(issued_beside)


@bp.route("/cases/<slug>/decision/issue", methods=["GET", "POST"])
@requires(Act.ORDER_ISSUE, of=deliberation_at)
def order_issue(case: Case) -> ResponseReturnValue:
    """The leader orders the issue; the page shows the outcome in money, and all that is missing, with who does it."""
    keys, form = installed().keys, PlainForm()
    in_the_way = list(dict.fromkeys([*unfinished(case, Act.ORDER_ISSUE, keys), *faults_before_issue(case, now())]))
    if form.validate_on_submit() and not in_the_way:
        bundle_at = bundle_address(case, installed().config.base_url)
        verify_at = verify_address(installed().config.base_url)
        actions.order_issue(case, by=current_user, at=now(), keys=keys, bundle_at=bundle_at, verify_at=verify_at)
        return finish(url_for("decision.show", slug=case.slug), Message("decision.issue.ordered"))
    page = render_template(
        "decision/order_issue.html",
        case=case,
        form=form,
        findings=findings(case, keys) if all_open(case) else [],
        in_the_way=in_the_way,
        missing=[(each, _page_of(case, each)) for each in last_checks(case, keys, now())] if in_the_way else [],
    )
    return page, status_of(form)


@bp.route("/cases/<slug>/decision/call-back", methods=["GET", "POST"])
@requires(Act.CALL_BACK, of=case_at)
def call_back(case: Case) -> ResponseReturnValue:
    """The leader takes an ordered issue back to the panel, with a reason; the page says why the file was not made."""
    form, in_the_way = CallBackForm(), obstacles(case, Act.CALL_BACK)
    if form.validate_on_submit() and not in_the_way:
        actions.call_back(case, by=current_user, at=now(), reasons=form.reasons.data or "")
        return finish(url_for("decision.show", slug=case.slug), Message("decision.call_back.done"))
    is_waiting = case.decision is not None and not in_the_way
    failure = failure_of(current_session, JobKind.ISSUE_DECISION, case.decision.id) if case.decision and is_waiting else None
    wrong = still_wrong(case, installed().keys, now()) if is_waiting else []
    page = render_template("decision/call_back.html", case=case, form=form, in_the_way=in_the_way, failure=failure, wrong=wrong)
    return page, status_of(form)


@bp.route("/cases/<slug>/opinion")
@requires(Act.READ_DECISION, of=issued_decision_at)
def opinion(decision: Decision) -> ResponseReturnValue:
    """The issued opinion: the outcome line by line, all its versions, and what can follow it."""
    case, waiting = decision.case, correction_in_the_making(decision)
    return render_template(
        "decision/opinion.html",
        case=case,
        decision=decision,
        versions=versions_of(decision),
        waiting=waiting,
        failure=failure_of(current_session, JobKind.MAKE_CORRECTION, waiting.id) if waiting else None,
        time=time_to_ask(case, current_user, today()),
        requests=requests_for(case, current_user, today()),
        why_not_ask=obstacles(case, Act.ASK_NEW_TREATMENT),
        form=PlainForm(formdata=None),
    )


@bp.route("/cases/<slug>/decision/opinion.pdf")
@requires(Act.READ_DECISION, of=issued_decision_at)
def opinion_pdf(decision: Decision) -> ResponseReturnValue:
    """The file of the version that holds now: the stored bytes, never a new print."""
    return _stored(newest_file(decision))


@bp.route("/cases/<slug>/decision/opinion-parallel.pdf")
@requires(Act.READ_DECISION, of=issued_decision_at)
def parallel_pdf(decision: Decision) -> ResponseReturnValue:
    """The parallel text of that version (rule 39). Raises `NotFound` where there is none."""
    return _stored(newest_file(decision, is_parallel=True))


@bp.route("/cases/<slug>/decision/opinion-<int:version>.pdf")
@requires(Act.READ_DECISION, of=issued_file_at)
def opinion_version(file: IssuedFile) -> ResponseReturnValue:
    """The file of one version, as it was issued or corrected."""
    return _stored(file)


@bp.route("/cases/<slug>/decision/opinion-<int:version>-parallel.pdf")
@requires(Act.READ_DECISION, of=parallel_file_at)
def parallel_version(file: IssuedFile) -> ResponseReturnValue:
    """The parallel text of one version, as it was issued or corrected with the main text."""
    return _stored(file)


def _stored(file: IssuedFile) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{file_name(file)}"'}
    return Response(b"".join(installed().papers.open(file.blob_id)), mimetype="application/pdf", headers=headers)


def file_name(file: IssuedFile) -> str:
    """What the file is called: the case, which version, and, where there are two texts, which of them and in which form."""
    name, other = f"uttalelse-{file.decision.case.slug}", issued_beside(file.decision)
    if file.version > 1:
        name += f"-rettet-{file.version}"
    if other is not None:
        name += f"-parallelltekst-{other}" if file.is_parallel else f"-hovedtekst-{file.decision.language}"
    return f"{name}.pdf"


def _page_of(case: Case, missing: Missing) -> str | None:
    """Where the reader does what is missing; None where it is another's to do."""
    is_own = missing.user is None or missing.user.id == current_user.id
    if not (is_own and may(current_user, missing.act, case, today())):
        return None
    if missing.place is not None:
        return url_for("decision.write_parallel_place", slug=case.slug, place=missing.place.beside)
    if missing.question is not None:
        return url_for(_PAGES_OF_QUESTION[missing.act], slug=case.slug, public_id=missing.question.public_id)
    return url_for(_PAGES[missing.act], slug=case.slug)
