"""The pages of what follows an opinion: correction, and a request for a new treatment with the leader's ruling (rule 40)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.cases.blaming import blamed
from tvist.cases.lifecycle import obstacles
from tvist.cases.queries import case_at
from tvist.clock import now, today
from tvist.decision import new_treatment
from tvist.decision.afterwards_forms import NewTreatmentForm, RulingForm
from tvist.decision.afterwards_shown import links_of, requests_for, time_to_ask
from tvist.decision.blueprint import bp
from tvist.decision.correcting import correct as correct_opinion
from tvist.decision.correcting import correction_in_the_making, faults_in, try_again
from tvist.decision.parallel_forms import correct_form
from tvist.decision.queries import issued_decision_at
from tvist.decision.verifying import verify_address
from tvist.web.session import installed
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.cases.models import Case
    from tvist.decision.afterwards_shown import Links
    from tvist.decision.models import Decision
    from tvist.web.forms import TvistForm


@bp.app_template_global()
def linked_cases(case: Case) -> Links:
    """The earlier and the new case, as far as the reader may open them."""
    return links_of(case, current_user, today())


@bp.route("/cases/<slug>/decision/correct", methods=["GET", "POST"])
@requires(Act.CORRECT, of=issued_decision_at)
def correct(decision: Decision) -> ResponseReturnValue:
    """Put obvious errors in the words right; the form shows the version that holds now."""
    case, form = decision.case, correct_form(decision)
    in_the_way = obstacles(case, Act.CORRECT)
    words = form.words.data or ""
    if form.validate_on_submit() and not blamed(form, in_the_way or faults_in(decision, form.changes, words)):
        verify_at = verify_address(installed().config.base_url)
        correct_opinion(case, form.changes, by=current_user, at=now(), words=words, verify_at=verify_at)
        return finish(_opinion(case), Message("decision.correct.done"))
    return _page("decision/correct.html", case, form, in_the_way)


@bp.route("/cases/<slug>/decision/correct/again", methods=["POST"])
@requires(Act.CORRECT, of=issued_decision_at)
def make_correction(decision: Decision) -> ResponseReturnValue:
    """Ask the machine once more for a correction that it has given up."""
    waiting = correction_in_the_making(decision)
    if waiting is None:
        return finish(_opinion(decision.case), Message("decision.correct.made_already"), kind="info")
    try_again(waiting, at=now())
    return finish(_opinion(decision.case), Message("decision.correct.asked_again"))


@bp.route("/cases/<slug>/opinion/new-treatment", methods=["GET", "POST"])
@requires(Act.ASK_NEW_TREATMENT, of=case_at)
def ask_new_treatment(case: Case) -> ResponseReturnValue:
    """A party asks for a new treatment, on a ground and with reasons; the page says until when."""
    form, party = NewTreatmentForm(), case.party_of(current_user, today())
    late = new_treatment.too_late(case, party, now())
    in_the_way = [*obstacles(case, Act.ASK_NEW_TREATMENT), *([late] if late else [])]
    if form.validate_on_submit() and not blamed(form, in_the_way):
        ground, reasons = form.ground.data or "", form.reasons.data or ""
        faults = new_treatment.ground_faults(ground, reasons, now())
        if not any([blamed(form, [fault], field) for field, fault in faults]):  # noqa: C419 - each is shown, not the first alone.
            new_treatment.ask_new_treatment(case, by=current_user, at=now(), ground=ground, reasons=reasons)
            return finish(_opinion(case), Message("decision.new_treatment.asked"))
    time = time_to_ask(case, current_user, today())
    return _page("decision/ask_new_treatment.html", case, form, in_the_way, time=time, is_late=late is not None)


@bp.route("/cases/<slug>/opinion/new-treatment/grant", methods=["GET", "POST"])
@requires(Act.GRANT_NEW_TREATMENT, of=case_at)
def grant_new_treatment(case: Case) -> ResponseReturnValue:
    """The leader lets the case be treated anew, as a case of its own."""
    form, in_the_way = RulingForm(), obstacles(case, Act.GRANT_NEW_TREATMENT)
    if form.validate_on_submit() and not blamed(form, in_the_way):
        new = new_treatment.grant_new_treatment(
            case, by=current_user, at=now(), reasons=form.reasons.data or "", keys=installed().keys
        )
        return finish(_opinion(case), Message("decision.new_treatment.granted", number=new.number))
    return _ruling(case, form, in_the_way, is_grant=True)


@bp.route("/cases/<slug>/opinion/new-treatment/refuse", methods=["GET", "POST"])
@requires(Act.REFUSE_NEW_TREATMENT, of=case_at)
def refuse_new_treatment(case: Case) -> ResponseReturnValue:
    """The leader refuses, with reasons that the parties read."""
    form, in_the_way = RulingForm(), obstacles(case, Act.REFUSE_NEW_TREATMENT)
    if form.validate_on_submit() and not blamed(form, in_the_way):
        new_treatment.refuse_new_treatment(case, by=current_user, at=now(), reasons=form.reasons.data or "")
        return finish(_opinion(case), Message("decision.new_treatment.refused"))
    return _ruling(case, form, in_the_way, is_grant=False)


def _ruling(case: Case, form: RulingForm, in_the_way: list[Message], *, is_grant: bool) -> ResponseReturnValue:
    requests = [shown for shown in requests_for(case, current_user, today()) if shown.asked.decided_at is None]
    return _page("decision/rule_on_new_treatment.html", case, form, in_the_way, requests=requests, is_grant=is_grant)


def _page(template: str, case: Case, form: TvistForm, in_the_way: list[Message], **more: object) -> ResponseReturnValue:
    """The page as it is shown, or again with what was typed and what is wrong: 409 where it is too old or something stands in the way."""
    is_get = request.method == "GET"
    page = render_template(template, case=case, form=form, in_the_way=in_the_way if is_get else [], **more)
    return page, 200 if is_get else 409 if form.is_stale or in_the_way else 422


def _opinion(case: Case) -> str:
    return url_for("decision.opinion", slug=case.slug)
