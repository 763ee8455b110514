"""Ask for slow work: a row in the same transaction as the act that needs it, so what is rolled back asks for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.jobs.models import Job

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.jobs.models import JobKind


def queue(session: Session, kind: JobKind, thing_id: int, *, at: datetime) -> Job:
    """Ask for a job on the thing with that id, to be run from `at`.

    Asked twice, it is run twice: a worker may already have read the thing as it was when it was asked for the first time.
    """
    job = Job(kind=kind, thing_id=thing_id, made_at=at, run_at=at, attempts=0)
    session.add(job)
    return job
