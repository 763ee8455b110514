"""Papers under quarantine and their replacements: each has its line in the journal, stands in no index, and takes the place of the right one (rule 20)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tvist.access.policy import Act
from tvist.cases.models import Case
from tvist.cases.submissions import SubmissionKind
from tvist.check.finding import Finding
from tvist.documents.models import Paper
from tvist.search.models import Indexed, SearchedThing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from tvist.cases.submissions import Submission
    from tvist.check.finding import Findings


def check_papers(case: Case) -> Findings:
    """The papers of one case against its journal, and each replacement against what it replaces."""
    lines = Counter(event.act for event in case.events)
    papers = [paper for sending in case.submissions for paper in sending.papers]
    replacements = [sending for sending in case.submissions if sending.kind is SubmissionKind.REPLACEMENT]
    if lines[Act.QUARANTINE_PAPER] != sum(1 for paper in papers if paper.quarantined_at is not None):
        yield "paper.quarantine"
    released = sum(1 for sending in replacements if sending.passed_on_at is not None)
    if (lines[Act.REPLACE_PAPER], lines[Act.RELEASE_PAPER]) != (len(replacements), released):
        yield "paper.replacement"
    known = {paper.id: (paper, sending) for sending in case.submissions for paper in sending.papers}
    if not all(_replaces_rightly(paper, sending, known) for paper, sending in known.values()):
        yield "paper.replacement"


def _replaces_rightly(paper: Paper, sending: Submission, known: dict[int, tuple[Paper, Submission]]) -> bool:
    """A replacement, and nothing else, takes the place of a paper under quarantine of the same case and party."""
    if paper.replaces_id is None:
        return sending.kind is not SubmissionKind.REPLACEMENT
    earlier, its_sending = known.get(paper.replaces_id, (None, None))
    if earlier is None or its_sending is None or sending.kind is not SubmissionKind.REPLACEMENT:
        return False
    return earlier.quarantined_at is not None and its_sending.party_id == sending.party_id


def check_index(session: Session) -> Iterator[Finding]:
    """No search finds a paper that is under quarantine."""
    query = (
        sa.select(Case.number)
        .join(Paper, Paper.case_id == Case.id)
        .join(Indexed, sa.and_(Indexed.thing_id == Paper.id, Indexed.thing_kind == SearchedThing.PAPER))
        .where(Paper.quarantined_at.is_not(None))
    )
    yield from (Finding(number, "paper.indexed") for number in session.scalars(query))
