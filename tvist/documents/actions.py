"""What is done to papers in a draft: laid in, described, and taken out again. A paper that was sent is never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import object_session

from tvist.clock import oslo_date
from tvist.documents.models import Paper
from tvist.errors import CannotProceed
from tvist.procedure.settings import procedure_on
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from tvist.documents.models import PaperKind
    from tvist.intake.models import Draft


def add_to_draft(draft: Draft, papers: Sequence[Paper], *, at: datetime) -> None:
    """Lay papers in a draft. Raises CannotProceed for a draft that was sent, and where the sending would grow too large."""
    if not draft.is_open:
        raise CannotProceed(Message("intake.draft_is_closed"))
    rules = procedure_on(oslo_date(at))
    if len(draft.papers) + len(papers) > rules.most_papers:
        raise CannotProceed(Message("documents.too_many", limit=rules.most_papers))
    size = sum(paper.size for paper in (*draft.papers, *papers))
    if size > rules.largest_sending_bytes:
        raise CannotProceed(Message("documents.sending_too_large", limit=rules.largest_sending_bytes // 10**6))
    if size + _size_of_case(draft) > rules.largest_case_bytes:
        raise CannotProceed(Message("documents.case_too_large", limit=rules.largest_case_bytes // 10**6))
    draft.papers.extend(papers)
    draft.changed_at = at


def _size_of_case(draft: Draft) -> int:
    """The bytes of all papers that the same party has in the case which is written in: nobody can fill it up for the other side."""
    session = object_session(draft)
    if draft.in_case_id is None or session is None:
        return 0
    theirs = Paper.submission.has(case_id=draft.in_case_id, party_id=draft.party_id)
    return int(session.scalar(sa.select(sa.func.sum(Paper.size)).where(theirs)) or 0)


def describe_paper(paper: Paper, *, title: str, kind: PaperKind, dated_on: date | None, at: datetime) -> None:
    """Say what a paper of a draft is called, what it is and of which day. Raises CannotProceed for a sent one, and without a title."""
    if paper.draft is None or not paper.draft.is_open:
        raise CannotProceed(Message("intake.draft_is_closed"))
    if not title.strip():
        raise CannotProceed(Message("documents.write_title"))
    paper.title, paper.kind, paper.dated_on = title.strip(), kind, dated_on
    paper.draft.changed_at = at


def remove_from_draft(paper: Paper, *, at: datetime) -> str:
    """Take a paper out of its draft; returns the id of its bytes, to be deleted after the commit. Raises CannotProceed for a sent one."""
    draft, session = paper.draft, object_session(paper)
    if draft is None or session is None or not draft.is_open:
        raise CannotProceed(Message("intake.draft_is_closed"))
    draft.changed_at = at
    if paper.reading is not None:
        session.delete(paper.reading)
    session.delete(paper)
    return paper.blob_id
