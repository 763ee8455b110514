"""What follows when a letter came back for all: what it served is served no longer, and its clocks stop (rule 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.access.policy import Act
from tvist.cases.models import Case
from tvist.cases.submissions import Serving
from tvist.cases.waiting import Task
from tvist.db import locked
from tvist.delivery.models import Fate, Letter, Recipient
from tvist.jobs.actions import queue
from tvist.jobs.models import JobKind
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

_MAY_YET_ARRIVE: Final = frozenset({Fate.ACCEPTED, Fate.MADE, Fate.HANDING_OVER})


def hold_case_of(session: Session, recipient_id: int) -> None:
    """Hold the case of the letter, as for every act on a case, before its recipient is held; nothing for a letter outside cases."""
    of = sa.select(Letter.case_id).join(Letter.recipients).where(Recipient.id == recipient_id).scalar_subquery()
    session.scalars(locked(session, sa.select(Case).where(Case.id == of), Case)).one_or_none()


def let_fall_if_none_arrived(session: Session, letter: Letter, *, at: datetime) -> None:
    """Let the servings of a letter fall that came back for all and that nobody has opened. The caller holds the case.

    One of whom it is unknown whether they have it is no proof of service; one who is still to be handed over is waited for.
    """
    session.refresh(letter, ["recipients"])
    if any(found.opened_at is not None or found.fate in _MAY_YET_ARRIVE for found in letter.recipients):
        return
    standing = sa.select(Serving).where(Serving.letter_id == letter.id, Serving.stands())
    servings = session.scalars(locked(session, standing, Serving)).all()
    for serving in servings:
        serving.fell_at = at
        # One side less may find it now.
        queue(session, JobKind.INDEX_SUBMISSION, serving.submission_id, at=at)
    stopped = [_stop_clock(session, found) for found in (*(each.task_id for each in servings), letter.starts_id) if found]
    if letter.case is not None and (servings or any(stopped)):
        letter.case.record(Act.RELEASE_LETTER, by=None, at=at, said=Message("journal.letter.fell", letter=letter.kind))


def _stop_clock(session: Session, task_id: int) -> bool:
    """Let the clock stand until the letter is delivered; what is done keeps its day. Returns whether it ran."""
    task = session.scalars(locked(session, sa.select(Task).where(Task.id == task_id), Task)).one()
    if not task.is_open or task.starts_on is None:
        return False
    task.starts_on = task.due_on = None
    return True
