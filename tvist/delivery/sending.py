"""Send the letters that were committed: each recipient's fate is marked before the mail server is spoken to, and after it has answered.

So a letter is never sent twice by itself: what a crash leaves between the two marks becomes unknown, and is shown to the secretariat.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tvist.clock import now
from tvist.db import locked
from tvist.delivery.actions import accept
from tvist.delivery.falling import hold_case_of, let_fall_if_none_arrived
from tvist.delivery.mail import Handed, MailAnswer, NoMailServer
from tvist.delivery.models import NOT_ARRIVED, Fate, Letter, Recipient

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.db import Database
    from tvist.delivery.mail import Connection, Mail

ANSWERED_WITHIN: Final = timedelta(minutes=10)
"""Longer than any mail server is waited for: who is still in `handing_over` after it was left there by a crash."""
WAITS: Final = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(hours=24),
    timedelta(hours=24),
)
"""How long to wait after the first, second … time a letter was put off. After the last it is given up as not delivered."""
BATCH: Final = 200
_IS_LET_GO: Final = sa.and_(Letter.released_at.is_not(None), Letter.stopped_at.is_(None))


@dataclass(frozen=True)
class Sent:
    """How many recipients were accepted, bounced, put off, and left unknown."""

    accepted: int = 0
    bounced: int = 0
    put_off: int = 0
    unknown: int = 0
    is_server_away: bool = False
    """The mail server could not be reached; what waits goes on waiting."""

    def __bool__(self) -> bool:
        """Whether anything came of it."""
        return bool(self.accepted or self.bounced or self.put_off or self.unknown)


def send_letters(database: Database, mail: Mail | None, *, at: datetime | None = None) -> Sent:
    """Send all that waits; without a mail server letters are read in the program, and are accepted at once.

    `at` is the moment of all that happens here; None asks the clock for each letter.
    """
    if mail is None:
        return Sent(accepted=_accept_in_batches(database, at))
    sent = Sent(unknown=give_up_the_unclear(database, at=at or now()))
    if not _is_waiting(database, at or now()):
        return sent
    try:
        connection = mail.connect()
    except NoMailServer:
        return replace(sent, is_server_away=True)
    try:
        return _hand_over_all(database, connection, sent, at)
    finally:
        connection.close()


def accept_all(session: Session, *, at: datetime, limit: int | None = None) -> int:
    """Accept what waits, as read in the program; returns for how many recipients. Does not commit."""
    query = (
        sa.select(Recipient)
        .join(Recipient.letter)
        .where(Recipient.fate == Fate.MADE, _IS_LET_GO)
        .order_by(Recipient.id)
        .limit(limit)
    )
    # The letters are held too: an officer may be stopping one in this moment.
    waiting = session.scalars(query.with_for_update(of=(Recipient, Letter))).all()
    for recipient in waiting:
        recipient.attempts += 1
        recipient.handed_over_at = at
        accept(recipient, at=at)
    return len(waiting)


def give_up_the_unclear(database: Database, *, at: datetime) -> int:
    """What a crash left on its way becomes unknown: nobody can tell whether the mail server has it. Returns how many."""
    with database.writing() as session:
        left = sa.update(Recipient).where(Recipient.fate == Fate.HANDING_OVER, Recipient.handed_over_at <= at - ANSWERED_WITHIN)
        marked = left.values(fate=Fate.UNKNOWN).returning(Recipient.id).execution_options(synchronize_session=False)
        found = session.scalars(marked).all()
        session.commit()
    for recipient_id in found:
        with database.writing() as session:
            hold_case_of(session, recipient_id)
            let_fall_if_none_arrived(session, session.get_one(Recipient, recipient_id).letter, at=at)
            session.commit()
    return len(found)


def _accept_in_batches(database: Database, at: datetime | None) -> int:
    total = 0
    while True:
        with database.writing() as session:
            accepted = accept_all(session, at=at or now(), limit=BATCH)
            session.commit()
        total += accepted
        if accepted < BATCH:
            return total


def _hand_over_all(database: Database, connection: Connection, sent: Sent, at: datetime | None) -> Sent:
    while (recipient := _mark(database, at or now())) is not None:
        handed = connection.hand_over(recipient)
        fate = _note(database, recipient, handed, at or now())
        sent = _counted(sent, fate)
        if handed.answer is MailAnswer.UNCLEAR or (handed.answer is MailAnswer.PUT_OFF and handed.code is None):
            # The line is gone; the rest waits for the next run.
            return replace(sent, is_server_away=True)
    return sent


def _counted(sent: Sent, fate: Fate) -> Sent:
    name = {Fate.ACCEPTED: "accepted", Fate.BOUNCED: "bounced", Fate.MADE: "put_off"}.get(fate, "unknown")
    return replace(sent, **{name: getattr(sent, name) + 1})


def _due(at: datetime) -> Sequence[sa.ColumnElement[bool]]:
    return (
        Recipient.fate == Fate.MADE,
        sa.or_(Recipient.next_try_at.is_(None), Recipient.next_try_at <= at),
        Recipient.letter.has(_IS_LET_GO),
    )


def _is_waiting(database: Database, at: datetime) -> bool:
    with database.reading() as session:
        return session.scalar(sa.select(Recipient.id).where(*_due(at)).limit(1)) is not None


def _mark(database: Database, at: datetime) -> Recipient | None:
    """Mark the next recipient as on its way, by one statement, so that two senders never take the same; None when none is due."""
    next_id = (
        sa.select(Recipient.id)
        .where(*_due(at))
        .order_by(Recipient.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    mark = (
        sa.update(Recipient)
        .where(Recipient.id == next_id)
        .values(fate=Fate.HANDING_OVER, handed_over_at=at, attempts=Recipient.attempts + 1)
    )
    with database.writing() as session:
        marked = session.execute(mark.returning(Recipient.id).execution_options(synchronize_session=False)).scalar()
        if marked is None:
            return None
        recipient = session.get_one(Recipient, marked, options=[joinedload(Recipient.letter)])
        # An officer may be stopping the letter in this moment: waited for, and asked again.
        held = locked(session, sa.select(Letter).where(Letter.id == recipient.letter_id), Letter)
        if session.scalars(held.execution_options(populate_existing=True)).one().stopped_at is not None:
            session.rollback()
            return _mark(database, at)
        session.commit()
    return recipient


def _note(database: Database, handed_over: Recipient, handed: Handed, at: datetime) -> Fate:
    """Write down what the mail server answered."""
    with database.writing() as session:
        if handed.answer is not MailAnswer.ACCEPTED:
            hold_case_of(session, handed_over.id)
        recipient = session.scalars(locked(session, sa.select(Recipient).where(Recipient.id == handed_over.id), Recipient)).one()
        recipient.answer_code = handed.code
        # A bounce may have been read before the mail server's answer was written down: it says more.
        if recipient.fate is not Fate.BOUNCED:
            _take_answer(recipient, handed, at)
            if recipient.fate in NOT_ARRIVED:
                let_fall_if_none_arrived(session, recipient.letter, at=at)
        session.commit()
        return recipient.fate


def _take_answer(recipient: Recipient, handed: Handed, at: datetime) -> None:
    if handed.answer is MailAnswer.ACCEPTED:
        accept(recipient, at=at)
    elif handed.answer is MailAnswer.UNCLEAR:
        recipient.fate = Fate.UNKNOWN
    elif handed.answer is MailAnswer.REFUSED or recipient.attempts > len(WAITS):
        recipient.fate = Fate.BOUNCED
    else:
        recipient.fate, recipient.next_try_at = Fate.MADE, at + WAITS[recipient.attempts - 1]
