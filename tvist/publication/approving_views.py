"""The pages by which a publication is submitted, approved by another person or sent back, and withdrawn (rule 46)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.clock import now, today
from tvist.publication import actions
from tvist.publication.blueprint import bp
from tvist.publication.forms import SendBackForm, SubmitForm, WithdrawForm
from tvist.publication.preview import as_public
from tvist.publication.queries import publication_at
from tvist.publication.rules import missing_before_approval, obstacles
from tvist.publication.shown import shown_places
from tvist.publication.sources import record_of
from tvist.web.forms import PlainForm, status_of
from tvist.web.session import current_session
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.publication.models import Publication


@bp.route("/publications/<public_id>/submit", methods=["GET", "POST"])
@requires(Act.MARK_PUBLICATION, of=publication_at)
def submit(publication: Publication) -> ResponseReturnValue:
    """Ask another person to approve; the page says what is missing, and who will be asked."""
    form = SubmitForm(thing=publication)
    blocked = obstacles(publication, Act.MARK_PUBLICATION, by=current_user, on=today())
    missing = blocked or missing_before_approval(publication)
    singled = [] if missing else actions.singled_out_by(publication, at=now())
    if form.validate_on_submit() and not form.blame_all(missing):
        if not singled or form.accepted.data:
            actions.submit(publication, by=current_user, at=now(), accepted=form.accepted.data or "")
            return finish(_page(publication), Message("publication.submitted"))
        form.blame(Message("publication.accept_or_blur", count=len(singled)), "accepted")
    told = {"missing": missing, "singled": singled}
    return render_template("publication/submit.html", publication=publication, form=form, **told), status_of(form, missing)


@bp.route("/publications/<public_id>/approve", methods=["GET", "POST"])
@requires(Act.APPROVE_PUBLICATION, of=publication_at)
def approve(publication: Publication) -> ResponseReturnValue:
    """All that differs from the full text, on one page; and the approval."""
    form = PlainForm(thing=publication)
    missing = obstacles(publication, Act.APPROVE_PUBLICATION, by=current_user, on=today()) or missing_before_approval(publication)
    if form.validate_on_submit() and not form.blame_all(missing):
        actions.approve(publication, by=current_user, at=now())
        return finish(_page(publication), Message("publication.approved"))
    full, public = record_of(publication), as_public(current_session, publication, today())
    places = shown_places(publication)
    told = {
        "publication": publication,
        "parties": list(zip(full["parties"], public["parties"], strict=True)),
        "places": [place for place in places if place.hidden],
        "left": list(
            dict.fromkeys((mark.words, place.language) for place in places for mark in place.marks if mark.hides is False)
        ),
        "missing": missing,
    }
    return render_template("publication/approve.html", form=form, **told), status_of(form, missing)


@bp.route("/publications/<public_id>/return", methods=["GET", "POST"])
@requires(Act.APPROVE_PUBLICATION, of=publication_at)
def send_back(publication: Publication) -> ResponseReturnValue:
    """Send it back to who submitted it, with reasons."""
    form = SendBackForm(thing=publication)
    missing = actions.obstacles_to_send_back(publication)
    if form.validate_on_submit() and not form.blame_all(missing):
        actions.send_back(publication, form.reasons.data or "", by=current_user, at=now())
        return finish(_page(publication), Message("publication.sent_back"))
    page = render_template("publication/send_back.html", publication=publication, form=form, missing=missing)
    return page, status_of(form, missing)


@bp.route("/publications/<public_id>/withdraw", methods=["GET", "POST"])
@requires(Act.WITHDRAW_PUBLICATION, of=publication_at)
def withdraw(publication: Publication) -> ResponseReturnValue:
    """Take what was released back from the public, with a reason that everybody reads."""
    form = WithdrawForm(thing=publication)
    missing = obstacles(publication, Act.WITHDRAW_PUBLICATION, by=current_user, on=today())
    if form.validate_on_submit() and not form.blame_all(missing):
        reason = form.reason.data or ""
        if not form.blame_all(actions.faults_in_withdrawing(publication, reason, by=current_user, at=now()), "reason"):
            actions.withdraw(publication, reason, by=current_user, at=now())
            return finish(_page(publication), Message("publication.withdrawn"))
    page = render_template("publication/withdraw.html", publication=publication, form=form, missing=missing)
    return page, status_of(form, missing)


def _page(publication: Publication) -> str:
    return url_for("publication.show", public_id=publication.public_id)
