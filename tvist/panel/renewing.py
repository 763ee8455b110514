"""A new version of the bundle: when a late round has ended, or the leader has let something in by exception (rules 21, 33)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from tvist.access.policy import Act
from tvist.cases.admissions import LateSending, LetIn
from tvist.cases.lifecycle import State, obstacles, take_step
from tvist.cases.models import Case
from tvist.cases.tasks import close_tasks, open_task
from tvist.cases.waiting import TaskKind
from tvist.db import locked, session_of
from tvist.delivery.actions import write_to_party, write_to_user
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed
from tvist.jobs.actions import queue
from tvist.jobs.models import JobKind
from tvist.panel.bundle import freeze, may_be_let_in, not_in_newest
from tvist.panel.calling import let_approvals_fall
from tvist.panel.late import hand_to_leader, running_rounds
from tvist.pdf import missing_letters
from tvist.procedure.deadlines import is_late
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.submissions import Submission
    from tvist.db import Database
    from tvist.panel.models import Bundle


def let_in(submission: Submission, *, by: User, at: datetime, reasons: str) -> LetIn:
    """Let the panel read what not each party has had, by the leader's exception; the reasons print in the opinion (rule 21).

    A case before the panel gets a new version of its bundle. Raises `CannotProceed` for what cannot be let in, and without reasons.
    """
    case = submission.case
    faults = [] if submission in [each.submission for each in may_be_let_in(case)] else [Message("late.cannot_be_let_in")]
    if not reasons.strip():
        faults.append(Message("late.exception_needs_reasons"))
    if unprintable := missing_letters(reasons):
        # They are written once and print in the opinion, which could never be approved with them.
        faults.append(unprintable)
    if found := obstacles(case, Act.LET_IN) or faults:
        raise CannotProceed(found)
    said = Message("journal.let_in", what=submission.kind, reasons=reasons.strip())
    take_step(case, Act.LET_IN, by=by, at=at, said=said)
    session = session_of(case)
    with session.no_autoflush:
        made = LetIn(case=case, submission=submission, by=by, by_id=by.id, at=at, reasons=reasons.strip())
        session.add(made)
    session.flush()
    if case.state is State.PANEL:
        renew_bundle(case, by=by, at=at)
    return made


def renew_bundle(case: Case, *, by: User | None, at: datetime) -> Bundle:
    """Freeze the next version. All three read it anew before they approve; approvals fall, votes stand and may be changed (rule 33).

    `by` is None where the round for the other parties ended it. Raises `CannotProceed` where nothing has come since the last version.
    """
    take_step(case, Act.RENEW_BUNDLE, by=by, at=at)
    held = {entry.submission_id for entry in case.bundles[-1].entries}
    bundle, session = freeze(case, at=at), session_of(case)
    session.flush()
    for entry in bundle.entries:
        if entry.submission_id not in held:
            # The panel may find it in a search from now on.
            queue(session, JobKind.INDEX_SUBMISSION, entry.submission_id, at=at)
    let_approvals_fall(case, at)
    close_tasks(case, TaskKind.CONFIRM_READING, at=at)
    for seat in case.seats_held:
        if seat.is_declared:
            open_task(case, TaskKind.CONFIRM_READING, at=at, owner=seat.user)
            write_to_user(seat.user, LetterKind.BUNDLE_RENEWED, at=at, case=case, link=f"/cases/{case.slug}/bundle")
    for party in case.parties_present:
        write_to_party(party, LetterKind.BUNDLE_RENEWED, at=at)
    return bundle


def look_at_late(case: Case, *, at: datetime) -> None:
    """The daily round of what came late: end times to comment that are out, make the new bundle, hand a ruling to who leads now.

    Done as often as one likes; a case that rests waits. A party that has asked for more time still has the word.
    """
    if case.state not in {State.PREPARED, State.PANEL} or case.resting_until is not None:
        return
    hand_to_leader(case, at=at)
    for task in case.open_tasks:
        is_out = task.due_on is not None and is_late(at, task.due_on) and task.request is None
        if task.kind is TaskKind.COMMENT_ON_LATE and is_out:
            task.done_at = at
    if case.state is State.PANEL and not_in_newest(case) and not running_rounds(case):
        renew_bundle(case, by=None, at=at)


def cases_with_late(database: Database) -> list[int]:
    """The cases, prepared or before the panel, in which something came late; by id."""
    query = (
        sa.select(LateSending.case_id)
        .join(Case, Case.id == LateSending.case_id)
        .where(Case.state.in_({State.PREPARED, State.PANEL}))
        .distinct()
        .order_by(LateSending.case_id)
    )
    with database.reading() as session:
        return list(session.scalars(query))


def look_at_late_in(database: Database, case_id: int, at: datetime) -> None:
    """The same for one case, in a transaction of its own."""
    with database.writing() as session:
        case = session.scalars(locked(session, sa.select(Case).where(Case.id == case_id), Case)).one()
        look_at_late(case, at=at)
        session.commit()
