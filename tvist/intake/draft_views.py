"""The request in steps: begin, write each step as typed, papers, and who writes along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import redirect, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires, taken_in
from tvist.access.policy import Act
from tvist.clock import now, today
from tvist.documents.actions import add_to_draft
from tvist.documents.models import PaperKind
from tvist.documents.taking_in import MAX_BODY_BYTES
from tvist.documents.uploads import MediaType
from tvist.errors import NotFound
from tvist.intake.actions import begin_draft, discard_draft, save_draft, share_draft
from tvist.intake.blueprint import bp
from tvist.intake.cautions import away_from_here
from tvist.intake.drafting import blame_faults, choose_parties, differences, groups_of, progress_of
from tvist.intake.queries import connected_codes, draft_at, open_drafts_of, party_memberships, party_staff
from tvist.intake.searched_papers import take_in_searched
from tvist.intake.steps import (
    CHILD,
    FACTS,
    PAPERS,
    PARTIES,
    PLACE,
    SETTLEMENT,
    Step,
    data_of,
    read_draft,
    step_after,
    with_step,
)
from tvist.procedure.settings import procedure_on
from tvist.web.forms import PlainForm
from tvist.web.session import current_session, tell
from tvist.web.stale import seen
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.intake.models import Draft

MOST_TOLD = 5
SIDE_PAGES = {"delegation": "intake.delegation", "identity": "intake.draft_identity", "offers": "intake.draft_offers"}
"""Pages beside a step, reached by a button that saves the step first."""


@bp.route("/drafts", methods=["GET", "POST"])
@requires(Act.START_DRAFT)
def drafts() -> ResponseReturnValue:
    """My requests that are not sent yet, and the way to a new one."""
    memberships = party_memberships(current_user, today())
    if request.method == "POST":
        chosen = next((found for found in memberships if found.organisation.code == request.form.get("organisation")), None)
        if chosen is None:
            raise NotFound
        draft = begin_draft(current_session, chosen.organisation, by=current_user, at=now())
        current_session.flush()
        return finish(url_for("intake.place", public_id=draft.public_id))
    found = open_drafts_of(current_session, current_user, today())
    return render_template("intake/drafts.html", drafts=found, memberships=memberships)


@bp.route("/drafts/<public_id>")
@requires(Act.WRITE_DRAFT, of=draft_at)
def draft(draft: Draft) -> ResponseReturnValue:
    """How far the request is, and who writes it."""
    if draft.case is not None:
        return redirect(url_for("cases.show", slug=draft.case.slug), 303)
    found = read_draft(draft, today(), connected_codes(current_session))
    staff = party_staff(current_session, draft.organisation, today()) if draft.received_on is None else []
    team = {member.user_id for member in draft.team}
    return render_template(
        "intake/draft.html",
        draft=draft,
        progress=progress_of(found),
        colleagues=[user for user in staff if user.id not in team],
        form=PlainForm(),
    )


@bp.route("/drafts/<public_id>/place", methods=["GET", "POST"])
@requires(Act.WRITE_DRAFT, of=draft_at)
def place(draft: Draft) -> ResponseReturnValue:
    """Whether this is the right place, with a way out."""
    return _step(draft, PLACE)


@bp.route("/drafts/<public_id>/parties", methods=["GET", "POST"])
@requires(Act.WRITE_DRAFT, of=draft_at)
def parties(draft: Draft) -> ResponseReturnValue:
    """Who the parties are, and who may file."""
    return _step(draft, PARTIES)


@bp.route("/drafts/<public_id>/child", methods=["GET", "POST"])
@requires(Act.WRITE_DRAFT, of=draft_at)
def child(draft: Draft) -> ResponseReturnValue:
    """Which child it is."""
    return _step(draft, CHILD)


@bp.route("/drafts/<public_id>/facts", methods=["GET", "POST"])
@requires(Act.WRITE_DRAFT, of=draft_at)
def facts(draft: Draft) -> ResponseReturnValue:
    """What happened, and what is claimed."""
    return _step(draft, FACTS)


@bp.route("/drafts/<public_id>/settlement", methods=["GET", "POST"])
@requires(Act.WRITE_DRAFT, of=draft_at)
def settlement(draft: Draft) -> ResponseReturnValue:
    """Settlement, courts, and who pays meanwhile."""
    return _step(draft, SETTLEMENT)


def _step(draft: Draft, step: Step) -> ResponseReturnValue:
    """Show a step, or save it as typed. What is wrong in it is shown at once; what is only missing waits for the check."""
    if draft.case is not None:
        return redirect(url_for("cases.show", slug=draft.case.slug), 303)
    shown = data_of(step, draft.typed)
    form = (step.form or PlainForm)(data=shown, thing=seen(shown))
    if step is PARTIES:
        choose_parties(form, draft, current_session)
    if form.validate_on_submit():
        save_draft(draft, with_step(draft.typed, step, form), by=current_user, at=now())
        return finish(_where_next(draft, step), Message("intake.saved"))
    meanwhile = differences(form, shown) if form.is_stale else []
    if request.method == "GET":
        blame_faults(form, read_draft(draft, today(), connected_codes(current_session)), step, with_gaps="check" in request.args)
    page = render_template(
        "intake/step.html",
        draft=draft,
        step=step,
        form=form,
        groups=groups_of(step, form),
        meanwhile=meanwhile,
        next=step_after(step),
        away=away_from_here(draft.typed) if step is PLACE else [],
        delegations=[paper for paper in draft.papers if paper.kind is PaperKind.DELEGATION],
    )
    return page, 409 if form.is_stale else 200


def _where_next(draft: Draft, step: Step) -> str:
    """The overview or the side page that was asked for; this step again where something in it is wrong; else the next one.

    Who answers that the matter belongs elsewhere is told so once, and may then go on knowingly.
    """
    then = request.form.get("then", "")
    if then == "close":
        return url_for("intake.draft", public_id=draft.public_id)
    if then in SIDE_PAGES:
        return url_for(SIDE_PAGES[then], public_id=draft.public_id)
    found = read_draft(draft, today(), connected_codes(current_session))
    is_news = step is PLACE and not set(away_from_here(draft.typed)) <= set(request.form.getlist("_advised"))
    stays = blame_faults(None, found, step, with_gaps=False) or is_news
    following = step if stays else step_after(step)
    return url_for(f"intake.{following.name}" if following else "intake.check", public_id=draft.public_id)


@bp.route("/drafts/<public_id>/delegation", methods=["GET", "POST"])
@requires(Act.WRITE_DRAFT, of=draft_at, take_in=take_in_searched, max_bytes=MAX_BODY_BYTES)
def delegation(draft: Draft) -> ResponseReturnValue:
    """Attach the paper that shows who may file for the party (rule 10)."""
    if draft.case is not None:
        return redirect(url_for("cases.show", slug=draft.case.slug), 303)
    if request.method != "POST":
        return render_template("intake/delegation.html", draft=draft, form=PlainForm(), kinds=list(MediaType))
    taken = taken_in()
    papers = taken.papers(added_by=current_user, at=now(), start_position=_next_position(draft))
    for paper in papers:
        paper.kind = PaperKind.DELEGATION
    add_to_draft(draft, papers, at=now())
    for fault in taken.faults[:MOST_TOLD]:
        tell(fault, kind="danger")
    if not papers:
        if not taken.faults:
            tell(Message("intake.no_file_chosen"), kind="warning")
        return finish(url_for("intake.delegation", public_id=draft.public_id))
    return finish(url_for("intake.parties", public_id=draft.public_id), Message("intake.delegation_added"))


@bp.route("/drafts/<public_id>/papers", methods=["GET", "POST"])
@requires(Act.WRITE_DRAFT, of=draft_at, take_in=take_in_searched, max_bytes=MAX_BODY_BYTES)
def papers(draft: Draft) -> ResponseReturnValue:
    """The papers of the request: upload several, take one out."""
    if draft.case is not None:
        return redirect(url_for("cases.show", slug=draft.case.slug), 303)
    if request.method == "POST":
        taken = taken_in()
        add_to_draft(draft, taken.papers(added_by=current_user, at=now(), start_position=_next_position(draft)), at=now())
        for fault in taken.faults[:MOST_TOLD]:
            tell(fault, kind="danger")
        said: Any = Message("intake.papers_added", count=len(taken)) if len(taken) else None
        if not len(taken) and not taken.faults:
            tell(Message("intake.no_file_chosen"), kind="warning")
        return finish(url_for("intake.papers", public_id=draft.public_id), said)
    return render_template(
        "intake/papers.html",
        draft=draft,
        form=PlainForm(),
        step=PAPERS,
        kinds=list(MediaType),
        rules=procedure_on(today()),
        most_bytes=MAX_BODY_BYTES,
    )


@bp.route("/drafts/<public_id>/share", methods=["POST"])
@requires(Act.WRITE_DRAFT, of=draft_at)
def share(draft: Draft) -> ResponseReturnValue:
    """Let a colleague write along."""
    staff = party_staff(current_session, draft.organisation, today())
    chosen = next((user for user in staff if user.public_id == request.form.get("colleague")), None)
    if chosen is None:
        raise NotFound
    share_draft(draft, chosen, by=current_user, at=now())
    return finish(url_for("intake.draft", public_id=draft.public_id), Message("intake.shared", name=chosen.name))


@bp.route("/drafts/<public_id>/discard", methods=["GET", "POST"])
@requires(Act.WRITE_DRAFT, of=draft_at)
def discard(draft: Draft) -> ResponseReturnValue:
    """Put the request away unsent, after a question."""
    if request.method == "POST":
        discard_draft(draft, by=current_user, at=now())
        back = "intake.drafts" if draft.received_on is None else "intake.registered"
        return finish(url_for(back), Message("intake.discarded"))
    return render_template("intake/discard.html", draft=draft, form=PlainForm())


def _next_position(draft: Draft) -> int:
    return max((paper.position for paper in draft.papers), default=0) + 1
