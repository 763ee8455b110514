"""What is filled in about a meeting: when, where, which cases, who; and afterwards who was there and what was said (rule 32)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, Final

from wtforms import SelectMultipleField, StringField, TextAreaField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from tvist.anonymity.finding import OF_A_CHILD
from tvist.cases.fields import DayField
from tvist.cases.models import Side
from tvist.clock import OSLO
from tvist.intake.searched_forms import SearchedForm
from tvist.meetings.actions import Plan, members_of
from tvist.procedure.settings import PROCEDURES
from tvist.web.forms import Needed, NotLonger, choices, trimmed
from tvist.web.session import lazy, say
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from wtforms import Field

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.meetings.models import Meeting

LONGEST_PLACE: Final = 300
_TIME: Final = re.compile(r"(?P<hour>\d{1,2})[.:](?P<minute>\d{2})", re.ASCII)


@dataclass(frozen=True)
class MeetingVersion:
    """Stands for the meeting in its forms: any change of it makes them old."""

    version: int


def version_of(meeting: Meeting) -> MeetingVersion:
    """The version that a form about the meeting shows and is checked against."""
    return MeetingVersion(2 * meeting.sequence + (1 if meeting.closed_at else 0))


def read_time(text: str) -> time | None:
    """`9.30`, `09:30`; None for what is no time of the day."""
    found = _TIME.fullmatch(text.strip())
    if found is None or int(found["hour"]) > 23 or int(found["minute"]) > 59:  # noqa: PLR2004 - as a clock has them.
        return None
    return time(int(found["hour"]), int(found["minute"]))


def _ticked(code: str, help_code: str, *validators: Any) -> SelectMultipleField:
    return SelectMultipleField(
        lazy(code),
        description=lazy(help_code),
        validators=list(validators),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


def _clock(code: str, needed: str) -> StringField:
    return StringField(lazy(code), description=lazy("meetings.time_help"), filters=[trimmed], validators=[Needed(needed)])


class MeetingForm(SearchedForm):
    """When, where, which cases; all who sit in them are invited, but for those who are left out."""

    edits = True
    seeks = OF_A_CHILD

    on = DayField(
        lazy("meetings.on"), description=lazy("submissions.extension.day_help"), validators=[Needed("meetings.choose_day")]
    )
    starts = _clock("meetings.starts", "meetings.say_start")
    ends = _clock("meetings.ends", "meetings.say_end")
    place = StringField(
        lazy("meetings.place"),
        description=lazy("meetings.place_help"),
        filters=[trimmed],
        validators=[Needed("meetings.say_where"), NotLonger(LONGEST_PLACE)],
    )
    cases = _ticked("meetings.cases", "meetings.cases_help", Needed("meetings.choose_cases"))
    left_out = _ticked("meetings.left_out", "meetings.left_out_help")

    def __init__(self, led: Sequence[Case], leader: User, **kwargs: Any) -> None:
        """`led` are the cases that can be put on the agenda."""
        super().__init__(**kwargs)
        self.led, self.leader = led, leader
        self.cases.choices = choices([(case.slug, say(_called(case))) for case in led])
        self.left_out.choices = choices([(user.public_id, user.name) for user in members_of(led, leader)])

    def validate_starts(self, field: Field) -> None:
        """A time of the day."""
        _demand_time(field)

    def validate_ends(self, field: Field) -> None:
        """A time of the day."""
        _demand_time(field)

    @property
    def plan(self) -> Plan:
        """What was filled in; asked for once the form is valid."""
        day, starts, ends = self.on.data, read_time(self.starts.data or ""), read_time(self.ends.data or "")
        assert day is not None  # noqa: S101 - the form is valid.
        assert starts is not None  # noqa: S101 - as above.
        assert ends is not None  # noqa: S101 - as above.
        chosen = [case for case in self.led if case.slug in (self.cases.data or ())]
        invited = [user for user in members_of(chosen, self.leader) if user.public_id not in (self.left_out.data or ())]
        return Plan(_moment(day, starts), _moment(day, ends), self.place.data or "", chosen, invited)


def typed_of(meeting: Meeting, led: Sequence[Case]) -> dict[str, Any]:
    """What stands in the form of a meeting that is changed."""
    starts, ends = meeting.starts_at.astimezone(OSLO), meeting.ends_at.astimezone(OSLO)
    invited = {found.user_id for found in meeting.invited}
    chosen = [line.case for line in meeting.cases if line.case in led]
    return {
        "on": starts.date(),
        "starts": f"{starts:%H.%M}",
        "ends": f"{ends:%H.%M}",
        "place": meeting.place,
        "cases": [case.slug for case in chosen],
        "left_out": [user.public_id for user in members_of(chosen, meeting.called_by) if user.id not in invited],
    }


class MinutesForm(SearchedForm):
    """Who was there, and short minutes."""

    edits = True
    seeks = OF_A_CHILD

    present = _ticked("meetings.present", "meetings.present_help")
    minutes = TextAreaField(
        lazy("meetings.minutes"),
        description=lazy("meetings.minutes_help"),
        filters=[trimmed],
        validators=[NotLonger(PROCEDURES[-1].longest_text)],
    )

    def __init__(self, meeting: Meeting, **kwargs: Any) -> None:
        """Those who were invited can have been there."""
        super().__init__(**kwargs)
        self.present.choices = choices([(found.user.public_id, found.user.name) for found in meeting.invited])


def _called(case: Case) -> Message:
    requesting, opposing = ([party.name for party in case.parties_on(side)] for side in (Side.REQUESTING, Side.OPPOSING))
    return Message("meetings.case_of", number=case.number, requesting=requesting, opposing=opposing)


def _demand_time(field: Field) -> None:
    if read_time(field.data or "") is None:
        raise ValidationError(say(Message("meetings.time_unreadable")))


def _moment(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, OSLO)
