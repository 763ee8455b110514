"""For whom members and officers work: own entries, confirmed yearly, asked for by letter and on the desk (rule 29)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.people import NOON, Cast, a_cast
from tests.scenes.panel import referred
from tests.scenes.submissions import DAY
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.accounts.engagement_queries import engagements_lately, years_before
from tvist.delivery.models import Letter, LetterKind, Recipient
from tvist.desk.queries import desk_of
from tvist.errors import CannotProceed, NotFound
from tvist.panel.employers import (
    add_engagement,
    ask_for_employers,
    confirm_employers,
    employers_of,
    employers_to_choose,
    end_engagement,
    engagement_at,
    is_due,
    members_on,
    officers_on,
    strike_engagement,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.accounts.engagements import Engagement
    from tvist.accounts.models import User

TODAY = NOON.date()
YEAR = 366 * DAY


@pytest.fixture
def cast(session: Session) -> Cast:
    return a_cast(session)


def works_for(session: Session, user: User, employer: str, from_on: date, to_on: date | None = None) -> Engagement:
    return add_engagement(
        session, user, organisation=None, employer=employer, role="advokat", from_on=from_on, to_on=to_on, at=NOON
    )


def asked(session: Session, user: User) -> int:
    """How often the person was written to about it."""
    query = sa.select(sa.func.count()).select_from(Recipient).join(Letter)
    return session.scalar(query.where(Letter.kind == LetterKind.EMPLOYERS_DUE, Recipient.user_id == user.id)) or 0


@pytest.mark.parametrize(
    ("from_on", "to_on", "is_found"),
    [
        (date(2020, 1, 1), None, True),
        (date(2020, 1, 1), TODAY, True),
        (date(2020, 1, 1), date(2024, 3, 2), True),
        (date(2020, 1, 1), date(2024, 3, 1), False),
        (TODAY, None, True),
        (TODAY + timedelta(days=1), None, False),
    ],
)
def test_employers_of_the_last_two_years_are_found(
    session: Session, cast: Cast, from_on: date, to_on: date | None, *, is_found: bool
) -> None:
    works_for(session, cast.frida, "Firma", from_on, to_on)
    assert bool(engagements_lately(session, cast.frida, TODAY, 2)) is is_found
    assert engagements_lately(session, cast.kaare, TODAY, 2) == []


def test_two_years_before_a_leap_day_is_the_last_of_february() -> None:
    assert years_before(date(2028, 2, 29), 2) == date(2026, 2, 28)
    assert years_before(date(2028, 2, 29), 4) == date(2024, 2, 29)


def test_a_struck_entry_is_never_compared(session: Session, cast: Cast) -> None:
    wrong = works_for(session, cast.frida, "Feil", date(2020, 1, 1))
    strike_engagement(wrong, at=NOON)
    strike_engagement(wrong, at=NOON + DAY)
    assert wrong.struck_at == NOON
    assert engagements_lately(session, cast.frida, TODAY, 2) == []
    with pytest.raises(CannotProceed, match=r"panel\.employers\.struck"):
        end_engagement(wrong, to_on=TODAY)


def test_a_municipality_is_named_as_it_is_called(session: Session, cast: Cast) -> None:
    made = add_engagement(
        session, cast.frida, organisation=cast.vik, employer="", role="kommuneadvokat", from_on=TODAY, to_on=None, at=NOON
    )
    assert (made.employer, made.organisation) == (cast.vik.name, cast.vik)
    assert {found.name for found in employers_to_choose(session, TODAY)} == {cast.vik.name, cast.luster.name, cast.vest.name}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"employer": "  "}, "panel.employers.employer_needed"),
        ({"role": " "}, "panel.employers.role_needed"),
        ({"to_on": TODAY - timedelta(days=1)}, "panel.employers.ends_before"),
    ],
)
def test_an_entry_that_says_too_little_is_refused(session: Session, cast: Cast, changes: dict[str, object], code: str) -> None:
    given = {"organisation": None, "employer": "Firma", "role": "advokat", "from_on": TODAY, "to_on": None}
    with pytest.raises(CannotProceed, match=code.replace(".", r"\.")):
        add_engagement(session, cast.frida, **given | changes, at=NOON)


def test_an_end_before_the_beginning_is_refused(session: Session, cast: Cast) -> None:
    entry = works_for(session, cast.frida, "Firma", TODAY)
    with pytest.raises(CannotProceed, match=r"panel\.employers\.ends_before"):
        end_engagement(entry, to_on=TODAY - timedelta(days=1))
    end_engagement(entry, to_on=TODAY)
    assert not entry.holds_on(TODAY + timedelta(days=1))


def test_a_confirmation_lasts_a_year(session: Session, cast: Cast) -> None:
    assert is_due(None, TODAY)
    confirm_employers(session, cast.frida, at=NOON)
    session.flush()
    [own] = employers_of(session, [cast.frida], TODAY)
    assert (own.confirmed_at, own.is_due) == (NOON, False)
    assert not is_due(NOON, date(2027, 3, 2))
    assert is_due(NOON, date(2027, 3, 3))


def test_members_and_officers_are_asked_once_and_again_a_year_later(session: Session, cast: Cast) -> None:
    for later in range(4):
        ask_for_employers(session, at=NOON + later * DAY)
    people = (cast.cato, cast.lise, cast.frida, cast.finn, cast.kaare, cast.klara, cast.siri, cast.stein)
    assert [asked(session, user) for user in people] == [1] * len(people)
    assert [asked(session, user) for user in (cast.asta, cast.bo, cast.eva, cast.adam)] == [0] * 4
    confirm_employers(session, cast.frida, at=NOON + 200 * DAY)
    ask_for_employers(session, at=NOON + YEAR)
    assert (asked(session, cast.frida), asked(session, cast.kaare)) == (1, 2)
    ask_for_employers(session, at=NOON + 201 * DAY + YEAR)
    assert asked(session, cast.frida) == 2


def test_nobody_is_asked_on_a_sunday(session: Session, cast: Cast) -> None:
    ask_for_employers(session, at=NOON - DAY)
    assert asked(session, cast.frida) == 0


def test_the_desk_says_so_until_it_is_confirmed(session: Session, cast: Cast) -> None:
    assert [desk_of(session, user, TODAY).owes_employers for user in (cast.frida, cast.siri)] == [True, True]
    assert [desk_of(session, user, TODAY).owes_employers for user in (cast.asta, cast.eva, cast.adam)] == [False] * 3
    confirm_employers(session, cast.frida, at=NOON)
    session.flush()
    assert not desk_of(session, cast.frida, TODAY).owes_employers


def test_the_lists_are_of_those_who_are_or_will_be_there(session: Session, cast: Cast) -> None:
    cast.klara.appointments[0].ended_on = TODAY - timedelta(days=1)
    cast.finn.appointments[0].struck_at = NOON
    session.flush()
    assert {user.id for user in members_on(session, TODAY)} == {cast.cato.id, cast.lise.id, cast.frida.id, cast.kaare.id}
    assert {user.id for user in officers_on(session, TODAY)} == {cast.siri.id, cast.stein.id}


def test_who_finishes_a_case_after_the_term_is_still_on_the_list(session: Session, cast: Cast) -> None:
    referred(session, cast)
    cast.frida.appointments[0].ended_on = TODAY
    session.flush()
    assert cast.frida in members_on(session, TODAY + timedelta(days=9))


def test_an_entry_is_changed_by_whose_it_is_alone(session: Session, cast: Cast) -> None:
    entry = works_for(session, cast.frida, "Firma", TODAY)
    people = (cast.frida, cast.kaare, cast.siri, cast.cato, cast.asta, cast.adam)
    assert [may(user, Act.DECLARE_EMPLOYERS, entry, TODAY) for user in people] == [True, *[False] * 5]
    assert engagement_at(session, entry.public_id) is entry
    with pytest.raises(NotFound):
        engagement_at(session, "nobody's")
