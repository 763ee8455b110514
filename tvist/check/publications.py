"""What was made public is what was approved, by another than who marked it, under numbers without a gap (rule 46)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tvist.access.policy import Act
from tvist.cases.history import Event
from tvist.cases.models import Case
from tvist.check.finding import Finding
from tvist.decision.models import Decision
from tvist.decision.record import sha256_of
from tvist.publication.models import Publication
from tvist.publication.rules import approved_hash, markers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.orm import Session

    from tvist.check.finding import Findings

A_BATCH: Final = 100


def check_publications(session: Session) -> Iterator[Finding]:
    """All findings, publication by publication, then the numbers and the journal."""
    last = 0
    while batch := _read(session, after=last):
        for publication in batch:
            number = publication.decision.case.number
            yield from (Finding(number, code) for code in _check(publication))
        last = batch[-1].id
        session.expunge_all()
    yield from _check_numbers(session)
    yield from _check_journal(session)


def _read(session: Session, *, after: int) -> Sequence[Publication]:
    query = sa.select(Publication).where(Publication.id > after).order_by(Publication.id).limit(A_BATCH)
    decision = joinedload(Publication.decision).options(joinedload(Decision.case), selectinload(Decision.corrections))
    hands = selectinload(Publication.marks), selectinload(Publication.blurs), selectinload(Publication.undoings)
    return session.scalars(query.options(decision, *hands)).unique().all()


def _check(publication: Publication) -> Findings:
    if publication.frozen is not None and sha256_of(publication.frozen) != publication.frozen_sha256:
        yield "publication.changed"
    if publication.approved_at is None:
        return
    if any(mark.hides is None for mark in publication.marks) or approved_hash(publication) != publication.approved_sha256:
        yield "publication.marks"
    if publication.approved_by_id in markers(publication):
        yield "publication.approval"


def _check_numbers(session: Session) -> Iterator[Finding]:
    """Each year begins with 1 and has as many numbers as its last."""
    query = sa.select(Publication.year, sa.func.count(), sa.func.max(Publication.serial)).where(Publication.serial.is_not(None))
    for year, count, last in session.execute(query.group_by(Publication.year).order_by(Publication.year)):
        if count != last:
            yield Finding(f"BTN-{year}", "publication.numbers")


def _check_journal(session: Session) -> Iterator[Finding]:
    """Each release and each withdrawal has its line."""
    of_case = Decision.case_id == Case.id
    for act, done_at in (
        (Act.RELEASE_PUBLICATION, Publication.released_at),
        (Act.WITHDRAW_PUBLICATION, Publication.withdrawn_at),
    ):
        rows = sa.select(sa.func.count()).select_from(Publication).join(Publication.decision)
        done = rows.where(of_case, done_at.is_not(None)).correlate(Case).scalar_subquery()
        lines = sa.select(sa.func.count()).where(Event.case_id == Case.id, Event.act == act).correlate(Case).scalar_subquery()
        yield from (
            Finding(number, "publication.journal") for number in session.scalars(sa.select(Case.number).where(done != lines))
        )
