"""The pages of the board: who is appointed, terms that end, wrong entries, and who is called to a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.accounts.actions import end_sign_ins
from tvist.accounts.queries import user_by_email
from tvist.cases.blaming import blamed, blamed_beside
from tvist.cases.lifecycle import obstacles
from tvist.cases.queries import case_at, case_by_number
from tvist.clock import now, today
from tvist.errors import CannotProceed, NotFound
from tvist.panel import actions, board_actions, employers_views  # noqa: F401 - imported for the blueprint they fill.
from tvist.panel.blueprint import bp
from tvist.panel.board import appointment_at, board_on, case_gaps
from tvist.panel.board_forms import AppointForm, EndTermForm, ReleaseForm, SeatForm
from tvist.panel.choosing import proposed_panel
from tvist.panel.forms import journal_length
from tvist.panel.models import AppointmentKind, SeatKind
from tvist.panel.rules import holder, seating_faults, seats_to_fill
from tvist.web.forms import PlainForm, status_of
from tvist.web.session import current_session
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date

    from flask.typing import ResponseReturnValue

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.panel.models import Appointment
    from tvist.web.forms import TvistForm

FIELD_OF_FAULT: Final = {
    "panel.term_ends_before": "to_on",
    "panel.ad_hoc_needs_a_case": "case_number",
    "panel.only_ad_hoc_has_a_case": "case_number",
    "panel.case_has_ended": "case_number",
    "panel.appointed_already": "from_on",
    "panel.end.reason_needed": "reason",
    "panel.end.before_it_began": "ended_on",
    "panel.end.ends_anyway": "ended_on",
    "panel.release.term_runs": "released_on",
}
"""Where a fault found beyond the form is shown; the others belong to the whole form."""


@bp.route("/board")
@requires(Act.SEE_BOARD)
def board() -> ResponseReturnValue:
    """Who is appointed to the three seats, what will stand empty, and which cases that touches."""
    on = today()
    return render_template(
        "panel/board.html",
        board=board_on(current_session, on),
        case_gaps=case_gaps(current_session, current_user, on),
        on=on,
    )


@bp.route("/board/appoint", methods=["GET", "POST"])
@requires(Act.APPOINT)
def appoint() -> ResponseReturnValue:
    """Record an appointment."""
    form = AppointForm()
    if not form.is_submitted():
        form.case_number.data = request.args.get("case", "")
    elif form.validate() and (user := _appointed(form)) is not None:
        return finish(url_for("panel.board"), Message("panel.appoint.done", name=user.name))
    return _shown("panel/appoint.html", form)


@bp.route("/board/appointments/<int:number>/end", methods=["GET", "POST"])
@requires(Act.APPOINT, of=appointment_at)
def end_term(appointment: Appointment) -> ResponseReturnValue:
    """Let a term end before its time."""
    form = EndTermForm(appointment)
    if form.validate_on_submit() and form.ended_on.data:
        ended_on, reason, finishes = form.ended_on.data, form.reason.data or "", form.still_finishes
        faults = board_actions.end_faults(appointment, ended_on=ended_on, reason=reason, finishes=finishes)
        if not blamed_beside(form, faults, FIELD_OF_FAULT):
            board_actions.end_term(appointment, ended_on=ended_on, reason=reason, finishes=finishes, at=now())
            return finish(url_for("panel.board"), Message("panel.end.done", name=appointment.user.name, day=ended_on))
    return _shown("panel/end_term.html", form, appointment=appointment)


@bp.route("/board/appointments/<int:number>/release", methods=["GET", "POST"])
@requires(Act.APPOINT, of=appointment_at)
def release(appointment: Appointment) -> ResponseReturnValue:
    """Let one whose term is over finish no more cases."""
    form = ReleaseForm()
    if form.validate_on_submit() and form.released_on.data:
        released_on, reason = form.released_on.data, form.reason.data or ""
        faults = board_actions.release_faults(appointment, released_on=released_on, reason=reason)
        if not blamed_beside(form, faults, FIELD_OF_FAULT):
            board_actions.release(appointment, released_on=released_on, reason=reason, at=now())
            return finish(url_for("panel.board"), Message("panel.release.done", name=appointment.user.name, day=released_on))
    return _shown("panel/release.html", form, appointment=appointment)


@bp.route("/board/appointments/<int:number>/strike", methods=["GET", "POST"])
@requires(Act.APPOINT, of=appointment_at)
def strike(appointment: Appointment) -> ResponseReturnValue:
    """Strike an entry that was made by mistake."""
    form, faults = PlainForm(), board_actions.strike_faults(appointment)
    if form.validate_on_submit() and not blamed_beside(form, faults, FIELD_OF_FAULT):
        board_actions.strike(appointment, at=now())
        return finish(url_for("panel.board"), Message("panel.strike.done", name=appointment.user.name))
    return _shown("panel/strike.html", form, appointment=appointment, in_the_way=faults)


@bp.route("/cases/<slug>/panel/seat", methods=["GET", "POST"])
@requires(Act.SEAT, of=case_at)
def seat(case: Case) -> ResponseReturnValue:
    """Call a panel: the proposal is chosen beforehand and explains itself; another choice needs a reason."""
    proposal, to_fill = proposed_panel(current_session, case, today()), seats_to_fill(case, now())
    form = SeatForm(proposal, to_fill, thing=journal_length(case))
    if form.has_lost:
        raise CannotProceed(Message("web.changed_meanwhile"))
    if form.validate_on_submit() and not blamed(form, obstacles(case, Act.SEAT) or seating_faults(case, form.chosen, now())):
        actions.seat_panel(case, form.chosen, by=current_user, at=now(), reasons=form.reasons)
        return finish(url_for("cases.show", slug=case.slug), Message("panel.seat.done"))
    held = [(kind, holder(case, kind)) for kind in SeatKind if kind not in to_fill]
    return _shown(
        "panel/seat.html",
        form,
        case=case,
        held=held,
        empty=[kind for kind in to_fill if kind not in proposal],
        in_the_way=obstacles(case, Act.SEAT),
    )


def _appointed(form: AppointForm) -> User | None:
    """Make the appointment; None, with the form blamed, where it cannot be made."""
    user, only_case, from_on = _person(form), _only_case(form), form.from_on.data
    if user is None or from_on is None or form.faults():
        return None
    seat, kind = SeatKind(form.seat.data), AppointmentKind(form.kind.data)
    if blamed_beside(form, _faults(form, user, only_case, from_on), FIELD_OF_FAULT):
        return None
    board_actions.appoint(
        current_session,
        user,
        seat=seat,
        kind=kind,
        order=int(form.order.data or "1"),
        from_on=from_on,
        to_on=form.to_on.data,
        appointed_by=form.appointed_by.data or "",
        finishes_referred=form.finishes_referred.data,
        only_case=only_case,
    )
    if from_on <= today():
        # What the member is here has changed; a term that begins later ends the sign-ins on that day by itself.
        end_sign_ins(user, at=now())
    return user


def _faults(form: AppointForm, user: User, only_case: Case | None, from_on: date) -> list[Message]:
    seat, kind = SeatKind(form.seat.data), AppointmentKind(form.kind.data)
    return board_actions.appointment_faults(
        user, seat=seat, kind=kind, from_on=from_on, to_on=form.to_on.data, only_case=only_case
    )


def _person(form: AppointForm) -> User | None:
    try:
        return user_by_email(current_session, form.person.data or "")
    except NotFound:
        form.blame(Message("panel.appoint.person_unknown"), "person")
        return None


def _only_case(form: AppointForm) -> Case | None:
    if not form.case_number.data:
        return None
    try:
        return case_by_number(current_session, form.case_number.data)
    except NotFound:
        form.blame(Message("panel.appoint.case_unknown"), "case_number")
        return None


def _shown(template: str, form: TvistForm, **shown: object) -> ResponseReturnValue:
    return render_template(template, form=form, **shown), status_of(form)
