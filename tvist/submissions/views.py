"""The pages of the exchange: what the parties send, and what the secretariat does with it (rules 18-23)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.cases.blaming import refused
from tvist.cases.lifecycle import State, obstacles
from tvist.cases.queries import case_at
from tvist.cases.submissions import SubmissionKind
from tvist.clock import now, today
from tvist.procedure.codes import CodeKind, code_label
from tvist.submissions import (  # noqa: F401 - their pages join the blueprint.
    actions,
    answering_views,
    concession_views,
    message_views,
    offer_views,
    settlement_views,
    table_views,
)
from tvist.submissions.act_pages import act_page
from tvist.submissions.blueprint import bp
from tvist.submissions.forms import ConfirmForm, DiscontinueForm, PassOnForm, WithdrawForm
from tvist.submissions.joint_table import joint_table
from tvist.submissions.rounds import is_accepted_as_a_whole, standing
from tvist.submissions.rules import is_beyond_rounds, parties_in_turn, waiting_to_be_passed_on
from tvist.submissions.table_views import stands_of
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case
    from tvist.cases.submissions import Submission

__all__ = ["bp"]


@bp.app_template_global()
def measure_label(code: str) -> Message:
    """What a measure is called."""
    return code_label(CodeKind.MEASURE, code)


@bp.app_template_global()
def legal_basis_label(kind: str, code: str) -> Message:
    """What a legal basis is called, also one no longer in use."""
    return code_label(CodeKind(kind), code)


@bp.route("/pass-on", methods=["GET", "POST"])
@requires(Act.PASS_ON, of=case_at)
def pass_on(case: Case) -> ResponseReturnValue:
    """Look through what has waited longest, and send it over."""
    waiting = waiting_to_be_passed_on(case)
    submission = waiting[0] if waiting else None
    form = PassOnForm(thing=case)
    if form.validate_on_submit() and not refused(form, case, Act.PASS_ON) and submission and not _shows_another(form, submission):
        actions.pass_on(submission, by=current_user, at=now(), brings_new=bool(form.brings_new.data))
        return finish(_case_page(case), Message("submissions.pass_on.done"))
    if submission:
        form.submission.data = submission.public_id
    return act_page(
        "submissions/pass_on.html",
        case,
        form,
        obstacles(case, Act.PASS_ON),
        submission=submission,
        next_parties=[party.name for party in parties_in_turn(submission)] if submission else [],
        late_parties=_word_on_late(submission) if submission else [],
        is_beyond=submission is not None and is_beyond_rounds(submission),
        all_accepted=submission is not None and is_accepted_as_a_whole(submission),
    )


@bp.route("/withdraw", methods=["GET", "POST"])
@requires(Act.WITHDRAW, of=case_at)
def withdraw(case: Case) -> ResponseReturnValue:
    """Withdraw the case."""
    form = WithdrawForm(thing=case)
    if form.validate_on_submit() and not refused(form, case, Act.WITHDRAW):
        actions.withdraw(case, by=current_user, at=now(), reasons=form.reasons.data or "")
        return finish(_case_page(case), Message("submissions.withdraw.done"))
    return act_page("submissions/withdraw.html", case, form, obstacles(case, Act.WITHDRAW))


@bp.route("/discontinue", methods=["GET", "POST"])
@requires(Act.DISCONTINUE, of=case_at)
def discontinue(case: Case) -> ResponseReturnValue:
    """Discontinue the case, as the claim was accepted."""
    form = DiscontinueForm(thing=case)
    if form.validate_on_submit() and not refused(form, case, Act.DISCONTINUE):
        actions.discontinue(case, by=current_user, at=now(), ground=actions.ACCEPTED, reasons=form.reasons.data or "")
        return finish(_case_page(case), Message("submissions.discontinue.done"))
    return act_page("submissions/discontinue.html", case, form, obstacles(case, Act.DISCONTINUE))


@bp.route("/close-preparation", methods=["GET", "POST"])
@requires(Act.CLOSE_PREPARATION, of=case_at)
def close_preparation(case: Case) -> ResponseReturnValue:
    """Close the preparation, with where the rounds stand."""
    form = ConfirmForm(thing=case)
    if form.validate_on_submit() and not refused(form, case, Act.CLOSE_PREPARATION):
        actions.close_preparation(case, by=current_user, at=now())
        return finish(_case_page(case), Message("submissions.close.done"))
    return act_page(
        "submissions/close_preparation.html",
        case,
        form,
        obstacles(case, Act.CLOSE_PREPARATION),
        standing=standing(case, today()),
        stands=stands_of(case, joint_table(case)),
    )


def _word_on_late(submission: Submission) -> list[str]:
    """The names of those who get a time to comment on what was admitted late (rule 33)."""
    case = submission.case
    is_late = submission.kind is SubmissionKind.LATE and case.state is not State.EXCHANGE
    return [party.name for party in case.parties_present if party is not submission.party] if is_late else []


def _case_page(case: Case) -> str:
    return url_for("cases.show", slug=case.slug)


def _shows_another(form: PassOnForm, submission: Submission) -> bool:
    """Whether the page showed another sending than the one that waits first now: nothing goes over that was not looked through."""
    is_another = form.submission.data != submission.public_id
    if is_another:
        form.blame(Message("submissions.pass_on.another"))
    return is_another
