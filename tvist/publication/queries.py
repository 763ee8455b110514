"""Questions about publications: one of them, those that wait and those that are out. Who may see belongs in the WHERE, not in a loop after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tvist.cases.models import Case
from tvist.cases.queries import case_at, visible_to
from tvist.clock import midnight
from tvist.db import locked
from tvist.decision.models import Decision, IssuedFile
from tvist.errors import NotFound
from tvist.publication.models import Mark, Publication, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User

A_PAGE: Final = 25


def _said(stage: Stage) -> sa.ColumnElement[str]:
    """The stage as a literal: PostgreSQL groups by an expression only where it is the same to the letter."""
    return sa.literal_column(f"'{stage.value}'", sa.Text())


_STAGE: Final[sa.ColumnElement[str]] = sa.case(
    (Publication.withdrawn_at.is_not(None), _said(Stage.WITHDRAWN)),
    (Publication.released_at.is_not(None), _said(Stage.RELEASED)),
    (Publication.approved_at.is_not(None), _said(Stage.APPROVED)),
    (Publication.submitted_at.is_not(None), _said(Stage.TO_APPROVE)),
    else_=_said(Stage.MARKING),
)
# What was overtaken by a corrected version before it was out is nobody's work any more.
_STANDS: Final = sa.or_(Publication.superseded_by_id.is_(None), Publication.released_at.is_not(None))


def publication_at(session: Session, public_id: str) -> Publication:
    """The publication at that address; it and its case are locked in a writing session, the case first. Raises `NotFound`."""
    of_case = sa.select(Decision.case_id).join(Publication).where(Publication.public_id == public_id).scalar_subquery()
    if session.scalar(locked(session, sa.select(Case).where(Case.id == of_case), Case)) is None:
        raise NotFound
    query = sa.select(Publication).where(Publication.public_id == public_id)
    return session.scalars(
        locked(session, query, Publication).options(
            selectinload(Publication.marks).joinedload(Mark.decided_by),
            selectinload(Publication.blurs),
            selectinload(Publication.undoings),
            selectinload(Publication.decision).options(selectinload(Decision.corrections), selectinload(Decision.files)),
        )
    ).one()


def mark_at(session: Session, public_id: str, mark_id: str) -> Mark:
    """The mark at that address. Raises `NotFound`."""
    found = next((mark for mark in publication_at(session, public_id).marks if mark.public_id == mark_id), None)
    if found is None:
        raise NotFound
    return found


def issued_at(session: Session, slug: str) -> Decision:
    """The issued opinion of the case at that address. Raises `NotFound`."""
    decision = case_at(session, slug).decision
    if decision is None or decision.issued_at is None:
        raise NotFound
    return decision


def publications_of(session: Session, decision: Decision) -> list[Publication]:
    """All publications of an opinion, in the order they were begun."""
    query = sa.select(Publication).where(Publication.decision_id == decision.id).order_by(Publication.id)
    return list(session.scalars(query))


@dataclass(frozen=True)
class Listed:
    """A line of the list: an opinion that is not begun (`publication` None), or a publication."""

    decision: Decision
    publication: Publication | None = None

    @property
    def case(self) -> Case:
        """Its case."""
        return self.decision.case


@dataclass(frozen=True)
class Listing:
    """A page of the list. `stage` None: the opinions that are not begun. `after` is the next page's beginning, None on the last."""

    stage: Stage | None
    rows: list[Listed]
    counts: Mapping[Stage | None, int]
    after: int | None


def listing(session: Session, user: User, on: date, *, stage: Stage | None, year: int | None = None, after: int = 0) -> Listing:
    """What the person may see that stands at `stage`, the newest first, with how many stand at each; five questions, however many there are.

    `year`: of the opinion's day of issue. `after`: the key of the last row of the page before; 0 for the first.
    """
    counts = counts_of(session, user, on, year)
    if stage is None:
        decisions = to_begin(session, user, on, year=year, after=after, limit=A_PAGE + 1)
        rows, keys = [Listed(found) for found in decisions], [found.id for found in decisions]
    else:
        publications = at_stage(session, user, on, stage, year=year, after=after, limit=A_PAGE + 1)
        rows, keys = [Listed(found.decision, found) for found in publications], [found.id for found in publications]
    return Listing(stage, rows[:A_PAGE], counts, keys[A_PAGE - 1] if len(keys) > A_PAGE else None)


def counts_of(session: Session, user: User, on: date, year: int | None = None) -> dict[Stage | None, int]:
    """How many stand at each stage, and under None how many opinions are not begun, of those the person may see."""
    query = sa.select(_STAGE, sa.func.count()).select_from(Publication).join(Publication.decision).join(Decision.case)
    rows = session.execute(query.where(visible_to(user, on), _STANDS, *_in_year(year)).group_by(_STAGE))
    counts: dict[Stage | None, int] = dict.fromkeys((None, *Stage), 0)
    counts |= {Stage(stage): count for stage, count in rows}
    waiting = sa.select(sa.func.count()).select_from(Decision).join(Decision.case)
    counts[None] = session.scalar(waiting.where(visible_to(user, on), _is_to_begin(), *_in_year(year))) or 0
    return counts


def at_stage(
    session: Session, user: User, on: date, stage: Stage, *, year: int | None = None, after: int = 0, limit: int
) -> Sequence[Publication]:
    """The publications at a stage that the person may see, the newest first."""
    query = sa.select(Publication).join(Publication.decision).join(Decision.case)
    query = query.where(visible_to(user, on), _STAGE.in_([stage.value]), _STANDS, *_in_year(year))
    if after:
        query = query.where(Publication.id < after)
    loaded = joinedload(Publication.decision).joinedload(Decision.case).selectinload(Case.parties)
    people = joinedload(Publication.submitted_by), joinedload(Publication.approved_by), joinedload(Publication.begun_by)
    return session.scalars(query.options(loaded, *people).order_by(Publication.id.desc()).limit(limit)).unique().all()


def to_begin(
    session: Session, user: User, on: date, *, year: int | None = None, after: int = 0, limit: int = A_PAGE
) -> Sequence[Decision]:
    """The issued opinions whose newest version nobody has begun to make ready for the public, the newest first."""
    query = sa.select(Decision).join(Decision.case).where(visible_to(user, on), _is_to_begin(), *_in_year(year))
    if after:
        query = query.where(Decision.id < after)
    loaded = joinedload(Decision.case).options(selectinload(Case.parties), selectinload(Case.declarations))
    return session.scalars(query.options(loaded).order_by(Decision.id.desc()).limit(limit)).unique().all()


def _is_to_begin() -> sa.ColumnElement[bool]:
    """Issued, not begun, and of no secret address (rule 8); the case must be in the query."""
    newest = sa.select(sa.func.max(IssuedFile.version)).where(IssuedFile.decision_id == Decision.id).correlate(Decision)
    begun = sa.exists().where(Publication.decision_id == Decision.id, Publication.decision_version == newest.scalar_subquery())
    return sa.and_(Decision.issued_at.is_not(None), Case.is_address_secret.is_(False), ~begun.correlate(Decision))


def _in_year(year: int | None) -> list[sa.ColumnElement[bool]]:
    if year is None:
        return []
    return [Decision.issued_at >= midnight(date(year, 1, 1)), Decision.issued_at < midnight(date(year + 1, 1, 1))]
