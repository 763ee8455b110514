"""What an officer does with a letter: lets it go, stops it, sends it again where it did not arrive, or finds that nothing more is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from tvist.access.policy import Act
from tvist.cases.submissions import Serving
from tvist.clock import oslo_date
from tvist.db import locked, session_of
from tvist.delivery.actions import address_letter, addresses_of, new_message_id
from tvist.delivery.letter_settings import ABOUT_ACCOUNTS
from tvist.delivery.models import Fate, Letter, Recipient
from tvist.delivery.queries import is_replaced
from tvist.delivery.telling import facts_of
from tvist.delivery.written import frozen, thawed
from tvist.errors import CannotProceed
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.models import User


def approve_letter(letter: Letter, *, by: User, at: datetime) -> None:
    """Let a letter go that waits for approval. Raises `CannotProceed` for one that was let go or stopped meanwhile."""
    _hold(letter)
    if not letter.waits_for_approval:
        raise CannotProceed(Message("delivery.not_waiting"))
    letter.released_at, letter.released_by = at, by
    _journal(letter, "approved", by=by, at=at)


def stop_letter(letter: Letter, *, by: User, at: datetime, reason: str) -> None:
    """Stop a letter of which nothing has left, also one that would have left by itself. Raises `CannotProceed` when it is too late.

    What it would have served stays unserved, and its clock stands still, until the letter is written again.
    """
    _hold(letter)
    if not letter.is_stoppable:
        raise CannotProceed(Message("delivery.has_left" if letter.stopped_at is None else "delivery.stopped_already"))
    letter.stopped_at, letter.stopped_by, letter.stop_reason = at, by, reason.strip()
    _journal(letter, "stopped", by=by, at=at)


def may_be_written_again(letter: Letter) -> bool:
    """Whether it was stopped and what it was to serve still waits: no later letter has taken it over."""
    if letter.stopped_at is None:
        return False
    waits = any(serving.fell_at is None and serving.served_at is None for serving in letter.servings)
    return waits or _owes_a_start(letter)


def write_again(letter: Letter, *, by: User, at: datetime) -> Letter:
    """Write a stopped letter anew to the party as it is today, serving the same and starting the same clock; it leaves at once.

    Raises `CannotProceed` for a letter that was not stopped, or whose place another has taken.
    """
    if not may_be_written_again(letter) or letter.case is None or letter.party is None:
        raise CannotProceed(Message("delivery.nothing_to_write_again"))
    session = session_of(letter)
    again = Letter(
        kind=letter.kind,
        party=letter.party,
        language=letter.language,
        subject=letter.subject,
        body=letter.body,
        link=letter.link,
        written_at=at,
        released_at=at,
        released_by=by,
        starts=letter.starts,
        details=_dated_anew(letter, at),
    )
    letter.case.letters.append(again)
    address_letter(again, addresses_of(letter.party, oslo_date(at)))
    session.flush()
    _serve_anew([found for found in letter.servings if found.fell_at is None], again, at=at)
    _journal(again, "written_again", by=by, at=at)
    return again


def _dated_anew(letter: Letter, at: datetime) -> str | None:
    """What the letter says as a document, with the day it is written anew: nothing of it has left before."""
    if letter.details is None or letter.party is None:
        return None
    day = oslo_date(at)
    return frozen(thawed(letter.details).dated(day, facts_of(letter.party, letter.language, day)))


def _owes_a_start(letter: Letter) -> bool:
    """Whether the clock it was to start still stands, and no later letter is to start it."""
    if letter.starts is None or not letter.starts.is_open or letter.starts.starts_on is not None:
        return False
    return not is_replaced(session_of(letter), letter)


def present_address(recipient: Recipient) -> str | None:
    """The address the recipient has today: the person's own, or the organisation's mailbox; None for a person who left or is shut out."""
    if recipient.user is not None:
        return recipient.user.email if recipient.user.is_active else None
    party = recipient.letter.party
    return party.organisation.mailbox if party is not None else recipient.address


def resend(recipient: Recipient, *, by: User, at: datetime, address: str) -> Recipient:
    """Send a letter again that did not arrive, or perhaps did not, to the same address or the one the recipient has today.

    What fell when it came back is served anew by it (rule 18). Raises `CannotProceed` for one that was dealt with, one that carries a key,
    and any other address.
    """
    _hold_failed(recipient)
    if recipient.letter.kind in ABOUT_ACCOUNTS:
        raise CannotProceed(Message("delivery.carries_a_key"))
    if address not in {recipient.address, present_address(recipient)}:
        raise CannotProceed(Message("delivery.not_their_address"))
    letter = recipient.letter
    again = Recipient(
        letter=letter, address=address, user=recipient.user, message_id=new_message_id(), fate=Fate.MADE, resends=recipient
    )
    session_of(letter).add(again)
    recipient.dealt_with_at, recipient.dealt_with_by = at, by
    _serve_anew([found for found in letter.servings if found.fell_at is not None], letter, at=at)
    _journal(letter, "sent_again", by=by, at=at)
    return again


def close_failure(recipient: Recipient, *, by: User, at: datetime, reason: str) -> None:
    """Find that nothing more is needed for one the letter did not reach. Raises `CannotProceed` without a reason, or when dealt with."""
    _hold_failed(recipient)
    if not reason.strip():
        raise CannotProceed(Message("delivery.say_why_closed"))
    recipient.dealt_with_at, recipient.dealt_with_by, recipient.dealt_with_reason = at, by, reason.strip()
    _journal(recipient.letter, "closed", by=by, at=at)


def _hold(letter: Letter) -> None:
    """Hold the letter, so that it does not leave in the moment it is stopped, and see where its recipients stand now."""
    session = session_of(letter)
    query = locked(session, sa.select(Letter).where(Letter.id == letter.id), Letter)
    session.scalars(query.execution_options(populate_existing=True)).one()
    session.refresh(letter, ["recipients"])
    for recipient in letter.recipients:
        session.refresh(recipient, ["fate"])


def _hold_failed(recipient: Recipient) -> None:
    session = session_of(recipient)
    query = locked(session, sa.select(Recipient).where(Recipient.id == recipient.id), Recipient)
    session.scalars(query.execution_options(populate_existing=True)).one()
    if not recipient.needs_an_officer:
        raise CannotProceed(Message("delivery.dealt_with_already"))


def _serve_anew(servings: list[Serving], letter: Letter, *, at: datetime) -> None:
    """What these servings were to serve is to be served by `letter`; nothing that stands already is served twice."""
    session = session_of(letter)
    done: set[tuple[int, int]] = set()
    for old in servings:
        key = (old.submission_id, old.party_id)
        if old.served_at is None and old.fell_at is None:
            old.fell_at = at
            session.flush()
        if key in done or session.scalar(
            sa.select(Serving.id).where(
                Serving.submission_id == old.submission_id, Serving.party_id == old.party_id, Serving.fell_at.is_(None)
            )
        ):
            continue
        done.add(key)
        session.add(Serving(submission_id=old.submission_id, party_id=old.party_id, letter_id=letter.id, task_id=old.task_id))
    session.flush()
    session.expire(letter, ["servings"])
    for submission in letter.case.submissions if letter.case else ():
        session.expire(submission, ["servings"])


def _journal(letter: Letter, what: str, *, by: User, at: datetime) -> None:
    """A line for the secretariat; a letter outside a case leaves its own row as the only trace."""
    if letter.case is not None:
        letter.case.record(Act.RELEASE_LETTER, by=by, at=at, said=Message(f"journal.letter.{what}", letter=letter.kind))
