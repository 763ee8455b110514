"""The board, and the panel of a case: seated, declared, referred to, and its bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.accounts.queries import user_by_email
from tvist.cases.history import Statement
from tvist.cases.lifecycle import State, obstacles
from tvist.cases.queries import case_at, case_by_number
from tvist.clock import now, today
from tvist.errors import CannotProceed, NotFound
from tvist.panel import actions
from tvist.panel.blueprint import bp
from tvist.panel.board import board_on
from tvist.panel.bundle import for_bundle, left_out, reading_by
from tvist.panel.choosing import proposed_panel
from tvist.panel.composition import composition
from tvist.panel.forms import AppointForm, DeclareForm, PlainForm, SeatForm, journal_length
from tvist.panel.models import AppointmentKind, SeatKind
from tvist.panel.rules import contradiction_kept, holder, panel_faults, seating_faults, seats_to_fill
from tvist.web.session import current_session
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.panel.composition import Composition


@bp.app_template_global()
def panel_of(case: Case) -> Composition | None:
    """Who sits in the case, as far as the reader may know it."""
    return composition(case, current_user, today())


@bp.route("/board")
@requires(Act.SEE_BOARD)
def board() -> ResponseReturnValue:
    """Who is appointed to the three seats, and what will stand empty."""
    return render_template("panel/board.html", board=board_on(current_session, today()))


@bp.route("/board/appoint", methods=["GET", "POST"])
@requires(Act.APPOINT)
def appoint() -> ResponseReturnValue:
    """Record an appointment."""
    form = AppointForm()
    if not form.is_submitted():
        form.case_number.data = request.args.get("case", "")
    elif form.validate() and (user := _appointed(form)) is not None:
        return finish(url_for("panel.board"), Message("panel.appoint.done", name=user.name))
    return render_template("panel/appoint.html", form=form), 422 if form.is_submitted() else 200


def _appointed(form: AppointForm) -> User | None:
    """Make the appointment; None, with the form blamed, where it cannot be made."""
    user = only_case = None
    try:
        user = user_by_email(current_session, form.person.data or "")
    except NotFound:
        form.blame(Message("panel.appoint.person_unknown"), "person")
    try:
        only_case = case_by_number(current_session, form.case_number.data) if form.case_number.data else None
    except NotFound:
        form.blame(Message("panel.appoint.case_unknown"), "case_number")
    if user is None or form.from_on.data is None or form.errors:
        return None
    try:
        actions.appoint(
            current_session,
            user,
            seat=SeatKind(form.seat.data),
            kind=AppointmentKind(form.kind.data),
            order=int(form.order.data or "1"),
            from_on=form.from_on.data,
            to_on=form.to_on.data,
            appointed_by=form.appointed_by.data or "",
            finishes_referred=form.finishes_referred.data,
            only_case=only_case,
        )
    except CannotProceed as refused:
        for obstacle in refused.obstacles:
            form.blame(obstacle)
        return None
    return user


@bp.route("/cases/<slug>/panel/seat", methods=["GET", "POST"])
@requires(Act.SEAT, of=case_at)
def seat(case: Case) -> ResponseReturnValue:
    """Call a panel: the proposal is chosen beforehand and explains itself."""
    proposal, to_fill = proposed_panel(current_session, case, today()), seats_to_fill(case, now())
    form = SeatForm(proposal, to_fill, thing=journal_length(case))
    if form.validate_on_submit():
        found = obstacles(case, Act.SEAT) or seating_faults(case, form.chosen, now())
        if not found:
            actions.seat_panel(case, form.chosen, by=current_user, at=now())
            return finish(url_for("cases.show", slug=case.slug), Message("panel.seat.done"))
        for message in found:
            form.blame(message)
    held = [(kind, holder(case, kind)) for kind in SeatKind if kind not in to_fill]
    page = render_template(
        "panel/seat.html",
        case=case,
        form=form,
        held=held,
        empty=[kind for kind in to_fill if kind not in proposal],
        in_the_way=obstacles(case, Act.SEAT),
    )
    return page, _status(form)


@bp.route("/cases/<slug>/panel/declare", methods=["GET", "POST"])
@requires(Act.DECLARE, of=case_at)
def declare(case: Case) -> ResponseReturnValue:
    """A member called to a seat declares; the page shows parties, representatives and subject only (rule 29)."""
    own = case.seat_of(current_user)
    if own is None:
        raise NotFound
    form = DeclareForm(own, today())
    if form.validate_on_submit():
        given = Statement(form.statement.data), form.ground.data, form.words.data or ""
        found = obstacles(case, Act.DECLARE) or actions.declaration_faults(case, current_user, *given, now())
        if not found:
            actions.declare(case, by=current_user, at=now(), statement=given[0], ground=given[1], words=given[2])
            return _declared(case, given[0])
        for message in found:
            form.blame(message, {"panel.choose_ground": "ground", "panel.ground_needs_words": "words"}.get(message.code))
    return render_template(
        "panel/declare.html", case=case, form=form, seat=own, in_the_way=obstacles(case, Act.DECLARE)
    ), _status(form)


def _declared(case: Case, statement: Statement) -> ResponseReturnValue:
    """Who has declared a conflict cannot open the case any more, and is led to their desk."""
    if statement is Statement.CONFLICT:
        return finish("/", Message("panel.declare.done_conflict", number=case.number))
    return finish(url_for("cases.show", slug=case.slug), Message("panel.declare.done_none", number=case.number))


@bp.route("/cases/<slug>/panel/refer", methods=["GET", "POST"])
@requires(Act.REFER, of=case_at)
def refer(case: Case) -> ResponseReturnValue:
    """Send the case over to the panel: who sits, what is in the bundle, what is not and why."""
    form = PlainForm(thing=journal_length(case))
    in_the_way = _why_not_referred(case)
    if form.validate_on_submit():
        if not in_the_way:
            actions.refer(case, by=current_user, at=now())
            return finish(url_for("cases.show", slug=case.slug), Message("panel.refer.done"))
        for message in in_the_way:
            form.blame(message)
    page = render_template(
        "panel/refer.html", case=case, form=form, inside=for_bundle(case), outside=left_out(case), in_the_way=in_the_way
    )
    return page, _status(form)


def _why_not_referred(case: Case) -> list[Message]:
    """All that stands in the way today: in another state that alone, else the whole of panel and service."""
    if case.state is not State.PREPARED:
        return obstacles(case, Act.REFER)
    unserved = contradiction_kept(case)
    return panel_faults(case, now()) + ([unserved] if unserved else [])


@bp.route("/cases/<slug>/bundle", methods=["GET", "POST"])
@requires(Act.CONFIRM_READING, of=case_at)
def confirm_reading(case: Case) -> ResponseReturnValue:
    """The index of the frozen bundle; a member confirms having read it."""
    if not case.bundles:
        raise NotFound
    form = PlainForm()
    if form.validate_on_submit():
        actions.confirm_reading(case, by=current_user, at=now())
        return finish(url_for("panel.confirm_reading", slug=case.slug), Message("panel.bundle.confirmed"))
    bundle = case.bundles[-1]
    reading = reading_by(bundle, current_user)
    return render_template(
        "panel/bundle.html", case=case, form=form, bundle=bundle, reading=reading, in_the_way=obstacles(case, Act.CONFIRM_READING)
    )


def _status(form: PlainForm | SeatForm | DeclareForm) -> int:
    if not form.is_submitted():
        return 200
    return 409 if form.is_stale else 422
