"""What moves a deadline after it began: a case that rests, an extension, an outage of the portal (rules 18, 19, 23)."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.accounts.models import User
from tvist.cases.models import Case, Party
from tvist.cases.tasks import close_tasks
from tvist.cases.waiting import Task, TaskKind
from tvist.clock import oslo_date
from tvist.db import Base
from tvist.procedure.deadlines import Pause


class Rest(Base):
    """The case rests (stilles i bero) for a coded reason, from a day to a day, both included; ended earlier when it is resumed (rule 23).

    `ended_on` is the last day that it rested, once that is past or it was resumed.
    """

    __tablename__ = "rest"
    __table_args__ = (
        sa.CheckConstraint("until_on >= from_on", name="rest_ends_after_it_begins"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_on IS NULL)", name="ended_rest_has_a_last_day"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    reason: Mapped[str]
    """A code of `resting_reason`."""
    words: Mapped[str] = mapped_column(default="")
    from_on: Mapped[date]
    until_on: Mapped[date]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    made_at: Mapped[datetime]
    ended_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    case: Mapped[Case] = relationship(back_populates="rests")
    by: Mapped[User] = relationship()

    @property
    def pause(self) -> Pause | None:
        """The days that are taken out of the clocks; None for a rest that was resumed on the day it began."""
        last = self.until_on if self.ended_on is None else min(self.ended_on, self.until_on)
        return Pause(self.from_on, last) if last >= self.from_on else None

    @property
    def is_running(self) -> bool:
        """Not ended yet: by an officer, or by the daily work once its last day is past."""
        return self.ended_at is None


class Extension(Base):
    """A party asked for more time before its time was out, with a reason; granted to a day, or refused, with a reason (rule 19)."""

    __tablename__ = "extension"
    __table_args__ = (
        sa.CheckConstraint("granted_until IS NULL OR ruled_at IS NOT NULL", name="granted_extension_was_ruled_on"),
        sa.Index(
            "ix_extension_open",
            "task_id",
            unique=True,
            sqlite_where=sa.text("ruled_at IS NULL"),
            postgresql_where=sa.text("ruled_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), index=True)
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("party.id"))
    wanted_until: Mapped[date]
    reason: Mapped[str]
    asked_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    asked_at: Mapped[datetime]
    granted_until: Mapped[date | None]
    ruling: Mapped[str] = mapped_column(default="")
    ruled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    ruled_at: Mapped[datetime | None]
    task: Mapped[Task] = relationship(back_populates="extensions")
    party: Mapped[Party] = relationship()


class Outage(Base):
    """A day on which the portal was down, recorded by the secretariat: a time that ends on it ends on the next working day (rule 18)."""

    __tablename__ = "outage"
    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(unique=True)
    words: Mapped[str]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    recorded_at: Mapped[datetime]


class MovedTask(Base):
    """A task whose last day an outage moved; so the deadline can be counted again years later."""

    __tablename__ = "moved_task"
    __table_args__ = (sa.UniqueConstraint("outage_id", "task_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(sa.ForeignKey("outage.id"))
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), index=True)
    outage: Mapped[Outage] = relationship()
    task: Mapped[Task] = relationship(back_populates="moves")


def running_rest(case: Case) -> Rest | None:
    """The rest that has not ended; one at a time."""
    return next((rest for rest in case.rests if rest.is_running), None)


def count_all_again(case: Case) -> list[Task]:
    """Count every time of the case anew; returns the tasks whose last day moved."""
    moved = []
    for task in case.tasks:
        before = task.due_on
        task.count_again()
        if task.due_on != before:
            moved.append(task)
    return moved


def open_requests(case: Case) -> list[Extension]:
    """The requests for an extension that are to be ruled on: the party still has not answered, or answered after the time it had."""
    found = [task.request for task in case.tasks if task.is_open or _was_late(task)]
    return [request for request in found if request is not None]


def let_requests_fall(case: Case, *, at: datetime) -> None:
    """Nothing is to be ruled on any more where a party that asked for more time has answered within the time it had."""
    if not open_requests(case):
        close_tasks(case, TaskKind.RULE_ON_EXTENSION, at=at)


def _was_late(task: Task) -> bool:
    return task.done_at is not None and task.due_on is not None and oslo_date(task.done_at) > task.due_on
