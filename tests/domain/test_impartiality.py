"""What the system asks a person before they declare: compared with parties, representatives, places and earlier cases (rule 29)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.people import NOON, Cast, a_cast
from tests.scenes.panel import seated
from tests.scenes.submissions import prepared
from tvist.accounts.engagements import Engagement
from tvist.accounts.models import Organisation, OrganisationKind
from tvist.cases.history import Statement
from tvist.panel.actions import declare
from tvist.panel.impartiality import questions_for

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Case

TODAY = NOON.date()
YEAR = timedelta(days=365)


@pytest.fixture
def cast(session: Session) -> Cast:
    return a_cast(session)


def works(session: Session, user: User, employer: Organisation | str, *, to_on: date | None = None) -> None:
    """The person has entered an engagement, begun long ago."""
    known = isinstance(employer, Organisation)
    session.add(
        Engagement(
            user=user,
            organisation=employer if known else None,
            employer=employer.name if known else employer,
            role="Advokat",
            from_on=TODAY - 9 * YEAR,
            to_on=to_on,
            entered_at=NOON,
        )
    )
    session.flush()


def asked(session: Session, case: Case, user: User) -> list[str]:
    return [found.code.split(".")[-1] for found in questions_for(session, case, user, TODAY)]


def municipality(session: Session, code: str, name: str) -> Organisation:
    found = Organisation(kind=OrganisationKind.MUNICIPALITY, code=code, name=name, sort_key=name, mailbox="")
    session.add(found)
    return found


def test_of_nothing_found_nothing_is_asked(session: Session, cast: Cast) -> None:
    works(session, cast.frida, "Advokatfirmaet Fjord")
    works(session, cast.frida, municipality(session, "1103", "Stavanger kommune"), to_on=TODAY - 3 * YEAR)
    assert asked(session, prepared(session, cast), cast.frida) == []


def test_an_employer_that_is_a_party_is_asked_about_now_and_two_years_back(session: Session, cast: Cast) -> None:
    case = prepared(session, cast)
    works(session, cast.frida, cast.vik)
    works(session, cast.kaare, cast.vik, to_on=TODAY - YEAR)
    works(session, cast.cato, cast.vik, to_on=TODAY - 3 * YEAR)
    works(session, cast.klara, "Vik kommune, barneverntjenesten")
    found = [asked(session, case, user) for user in (cast.frida, cast.kaare, cast.cato, cast.klara)]
    assert found == [["works_there"], ["works_there_before"], [], ["works_there"]]


def test_a_neighbour_a_region_and_another_state_office_are_asked_about(session: Session, cast: Cast) -> None:
    case = prepared(session, cast)
    works(session, cast.frida, cast.luster)
    works(session, cast.kaare, municipality(session, "1103", "Stavanger kommune"))
    other = Organisation(kind=OrganisationKind.STATE, code="nord", name="Bufetat region nord", sort_key="n", mailbox="")
    works(session, cast.cato, other)
    found = [asked(session, case, user) for user in (cast.frida, cast.kaare, cast.cato)]
    assert found == [["same_county"], ["same_region"], ["same_state"]]


def test_a_name_among_the_representatives_is_asked_about(session: Session, cast: Cast) -> None:
    case = prepared(session, cast)
    case.parties[0].representative = f"advokat {cast.frida.name}, Advokatfirmaet Fjord AS"
    works(session, cast.kaare, "Advokatfirmaet Fjord AS")
    assert asked(session, case, cast.frida) == ["same_name"]
    assert asked(session, case, cast.kaare) == ["represents"]
    assert asked(session, case, cast.cato) == []


def test_earlier_cases_with_the_same_parties_are_asked_about(session: Session, cast: Cast) -> None:
    earlier = seated(session, cast)
    declare(earlier, by=cast.frida, at=NOON, statement=Statement.CONFLICT, ground="employed")
    case = prepared(session, cast)
    assert asked(session, case, cast.frida) == ["conflict_before"]
    assert asked(session, case, cast.kaare) == ["sat_before"]
    assert asked(session, case, cast.klara) == []
    assert questions_for(session, case, cast.kaare, TODAY)[0].params["numbers"] == (earlier.number,)


def test_an_officer_is_asked_with_their_engagements_too(session: Session, cast: Cast) -> None:
    case = prepared(session, cast)
    works(session, cast.siri, cast.vik, to_on=TODAY - YEAR)
    assert asked(session, case, cast.siri) == ["works_there_before"]
