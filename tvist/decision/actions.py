"""Dissent; and the issue in three acts: ordered, issued or called back (rules 35-38). Before them: `questions`, `voting`, `writing`, `approving`.

How the members voted is known only with the keys, so acts that stand on the votes take `keys`, and ask `rules.unfinished` before `take_step`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.access.policy import Act
from tvist.cases.lifecycle import State, obstacles, take_step
from tvist.cases.tasks import close_all_tasks, close_tasks, open_task
from tvist.cases.waiting import Desk, TaskKind
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.decision.approving import demand_seat
from tvist.decision.issued import write_ending, write_outcomes
from tvist.decision.models import CallBack, Remark, RemarkKind
from tvist.decision.record import BUNDLE_ADDRESS, as_json, canonical, sha256_of
from tvist.decision.rules import approvals_of, changed_since_ordered, unfinished
from tvist.decision.verifying import verify_record
from tvist.decision.votes import PANEL_SIZE, is_open
from tvist.decision.writing import forget_all
from tvist.errors import CannotProceed
from tvist.jobs.actions import queue
from tvist.jobs.models import JobKind
from tvist.panel.calling import let_approvals_fall, open_for_leader
from tvist.panel.rules import faults_before_issue, panel_faults
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.decision.files import MadeFile
    from tvist.decision.models import Decision, Question
    from tvist.documents.storage import PaperStore
    from tvist.vault.keys import MasterKeys


def dissent(question: Question, *, by: User, at: datetime, kind: RemarkKind, text: str) -> None:
    """Write one's own dissent or concurring remark on a question (rule 35); an empty text takes it away."""
    _demand_open(question, by)
    own = next((found for found in question.remarks if found.user_id == by.id), None)
    written = text.strip()
    if own is not None and not written:
        question.remarks.remove(own)
        session_of(question).delete(own)
    elif own is not None and (own.kind, own.text) != (kind, written):
        own.kind, own.text, own.written_at = kind, written, at
    elif own is None and written:
        question.remarks.append(Remark(user=by, user_id=by.id, kind=kind, text=written, written_at=at))
    else:
        return
    _changed(question.case, Act.DISSENT, by=by, at=at)


def order_issue(case: Case, *, by: User, at: datetime, keys: MasterKeys, bundle_at: str = "", verify_at: str = "") -> Decision:
    """Freeze the record with the day of issue, write the outcomes, and ask the machine to make the file (rules 36, 38).

    `bundle_at` is the address to which the number of a page of the bundle is added; without it the file has no links. `verify_at` is that to
    which the code is added by which the file is verified; without it the code is printed alone.
    """
    faults = unfinished(case, Act.ORDER_ISSUE, keys) + faults_before_issue(case, at)
    decision = case.decision
    if faults or decision is None:
        raise CannotProceed(list(dict.fromkeys(faults)) or [Message("decision.no_text")])
    record = canonical(case, keys) | {"issued_on": oslo_date(at).isoformat()} | verify_record(verify_at)
    record |= {BUNDLE_ADDRESS: bundle_at} if bundle_at else {}
    take_step(case, Act.ORDER_ISSUE, by=by, at=at)
    decision.frozen = as_json(record)
    decision.frozen_sha256 = sha256_of(decision.frozen)
    decision.ordered_at, decision.ordered_by_id = at, by.id
    write_outcomes(decision, keys)
    close_tasks(case, TaskKind.ORDER_ISSUE, TaskKind.WRITE_TEXT, TaskKind.APPROVE, TaskKind.VOTE, at=at)
    open_task(case, TaskKind.ISSUE, at=at, owner=Desk.MACHINE)
    session = session_of(case)
    session.flush()
    queue(session, JobKind.ISSUE_DECISION, decision.id, at=at)
    return decision


def issue(case: Case, *, at: datetime, keys: MasterKeys, papers: PaperStore, made: Sequence[MadeFile]) -> None:
    """Issue the opinion: check everything again, then state, outcome, files, letters, all or nothing (rule 38).

    `made` are the files as `issuing.issue_job` printed, sealed and kept them before this transaction.
    """
    decision = case.decision
    if decision is None or case.state is not State.ISSUING:
        raise CannotProceed(obstacles(case, Act.ISSUE) or [Message("decision.record_changed")])
    changed = changed_since_ordered(case, keys)
    faults = [*obstacles(case, Act.ISSUE), *panel_faults(case, at), *([changed] if changed else [])]
    if faults:
        raise CannotProceed(list(dict.fromkeys(faults)))
    if not made or not all(papers.verify(each.stored.blob_id, each.stored.sha256) for each in made):
        raise CannotProceed(Message("decision.file_broken"))
    # The state and the outcome are bound by a CHECK: what is loaded between them must not flush.
    with session_of(case).no_autoflush:
        event = take_step(case, Act.ISSUE, by=None, at=at)
        write_ending(case, decision, made, event)
    close_all_tasks(case, at=at)
    forget_all(case)


def call_back(case: Case, *, by: User, at: datetime, reasons: str) -> None:
    """Take an ordered issue back to the panel: the record is no longer frozen, and what was approved may be changed (rule 38)."""
    decision = case.decision
    take_step(case, Act.CALL_BACK, by=by, at=at)
    session = session_of(case)
    if decision is not None:
        for outcome in list(decision.outcomes):
            session.delete(outcome)
        decision.frozen = decision.frozen_sha256 = decision.ordered_at = decision.ordered_by_id = None
        decision.call_backs.append(CallBack(by=by, by_id=by.id, at=at, reasons=reasons.strip()))
        session.flush()
        session.expire(decision, ["outcomes"])
    close_tasks(case, TaskKind.ISSUE, TaskKind.ORDER_ISSUE, at=at)
    again = TaskKind.ORDER_ISSUE if len(approvals_of(case)) == PANEL_SIZE else TaskKind.WRITE_TEXT
    open_for_leader(case, again, at)


def _demand_open(question: Question, by: User) -> None:
    """What is said of a question comes after the votes on it, so that no text tells a vote too early."""
    demand_seat(question.case, by)
    if question.fell_at is not None:
        raise CannotProceed(Message("decision.fallen", line=question.line.position))
    if not is_open(question):
        raise CannotProceed(Message("decision.not_open_yet"))


def _changed(case: Case, act: Act, *, by: User, at: datetime) -> None:
    """A text of the opinion was changed: journal it, and let the approvals fall."""
    take_step(case, act, by=by, at=at)
    let_approvals_fall(case, at)
