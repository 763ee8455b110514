"""A small cast whose roles never change, and plain functions that make what a test needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tvist.accounts.models import Membership, MembershipRole, Organisation, OrganisationKind, User
from tvist.panel.models import Appointment, AppointmentKind, SeatKind
from tvist.register.collation import sort_key

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

NOON = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
"""A Monday, noon in Oslo."""
LONG_AGO = date(2009, 1, 1)


@dataclass(frozen=True)
class Cast:
    """Who is who. Asta files for Vik kommune and Arne helps her; Bo and Berit answer for Bufetat region vest; Siri and Stein are the secretariat.

    Cato leads the board; Frida (free) and Kåre (KS) are fixed members, Finn and Klara their deputies, Lise leads when Cato cannot. Dag works for
    Luster kommune, Eva evaluates, Adam administrates.
    """

    asta: User
    arne: User
    bo: User
    berit: User
    siri: User
    stein: User
    cato: User
    lise: User
    frida: User
    finn: User
    kaare: User
    klara: User
    dag: User
    eva: User
    adam: User
    vik: Organisation
    luster: Organisation
    vest: Organisation
    body: Organisation


def _organisation(kind: OrganisationKind, code: str, name: str) -> Organisation:
    return Organisation(kind=kind, code=code, name=name, sort_key=sort_key(name), mailbox=f"postmottak-{code}@example.invalid")


def _user(name: str, organisation: Organisation | None, role: MembershipRole | None) -> User:
    first = name.split(maxsplit=1)[0].lower().replace("å", "aa")
    user = User(
        email=f"{first}@example.invalid",
        name=name,
        sort_key=sort_key(name),
        language="nb",
        is_invented=True,
        memberships=[],
        appointments=[],
    )
    if organisation is not None and role is not None:
        user.memberships.append(Membership(organisation=organisation, role=role, from_on=LONG_AGO))
    return user


def a_cast(session: Session) -> Cast:
    """Make the cast in the database, and commit."""
    cast = the_cast()
    session.add_all(vars(cast).values())
    session.commit()
    return cast


def the_cast() -> Cast:
    """The cast as plain objects, for tests without a database; give them ids where these are compared."""
    vik = _organisation(OrganisationKind.MUNICIPALITY, "4639", "Vik kommune")
    luster = _organisation(OrganisationKind.MUNICIPALITY, "4644", "Luster kommune")
    vest = _organisation(OrganisationKind.STATE, "vest", "Bufetat region vest")
    body = _organisation(OrganisationKind.BODY, "btn", "Barnevernets tvisteløsningsnemnd")
    officer, filer = MembershipRole.CASE_OFFICER, MembershipRole.AUTHORISED_FILER
    cast = Cast(
        asta=_user("Asta Oppdiktet", vik, filer),
        arne=_user("Arne Oppdiktet", vik, officer),
        bo=_user("Bo Oppdiktet", vest, filer),
        berit=_user("Berit Oppdiktet", vest, officer),
        siri=_user("Siri Oppdiktet", body, MembershipRole.SECRETARIAT),
        stein=_user("Stein Oppdiktet", body, MembershipRole.SECRETARIAT),
        cato=_user("Cato Oppdiktet", None, None),
        lise=_user("Lise Oppdiktet", None, None),
        frida=_user("Frida Oppdiktet", None, None),
        finn=_user("Finn Oppdiktet", None, None),
        kaare=_user("Kåre Oppdiktet", None, None),
        klara=_user("Klara Oppdiktet", None, None),
        dag=_user("Dag Oppdiktet", luster, filer),
        eva=_user("Eva Oppdiktet", body, MembershipRole.EVALUATOR),
        adam=_user("Adam Oppdiktet", body, MembershipRole.ADMINISTRATOR),
        vik=vik,
        luster=luster,
        vest=vest,
        body=body,
    )
    for user, seat, kind in (
        (cast.cato, SeatKind.LEADER, AppointmentKind.FIXED),
        (cast.lise, SeatKind.LEADER, AppointmentKind.DEPUTY),
        (cast.frida, SeatKind.FREE, AppointmentKind.FIXED),
        (cast.finn, SeatKind.FREE, AppointmentKind.DEPUTY),
        (cast.kaare, SeatKind.KS, AppointmentKind.FIXED),
        (cast.klara, SeatKind.KS, AppointmentKind.DEPUTY),
    ):
        user.appointments.append(
            Appointment(seat=seat, kind=kind, from_on=date(2025, 1, 1), to_on=date(2028, 12, 31), appointed_by="Departementet")
        )
    return cast


def give_phrase(session: Session, user: User, password_hash: str, *, began_on: date) -> None:
    """Let the person sign in by a pass phrase: one who began to work there lately, so that the account does not rest."""
    session.execute(sa.update(User).where(User.id == user.id).values(password_hash=password_hash))
    session.execute(sa.update(Membership).where(Membership.user_id == user.id).values(from_on=began_on))
