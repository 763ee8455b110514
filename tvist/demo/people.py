"""The invented people of the demo, and where they work: every name is made so that nobody can take it for a real person's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from tvist.accounts.models import Membership, MembershipRole, Organisation, OrganisationKind, User
from tvist.accounts.organisations import BODY_CODE, a_municipality, a_region, the_body
from tvist.demo.board import BOARD
from tvist.demo.engagements import engage
from tvist.panel.models import Appointment
from tvist.register.collation import folded, sort_key
from tvist.register.municipalities import Municipality, before, municipalities_on, municipality
from tvist.register.regions import state_regions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.orm import Session

FIRST_DAY: Final = date(2009, 1, 1)

# (municipality number today, language of the pages, authorised filer, case officer): all forms of Norwegian, all five regions.
AT_MUNICIPALITIES: Final = (
    ("4639", "nn", "Asta Oppdikta", "Arne Påfunn"),
    ("4644", "nn", "Dagny Tenkt", "Dag Luftslott"),
    ("1135", "nn", "Sigrid Eventyr", "Sverre Skrøne"),
    ("1517", "nn", "Hallfrid Innfall", "Håkon Eksempel"),
    ("3201", "nb", "Berit Påfunn", "Bård Fabel"),
    ("3411", "nb", "Randi Oppdiktet", "Rolf Tankespinn"),
    ("5601", "nb", "Ájlin Eventyr", "Anders Luftslott"),
    ("4203", "nb", "Ada Fabel", "Asbjørn Tenkt"),
    ("3314", "nb", "Ellen Skrøne", "Erik Innfall"),
    ("5001", "nb", "Torill Eksempel", "Tor Oppdiktet"),
    ("1804", "nb", "Bodil Luftslott", "Brage Eventyr"),
    ("4601", "nb", "Bjørg Tankespinn", "Børge Påfunn"),
)
AT_REGIONS: Final = (
    ("ost", "nb", "Øyunn Tenkt", "Øystein Fabel"),
    ("sor", "nb", "Sunniva Innfall", "Svein Eksempel"),
    ("vest", "nn", "Bo Oppdikta", "Vigdis Skrøne"),
    ("midt", "nb", "Marit Tankespinn", "Magnus Eventyr"),
    ("nord", "nb", "Nora Påfunn", "Nils Luftslott"),
    ("bufdir", "nb", "Kirsten Fabel", "Knut Tenkt"),
)
AT_THE_BODY: Final = (
    ("Siri Oppdiktet", MembershipRole.SECRETARIAT),
    ("Stein Påfunn", MembershipRole.SECRETARIAT),
    ("Eva Eksempel", MembershipRole.EVALUATOR),
    ("Adam Tenkt", MembershipRole.ADMINISTRATOR),
)


@dataclass
class People:
    """Who can act in demo cases. Organisations by (kind, code), users by name."""

    organisations: dict[tuple[OrganisationKind, str], Organisation] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)

    def municipality(self, number: str) -> Organisation:
        """The municipality with that number, of today or an earlier day."""
        return self.organisations[OrganisationKind.MUNICIPALITY, number]

    def region(self, code: str) -> Organisation:
        """The state region with that code."""
        return self.organisations[OrganisationKind.STATE, code]

    def filer_of(self, organisation: Organisation, on: date) -> User:
        """The authorised filer of a party that day. Raises StopIteration where the demo has none there."""
        return next(user for user in self.users.values() if _is_filer(user, organisation, on))

    @property
    def officers(self) -> tuple[User, User]:
        """The two of the secretariat."""
        first, second = (self.users[name] for name, role in AT_THE_BODY if role is MembershipRole.SECRETARIAT)
        return first, second


def _is_filer(user: User, organisation: Organisation, on: date) -> bool:
    return any(
        found.organisation_id == organisation.id and found.role is MembershipRole.AUTHORISED_FILER
        for found in user.memberships_on(on)
    )


def make_people(session: Session, today: date) -> People:
    """The invented people and all organisations of the register, made where they are not there yet. Flushed, not committed."""
    people = people_there(session)
    for made in _organisations(today):
        if (made.kind, made.code) not in people.organisations:
            session.add(made)
            people.organisations[made.kind, made.code] = made
    session.flush()
    made_now = {user.name: user for user in _users(people, today) if user.name not in people.users}
    session.add_all(made_now.values())
    people.users |= made_now
    session.flush()
    session.add_all(engage(made_now, people.organisations, today))
    session.flush()
    return people


def numbers_of(number: str, today: date) -> Iterator[tuple[Municipality, date, date | None]]:
    """The numbers the municipality has had, with the days each was in force; not across mergers and splits."""
    current = municipality(number, today)
    last: date | None = None
    while True:
        yield current, max(current.valid_from, FIRST_DAY), last
        last = current.valid_from - timedelta(days=1)
        earlier = before(current)
        if len(earlier) != 1 or earlier[0].ended_by not in {"renumbered", "name changed"}:
            return
        current = earlier[0]


def address_of(name: str) -> str:
    """`Bård Fabel` -> `baard.fabel@demo.invalid`: no letter can ever arrive there."""
    spelled = name.lower().replace("å", "aa").replace("ø", "oe").replace("æ", "ae")
    return folded(spelled).replace(" ", ".") + "@demo.invalid"


def people_there(session: Session) -> People:
    """The invented people and all organisations, as they are."""
    invented = sa.select(User).where(User.is_invented).options(selectinload(User.memberships), selectinload(User.appointments))
    return People(
        {(found.kind, found.code): found for found in session.scalars(sa.select(Organisation))},
        {user.name: user for user in session.scalars(invented.order_by(User.id))},
    )


def _organisations(today: date) -> Iterator[Organisation]:
    yield the_body("postmottak@nemnda.invalid")
    for region in state_regions():
        yield a_region(region, f"postmottak@{region.code}.invalid")
    seen = set()
    former = [found for number, *_ in AT_MUNICIPALITIES for found, _, _ in numbers_of(number, today)]
    for found in (*municipalities_on(today), *former):
        if found.number not in seen:
            seen.add(found.number)
            yield a_municipality(found, f"postmottak@{found.number}.invalid")


def _users(people: People, today: date) -> Iterator[User]:
    for number, language, filer, officer in AT_MUNICIPALITIES:
        places = [(people.municipality(found.number), first, last) for found, first, last in numbers_of(number, today)]
        yield from _pair(language, filer, officer, places)
    for code, language, filer, officer in AT_REGIONS:
        yield from _pair(language, filer, officer, [(people.region(code), FIRST_DAY, None)])
    body = people.organisations[OrganisationKind.BODY, BODY_CODE]
    for name, role in AT_THE_BODY:
        yield _a_user(name, "nb", [Membership(organisation=body, role=role, from_on=FIRST_DAY)])
    for name, terms in BOARD.items():
        user = _a_user(name, "nb", [])
        user.appointments = [Appointment(**vars(term)) for term in terms]
        yield user


def _pair(language: str, filer: str, officer: str, places: Iterable[tuple[Organisation, date, date | None]]) -> Iterator[User]:
    listed = list(places)
    for name, role in ((filer, MembershipRole.AUTHORISED_FILER), (officer, MembershipRole.CASE_OFFICER)):
        memberships = [Membership(organisation=place, role=role, from_on=first, to_on=last) for place, first, last in listed]
        yield _a_user(name, language, memberships)


def _a_user(name: str, language: str, memberships: list[Membership]) -> User:
    return User(
        email=address_of(name),
        name=name,
        sort_key=sort_key(name),
        language=language,
        is_invented=True,
        memberships=memberships,
        appointments=[],
    )
