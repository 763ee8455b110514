"""Who may be in a case team, who may handle a case, and who is left when somebody goes (rule 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.access.policy import Role
from tvist.accounts.models import PARTY_ROLES
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from tvist.accounts.models import User
    from tvist.cases.models import Case, Party, TeamMember


def works_there(user: User, organisation_id: int, on: date) -> bool:
    """Whether the person works on cases for the organisation that day, with an account that is open."""
    return user.is_active and any(
        found.organisation_id == organisation_id and found.role in PARTY_ROLES for found in user.all_memberships_on(on)
    )


def colleague_fault(party: Party, user: User, *, from_on: date, to_on: date | None, on: date) -> Message | None:
    """Why the person cannot, on the day `on`, be taken into the party's case team from day to day."""
    if to_on is not None and to_on < from_on:
        return Message("accounts.ends_before_it_begins")
    if from_on < on:
        return Message("teams.begins_in_the_past")
    if not works_there(user, party.organisation_id, from_on):
        return Message("teams.not_a_colleague", organisation=party.organisation.name)
    if any(member.user_id == user.id and _meet(member, from_on, to_on) for member in party.team):
        return Message("teams.in_team_already")
    return None


def officer_fault(case: Case, officer: User, *, by: User, reason: str, on: date) -> Message | None:
    """Why the officer cannot be given the case. Who takes it from another says why."""
    if Role.SECRETARIAT not in officer.roles_on(on):
        return Message("teams.no_officer")
    if Role.SECRETARIAT not in case.roles_for(officer, on):
        return Message("teams.officer_has_conflict")
    standing = next((found for found in case.assignments if found.ended_at is None), None)
    if standing is not None and standing.user_id == officer.id:
        return Message("teams.assigned_already")
    if standing is not None and standing.user_id != by.id and not reason.strip():
        return Message("teams.write_reason")
    return None


def who_is_left(party: Party, on: date, *, without: Collection[TeamMember] = ()) -> list[TeamMember]:
    """Who is in the party's case team that day and still works there, when those `without` are gone."""
    return [
        member
        for member in party.team
        if member not in without and member.holds_on(on) and works_there(member.user, party.organisation_id, on)
    ]


def is_emptied(party: Party, on: date, *, without: Collection[TeamMember]) -> bool:
    """Whether nobody would be in the case team that day, or nobody for good where somebody is now, when those `without` are gone.

    Who has a last day in the team or in the organisation does not count for good: the case would stand empty on the day after.
    """
    if not who_is_left(party, on, without=without):
        return True
    return bool(_who_stays(party, on, ())) and not _who_stays(party, on, without)


def _who_stays(party: Party, on: date, without: Collection[TeamMember]) -> list[TeamMember]:
    """Who is in the team that day with no last day there, nor in the organisation."""
    return [
        member
        for member in who_is_left(party, on, without=without)
        if member.to_on is None
        and any(
            found.to_on is None
            for found in member.user.all_memberships_on(on)
            if found.organisation_id == party.organisation_id and found.role in PARTY_ROLES
        )
    ]


def _meet(member: TeamMember, from_on: date, to_on: date | None) -> bool:
    """Whether the person's days in the team and these days have one in common."""
    ends_before = member.to_on is not None and member.to_on < from_on
    begins_after = to_on is not None and to_on < member.from_on
    return not (ends_before or begins_after)
