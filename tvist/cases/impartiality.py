"""What the system finds when it compares a person with a case: questions to the person before they declare, never an answer (rule 29).

What is asked of officers and members alike stands here; what only a member of the panel is asked stands in `tvist.panel.impartiality`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tvist.accounts.engagement_queries import engagements_lately, years_before
from tvist.accounts.models import OrganisationKind
from tvist.errors import NotFound
from tvist.procedure.settings import procedure_on
from tvist.register.collation import folded
from tvist.register.municipalities import municipality
from tvist.register.regions import possible_regions
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from tvist.accounts.models import Organisation, User
    from tvist.cases.models import Case, Party

SHORTEST_NAME: Final = 4
"""A shorter name of an employer is found inside too many others."""


@dataclass(frozen=True)
class Tie:
    """For whom a person works, or worked lately: an organisation that takes part in the scheme, or any other employer by name."""

    name: str
    organisation: Organisation | None
    holds: bool

    def code(self, subject: str) -> str:
        """The question's code, as of now or as of lately."""
        return f"cases.asked.{subject}" if self.holds else f"cases.asked.{subject}_before"


def questions_about(session: Session, case: Case, user: User, on: date) -> list[Message]:
    """What the person is asked about the case: work now and lately, regions, counties, names. Each question once, in a fixed order.

    Of each employer only the nearest tie is asked about: a party, else the same county or region, else the same state side.
    """
    asked = [found for tie in _ties(session, case, user, on) if (found := _of_tie(case, tie, on))]
    if any(_has_name(party.representative, user.name) for party in case.parties_remaining):
        asked.append(Message("cases.asked.same_name"))
    return list(dict.fromkeys(asked))


def _ties(session: Session, case: Case, user: User, on: date) -> list[Tie]:
    """By memberships and by the person's own list of engagements, now and within the years that count (rule 29)."""
    years = procedure_on(case.registered_on).former_employer_years
    since = years_before(on, years)
    ties = [
        Tie(found.organisation.name, found.organisation, found.holds_on(on))
        for found in user.memberships
        if found.from_on <= on and (found.to_on is None or found.to_on >= since)
    ]
    ties += [
        Tie(found.organisation.name if found.organisation else found.employer, found.organisation, found.holds_on(on))
        for found in engagements_lately(session, user, on, years)
    ]
    # Who works there now is not asked about having worked there too.
    now = {tie.name for tie in ties if tie.holds}
    return [tie for tie in ties if tie.holds or tie.name not in now]


def _of_tie(case: Case, tie: Tie, on: date) -> Message | None:
    """The nearest tie between an employer and the case, as a question, or None."""
    if party := next((party for party in case.parties_remaining if _is_party(tie, party)), None):
        return Message(tie.code("works_there"), party=party.name)
    if any(_has_name(party.representative, tie.name) for party in case.parties_remaining):
        return Message(tie.code("represents"), employer=tie.name)
    if tie.organisation is None:
        return None
    if tie.organisation.kind is OrganisationKind.STATE:
        is_state_in = any(party.kind is OrganisationKind.STATE for party in case.parties_remaining)
        return Message(tie.code("same_state"), employer=tie.name) if is_state_in else None
    if tie.organisation.kind is not OrganisationKind.MUNICIPALITY:
        return None
    return _of_neighbour(case, tie, tie.organisation, on)


def _of_neighbour(case: Case, tie: Tie, employer: Organisation, on: date) -> Message | None:
    """A municipality that is no party: in the same county as one, or in the region of the case."""
    county = _county(employer.code, on)
    for party in case.parties_remaining:
        if party.kind is OrganisationKind.MUNICIPALITY and county and _county(party.organisation.code, on) == county:
            return Message(tie.code("same_county"), employer=tie.name, party=party.name)
    if case.region_code in _regions(employer.code, on):
        return Message(tie.code("same_region"), employer=tie.name)
    return None


def _is_party(tie: Tie, party: Party) -> bool:
    """By the organisation, or by an employer's name that is or holds the party's: `Vik kommune, barnevernet`."""
    if tie.organisation is not None:
        return tie.organisation.id == party.organisation_id
    return _has_name(tie.name, party.name) or _has_name(party.name, tie.name)


def _has_name(text: str, name: str) -> bool:
    """Whether the name stands in the text as whole words."""
    searched = folded(name)
    return len(searched) >= SHORTEST_NAME and f" {searched} " in f" {folded(text)} "


def _county(number: str, on: date) -> str | None:
    try:
        return municipality(number, on).county_number
    except NotFound:
        return None


def _regions(number: str, on: date) -> set[str]:
    try:
        return {region.code for region in possible_regions(number, on)}
    except NotFound:
        return set()
