"""What is unusual in a day: from the table of thresholds, without a database; and the flags that it raises, once each."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.people import LONG_AGO, NOON
from tests.scenes.decision import present
from tests.scenes.submissions import prepared
from tvist.access.policy import Act
from tvist.accesslog.models import AccessEntry, Channel
from tvist.accounts.engagements import Engagement
from tvist.errors import CannotProceed
from tvist.oversight.models import Flag, FlagKind
from tvist.oversight.patterns import THRESHOLDS, Pattern, Seen, patterns_of
from tvist.oversight.watching import flags_for, look_at, watch, watch_day

DAY = date(2026, 3, 2)


def opened(count, at=NOON, *, step=timedelta(minutes=1), **more):
    """So many lines of one person, each of another case, a minute apart."""
    told = {"user_id": 7, "act": Act.OPEN_CASE, "allowed": True}
    return [
        Seen(at=at + number * step, case_id=number + 1, thing=f"case {number + 1}", **(told | more)) for number in range(count)
    ]


def kinds(seen, ties=(), identities=()):
    return {(pattern.kind, pattern.count) for pattern in patterns_of(seen, ties, identities)}


@pytest.mark.parametrize("kind", FlagKind)
def test_every_kind_has_its_threshold(kind):
    assert THRESHOLDS[kind] >= 1


def test_many_cases_within_an_hour_and_not_over_a_day():
    many = THRESHOLDS[FlagKind.MANY_CASES]
    assert kinds(opened(many)) == {(FlagKind.MANY_CASES, many)}
    assert kinds(opened(many - 1)) == set()
    assert kinds(opened(many, step=timedelta(minutes=5))) == set()
    assert kinds([line for line in opened(many) for _ in range(2)]) == {(FlagKind.MANY_CASES, many)}
    # The same case again and again is one case.
    assert kinds([Seen(7, NOON, Act.OPEN_CASE, 1, "case 1", allowed=True)] * 100) == set()


@pytest.mark.parametrize(
    ("at", "is_night"),
    [
        (datetime(2026, 3, 2, 21, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 2, 22, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 3, 4, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 3, 5, 0, tzinfo=UTC), False),
        (datetime(2026, 7, 2, 21, 0, tzinfo=UTC), True),
    ],
)
def test_the_night_is_oslos_from_23_to_06(at, is_night):
    night = THRESHOLDS[FlagKind.NIGHT]
    assert kinds(opened(night, at, step=timedelta())) == ({(FlagKind.NIGHT, night)} if is_night else set())


def test_weekends_denials_and_searches():
    weekend = opened(THRESHOLDS[FlagKind.WEEKEND], NOON - timedelta(days=1), step=timedelta(minutes=10))
    assert kinds(weekend) == {(FlagKind.WEEKEND, len(weekend))}
    assert kinds(opened(5, allowed=False)) == {(FlagKind.DENIED, 5)}
    searches = [Seen(7, NOON, Act.SEE_WORKLIST, None, "", allowed=True)] * 60
    assert kinds(searches) == {(FlagKind.SEARCHES, 60)}
    assert patterns_of([], [(7, 1), (7, 2), (7, 1)], [(8, 4), (9, 3)]) == [
        Pattern(FlagKind.OWN_EMPLOYER, 7, 2),
        Pattern(FlagKind.IDENTITIES, 8, 4),
    ]


@pytest.fixture
def watched(database, cast):
    """Siri opens the case of Vik, for whom she worked; Bo is denied, Asta opens her own case, and Siri opens the child's identity four times."""
    with database.writing() as session:
        case = prepared(session, cast)
        session.add(
            Engagement(
                user_id=cast.siri.id,
                organisation_id=cast.vik.id,
                employer="Vik kommune",
                role="advokat",
                from_on=LONG_AGO,
                to_on=DAY - timedelta(days=900),
                entered_at=NOON,
            )
        )
        common = {"at": NOON, "channel": Channel.WEB, "thing": f"case {case.id}", "case_id": case.id, "act": Act.OPEN_CASE}
        session.add(AccessEntry(user_id=cast.siri.id, roles="secretariat", allowed=True, **common))
        session.add(AccessEntry(user_id=cast.asta.id, roles="requesting", allowed=True, **common))
        session.add_all(AccessEntry(user_id=cast.bo.id, roles="", allowed=False, **common) for _ in range(5))
        opening = common | {"act": Act.OPEN_IDENTITY}
        session.add_all(
            AccessEntry(user_id=cast.siri.id, roles="secretariat", allowed=True, purpose="Kontroll", **opening) for _ in range(4)
        )
        session.commit()
    return database


def test_each_flag_is_raised_once(watched, cast):
    at = NOON + timedelta(days=1)
    assert watch(watched, at) == 3
    assert watch(watched, at) == watch_day(watched, DAY, at) == 0
    with watched.reading() as session:
        flags = {(flag.kind, flag.user_id, flag.on_day, flag.count) for flag in session.scalars(sa.select(Flag))}
    assert flags == {
        (FlagKind.OWN_EMPLOYER, cast.siri.id, DAY, 1),
        (FlagKind.IDENTITIES, cast.siri.id, DAY, 4),
        (FlagKind.DENIED, cast.bo.id, DAY, 5),
    }


def test_days_that_the_worker_was_away_are_looked_through_afterwards(watched):
    assert watch(watched, NOON) == 0
    assert watch(watched, NOON + timedelta(days=5)) == 3


def test_nobody_sees_or_clears_what_is_about_themselves(watched, cast):
    watch(watched, NOON + timedelta(days=1))
    with watched.writing() as session:
        cast = present(session, cast)
        of_siri, of_stein = (
            {flag.user_id for flag in flags_for(session, user, is_open=True, before=None, size=9)}
            for user in (cast.siri, cast.stein)
        )
        assert (of_siri, of_stein) == ({cast.bo.id}, {cast.bo.id, cast.siri.id})
        flag = session.scalars(sa.select(Flag).where(Flag.kind == FlagKind.OWN_EMPLOYER)).one()
        assert flag.roles_for(cast.siri, DAY) == set()
        assert flag.roles_for(cast.stein, DAY)
        assert flag.roles_for(cast.bo, DAY) == set()
        with pytest.raises(CannotProceed):
            look_at(flag, by=cast.siri, words="Det var meg.", at=NOON)
        look_at(flag, by=cast.stein, words="Hun fikk saken tildelt.", at=NOON)
        session.commit()
        with pytest.raises(CannotProceed):
            look_at(flag, by=cast.stein, words="En gang til.", at=NOON)
    with watched.writing() as session, pytest.raises(sa.exc.DBAPIError, match="written once"):
        session.execute(sa.text("UPDATE flag SET words = 'x' WHERE looked_at IS NOT NULL"))
