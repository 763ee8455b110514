"""Write letters: rows in the same transaction as the act; they leave after the commit (`sending.py`)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import object_session

from tvist.accounts.models import Organisation, OrganisationKind, User
from tvist.accounts.queries import officers
from tvist.cases.submissions import Serving
from tvist.cases.waiting import Task
from tvist.clock import oslo_date
from tvist.db import locked, session_of
from tvist.delivery.letter_settings import goes_by_itself
from tvist.delivery.models import Fate, Letter, LetterKind, Recipient
from tvist.delivery.telling import About, tell
from tvist.delivery.wording import Wording, worded, wording_for
from tvist.delivery.written import frozen
from tvist.jobs.actions import queue
from tvist.jobs.models import JobKind
from tvist.register.language import decision_language, language_form
from tvist.words import DEFAULT_LANGUAGE, Norwegian

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.cases.models import Case, Party
    from tvist.cases.submissions import Submission


def write_to_party(
    party: Party,
    kind: LetterKind,
    *,
    at: datetime,
    serves: Submission | None = None,
    also_serves: Sequence[Submission] = (),
    starts: Task | None = None,
    approved_by: User | None = None,
    link: str = "/",
    **params: Any,
) -> Letter:
    """Write to the party's case team and to its own mailbox (rule 5), in the form of Norwegian that the language law asks for (rule 39).

    `serves`: the sending that this letter serves on the party, `also_serves` those that come with it; `starts`: the task whose clock starts
    when the notice is accepted (rule 18). What the letter says as a document is drawn from the case as it stands now, and frozen.
    `approved_by`: the officer who has seen the letter as it leaves; without one it leaves by itself, or waits, as is set for its kind.
    """
    language, session = language_for(party, at), object_session(party)
    wording = wording_for(party, kind, language=language, at=at, params=params, session=session)
    letter = _letter(party.case, kind, wording, language=language, at=at, link=link)
    letter.party = party
    about = About(serves=[serves, *also_serves] if serves is not None else [], task=starts, params=params)
    letter.details = frozen(tell(party, kind, wording, about, language=language, at=at, link=letter.link))
    letter.starts = starts if serves is None else None
    if approved_by is not None:
        letter.released_at, letter.released_by = at, approved_by
    address_letter(letter, addresses_of(party, oslo_date(at)))
    if serves is not None:
        session = session_of(party)
        # The serving points to the letter and to the task by their numbers, which they get here.
        session.flush()
        session.add(Serving(submission=serves, party=party, letter_id=letter.id, task_id=starts.id if starts else None))
        session.add_all(Serving(submission=found, party=party, letter_id=letter.id, task_id=None) for found in also_serves)
    return letter


def write_to_secretariat(case: Case, kind: LetterKind, *, at: datetime, link: str = "/", **params: Any) -> Letter:
    """Write to the secretariat: its mailbox and its officers, of that day, but for who has declared a conflict for the case."""
    session, on = session_of(case), oslo_date(at)
    body = session.scalars(sa.select(Organisation).where(Organisation.kind == OrganisationKind.BODY)).first()
    letter = _letter(case, kind, _own(case, kind, DEFAULT_LANGUAGE, params), language=DEFAULT_LANGUAGE, at=at, link=link)
    address_letter(
        letter, _once([user for user in officers(session, on) if case.roles_for(user, on)], body.mailbox if body else None)
    )
    return letter


def write_to_body(session: Session, kind: LetterKind, *, at: datetime, link: str = "/", **params: Any) -> Letter:
    """Write to the secretariat about no case: its mailbox, and its officers of that day."""
    body = session.scalars(sa.select(Organisation).where(Organisation.kind == OrganisationKind.BODY)).first()
    letter = _letter(None, kind, _own(None, kind, DEFAULT_LANGUAGE, params), language=DEFAULT_LANGUAGE, at=at, link=link)
    address_letter(letter, _once(officers(session, oslo_date(at)), body.mailbox if body else None))
    session.add(letter)
    return letter


def write_to_user(
    user: User, kind: LetterKind, *, at: datetime, case: Case | None = None, link: str = "/", **params: Any
) -> Letter:
    """Write to one person, about a case or about the person's account."""
    letter = _letter(case, kind, _own(case, kind, user.language, params), language=user.language, at=at, link=link)
    address_letter(letter, {user.email: user})
    if case is None:
        session_of(user).add(letter)
    return letter


def write_to_mailbox(
    session: Session,
    address: str,
    kind: LetterKind,
    *,
    at: datetime,
    language: str = DEFAULT_LANGUAGE,
    link: str = "/",
    **params: Any,
) -> Letter:
    """Write to an address that stands for no account: an organisation's postmottak, or somebody who has none yet (rule 5)."""
    letter = _letter(None, kind, _own(None, kind, language, params), language=language, at=at, link=link)
    address_letter(letter, {address: None})
    session.add(letter)
    return letter


def language_for(party: Party, at: datetime) -> str:
    """The language of letters to the party: a municipality's decided form, else the form of the case (rule 39)."""
    if party.organisation.kind is not OrganisationKind.MUNICIPALITY:
        return party.case.language
    wanted: Norwegian = "nn" if party.case.language == "nn" else "nb"
    return decision_language(language_form(party.organisation.code, oslo_date(at)), wanted)


def addresses_of(party: Party, on: date) -> dict[str, User | None]:
    """Where letters to the party go that day: the people of its case team, and its own mailbox always (rule 5)."""
    return _once([member.user for member in party.team if party.is_worked_on_by(member.user, on)], party.organisation.mailbox)


def new_message_id() -> str:
    """What a mail server knows one sending by."""
    return f"<{uuid.uuid4()}@tvist>"


def address_letter(letter: Letter, addresses: dict[str, User | None]) -> None:
    """Let the letter go to these addresses; the person, or None for a mailbox."""
    for address, user in addresses.items():
        letter.recipients.append(Recipient(address=address, user=user, message_id=new_message_id(), fate=Fate.MADE))


def accept(recipient: Recipient, *, at: datetime) -> None:
    """The notice was accepted for the recipient: the letter's sendings are served on its party, and the clocks start (rule 18)."""
    recipient.fate, recipient.accepted_at = Fate.ACCEPTED, at
    session = session_of(recipient)
    # Locked, as the letter's other recipients may accept it in the same moment: the first one counts.
    waiting = sa.select(Serving).where(
        Serving.letter_id == recipient.letter_id, Serving.served_at.is_(None), Serving.fell_at.is_(None)
    )
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
    if task.starts_on is None and task.is_open:
        task.start(oslo_date(at))


def _own(case: Case | None, kind: LetterKind, language: str, params: dict[str, Any]) -> Wording:
    """The program's own words of a notice to one who is no party."""
    subject, body = worded(kind, language, case.number if case else "", **params)
    return Wording(subject, body, "")


def _letter(case: Case | None, kind: LetterKind, wording: Wording, *, language: str, at: datetime, link: str = "/") -> Letter:
    letter = Letter(
        kind=kind,
        language=language,
        subject=wording.subject,
        body=wording.body,
        link=f"/cases/{case.slug}" if case and link == "/" else link,
        written_at=at,
        released_at=at if case is None or goes_by_itself(object_session(case), kind) else None,
    )
    if case is not None:
        case.letters.append(letter)
    return letter


def _once(people: list[User], mailbox: str | None) -> dict[str, User | None]:
    """Each address once; a mailbox that is also somebody's address is that person's."""
    addresses: dict[str, User | None] = {user.email: user for user in people}
    if mailbox:
        addresses.setdefault(mailbox, None)
    return addresses
