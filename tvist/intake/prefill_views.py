"""Choose an earlier case, see what would be taken over from it, and take it over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.access.roles import roles_of
from tvist.accesslog.actions import note_access
from tvist.clock import now, today
from tvist.errors import NotFound
from tvist.intake.actions import save_draft
from tvist.intake.blueprint import bp
from tvist.intake.petition import petition_of
from tvist.intake.prefill import earlier_cases, taken_over
from tvist.intake.queries import connected_codes, draft_at, parties_by_code
from tvist.web.forms import SEEN_FIELD, PlainForm
from tvist.web.session import current_session, installed
from tvist.web.stale import seen
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case
    from tvist.intake.models import Draft
    from tvist.intake.prefill import Prefill


@bp.route("/drafts/<public_id>/prefill", methods=["GET", "POST"])
@requires(Act.WRITE_DRAFT, of=draft_at)
def prefill(draft: Draft) -> ResponseReturnValue:
    """The organisation's earlier cases that the reader may open; with one of them named, what would be taken over."""
    if draft.case is not None:
        return redirect(url_for("cases.show", slug=draft.case.slug), 303)
    cases = earlier_cases(current_session, draft, current_user, today())
    slug = request.values.get("case", "")
    if not slug:
        return render_template("intake/prefill.html", draft=draft, cases=cases)
    case = next((found for found in cases if found.slug == slug), None)
    if case is None or case.petition is None:
        raise NotFound
    found = taken_over(draft.typed, petition_of(case.petition.snapshot), on=today(), connected=connected_codes(current_session))
    # Only who has seen what is taken over can know this number, so each taking over was opened, and stands in the log (rule 44).
    form = PlainForm(thing=seen([draft.typed, case.petition.snapshot_sha256]))
    if form.validate_on_submit() and request.form.get(SEEN_FIELD):
        save_draft(draft, found.typed, by=current_user, at=now())
        return finish(url_for("intake.draft", public_id=draft.public_id), Message("intake.prefill.done", number=case.number))
    return _preview(draft, case, found, form)


def _preview(draft: Draft, case: Case, found: Prefill, form: PlainForm) -> ResponseReturnValue:
    """What would be taken over, with the opening of the earlier case in the access log."""
    if request.method == "GET":
        roles = roles_of(current_user, case)
        note_access(installed().database, user=current_user, roles=roles, act=Act.OPEN_CASE, thing=case, allowed=True)
    parties = found.typed["parties"]
    names = parties_by_code(current_session, [*parties.get("requesting", ()), *parties.get("opposing", ())])
    page = render_template("intake/prefill_from.html", draft=draft, case=case, found=found, names=names, form=form)
    return page, 200 if request.method == "GET" else 409 if form.is_stale else 422
