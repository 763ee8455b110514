"""A day on which the portal was down: a time that ended on it ends on the next working day instead (rule 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from tvist.cases.clocks import MovedTask, Outage
from tvist.cases.models import Case
from tvist.cases.waiting import Task
from tvist.clock import oslo_date
from tvist.db import locked
from tvist.delivery.actions import write_to_party
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed
from tvist.procedure.settings import PROCEDURES
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User


def record_outage(session: Session, *, day: date, words: str, by: User, at: datetime) -> Outage:
    """Write down that the portal was down, with how, and move every party's time that ended that day; also afterwards.

    A time that was missed only because of it is not missed any more. Raises `CannotProceed` with all that is wrong.
    """
    if found := faults_in_outage(session, day, words, oslo_date(at)):
        raise CannotProceed(found)
    outage = Outage(day=day, words=words.strip(), by_id=by.id, recorded_at=at)
    session.add(outage)
    session.flush()
    known = {found.day: found for found in session.scalars(sa.select(Outage))}
    # The cases are held first, as for every act on one: nobody counts their times anew in this moment.
    touched = sa.select(Case).where(Case.id.in_(sa.select(Task.case_id).where(*_ends_on(day)))).order_by(Case.id)
    session.scalars(locked(session, touched, Case)).all()
    for task in session.scalars(sa.select(Task).where(*_ends_on(day)).order_by(Task.id)).all():
        if task.is_open or task.done_at is None or oslo_date(task.done_at) > day:
            _move(task, known, at)
    session.flush()
    return outage


def faults_in_outage(session: Session, day: date | None, words: str, on: date) -> list[Message]:
    """What is wrong with an outage as it was filled in."""
    faults = [_fault_in_day(session, day, on)]
    if not words.strip():
        faults.append(Message("submissions.outage.say_what"))
    return [fault for fault in faults if fault]


def outages(session: Session) -> list[tuple[Outage, int]]:
    """Every outage, the latest day first, with how many times it moved."""
    moved = sa.select(sa.func.count()).where(MovedTask.outage_id == Outage.id).scalar_subquery()
    return [(outage, count) for outage, count in session.execute(sa.select(Outage, moved).order_by(Outage.day.desc()))]


def _fault_in_day(session: Session, day: date | None, on: date) -> Message | None:
    if day is None:
        return Message("submissions.outage.choose_day")
    if day > on:
        return Message("submissions.outage.not_yet")
    if day < PROCEDURES[0].valid_from:
        return Message("submissions.outage.before_the_body")
    is_known = session.scalar(sa.select(Outage.id).where(Outage.day == day)) is not None
    return Message("submissions.outage.recorded_already", day=day) if is_known else None


def _ends_on(day: date) -> list[sa.ColumnElement[bool]]:
    return [Task.party_id.is_not(None), Task.due_on == day, Task.is_target.is_(False)]


def _move(task: Task, known: dict[date, Outage], at: datetime) -> None:
    """Move the time past the outage, and past the next one where it would end on that."""
    while task.due_on in known and task.due_on not in {move.outage.day for move in task.moves}:
        task.moves.append(MovedTask(outage=known[task.due_on]))
        task.count_again()
    if task.is_open and task.party is not None and task.party.brought_in_at is not None:
        write_to_party(task.party, LetterKind.DEADLINE_MOVED, at=at, due=task.due_on)
