"""Questions about papers that are to be given out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from tvist.cases.models import Case
from tvist.db import locked
from tvist.errors import NotFound
from tvist.redaction.models import Redaction

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.documents.models import Paper


def redaction_at(session: Session, public_id: str, **_rest: object) -> Redaction:
    """The redaction at that address; it and its case are locked in a writing session, the case first. Raises `NotFound`."""
    of_case = sa.select(Redaction.case_id).where(Redaction.public_id == public_id).scalar_subquery()
    if session.scalar(locked(session, sa.select(Case).where(Case.id == of_case), Case)) is None:
        raise NotFound
    query = sa.select(Redaction).where(Redaction.public_id == public_id)
    return session.scalars(
        locked(session, query, Redaction).options(selectinload(Redaction.boxes), selectinload(Redaction.uncoverings))
    ).one()


def redactions_of(session: Session, paper: Paper) -> list[Redaction]:
    """All redacted copies of a paper, in the order they were begun."""
    return list(session.scalars(sa.select(Redaction).where(Redaction.paper_id == paper.id).order_by(Redaction.id)))
