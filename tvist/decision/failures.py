"""Why the machine did not make a file, in words for the leader: from the class of the job's last error, which is all that is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.access.policy import Act
from tvist.cases.lifecycle import obstacles
from tvist.decision.rules import changed_since_ordered
from tvist.jobs.models import Job
from tvist.panel.rules import panel_faults
from tvist.sealing import NoSeal
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.cases.models import Case
    from tvist.jobs.models import JobKind
    from tvist.vault.keys import MasterKeys

CAUSES: Final = {
    "MissingLetter": "letters",
    "CannotProceed": "checks",
    "NotAllowed": "checks",
    "WorkerDied": "died",
    **dict.fromkeys(
        (
            "BrokenPaper",
            "MissingPaper",
            "GenericError",
            "NotFoundError",
            "PermissionDeniedError",
            "UnauthenticatedError",
            "UnknownConfigurationKeyError",
            "OSError",
            "PermissionError",
            "FileNotFoundError",
            "NotADirectoryError",
            "ConnectionError",
            "TimeoutError",
        ),
        "store",
    ),
}
"""What a class of error means to who orders the file."""
WITHOUT_SEAL: Final = {each.__name__: each.code for each in NoSeal.__subclasses__()}
"""The classes that say why there is no seal, each with its words; the job goes on trying until there is one."""


@dataclass(frozen=True)
class Failure:
    """Why the last attempt failed, how many there have been, and when the next one is; None where there is none.

    `is_waiting`: it will be tried for as long as it takes, and the attempts are not counted.
    """

    why: Message
    times: int
    next_at: datetime | None
    is_waiting: bool = False

    @property
    def is_given_up(self) -> bool:
        """Whether the program does not try any more."""
        return self.next_at is None


def failure_of(session: Session, kind: JobKind, thing_id: int) -> Failure | None:
    """The failure of the last job of that kind on the thing; None where it went, or has not been tried yet."""
    asked_for = sa.select(Job).where(Job.kind == kind, Job.thing_id == thing_id).order_by(Job.id.desc()).limit(1)
    job = session.scalar(asked_for)
    if job is None or job.error is None or job.done_at is not None:
        return None
    next_at = None if job.failed_at else job.run_at
    if job.error in WITHOUT_SEAL:
        return Failure(Message(WITHOUT_SEAL[job.error]), job.attempts, next_at, is_waiting=next_at is not None)
    cause = CAUSES.get(job.error, "other")
    params = {"error": job.error} if cause == "other" else {}
    return Failure(Message(f"decision.failed.{cause}", **params), job.attempts, next_at)


def still_wrong(case: Case, keys: MasterKeys, at: datetime) -> list[Message]:
    """What stops the issue that was ordered, as things stand: the same checks as the issue itself makes (rule 38)."""
    changed = changed_since_ordered(case, keys)
    return list(dict.fromkeys([*obstacles(case, Act.ISSUE), *panel_faults(case, at), *([changed] if changed else [])]))
