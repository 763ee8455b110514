"""What is done to papers that were sent: under quarantine, replaced, looked through and sent over, called by another title (rules 20, 21)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.access.policy import Act
from tvist.cases.lifecycle import take_step
from tvist.cases.submissions import Submission, SubmissionKind
from tvist.cases.tasks import close_tasks, is_waiting_for, open_task
from tvist.cases.waiting import Desk, TaskKind
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.delivery.actions import write_to_party, write_to_secretariat, write_to_user
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed
from tvist.jobs.actions import queue
from tvist.jobs.models import JobKind
from tvist.search.index import forget
from tvist.search.models import SearchedThing
from tvist.submissions.paper_rules import (
    has_got,
    is_in_bundle,
    replacement_faults,
    sending_of,
    to_be_replaced,
    waiting_for_release,
    why_not_released,
    why_not_renamed,
)
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date, datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case, Party
    from tvist.documents.models import Paper, PaperKind


def quarantine_paper(paper: Paper, *, by: User, at: datetime, reason: str) -> None:
    """Keep a paper for the officers alone, from now on: it is of a wrong person, or holds a name (rule 20).

    Its sender is asked for another one; who has got it is told that it is withdrawn. The bytes are kept. Raises `CannotProceed` for one that
    is under quarantine already, and without a reason, which the sender reads.
    """
    case = sending_of(paper).case
    if paper.quarantined_at is not None:
        raise CannotProceed(Message("documents.quarantined_already"))
    if not reason.strip():
        raise CannotProceed(Message("documents.write_reason"))
    take_step(case, Act.QUARANTINE_PAPER, by=by, at=at)
    paper.quarantined_at, paper.quarantined_by_id, paper.quarantine_reason = at, by.id, reason.strip()
    forget(session_of(paper), thing_kind=SearchedThing.PAPER, thing_id=paper.id)
    _index(sending_of(paper), at)
    _close_release(case, at)
    sender = _present_sender(paper)
    if sender is not None and not case.is_closed and not is_waiting_for(case, TaskKind.REPLACE_PAPER, sender):
        open_task(case, TaskKind.REPLACE_PAPER, at=at, owner=sender)
    _tell(paper, LetterKind.PAPER_QUARANTINED, at)


def replace_paper(paper: Paper, new: Paper, *, by: User, at: datetime, text: str = "") -> Submission:
    """The sender puts a paper in the place of one under quarantine; the secretariat looks it through before anybody else sees it (rule 20).

    `new` is a paper that lies nowhere yet. Raises `NotAllowed` for another than the sender, `CannotProceed` for a paper that is not to be
    replaced, and for the very same file.
    """
    case, party = sending_of(paper).case, sending_of(paper).party
    if party is None or case.party_of(by, oslo_date(at)) is not party:
        raise NotAllowed
    if faults := replacement_faults(paper, new):
        raise CannotProceed(faults)
    take_step(case, Act.REPLACE_PAPER, by=by, at=at)
    sent = Submission(party=party, kind=SubmissionKind.REPLACEMENT, text=text.strip(), made_at=at, by=by)
    new.position, new.case_id = paper.position, case.id
    sent.papers.append(new)
    case.submissions.append(sent)
    # Only now: before it is in the session, a question in between would be asked without it.
    new.replaces = paper
    _index(sent, at)
    if not to_be_replaced(case, party):
        close_tasks(case, TaskKind.REPLACE_PAPER, at=at, owner=party)
    if not case.is_closed and not is_waiting_for(case, TaskKind.RELEASE_PAPER):
        open_task(case, TaskKind.RELEASE_PAPER, at=at, owner=Desk.SECRETARIAT)
    write_to_secretariat(case, LetterKind.SUBMISSION_RECEIVED, at=at)
    return sent


def release_paper(paper: Paper, *, by: User, at: datetime) -> None:
    """Send a replacement over to those who have got what it came with, looked through by the secretariat (rules 18, 20, 21).

    It is served as any sending is: the panel reads it when each party has been served. Raises `CannotProceed` for a paper that does not wait
    for this, and while what it came with has not gone over.
    """
    sent = sending_of(paper)
    if found := why_not_released(paper):
        raise CannotProceed(found)
    take_step(sent.case, Act.RELEASE_PAPER, by=by, at=at)
    sent.passed_on_at = at
    _close_release(sent.case, at)
    for party in has_got(paper.replaces) if paper.replaces is not None else ():
        write_to_party(party, LetterKind.PAPER_REPLACED, at=at, serves=sent)
    _tell_panel(paper, LetterKind.PAPER_REPLACED, at)


def rename_paper(paper: Paper, *, by: User, at: datetime, title: str, kind: PaperKind, dated_on: date | None) -> None:
    """Call a paper by a title, kind and date of the secretariat's; the file stays as it was sent.

    Raises `CannotProceed` without a title, and once the paper lies in a bundle: that is frozen with its titles (rule 33).
    """
    if found := why_not_renamed(paper):
        raise CannotProceed(found)
    if not title.strip():
        raise CannotProceed(Message("documents.write_title"))
    take_step(sending_of(paper).case, Act.RENAME_PAPER, by=by, at=at)
    is_renamed = paper.title != title.strip()
    paper.title, paper.kind, paper.dated_on = title.strip(), kind, dated_on
    if is_renamed:
        _index(sending_of(paper), at)


def _present_sender(paper: Paper) -> Party | None:
    party = sending_of(paper).party
    return party if party is not None and party.left_at is None else None


def _tell(paper: Paper, kind: LetterKind, at: datetime) -> None:
    """Write to the sender, and to all who have got the paper."""
    sender = _present_sender(paper)
    for party in [*([sender] if sender else []), *has_got(paper)]:
        write_to_party(party, kind, at=at)
    _tell_panel(paper, kind, at)


def _tell_panel(paper: Paper, kind: LetterKind, at: datetime) -> None:
    """The members who have the paper in their bundle are told too."""
    case = sending_of(paper).case
    if any(is_in_bundle(found) for found in (paper, paper.replaces) if found is not None):
        for seat in case.seats_held:
            if seat.is_declared:
                write_to_user(seat.user, kind, at=at, case=case)


def _close_release(case: Case, at: datetime) -> None:
    if not waiting_for_release(case):
        close_tasks(case, TaskKind.RELEASE_PAPER, at=at)


def _index(sent: Submission, at: datetime) -> None:
    session = session_of(sent.case)
    session.flush()
    queue(session, JobKind.INDEX_SUBMISSION, sent.id, at=at)
