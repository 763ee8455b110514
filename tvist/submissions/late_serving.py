"""What came after the preparation goes over to the other parties: each gets a time to comment on what was admitted (rules 21, 33)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.cases.submissions import SubmissionKind
from tvist.cases.tasks import open_task
from tvist.cases.waiting import TaskKind
from tvist.db import session_of
from tvist.delivery.actions import write_to_party
from tvist.delivery.models import LetterKind
from tvist.procedure.settings import procedure_on

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.cases.submissions import Submission


def serve_late(sent: Submission, *, at: datetime) -> None:
    """Serve it on every other party. What was admitted late gives each the word; what is said to it is served alone."""
    case, gives_word = sent.case, sent.kind is SubmissionKind.LATE
    length = procedure_on(case.registered_on).late_comment_length
    for party in case.parties_present:
        if party is sent.party:
            continue
        task = open_task(case, TaskKind.COMMENT_ON_LATE, at=at, owner=party, length=length) if gives_word else None
        # The serving points to the task by its number, which it gets here.
        session_of(case).flush()
        write_to_party(party, LetterKind.LATE_ADMITTED if gives_word else LetterKind.NEXT_ROUND, at=at, serves=sent, starts=task)
