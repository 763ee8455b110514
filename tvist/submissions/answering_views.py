"""The pages on which a party answers: the response, the comments, and that there is nothing more (rule 19)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires, taken_in
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.cases.blaming import blamed
from tvist.cases.lifecycle import obstacles
from tvist.cases.queries import case_at
from tvist.cases.sendings import submissions_visible_to
from tvist.cases.waiting import TaskKind
from tvist.clock import now, today
from tvist.documents.taking_in import MAX_BODY_BYTES
from tvist.errors import NotAllowed
from tvist.intake.kept import kept_form, written_in
from tvist.intake.models import DraftKind
from tvist.intake.searched_papers import take_in_searched
from tvist.procedure.settings import procedure_on
from tvist.submissions import actions
from tvist.submissions.answer_forms import THEN, AnsweringForm, CommentForm, RespondForm, answering_form
from tvist.submissions.blueprint import bp
from tvist.submissions.forms import ConfirmForm
from tvist.submissions.rules import (
    facts_for,
    is_served_request,
    lines_for,
    rounds_taken,
    turn_of,
    unanswered_facts,
    unanswered_lines,
)
from tvist.web.session import current_session, say
from tvist.words import Message, label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case, Party
    from tvist.cases.waiting import Task
    from tvist.intake.kept import KeptForm
    from tvist.web.forms import TvistForm


@bp.route("/respond", methods=["GET", "POST"])
@requires(Act.RESPOND, of=case_at, take_in=take_in_searched, max_bytes=MAX_BODY_BYTES)
def respond(case: Case) -> ResponseReturnValue:
    """Answer the request line by line and fact by fact; add facts and claim lines of one's own."""
    party, turn = _own_turn(case, TaskKind.RESPOND)
    kept = kept_form(case, DraftKind.RESPONSE, _respond_form)
    form = kept.form
    if kept.is_put_aside():
        return kept.put_aside()
    if _is_sent(form) and _may_go(kept, case, Act.RESPOND, turn):
        sent = actions.respond(
            case,
            by=current_user,
            at=now(),
            answers=form.answers(),
            text=form.text.data or "",
            own_reference=form.own_reference.data or "",
            papers=kept.papers(),
            told=form.told(),
        )
        kept.sent(sent)
        return finish(_case_page(case), Message("submissions.respond.done"))
    kept.keep()
    return _page("submissions/respond.html", case, form, Act.RESPOND, turn=turn, party=party, keeps=kept.keeps)


@bp.route("/comment", methods=["GET", "POST"])
@requires(Act.COMMENT, of=case_at, take_in=take_in_searched, max_bytes=MAX_BODY_BYTES)
def comment(case: Case) -> ResponseReturnValue:
    """Comment on what the other side has written, and answer the lines and facts that it has brought."""
    party, turn = _own_turn(case, TaskKind.COMMENT)
    kept = kept_form(case, DraftKind.COMMENTS, _comment_form)
    form = kept.form
    if kept.is_put_aside():
        return kept.put_aside()
    if _is_sent(form) and _may_go(kept, case, Act.COMMENT, turn):
        sent = actions.comment(
            case,
            by=current_user,
            at=now(),
            text=form.text.data or "",
            papers=kept.papers(),
            answers=form.answers(),
            told=form.told(),
        )
        kept.sent(sent)
        return finish(_case_page(case), Message("submissions.comment.done"))
    kept.keep()
    next_round = rounds_taken(case, party) + 1
    return _page("submissions/comment.html", case, form, Act.COMMENT, turn=turn, round=next_round, keeps=kept.keeps)


@bp.route("/nothing-more", methods=["GET", "POST"])
@requires(Act.NOTHING_MORE, of=case_at)
def nothing_more(case: Case) -> ResponseReturnValue:
    """Say that there is nothing more to add."""
    party, turn = _own_turn(case, TaskKind.COMMENT)
    form = ConfirmForm(thing=case)
    if form.validate_on_submit() and not _refused(form, case, Act.NOTHING_MORE, turn):
        actions.nothing_more(case, by=current_user, at=now())
        return finish(_case_page(case), Message("submissions.nothing_more.done"))
    left = len(unanswered_lines(case, party)) + len(unanswered_facts(case, party))
    return _page("submissions/nothing_more.html", case, form, Act.NOTHING_MORE, turn=turn, unanswered=left)


def _respond_form(*, thing: Case, **given: Any) -> Any:
    party, _turn = _own_turn(thing, TaskKind.RESPOND)
    return _form(RespondForm, party, lines=lines_for(thing, party), facts=facts_for(thing, party), **given)


def _comment_form(*, thing: Case, **given: Any) -> Any:
    party, _turn = _own_turn(thing, TaskKind.COMMENT)
    return _form(CommentForm, party, lines=unanswered_lines(thing, party), facts=unanswered_facts(thing, party), **given)


written_in(DraftKind.RESPONSE, "submissions.respond", _respond_form)
written_in(DraftKind.COMMENTS, "submissions.comment", _comment_form)


def _form(base: type[AnsweringForm], party: Party, **parts: Any) -> Any:
    """The form with what was typed, now or before (`formdata`); a button that fills something in has done so."""
    form = answering_form(base, party, names=parts.get("formdata", request.form), papers=_papers(party), **parts)
    form.fill(request.form.get(THEN, ""))
    return form


def _papers(party: Party) -> list[tuple[str, str]]:
    """The papers that a fact may point to: those that the party has sent or been served, and that nobody put under quarantine (rule 20)."""
    sendings = submissions_visible_to(current_session, current_user, party.case, today())
    return [
        (paper.public_id, f"{say(label(sending.kind))}: {paper.title}")
        for sending in sendings
        for paper in sending.papers
        if may(current_user, Act.READ_PAPER, paper)
    ]


def _is_sent(form: TvistForm) -> bool:
    """Sent to be kept, not by a button that only fills in or adds a row."""
    return form.is_submitted() and not request.form.get(THEN)


def _may_go(kept: KeptForm, case: Case, act: Act, turn: Task | None) -> bool:
    """Whether nothing is wrong: in the fields, in the way, with the files, or in what a colleague wrote meanwhile; all of it is said at once."""
    form = kept.form
    return not any([not form.validate(), kept.is_behind(), _refused(form, case, act, turn), blamed(form, taken_in().faults)])


def _own_turn(case: Case, kind: TaskKind) -> tuple[Party, Task | None]:
    """The party that the reader writes for, and its open turn. Raises `NotAllowed` for one of neither side."""
    party = case.party_of(current_user, today())
    if party is None:
        raise NotAllowed
    return party, turn_of(case, party, kind)


def _case_page(case: Case) -> str:
    return url_for("cases.show", slug=case.slug)


def _in_the_way(case: Case, act: Act, turn: Task | None) -> Sequence[Message]:
    """What stands in the way; also that it is another's turn, or that the request has not come to the party yet."""
    if found := obstacles(case, act):
        return found
    if turn is None:
        return [Message("submissions.not_your_turn")]
    is_there = turn.party is not None and is_served_request(case, turn.party)
    return [] if is_there else [Message("submissions.request_not_served")]


def _refused(form: TvistForm, case: Case, act: Act, turn: Task | None) -> bool:
    """Whether something stands in the way; it is shown above what was typed."""
    return blamed(form, _in_the_way(case, act, turn))


def _page(template: str, case: Case, form: TvistForm, act: Act, *, turn: Task | None, **more: Any) -> ResponseReturnValue:
    """The page of an act; shown again, with what was typed, where something is wrong or a button filled something in."""
    in_the_way = _in_the_way(case, act, turn)
    is_post = request.method == "POST"
    page = render_template(
        template,
        case=case,
        form=form,
        turn=turn,
        # Said in the summary of the form when it was sent; on a fresh page it stands in place of the form.
        in_the_way=[] if is_post else in_the_way,
        has_lost_papers=False,
        rules=procedure_on(case.registered_on),
        **more,
    )
    is_fine = not is_post or (isinstance(form, AnsweringForm) and bool(request.form.get(THEN)))
    return page, 200 if is_fine else 409 if in_the_way or form.is_stale else 422
