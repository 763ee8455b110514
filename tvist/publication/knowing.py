"""What the program knows of a case beside its record: who works on it, under which names and numbers; what proposals and the leak test look for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tvist.accounts.engagements import Engagement
from tvist.accounts.models import OrganisationKind
from tvist.cases.models import Case, Party, TeamMember
from tvist.cases.people import Assignment
from tvist.decision.models import Decision
from tvist.panel.models import Seat
from tvist.publication.known_words import case_numbers_in, is_name, tells
from tvist.publication.models import Publication
from tvist.publication.proposing import Known, KnownPerson

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.orm import Session

    from tvist.publication.proposing import What


Found = TypeVar("Found", str, KnownPerson)
MOST_NUMBERS: Final = 2000
"""Of so many other cases of the parties the numbers are looked for, the newest first; any other number is known by its shape."""


def known_of(session: Session, case: Case) -> Known:
    """What is known of the case, in six questions however many people it has: the child's identity is sealed, and is not opened for this."""
    loaded = (joinedload(Party.organisation), selectinload(Party.team).joinedload(TeamMember.user))
    parties = session.scalars(
        sa.select(Party).where(Party.case_id == case.id).order_by(Party.position, Party.id).options(*loaded)
    ).all()
    officers = session.scalars(
        sa.select(Assignment).where(Assignment.case_id == case.id).order_by(Assignment.id).options(joinedload(Assignment.user))
    ).all()
    seats = session.scalars(sa.select(Seat).where(Seat.case_id == case.id).order_by(Seat.id).options(joinedload(Seat.user))).all()
    team = [member.user for party in parties for member in party.team]
    people = [
        *_people((user.name for user in (*team, *(found.user for found in officers))), "officer"),
        *_people((party.representative for party in parties), "representative"),
        *_people((seat.user.name for seat in seats), "member"),
    ]
    employers = _employers(session, [seat.user_id for seat in seats])
    names = [name for party in parties for name in (party.name, party.organisation.name)]
    mailboxes = [party.organisation.mailbox for party in parties]
    return Known(
        people=_once(people),
        organisations=_once([*names, *employers]),
        own_references=_once(party.own_reference for party in parties if tells(party.own_reference)),
        case_numbers=_once([case.number, *_other_numbers(session, case, parties)]),
        addresses=_once([*(user.email for user in team), *mailboxes]),
        publications=_published(session, case),
    )


def _people(names: Iterable[str], what: What) -> Iterator[KnownPerson]:
    return (KnownPerson(name.strip(), what) for name in names if is_name(name))


def _employers(session: Session, user_ids: list[int]) -> list[str]:
    query = sa.select(Engagement.employer).where(Engagement.user_id.in_(user_ids), Engagement.struck_at.is_(None))
    return list(session.scalars(query.order_by(Engagement.id)))


def _other_numbers(session: Session, case: Case, parties: Iterable[Party]) -> list[str]:
    """The numbers of the municipalities' other cases: the state has a part in nearly all, and tells nothing by it."""
    municipal = [party.organisation_id for party in parties if party.kind is OrganisationKind.MUNICIPALITY]
    has_part = sa.exists().where(Party.case_id == Case.id, Party.organisation_id.in_(municipal)).correlate(Case)
    query = sa.select(Case.number).where(has_part, Case.id != case.id).order_by(Case.id.desc()).limit(MOST_NUMBERS)
    return list(session.scalars(query))


def _published(session: Session, case: Case) -> tuple[tuple[str, str], ...]:
    """The numbers of other cases that stand in the opinion and whose own opinions are published, each with the number of the newest publication."""
    decision = case.decision
    if decision is None:
        return ()
    written = [decision.frozen or "", *(each.frozen for each in decision.corrections)]
    numbers = {number for text in written for number in case_numbers_in(text)} - {case.number}
    query = (
        sa.select(Case.number, Publication)
        .join(Decision, Decision.case_id == Case.id)
        .join(Publication, Publication.decision_id == Decision.id)
        .where(Case.number.in_(numbers), Publication.released_at.is_not(None), Publication.withdrawn_at.is_(None))
        .order_by(Publication.decision_version, Publication.id)
    )
    return tuple({number: found.number for number, found in session.execute(query)}.items())


def _once(found: Iterable[Found]) -> tuple[Found, ...]:
    """Each once, in order."""
    return tuple(dict.fromkeys(found))
