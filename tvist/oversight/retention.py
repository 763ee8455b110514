"""How long everything is held (GDPR art. 5 and 30): one table, `procedure/data/retention.csv`, and the monthly round that carries out its own part."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.accesslog.models import AccessEntry
from tvist.accounts.models import PasswordLink, SentForm, SignInAttempt
from tvist.db import insert_once
from tvist.oversight.anchors import anchors_by_key, line_of
from tvist.oversight.models import LogBatch, LogSegment, RetentionRound
from tvist.oversight.sealing import month_of, rows_fit
from tvist.tables import rows_in
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.installation import Installation
    from tvist.oversight.anchors import Anchors

DATA: Final = Path(__file__).parent.parent / "procedure" / "data"
log = logging.getLogger("tvist")


@dataclass(frozen=True)
class Kept:
    """A kind of data: which tables hold it, on what ground, for how long since when, and what happens then, by whom."""

    code: str
    tables: tuple[str, ...]
    basis: str
    keep: str
    since: str
    then: str
    by: str

    @property
    def what(self) -> Message:
        """What it is."""
        return Message(f"retention.what.{self.code}")

    @property
    def ground(self) -> Message:
        """By what right it is held."""
        return Message(f"retention.basis.{self.basis}")

    @property
    def length(self) -> Message:
        """How long, and since when."""
        since = Message(f"retention.since.{self.since}")
        if not self.keep:
            return Message("retention.open", since=since)
        count, unit = self.keep.split()
        return Message(f"retention.{unit.rstrip('s')}s", count=int(count), since=since)

    @property
    def afterwards(self) -> Message:
        """What happens then."""
        return Message(f"retention.then.{self.then}")

    @property
    def doer(self) -> Message:
        """Who sees to it."""
        return Message(f"retention.by.{self.by}")


@cache
def retention_table() -> tuple[Kept, ...]:
    """Every kind of data that is held, in the order of the table."""
    return tuple(
        Kept(row["code"], tuple(row["tables"].split()), row["basis"], row["keep"], row["since"], row["then"], row["by"])
        for row in rows_in(DATA, "retention")
    )


def kept_for(code: str) -> tuple[int, str]:
    """The length of a kind that has one: number and unit."""
    count, unit = next(kept.keep for kept in retention_table() if kept.code == code).split()
    return int(count), unit.rstrip("s")


def carry_out(installation: Installation, at: datetime) -> Mapping[str, int]:
    """Take away what the table says is to be taken away by the round, once a month. Returns how many rows of each kind; empty when it was done."""
    days = {code: kept_for(code)[0] for code in TAKEN_BY_DAYS}
    taken: dict[str, int] = {}
    for code, take in TAKEN_BY_DAYS.items():
        taken |= _in_this_month(installation, code, partial(take, before=at - timedelta(days=days[code])), at)
    anchors = anchors_by_key(installation.config.anchors)
    return taken | _in_this_month(installation, "access_log", partial(_months, anchors=anchors, at=at), at)


def _in_this_month(installation: Installation, code: str, take: Callable[[Session], int], at: datetime) -> dict[str, int]:
    """Take away one kind, once in the month, and note how much: both or neither. Empty where it was done."""
    month = month_of(at)
    with installation.database.writing() as session:
        if session.scalar(sa.select(RetentionRound.id).where(RetentionRound.month == month, RetentionRound.kind == code)):
            return {}
        count = take(session)
        # Where another worker has done it meanwhile, this one's part is rolled back.
        if insert_once(session, RetentionRound, month=month, kind=code, count=count, at=at):
            session.commit()
            return {code: count}
    return {}


def rounds(session: Session, size: int) -> Sequence[RetentionRound]:
    """What the rounds took away, the newest first."""
    query = sa.select(RetentionRound).order_by(RetentionRound.month.desc(), RetentionRound.id.desc())
    return session.scalars(query.limit(size)).all()


def drop_month(session: Session, segment: LogSegment, anchors: Anchors, at: datetime) -> int | None:
    """Drop the rows of a closed month as a whole. Returns how many; None where it may not go.

    A month goes only when its anchor and those of its batches are on the disk and say what the database says, and the rows are those that were
    sealed: what does not fit is kept, to be looked at.
    """
    batches = session.scalars(sa.select(LogBatch).where(LogBatch.month == segment.month).order_by(LogBatch.number)).all()
    is_anchored = _is_anchored(segment, anchors) and all(_is_anchored(batch, anchors) for batch in batches)
    if segment.dropped_at is not None or not is_anchored or not all(rows_fit(session, batch) for batch in batches):
        return None
    segment.dropped_at = at
    session.flush()
    session.execute(sa.delete(AccessEntry).where(AccessEntry.id.between(segment.first_id, segment.last_id)))
    return segment.count


def _is_anchored(found: LogSegment | LogBatch, anchors: Anchors) -> bool:
    line = line_of(found)
    key = found.month if isinstance(found, LogSegment) else found.number
    return found.written_at is not None and anchors.get(key) == [line]


def _months(session: Session, *, anchors: Anchors, at: datetime) -> int:
    """Drop the months of the log whose time is over. The newest row always stays: ids are never used anew."""
    newest = session.scalar(sa.select(sa.func.max(AccessEntry.id))) or 0
    last = _months_before(month_of(at), kept_for("access_log")[0])
    over = sa.and_(LogSegment.month < last, LogSegment.dropped_at.is_(None), LogSegment.last_id < newest)
    taken = 0
    for segment in session.scalars(sa.select(LogSegment).where(over).order_by(LogSegment.month)).all():
        dropped = drop_month(session, segment, anchors, at)
        if dropped is None:
            log.error("retention: %s of the access log does not fit its anchors and was kept", segment.month)
        taken += dropped or 0
    return taken


def _months_before(month: str, count: int) -> str:
    """The month that lies `count` months before."""
    months = int(month[:4]) * 12 + int(month[5:]) - 1 - count
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


def _attempts(session: Session, *, before: datetime) -> int:
    return _deleted(session, sa.delete(SignInAttempt).where(SignInAttempt.at < before))


def _links(session: Session, *, before: datetime) -> int:
    return _deleted(session, sa.delete(PasswordLink).where(PasswordLink.expires_at < before))


def _forms(session: Session, *, before: datetime) -> int:
    return _deleted(session, sa.delete(SentForm).where(SentForm.at < before))


def _deleted(session: Session, statement: sa.Delete) -> int:
    found = session.execute(statement.execution_options(synchronize_session=False))
    return int(found.rowcount)  # type: ignore[attr-defined]  # A DELETE answers with a CursorResult.


TAKEN_BY_DAYS: Final[Mapping[str, Callable[..., int]]] = {
    "sign_in_attempt": _attempts,
    "password_link": _links,
    "sent_form": _forms,
}
"""What the round takes away when its days are over, and how."""
