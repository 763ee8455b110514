"""The pages of the clocks: more time, rest and resumption, reopening, a further paper (rules 18, 19, 23)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires, taken_in
from tvist.access.policy import Act
from tvist.cases.clocks import open_requests
from tvist.cases.lifecycle import obstacles
from tvist.cases.queries import case_at
from tvist.cases.turns import resting, why
from tvist.clock import now, today
from tvist.documents.taking_in import MAX_BODY_BYTES
from tvist.intake.kept import kept_form, written_in
from tvist.intake.models import DraftKind
from tvist.intake.searched_papers import take_in_searched
from tvist.submissions import additions, extensions
from tvist.submissions import resting as rests
from tvist.submissions.act_pages import act_page
from tvist.submissions.clock_forms import AskExtensionForm, ReopenForm, RestForm, RuleOnExtensionForm, SendMoreForm
from tvist.submissions.forms import ConfirmForm
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case, Party
    from tvist.web.forms import TvistForm

bp = Blueprint("clocks", __name__, url_prefix="/cases/<slug>")
FIELD_OF_FAULT = {
    "submissions.extension.not_later": ("wanted_until", "until"),
    "submissions.extension.too_long": ("wanted_until", "until"),
    "submissions.extension.choose_day": ("wanted_until", "until"),
    "submissions.extension.day_is_past": ("until",),
    "submissions.rest.not_later": ("until_on",),
    "submissions.rest.too_long": ("until_on",),
    "submissions.rest.say_why": ("words",),
    "submissions.rest.choose_reason": ("reason",),
    "submissions.reopen.choose_party": ("word_to",),
}
"""Where a fault found beyond the form is shown; the others belong to the whole form."""

bp.add_app_template_global(why, "why")
bp.add_app_template_global(resting, "resting")


@bp.route("/extension", methods=["GET", "POST"])
@requires(Act.ASK_EXTENSION, of=case_at)
def ask_extension(case: Case) -> ResponseReturnValue:
    """Ask for more time."""
    party = case.party_of(current_user, today())
    task = extensions.extendable_task(case, party) if party else None
    form = AskExtensionForm(thing=case)
    blocked = [found] if (found := extensions.why_not_now(task, today())) else []
    if form.validate_on_submit() and form.wanted_until.data and not _refused(form, case, Act.ASK_EXTENSION, blocked):
        until, reason = form.wanted_until.data, form.reason.data or ""
        if not _blamed(form, extensions.faults_in_request(task, until, reason, today())):
            extensions.ask_extension(case, by=current_user, at=now(), wanted_until=until, reason=reason)
            return finish(_case_page(case), Message("submissions.extension.asked"))
    longest = extensions.longest_until(task) if task else None
    return _page("clocks/ask_extension.html", case, form, Act.ASK_EXTENSION, blocked, turn=task, longest=longest)


@bp.route("/extension/ruling", methods=["GET", "POST"])
@requires(Act.RULE_ON_EXTENSION, of=case_at)
def rule_on_extension(case: Case) -> ResponseReturnValue:
    """Grant more time, or refuse it: the request that has waited longest."""
    waiting = open_requests(case)
    extension = waiting[0] if waiting else None
    form = RuleOnExtensionForm(thing=case, data={"until": extension.wanted_until} if extension else None)
    if form.validate_on_submit() and extension and not _refused(form, case, Act.RULE_ON_EXTENSION):
        until, reason = form.until.data, form.reason.data or ""
        if not form.grants:
            extensions.refuse(extension, by=current_user, at=now(), reason=reason)
            return finish(_case_page(case), Message("submissions.ruling.done"))
        if not _blamed(form, extensions.faults_in_grant(extension, until, reason, today())) and until:
            extensions.grant(extension, by=current_user, at=now(), until=until, reason=reason)
            return finish(_case_page(case), Message("submissions.ruling.done"))
    longest = extensions.longest_until(extension.task) if extension else None
    return _page("clocks/rule_on_extension.html", case, form, Act.RULE_ON_EXTENSION, extension=extension, longest=longest)


@bp.route("/rest", methods=["GET", "POST"])
@requires(Act.REST, of=case_at)
def rest(case: Case) -> ResponseReturnValue:
    """Let the case rest."""
    form = RestForm(thing=case, on=today())
    if form.validate_on_submit() and form.until_on.data and not _refused(form, case, Act.REST):
        until, reason, words = form.until_on.data, form.reason.data or "", form.words.data or ""
        if not _blamed(form, rests.faults_in_rest(case, until, reason, words, today())):
            rests.rest(case, by=current_user, at=now(), until_on=until, reason=reason, words=words)
            return finish(_case_page(case), Message("submissions.rest.done"))
    return _page("clocks/rest.html", case, form, Act.REST, longest=rests.last_day_of_rest(case, today()))


@bp.route("/resume", methods=["GET", "POST"])
@requires(Act.RESUME, of=case_at)
def resume(case: Case) -> ResponseReturnValue:
    """Take the case up again before the rest is over."""
    form = ConfirmForm(thing=case)
    if form.validate_on_submit() and not _refused(form, case, Act.RESUME):
        rests.resume(case, by=current_user, at=now())
        return finish(_case_page(case), Message("submissions.resume.done"))
    return _page("clocks/resume.html", case, form, Act.RESUME)


@bp.route("/reopen", methods=["GET", "POST"])
@requires(Act.REOPEN, of=case_at)
def reopen(case: Case) -> ResponseReturnValue:
    """Reopen the preparation, and give the word to one side or both."""
    form = ReopenForm(thing=case, parties=case.parties_present)
    if form.validate_on_submit() and not _refused(form, case, Act.REOPEN):
        reason, word_to = form.reason.data or "", _chosen(case, form.word_to.data or [])
        if not _blamed(form, additions.faults_in_reopening(case, reason, word_to)):
            additions.reopen(case, by=current_user, at=now(), reason=reason, word_to=word_to)
            return finish(_case_page(case), Message("submissions.reopen.done"))
    is_seated = bool(case.seats_held)
    return _page("clocks/reopen.html", case, form, Act.REOPEN, is_seated=is_seated)


@bp.route("/more", methods=["GET", "POST"])
@requires(Act.SEND_MORE, of=case_at, take_in=take_in_searched, max_bytes=MAX_BODY_BYTES)
def send_more(case: Case) -> ResponseReturnValue:
    """Send something further outside one's turn."""
    party = case.party_of(current_user, today())
    kept = kept_form(case, DraftKind.ADDITION, SendMoreForm)
    form = kept.form
    if kept.is_put_aside():
        return kept.put_aside()
    blocked = additions.faults_in_more(case, party) if party else []
    if kept.may_be_sent() and not _refused(form, case, Act.SEND_MORE, blocked) and not _blamed(form, taken_in().faults):
        kept.sent(additions.send_more(case, by=current_user, at=now(), text=form.text.data or "", papers=kept.papers()))
        return finish(_case_page(case), Message("submissions.more.done"))
    kept.keep()
    return _page("clocks/send_more.html", case, form, Act.SEND_MORE, blocked, keeps=kept.keeps)


written_in(DraftKind.ADDITION, "clocks.send_more", SendMoreForm)


def _chosen(case: Case, chosen: Sequence[str]) -> list[Party]:
    return [party for party in case.parties_present if party.public_id in chosen]


def _case_page(case: Case) -> str:
    return url_for("cases.show", slug=case.slug)


def _refused(form: TvistForm, case: Case, act: Act, blocked: Sequence[Message] = ()) -> bool:
    """Whether something stands in the way; it is shown above what was typed."""
    return _blamed(form, obstacles(case, act) or blocked)


def _blamed(form: TvistForm, faults: Sequence[Message]) -> bool:
    """Show what is wrong beside its field, or above the form; returns whether something is."""
    for fault in faults:
        field = next((name for name in FIELD_OF_FAULT.get(fault.code, ()) if name in form), None)
        form.blame(fault, field)
    return bool(faults)


def _page(  # noqa: PLR0917 - what the page is of.
    template: str, case: Case, form: TvistForm, act: Act, blocked: Sequence[Message] = (), **more: Any
) -> ResponseReturnValue:
    return act_page(template, case, form, obstacles(case, act) or blocked, **more)
