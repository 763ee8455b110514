"""A meeting of the board: called by the leader, seen as far as each sits in its cases, and closed with its minutes (rule 32)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from tests.people import NOON, Cast
from tests.scenes.panel import referred
from tests.scenes.submissions import DAY
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.cases.history import Statement
from tvist.clock import oslo_date
from tvist.delivery.models import Letter, LetterKind
from tvist.errors import CannotProceed, NotFound
from tvist.meetings.actions import Plan, call_meeting, cancel_meeting, change_meeting, faults_in_plan, write_minutes
from tvist.meetings.calendar import invitation
from tvist.meetings.queries import agenda_for, cases_led_by, coming_meetings, meeting_at, meetings_for, reads_minutes
from tvist.panel.actions import declare
from tvist.submissions.actions import withdraw

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.cases.models import Case
    from tvist.db import Database
    from tvist.meetings.models import Meeting

TODAY = oslo_date(NOON)
STARTS, ENDS = NOON + 3 * DAY, NOON + 3 * DAY + DAY / 12


@pytest.fixture
def session(database: Database):
    with database.writing() as found:
        yield found


@pytest.fixture
def here(session: Session, cast: Cast) -> Cast:
    return Cast(**{name: session.get_one(type(one), one.id) for name, one in vars(cast).items()})


@pytest.fixture
def case(session: Session, here: Cast) -> Case:
    return referred(session, here)


@pytest.fixture
def plan(case: Case, here: Cast) -> Plan:
    return Plan(STARTS, ENDS, "Stensberggata 27", [case], [here.frida, here.kaare])


@pytest.fixture
def meeting(session: Session, plan: Plan, here: Cast) -> Meeting:
    return call_meeting(session, plan, by=here.cato, at=NOON)


def letters(session: Session, kind: LetterKind) -> list[str]:
    session.flush()
    found = session.scalars(sa.select(Letter).where(Letter.kind == kind).order_by(Letter.id))
    return [recipient.user.name.split()[0] for letter in found for recipient in letter.recipients]


def told(meeting: Meeting, user, count: int = 1):
    raw = invitation(meeting, user, count=count, base_url="https://tvist.invalid", organiser="tvist@example.invalid", at=NOON)
    calendar = Calendar.from_ical(raw)
    return raw.decode(), calendar, calendar.walk("VEVENT")[0]


def test_those_who_sit_are_called_by_a_letter_that_leads_to_the_meeting(session: Session, meeting: Meeting) -> None:
    assert letters(session, LetterKind.MEETING_CALLED) == ["Frida", "Kåre"]
    letter = session.scalars(sa.select(Letter).where(Letter.kind == LetterKind.MEETING_CALLED)).first()
    assert letter.link == f"/meetings/{meeting.public_id}"
    assert "2026/" not in letter.subject + letter.body


def test_a_plan_says_all_that_is_wrong_with_it(plan: Plan, here: Cast) -> None:
    wrong = Plan(NOON - DAY, NOON - 2 * DAY, " ", [], [here.dag])
    assert [found.code for found in faults_in_plan(wrong, here.cato, NOON)] == [
        "meetings.starts_in_the_past",
        "meetings.ends_before_it_begins",
        "meetings.say_where",
        "meetings.choose_cases",
        "meetings.invite_who_sits",
    ]
    assert [found.code for found in faults_in_plan(plan, here.lise, NOON)] == ["meetings.not_led_by_you"]
    assert faults_in_plan(plan, here.cato, NOON) == []


def test_only_cases_that_the_leader_leads_and_that_go_on_can_be_on_it(session: Session, case: Case, here: Cast) -> None:
    assert cases_led_by(session, here.cato) == [case]
    assert cases_led_by(session, here.frida) == cases_led_by(session, here.lise) == []
    withdraw(case, by=here.asta, at=NOON)
    session.flush()
    assert cases_led_by(session, here.cato) == []


def test_a_change_is_told_and_numbered(session: Session, meeting: Meeting, plan: Plan, here: Cast) -> None:
    change_meeting(meeting, plan, by=here.cato, at=NOON)
    assert meeting.sequence == 0
    change_meeting(meeting, replace(plan, place="Teams", invited=[here.frida]), by=here.cato, at=NOON)
    assert meeting.sequence == 1
    assert letters(session, LetterKind.MEETING_CHANGED) == ["Frida"]
    assert letters(session, LetterKind.MEETING_CANCELLED) == ["Kåre"]
    assert not may(here.kaare, Act.READ_MEETING, meeting, TODAY)


def test_a_cancelled_meeting_is_told_and_not_changed_again(session: Session, meeting: Meeting, plan: Plan, here: Cast) -> None:
    cancel_meeting(meeting, at=NOON)
    assert letters(session, LetterKind.MEETING_CANCELLED) == ["Frida", "Kåre"]
    with pytest.raises(CannotProceed, match=r"meetings\.is_cancelled"):
        change_meeting(meeting, plan, by=here.cato, at=NOON)
    with pytest.raises(CannotProceed, match=r"meetings\.is_cancelled"):
        cancel_meeting(meeting, at=NOON)
    assert coming_meetings(session, here.frida, NOON) == []


def test_the_calendar_file_holds_no_number_name_or_fact(meeting: Meeting, case: Case, here: Cast) -> None:
    raw, calendar, event = told(meeting, here.frida)
    assert (calendar["METHOD"], event["SEQUENCE"], event["SUMMARY"]) == ("REQUEST", 0, "Møte i nemnda")
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (STARTS, ENDS)
    assert f"DTSTART:{STARTS:%Y%m%dT%H%M%SZ}" in raw
    assert event["URL"].endswith(f"/meetings/{meeting.public_id}")
    assert not any(word in raw for word in (case.number, case.slug, here.cato.name, case.parties[0].name))
    uid = event["UID"]
    cancel_meeting(meeting, at=NOON)
    _, cancelled, event = told(meeting, here.frida)
    assert (cancelled["METHOD"], event["STATUS"], event["SEQUENCE"], event["UID"]) == ("CANCEL", "CANCELLED", 1, uid)


def test_each_sees_the_agenda_as_far_as_they_sit_in_its_cases(session: Session, meeting: Meeting, case: Case, here: Cast) -> None:
    for who in (here.cato, here.frida, here.siri):
        assert [line.case for line in agenda_for(meeting, who, TODAY)] == [case]
    declare(case, by=here.kaare, at=NOON, statement=Statement.CONFLICT, ground="represents")
    session.flush()
    assert agenda_for(meeting, here.kaare, TODAY) == []
    assert not reads_minutes(meeting, here.kaare, TODAY)
    for stranger in (here.asta, here.bo, here.dag, here.finn, here.adam):
        assert not may(stranger, Act.READ_MEETING, meeting, TODAY)


def test_a_case_that_ends_is_marked_on_the_agenda(session: Session, meeting: Meeting, case: Case, here: Cast) -> None:
    withdraw(case, by=here.asta, at=NOON)
    session.flush()
    assert [line.is_over for line in agenda_for(meeting, here.frida, TODAY)] == [True]


def test_the_minutes_are_the_panels_own_and_closed_once(session: Session, meeting: Meeting, here: Cast) -> None:
    with pytest.raises(CannotProceed, match=r"meetings\.not_begun"):
        write_minutes(meeting, by=here.cato, at=NOON, minutes="Enige.", present=[])
    with pytest.raises(CannotProceed, match=r"meetings\.minutes_by_the_leader"):
        write_minutes(meeting, by=here.frida, at=ENDS, minutes="Enige.", present=[])
    write_minutes(meeting, by=here.cato, at=ENDS, minutes="", present=[here.frida])
    with pytest.raises(CannotProceed, match=r"meetings\.write_minutes"):
        write_minutes(meeting, by=here.cato, at=ENDS, minutes=" ", present=[], closes=True)
    write_minutes(meeting, by=here.cato, at=ENDS, minutes="Enige om spørsmålene.", present=[here.frida], closes=True)
    session.flush()
    assert [found.was_present for found in meeting.invited] == [True, False]
    assert reads_minutes(meeting, here.frida, TODAY)
    assert not reads_minutes(meeting, here.siri, TODAY)
    with pytest.raises(CannotProceed, match=r"meetings\.minutes_are_closed"):
        write_minutes(meeting, by=here.cato, at=ENDS, minutes="Uenige.", present=[])


@pytest.mark.parametrize("table", ["meeting", "invited", "meeting_case"])
def test_the_database_itself_keeps_a_closed_meeting(database: Database, cast: Cast, table: str) -> None:
    with database.writing() as session:
        here = Cast(**{name: session.get_one(type(one), one.id) for name, one in vars(cast).items()})
        made = call_meeting(session, Plan(STARTS, ENDS, "Her", [referred(session, here)], [here.frida]), by=here.cato, at=NOON)
        write_minutes(made, by=here.cato, at=ENDS, minutes="Enige.", present=[], closes=True)
        session.commit()
    changed = {"meeting": "place = 'Der'", "invited": "was_present = NULL", "meeting_case": "position = 9"}[table]
    for statement in (f"UPDATE {table} SET {changed}", f"DELETE FROM {table}"):  # noqa: S608 - our own tables.
        with database.writing() as session, pytest.raises(sa.exc.DBAPIError, match="written once"):
            session.execute(sa.text(statement))


def test_lists_are_for_who_is_invited_and_the_secretariat(session: Session, meeting: Meeting, here: Cast) -> None:
    for who in (here.cato, here.frida, here.siri):
        assert meetings_for(session, who, TODAY) == [meeting]
    assert meetings_for(session, here.finn, TODAY) == meetings_for(session, here.lise, TODAY) == []
    assert coming_meetings(session, here.frida, NOON) == [meeting]
    assert coming_meetings(session, here.frida, ENDS) == []
    assert meeting_at(session, meeting.public_id) is meeting
    with pytest.raises(NotFound):
        meeting_at(session, "x")
