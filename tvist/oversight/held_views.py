"""All that is held on the child, for who asks by law (GDPR art. 15): who asked, what is decided of each thing, and the file that is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.cases.queries import case_at
from tvist.clock import now, today
from tvist.errors import CannotProceed
from tvist.oversight import held as acts
from tvist.oversight.blueprint import bp
from tvist.oversight.forms import AccessBegunForm, ReasonsForm
from tvist.oversight.held import HeldAnswer
from tvist.oversight.held_file import files_given
from tvist.submissions.paper_zip import zipped
from tvist.web.forms import status_of
from tvist.web.session import current_session, installed, page_language
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case
    from tvist.oversight.held import ChildAccess, Held, HeldKind


@bp.route("/cases/<slug>/child-access", methods=["GET", "POST"])
@requires(Act.ANSWER_CHILD_ACCESS, of=case_at)
def child_accesses(case: Case) -> ResponseReturnValue:
    """Who has asked in the case; and begin another."""
    form = AccessBegunForm(data={"received_on": today()})
    if form.validate_on_submit():
        received_on = form.received_on.data or today()
        if received_on <= today():
            begun = acts.begin_access(case, asker=form.asker.data, received_on=received_on, by=current_user, at=now())
            current_session.add(begun)
            current_session.flush()
            return finish(url_for("oversight.child_access", public_id=begun.public_id), Message("oversight.access_begun"))
        form.blame(Message("oversight.known_later"), "received_on")
    accesses = acts.accesses_of(current_session, case)
    return render_template("oversight/child_accesses.html", case=case, form=form, accesses=accesses), status_of(form)


@bp.route("/child-access/<public_id>", methods=["GET", "POST"])
@requires(Act.ANSWER_CHILD_ACCESS, of=acts.access_at)
def child_access(access: ChildAccess) -> ResponseReturnValue:
    """All that is held, with a decision on each thing; saved as often as one likes, and answered once."""
    form, held = ReasonsForm(thing=access, data={"reasons": access.reasons}), acts.held_on(current_session, access.case)
    missing = acts.missing_of(access, held)
    if not form.validate_on_submit():
        return _page(access, form, held, missing), status_of(form)
    acts.decide(access, _typed(held), by=current_user, at=now())
    access.reasons = form.reasons.data or ""
    here = url_for("oversight.child_access", public_id=access.public_id)
    if request.form.get("then") != "answer":
        return finish(here, Message("oversight.access_saved"))
    missing = acts.missing_of(access, held)
    for message in missing:
        form.blame(message)
    if missing:
        return _page(access, form, held, missing), 422
    acts.answer_access(access, held, by=current_user, at=now())
    return finish(here, Message("oversight.access_done"))


@bp.route("/child-access/<public_id>/given.zip")
@requires(Act.EXPORT_CHILD_ACCESS, of=acts.access_at)
def child_access_file(access: ChildAccess) -> ResponseReturnValue:
    """What is given, once it is answered."""
    if access.answered_at is None:
        raise CannotProceed([Message("oversight.not_answered")])
    files = files_given(current_session, installed().papers, access, page_language())
    response = Response(zipped(files), mimetype="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename=f"{access.case.slug}-child-access.zip")
    return response


def _typed(held: list[Held]) -> dict[tuple[HeldKind, int], HeldAnswer]:
    """What was chosen for each thing that is held; what is no choice is left as it was."""
    known = {answer.value: answer for answer in HeldAnswer}
    chosen = {each.key: known.get(request.form.get(each.field, "")) for each in held}
    return {key: answer for key, answer in chosen.items() if answer is not None}


def _page(access: ChildAccess, form: ReasonsForm, held: list[Held], missing: list[Message]) -> str:
    answers = access.answers | (_typed(held) if form.is_submitted() else {})
    return render_template(
        "oversight/child_access.html",
        access=access,
        case=access.case,
        form=form,
        held=held,
        missing=missing,
        answers=answers,
        choices=HeldAnswer,
    )
