"""One case: who is in a party's case team, and which officer of the secretariat handles it (rule 5)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tvist.access.policy import Act, Role
from tvist.cases.lifecycle import take_step
from tvist.cases.models import TeamMember
from tvist.cases.people import Assignment
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.delivery.actions import write_to_user
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed
from tvist.teams.queries import lock_teams
from tvist.teams.rules import colleague_fault, is_emptied, officer_fault
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date, datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case, Party


def add_member(
    party: Party, user: User, *, by: User, at: datetime, from_on: date | None = None, to_on: date | None = None
) -> TeamMember:
    """Take a colleague into the party's case team, for good or from a day to a day (as a stand-in), the last day included.

    Raises CannotProceed for somebody who does not work there, who is in the team on those days, and for days in the wrong order or past.
    """
    begins = from_on or oslo_date(at)
    if found := colleague_fault(party, user, from_on=begins, to_on=to_on, on=oslo_date(at)):
        raise CannotProceed(found)
    _record(party.case, Message("teams.journal.added", party=party.name), by=by, at=at)
    member = TeamMember(user=user, user_id=user.id, from_on=begins, to_on=to_on, added_by_id=by.id)
    party.team.append(member)
    write_to_user(user, LetterKind.ADDED_TO_TEAM, at=at, case=party.case)
    return member


def remove_member(member: TeamMember, *, by: User, at: datetime) -> None:
    """Let somebody leave the case team now. Raises CannotProceed where nobody would be left: a colleague is added first."""
    party, on = member.party, oslo_date(at)
    if found := removal_fault(member, on):
        raise CannotProceed(found)
    _record(party.case, Message("teams.journal.removed", party=party.name), by=by, at=at)
    end_member(member, on)
    if member.user_id != by.id:
        write_to_user(member.user, LetterKind.LEFT_TEAM, at=at, link="/cases")


def removal_fault(member: TeamMember, on: date) -> Message | None:
    """Why the person cannot leave the case team: nobody would be left, that day or when those who have a last day are gone."""
    party = member.party
    # Who leaves the organisation, or the team, at this very moment is waited for.
    lock_teams(session_of(party), [party.case_id])
    return Message("teams.last_member") if member.holds_on(on) and is_emptied(party, on, without=(member,)) else None


def hand_over(party: Party, user: User, *, by: User, at: datetime) -> TeamMember:
    """Give one's place in the case team to a colleague: who hands over leaves it now. Raises CannotProceed as `add_member`."""
    on = oslo_date(at)
    own = [member for member in party.team if member.user_id == by.id and member.holds_on(on)]
    if not own:
        raise CannotProceed(Message("teams.not_in_team"))
    there = next((found for found in party.team if found.user_id == user.id and (found.to_on is None or found.to_on >= on)), None)
    taken = _for_good(there, on) if there else add_member(party, user, by=by, at=at)
    for member in own:
        remove_member(member, by=by, at=at)
    return taken


def _for_good(member: TeamMember, on: date) -> TeamMember:
    """Who stands in, or was to come, takes over: the place is the person's own from that day on, with no last day."""
    member.from_on, member.to_on, member.absence_id = min(member.from_on, on), None, None
    return member


def end_member(member: TeamMember, on: date) -> None:
    """The day before `on` was the last in the team; who came that very day was never in it."""
    member.to_on = on - timedelta(days=1)
    member.from_on = min(member.from_on, member.to_on)


def assign(case: Case, officer: User, *, by: User, at: datetime, reason: str = "") -> Assignment:
    """Let an officer of the secretariat handle the case; who handled it before does not any more.

    Raises CannotProceed for one who is no officer or has declared a conflict, and, where the case is taken from another, without a reason.
    """
    if found := officer_fault(case, officer, by=by, reason=reason, on=oslo_date(at)):
        raise CannotProceed(found)
    take_step(case, Act.ASSIGN, by=by, at=at, said=Message("teams.journal.assigned"))
    _end_assignment(case, at)
    assignment = Assignment(user=officer, user_id=officer.id, by=by, by_id=by.id, reason=reason.strip(), from_at=at)
    case.assignments.append(assignment)
    if officer.id != by.id:
        write_to_user(officer, LetterKind.ASSIGNED, at=at, case=case)
    return assignment


def take_back(case: Case, *, by: User, at: datetime, reason: str) -> None:
    """Nobody handles the case any more: it stands among the unassigned. Raises CannotProceed without a reason, or where nobody does."""
    if standing_assignment(case) is None:
        raise CannotProceed(Message("teams.nobody_assigned"))
    if not reason.strip():
        raise CannotProceed(Message("teams.write_reason"))
    take_step(case, Act.ASSIGN, by=by, at=at, said=Message("teams.journal.taken_back", reason=reason.strip()))
    _end_assignment(case, at)


def standing_assignment(case: Case) -> Assignment | None:
    """Who handles the case now."""
    return next((found for found in case.assignments if found.ended_at is None), None)


def possible_officers(case: Case, officers: list[User], on: date) -> list[User]:
    """Those of the secretariat who may handle the case: a declared conflict shuts it to them (rule 17)."""
    return [user for user in officers if Role.SECRETARIAT in case.roles_for(user, on)]


def _end_assignment(case: Case, at: datetime) -> None:
    if found := standing_assignment(case):
        found.ended_at = at
        # One stands at a time, by an index of the database: the old one must be ended there before the new one comes.
        session_of(case).flush()


def _record(case: Case, said: Message, *, by: User, at: datetime) -> None:
    take_step(case, Act.MANAGE_TEAM, by=by, at=at, said=said)
