"""Somebody leaves an organisation: their role ends, and their places in case teams and drafts go to a colleague (rule 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.access.policy import Act
from tvist.accounts.actions import end_role
from tvist.accounts.models import PARTY_ROLES
from tvist.cases.lifecycle import take_step
from tvist.cases.models import TeamMember
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.delivery.actions import write_to_user
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed
from tvist.intake.models import DraftMember
from tvist.teams.queries import drafts_of_member, lock_teams, places_of_member
from tvist.teams.rules import is_emptied, works_there
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date, datetime

    from tvist.accounts.models import Membership, Organisation, User
    from tvist.cases.models import Party


def left_alone_by(user: User, organisation: Organisation, on: date) -> list[Party]:
    """The parties of open cases whose case team would be empty without the person, at once or when others' last days are over."""
    places = _places(user, organisation, on)
    # Who leaves at this very moment is waited for: two who know of each other's place must not both go.
    lock_teams(session_of(user), [party.case_id for party in places])
    return [
        party for party in places if is_emptied(party, on, without=[member for member in party.team if member.user_id == user.id])
    ]


def leaving_fault(
    user: User, organisation: Organisation, *, successor: User | None, last_day: date, at: datetime
) -> Message | None:
    """Why the person cannot leave like this: a last day before the first, a successor who is no colleague, or cases that nobody would be left with."""
    on = oslo_date(at)
    if not works_there(user, organisation.id, on):
        return Message("teams.not_a_colleague", organisation=organisation.name)
    if any(last_day < found.from_on for found in _roles(user, organisation, on)):
        return Message("accounts.ends_before_it_begins")
    if successor is None:
        alone = left_alone_by(user, organisation, on)
        return Message("teams.choose_successor", count=len(alone)) if alone else None
    if successor.id == user.id or not works_there(successor, organisation.id, max(last_day, on)):
        return Message("teams.not_a_colleague", organisation=organisation.name)
    return None


def leave(
    user: User, organisation: Organisation, *, successor: User | None, last_day: date, by: User | None, at: datetime
) -> None:
    """Let the person's roles in the organisation end after `last_day`, which may be past; `successor` takes over the open cases and drafts at once.

    The person's places in the case teams end by themselves, for who does not work there is in no team (`Party.has_in_team`). Raises
    CannotProceed as `leaving_fault` says. `by` is None for the organisation's postmottak.
    """
    if found := leaving_fault(user, organisation, successor=successor, last_day=last_day, at=at):
        raise CannotProceed(found)
    on = oslo_date(at)
    if successor is not None:
        _take_over(user, organisation, successor, by=by, at=at)
    for membership in _roles(user, organisation, on):
        end_role(membership, to_on=last_day, by=by, at=at)


def _take_over(user: User, organisation: Organisation, successor: User, *, by: User | None, at: datetime) -> None:
    on, session = oslo_date(at), session_of(user)
    for party in _places(user, organisation, on):
        if any(member.user_id == successor.id and member.holds_on(on) and member.to_on is None for member in party.team):
            continue
        take_step(party.case, Act.MANAGE_TEAM, by=by, at=at, said=Message("teams.journal.taken_over", party=party.name))
        party.team.append(TeamMember(user=successor, user_id=successor.id, from_on=on, added_by_id=by.id if by else None))
        write_to_user(successor, LetterKind.ADDED_TO_TEAM, at=at, case=party.case)
    for draft in drafts_of_member(session, user):
        if draft.organisation_id == organisation.id and successor.id not in {member.user_id for member in draft.team}:
            draft.team.append(DraftMember(user=successor, added_at=at))


def _roles(user: User, organisation: Organisation, on: date) -> list[Membership]:
    return [found for found in user.memberships_on(on) if found.organisation_id == organisation.id and found.role in PARTY_ROLES]


def _places(user: User, organisation: Organisation, on: date) -> list[Party]:
    return [party for party in places_of_member(session_of(user), user, on) if party.organisation_id == organisation.id]
