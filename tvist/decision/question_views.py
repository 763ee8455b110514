"""The panel's pages about its questions: drafting, agreeing, other words after that, and the sealed vote on each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.cases.lifecycle import obstacles
from tvist.cases.queries import case_at
from tvist.clock import now
from tvist.decision import questions, voting
from tvist.decision.blueprint import bp
from tvist.decision.choices import PeriodChoice
from tvist.decision.queries import deliberation_at, question_at
from tvist.decision.question_forms import AGREE, AgreeForm, ChangeForm, draft_form, vote_form
from tvist.decision.votes import (
    choice_said,
    days_said,
    drafted_questions,
    has_voted,
    is_open,
    number_of,
    own_vote,
    seats_of,
    standing_questions,
)
from tvist.panel.rules import panel_faults
from tvist.web.forms import status_of
from tvist.web.session import installed
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case
    from tvist.decision.models import Question


@bp.route("/cases/<slug>/decision/questions/draft", methods=["GET", "POST"])
@requires(Act.DRAFT_QUESTIONS, of=deliberation_at)
def draft_questions(case: Case) -> ResponseReturnValue:
    """What can be asked of each line, what is proposed and why; each can be ticked, and worded anew."""
    in_the_way = obstacles(case, Act.DRAFT_QUESTIONS) or panel_faults(case, now())
    rows = [] if in_the_way else questions.askable(case)
    drafted = questions.as_drafted(case)
    form = draft_form(rows, drafted, is_begun=bool(drafted_questions(case)))
    if form.validate_on_submit() and not in_the_way and _is_current(form, case):
        questions.draft_questions(case, form.wanted, by=current_user, at=now())
        if request.form.get("then") == AGREE:
            questions.agree_questions(case, by=current_user, at=now())
        return finish(url_for("decision.agree_questions", slug=case.slug), Message("decision.questions.drafted"))
    page = render_template("decision/draft_questions.html", case=case, form=form, rows=rows, in_the_way=in_the_way)
    return page, status_of(form)


@bp.route("/cases/<slug>/decision/questions", methods=["GET", "POST"])
@requires(Act.AGREE_QUESTIONS, of=deliberation_at)
def agree_questions(case: Case) -> ResponseReturnValue:
    """The questions as they are drafted, and who has agreed to them."""
    form, in_the_way = AgreeForm(), obstacles(case, Act.AGREE_QUESTIONS) or panel_faults(case, now())
    if form.validate_on_submit() and not in_the_way and _is_current(form, case):
        questions.agree_questions(case, by=current_user, at=now())
        is_put = bool(standing_questions(case))
        return finish(_overview(case), Message("decision.questions.done" if is_put else "decision.questions.agreed"))
    wanted = [] if in_the_way else questions.as_drafted(case)
    form.seen_sha256.data = questions.set_hash(wanted)
    agreed = {} if in_the_way else {found.user_id: found for found in questions.agreements_of(case)}
    page = render_template(
        "decision/agree_questions.html",
        case=case,
        form=form,
        asked=[(each, questions.asked_as(number, each)) for number, each in enumerate(wanted, start=1)],
        proposed=[each for each in questions.askable(case) if each.is_proposed and not each.is_needed] if wanted else [],
        is_drafted=bool(drafted_questions(case)),
        members=[(seat.user, agreed.get(seat.user.id)) for seat in seats_of(case)],
        reader_has_agreed=current_user.id in agreed,
        in_the_way=in_the_way,
    )
    return page, status_of(form)


@bp.route("/cases/<slug>/decision/questions/<public_id>", methods=["GET", "POST"])
@requires(Act.CHANGE_QUESTION, of=question_at)
def change_question(question: Question) -> ResponseReturnValue:
    """Other words for an agreed question; the votes on it fall."""
    case, form = question.case, ChangeForm(question)
    in_the_way = voting.why_not_put(question, Act.CHANGE_QUESTION, now())
    if form.validate_on_submit() and not in_the_way:
        questions.change_question(question, " ".join((form.words.data or "").split()), by=current_user, at=now())
        return finish(_overview(case) + "#questions", Message("decision.questions.reworded", position=number_of(question)))
    page = render_template(
        "decision/change_question.html",
        case=case,
        number=_number(question),
        form=form,
        asked=questions.asked(question),
        in_the_way=in_the_way,
    )
    return page, status_of(form)


@bp.route("/cases/<slug>/decision/vote")
@requires(Act.VOTE, of=case_at)
def vote(case: Case) -> ResponseReturnValue:
    """Lead the member to the first question they have not voted on."""
    return redirect(_next_vote(case))


@bp.route("/cases/<slug>/decision/vote/<public_id>", methods=["GET", "POST"])
@requires(Act.VOTE, of=question_at)
def vote_on(question: Question) -> ResponseReturnValue:
    """Vote on one question, or change one's vote."""
    keys, case = installed().keys, question.case
    own = own_vote(question, current_user, keys)
    form = vote_form(question, own)
    in_the_way = voting.why_not_vote(question, current_user, now())
    if form.validate_on_submit() and not in_the_way:
        voting.vote(question, form.choice, by=current_user, at=now(), keys=keys)
        return finish(_next_vote(case), Message("decision.vote.done"))
    page = render_template(
        "decision/vote.html",
        case=case,
        question=question,
        number=_number(question),
        asked=questions.asked(question),
        form=form,
        own=choice_said(own, question) if own is not None else None,
        is_open=is_open(question),
        days=days_said(PeriodChoice(question.line.from_on, question.line.to_on)),
        count=len(standing_questions(case)),
        in_the_way=in_the_way,
    )
    return page, status_of(form)


def _next_vote(case: Case) -> str:
    left = next((other for other in standing_questions(case) if not has_voted(other, current_user)), None)
    return url_for("decision.vote_on", slug=case.slug, public_id=left.public_id) if left else _overview(case)


def _number(question: Question) -> int:
    return question.position if question.fell_at is not None else number_of(question)


def _is_current(form: AgreeForm, case: Case) -> bool:
    """Whether the page showed the draft as it stands; else it is told so, and shown anew."""
    if form.seen_sha256.data in {"", None, questions.set_hash(questions.as_drafted(case))}:
        return True
    form.blame(Message("decision.questions.changed"))
    form.is_stale = True
    form.seen_sha256.data = questions.set_hash(questions.as_drafted(case))
    return False


def _overview(case: Case) -> str:
    return url_for("decision.show", slug=case.slug)
