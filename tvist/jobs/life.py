"""The worker's sign of life."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.db import insert_once
from tvist.jobs.models import Heartbeat

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.db import Database

WORKER: Final = "worker"
BEAT_EVERY: Final = timedelta(seconds=30)


def beat(database: Database, *, at: datetime) -> None:
    """Write down that the worker is there."""
    with database.writing() as session:
        if not insert_once(session, Heartbeat, process=WORKER, at=at):
            session.execute(sa.update(Heartbeat).where(Heartbeat.process == WORKER).values(at=at))
        session.commit()
