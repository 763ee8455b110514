"""Who sits in a case, a party's objection, and the rulings on who may go on sitting (rules 29, 30)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, render_template, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.cases.blaming import blamed, refused
from tvist.cases.lifecycle import obstacles
from tvist.cases.queries import case_at
from tvist.clock import now, today
from tvist.errors import NotAllowed, NotFound
from tvist.panel import challenging, objecting
from tvist.panel.blueprint import bp
from tvist.panel.challenge_forms import FIELD_OF_FAULT, NO_OBJECTION, STAYS, ObjectForm, RuleForm, StepAsideForm
from tvist.panel.composition import composition
from tvist.panel.impartiality import questions_for
from tvist.panel.told import told_in_full, told_of
from tvist.submissions.act_pages import act_page
from tvist.web.session import current_session
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from tvist.cases.models import Case, Party
    from tvist.panel.challenges import Challenge
    from tvist.web.forms import TvistForm


def challenge_at(session: Session, slug: str, public_id: str) -> Challenge:
    """What is to be ruled on in the case of the address. Raises NotFound, also where it belongs to another case."""
    found = next((found for found in case_at(session, slug).challenges if found.public_id == public_id), None)
    if found is None:
        raise NotFound
    return found


@bp.route("/cases/<slug>/panel")
@requires(Act.OPEN_CASE, of=case_at)
def show(case: Case) -> ResponseReturnValue:
    """Who sits, what was objected, and what was ruled. One who is called, or only asked to rule, is told nothing of it here."""
    if composition(case, current_user, today()) is None:
        raise NotAllowed
    party = case.party_of(current_user, today())
    may_object = party is not None and objecting.why_not_object(case, party, now()) is None
    return render_template("panel/show.html", case=case, challenges=told_of(case, current_user, today()), may_object=may_object)


@bp.route("/cases/<slug>/panel/objection", methods=["GET", "POST"])
@requires(Act.OBJECT, of=case_at)
def object_to_panel(case: Case) -> ResponseReturnValue:
    """A party answers who sits: no objection, or one against one member or several."""
    party = case.party_of(current_user, today())
    if party is None:
        raise NotFound
    blocked = obstacles(case, Act.OBJECT) or [fault for fault in [objecting.why_not_object(case, party, now())] if fault]
    seats = objecting.open_to_objection(case, party)
    form = ObjectForm(case, seats)
    if form.validate_on_submit() and not blamed(form, blocked):
        if form.answer.data == NO_OBJECTION:
            objecting.say_no_objection(case, by=current_user, at=now())
            return finish(url_for("panel.show", slug=case.slug), Message("panel.object.done_none"))
        if _object(case, party, form):
            return finish(url_for("panel.show", slug=case.slug), Message("panel.object.done"))
    return act_page("panel/object_to_panel.html", case, form, blocked, turn=objecting.task_of(case, party), party=party)


def _object(case: Case, party: Party, form: ObjectForm) -> bool:
    """Make the objection; False, with the form blamed, where it cannot be made."""
    chosen = [seat for seat in case.seats_held if seat.kind.value in (form.members.data or [])]
    words = form.words.data or ""
    if _blamed(form, objecting.objection_faults(case, party, chosen, words, now())):
        return False
    objecting.object_to(case, chosen, by=current_user, at=now(), words=words)
    return True


@bp.route("/cases/<slug>/panel/rulings")
@requires(Act.RULE_ON_CHALLENGE, of=case_at)
def rulings(case: Case) -> ResponseReturnValue:
    """What the person is asked to rule on in the case; straight to it where it is one."""
    waiting = [found for found in case.challenges if challenging.awaited_of(found, current_user)]
    if len(waiting) == 1:
        return redirect(url_for("panel.rule", slug=case.slug, public_id=waiting[0].public_id), 303)
    return render_template("panel/rulings.html", case=case, waiting=waiting)


@bp.route("/cases/<slug>/panel/rulings/<public_id>", methods=["GET", "POST"])
@requires(Act.RULE_ON_CHALLENGE, of=challenge_at)
def rule(found: Challenge) -> ResponseReturnValue:
    """Rule on whether a member may go on sitting, with reasons."""
    form = RuleForm(found.seat.user.name)
    if form.validate_on_submit() and not refused(form, found.case, Act.RULE_ON_CHALLENGE):
        stays, reasons = form.view.data == STAYS, form.reasons.data or ""
        if not _blamed(form, challenging.ruling_faults(found, current_user, reasons, now())):
            challenging.rule(found, by=current_user, at=now(), stays=stays, reasons=reasons)
            return _after_ruling(found)
    return _ruling_page(found, form, StepAsideForm(today(), formdata=None), form)


@bp.route("/cases/<slug>/panel/rulings/<public_id>/conflict", methods=["POST"])
@requires(Act.RULE_ON_CHALLENGE, of=challenge_at)
def step_aside(found: Challenge) -> ResponseReturnValue:
    """One who is asked to rule declares a conflict of their own; another is asked."""
    form = StepAsideForm(today())
    if form.validate_on_submit() and not refused(form, found.case, Act.RULE_ON_CHALLENGE):
        given = form.ground.data, form.words.data or ""
        if not _blamed(form, challenging.stepping_aside_faults(found, current_user, *given, now())):
            challenging.step_aside(found, by=current_user, at=now(), ground=given[0], words=given[1])
            return finish("/", Message("panel.ruling.stepped_aside", number=found.case.number))
    return _ruling_page(found, RuleForm(found.seat.user.name, formdata=None), form, form)


def _ruling_page(found: Challenge, form: RuleForm, aside: StepAsideForm, sent: TvistForm) -> ResponseReturnValue:
    case = found.case
    page = render_template(
        "panel/rule.html",
        case=case,
        found=found,
        said=told_in_full(found),
        form=form,
        aside=aside,
        sits=case.seat_of(current_user) is not None,
        asked=questions_for(current_session, case, current_user, today()),
    )
    return page, 422 if sent.is_submitted() else 200


def _after_ruling(found: Challenge) -> ResponseReturnValue:
    """One who does not sit in the case has nothing more to do with it."""
    case = found.case
    where = url_for("panel.show", slug=case.slug) if composition(case, current_user, today()) else "/"
    return finish(where, Message("panel.ruling.done", number=case.number))


def _blamed(form: TvistForm, faults: Iterable[Message]) -> bool:
    """Show each fault at its field; returns whether there was any."""
    found = list(faults)
    for message in found:
        form.blame(message, FIELD_OF_FAULT.get(message.code))
    return bool(found)
