"""Screening (rules 16, 17): the look at a request, and one page for each act."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires, taken_in
from tvist.access.policy import Act, Role
from tvist.access.roles import may, roles_of
from tvist.cases.blaming import blamed, refused
from tvist.cases.history import Statement
from tvist.cases.impartiality import questions_about
from tvist.cases.lifecycle import STEPS, State, obstacles
from tvist.cases.money import Amount, AmountUnit, Period, line_amount
from tvist.cases.queries import case_at
from tvist.clock import now, today
from tvist.documents.taking_in import MAX_BODY_BYTES
from tvist.intake import actions
from tvist.intake.blueprint import bp
from tvist.intake.cautions import warnings
from tvist.intake.kept import kept_form, written_in
from tvist.intake.letter_drafts import POINTS, deficiency_words, dismissal_words, points_found
from tvist.intake.letter_looks import looked_at, wants_to_look
from tvist.intake.models import DraftKind
from tvist.intake.petition import petition_of
from tvist.intake.related import related_cases
from tvist.intake.screening_forms import (
    CureForm,
    DecideDismissalForm,
    DeclarationForm,
    DismissalCommentForm,
    MissingForm,
    ProposeDismissalForm,
)
from tvist.intake.searched_papers import take_in_searched
from tvist.procedure.codes import CodeKind, code_label, codes
from tvist.procedure.settings import procedure_on
from tvist.web.addresses import local_path
from tvist.web.forms import PlainForm
from tvist.web.session import current_session, say
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.claims import ClaimLine
    from tvist.cases.models import Case
    from tvist.web.forms import TvistForm

IN_ORDER_OF_SCREENING = (Act.ACCEPT, Act.ASK_FOR_MISSING, Act.PROPOSE_DISMISSAL)
BY_THE_LEADER = (Act.DISMISS, Act.KEEP, Act.TAKE_UP_AGAIN, Act.REFUSE_NEW_LOOK)


@bp.app_template_global()
def line_explained(line: ClaimLine) -> Amount | None:
    """How the amount of a claim line came about; None for a line of principle."""
    if line.unit is AmountUnit.PRINCIPLE or line.rate_ore is None:
        return None
    return line_amount(line.unit, line.rate_ore, Period(line.from_on, line.counted_until or line.from_on), line.count)


@bp.app_template_global()
def basis_label(kind: str, code: str) -> Message:
    """What a legal basis is called, also one no longer in use."""
    return code_label(CodeKind(kind), code)


@bp.app_template_global()
def dismissal_grounds() -> list[tuple[str, str]]:
    """The grounds of dismissal today: code and name."""
    return [(found.code, say(found.label)) for found in codes(CodeKind.DISMISSAL_GROUND, today())]


@bp.route("/cases/<slug>/screening")
@requires(Act.DECLARE_IMPARTIALITY, of=case_at)
def screening(case: Case) -> ResponseReturnValue:
    """What the secretariat, and the leader where dismissal is proposed, look at: the checks, the warnings, and what the reader can do."""
    # Where the address is secret, who has not declared knows only that the case is there (rule 8).
    petition = case.petition if Role.UNDECLARED not in roles_of(current_user, case) else None
    found = warnings(petition_of(petition.snapshot), case.registered_on) if petition else []
    mine = [
        act
        for act in (*IN_ORDER_OF_SCREENING, *BY_THE_LEADER)
        if may(current_user, act, case) and case.state in STEPS[act].sources
    ]
    has_declared = case.statement_of(current_user) is Statement.NONE
    return render_template(
        "intake/screening.html",
        case=case,
        petition=petition,
        warnings=[say(fault.message) for fault in found],
        acts=[(act, obstacles(case, act)) for act in mine],
        has_declared=has_declared,
        statement=case.statement_of(current_user),
        asked=questions_about(current_session, case, current_user, today()),
        related=related_cases(current_session, case, current_user, today()) if has_declared else [],
        points=POINTS,
        points_found=points_found(case),
        rules=procedure_on(case.registered_on),
    )


@bp.route("/cases/<slug>/screening/impartiality", methods=["GET", "POST"])
@requires(Act.DECLARE_IMPARTIALITY, of=case_at)
def declare_impartiality(case: Case) -> ResponseReturnValue:
    """Declare impartiality for this case. Who declares a conflict does not come back to it."""
    form, asked = DeclarationForm(), questions_about(current_session, case, current_user, today())
    if form.validate_on_submit() and not refused(form, case, Act.DECLARE_IMPARTIALITY):
        statement = Statement(form.statement.data)
        actions.declare_impartiality(
            case, by=current_user, at=now(), statement=statement, ground=form.ground.data or None, words=form.words.data or ""
        )
        # An open proposal to dismiss brings the leader back to it, everybody else to the screening; a case that was decided has none (rule 40).
        back = _case_page(case) if case.state is State.DECIDED else url_for("intake.screening", slug=case.slug)
        # Who was led here from something that waits for the declaration goes on with that.
        back = local_path(request.args.get("next"), back) if statement is Statement.NONE else back
        onward = "/" if statement is Statement.CONFLICT else back
        return finish(onward, Message(f"intake.declared.{statement.value}"))
    return _page("intake/declare_impartiality.html", case, form, asked=asked)


@bp.route("/cases/<slug>/screening/accept", methods=["GET", "POST"])
@requires(Act.ACCEPT, of=case_at)
def accept(case: Case) -> ResponseReturnValue:
    """Take the case up, and send the request over."""
    form = PlainForm(thing=case)
    if form.validate_on_submit() and not refused(form, case, Act.ACCEPT):
        actions.accept(case, by=current_user, at=now())
        return finish(_case_page(case), Message("intake.accepted"))
    return _page("intake/accept.html", case, form, act=Act.ACCEPT, length=procedure_on(case.registered_on).response_length.text)


@bp.route("/cases/<slug>/screening/missing", methods=["GET", "POST"])
@requires(Act.ASK_FOR_MISSING, of=case_at)
def ask_for_missing(case: Case) -> ResponseReturnValue:
    """Write a deficiency letter."""
    length = procedure_on(case.registered_on).deficiency_length.text
    proposed = {"text": deficiency_words(case, request.args.getlist("point"), length)}
    kept = kept_form(case, DraftKind.DEFICIENCY_LETTER, MissingForm, data=proposed)
    form = kept.form
    if kept.is_put_aside():
        return kept.put_aside()
    if kept.may_be_sent() and not refused(form, case, Act.ASK_FOR_MISSING):
        if wants_to_look():
            kept.keep()
            return looked_at(case, form, Act.ASK_FOR_MISSING)
        kept.sent(actions.ask_for_missing(case, by=current_user, at=now(), text=form.text.data or ""))
        return finish(_case_page(case), Message("intake.asked_for_missing"))
    kept.keep()
    return _page("intake/ask_for_missing.html", case, form, act=Act.ASK_FOR_MISSING, length=length, keeps=kept.keeps)


@bp.route("/cases/<slug>/screening/cure", methods=["GET", "POST"])
@requires(Act.CURE, of=case_at, take_in=take_in_searched, max_bytes=MAX_BODY_BYTES)
def cure(case: Case) -> ResponseReturnValue:
    """Send in what was missing."""
    kept = kept_form(case, DraftKind.CURE, CureForm)
    form = kept.form
    if kept.is_put_aside():
        return kept.put_aside()
    if kept.may_be_sent() and not refused(form, case, Act.CURE) and not blamed(form, taken_in().faults):
        kept.sent(actions.cure(case, by=current_user, at=now(), text=form.text.data or "", papers=kept.papers()))
        return finish(_case_page(case), Message("intake.cured"))
    kept.keep()
    letter = next((found for found in reversed(case.submissions) if found.kind == "deficiency_letter"), None)
    return _page("intake/cure.html", case, form, act=Act.CURE, letter=letter, keeps=kept.keeps)


@bp.route("/cases/<slug>/screening/dismissal", methods=["GET", "POST"])
@requires(Act.PROPOSE_DISMISSAL, of=case_at)
def propose_dismissal(case: Case) -> ResponseReturnValue:
    """Propose to dismiss the case."""
    ground = request.args.get("ground", "")
    kept = kept_form(
        case,
        DraftKind.DISMISSAL_PROPOSAL,
        ProposeDismissalForm,
        data={"ground": ground, "reasons": dismissal_words(case, ground)},
    )
    form = kept.form
    if kept.is_put_aside():
        return kept.put_aside()
    if kept.may_be_sent() and not refused(form, case, Act.PROPOSE_DISMISSAL):
        if wants_to_look():
            kept.keep()
            return looked_at(case, form, Act.PROPOSE_DISMISSAL)
        actions.propose_dismissal(case, by=current_user, at=now(), ground=form.ground.data, reasons=form.reasons.data or "")
        kept.sent(case.submissions[-1])
        return finish(_case_page(case), Message("intake.dismissal_proposed"))
    kept.keep()
    length = procedure_on(case.registered_on).dismissal_comment_length.text
    return _page("intake/propose_dismissal.html", case, form, act=Act.PROPOSE_DISMISSAL, length=length, keeps=kept.keeps)


@bp.route("/cases/<slug>/screening/dismissal/comment", methods=["GET", "POST"])
@requires(Act.COMMENT_ON_DISMISSAL, of=case_at)
def comment_on_dismissal(case: Case) -> ResponseReturnValue:
    """Comment on the proposal."""
    kept = kept_form(case, DraftKind.DISMISSAL_COMMENT, DismissalCommentForm)
    form = kept.form
    if kept.is_put_aside():
        return kept.put_aside()
    if kept.may_be_sent() and not refused(form, case, Act.COMMENT_ON_DISMISSAL):
        kept.sent(actions.comment_on_dismissal(case, by=current_user, at=now(), text=form.text.data or ""))
        return finish(_case_page(case), Message("intake.dismissal_commented"))
    kept.keep()
    return _page("intake/comment_on_dismissal.html", case, form, act=Act.COMMENT_ON_DISMISSAL, keeps=kept.keeps)


written_in(DraftKind.CURE, "intake.cure", CureForm)
written_in(DraftKind.DEFICIENCY_LETTER, "intake.ask_for_missing", MissingForm)
written_in(DraftKind.DISMISSAL_PROPOSAL, "intake.propose_dismissal", ProposeDismissalForm)
written_in(DraftKind.DISMISSAL_COMMENT, "intake.comment_on_dismissal", DismissalCommentForm)


@bp.route("/cases/<slug>/screening/dismissal/dismiss", methods=["GET", "POST"])
@requires(Act.DISMISS, of=case_at)
def dismiss(case: Case) -> ResponseReturnValue:
    """The leader dismisses the case."""
    form = DecideDismissalForm(thing=case)
    if form.validate_on_submit() and not refused(form, case, Act.DISMISS):
        actions.dismiss(case, by=current_user, at=now(), reasons=form.reasons.data or "")
        return finish(_case_page(case), Message("intake.dismissed"))
    return _page("intake/dismiss.html", case, form, act=Act.DISMISS)


@bp.route("/cases/<slug>/screening/dismissal/keep", methods=["GET", "POST"])
@requires(Act.KEEP, of=case_at)
def keep(case: Case) -> ResponseReturnValue:
    """The leader lets the case go on."""
    form = DecideDismissalForm(thing=case)
    if form.validate_on_submit() and not refused(form, case, Act.KEEP):
        actions.keep(case, by=current_user, at=now(), reasons=form.reasons.data or "")
        return finish(_case_page(case), Message("intake.kept"))
    return _page("intake/keep.html", case, form, act=Act.KEEP)


def _page(template: str, case: Case, form: TvistForm, *, act: Act | None = None, **more: Any) -> ResponseReturnValue:
    """The page of an act; shown again, with what was typed, where something is wrong."""
    proposal = case.open_dismissal
    in_the_way = obstacles(case, act) if act and request.method == "GET" else []
    comments = [
        found
        for found in case.submissions
        if found.kind == "dismissal_comment" and proposal and found.made_at >= proposal.proposed_at
    ]
    page = render_template(template, case=case, form=form, in_the_way=in_the_way, proposal=proposal, comments=comments, **more)
    return page, 200 if request.method == "GET" else 409 if form.is_stale or (act and obstacles(case, act)) else 422


def _case_page(case: Case) -> str:
    return url_for("cases.show", slug=case.slug)
