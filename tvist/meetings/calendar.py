"""The invitation as an iCalendar file (RFC 5545, 5546): when and where, how many cases, and a link. No number, name or fact of a case (rule 42)."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final

from icalendar import Calendar, Event, vCalAddress

from tvist.words import Message, render

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.meetings.models import Meeting

MEDIA_TYPE: Final = "text/calendar"


def invitation(meeting: Meeting, user: User, *, count: int, base_url: str, organiser: str, at: datetime) -> bytes:
    """The file for one person: `count` cases of the agenda are theirs. A cancelled meeting, or one they are no more invited to, is cancelled there.

    The identifier stays and the number rises, so that a calendar moves the entry it has.
    """
    is_off = meeting.cancelled_at is not None
    calendar = Calendar()
    calendar.add("prodid", "-//Tvist//Tvist//NO")
    calendar.add("version", "2.0")
    calendar.add("method", method_of(meeting))
    event = Event()
    event.add("uid", f"{meeting.public_id}@tvist")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", at.astimezone(UTC))
    event.add("dtstart", meeting.starts_at.astimezone(UTC))
    event.add("dtend", meeting.ends_at.astimezone(UTC))
    event.add("summary", render(Message("meetings.calendar.summary"), user.language))
    event.add("description", render(Message("meetings.calendar.cases", count=count), user.language))
    event.add("location", meeting.place)
    event.add("url", f"{base_url}/meetings/{meeting.public_id}")
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    # Addresses without names: a calendar needs to know who asks and who is asked.
    event.add("organizer", vCalAddress(f"mailto:{organiser}"))
    event.add("attendee", vCalAddress(f"mailto:{user.email}"))
    calendar.add_component(event)
    told: bytes = calendar.to_ical()
    return told


def method_of(meeting: Meeting) -> str:
    """What the file asks of the calendar."""
    return "CANCEL" if meeting.cancelled_at is not None else "REQUEST"
