"""Write letters: rows in the same transaction as the act; they leave after the commit (`sending.py`)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tvist.accounts.models import Membership, MembershipRole, Organisation, OrganisationKind, User
from tvist.cases.submissions import Serving
from tvist.cases.waiting import Task
from tvist.clock import oslo_date
from tvist.db import locked, session_of
from tvist.delivery.models import Fate, Letter, LetterKind, Recipient
from tvist.jobs.actions import queue
from tvist.jobs.models import JobKind
from tvist.register.language import decision_language, language_form
from tvist.words import DEFAULT_LANGUAGE, Message, Norwegian, render

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.cases.models import Case, Party
    from tvist.cases.submissions import Submission


def write_to_party(
    party: Party, kind: LetterKind, *, at: datetime, serves: Submission | None = None, starts: Task | None = None, **params: Any
) -> Letter:
    """Write to the party's case team and to its own mailbox (rule 5), in the form of Norwegian that the language law asks for (rule 39).

    `serves`: the sending that this letter serves on the party; `starts`: the task whose clock starts when the notice is accepted (rule 18).
    """
    on = oslo_date(at)
    letter = _letter(party.case, kind, language=language_for(party, at), at=at, params=params)
    letter.party = party
    letter.starts = starts if serves is None else None
    people = [member.user for member in party.team if party.has_in_team(member.user, on)]
    _address(letter, people, party.organisation.mailbox)
    if serves is not None:
        session = session_of(party)
        # The serving points to the letter and to the task by their numbers, which they get here.
        session.flush()
        session.add(Serving(submission=serves, party=party, letter_id=letter.id, task_id=starts.id if starts else None))
    return letter


def write_to_secretariat(case: Case, kind: LetterKind, *, at: datetime, **params: Any) -> Letter:
    """Write to the secretariat: its mailbox and its officers, but for who has declared a conflict for the case."""
    session, on = session_of(case), oslo_date(at)
    body = session.scalars(sa.select(Organisation).where(Organisation.kind == OrganisationKind.BODY)).first()
    officers = session.scalars(
        sa.select(User)
        .join(Membership)
        .where(Membership.role == MembershipRole.SECRETARIAT, User.disabled_at.is_(None))
        .order_by(User.id)
        .distinct()
    )
    letter = _letter(case, kind, language=DEFAULT_LANGUAGE, at=at, params=params)
    _address(letter, [user for user in officers if case.roles_for(user, on)], body.mailbox if body else None)
    return letter


def write_to_user(
    user: User, kind: LetterKind, *, at: datetime, case: Case | None = None, link: str = "/", **params: Any
) -> Letter:
    """Write to one person, about a case or about the person's account."""
    letter = _letter(case, kind, language=user.language, at=at, params=params, link=link)
    _address(letter, [user], None)
    if case is None:
        session_of(user).add(letter)
    return letter


def language_for(party: Party, at: datetime) -> str:
    """The language of letters to the party: a municipality's decided form, else the form of the case (rule 39)."""
    if party.organisation.kind is not OrganisationKind.MUNICIPALITY:
        return party.case.language
    wanted: Norwegian = "nn" if party.case.language == "nn" else "nb"
    return decision_language(language_form(party.organisation.code, oslo_date(at)), wanted)


def accept(recipient: Recipient, *, at: datetime) -> None:
    """The notice was accepted for the recipient: the letter's sendings are served on its party, and the clocks start (rule 18)."""
    recipient.fate, recipient.accepted_at = Fate.ACCEPTED, at
    session = session_of(recipient)
    # Locked, as the letter's other recipients may accept it in the same moment: the first one counts.
    waiting = sa.select(Serving).where(Serving.letter_id == recipient.letter_id, Serving.served_at.is_(None))
    for serving in session.scalars(locked(session, waiting, Serving)):
        serving.served_at = at
        # One more side may find it now.
        queue(session, JobKind.INDEX_SUBMISSION, serving.submission_id, at=at)
        if serving.task_id is not None:
            _start(session, serving.task_id, at)
    if recipient.letter.starts_id is not None:
        _start(session, recipient.letter.starts_id, at)


def _start(session: Session, task_id: int, at: datetime) -> None:
    session.flush()
    query = locked(session, sa.select(Task).where(Task.id == task_id), Task)
    task = session.scalars(query.execution_options(populate_existing=True)).one()
    if task.starts_on is None:
        task.start(oslo_date(at))


def _letter(
    case: Case | None, kind: LetterKind, *, language: str, at: datetime, params: dict[str, Any], link: str = "/"
) -> Letter:
    given = {"number": case.number if case else "", **params}
    letter = Letter(
        kind=kind,
        language=language,
        subject=render(Message(f"letter.{kind.value}.subject", **given), language),
        body=render(Message(f"letter.{kind.value}.body", **given), language),
        link=f"/cases/{case.slug}" if case and link == "/" else link,
        written_at=at,
        released_at=at,
    )
    if case is not None:
        case.letters.append(letter)
    return letter


def _address(letter: Letter, people: list[User], mailbox: str | None) -> None:
    addresses: dict[str, User | None] = {user.email: user for user in people}
    if mailbox:
        addresses.setdefault(mailbox, None)
    for address, user in addresses.items():
        letter.recipients.append(Recipient(address=address, user=user, message_id=f"<{uuid.uuid4()}@tvist>", fate=Fate.MADE))
