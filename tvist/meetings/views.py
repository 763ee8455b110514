"""The pages of meetings: called, changed, cancelled, put into a calendar, and written minutes of (rule 32)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request, url_for
from flask_login import current_user

from tvist.access.guard import finish, requires
from tvist.access.policy import Act
from tvist.cases.blaming import blamed_beside
from tvist.clock import now, today
from tvist.errors import NotAllowed
from tvist.meetings import actions
from tvist.meetings.calendar import MEDIA_TYPE, invitation, method_of
from tvist.meetings.forms import MeetingForm, MinutesForm, typed_of, version_of
from tvist.meetings.queries import agenda_for, cases_led_by, coming_meetings, meeting_at, meetings_for, reads_minutes
from tvist.web.forms import PlainForm, status_of
from tvist.web.session import current_session, installed
from tvist.web.stale import seen
from tvist.words import Message

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.meetings.models import Meeting

bp = Blueprint("meetings", __name__)
FIELD_OF_FAULT = {
    "meetings.starts_in_the_past": "on",
    "meetings.ends_before_it_begins": "ends",
    "meetings.invite_who_sits": "left_out",
    "meetings.write_minutes": "minutes",
}
"""Where a fault found beyond the form is shown; the others belong to the whole form."""


@bp.app_template_global()
def own_meetings() -> list[Meeting]:
    """The meetings to come that the reader is invited to or has called, for the desk."""
    return coming_meetings(current_session, current_user, now())


@bp.app_template_global()
def shown_agenda(meeting: Meeting) -> int:
    """How many cases of the agenda the reader sees."""
    return len(agenda_for(meeting, current_user, today()))


@bp.route("/meetings")
@requires(Act.SEE_BOARD)
def index() -> ResponseReturnValue:
    """Meetings to come, and those that were."""
    found, at = meetings_for(current_session, current_user, today()), now()
    coming = [meeting for meeting in reversed(found) if meeting.ends_at > at]
    return render_template("meetings/index.html", coming=coming, past=[each for each in found if each.ends_at <= at])


@bp.route("/meetings/new", methods=["GET", "POST"])
@requires(Act.CALL_MEETING)
def call() -> ResponseReturnValue:
    """Call a meeting."""
    led = cases_led_by(current_session, current_user)
    form = MeetingForm(led, current_user)
    if form.validate_on_submit():
        faults = actions.faults_in_plan(form.plan, current_user, now())
        if not blamed_beside(form, faults, FIELD_OF_FAULT):
            made = actions.call_meeting(current_session, form.plan, by=current_user, at=now())
            return finish(url_for("meetings.show", public_id=made.public_id), Message("meetings.call.done"))
    return render_template("meetings/call.html", form=form, led=led), status_of(form)


@bp.route("/meetings/<public_id>")
@requires(Act.READ_MEETING, of=meeting_at)
def show(meeting: Meeting) -> ResponseReturnValue:
    """When and where, the cases that the reader may know of, who is invited; minutes for those who sit in all of its cases."""
    return render_template(
        "meetings/show.html",
        meeting=meeting,
        agenda=agenda_for(meeting, current_user, today()),
        reads_minutes=reads_minutes(meeting, current_user, today()),
        may_change=not actions.faults_in_changing(meeting, now()),
        writes_minutes=not actions.faults_in_minutes(meeting, current_user, now(), "-"),
        has_begun=meeting.starts_at <= now(),
    )


@bp.route("/meetings/<public_id>/change", methods=["GET", "POST"])
@requires(Act.CALL_MEETING, of=meeting_at)
def change(meeting: Meeting) -> ResponseReturnValue:
    """Move a meeting, or change what it is about and who is invited."""
    led = cases_led_by(current_session, current_user)
    form = MeetingForm(led, current_user, thing=version_of(meeting), data=typed_of(meeting, led))
    faults = actions.faults_in_changing(meeting, now())
    if form.validate_on_submit():
        faults = faults or actions.faults_in_plan(form.plan, current_user, now())
        if not blamed_beside(form, faults, FIELD_OF_FAULT):
            actions.change_meeting(meeting, form.plan, by=current_user, at=now())
            return finish(url_for("meetings.show", public_id=meeting.public_id), Message("meetings.change.done"))
    in_the_way = faults if not form.is_submitted() else []
    return render_template("meetings/change.html", meeting=meeting, form=form, led=led, in_the_way=in_the_way), status_of(form)


@bp.route("/meetings/<public_id>/cancel", methods=["GET", "POST"])
@requires(Act.CALL_MEETING, of=meeting_at)
def cancel(meeting: Meeting) -> ResponseReturnValue:
    """Cancel a meeting."""
    form = PlainForm(thing=version_of(meeting))
    faults = actions.faults_in_changing(meeting, now())
    if form.validate_on_submit() and not blamed_beside(form, faults, FIELD_OF_FAULT):
        actions.cancel_meeting(meeting, at=now())
        return finish(url_for("meetings.show", public_id=meeting.public_id), Message("meetings.cancel.done"))
    in_the_way = faults if not form.is_submitted() else []
    return render_template("meetings/cancel.html", meeting=meeting, form=form, in_the_way=in_the_way), status_of(form)


@bp.route("/meetings/<public_id>/minutes", methods=["GET", "POST"])
@requires(Act.WRITE_MINUTES, of=meeting_at)
def minutes(meeting: Meeting) -> ResponseReturnValue:
    """Who was there, and short minutes; kept as a draft of the leader's until they are closed."""
    if not reads_minutes(meeting, current_user, today()):
        raise NotAllowed
    chosen = [found.user.public_id for found in meeting.invited if found.was_present]
    kept = {"minutes": meeting.minutes, "present": chosen}
    # What is written raises no version of the meeting: the minutes themselves tell whether the page has grown old.
    form = MinutesForm(meeting, thing=seen([version_of(meeting).version, kept]), data=kept)
    closes = request.form.get("then") == "close"
    faults = actions.faults_in_minutes(meeting, current_user, now(), (form.minutes.data or "") if closes else "-")
    if form.validate_on_submit() and not blamed_beside(form, faults, FIELD_OF_FAULT):
        present = [found.user for found in meeting.invited if found.user.public_id in (form.present.data or ())]
        actions.write_minutes(meeting, by=current_user, at=now(), minutes=form.minutes.data or "", present=present, closes=closes)
        return finish(
            url_for("meetings.show", public_id=meeting.public_id),
            Message("meetings.minutes.closed_now" if closes else "meetings.minutes.kept"),
        )
    in_the_way = faults if not form.is_submitted() else []
    return render_template("meetings/minutes.html", meeting=meeting, form=form, in_the_way=in_the_way), status_of(form)


@bp.route("/meetings/<public_id>/calendar")
@requires(Act.READ_MEETING, of=meeting_at)
def calendar(meeting: Meeting) -> ResponseReturnValue:
    """The invitation as a calendar file, without names or facts."""
    config = installed().config
    told = invitation(
        meeting,
        current_user,
        count=len(agenda_for(meeting, current_user, today())),
        base_url=config.base_url,
        organiser=config.mail_from,
        at=now(),
    )
    answer = Response(told, content_type=f"{MEDIA_TYPE}; charset=utf-8; method={method_of(meeting)}")
    answer.headers["Content-Disposition"] = 'attachment; filename="tvist.ics"'
    return answer
