"""What screening writes and sends: letters of the body, sendings of a party, and their serving (rules 16, 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.cases.submissions import Submission, SubmissionKind
from tvist.cases.tasks import close_tasks
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.delivery.actions import write_to_party
from tvist.errors import NotAllowed
from tvist.jobs.actions import queue
from tvist.jobs.models import JobKind
from tvist.procedure.deadlines import is_late

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case, Party
    from tvist.cases.waiting import Task, TaskKind
    from tvist.delivery.models import LetterKind
    from tvist.documents.models import Paper


def from_body(case: Case, kind: SubmissionKind, text: str, *, by: User, at: datetime) -> Submission:
    """A letter of the body's own, kept among the sendings of the case."""
    submission = Submission(kind=kind, text=text, made_at=at, passed_on_at=at, by=by)
    case.submissions.append(submission)
    session_of(case).flush()
    queue(session_of(case), JobKind.INDEX_SUBMISSION, submission.id, at=at)
    return submission


def from_party(
    case: Case, kind: SubmissionKind, text: str, papers: Sequence[Paper] = (), *, answers: TaskKind, by: User, at: datetime
) -> Submission:
    """A sending of the party in whose team `by` is, which ends the party's task of kind `answers`; late where that was due before.

    Raises NotAllowed for somebody in no team.
    """
    party = case.party_of(by, oslo_date(at))
    if party is None:
        raise NotAllowed
    waiting = [task for task in case.open_tasks if task.kind is answers and task.party is party]
    late = any(task.due_on and is_late(at, task.due_on) for task in waiting)
    submission = Submission(kind=kind, party=party, text=text, made_at=at, by=by, is_late=late)
    case.submissions.append(submission)
    close_tasks(case, answers, at=at, owner=party)
    session_of(case).flush()
    move_papers(submission, papers)
    queue(session_of(case), JobKind.INDEX_SUBMISSION, submission.id, at=at)
    return submission


def move_papers(submission: Submission, papers: Sequence[Paper]) -> None:
    """Papers lie in the draft or in the sending, never in both: the row changes its place in one statement."""
    for position, paper in enumerate(papers, start=1):
        paper.draft_id, paper.submission_id, paper.case_id, paper.position = None, submission.id, submission.case_id, position
    session = session_of(submission)
    session.add_all(papers)
    session.flush()
    session.refresh(submission, ["papers"])


def serve(party: Party, kind: LetterKind, *submissions: Submission, starts: Task | None, at: datetime) -> None:
    """Write to the party and serve all these sendings on it with the one letter."""
    first, *others = submissions
    session_of(party).flush()
    write_to_party(party, kind, at=at, serves=first, also_serves=others, starts=starts)
