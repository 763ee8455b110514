"""The yearly confirmation: asked three times, nobody is closed silently, nothing comes back by it, and who was lost comes back by the postmottak."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from tests.people import NOON, a_cast
from tests.scenes.intake import filed
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.accounts.access_changes import AccessChange, AccessChangeKind
from tvist.accounts.actions import give_role
from tvist.accounts.dormancy import is_dormant
from tvist.accounts.models import Membership, MembershipRole, SignIn
from tvist.accounts.rounds import ColleagueConfirmation, ColleagueRound
from tvist.clock import OSLO, oslo_date
from tvist.delivery.models import Letter, LetterKind
from tvist.delivery.sending import accept_all
from tvist.errors import CannotProceed
from tvist.teams.access_requests import ask_to_wake
from tvist.teams.access_requests import confirm as vouch
from tvist.teams.leaving import leave
from tvist.teams.yearly import close_if_answered, confirm, round_by_token, standing_round, unanswered
from tvist.teams.yearly_rounds import look_at, look_at_rounds

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
FIRST = oslo_date(NOON)
DUE = FIRST + 6 * WEEK


@pytest.fixture
def stage(database):
    """The cast in a writing session; Vik's people have been there since long before."""
    with database.writing() as session:
        yield session, a_cast(session)


def noon_of(day: date) -> datetime:
    return datetime.combine(day, time(12), OSLO)


def days(session, cast, first: date, last: date, *, mail: bool = True) -> None:
    """Each day the round is run, and the letters leave."""
    for count in range((last - first).days + 1):
        look_at(session, cast.vik, at=noon_of(first + count * DAY))
        if mail:
            session.flush()
            accept_all(session, at=noon_of(first + count * DAY))


def written(session, kind: LetterKind) -> list[date]:
    return [
        oslo_date(found.written_at) for found in session.scalars(sa.select(Letter).where(Letter.kind == kind).order_by(Letter.id))
    ]


def last_days(user) -> list[date | None]:
    return [found.to_on for found in user.memberships]


def test_the_postmottak_is_asked_and_reminded_weeks_before_and_then_access_ends_the_day_after(stage):
    session, cast = stage
    days(session, cast, FIRST, DUE)
    assert written(session, LetterKind.COLLEAGUES_KEY) == [FIRST, DUE - 3 * WEEK, DUE - WEEK]
    assert written(session, LetterKind.UNCONFIRMED) == [DUE - WEEK] * 2
    assert last_days(cast.arne) == [None]
    session.add(SignIn(token_hash="x", user_id=cast.arne.id, began_at=NOON, expires_at=noon_of(DUE + WEEK)))
    days(session, cast, DUE + DAY, DUE + DAY)
    assert last_days(cast.arne) == [DUE]
    assert session.scalars(sa.select(SignIn.ended_at)).one() is not None
    assert {change.kind for change in session.scalars(sa.select(AccessChange))} == {AccessChangeKind.LAPSED}
    days(session, cast, DUE + 2 * DAY, DUE + 30 * DAY)
    assert len(session.scalars(sa.select(ColleagueRound)).all()) == 1


def test_who_is_confirmed_stays_and_the_next_round_comes_a_year_later(stage):
    session, cast = stage
    days(session, cast, FIRST, FIRST)
    found = standing_round(session, cast.vik)
    assert [user.name for user in unanswered(session, cast.vik, found, FIRST)] == ["Arne Oppdiktet", "Asta Oppdiktet"]
    assert confirm(found, [cast.arne], by=cast.asta, at=NOON) == 1
    assert confirm(found, [cast.arne], by=cast.asta, at=NOON) == 0
    assert not close_if_answered(found, at=NOON)
    assert confirm(found, [cast.asta], by=None, at=NOON) == 1
    assert close_if_answered(found, at=NOON)
    days(session, cast, DUE, DUE + 2 * DAY)
    assert last_days(cast.arne) + last_days(cast.asta) == [None, None]
    next_due = DUE.replace(year=DUE.year + 1)
    days(session, cast, next_due - 7 * WEEK, next_due - 6 * WEEK)
    assert [round_.due_on for round_ in session.scalars(sa.select(ColleagueRound).order_by(ColleagueRound.id))] == [DUE, next_due]


def test_nobody_confirms_themselves_and_the_database_says_so_too(stage):
    session, cast = stage
    days(session, cast, FIRST, FIRST)
    found = standing_round(session, cast.vik)
    with pytest.raises(CannotProceed, match=r"yearly\.not_yourself"):
        confirm(found, [cast.asta], by=cast.asta, at=NOON)
    session.commit()
    session.add(ColleagueConfirmation(round=found, user=cast.asta, by_id=cast.asta.id, at=NOON))
    with pytest.raises(sa.exc.IntegrityError, match=r"nobody_confirms_themselves"):
        session.flush()


def test_a_confirmation_gives_nothing_back_to_one_with_a_last_day(stage):
    session, cast = stage
    days(session, cast, FIRST, FIRST)
    found = standing_round(session, cast.vik)
    leave(cast.arne, cast.vik, successor=None, last_day=FIRST + DAY, by=cast.asta, at=NOON)
    assert confirm(found, [cast.arne], by=cast.asta, at=NOON) == 0
    days(session, cast, FIRST + DAY, DUE + DAY)
    assert last_days(cast.arne) == [FIRST + DAY]


def test_a_last_day_within_the_year_is_an_answer_and_stays_as_it_was_set(stage):
    session, cast = stage
    leave(cast.arne, cast.vik, successor=None, last_day=DUE + 10 * WEEK, by=cast.asta, at=NOON)
    days(session, cast, FIRST, DUE + DAY)
    assert last_days(cast.arne) == [DUE + 10 * WEEK]
    assert last_days(cast.asta) == [DUE]


def test_who_began_or_was_given_a_role_during_the_round_is_known_to_work_there(stage):
    session, cast = stage
    days(session, cast, FIRST, FIRST)
    give_role(cast.arne, cast.vik, MembershipRole.AUTHORISED_FILER, from_on=FIRST + DAY, by=cast.adam, at=NOON)
    days(session, cast, FIRST + DAY, DUE + DAY)
    assert last_days(cast.arne) == [None, None]


def test_after_the_worker_was_away_the_last_day_is_put_off_as_the_letters_tell(stage):
    session, cast = stage
    days(session, cast, FIRST, FIRST)
    back = DUE + 10 * DAY
    days(session, cast, back, back + 2 * WEEK)
    assert written(session, LetterKind.COLLEAGUES_KEY) == [FIRST, back, back + 2 * WEEK]
    assert last_days(cast.arne) == [None]
    days(session, cast, back + 2 * WEEK + DAY, back + 3 * WEEK)
    assert last_days(cast.arne) == [None]
    days(session, cast, back + 3 * WEEK + DAY, back + 3 * WEEK + DAY)
    assert last_days(cast.arne) == [back + 3 * WEEK]


def test_nobody_is_shut_out_while_no_letter_reaches_the_postmottak(stage):
    session, cast = stage
    days(session, cast, FIRST, DUE + 4 * WEEK, mail=False)
    assert last_days(cast.arne) == [None]
    back = DUE + 4 * WEEK
    accept_all(session, at=noon_of(back))
    days(session, cast, back, back + WEEK)
    assert last_days(cast.arne) == [None]
    days(session, cast, back + WEEK + DAY, back + WEEK + DAY)
    assert last_days(cast.arne) == [back + WEEK]


def test_who_was_not_confirmed_rests_and_comes_back_by_the_postmottak_to_the_same_cases(stage):
    session, cast = stage
    case = filed(session, cast)
    days(session, cast, FIRST, DUE + DAY)
    gone, at = DUE + 2 * DAY, noon_of(DUE + 2 * DAY)
    assert not may(cast.asta, Act.OPEN_CASE, case, gone)
    told = session.scalars(sa.select(Letter).where(Letter.kind == LetterKind.TEAM_EMPTIED)).one()
    assert told.case is case
    assert is_dormant(session, cast.asta, at)
    (asked,) = ask_to_wake(cast.asta, at=at)
    assert (asked.organisation, asked.role) == (cast.vik, MembershipRole.AUTHORISED_FILER)
    vouch(asked, at=at)
    assert last_days(cast.asta) == [DUE, None]
    assert not is_dormant(session, cast.asta, at)
    assert may(cast.asta, Act.OPEN_CASE, case, gone)


def test_the_key_holds_until_the_last_day_is_over_or_all_are_answered_for(stage):
    session, cast = stage
    days(session, cast, FIRST, FIRST)
    link = session.scalars(sa.select(Letter.link).where(Letter.kind == LetterKind.COLLEAGUES_KEY)).one()
    token = link.removeprefix("/confirm/")
    found = round_by_token(session, token, noon_of(DUE))
    assert found is standing_round(session, cast.vik)
    assert round_by_token(session, token, noon_of(DUE + DAY)) is None
    assert round_by_token(session, token + "x", NOON) is None
    confirm(found, [cast.asta, cast.arne], by=None, at=NOON)
    assert close_if_answered(found, at=NOON)
    assert round_by_token(session, token, NOON) is None


def test_each_organisation_has_its_own_round_and_the_body_has_none(database, cast):
    look_at_rounds(database, NOON)
    look_at_rounds(database, NOON)
    with database.reading() as session:
        asked = session.scalars(sa.select(ColleagueRound.organisation_id).order_by(ColleagueRound.organisation_id)).all()
        assert asked == sorted([cast.vik.id, cast.luster.id, cast.vest.id])


def test_a_yearly_confirmation_keeps_an_account_from_resting(stage):
    session, cast = stage
    session.execute(sa.update(Membership).where(Membership.user_id == cast.arne.id).values(from_on=FIRST - timedelta(days=400)))
    session.expire_all()
    assert is_dormant(session, cast.arne, NOON)
    days(session, cast, FIRST, FIRST)
    confirm(standing_round(session, cast.vik), [cast.arne], by=cast.asta, at=NOON)
    assert not is_dormant(session, cast.arne, NOON)
