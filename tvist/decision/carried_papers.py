"""The papers of a case that is treated anew: bytes of their own in the new case, and what points into them (rule 40).

The job copies outside any writing transaction, then writes all rows in one: either every paper is there, or none. Begun twice it keeps one set.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tvist.cases.chronology import StatedFact
from tvist.cases.queries import case_by_number
from tvist.cases.submissions import SubmissionKind
from tvist.clock import oslo_date
from tvist.decision.afterwards import NewTreatment
from tvist.decision.queries import newest_file
from tvist.decision.renewing import copied
from tvist.documents.models import Paper, PaperKind
from tvist.jobs.actions import queue
from tvist.jobs.models import JobKind
from tvist.submissions.models import FactAnswer, PageComment
from tvist.words import Message
from tvist.words import render as worded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.cases.models import Case
    from tvist.cases.submissions import Submission
    from tvist.decision.models import Decision, IssuedFile
    from tvist.documents.storage import PaperStore, Stored
    from tvist.installation import Installation


@dataclass(frozen=True)
class Taken:
    """A paper to be copied: the earlier paper's id (None for the earlier opinion), where its bytes lie, and the sending it comes with."""

    paper_id: int | None
    blob_id: str
    sending_id: int
    stored: Stored | None = None


def copy_papers_job(installation: Installation, asked_id: int, at: datetime) -> None:
    """Bring the papers, the facts, the answers to facts and the comments beside pages into the new case."""
    with installation.database.reading() as session:
        asked = session.get_one(NewTreatment, asked_id)
        if asked.new_case is None or are_carried(asked.new_case):
            return
        number, waiting = asked.new_case.number, to_be_taken(asked)
    taken: list[Taken] = []
    is_kept = False
    try:
        taken += _stored(installation.papers, waiting)
        with installation.database.writing() as session:
            new = case_by_number(session, number)
            if not are_carried(new) and new.renews is not None:
                _write(session, new.renews, taken, at)
                session.commit()
                is_kept = True
    finally:
        for each in taken if not is_kept else ():
            if each.stored is not None:
                installation.papers.discard(each.stored.blob_id)


def are_carried(new: Case) -> bool:
    """Whether the papers of the earlier case are here: the earlier opinion always is one of them."""
    ruling = _ruling_in(new)
    return ruling is not None and bool(ruling.papers)


def to_be_taken(asked: NewTreatment) -> list[Taken]:
    """What is to be copied: of each sending its papers as they stand, the replacement for what is under quarantine; and the earlier opinion."""
    new = asked.new_case
    if new is None:
        return []
    found = []
    for copy in new.submissions:
        if copy.copy_of_id is not None:
            found += [Taken(paper.id, paper.blob_id, copy.id) for paper in _as_they_stand(_original(asked.case, copy))]
    ruling, opinion = _ruling_in(new), _last_file(asked.case.decision)
    return found + ([Taken(None, opinion.blob_id, ruling.id)] if ruling and opinion else [])


def _stored(papers: PaperStore, waiting: list[Taken]) -> list[Taken]:
    done: list[Taken] = []
    try:
        for each in waiting:
            # Whole in memory, one at a time: the store cannot be read from while it is written to.
            content = list(papers.open(each.blob_id))
            done.append(replace(each, stored=papers.put(content, max_bytes=None)))
    except BaseException:
        for each in done:
            if each.stored is not None:
                papers.discard(each.stored.blob_id)
        raise
    return done


def _write(session: Session, asked: NewTreatment, taken: list[Taken], at: datetime) -> None:
    """All rows of the papers and of what points into them."""
    new = asked.new_case
    assert new is not None  # noqa: S101 - the caller has found the request by its new case.
    sendings = {sending.id: sending for sending in new.submissions}
    papers: dict[int, Paper] = {}
    for each in taken:
        if each.stored is not None:
            sending = sendings[each.sending_id]
            paper = _copy_of(session, each, sending) if each.paper_id else _opinion_as_paper(asked.case, each, sending, at)
            sending.papers.append(paper)
            if each.paper_id is not None:
                papers[each.paper_id] = paper
    session.flush()
    # A fact is not in the session before it stands in its sending, and what is loaded meanwhile must not flush.
    with session.no_autoflush:
        _write_facts(asked.case, new, papers)
    session.flush()
    for sending in sendings.values():
        if sending.is_copy:
            queue(session, JobKind.INDEX_SUBMISSION, sending.id, at=at)


def _kept(taken: Taken, sending: Submission) -> dict[str, Any]:
    """Where the bytes of the copy lie, and to which case and sending it belongs."""
    assert taken.stored is not None  # noqa: S101 - the bytes are stored before a row is written.
    stored = taken.stored
    return {
        "blob_id": stored.blob_id,
        "size": stored.size,
        "sha256": stored.sha256,
        "case_id": sending.case_id,
        "submission_id": sending.id,
    }


def _copy_of(session: Session, taken: Taken, sending: Submission) -> Paper:
    own = {"draft_id": None, "replaces_id": None}
    return Paper(**(copied(session.get_one(Paper, taken.paper_id)) | own | _kept(taken, sending)))


def _opinion_as_paper(earlier: Case, taken: Taken, sending: Submission, at: datetime) -> Paper:
    """The earlier opinion, as it holds, among the papers of the new case."""
    decision = earlier.decision
    return Paper(
        **_kept(taken, sending),
        position=1,
        kind=PaperKind.DECISION,
        title=worded(Message("decision.new_treatment.earlier_opinion", number=earlier.number), earlier.language),
        filename=f"uttalelse-{earlier.slug}.pdf",
        media_type="application/pdf",
        dated_on=oslo_date(decision.issued_at) if decision and decision.issued_at else None,
        added_by_id=sending.by_id,
        added_at=at,
    )


def _write_facts(earlier: Case, new: Case, papers: Mapping[int, Paper]) -> None:
    """Facts with the papers they stand in, the answers to them, and the comments beside pages of papers that are here."""
    facts: dict[int, StatedFact] = {}
    copies = [(copy, _original(earlier, copy)) for copy in new.submissions if copy.is_copy]
    for copy, old in copies:
        for fact in old.facts:
            paper = _standing(fact.paper)
            facts[fact.id] = StatedFact(
                **_without(copied(fact), "submission_id", "paper_id"),
                case=new,
                paper=papers.get(paper.id) if paper else None,
            )
            copy.facts.append(facts[fact.id])
    for copy, old in copies:
        for answer in old.fact_answers:
            if answer.fact_id in facts:
                values = _without(copied(answer), "submission_id", "fact_id")
                copy.fact_answers.append(FactAnswer(**values, fact=facts[answer.fact_id]))
        for comment in old.page_comments:
            if comment.paper_id in papers:
                values = _without(copied(comment), "submission_id", "paper_id", "draft_id")
                copy.page_comments.append(PageComment(**values, paper=papers[comment.paper_id]))


def _as_they_stand(old: Submission) -> list[Paper]:
    return [found for paper in old.papers if (found := _standing(paper)) is not None]


def _standing(paper: Paper | None) -> Paper | None:
    """The paper itself, or the replacement that each party has been served for one under quarantine; None where there is none (rule 20)."""
    while paper is not None and paper.quarantined_at is not None:
        later = paper.replaced_by
        is_over = later is not None and later.submission is not None and later.submission.is_served_on_all
        paper = later if is_over else None
    return paper


def _original(earlier: Case, copy: Submission) -> Submission:
    return next(sending for sending in earlier.submissions if sending.id == copy.copy_of_id)


def _ruling_in(new: Case) -> Submission | None:
    """The ruling that this case began by; one that it has brought along from a still earlier case came with its own opinion."""
    request = new.renews
    found = (sending for sending in new.submissions if sending.kind is SubmissionKind.NEW_TREATMENT_DECISION and sending.is_copy)
    return next((sending for sending in found if request is not None and sending.made_at == request.decided_at), None)


def _last_file(decision: Decision | None) -> IssuedFile | None:
    return newest_file(decision) if decision and decision.files else None


def _without(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}
