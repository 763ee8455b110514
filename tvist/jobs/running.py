"""Run jobs: claim one by one statement, then say that it is finished or has failed. The claim is a short transaction of its own.

A job is held by a lease. What a dead worker held is claimed again when the lease ends, so the work itself must bear being begun twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.away import is_away
from tvist.errors import NotYet
from tvist.jobs.models import Job

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.db import Database
    from tvist.jobs.models import JobKind

LEASE: Final = timedelta(minutes=10)
WAITS: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8))
"""How long to wait after the first, second … failure. After the one that follows the last wait, the job has failed; but what only waits for
something from outside (`NotYet`), or for the database or the disk, is tried on at the last of these waits, for as long as it takes."""
MOST_ATTEMPTS: Final = len(WAITS) + 1
DIED: Final = "WorkerDied"


@dataclass(frozen=True)
class Claimed:
    """A job that this worker holds. `attempt` counts from 1 and tells this claim from a later one."""

    id: int
    kind: JobKind
    thing_id: int
    attempt: int


def claim(database: Database, *, at: datetime, lease: timedelta = LEASE) -> Claimed | None:
    """Hold the job that has waited longest at `at`; None when none is due. Commits: the work is done in transactions of its own."""
    with database.writing() as session:
        _give_up_the_dead(session, at)
        # A scalar subquery is asked once; with IN, PostgreSQL may ask it again and hold more than one row.
        due = (
            sa.select(Job.id)
            .where(*_waiting(at), Job.attempts < MOST_ATTEMPTS)
            .order_by(Job.run_at, Job.id)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        hold = sa.update(Job).where(Job.id == due).values(run_at=at + lease, attempts=Job.attempts + 1)
        row = session.execute(
            hold.returning(Job.id, Job.kind, Job.thing_id, Job.attempts).execution_options(synchronize_session=False)
        ).first()
        session.commit()
    return None if row is None else Claimed(*row)


def finish(database: Database, claimed: Claimed, *, at: datetime) -> bool:
    """The job is done. False when the lease had ended and another worker holds the job now: that one will finish it."""
    return _settle(database, claimed, done_at=at, error=None)


def fail(database: Database, claimed: Claimed, error: BaseException, *, at: datetime) -> bool:
    """The job did not go: try again later, or never more. Keeps the class of the error alone, as its text may hold a fact.

    Returns whether it will be tried again.
    """
    name = type(error).__name__
    if isinstance(error, NotYet) or is_away(error):
        # Held below the last attempt, at which a job is given up.
        wait = WAITS[min(claimed.attempt, len(WAITS)) - 1]
        return _settle(database, claimed, run_at=at + wait, error=name, attempts=min(claimed.attempt, len(WAITS) - 1))
    if claimed.attempt >= MOST_ATTEMPTS:
        _settle(database, claimed, failed_at=at, error=name)
        return False
    return _settle(database, claimed, run_at=at + WAITS[claimed.attempt - 1], error=name)


def _settle(database: Database, claimed: Claimed, **values: object) -> bool:
    held = (Job.id == claimed.id, Job.attempts == claimed.attempt, Job.done_at.is_(None), Job.failed_at.is_(None))
    with database.writing() as session:
        found = session.execute(sa.update(Job).where(*held).values(**values).execution_options(synchronize_session=False))
        session.commit()
    return bool(found.rowcount)  # type: ignore[attr-defined]  # An UPDATE answers with a CursorResult.


def _give_up_the_dead(session: sa.orm.Session, at: datetime) -> None:
    """A job whose last attempt ended with its worker has failed: it would take the next worker down too."""
    dead = sa.update(Job).where(*_waiting(at), Job.attempts >= MOST_ATTEMPTS).values(failed_at=at, error=DIED)
    session.execute(dead.execution_options(synchronize_session=False))


def _waiting(at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (Job.done_at.is_(None), Job.failed_at.is_(None), Job.run_at <= at)
