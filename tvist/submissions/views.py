"""The pages of the exchange: what the parties send, and what the secretariat does with it (rules 18-23)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires, taken_in
from tvist.access.policy import Act
from tvist.cases.lifecycle import obstacles
from tvist.cases.queries import case_at
from tvist.cases.waiting import TaskKind
from tvist.clock import now, today
from tvist.documents.taking_in import MAX_BODY_BYTES, take_in_papers
from tvist.procedure.codes import CodeKind, code_label
from tvist.procedure.settings import procedure_on
from tvist.submissions import actions
from tvist.submissions.blueprint import bp
from tvist.submissions.forms import CommentForm, ConfirmForm, DiscontinueForm, PassOnForm, WithdrawForm, respond_form
from tvist.submissions.rounds import is_accepted_as_a_whole, standing
from tvist.submissions.rules import is_beyond_rounds, lines_for, parties_in_turn, rounds_taken, turn_of, waiting_to_be_passed_on
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case, Party
    from tvist.cases.submissions import Submission
    from tvist.cases.waiting import Task
    from tvist.web.forms import TvistForm


@bp.app_template_global()
def measure_label(code: str) -> Message:
    """What a measure is called."""
    return code_label(CodeKind.MEASURE, code)


@bp.app_template_global()
def legal_basis_label(kind: str, code: str) -> Message:
    """What a legal basis is called, also one no longer in use."""
    return code_label(CodeKind(kind), code)


@bp.route("/respond", methods=["GET", "POST"])
@requires(Act.RESPOND, of=case_at, take_in=take_in_papers, max_bytes=MAX_BODY_BYTES)
def respond(case: Case) -> ResponseReturnValue:
    """Answer the request line by line."""
    party, turn = _own_turn(case, TaskKind.RESPOND)
    lines = lines_for(case, party) if party else []
    form = respond_form(case, lines)
    if form.validate_on_submit() and not _refused(form, case, Act.RESPOND, turn) and not _papers_refused(form):
        answers = form.answers()
        if not form.blame_answers(answers):
            own_reference, papers = form.own_reference.data or "", taken_in().papers(added_by=current_user, at=now())
            actions.respond(
                case,
                by=current_user,
                at=now(),
                answers=answers,
                text=form.text.data or "",
                own_reference=own_reference,
                papers=papers,
            )
            return finish(_case_page(case), Message("submissions.respond.done"))
    return _page("submissions/respond.html", case, form, Act.RESPOND, turn=turn, lines=lines, party=party)


@bp.route("/comment", methods=["GET", "POST"])
@requires(Act.COMMENT, of=case_at, take_in=take_in_papers, max_bytes=MAX_BODY_BYTES)
def comment(case: Case) -> ResponseReturnValue:
    """Comment on what the other side has written."""
    party, turn = _own_turn(case, TaskKind.COMMENT)
    form = CommentForm(thing=case)
    if form.validate_on_submit() and not _refused(form, case, Act.COMMENT, turn) and not _papers_refused(form):
        papers = taken_in().papers(added_by=current_user, at=now())
        actions.comment(case, by=current_user, at=now(), text=form.text.data or "", papers=papers)
        return finish(_case_page(case), Message("submissions.comment.done"))
    taken = rounds_taken(case, party) if party else 0
    return _page("submissions/comment.html", case, form, Act.COMMENT, turn=turn, round=taken + 1)


@bp.route("/nothing-more", methods=["GET", "POST"])
@requires(Act.NOTHING_MORE, of=case_at)
def nothing_more(case: Case) -> ResponseReturnValue:
    """Say that there is nothing more to add."""
    _, turn = _own_turn(case, TaskKind.COMMENT)
    form = ConfirmForm(thing=case)
    if form.validate_on_submit() and not _refused(form, case, Act.NOTHING_MORE, turn):
        actions.nothing_more(case, by=current_user, at=now())
        return finish(_case_page(case), Message("submissions.nothing_more.done"))
    return _page("submissions/nothing_more.html", case, form, Act.NOTHING_MORE, turn=turn)


@bp.route("/pass-on", methods=["GET", "POST"])
@requires(Act.PASS_ON, of=case_at)
def pass_on(case: Case) -> ResponseReturnValue:
    """Look through what has waited longest, and send it over."""
    waiting = waiting_to_be_passed_on(case)
    submission = waiting[0] if waiting else None
    form = PassOnForm(thing=case)
    if (
        form.validate_on_submit()
        and submission
        and not _refused(form, case, Act.PASS_ON)
        and not _shows_another(form, submission)
    ):
        actions.pass_on(submission, by=current_user, at=now(), brings_new=bool(form.brings_new.data))
        return finish(_case_page(case), Message("submissions.pass_on.done"))
    if submission:
        form.submission.data = submission.public_id
    return _page(
        "submissions/pass_on.html",
        case,
        form,
        Act.PASS_ON,
        submission=submission,
        next_parties=[party.name for party in parties_in_turn(submission)] if submission else [],
        is_beyond=submission is not None and is_beyond_rounds(submission),
        all_accepted=submission is not None and is_accepted_as_a_whole(submission),
    )


@bp.route("/withdraw", methods=["GET", "POST"])
@requires(Act.WITHDRAW, of=case_at)
def withdraw(case: Case) -> ResponseReturnValue:
    """Withdraw the case."""
    form = WithdrawForm(thing=case)
    if form.validate_on_submit() and not _refused(form, case, Act.WITHDRAW):
        actions.withdraw(case, by=current_user, at=now(), reasons=form.reasons.data or "")
        return finish(_case_page(case), Message("submissions.withdraw.done"))
    return _page("submissions/withdraw.html", case, form, Act.WITHDRAW)


@bp.route("/discontinue", methods=["GET", "POST"])
@requires(Act.DISCONTINUE, of=case_at)
def discontinue(case: Case) -> ResponseReturnValue:
    """Discontinue the case, as the claim was accepted."""
    form = DiscontinueForm(thing=case)
    if form.validate_on_submit() and not _refused(form, case, Act.DISCONTINUE):
        actions.discontinue(case, by=current_user, at=now(), ground=actions.ACCEPTED, reasons=form.reasons.data or "")
        return finish(_case_page(case), Message("submissions.discontinue.done"))
    return _page("submissions/discontinue.html", case, form, Act.DISCONTINUE)


@bp.route("/close-preparation", methods=["GET", "POST"])
@requires(Act.CLOSE_PREPARATION, of=case_at)
def close_preparation(case: Case) -> ResponseReturnValue:
    """Close the preparation, with where the rounds stand."""
    form = ConfirmForm(thing=case)
    if form.validate_on_submit() and not _refused(form, case, Act.CLOSE_PREPARATION):
        actions.close_preparation(case, by=current_user, at=now())
        return finish(_case_page(case), Message("submissions.close.done"))
    return _page("submissions/close_preparation.html", case, form, Act.CLOSE_PREPARATION, standing=standing(case, today()))


def _own_turn(case: Case, kind: TaskKind) -> tuple[Party | None, Task | None]:
    party = case.party_of(current_user, today())
    return party, turn_of(case, party, kind) if party else None


def _case_page(case: Case) -> str:
    return url_for("cases.show", slug=case.slug)


def _in_the_way(case: Case, act: Act, turn: Task | None) -> list[Message]:
    """What stands in the way; for what a party sends, also that it is another's turn."""
    found = obstacles(case, act)
    if not found and turn is None and act in {Act.RESPOND, Act.COMMENT, Act.NOTHING_MORE}:
        return [Message("submissions.not_your_turn")]
    return found


def _refused(form: TvistForm, case: Case, act: Act, turn: Task | None = None) -> bool:
    """Whether something stands in the way; it is shown above what was typed."""
    found = _in_the_way(case, act, turn)
    for message in found:
        form.blame(message)
    return bool(found)


def _papers_refused(form: TvistForm) -> bool:
    """Whether a file could not be taken; each is said why."""
    for fault in taken_in().faults:
        form.blame(fault)
    return bool(taken_in().faults)


def _shows_another(form: PassOnForm, submission: Submission) -> bool:
    """Whether the page showed another sending than the one that waits first now: nothing goes over that was not looked through."""
    is_another = form.submission.data != submission.public_id
    if is_another:
        form.blame(Message("submissions.pass_on.another"))
    return is_another


def _page(template: str, case: Case, form: TvistForm, act: Act, *, turn: Task | None = None, **more: Any) -> ResponseReturnValue:
    """The page of an act; shown again, with what was typed, where something is wrong."""
    in_the_way = _in_the_way(case, act, turn)
    is_post = request.method == "POST"
    has_lost_papers = is_post and any(file.filename for file in request.files.values())
    page = render_template(
        template,
        case=case,
        form=form,
        turn=turn,
        # Said in the summary of the form when it was sent; on a fresh page it stands in place of the form.
        in_the_way=[] if is_post else in_the_way,
        has_lost_papers=has_lost_papers,
        rules=procedure_on(case.registered_on),
        **more,
    )
    return page, 200 if not is_post else 409 if in_the_way or form.is_stale else 422
