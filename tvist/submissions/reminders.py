"""The daily round of the clocks: rests end, parties are reminded, and a missed deadline never leaves a turn to nobody (rules 19, 23, 25).

`look_at_case` may be done as often as one likes, and catches up after a worker was away.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.cases.clocks import Rest, let_requests_fall
from tvist.cases.lifecycle import FINAL, State
from tvist.cases.models import Case
from tvist.cases.tasks import is_waiting_for, open_task
from tvist.cases.turns import CHANCES
from tvist.cases.waiting import Desk, Task, TaskKind
from tvist.clock import oslo_date
from tvist.db import locked, session_of
from tvist.delivery.actions import write_to_party
from tvist.delivery.models import LetterKind, Reminder, ReminderKind
from tvist.procedure.holidays import is_working_day, working_days_before
from tvist.procedure.settings import procedure_on
from tvist.submissions.resting import end_passed_rest
from tvist.submissions.rules import has_missed, waiting_to_be_passed_on

if TYPE_CHECKING:
    from datetime import date, datetime

    from tvist.db import Database

KIND_OF: Final = {5: ReminderKind.FIVE_DAYS, 1: ReminderKind.ONE_DAY}
"""Each reminder of the settings, by how many working days before the last day it goes out."""
LOOKS_AHEAD: Final = timedelta(days=35)
"""No count of working days in `KIND_OF` reaches further, whatever the holidays."""


def cases_with_clocks(database: Database, on: date) -> list[int]:
    """The cases with a rest that runs, a party's last day that is past or near, or a request to rule on; by id."""
    resting = sa.select(Rest.case_id).where(Rest.ended_at.is_(None))
    near = sa.and_(Task.party_id.is_not(None), Task.due_on <= on + LOOKS_AHEAD)
    waiting = (
        sa.select(Task.case_id)
        .join(Case, Case.id == Task.case_id)
        .where(Task.done_at.is_(None), Case.state.not_in(FINAL), sa.or_(near, Task.kind == TaskKind.RULE_ON_EXTENSION))
    )
    with database.reading() as session:
        return sorted(set(session.scalars(resting)) | set(session.scalars(waiting)))


def look_at_case(database: Database, case_id: int, at: datetime) -> None:
    """Do what the day asks for in one case, in a transaction of its own."""
    with database.writing() as session:
        case = session.scalars(locked(session, sa.select(Case).where(Case.id == case_id), Case)).one()
        look_at_clocks(case, at=at)
        session.commit()


def look_at_clocks(case: Case, *, at: datetime) -> None:
    """End a rest that is over, see to what was missed, remind, and let fall what need not be ruled on. Doing it twice changes nothing."""
    end_passed_rest(case, at=at)
    if case.is_closed:
        return
    let_requests_fall(case, at=at)
    if case.resting_until is None:
        _see_to_missed(case, oslo_date(at), at)
        _remind(case, oslo_date(at), at)


def _see_to_missed(case: Case, on: date, at: datetime) -> None:
    """Let the secretariat go on where a party let its time pass: the turn belongs to somebody from the day after."""
    if case.state is State.EXCHANGE and _preparation_may_close(case, on) and not is_waiting_for(case, TaskKind.CLOSE_PREPARATION):
        open_task(case, TaskKind.CLOSE_PREPARATION, at=at, owner=Desk.SECRETARIAT)
    cures = [task for task in case.open_tasks if task.kind is TaskKind.CURE]
    if cures and all(has_missed(task, on) for task in cures) and not is_waiting_for(case, TaskKind.SCREEN):
        # Without a target: that was for the request as it came in.
        open_task(case, TaskKind.SCREEN, at=at, owner=Desk.SECRETARIAT)


def _preparation_may_close(case: Case, on: date) -> bool:
    """A party was silent, and nobody else is waited for but one who was silent too; the leader has no dismissal to decide."""
    asked = [task for task in case.open_tasks if task.kind in {TaskKind.RESPOND, TaskKind.COMMENT, TaskKind.CONFIRM_TABLE}]
    return (
        bool(asked)
        and all(has_missed(task, on) for task in asked)
        and case.open_dismissal is None
        and not waiting_to_be_passed_on(case)
    )


def _remind(case: Case, on: date, at: datetime) -> None:
    """Remind of what comes, and tell of what was missed, on working days alone."""
    if not is_working_day(on):
        return
    for task in case.open_tasks:
        if task.party is None or task.is_target or task.due_on is None or task.kind in CHANCES or task.request:
            continue
        kind = ReminderKind.MISSED if task.due_on < on else _due_reminder(task, on)
        if kind and not _was_reminded(task, kind):
            what = LetterKind.DEADLINE_MISSED if kind is ReminderKind.MISSED else LetterKind.REMINDER
            letter = write_to_party(task.party, what, at=at, due=task.due_on)
            session = session_of(case)
            # The reminder points to its letter by number, which it gets here.
            session.flush()
            session.add(Reminder(task_id=task.id, kind=kind, due_on=task.due_on, letter_id=letter.id, sent_at=at))


def _due_reminder(task: Task, on: date) -> ReminderKind | None:
    """The nearest reminder whose day has come; none on or before the day the time began: that letter told of it."""
    if task.due_on is None or task.starts_on is None:
        return None
    for count in sorted(procedure_on(task.case.registered_on).reminders):
        day = working_days_before(task.due_on, count)
        if day <= on:
            return KIND_OF[count] if day > task.starts_on else None
    return None


def _was_reminded(task: Task, kind: ReminderKind) -> bool:
    query = sa.select(Reminder.id).where(Reminder.task_id == task.id, Reminder.kind == kind, Reminder.due_on == task.due_on)
    return session_of(task).scalar(query) is not None
