"""The job that issues: it makes, seals and keeps the files outside any writing transaction, then issues in one (rule 38).

Without a seal nothing is issued: the job is tried again for as long as the certificate or the time-stamping authority is away (`sealing.NoSeal`).
Begun twice it issues once: a case that is no longer waiting for its file is left as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.cases.lifecycle import State
from tvist.cases.queries import case_by_number
from tvist.cases.tasks import is_waiting_for, open_task
from tvist.cases.waiting import TaskKind
from tvist.decision.actions import issue
from tvist.decision.files import delete_files, make_files
from tvist.decision.models import Decision
from tvist.decision.votes import leader_of
from tvist.delivery.actions import write_to_user
from tvist.delivery.models import LetterKind

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.installation import Installation


def issue_job(installation: Installation, decision_id: int, at: datetime) -> None:
    """Issue the opinion that the leader ordered. Raises whatever stops it, with the leader told once and the case left in `issuing`."""
    with installation.database.reading() as session:
        decision = session.get_one(Decision, decision_id)
        number = decision.case.number
        if decision.case.state is not State.ISSUING or decision.issued_at is not None:
            return
        session.expunge_all()
    try:
        _issue(installation, decision, number, at)
    except Exception:
        _tell_leader(installation, number, at)
        raise


def _issue(installation: Installation, decision: Decision, number: str, at: datetime) -> None:
    papers = installation.papers
    made = make_files(decision.record, papers, installation.config, at)
    is_issued = False
    try:
        with installation.database.writing() as session:
            case = case_by_number(session, number)
            # Called back, or ordered anew, while the file was made: the file is not that of what stands now.
            if case.state is State.ISSUING and case.decision is not None and case.decision.frozen == decision.frozen:
                issue(case, at=at, keys=installation.keys, papers=papers, made=made)
                session.commit()
                is_issued = True
    finally:
        if not is_issued:
            delete_files(made, papers)


def _tell_leader(installation: Installation, number: str, at: datetime) -> None:
    """Give the leader the word: to call back, or to wait for the next attempt."""
    with installation.database.writing() as session:
        case = case_by_number(session, number)
        leader = leader_of(case)
        if leader is None or case.state is not State.ISSUING or is_waiting_for(case, TaskKind.ORDER_ISSUE):
            return
        open_task(case, TaskKind.ORDER_ISSUE, at=at, owner=leader)
        write_to_user(leader, LetterKind.ISSUE_FAILED, at=at, case=case)
        session.commit()
