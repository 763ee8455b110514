"""For whom the invented members and officers work and have worked: enough that the system finds something to ask about in some cases (rule 29)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from tvist.accounts.engagements import Engagement, EngagementConfirmation
from tvist.accounts.models import OrganisationKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tvist.accounts.models import Organisation, User

CONFIRMED_AGO: Final = timedelta(days=100)
OVERDUE: Final = {"Karin Skrøne": timedelta(days=400)}
"""Who has not confirmed for more than a year, so that the demo shows what is told then."""


@dataclass(frozen=True)
class Work:
    """One engagement. `at` is a municipality's number or a region's code; `ended_years_ago` 0 for one that lasts."""

    employer: str
    role: str
    began: int
    ended_years_ago: int = 0
    at: tuple[OrganisationKind, str] | None = None


BERGEN: Final = (OrganisationKind.MUNICIPALITY, "4601")
TRONDHEIM: Final = (OrganisationKind.MUNICIPALITY, "5001")
EAST: Final = (OrganisationKind.STATE, "ost")

WORK: Final[Mapping[str, tuple[Work, ...]]] = {
    "Gudrun Gammelfabel": (Work("Fabel tingrett", "sorenskriver", 2001),),
    "Halvor Gammelskrøne": (Work("Advokatfirmaet Skrøne", "partner", 1998),),
    "Hedda Gammelluftslott": (Work("Luftslott lagmannsrett", "lagdommer", 2004),),
    "Inga Gammeltenkt": (Work("Universitetet i Tankespinn", "førsteamanuensis", 2003),),
    "Jens Gammelpåfunn": (Work("Advokatfirmaet Påfunn", "advokat", 2005),),
    "Klara Gammeleventyr": (Work("Eventyr kommune (oppdiktet)", "kommuneadvokat", 2000),),
    "Leif Gammelinnfall": (Work("Innfall interkommunale advokatkontor", "advokat", 2006),),
    "Mona Gammeleksempel": (Work("Eksempel kommune (oppdiktet)", "juridisk rådgiver", 2002),),
    "Trygve Forrigetenkt": (Work("Tenkt tingrett", "tingrettsdommer", 2011),),
    "Unni Forrigefabel": (Work("Fabel lagmannsrett", "lagdommer", 2012),),
    "Vidar Forrigeskrøne": (Work("Advokatfirmaet Skrøne", "advokat", 2010),),
    "Wenche Forrigepåfunn": (Work("Advokatfirmaet Påfunn", "partner", 2008),),
    "Yngve Forrigeeventyr": (Work("Eventyr kommune (oppdiktet)", "kommuneadvokat", 2009),),
    "Åse Forrigeinnfall": (Work("Innfall interkommunale advokatkontor", "advokat", 2013),),
    "Cato Oppdiktet": (Work("Oppdiktet lagmannsrett", "lagdommer", 2014),),
    "Lise Luftslott": (Work("Luftslott tingrett", "tingrettsdommer", 2018),),
    "Frida Fabel": (Work("", "kommuneadvokat", 2016, 1, BERGEN), Work("Advokatfirmaet Fabel", "partner", 2024)),
    "Finn Fantasi": (Work("Universitetet i Tankespinn", "professor", 2012),),
    "Kåre Påfunn": (Work("Påfunn advokater for kommunene", "advokat", 2017), Work("Påfunn borettslag", "styreleder", 2020)),
    "Karin Skrøne": (Work("", "kommuneadvokat", 2019, 0, TRONDHEIM),),
    "Siri Oppdiktet": (Work("", "seniorrådgiver", 2011, 5, EAST),),
    "Stein Påfunn": (),
}


def engage(
    users: Mapping[str, User], organisations: Mapping[tuple[OrganisationKind, str], Organisation], today: date
) -> Iterator[object]:
    """What these people have entered and confirmed, as rows."""
    for name, user in users.items():
        if name not in WORK:
            continue
        for work in WORK[name]:
            there = organisations[work.at] if work.at is not None else None
            yield Engagement(
                user=user,
                organisation=there,
                employer=work.employer or (there.name if there else ""),
                role=work.role,
                from_on=date(work.began, 1, 1),
                to_on=date(today.year - work.ended_years_ago, 1, 31) if work.ended_years_ago else None,
                entered_at=_entered_at(user, today),
            )
        yield EngagementConfirmation(user=user, confirmed_at=_confirmed_at(user, today))


def _entered_at(user: User, today: date) -> datetime:
    """On the first day of the person's first term; an officer's with the confirmation."""
    first = min((found.from_on for found in user.appointments), default=today - CONFIRMED_AGO)
    return _noon(min(first, today))


def _confirmed_at(user: User, today: date) -> datetime:
    """Some time ago; for who has left the board two weeks into the last term."""
    if user.appointments and all(found.last_on is not None and found.last_on < today for found in user.appointments):
        return _noon(max(found.from_on for found in user.appointments) + timedelta(weeks=2))
    return _noon(today - OVERDUE.get(user.name, CONFIRMED_AGO))


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
