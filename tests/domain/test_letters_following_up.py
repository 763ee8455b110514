"""Some months after an opinion the parties are asked how it went, each once for each time, on the right day (rule 41)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.people import NOON, a_cast
from tests.scenes.decision import issued
from tvist.cases.models import Case
from tvist.clock import oslo_date
from tvist.delivery.document import written_of
from tvist.delivery.following_up import cases_to_follow_up, follow_up, round_due
from tvist.delivery.models import LetterKind
from tvist.workers import daily


@pytest.fixture
def case(database, installation):
    with database.writing() as session:
        cast = a_cast(session)
        made = issued(session, cast, installation)
        made.is_invented = False
        session.commit()
        return made.id


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 11, tzinfo=UTC)


def asked(database, case_id):
    with database.reading() as session:
        letters = session.get_one(Case, case_id).letters
        return [letter.party.name for letter in letters if letter.kind is LetterKind.FOLLOW_UP]


def test_each_party_is_asked_once_on_the_day_and_not_before(database, case):
    day = date(2026, 4, 2)
    assert oslo_date(NOON) == date(2026, 3, 2)
    assert cases_to_follow_up(database, day - timedelta(days=1)) == []
    assert cases_to_follow_up(database, day) == [case]
    follow_up(database, case, noon(day))
    follow_up(database, case, noon(day))
    assert asked(database, case) == ["Vik kommune", "Bufetat region vest"]
    assert cases_to_follow_up(database, day + timedelta(days=1)) == []


def test_they_are_asked_again_when_the_next_time_comes(database, case):
    follow_up(database, case, noon(date(2026, 4, 10)))
    follow_up(database, case, noon(date(2026, 9, 2)))
    assert len(asked(database, case)) == 4


@pytest.mark.parametrize(
    ("on", "due"),
    [
        (date(2026, 4, 1), None),
        (date(2026, 4, 2), date(2026, 4, 2)),
        (date(2026, 5, 2), date(2026, 4, 2)),
        (date(2026, 5, 3), None),
        (date(2026, 9, 2), date(2026, 9, 2)),
        (date(2027, 3, 2), date(2027, 3, 2)),
        (date(2027, 4, 3), None),
    ],
)
def test_a_time_that_is_long_past_is_let_go(database, case, on, due):
    with database.reading() as session:
        assert round_due(session.get_one(Case, case), on) == due


def test_an_invented_case_is_never_asked_about(database, case):
    with database.writing() as session:
        session.get_one(Case, case).is_invented = True
        session.commit()
    follow_up(database, case, noon(date(2026, 4, 2)))
    assert asked(database, case) == []
    assert cases_to_follow_up(database, date(2026, 4, 2)) == []


def test_the_daily_round_asks_and_the_letter_leads_to_the_messages(database, installation, case):
    daily(installation, noon(date(2026, 4, 2)))
    daily(installation, noon(date(2026, 4, 2)))
    with database.reading() as session:
        letters = [found for found in session.get_one(Case, case).letters if found.kind is LetterKind.FOLLOW_UP]
        assert len(letters) == 2
        assert letters[0].link == f"/cases/2026-0001/messages/{letters[0].party.public_id}"
        assert "Vart uttalen følgd" in written_of(letters[0]).words
        assert "Bufetat" not in letters[0].subject + letters[0].body
