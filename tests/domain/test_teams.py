"""Who works on a case: a case is never left without anybody, a stand-in sees it for the days given, and who has left sees nothing (rule 5)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.people import NOON, Cast, a_cast
from tests.scenes.intake import TODAY, accepted, filed
from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.accounts.dormancy import is_dormant
from tvist.accounts.models import MembershipRole, SignIn, User
from tvist.cases.history import Statement
from tvist.delivery.models import Letter, LetterKind
from tvist.errors import CannotProceed
from tvist.intake.actions import begin_draft, declare_impartiality
from tvist.teams import absences, access_requests
from tvist.teams.actions import add_member, assign, hand_over, remove_member, standing_assignment, take_back
from tvist.teams.leaving import leave

DAY = timedelta(days=1)
IN_A_WEEK = TODAY + 7 * DAY


@pytest.fixture
def stage(database):
    """A case of Vik's against region vest in a writing session, with the cast."""
    with database.writing() as session:
        cast = a_cast(session)
        yield session, cast, filed(session, cast)


def opens(user: User, case, on: date = TODAY) -> bool:
    return may(user, Act.OPEN_CASE, case, on)


def codes(refused: pytest.ExceptionInfo[CannotProceed]) -> list[str]:
    return [found.code for found in refused.value.obstacles]


def test_a_colleague_who_is_added_opens_the_case_and_is_told(stage):
    session, cast, case = stage
    assert not opens(cast.arne, case)
    add_member(case.parties[0], cast.arne, by=cast.asta, at=NOON)
    session.flush()
    assert opens(cast.arne, case)
    told = session.scalars(sa.select(Letter).where(Letter.kind == LetterKind.ADDED_TO_TEAM)).one()
    assert [found.address for found in told.recipients] == [cast.arne.email]
    assert "Arne" not in case.events[-1].said.code + str(case.events[-1].said.params)


def test_a_stand_in_opens_the_case_on_the_days_given_alone(stage):
    _, cast, case = stage
    add_member(case.parties[0], cast.arne, by=cast.asta, at=NOON, from_on=IN_A_WEEK, to_on=IN_A_WEEK + 2 * DAY)
    days = [TODAY, IN_A_WEEK, IN_A_WEEK + 2 * DAY, IN_A_WEEK + 3 * DAY]
    assert [opens(cast.arne, case, day) for day in days] == [False, True, True, False]


def test_nobody_of_another_organisation_comes_into_the_team(stage):
    _, cast, case = stage
    with pytest.raises(CannotProceed) as refused:
        add_member(case.parties[0], cast.dag, by=cast.asta, at=NOON)
    assert codes(refused) == ["teams.not_a_colleague"]


def test_the_last_of_a_team_cannot_go_before_another_has_come(stage):
    _, cast, case = stage
    asta = case.parties[0].team[0]
    with pytest.raises(CannotProceed) as refused:
        remove_member(asta, by=cast.asta, at=NOON)
    assert codes(refused) == ["teams.last_member"]
    add_member(case.parties[0], cast.arne, by=cast.asta, at=NOON)
    remove_member(asta, by=cast.arne, at=NOON)
    assert (opens(cast.asta, case), opens(cast.arne, case)) == (False, True)


def test_who_hands_over_is_out_and_the_colleague_is_in(stage):
    _, cast, case = stage
    hand_over(case.parties[0], cast.arne, by=cast.asta, at=NOON)
    assert (opens(cast.asta, case), opens(cast.arne, case)) == (False, True)


def test_an_absence_brings_the_stand_in_into_cases_and_drafts_for_its_days(stage):
    session, cast, case = stage
    draft = begin_draft(session, cast.vik, by=cast.asta, at=NOON)
    session.flush()
    absences.register_absence(cast.asta, from_on=IN_A_WEEK, to_on=IN_A_WEEK + DAY, stand_in=cast.arne, by=cast.asta, at=NOON)
    session.flush()
    for day, inside in ((TODAY, False), (IN_A_WEEK, True), (IN_A_WEEK + 2 * DAY, False)):
        assert opens(cast.arne, case, day) is inside
        assert may(cast.arne, Act.WRITE_DRAFT, draft, day) is inside


def test_what_comes_while_somebody_is_away_is_covered_too_and_once(stage):
    session, cast, _ = stage
    absences.register_absence(cast.asta, from_on=TODAY, to_on=IN_A_WEEK, stand_in=cast.arne, by=cast.asta, at=NOON)
    later = filed(session, cast, at=NOON)
    assert not opens(cast.arne, later)
    assert absences.cover_absences(session, at=NOON) == 1
    assert opens(cast.arne, later)
    session.flush()
    assert absences.cover_absences(session, at=NOON) == 0


def test_who_is_back_early_takes_the_stand_in_out(stage):
    session, cast, case = stage
    away = absences.register_absence(cast.asta, from_on=TODAY, to_on=IN_A_WEEK, stand_in=cast.arne, by=cast.asta, at=NOON)
    session.flush()
    absences.call_off(away, at=NOON)
    assert not opens(cast.arne, case)


@pytest.mark.parametrize(
    ("days", "who", "code"),
    [
        ((TODAY + DAY, TODAY), "arne", "accounts.ends_before_it_begins"),
        ((TODAY - 3 * DAY, TODAY - DAY), "arne", "teams.absence_is_past"),
        ((TODAY, IN_A_WEEK), "dag", "teams.stand_in_is_no_colleague"),
        ((TODAY, IN_A_WEEK), "asta", "teams.stand_in_is_no_colleague"),
    ],
)
def test_an_absence_that_cannot_be_is_refused(stage, days, who, code):
    _, cast, _ = stage
    with pytest.raises(CannotProceed) as refused:
        absences.register_absence(cast.asta, from_on=days[0], to_on=days[1], stand_in=getattr(cast, who), by=cast.asta, at=NOON)
    assert codes(refused) == [code]


def test_two_who_are_away_do_not_stand_in_for_each_other(stage):
    session, cast, _ = stage
    absences.register_absence(cast.arne, from_on=TODAY, to_on=IN_A_WEEK, stand_in=None, by=cast.arne, at=NOON)
    session.flush()
    with pytest.raises(CannotProceed) as refused:
        absences.register_absence(cast.asta, from_on=TODAY, to_on=TODAY, stand_in=cast.arne, by=cast.asta, at=NOON)
    assert codes(refused) == ["teams.stand_in_is_away"]


def test_who_leaves_alone_in_a_case_names_a_successor(stage):
    session, cast, case = stage
    with pytest.raises(CannotProceed) as refused:
        leave(cast.asta, cast.vik, successor=None, last_day=TODAY, by=cast.asta, at=NOON)
    assert codes(refused) == ["teams.choose_successor"]
    leave(cast.asta, cast.vik, successor=cast.arne, last_day=TODAY, by=cast.asta, at=NOON)
    session.flush()
    assert (opens(cast.asta, case, TODAY + DAY), opens(cast.arne, case)) == (False, True)


def test_who_left_last_week_is_signed_out_now(stage):
    session, cast, case = stage
    session.add(SignIn(token_hash="x", user_id=cast.asta.id, began_at=NOON, expires_at=NOON + DAY))
    session.flush()
    leave(cast.asta, cast.vik, successor=cast.arne, last_day=TODAY - 7 * DAY, by=cast.arne, at=NOON)
    session.flush()
    assert not opens(cast.asta, case)
    assert session.scalars(sa.select(SignIn.ended_at)).one() == NOON


def test_a_case_has_one_officer_and_taking_it_needs_a_reason(stage):
    _, cast, case = stage
    assign(case, cast.siri, by=cast.siri, at=NOON)
    with pytest.raises(CannotProceed) as refused:
        assign(case, cast.stein, by=cast.stein, at=NOON)
    assert codes(refused) == ["teams.write_reason"]
    assign(case, cast.stein, by=cast.stein, at=NOON, reason="Siri er syk")
    assert standing_assignment(case).user is cast.stein
    take_back(case, by=cast.stein, at=NOON, reason="Ferie")
    assert standing_assignment(case) is None


def test_who_has_a_conflict_is_not_given_the_case(stage):
    _, cast, case = stage
    declare_impartiality(case, by=cast.siri, at=NOON, statement=Statement.CONFLICT, ground="party")
    with pytest.raises(CannotProceed) as refused:
        assign(case, cast.siri, by=cast.stein, at=NOON)
    assert codes(refused) == ["teams.officer_has_conflict"]


def asked(session, cast: Cast, **more):
    fields = {"name": "Ny Person", "email": "ny@example.invalid", "role": MembershipRole.CASE_OFFICER, "language": "nb"} | more
    found = access_requests.ask_for_access(session, cast.luster, at=NOON, **fields)
    session.flush()
    return found


def test_the_postmottak_is_asked_and_the_letter_names_nobody(stage):
    session, cast, _ = stage
    asked(session, cast)
    letter = session.scalars(sa.select(Letter).where(Letter.kind == LetterKind.ACCESS_ASKED)).one()
    assert [found.address for found in letter.recipients] == [cast.luster.mailbox]
    assert letter.language == "nn"
    assert "Ny Person" not in letter.subject + letter.body


def test_who_is_confirmed_can_work_there_and_chooses_a_pass_phrase(stage):
    session, cast, _ = stage
    user = access_requests.confirm(asked(session, cast), at=NOON)
    assert [(found.organisation, found.role) for found in user.memberships_on(TODAY)] == [
        (cast.luster, MembershipRole.CASE_OFFICER)
    ]
    assert session.scalars(sa.select(Letter.kind).order_by(Letter.id.desc())).first() is LetterKind.PASSWORD_LINK


def test_a_request_is_answered_once_and_in_time(stage):
    session, cast, _ = stage
    first = asked(session, cast)
    access_requests.refuse(first, at=NOON)
    with pytest.raises(CannotProceed):
        access_requests.confirm(first, at=NOON)
    second = asked(session, cast)
    with pytest.raises(CannotProceed):
        access_requests.confirm(second, at=NOON + access_requests.HOLDS_FOR)


def test_asking_twice_writes_once(stage):
    session, cast, _ = stage
    assert asked(session, cast) is not None
    assert asked(session, cast) is None


def test_an_account_nobody_used_for_a_year_rests_until_the_postmottak_vouches(stage):
    session, cast, case = accepted_again(stage)
    assert is_dormant(session, cast.arne, NOON)
    assert not is_dormant(session, cast.siri, NOON)
    requests = access_requests.ask_to_wake(cast.arne, at=NOON)
    session.flush()
    access_requests.confirm(requests[0], at=NOON)
    session.flush()
    assert not is_dormant(session, cast.arne, NOON)
    assert len(cast.arne.memberships) == 1
    assert case.accepted_at


def accepted_again(stage):
    """The stage with a second case that has been accepted, so that other people have something to do too."""
    session, cast, _ = stage
    return session, cast, accepted(session, cast)


def test_who_signed_in_this_year_is_awake(stage):
    session, cast, _ = stage
    session.add(SignIn(token_hash="x", user_id=cast.arne.id, began_at=NOON - 300 * DAY, expires_at=NOON))
    session.flush()
    assert not is_dormant(session, cast.arne, NOON)


def test_a_stand_in_who_was_taken_out_stays_out(stage):
    session, cast, case = stage
    absences.register_absence(cast.asta, from_on=TODAY, to_on=IN_A_WEEK, stand_in=cast.arne, by=cast.asta, at=NOON)
    session.flush()
    member = next(found for found in case.parties[0].team if found.user is cast.arne)
    remove_member(member, by=cast.asta, at=NOON)
    session.flush()
    assert absences.cover_absences(session, at=NOON) == 0
    assert not opens(cast.arne, case)
