"""The daily work of the clocks, what comes outside the turns, and a preparation that is reopened (rules 18, 19, 23, 25)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.people import NOON, Cast, a_cast
from tests.scenes import panel as panels
from tests.scenes.clocks import asked, confirmed, looked_at, more_sent, oslo, rested, turn_on
from tests.scenes.intake import accepted, declared, filed, letters_arrive
from tests.scenes.submissions import DAY, answered, passed_on, prepared
from tvist.access.policy import Act
from tvist.cases.lifecycle import State
from tvist.cases.models import Case, Side
from tvist.cases.submissions import SubmissionKind
from tvist.cases.waiting import Desk, TaskKind
from tvist.check.deadlines import check_tasks
from tvist.check.journal import check_journal
from tvist.delivery.models import LetterKind, Reminder, ReminderKind
from tvist.errors import CannotProceed
from tvist.intake.actions import ask_for_missing, cure
from tvist.procedure.settings import PROCEDURES
from tvist.submissions import actions
from tvist.submissions.additions import reopen, send_more
from tvist.submissions.reminders import KIND_OF, look_at_clocks
from tvist.workers import daily

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


DUE = date(2026, 3, 30)


@pytest.fixture
def people(session: Session) -> Cast:
    return a_cast(session)


def faults(case: Case) -> list[str]:
    return [*check_tasks(case), *check_journal(case)]


def reminders(session: Session) -> list[tuple[ReminderKind, date]]:
    return [(found.kind, found.due_on) for found in session.scalars(sa.select(Reminder).order_by(Reminder.id))]


def letters(case: Case, kind: LetterKind) -> list[str]:
    return [letter.party.name if letter.party else "" for letter in case.letters if letter.kind is kind]


def desks(case: Case) -> list[TaskKind]:
    return [task.kind for task in case.open_tasks if task.desk is Desk.SECRETARIAT]


def test_a_party_is_reminded_five_and_one_working_days_before_and_told_after(session, people):
    case = accepted(session, people)
    for day in range(1, 32):
        looked_at(session, case, at=oslo(date(2026, 3, day), 7))
        looked_at(session, case, at=oslo(date(2026, 3, day), 19))
    assert reminders(session) == [(kind, DUE) for kind in (ReminderKind.FIVE_DAYS, ReminderKind.ONE_DAY, ReminderKind.MISSED)]
    sent = [
        letter.written_at.date() for letter in case.letters if letter.kind in {LetterKind.REMINDER, LetterKind.DEADLINE_MISSED}
    ]
    # The twenty-eighth and twenty-ninth are a weekend.
    assert sent == [date(2026, 3, 23), date(2026, 3, 27), date(2026, 3, 31)]
    assert letters(case, LetterKind.REMINDER) == ["Bufetat region vest"] * 2


def test_a_worker_that_was_away_sends_one_reminder_and_not_two(session, people):
    case = accepted(session, people)
    looked_at(session, case, at=oslo(date(2026, 3, 29)))
    assert reminders(session) == [], "a Sunday"
    looked_at(session, case, at=oslo(DUE))
    assert reminders(session) == [(ReminderKind.ONE_DAY, DUE)]


def test_nobody_is_reminded_while_the_case_rests_or_a_request_for_more_time_waits(session, people):
    case = accepted(session, people)
    asked(session, case, by=people.bo, at=NOON, until=date(2026, 4, 13))
    looked_at(session, case, at=oslo(date(2026, 3, 31)))
    assert reminders(session) == []
    assert desks(case) == [TaskKind.RULE_ON_EXTENSION]
    resting = accepted(session, people)
    rested(session, people, resting, at=oslo(date(2026, 3, 20)), until=date(2026, 4, 30))
    looked_at(session, resting, at=oslo(date(2026, 3, 31)))
    assert reminders(session) == []
    assert desks(resting) == [TaskKind.RESUME]


def test_a_moved_deadline_is_reminded_of_anew(session, people):
    case = accepted(session, people)
    looked_at(session, case, at=oslo(date(2026, 3, 23)))
    rested(session, people, case, at=oslo(date(2026, 3, 24)), until=date(2026, 4, 23))
    looked_at(session, case, at=oslo(date(2026, 4, 24)))
    assert reminders(session) == [
        (ReminderKind.FIVE_DAYS, DUE),
        (ReminderKind.FIVE_DAYS, date(2026, 4, 30)),
    ]


def test_a_missed_answer_gives_the_turn_to_the_secretariat_the_day_after(session, people):
    case = accepted(session, people)
    looked_at(session, case, at=oslo(DUE, 23, 59))
    assert desks(case) == []
    looked_at(session, case, at=oslo(date(2026, 3, 31), 0, 1))
    looked_at(session, case, at=oslo(date(2026, 3, 31), 0, 2))
    assert desks(case) == [TaskKind.CLOSE_PREPARATION]
    assert turn_on(case, Side.OPPOSING).is_open, "what comes late is still taken"
    assert faults(case) == []


def test_a_missed_cure_gives_the_request_back_to_be_screened(session, people):
    case = declared(filed(session, people), people.siri)
    ask_for_missing(case, by=people.siri, at=NOON, text="Delegasjonen mangler.")
    letters_arrive(session, case)
    looked_at(session, case, at=oslo(date(2026, 3, 24)))
    assert desks(case) == [TaskKind.SCREEN]
    assert faults(case) == []
    cure(case, by=people.asta, at=oslo(date(2026, 3, 25)), text="Her er den.")
    session.flush()
    assert desks(case) == [TaskKind.SCREEN], "one screening, not two"
    assert faults(case) == []


def test_the_worker_looks_at_every_case_and_may_do_so_twice(installation, cast):
    with installation.database.writing() as session:
        case = accepted(session, cast)
        rested(session, cast, case, at=NOON, until=date(2026, 3, 8))
        session.commit()
    later = oslo(date(2026, 4, 7))
    assert daily(installation, later) == 1
    assert daily(installation, later) == 1
    with installation.database.writing() as session:
        found = session.get_one(Case, case.id)
        assert [task.kind for task in found.open_tasks] == [TaskKind.RESPOND]
        assert found.resting_until is None
        assert letters(found, LetterKind.RESUMED) == ["Vik kommune", "Bufetat region vest"]
        assert len(reminders(session)) == 1


def test_a_further_paper_is_looked_through_and_gives_the_word_only_where_it_is_new(session, people):
    case = answered(session, people)
    sent = send_more(case, by=people.bo, at=NOON + 9 * DAY, text="Her er vedtaket.")
    session.flush()
    assert sent.kind is SubmissionKind.ADDITION
    assert not sent.is_served_on(case.parties_on(Side.REQUESTING)[0])
    before = turn_on(case, Side.REQUESTING)
    passed_on(session, people, case, at=NOON + 10 * DAY)
    assert sent.is_served_on(case.parties_on(Side.REQUESTING)[0])
    assert turn_on(case, Side.REQUESTING) is before, "its turn goes on as it was"
    more_sent(session, case, by=people.bo, at=NOON + 11 * DAY)
    actions.pass_on(case.submissions[-1], by=people.siri, at=NOON + 12 * DAY, brings_new=True)
    letters_arrive(session, case, at=NOON + 12 * DAY)
    assert turn_on(case, Side.REQUESTING).starts_on == date(2026, 3, 14), "the time to comment begins anew"
    assert faults(case) == []


def test_who_has_the_word_sends_it_as_that_and_nobody_sends_after_the_closing(session, people):
    case = answered(session, people)
    with pytest.raises(CannotProceed) as refused:
        more_sent(session, case, by=people.asta, at=NOON + 9 * DAY)
    assert [message.code for message in refused.value.obstacles] == ["submissions.more.has_the_word"]
    closed = prepared(session, people)
    with pytest.raises(CannotProceed):
        more_sent(session, closed, by=people.asta, at=NOON + 30 * DAY)


def test_reopening_gives_the_word_with_a_notice_that_is_served(session, people):
    case = prepared(session, people)
    state = case.parties_on(Side.OPPOSING)[0]
    reopen(case, by=people.siri, at=NOON + 30 * DAY, reason="Et nytt vedtak er kommet.", word_to=[state])
    assert (case.state, desks(case)) == (State.EXCHANGE, [])
    assert turn_on(case, Side.OPPOSING).due_on is None, "the clock waits for the notice"
    letters_arrive(session, case, at=NOON + 31 * DAY)
    assert turn_on(case, Side.OPPOSING).due_on == date(2026, 4, 16)
    assert letters(case, LetterKind.REOPENED) == ["Vik kommune", "Bufetat region vest"]
    assert faults(case) == []


def test_a_panel_that_was_called_is_let_go_when_the_preparation_is_reopened(session, people):
    case = panels.declared(session, people)
    reopen(case, by=people.siri, at=NOON + DAY, reason="Et nytt vedtak er kommet.", word_to=case.parties_on(Side.REQUESTING))
    session.flush()
    assert [task.kind for task in case.open_tasks] == [TaskKind.COMMENT]
    assert {seat.left_because for seat in case.seats} == {"reopened"}
    assert case.roles_for(people.frida, date(2026, 3, 4)) == set()
    assert faults(case) == []


@pytest.mark.parametrize(("reason", "gives_word"), [(" ", True), ("Nytt vedtak.", False)])
def test_reopening_needs_a_reason_and_somebody_with_the_word(session, people, reason, gives_word):
    case = prepared(session, people)
    word_to = case.parties_on(Side.OPPOSING) if gives_word else []
    with pytest.raises(CannotProceed):
        reopen(case, by=people.siri, at=NOON + 30 * DAY, reason=reason, word_to=word_to)
    assert case.state is State.PREPARED


def test_a_case_that_ends_while_it_rests_is_not_shown_as_resting(session, people):
    case = accepted(session, people)
    rested(session, people, case, at=NOON, until=date(2026, 4, 20))
    actions.withdraw(case, by=people.asta, at=NOON + DAY)
    session.flush()
    look_at_clocks(case, at=NOON + 2 * DAY)
    assert (case.resting_until, case.resting_reason) == (None, None)
    assert [event.act for event in case.events][-1] is Act.WITHDRAW
    assert faults(case) == []


def test_a_table_that_nobody_confirms_gives_the_turn_to_the_secretariat(session, people):
    case = confirmed(session, people, at=NOON)
    assert desks(case) == [TaskKind.CLOSE_PREPARATION]


def test_every_reminder_of_the_settings_has_its_kind() -> None:
    """A number of days that no kind stands for would stop the daily round of every case under those rules."""
    assert {count for rules in PROCEDURES for count in rules.reminders} == set(KIND_OF)
