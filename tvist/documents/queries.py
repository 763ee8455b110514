"""Find a paper by the place it lies in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from tvist.documents.models import Paper
from tvist.errors import NotFound

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def paper_at(session: Session, slug: str, public_id: str) -> Paper:
    """The paper with that identifier in the case with that number in the address. Raises `NotFound`."""
    paper = _paper(session, public_id)
    if paper.submission is None or paper.submission.case.slug != slug:
        raise NotFound
    return paper


def draft_paper_at(session: Session, draft_id: str, public_id: str) -> Paper:
    """The paper with that identifier in the draft with that one. Raises `NotFound`, also once the draft was sent."""
    paper = _paper(session, public_id)
    if paper.draft is None or paper.draft.public_id != draft_id:
        raise NotFound
    return paper


def _paper(session: Session, public_id: str) -> Paper:
    paper = session.scalar(sa.select(Paper).where(Paper.public_id == public_id))
    if paper is None:
        raise NotFound
    return paper
