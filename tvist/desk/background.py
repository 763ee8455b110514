"""Whether the work in the background goes on: the worker's sign of life, and what waits for it longer than it should."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.delivery.models import Fate, Letter, Recipient
from tvist.jobs.life import WORKER
from tvist.jobs.models import Heartbeat, Job

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

LATE_AFTER: Final = timedelta(minutes=15)
"""How long a job or a letter that could go may wait before somebody is told. A job that is tried again later is not late before then."""
SILENT_AFTER: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class Background:
    """What is to be told of the work in the background."""

    seen_at: datetime | None
    """When the worker was last seen; None where none has ever been."""
    is_silent: bool
    late_jobs: int
    late_letters: int
    given_up: int
    """Jobs that were tried as often as jobs are, and failed."""

    @property
    def is_late(self) -> bool:
        """Whether somebody must look at it now."""
        return self.is_silent or bool(self.late_jobs or self.late_letters)


def background_of(session: Session, at: datetime) -> Background:
    """How it stands, by one question to the database."""
    seen_at, jobs, letters, given_up = session.execute(
        sa.select(
            sa.select(Heartbeat.at).where(Heartbeat.process == WORKER).scalar_subquery(),
            _count(Job.id, Job.done_at.is_(None), Job.failed_at.is_(None), Job.run_at <= at - LATE_AFTER),
            sa.select(sa.func.count(Recipient.id)).join(Recipient.letter).where(*_late_letters(at)).scalar_subquery(),
            _count(Job.id, Job.failed_at.is_not(None)),
        )
    ).one()
    is_silent = seen_at is not None and seen_at < at - SILENT_AFTER
    return Background(seen_at, is_silent, jobs, letters, given_up)


def _late_letters(at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Recipient.fate == Fate.MADE,
        Letter.released_at <= at - LATE_AFTER,
        Letter.stopped_at.is_(None),
        sa.or_(Recipient.next_try_at.is_(None), Recipient.next_try_at <= at - LATE_AFTER),
    )


def _count(column: sa.orm.InstrumentedAttribute[int], *where: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count(column)).where(*where).scalar_subquery()
