"""The daily round of the yearly confirmation: it opens, asks, reminds and closes. Done as often as one likes; safe after the worker was away."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.accounts.access_changes import AccessChangeKind, note_change
from tvist.accounts.actions import end_membership
from tvist.accounts.models import Organisation
from tvist.accounts.queries import hashed
from tvist.accounts.rounds import ColleagueRound
from tvist.clock import oslo_date
from tvist.db import locked
from tvist.delivery.actions import write_to_mailbox, write_to_secretariat, write_to_user
from tvist.delivery.models import Fate, LetterKind
from tvist.intake.queries import PARTY_KINDS, authorised_filers
from tvist.procedure.settings import procedure_on
from tvist.teams.access_requests import language_of
from tvist.teams.queries import places_of_member
from tvist.teams.round_letters import RoundLetter
from tvist.teams.rules import who_is_left
from tvist.teams.yearly import ONE_DAY, next_due_on, roles_to_confirm, standing_round, unanswered

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Party
    from tvist.db import Database

LEAST_ASKED: Final = 2
"""So many letters must have reached the postmottak before anybody loses access."""
log = logging.getLogger("tvist")


def look_at_rounds(database: Database, at: datetime) -> None:
    """Look at each organisation, in a transaction of its own."""
    with database.reading() as session:
        query = sa.select(Organisation.id).where(Organisation.kind.in_(PARTY_KINDS)).order_by(Organisation.id)
        organisations = session.scalars(query).all()
    for organisation_id in organisations:
        try:
            with database.writing() as session:
                found = session.scalars(
                    locked(session, sa.select(Organisation).where(Organisation.id == organisation_id), Organisation)
                )
                look_at(session, found.one(), at=at)
                session.commit()
        except Exception as error:  # noqa: BLE001 - whatever goes wrong with one organisation, the next one is looked at.
            log.error("yearly confirmation of %s: %s", organisation_id, type(error).__name__)  # noqa: TRY400 - the trace may hold a name.


def look_at(session: Session, organisation: Organisation, *, at: datetime) -> None:
    """Do what the day asks for: open a round, ask, remind, or close it."""
    on = oslo_date(at)
    found = standing_round(session, organisation) or _opened(session, organisation, on)
    if found is None:
        return
    waiting = unanswered(session, organisation, found, on)
    asked = procedure_on(on).colleagues_asked
    number = len(found.letters)
    if not waiting:
        found.closed_at = at
    elif number < len(asked):
        if asked[number].after(on) >= found.due_on:
            _ask(session, found, waiting, at=at)
    elif on > found.due_on and _was_asked(found, on):
        _close(session, found, waiting, at=at)


def _opened(session: Session, organisation: Organisation, on: date) -> ColleagueRound | None:
    """A new round, where the time has come and there is somebody to ask about."""
    warned = procedure_on(on).colleagues_asked[0].after(on)
    due_on = next_due_on(session, organisation, on)
    if due_on is None or due_on > warned or not unanswered(session, organisation, None, on):
        return None
    found = ColleagueRound(organisation=organisation, opened_on=on, due_on=max(due_on, warned), letters=[], confirmations=[])
    session.add(found)
    session.flush()
    return found


def _ask(session: Session, found: ColleagueRound, waiting: list[User], *, at: datetime) -> None:
    """Write to the postmottak with a key, to the filers with the page; with the last letter also to each who is not confirmed.

    A letter that comes late, as after the worker was away, puts the last day off: each is told as long before as the rules say.
    """
    on, organisation = oslo_date(at), found.organisation
    asked, number = procedure_on(on).colleagues_asked, len(found.letters)
    found.due_on = max(found.due_on, asked[number].after(on))
    token, due = secrets.token_urlsafe(32), found.due_on
    language = language_of(organisation, on)
    letter = write_to_mailbox(
        session,
        organisation.mailbox,
        LetterKind.COLLEAGUES_KEY,
        at=at,
        language=language,
        link=f"/confirm/{token}",
        due=due,
    )
    session.flush()
    found.letters.append(RoundLetter(number=number + 1, letter_id=letter.id, token_hash=hashed(token), written_on=on, due_on=due))
    for filer in authorised_filers(session, organisation, on):
        write_to_user(filer, LetterKind.COLLEAGUES_DUE, at=at, link=f"/colleagues/{organisation.code}/confirm", due=due)
    if number + 1 == len(asked):
        for user in waiting:
            write_to_user(user, LetterKind.UNCONFIRMED, at=at, link=f"/colleagues/{organisation.code}", due=due)


def _was_asked(found: ColleagueRound, on: date) -> bool:
    """Whether enough letters reached the postmottak, long enough ago: a mail server that was away shuts nobody out."""
    warned = procedure_on(on).colleagues_asked[-1]
    moments = [
        recipient.accepted_at
        for asking in found.letters
        for recipient in asking.letter.recipients
        if recipient.fate is Fate.ACCEPTED and recipient.accepted_at is not None
    ]
    return sum(warned.after(oslo_date(moment)) < on for moment in moments) >= LEAST_ASKED


def _close(session: Session, found: ColleagueRound, waiting: Iterable[User], *, at: datetime) -> None:
    """The last day is over: the roles that nobody confirmed end, and their holders are told. A last day that was set stays as it is."""
    on = oslo_date(at)
    places: dict[int, Party] = {}
    for user in waiting:
        places |= {
            party.id: party for party in places_of_member(session, user, on) if party.organisation_id == found.organisation_id
        }
        for membership in roles_to_confirm(user, found.organisation, found.opened_on, on):
            end_membership(membership, to_on=on - ONE_DAY, at=at)
            note_change(user, AccessChangeKind.LAPSED, by=None, at=at, membership=membership)
    found.closed_at = at
    for party in places.values():
        if not who_is_left(party, on):
            write_to_secretariat(party.case, LetterKind.TEAM_EMPTIED, at=at)
