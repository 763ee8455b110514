"""Seal the access log in batches, anchor the journals in them, and close the months that are over. Start at `seal_log`.

A line of the log is written without a chain, so that opening a page costs one insert. Once an hour what has come is sealed: each batch is chained
to the one before, and its anchor is written to a file outside the database (`anchors`).
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from tvist.accesslog.models import AccessEntry
from tvist.cases.history import Event
from tvist.clock import OSLO
from tvist.oversight.models import JournalAnchor, LogBatch, LogSegment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.db import Database

    Rows = Sequence[Any]
    Journals = Sequence[tuple[int, int, str]]

A_BATCH: Final = 10_000
"""The most rows, and the most journals, that one batch seals."""
COLUMNS: Final = (
    AccessEntry.id,
    AccessEntry.at,
    AccessEntry.user_id,
    AccessEntry.roles,
    AccessEntry.act,
    AccessEntry.thing,
    AccessEntry.case_id,
    AccessEntry.allowed,
    AccessEntry.channel,
    AccessEntry.purpose,
)
"""What is sealed of a row, in this order. A column that comes later is sealed by a list of its own, from a batch on: these seals stand."""
NOTHING: Final = ""


def seal_log(database: Database, at: datetime) -> int:
    """Seal whatever the log has got since the last batch, and close the months before that of `at`. Returns how many batches were made."""
    settled, made = _settled_id(database), 0
    while _seal_next(database, settled, at):
        made += 1
    _close_months(database, at)
    return made


def month_of(moment: datetime) -> str:
    """`2026-03`: the month in Oslo."""
    return moment.astimezone(OSLO).strftime("%Y-%m")


def digest_of_rows(rows: Iterable[Sequence[Any]]) -> str:
    """SHA-256 over rows of the log, each as one line of JSON with all its columns in their order."""
    digest = hashlib.sha256()
    for row in rows:
        plain = [value.isoformat() if hasattr(value, "isoformat") else value for value in row]
        digest.update(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return digest.hexdigest()


def digest_of_journals(anchors: Iterable[tuple[int, int, str]]) -> str:
    """SHA-256 over the anchors of a batch: case, number of lines, last seal; by case."""
    return hashlib.sha256("".join(f"{case} {lines} {seal}\n" for case, lines, seal in anchors).encode()).hexdigest()


def seal_of_batch(batch: LogBatch, earlier: str) -> str:
    """SHA-256 over what the batch says and the seal of the one before (hexadecimal)."""
    parts = (
        earlier,
        batch.number,
        batch.month,
        batch.first_id,
        batch.last_id,
        batch.count,
        batch.rows_sha256,
        batch.journals,
        batch.journals_sha256,
        batch.sealed_at.isoformat(),
    )
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def rows_from(session: Session, first_id: int, last_id: int) -> sa.Result[Any]:
    """The rows of the log in a stretch of ids, as they are sealed."""
    query = sa.select(*COLUMNS).where(AccessEntry.id.between(first_id, last_id)).order_by(AccessEntry.id)
    return session.execute(query.execution_options(yield_per=A_BATCH))


def rows_fit(session: Session, batch: LogBatch, *, is_dropped: bool = False) -> bool:
    """Whether the log has the rows that were sealed in the batch, and no other; none at all where its month was dropped."""
    stretch = AccessEntry.id.between(batch.first_id, batch.last_id)
    count = session.scalar(sa.select(sa.func.count()).select_from(AccessEntry).where(stretch))
    if is_dropped:
        return count == 0
    return count == batch.count and digest_of_rows(rows_from(session, batch.first_id, batch.last_id)) == batch.rows_sha256


def _settled_id(database: Database) -> int:
    """The last id below which no row will come any more.

    PostgreSQL gives ids before the commit, so a row can be seen later than one with a higher id. Who inserts holds a lock on the table from before
    the id is drawn: a moment in which we hold the table shows that all lower ids are there, or never will be. SQLite has one writer.
    """
    with database.writing() as session:
        if not database.is_sqlite:
            session.execute(sa.text("LOCK TABLE access_entry IN SHARE MODE"))
        return session.scalar(sa.select(sa.func.max(AccessEntry.id))) or 0


def _seal_next(database: Database, settled: int, at: datetime) -> bool:
    """Seal the next batch. Returns whether there was anything to seal."""
    with database.writing() as session:
        if not database.is_sqlite:
            # Two workers do not seal the same rows; SQLite has one writer anyway.
            session.execute(sa.text("LOCK TABLE log_batch IN EXCLUSIVE MODE"))
        before = session.scalar(sa.select(LogBatch).order_by(LogBatch.number.desc()).limit(1))
        first_id = before.last_id + 1 if before else 1
        query = sa.select(*COLUMNS).where(AccessEntry.id.between(first_id, settled)).order_by(AccessEntry.id)
        rows, journals = session.execute(query.limit(A_BATCH)).all(), _grown_journals(session)
        if not rows and not journals:
            return False
        month = _month_for(session, before, month_of(rows[0].at if rows else at))
        rows = rows[: _first_after(month, rows)]
        _add_batch(session, before, month, rows=rows, journals=journals, at=at.astimezone(UTC))
        session.commit()
        return True


def _add_batch(session: Session, before: LogBatch | None, month: str, *, rows: Rows, journals: Journals, at: datetime) -> None:
    first_id = before.last_id + 1 if before else 1
    batch = LogBatch(
        number=before.number + 1 if before else 1,
        month=month,
        first_id=first_id,
        last_id=rows[-1].id if rows else first_id - 1,
        count=len(rows),
        rows_sha256=digest_of_rows(rows),
        journals=len(journals),
        journals_sha256=digest_of_journals(journals),
        sealed_at=at,
    )
    batch.seal = seal_of_batch(batch, before.seal if before else NOTHING)
    session.add(batch)
    session.flush()
    session.add_all(
        JournalAnchor(batch_number=batch.number, case_id=case, lines=lines, seal=seal) for case, lines, seal in journals
    )


def _month_for(session: Session, before: LogBatch | None, month: str) -> str:
    """The month a batch belongs to: never before that of the last one, and never one that is closed, whatever a clock that went back says."""
    closed = session.scalar(sa.select(sa.func.max(LogSegment.month)))
    return max(month, before.month if before else "", _month_after(closed) if closed else "")


def _month_after(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + 1}-01" if number == 12 else f"{year}-{number + 1:02d}"  # noqa: PLR2004 - December.


def _first_after(month: str, rows: Rows) -> int:
    """How many rows stand before the first one of a later month."""
    return next((place for place, row in enumerate(rows) if month_of(row.at) > month), len(rows))


def _grown_journals(session: Session) -> list[tuple[int, int, str]]:
    """Journals that are longer than when they were last anchored: case, number of lines, last seal; by case."""
    longest = sa.select(Event.case_id, sa.func.max(Event.sequence).label("lines")).group_by(Event.case_id).subquery()
    anchored = (
        sa.select(JournalAnchor.case_id, sa.func.max(JournalAnchor.lines).label("lines"))
        .group_by(JournalAnchor.case_id)
        .subquery()
    )
    query = (
        sa.select(Event.case_id, Event.sequence, Event.seal)
        .join(longest, sa.and_(longest.c.case_id == Event.case_id, longest.c.lines == Event.sequence))
        .outerjoin(anchored, anchored.c.case_id == Event.case_id)
        .where(sa.or_(anchored.c.lines.is_(None), anchored.c.lines < Event.sequence))
    )
    return [(row.case_id, row.sequence, row.seal) for row in session.execute(query.order_by(Event.case_id).limit(A_BATCH))]


def _close_months(database: Database, at: datetime) -> None:
    """Close each month that is over: whatever comes now belongs to a later one."""
    with database.writing() as session:
        closed = sa.select(LogSegment.month)
        query = sa.select(LogBatch).where(LogBatch.month < month_of(at), LogBatch.month.not_in(closed)).order_by(LogBatch.number)
        of_month: dict[str, list[LogBatch]] = {}
        for batch in session.scalars(query):
            of_month.setdefault(batch.month, []).append(batch)
        session.add_all(_segment(month, batches, at) for month, batches in of_month.items())
        session.commit()


def _segment(month: str, batches: Sequence[LogBatch], at: datetime) -> LogSegment:
    return LogSegment(
        month=month,
        first_batch=batches[0].number,
        last_batch=batches[-1].number,
        first_id=batches[0].first_id,
        last_id=batches[-1].last_id,
        count=sum(batch.count for batch in batches),
        seal=batches[-1].seal,
        closed_at=at,
    )
