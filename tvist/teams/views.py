"""Colleagues, absence, leaving, and asking for access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, render_template, request, url_for
from flask_login import current_user
from itsdangerous import BadSignature

from tvist.access.guard import finish, open_to_all, open_to_all_taking, requires, taken_in
from tvist.access.policy import Act
from tvist.accounts.access_changes import changes_at
from tvist.accounts.actions import faults_of_user
from tvist.accounts.dormancy import waking_key
from tvist.accounts.queries import members_of, user_at
from tvist.accounts.throttle import Waiting, keys_for, seconds_to_wait
from tvist.clock import now, today
from tvist.errors import NotFound
from tvist.intake.queries import party_memberships, party_staff
from tvist.teams import case_views, yearly_views
from tvist.teams.absences import absence_fault, absences_of, call_off, register_absence, stands_in_for
from tvist.teams.access_requests import ask_for_access, ask_to_wake, confirm, refuse, request_by_token
from tvist.teams.blueprint import bp
from tvist.teams.forms import AbsenceForm, AccessForm, LeaveForm
from tvist.teams.leaving import leave, leaving_fault, left_alone_by
from tvist.teams.queries import absence_at, last_signs_in, organisation_at, organisations_to_work_for, waiting_requests
from tvist.web.session import current_session, installed, page_language
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.accounts.models import Absence, Organisation, User

__all__ = ["bp", "case_views", "yearly_views"]

WAKING_HOLDS = 900
"""Seconds from a right pass phrase to the asking for an account that rests."""


@bp.route("/colleagues/<code>")
@requires(Act.SEE_COLLEAGUES, of=organisation_at)
def colleagues(organisation: Organisation) -> ResponseReturnValue:
    """Who works here for one's organisation, who is away, and who asks to come in."""
    people = party_staff(current_session, organisation, today())
    return render_template(
        "teams/colleagues.html",
        organisation=organisation,
        people=people,
        last_seen=last_signs_in(current_session, people),
        absences=absences_of(current_session, people, today()),
        waiting=waiting_requests(current_session, organisation, now()),
        changes=changes_at(current_session, organisation),
        on=today(),
    )


@bp.route("/colleagues/<code>/<person_id>/leaves", methods=["GET", "POST"])
@requires(Act.MANAGE_COLLEAGUES, of=lambda session, code, person_id: organisation_at(session, code))  # noqa: ARG005 - the person is found in the view.
def leaves(organisation: Organisation) -> ResponseReturnValue:
    """A colleague has left, or will: the last day, and who takes over."""
    return _leaving(organisation, _colleague(organisation))


@bp.route("/account/leave/<code>", methods=["GET", "POST"])
@requires(Act.SEE_COLLEAGUES, of=organisation_at)
def leave_oneself(organisation: Organisation) -> ResponseReturnValue:
    """One leaves the organisation oneself."""
    return _leaving(organisation, current_user)


def _leaving(organisation: Organisation, user: User) -> ResponseReturnValue:
    others = [found for found in party_staff(current_session, organisation, today()) if found.id != user.id]
    form = LeaveForm(people=others, data={"last_day": today()})
    if form.validate_on_submit():
        last_day = form.last_day.data or today()
        fault = leaving_fault(user, organisation, successor=form.chosen, last_day=last_day, at=now())
        if fault is None:
            leave(user, organisation, successor=form.chosen, last_day=last_day, by=current_user, at=now())
            is_oneself = user.id == current_user.id
            back = url_for("desk.show") if is_oneself else url_for("teams.colleagues", code=organisation.code)
            return finish(back, Message("teams.left", name=user.name))
        form.blame(fault, "last_day" if fault.code == "accounts.ends_before_it_begins" else "person")
    alone = left_alone_by(user, organisation, today())
    return render_template("teams/leave.html", form=form, person=user, organisation=organisation, alone=alone), _status()


@bp.route("/account/absences", methods=["GET", "POST"])
@requires(Act.CHANGE_OWN_ACCOUNT)
def absences() -> ResponseReturnValue:
    """When one is away, and who stands in."""
    form = AbsenceForm(people=_own_colleagues())
    if form.validate_on_submit():
        from_on, to_on, stand_in = form.from_on.data or today(), form.to_on.data or today(), form.chosen
        fault = absence_fault(current_session, current_user, from_on=from_on, to_on=to_on, stand_in=stand_in, on=today())
        if fault is None:
            register_absence(current_user, from_on=from_on, to_on=to_on, stand_in=stand_in, by=current_user, at=now())
            return finish(url_for("teams.absences"), Message("teams.absence_noted"))
        form.blame(fault, "person" if fault.code.startswith("teams.stand_in") else "to_on")
    own = absences_of(current_session, [current_user], today())[current_user.id]
    others = stands_in_for(current_session, current_user, today())
    return render_template("teams/absences.html", form=form, own=own, others=others), _status()


@bp.route("/account/absences/<public_id>/call-off", methods=["POST"])
@requires(Act.CHANGE_OWN_ACCOUNT, of=absence_at)
def call_off_absence(absence: Absence) -> ResponseReturnValue:
    """One is back before the time, or does not go."""
    call_off(absence, at=now())
    return finish(url_for("teams.absences"), Message("teams.absence_called_off"))


def _slow_down() -> Waiting:
    """Count the asking: nobody fills a postmottak from here."""
    keys = keys_for(str(current_app.secret_key), request.form.get("organisation", ""), request.remote_addr, purpose="access")
    return Waiting(seconds_to_wait(installed().database, keys, now()))


@bp.route("/access", methods=["GET", "POST"])
@open_to_all_taking(_slow_down)
def ask() -> ResponseReturnValue:
    """Ask to work for an organisation here. The answer is the same whether there is such an account or not."""
    form = AccessForm(organisations=organisations_to_work_for(current_session), data={"language": page_language()})
    if not (form.validate_on_submit() and _is_address(form)):
        return render_template("teams/ask.html", form=form), _status()
    waiting: Waiting = taken_in()
    if waiting.seconds or form.chosen is None:
        form.blame(Message("teams.asked_too_often"))
        return render_template("teams/ask.html", form=form), 429
    ask_for_access(
        current_session,
        form.chosen,
        name=form.name.data or "",
        email=form.email.data or "",
        role=form.role.data,
        language=form.language.data,
        at=now(),
    )
    return finish(url_for("accounts.sign_in"), Message("teams.asked", organisation=form.chosen.name), kind="info")


def _is_address(form: AccessForm) -> bool:
    """Whether the address can be one. That it is taken is not told."""
    faults = faults_of_user(current_session, email=form.email.data or "", name=form.name.data or "", language=form.language.data)
    for fault in faults:
        if fault.code == "accounts.not_an_address":
            form.blame(fault, "email")
    return not form.faults()


@bp.route("/access/<token>", methods=["GET", "POST"])
@open_to_all
def answer(token: str) -> ResponseReturnValue:
    """The postmottak answers whether this person works for the organisation."""
    found = request_by_token(current_session, token, now())
    if found is None:
        return render_template("teams/ended.html"), 404
    if request.method == "GET" or request.form.get("answer") not in {"yes", "no"}:
        return render_template("teams/answer.html", asked=found), 200 if request.method == "GET" else 422
    if request.form["answer"] == "yes":
        confirm(found, at=now())
        return finish(url_for("accounts.welcome"), Message("teams.confirmed", name=found.name))
    refuse(found, at=now())
    return finish(url_for("accounts.welcome"), Message("teams.refused", name=found.name), kind="info")


@bp.route("/access/wake", methods=["POST"])
@open_to_all
def wake() -> ResponseReturnValue:
    """Ask the postmottak to vouch for an account that rests; only who has just given the right pass phrase comes here."""
    try:
        public_id = waking_key(str(current_app.secret_key)).loads(request.form.get("key", ""), max_age=WAKING_HOLDS)
    except BadSignature as error:
        raise NotFound from error
    ask_to_wake(user_at(current_session, public_id), at=now())
    return finish(url_for("accounts.sign_in"), Message("teams.woken"), kind="info")


def _own_colleagues() -> list[User]:
    """Everybody who works where one works, without oneself; to the secretariat that is the secretariat."""
    places = [found.organisation for found in party_memberships(current_user, today())]
    places += [found.organisation for found in current_user.memberships_on(today()) if found.organisation not in places]
    found = {user.id: user for place in places for user in members_of(current_session, place, today())}
    return [user for user in found.values() if user.id != current_user.id]


def _colleague(organisation: Organisation) -> User:
    wanted = (request.view_args or {})["person_id"]
    found = next((user for user in party_staff(current_session, organisation, today()) if user.public_id == wanted), None)
    if found is None:
        raise NotFound
    return found


def _status() -> int:
    return 200 if request.method == "GET" else 422
