"""Make organisations from the register: municipalities and state regions as parties, and the body itself. Nothing is stored here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.accounts.models import Organisation, OrganisationKind
from tvist.errors import NotFound
from tvist.register.collation import sort_key
from tvist.register.municipalities import Municipality, municipality
from tvist.register.organisations import organisation_number
from tvist.register.regions import StateRegion, state_region

if TYPE_CHECKING:
    from datetime import date

BODY_CODE = "btn"
BODY_NAME = "Barnevernets tvisteløsningsnemnd"


def a_municipality(found: Municipality, mailbox: str) -> Organisation:
    """A municipality of the register as an organisation; `mailbox` is its postmottak (rule 5)."""
    name = f"{found.display_name} kommune"
    return Organisation(
        kind=OrganisationKind.MUNICIPALITY,
        code=found.number,
        name=name,
        sort_key=sort_key(name),
        mailbox=mailbox,
        organisation_number=organisation_number(found.number),
    )


def a_region(found: StateRegion, mailbox: str) -> Organisation:
    """A state region, or the Directorate, as an organisation."""
    return Organisation(
        kind=OrganisationKind.STATE,
        code=found.code,
        name=found.name,
        sort_key=sort_key(found.name),
        mailbox=mailbox,
        organisation_number=found.organisation_number,
    )


def a_party(code: str, on: date, mailbox: str) -> Organisation:
    """The municipality with that number on that day, or the state region with that code. Raises NotFound."""
    try:
        return a_region(state_region(code), mailbox)
    except NotFound:
        return a_municipality(municipality(code, on), mailbox)


def the_body(mailbox: str) -> Organisation:
    """The body itself: secretariat, board and administrator work there."""
    return Organisation(kind=OrganisationKind.BODY, code=BODY_CODE, name=BODY_NAME, sort_key=sort_key(BODY_NAME), mailbox=mailbox)
