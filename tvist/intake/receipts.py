"""The receipt of a request as a file: asked for with the sending, made by a job from what was filed, found again for the page (rule 15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tvist.cases.models import Case
from tvist.cases.queries import case_by_number
from tvist.cases.submissions import Submission, SubmissionKind
from tvist.documents.models import ReceiptFile
from tvist.errors import NotFound
from tvist.intake.petition import petition_of
from tvist.intake.receipt import Filed, receipt
from tvist.jobs.actions import queue
from tvist.jobs.models import Job, JobKind
from tvist.pdf import render

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.installation import Installation


@dataclass(frozen=True)
class ReceiptState:
    """How far the file is: there; or waited for, with the moment of the next attempt where one has failed; or given up."""

    file: ReceiptFile | None
    failed_times: int
    next_at: datetime | None
    is_given_up: bool


def petition_sending_at(session: Session, slug: str) -> Submission:
    """The request as a sending: who may read it may have its receipt. Raises `NotFound`, also for a case without one."""
    case = case_by_number(session, slug)
    found = next((each for each in case.submissions if each.kind is SubmissionKind.PETITION), None)
    if found is None or case.petition is None:
        raise NotFound
    return found


def receipt_state(session: Session, case: Case) -> ReceiptState:
    """How far the receipt of the case is."""
    file = session.scalar(sa.select(ReceiptFile).where(ReceiptFile.case_id == case.id))
    asked_for = sa.select(Job).where(Job.kind == JobKind.MAKE_RECEIPT, Job.thing_id == case.id).order_by(Job.id.desc()).limit(1)
    job = session.scalar(asked_for)
    if job is None:
        return ReceiptState(file, 0, None, is_given_up=file is None)
    failed_times = job.attempts if job.error else 0
    return ReceiptState(file, failed_times, job.run_at if failed_times else None, is_given_up=job.failed_at is not None)


def ask_for_receipt(session: Session, case: Case, *, at: datetime) -> None:
    """Let the receipt be made; nothing where it is there, or waited for already."""
    state = receipt_state(session, case)
    if state.file is None and (state.is_given_up or not _is_waited_for(session, case)):
        queue(session, JobKind.MAKE_RECEIPT, case.id, at=at)


def receipt_job(installation: Installation, case_id: int, at: datetime) -> None:
    """Make the file and keep it, outside any writing transaction but the last short one. Begun twice it keeps one."""
    with installation.database.reading() as session:
        if _is_there(session, case_id):
            return
        filed = filed_as(session.get_one(Case, case_id))
    stored = installation.papers.put([render(*receipt(filed))], max_bytes=None)
    is_kept = False
    try:
        with installation.database.writing() as session:
            if not _is_there(session, case_id):
                file = ReceiptFile(case_id=case_id, blob_id=stored.blob_id, size=stored.size, sha256=stored.sha256, made_at=at)
                session.add(file)
                session.commit()
                is_kept = True
    finally:
        if not is_kept:
            installation.papers.discard(stored.blob_id)


def without_withheld(case: Case, file: ReceiptFile) -> bytes | None:
    """The receipt made anew, without the papers that came under quarantine after the file was made (rule 20); None where it names none of them."""
    papers = (paper for sending in case.submissions if sending.kind is SubmissionKind.PETITION for paper in sending.papers)
    named = any(paper.quarantined_at is not None and paper.quarantined_at >= file.made_at for paper in papers)
    return render(*receipt(filed_as(case))) if named else None


def filed_as(case: Case) -> Filed:
    """What was filed, from the frozen snapshot; beside it only what the case is called and what came with it. Raises NotFound without a request."""
    sending = next((each for each in case.submissions if each.kind is SubmissionKind.PETITION), None)
    if case.petition is None or sending is None:
        raise NotFound
    return Filed(
        number=case.number,
        received_on=case.received_on,
        registered_on=case.registered_on,
        sent_at=sending.made_at,
        sent_by=sending.by.name,
        language=case.language,
        is_invented=case.is_invented,
        petition=petition_of(case.petition.snapshot),
        names={party.organisation.code: party.name for party in case.parties},
        # A paper in which a name was found is named nowhere any more (rule 20).
        papers=tuple(paper.filename for paper in sending.papers if paper.quarantined_at is None),
    )


def _is_there(session: Session, case_id: int) -> bool:
    return session.scalar(sa.select(ReceiptFile.id).where(ReceiptFile.case_id == case_id)) is not None


def _is_waited_for(session: Session, case: Case) -> bool:
    waiting = sa.select(Job.id).where(
        Job.kind == JobKind.MAKE_RECEIPT, Job.thing_id == case.id, Job.done_at.is_(None), Job.failed_at.is_(None)
    )
    return session.scalar(waiting.limit(1)) is not None
