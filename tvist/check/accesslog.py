"""The access log against its seals, the seals against the anchors outside the database, and the journals against what was anchored of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.accesslog.models import AccessEntry
from tvist.cases.history import Event
from tvist.cases.models import Case
from tvist.check.finding import Finding
from tvist.clock import now
from tvist.oversight.anchors import anchors_by_key, key_of, line_of
from tvist.oversight.models import JournalAnchor, LogBatch, LogSegment
from tvist.oversight.sealing import digest_of_journals, rows_fit, seal_of_batch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.orm import Session

    from tvist.installation import Installation
    from tvist.oversight.anchors import Anchors

LOG: Final = "access_entry"
LONGEST_WAIT: Final = timedelta(days=2)
"""How long rows may lie unsealed, and anchors unwritten, before it is told: the worker does both within the hour."""


def check_log(installation: Installation) -> Iterator[Finding]:
    """Every batch with its rows and anchors, every month, every journal that was anchored."""
    folder = installation.config.anchors
    # Read before and after the database: what a worker seals meanwhile is neither missing nor too many.
    before = anchors_by_key(folder)
    with installation.database.reading() as session:
        batches = session.scalars(sa.select(LogBatch).order_by(LogBatch.number)).all()
        segments = session.scalars(sa.select(LogSegment).order_by(LogSegment.month)).all()
        yield from check_anchors(before, anchors_by_key(folder), [*batches, *segments])
        yield from check_batches(session, batches, segments)
        yield from check_anchored_journals(session)
        yield from check_what_waits(session, batches, segments)


def check_batches(session: Session, batches: Sequence[LogBatch], segments: Sequence[LogSegment]) -> Iterator[Finding]:
    """Numbers and stretches without a gap, each seal over the one before, the rows as they were sealed; of a dropped month no row is left."""
    dropped = {segment.month for segment in segments if segment.dropped_at is not None}
    number, last_id, earlier = 0, 0, ""
    for batch in batches:
        place = f"{LOG}, batch {batch.number}"
        if (batch.number, batch.first_id) != (number + 1, last_id + 1) or batch.seal != seal_of_batch(batch, earlier):
            yield Finding(place, "log.seal")
        if not rows_fit(session, batch, is_dropped=batch.month in dropped):
            yield Finding(place, "log.rows")
        if batch.journals_sha256 != _journals_of(session, batch):
            yield Finding(place, "log.journals")
        number, last_id, earlier = batch.number, batch.last_id, batch.seal
    if batches and session.scalar(sa.select(AccessEntry.id).where(AccessEntry.id < 1).limit(1)) is not None:
        yield Finding(LOG, "log.rows")
    for segment in segments:
        if not _fits(segment, [batch for batch in batches if batch.month == segment.month]):
            yield Finding(f"{LOG}, {segment.month}", "log.month")


def check_what_waits(session: Session, batches: Sequence[LogBatch], segments: Sequence[LogSegment]) -> Iterator[Finding]:
    """Nothing waits for long: where rows are not sealed or anchors not written, the worker does not run, or somebody made it look so."""
    long_ago, last_id = now() - LONGEST_WAIT, batches[-1].last_id if batches else 0
    if session.scalar(sa.select(AccessEntry.id).where(AccessEntry.id > last_id, AccessEntry.at < long_ago).limit(1)) is not None:
        yield Finding(LOG, "log.unsealed")
    made = [(batch.written_at, batch.sealed_at) for batch in batches] + [
        (found.written_at, found.closed_at) for found in segments
    ]
    if any(written is None and at < long_ago for written, at in made):
        yield Finding("anchors", "anchor.unwritten")


def _journals_of(session: Session, batch: LogBatch) -> str:
    query = sa.select(JournalAnchor.case_id, JournalAnchor.lines, JournalAnchor.seal)
    rows = session.execute(query.where(JournalAnchor.batch_number == batch.number).order_by(JournalAnchor.case_id)).all()
    return digest_of_journals((row.case_id, row.lines, row.seal) for row in rows)


def _fits(segment: LogSegment, batches: Sequence[LogBatch]) -> bool:
    if not batches:
        return False
    said = (segment.first_batch, segment.last_batch, segment.first_id, segment.last_id, segment.count, segment.seal)
    first, last = batches[0], batches[-1]
    return said == (
        first.number,
        last.number,
        first.first_id,
        last.last_id,
        sum(batch.count for batch in batches),
        last.seal,
    )


def check_anchored_journals(session: Session) -> Iterator[Finding]:
    """Each journal still holds the lines that were its last ones when they were anchored."""
    query = (
        sa.select(sa.func.coalesce(Case.number, sa.literal("case")))
        .select_from(JournalAnchor)
        .outerjoin(Case, Case.id == JournalAnchor.case_id)
        .outerjoin(
            Event,
            sa.and_(
                Event.case_id == JournalAnchor.case_id, Event.sequence == JournalAnchor.lines, Event.seal == JournalAnchor.seal
            ),
        )
        .where(Event.id.is_(None))
        .distinct()
    )
    yield from (Finding(str(number), "journal.anchor") for number in session.scalars(query.order_by(sa.literal_column("1"))))


def check_anchors(before: Anchors, after: Anchors, anchored: Sequence[LogBatch | LogSegment]) -> Iterator[Finding]:
    """What was written outside the database is what stands in it: no line missing, none that says something else, none too many."""
    for found in anchored:
        line = line_of(found)
        lines = after.get(key_of(line), [])
        if found.written_at is not None and not lines:
            yield Finding(f"anchors, {key_of(line)}", "anchor.missing")
        if any(each != line for each in lines):
            yield Finding(f"anchors, {key_of(line)}", "anchor.differs")
    known = {key_of(line_of(found)) for found in anchored}
    yield from (Finding(f"anchors, {key}", "anchor.extra") for key in before if key not in known)
