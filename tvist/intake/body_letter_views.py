"""The pages on which an officer writes a letter, looks at it as it would leave, and sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires, taken_in
from tvist.access.policy import Act
from tvist.cases.blaming import blamed
from tvist.cases.lifecycle import obstacles
from tvist.cases.queries import case_at
from tvist.cases.submissions import SubmissionKind
from tvist.clock import now
from tvist.delivery.models import LetterKind
from tvist.delivery.previews import preview_to_party
from tvist.documents.actions import add_to_draft, remove_from_draft
from tvist.documents.taking_in import MAX_BODY_BYTES
from tvist.errors import NotFound
from tvist.intake.blueprint import bp
from tvist.intake.body_letter_forms import ConfirmForm, body_letter_form
from tvist.intake.body_letters import (
    addressees,
    discard_body_letter,
    faults_in_body_letter,
    keep_body_letter,
    open_body_letter,
    send_body_letter,
)
from tvist.intake.kept import written_in
from tvist.intake.models import DraftKind
from tvist.intake.searched_drafts import SendLetterForm
from tvist.intake.searched_papers import take_in_searched
from tvist.web.session import installed
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case
    from tvist.intake.models import Draft


@bp.route("/cases/<slug>/letter", methods=["GET", "POST"])
@requires(Act.WRITE_LETTER, of=case_at, take_in=take_in_searched, max_bytes=MAX_BODY_BYTES)
def write_letter(case: Case) -> ResponseReturnValue:
    """Write a letter to one or several parties; it is kept as typed, and looked at on the next page."""
    draft = open_body_letter(case)
    form = body_letter_form(case, draft)
    if form.validate_on_submit() and not blamed(form, taken_in().faults):
        draft = keep_body_letter(case, by=current_user, at=now(), text=form.text.data or "", to=form.to.data or [])
        next_position = max((paper.position for paper in draft.papers), default=0) + 1
        add_to_draft(draft, taken_in().papers(added_by=current_user, at=now(), start_position=next_position), at=now())
        return finish(url_for("intake.preview_letter", slug=case.slug))
    page = render_template(
        "intake/write_letter.html",
        case=case,
        form=form,
        draft=draft,
        in_the_way=obstacles(case, Act.WRITE_LETTER),
        has_lost_papers=request.method == "POST" and any(file.filename for file in request.files.values()),
    )
    return page, 200 if request.method == "GET" else 409 if form.is_stale else 422


written_in(DraftKind.BODY_LETTER, "intake.write_letter", lambda *, thing, **_filled: body_letter_form(thing, None))


@bp.route("/cases/<slug>/letter/preview", methods=["GET", "POST"])
@requires(Act.WRITE_LETTER, of=case_at)
def preview_letter(case: Case) -> ResponseReturnValue:
    """The letter and its notices as they would leave; sending it is one click from here."""
    draft = open_body_letter(case)
    if draft is None:
        return redirect(url_for("intake.write_letter", slug=case.slug), 303)
    form = SendLetterForm(draft, thing=draft)
    faults = [*obstacles(case, Act.WRITE_LETTER), *faults_in_body_letter(draft)]
    if form.is_decided() and not faults:
        form.sent(send_body_letter(draft, by=current_user, at=now()))
        return finish(url_for("cases.show", slug=case.slug), Message("intake.body_letter.sent"))
    form.keep(lambda: draft)
    if request.method == "GET":
        form.look()
    text = (SubmissionKind.BODY_LETTER, str(draft.typed.get("text", "")))
    page = render_template(
        "intake/preview_letter.html",
        case=case,
        draft=draft,
        form=form,
        faults=faults,
        previews=[
            preview_to_party(party, LetterKind.BODY_LETTER, at=now(), draft=text, by=current_user) for party in addressees(draft)
        ],
    )
    return page, 200 if request.method == "GET" else 409 if form.is_stale else 422


@bp.route("/cases/<slug>/letter/discard", methods=["GET", "POST"])
@requires(Act.WRITE_LETTER, of=case_at)
def discard_letter(case: Case) -> ResponseReturnValue:
    """Put the letter away unsent."""
    draft, form = _draft_of(case), ConfirmForm()
    if form.validate_on_submit():
        discard_body_letter(draft, by=current_user, at=now())
        return finish(url_for("cases.show", slug=case.slug), Message("intake.body_letter.discarded"))
    return render_template("intake/discard_letter.html", case=case, draft=draft, form=form)


@bp.route("/cases/<slug>/letter/remove-paper", methods=["POST"])
@requires(Act.WRITE_LETTER, of=case_at)
def remove_paper_of_letter(case: Case) -> ResponseReturnValue:
    """Take a paper out of the letter."""
    draft = _draft_of(case)
    paper = next((found for found in draft.papers if found.public_id == request.form.get("paper")), None)
    if paper is None:
        raise NotFound
    blob_id = remove_from_draft(paper, at=now())
    answer = finish(url_for("intake.write_letter", slug=case.slug), Message("intake.body_letter.paper_removed"))
    installed().papers.delete(blob_id)
    return answer


def _draft_of(case: Case) -> Draft:
    draft = open_body_letter(case)
    if draft is None:
        raise NotFound
    return draft
