"""Check the request, and send it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires, taken_in
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.clock import now, today
from tvist.intake.actions import send
from tvist.intake.blueprint import bp
from tvist.intake.cautions import warnings, warnings_of_draft
from tvist.intake.drafting import told_at_fields
from tvist.intake.parties import case_language
from tvist.intake.petition import Petition
from tvist.intake.queries import authorised_filers, connected_codes, draft_at, parties_by_code
from tvist.intake.searched_drafts import SendingForm
from tvist.intake.searched_papers import read_again
from tvist.intake.searching import kept_findings
from tvist.intake.steps import read_draft
from tvist.web.session import current_session, installed
from tvist.web.stale import Seen, seen
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from tvist.cases.submissions import Submission
    from tvist.intake.models import Draft, KeptFinding
    from tvist.intake.petition import Fault


@bp.route("/drafts/<public_id>/check")
@requires(Act.WRITE_DRAFT, of=draft_at)
def check(draft: Draft) -> ResponseReturnValue:
    """All that is missing or wrong at once, with links; else the request as it will be sent (rule 14)."""
    if draft.case is not None:
        return redirect(url_for("cases.show", slug=draft.case.slug), 303)
    found = read_draft(draft, today(), connected_codes(current_session))
    form = SendingForm(draft, thing=_seen(draft))
    form.look()
    return _check_page(draft, found, form)


@bp.route("/drafts/<public_id>/send", methods=["GET", "POST"])
@requires(Act.SEND, of=draft_at, take_in=read_again)
def send_draft(draft: Draft) -> ResponseReturnValue:
    """Send the request. The second click finds the case that the first one made; what is found in it waits for a decision (rule 6)."""
    if draft.case is not None:
        return redirect(url_for("intake.receipt", slug=draft.case.slug), 303)
    if request.method != "POST":
        return redirect(url_for("intake.check", public_id=draft.public_id), 303)
    taken_in().put(draft.papers)
    form = SendingForm(draft, thing=_seen(draft))
    is_decided = form.is_decided()
    found = read_draft(draft, today(), connected_codes(current_session))
    if not is_decided or not isinstance(found, Petition):
        form.keep(lambda: _seen(draft))
        return _check_page(draft, found, form), 409 if form.is_stale else 422
    case = send(
        current_session,
        found,
        organisation=draft.organisation,
        by=current_user,
        at=now(),
        draft=draft,
        is_invented=installed().config.is_demo,
        keys=installed().keys,
    )
    form.sent(case.submissions[0])
    return finish(url_for("intake.receipt", slug=case.slug), Message("intake.sent", number=case.number))


@bp.app_template_global()
def kept_in(submissions: Sequence[Submission]) -> list[KeptFinding]:
    """What was found in these sendings before they were sent, and kept for a reason that the secretariat reads (rule 20)."""
    return kept_findings(current_session, submissions)


def _seen(draft: Draft) -> Seen:
    """What the check page shows: all that is typed, the papers, and what lies sealed."""
    papers = [(paper.public_id, paper.title, paper.kind) for paper in draft.papers]
    return seen([draft.typed, papers, draft.sealed_identity, draft.sealed_offers])


def _check_page(draft: Draft, found: Petition | list[Fault], form: SendingForm) -> str:
    petition = found if isinstance(found, Petition) else None
    faults = [] if isinstance(found, Petition) else found
    filers = authorised_filers(current_session, draft.organisation, today())
    return render_template(
        "intake/check.html",
        draft=draft,
        petition=petition,
        faults=told_at_fields(faults),
        warnings=told_at_fields([*(warnings(petition, today()) if petition else ()), *warnings_of_draft(draft)]),
        parties=parties_by_code(current_session, (*petition.requesting, *petition.opposing)) if petition else {},
        language_of_case=case_language(petition.requesting, petition.opposing, petition.language, today()) if petition else "",
        filers=filers,
        is_filer=may(current_user, Act.SEND, draft),
        papers={paper.public_id: paper for paper in draft.papers},
        form=form,
    )
