"""Questions about decisions: what stands at an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tvist.cases.models import Case
from tvist.cases.queries import case_at, case_by_number
from tvist.decision.models import Question
from tvist.errors import NotFound
from tvist.words import other_norwegian

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.decision.models import Decision, IssuedFile
    from tvist.words import Norwegian


def deliberation_at(session: Session, slug: str) -> Case:
    """The case at that address with all that the panel's own pages show. Raises `NotFound`."""
    seat = Case.seats.property.mapper.class_
    return case_by_number(
        session,
        slug,
        selectinload(Case.questions).options(
            selectinload(Question.votes), selectinload(Question.remarks), joinedload(Question.line)
        ),
        selectinload(Case.seats).options(joinedload(seat.user), joinedload(seat.appointment)),
    )


def question_at(session: Session, slug: str, public_id: str) -> Question:
    """The question with that identifier in that case; the case is locked in a writing session. Raises `NotFound`."""
    case = case_at(session, slug)
    found = session.scalar(sa.select(Question).where(Question.case_id == case.id, Question.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def issued_decision_at(session: Session, slug: str) -> Decision:
    """The issued opinion of the case at that address. Raises `NotFound`, also while it is being written: nobody may know how far it is."""
    decision = case_at(session, slug).decision
    if decision is None or decision.issued_at is None:
        raise NotFound
    return decision


def issued_file_at(session: Session, slug: str, version: int) -> IssuedFile:
    """The file of one version of the issued opinion at that address, its main text. Raises `NotFound`."""
    return _file(issued_decision_at(session, slug), version, is_parallel=False)


def parallel_file_at(session: Session, slug: str, version: int) -> IssuedFile:
    """The parallel text of one version at that address (rule 39). Raises `NotFound`, also where there is none."""
    return _file(issued_decision_at(session, slug), version, is_parallel=True)


def newest_file(decision: Decision, *, is_parallel: bool = False) -> IssuedFile:
    """The file of the version that holds now, of its main text or its parallel text. Raises `NotFound`."""
    return _file(decision, max((file.version for file in decision.files), default=0), is_parallel=is_parallel)


def issued_beside(decision: Decision) -> Norwegian | None:
    """The form of the parallel text that was issued beside the main one; None where none was."""
    if not any(file.is_parallel for file in decision.files):
        return None
    return other_norwegian(decision.language)


def _file(decision: Decision, version: int, *, is_parallel: bool) -> IssuedFile:
    found = next((file for file in decision.files if (file.version, file.is_parallel) == (version, is_parallel)), None)
    if found is None:
        raise NotFound
    return found
