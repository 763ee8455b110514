"""A scene that is written again is the scene that was made, row for row; where it could differ, it is made by its acts."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.decision import issued
from tests.scenes.intake import filed
from tests.scenes.kept import the_same_cast
from tests.scenes.panel import referred
from tvist.cases.models import Case
from tvist.check import check_all
from tvist.clock import oslo_date
from tvist.db import Base


def rows(session):
    """All rows of the database."""
    return {table.name: sorted(map(repr, session.execute(sa.select(table)))) for table in Base.metadata.sorted_tables}


def test_a_scene_written_again_has_the_rows_of_the_one_that_was_made(databases, kind):
    found = []
    # A moment of its own: the first is made by its acts.
    at = NOON + timedelta(minutes=7)
    for _ in range(2):
        with databases.fresh(kind) as url:
            database = databases.opened(url)
            cast = the_same_cast(database)
            with database.writing() as session:
                case = referred(session, cast, at=at)
                assert case.parties
                found.append(rows(session))
            database.close()
    assert found[0] == found[1]
    assert len(found[0]["event"]) > 10


@pytest.mark.parametrize("time", ["made", "written again"])
def test_an_issued_case_is_sound_and_holds_no_lock_however_it_came(installation, cast, time):
    with installation.database.writing() as session:
        issued(session, cast, installation, at=NOON + timedelta(minutes=8))
        with installation.database.writing() as other:
            other.execute(sa.update(Case).values(version=Case.version))
    assert list(check_all(installation)) == [], time


def test_a_second_case_is_made_by_its_acts(session, cast):
    assert [filed(session, cast).number for _ in range(2)] == ["2026/0001", "2026/0002"]


@pytest.mark.parametrize("argument", ["Først.", "Så."])
def test_another_wish_is_another_scene(session, cast, argument):
    assert json.loads(filed(session, cast, argument=argument).petition.snapshot)["argument"] == argument


@pytest.mark.parametrize("time", ["made", "written again"])
def test_the_people_who_were_given_act_in_the_case_afterwards(session, cast, time):
    case = filed(session, cast, at=NOON + timedelta(minutes=11))
    assert case.party_of(cast.asta, oslo_date(NOON)).organisation is cast.vik, time
