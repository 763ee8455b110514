"""What the browser sends every few seconds while somebody writes, and the page of earlier texts. All works without it, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.clock import now, today
from tvist.errors import CannotProceed, NotFound
from tvist.intake.actions import discard_draft
from tvist.intake.answering import NOTED_ONCE_IN, Sent, answer, read_sent
from tvist.intake.blueprint import bp
from tvist.intake.earlier import Which, earlier_texts, take_back
from tvist.intake.in_case import any_draft_at, draft_in_case, open_draft_in, place_in_case_at
from tvist.intake.places import page_of_draft, told_place
from tvist.intake.queries import draft_at
from tvist.intake.sheets import FactSheet, LineSheet, StepSheet
from tvist.intake.steps import WRITTEN as WRITTEN_STEPS
from tvist.intake.steps import facts_of, lines_of
from tvist.intake.visits import note_visit
from tvist.intake.writing import FlatSheet, keep_typed
from tvist.web.forms import PlainForm
from tvist.web.session import current_session, say
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from tvist.intake.in_case import PlaceInCase
    from tvist.intake.models import Draft
    from tvist.intake.writing import Sheet

MOST_BYTES: Final = 1_000_000
LONGEST_NUMBER: Final = 9
"""Digits of the number of a change that any database can look up."""


def draft_step_at(session: Session, public_id: str, step: str) -> Draft:
    """The draft, where the request has that step. Raises `NotFound`."""
    if step not in WRITTEN_STEPS:
        raise NotFound
    return draft_at(session, public_id)


def draft_of_line_at(session: Session, public_id: str, place: int) -> Draft:  # noqa: ARG001 - where the line is now, `keep_line` finds out.
    """The draft, whether or not it has so many lines. Raises `NotFound`."""
    return draft_at(session, public_id)


@bp.route("/writing/token")
@requires(Act.SEE_DESK)
def writing_token() -> ResponseReturnValue:
    """Who is signed in now, and a token for their forms: a page that outlived its sign-in asks, to send what it still holds."""
    return jsonify(person=current_user.public_id, token=generate_csrf())


@bp.route("/drafts/<public_id>/typed/<step>", methods=["POST"])
@requires(Act.WRITE_DRAFT, of=draft_step_at, max_bytes=MOST_BYTES, noted_once_in=NOTED_ONCE_IN)
def keep_step(draft: Draft) -> ResponseReturnValue:
    """Keep what is typed in a step."""
    step = WRITTEN_STEPS[str((request.view_args or {})["step"])]
    return _kept(draft, StepSheet(draft, step), read_sent())


@bp.route("/drafts/<public_id>/typed/lines/<int:place>", methods=["POST"])
@requires(Act.WRITE_DRAFT, of=draft_of_line_at, max_bytes=MOST_BYTES, noted_once_in=NOTED_ONCE_IN)
def keep_line(draft: Draft) -> ResponseReturnValue:
    """Keep what is typed in a claim line. A line that was moved is found again; one that is gone is not kept in another's place."""
    sent = read_sent()
    index = sent.row_in(draft, lines_of(draft.typed), int((request.view_args or {})["place"]) - 1)
    if index is None:
        return jsonify(moved=say(Message("writing.line_gone"))), 409
    return _kept(draft, LineSheet(draft, index), sent)


@bp.route("/drafts/<public_id>/typed/chronology/<int:place>", methods=["POST"])
@requires(Act.WRITE_DRAFT, of=draft_of_line_at, max_bytes=MOST_BYTES, noted_once_in=NOTED_ONCE_IN)
def keep_fact(draft: Draft) -> ResponseReturnValue:
    """Keep what is typed in a fact, as in a claim line."""
    sent = read_sent()
    index = sent.row_in(draft, facts_of(draft.typed), int((request.view_args or {})["place"]) - 1, FactSheet)
    if index is None:
        return jsonify(moved=say(Message("writing.fact_gone"))), 409
    return _kept(draft, FactSheet(draft, index), sent)


@bp.route("/cases/<slug>/typed/<kind>", methods=["POST"])
@requires(Act.WRITE_DRAFT, of=place_in_case_at, max_bytes=MOST_BYTES, noted_once_in=NOTED_ONCE_IN)
def keep_in_case(place: PlaceInCase) -> ResponseReturnValue:
    """Keep what is typed in a case. The first text begins the draft; a page whose draft was sent is told so."""
    sent, party = read_sent(), place.party_of(current_user, today())
    before = any_draft_at(current_session, sent.draft) if sent.draft else None
    is_own = before is not None and (before.in_case_id, before.kind, before.party) == (place.case.id, place.kind, party)
    if before is not None and is_own and before.submission is not None:
        return answer(before, None, sent)
    draft = open_draft_in(current_session, place.case, place.kind, party)
    if draft is None and sent.typings:
        draft = draft_in_case(current_session, place.case, place.kind, party=party, by=current_user, at=now())
    return _kept(draft, FlatSheet(draft) if draft else None, sent)


def _kept(draft: Draft | None, sheet: Sheet | None, sent: Sent) -> ResponseReturnValue:
    """Keep what came, note the visit, commit, and tell the browser how things stand."""
    if draft is None or sheet is None or not draft.is_open:
        return answer(draft, None, sent)
    try:
        outcome = keep_typed(draft, sheet, sent.for_sheet(sheet), by=current_user, tab=sent.tab, at=now())
    except CannotProceed as refused:
        return jsonify(refused=say(refused.obstacles[0])), 422
    note_visit(draft, by=current_user, tab=sent.tab, place=sent.place_in(sheet), at=now())
    told = answer(draft, sheet, sent, outcome)
    finish(request.path)
    return told


@bp.route("/drafts/<public_id>/earlier", methods=["GET", "POST"])
@requires(Act.WRITE_DRAFT, of=any_draft_at)
def earlier(draft: Draft) -> ResponseReturnValue:
    """Earlier texts of the draft, each to be taken back."""
    if not draft.is_open:
        return redirect(page_of_draft(draft), 303)
    if request.method == "POST":
        place = take_back(draft, _chosen_change(), Which(request.form.get("which", Which.VALUE)), by=current_user, at=now())
        return finish(
            url_for("intake.earlier", public_id=draft.public_id), Message("writing.taken_back", place=told_place(draft, place))
        )
    found = earlier_texts(draft)
    return render_template(
        "intake/earlier.html",
        draft=draft,
        earlier=[(told_place(draft, place), texts) for place, texts in found.items()],
        page=page_of_draft(draft),
        form=PlainForm(),
    )


def _chosen_change() -> int:
    text = request.form.get("change", "")
    if not text.isdecimal() or len(text) > LONGEST_NUMBER or request.form.get("which") not in set(Which):
        raise NotFound
    return int(text)


@bp.route("/drafts/<public_id>/put-away", methods=["POST"])
@requires(Act.WRITE_DRAFT, of=any_draft_at)
def put_away(draft: Draft) -> ResponseReturnValue:
    """Put away unsent what was written in a case."""
    if draft.in_case is None:
        raise NotFound
    discard_draft(draft, by=current_user, at=now())
    return finish(url_for("cases.show", slug=draft.in_case.slug), Message("intake.discarded"))
