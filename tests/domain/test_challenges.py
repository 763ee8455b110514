"""Doubt and objection: who rules, a tie, deputies in the place of those in doubt, and what a ruling does (rules 29, 30)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from tests.people import NOON, Cast, a_cast
from tests.scenes.panel import declared, nobody_objects, referred, seated
from tests.scenes.submissions import DAY
from tvist.access.policy import Act, Role
from tvist.access.roles import roles_of
from tvist.cases.history import Statement
from tvist.cases.lifecycle import State, obstacles
from tvist.cases.tasks import is_waiting_for
from tvist.cases.waiting import TaskKind
from tvist.check.decisions import check_rulings
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed
from tvist.panel.actions import declare, refer
from tvist.panel.challenges import ChallengeEnd
from tvist.panel.challenging import rule, step_aside
from tvist.panel.choosing import proposed_panel
from tvist.panel.models import SeatKind
from tvist.panel.objecting import object_to, say_no_objection, why_not_object
from tvist.panel.rules import faults_over_time, holder, lawful_panel, objection_time_faults, panel_faults, seats_to_fill
from tvist.submissions.actions import withdraw
from tvist.submissions.additions import reopen
from tvist.submissions.outages import record_outage

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Case

LATER = NOON + DAY
LAST_DAY = date(2026, 3, 9)
"""A week after the parties were told, at noon on a Monday."""


@pytest.fixture
def cast(session: Session) -> Cast:
    return a_cast(session)


def doubts(case: Case, user: User, *, at: datetime = NOON) -> None:
    declare(case, by=user, at=at, statement=Statement.DOUBT, ground="special", words="Jeg kjenner en av fullmektigene.")


def nothing(case: Case, *users: User, at: datetime = NOON) -> None:
    for user in users:
        declare(case, by=user, at=at, statement=Statement.NONE)


def objects(case: Case, by: User, *kinds: SeatKind, at: datetime = LATER) -> None:
    object_to(case, [holder(case, kind) for kind in kinds], by=by, at=at, words="Medlemmet har uttalt seg om saken.")


def asked(case: Case, place: int = -1) -> list[User]:
    """Who is waited for to rule on a challenge."""
    return [ruling.user for ruling in case.challenges[place].rulings if ruling.is_awaited]


def all_rule(case: Case, views: tuple[bool, bool] = (True, True), *, place: int = -1, at: datetime = LATER) -> None:
    """Those who are asked rule one after the other; that the member stays, unless `views` says otherwise."""
    found = case.challenges[place]
    for user, stays in zip(asked(case, place), views, strict=True):
        rule(found, by=user, at=at, stays=stays, reasons="Det er ikke noe nært forhold.")


def codes(faults: list) -> list[str]:
    return [fault.code for fault in faults]


def test_the_other_two_are_asked_and_of_one_mind_they_decide(session: Session, cast: Cast) -> None:
    case = seated(session, cast)
    nothing(case, cast.cato, cast.kaare)
    doubts(case, cast.frida)
    assert asked(case) == [cast.cato, cast.kaare]
    assert all(is_waiting_for(case, TaskKind.RULE_ON_CHALLENGE, user) for user in (cast.cato, cast.kaare))
    assert Role.RULING in roles_of(cast.kaare, case, NOON.date())
    assert lawful_panel(case).code == "panel.challenge_open"
    all_rule(case)
    assert case.challenges[0].ended_by is ChallengeEnd.RULED
    assert holder(case, SeatKind.FREE).is_declared
    assert Role.SEATED in roles_of(cast.frida, case, NOON.date())
    assert not is_waiting_for(case, TaskKind.RULE_ON_CHALLENGE)
    told = [letter.party for letter in case.letters if letter.kind is LetterKind.PANEL_SEATED]
    assert told == case.parties
    assert not any(letter.kind is LetterKind.CHALLENGE_RULED for letter in case.letters)
    assert lawful_panel(case) is None


def test_whoever_has_not_declared_is_asked_when_they_have(session: Session, cast: Cast) -> None:
    case = seated(session, cast)
    doubts(case, cast.frida)
    assert asked(case) == []
    nothing(case, cast.kaare)
    assert asked(case) == [cast.kaare]
    declare(case, by=cast.cato, at=NOON, statement=Statement.CONFLICT, ground="employed")
    nothing(case, cast.lise)
    assert asked(case) == [cast.kaare, cast.lise]


@pytest.mark.parametrize(
    ("views", "end"), [((False, False), ChallengeEnd.RULED), ((True, False), ChallengeEnd.TIE), ((False, True), ChallengeEnd.TIE)]
)
def test_a_tie_or_a_ruling_against_calls_the_deputy(
    session: Session, cast: Cast, views: tuple[bool, bool], end: ChallengeEnd
) -> None:
    case = seated(session, cast)
    nothing(case, cast.cato, cast.kaare)
    doubts(case, cast.frida)
    all_rule(case, views)
    assert (case.challenges[0].ended_by, case.challenges[0].stays) == (end, False)
    assert holder(case, SeatKind.FREE).user is cast.finn
    assert [seat.left_because for seat in case.seats] == [None, "ruled", None, None]
    assert roles_of(cast.frida, case, NOON.date()) == set()
    assert list(check_rulings(case)) == []


def test_where_two_are_in_doubt_a_deputy_rules_on_each(session: Session, cast: Cast) -> None:
    case = seated(session, cast)
    doubts(case, cast.frida)
    doubts(case, cast.kaare)
    nothing(case, cast.cato)
    assert asked(case, 0) == [cast.klara, cast.cato]
    assert asked(case, 1) == [cast.finn, cast.cato]
    all_rule(case, place=0)
    all_rule(case, place=1)
    assert lawful_panel(case) is None
    assert list(check_rulings(case)) == []


def test_three_in_doubt_are_ruled_on_by_deputies_alone(session: Session, cast: Cast) -> None:
    case = seated(session, cast)
    for user in (cast.cato, cast.frida, cast.kaare):
        doubts(case, user)
    assert [set(asked(case, place)) for place in range(3)] == [
        {cast.finn, cast.klara},
        {cast.lise, cast.klara},
        {cast.lise, cast.finn},
    ]


def test_a_deputy_who_is_asked_may_be_in_conflict_too(session: Session, cast: Cast) -> None:
    case = seated(session, cast)
    doubts(case, cast.frida)
    doubts(case, cast.kaare)
    nothing(case, cast.cato)
    with pytest.raises(CannotProceed, match=r"panel\.choose_ground"):
        step_aside(case.challenges[0], by=cast.klara, at=LATER, ground=None, words="")
    step_aside(case.challenges[0], by=cast.klara, at=LATER, ground="employed", words="")
    assert asked(case, 0) == [cast.cato]
    assert roles_of(cast.klara, case, LATER.date()) == set()
    rule(case.challenges[0], by=cast.cato, at=LATER, stays=True, reasons="Intet nært forhold.")
    assert (case.challenges[0].stays, case.challenges[0].ended_by) == (True, ChallengeEnd.RULED)


def test_where_nobody_can_rule_the_member_steps_down(session: Session, cast: Cast) -> None:
    case = seated(session, cast)
    for user in (cast.lise, cast.finn, cast.klara):
        user.disabled_at = NOON
    doubts(case, cast.cato)
    doubts(case, cast.frida)
    doubts(case, cast.kaare)
    assert {found.ended_by for found in case.challenges} == {ChallengeEnd.NOBODY}
    assert is_waiting_for(case, TaskKind.SEAT)
    assert case.seats_held == []
    assert list(check_rulings(case)) == []


def test_a_ruling_needs_reasons_and_one_who_is_asked(session: Session, cast: Cast) -> None:
    case = seated(session, cast)
    nothing(case, cast.cato, cast.kaare)
    doubts(case, cast.frida)
    found = case.challenges[0]
    for user, reasons, code in (
        (cast.cato, " ", "reasons_needed"),
        (cast.frida, "Ja", "not_asked"),
        (cast.finn, "Ja", "not_asked"),
    ):
        with pytest.raises(CannotProceed, match=code):
            rule(found, by=user, at=LATER, stays=True, reasons=reasons)
    rule(found, by=cast.cato, at=LATER, stays=True, reasons="Ja.")
    with pytest.raises(CannotProceed, match="not_asked"):
        rule(found, by=cast.cato, at=LATER, stays=False, reasons="Nei.")


def test_who_is_in_doubt_may_still_declare_a_conflict_and_nothing_else(session: Session, cast: Cast) -> None:
    case = seated(session, cast)
    nothing(case, cast.cato, cast.kaare)
    doubts(case, cast.frida)
    for statement in (Statement.NONE, Statement.DOUBT):
        with pytest.raises(CannotProceed, match=r"panel\.doubt_is_ruled_on"):
            declare(case, by=cast.frida, at=LATER, statement=statement, ground="special", words="Igjen.")
    declare(case, by=cast.frida, at=LATER, statement=Statement.CONFLICT, ground="employed")
    assert case.challenges[0].ended_by is ChallengeEnd.LEFT
    assert not is_waiting_for(case, TaskKind.RULE_ON_CHALLENGE)
    assert holder(case, SeatKind.FREE).user is cast.finn


def test_a_ruler_who_comes_into_doubt_is_followed_by_a_deputy(session: Session, cast: Cast) -> None:
    case = declared(session, cast)
    objects(case, cast.asta, SeatKind.FREE)
    rule(case.challenges[0], by=cast.kaare, at=LATER, stays=True, reasons="Ja.")
    doubts(case, cast.kaare, at=LATER)
    assert asked(case, 0) == [cast.cato, cast.klara]
    assert [ruling.fell_at for ruling in case.challenges[0].rulings if ruling.user is cast.kaare] == [LATER]


def test_an_objection_is_told_to_all_and_ruled_on(session: Session, cast: Cast) -> None:
    case = declared(session, cast)
    objects(case, cast.asta, SeatKind.KS)
    told = [letter.party for letter in case.letters if letter.kind is LetterKind.OBJECTION_MADE]
    assert told == [None, case.parties[1]]
    assert asked(case) == [cast.cato, cast.frida]
    assert obstacles(case, Act.REFER)
    with pytest.raises(CannotProceed, match=r"panel\.challenge_open"):
        refer(case, by=cast.siri, at=LATER)
    all_rule(case)
    ruled = [letter.party for letter in case.letters if letter.kind is LetterKind.CHALLENGE_RULED]
    assert ruled == case.parties
    assert {letter.link for letter in case.letters if letter.kind is LetterKind.CHALLENGE_RULED} == {f"/cases/{case.slug}/panel"}
    refer(case, by=cast.siri, at=LATER + DAY)
    assert faults_over_time(case) == []


def test_an_objection_against_all_three_is_ruled_on_by_deputies(session: Session, cast: Cast) -> None:
    case = declared(session, cast)
    objects(case, cast.bo, *SeatKind)
    assert not is_waiting_for(case, TaskKind.OBJECT, case.parties[1])
    assert [set(asked(case, place)) for place in range(3)] == [
        {cast.finn, cast.klara},
        {cast.lise, cast.klara},
        {cast.lise, cast.finn},
    ]
    all_rule(case, (False, False), place=0)
    assert holder(case, SeatKind.LEADER).user is cast.lise
    assert set(asked(case, 1)) == {cast.lise, cast.klara}
    assert list(check_rulings(case)) == []


def test_whom_the_others_rule_on_is_not_replaced_at_will(session: Session, cast: Cast) -> None:
    case = declared(session, cast)
    objects(case, cast.asta, SeatKind.FREE)
    declare(case, by=cast.kaare, at=LATER, statement=Statement.CONFLICT, ground="employed")
    assert seats_to_fill(case, LATER) == [SeatKind.KS]
    assert proposed_panel(session, case, LATER.date())[SeatKind.FREE].user is cast.frida


def test_a_party_may_object_again_while_its_time_runs_but_not_to_the_same(session: Session, cast: Cast) -> None:
    case = declared(session, cast)
    objects(case, cast.asta, SeatKind.KS)
    with pytest.raises(CannotProceed, match=r"panel\.object\.objected_already"):
        objects(case, cast.asta, SeatKind.KS)
    objects(case, cast.asta, SeatKind.FREE)
    objects(case, cast.bo, SeatKind.KS)
    assert [found.seat.kind for found in case.challenges] == [SeatKind.KS, SeatKind.FREE, SeatKind.KS]
    say_no_objection(case, by=cast.asta, at=LATER)
    assert why_not_object(case, case.parties[0], LATER).code == "panel.object.answered"
    assert why_not_object(case, case.parties[1], LATER) is None


def test_an_objection_needs_a_member_and_words(session: Session, cast: Cast) -> None:
    case = declared(session, cast)
    with pytest.raises(CannotProceed) as refused:
        object_to(case, [], by=cast.asta, at=LATER, words="  ")
    assert codes(refused.value.obstacles) == ["panel.object.choose_member", "panel.object.say_why"]
    with pytest.raises(NotAllowed):
        objects(case, cast.siri, SeatKind.KS)


def test_the_last_minute_counts_and_the_next_does_not(session: Session, cast: Cast) -> None:
    case = declared(session, cast)
    last, after = datetime(2026, 3, 9, 22, 59, 59, tzinfo=UTC), datetime(2026, 3, 9, 23, 0, tzinfo=UTC)
    assert {task.due_on for task in case.open_tasks if task.kind is TaskKind.OBJECT} == {LAST_DAY}
    objects(case, cast.asta, SeatKind.KS, at=last)
    with pytest.raises(CannotProceed, match=r"panel\.object\.too_late"):
        objects(case, cast.bo, SeatKind.KS, at=after)
    with pytest.raises(CannotProceed, match=r"panel\.object\.too_late"):
        say_no_objection(case, by=cast.bo, at=after)
    assert codes(objection_time_faults(case, last)) == ["panel.object.time_runs"] * 2
    assert objection_time_faults(case, after) == []


def test_an_outage_on_the_last_day_gives_the_next_also_when_it_is_recorded_after_the_referral(
    session: Session, cast: Cast
) -> None:
    case = declared(session, cast)
    refer(case, by=cast.siri, at=NOON + 8 * DAY)
    assert why_not_object(case, case.parties[0], NOON + 8 * DAY).code == "panel.object.too_late"
    session.flush()
    record_outage(session, day=LAST_DAY, words="Strømbrudd hele kvelden.", by=cast.siri, at=NOON + 8 * DAY)
    objects(case, cast.asta, SeatKind.KS, at=NOON + 8 * DAY)
    assert case.challenges[0].is_open


def test_before_all_have_declared_nobody_objects(session: Session, cast: Cast) -> None:
    case = seated(session, cast)
    with pytest.raises(CannotProceed, match=r"panel\.object\.not_now"):
        objects(case, cast.asta, SeatKind.KS)
    nothing(case, cast.cato, cast.frida, cast.kaare)
    assert codes(objection_time_faults(case, LATER)) == ["panel.object.not_told_yet"] * 2


def test_a_late_doubt_stops_the_panel_until_it_is_ruled_on(session: Session, cast: Cast) -> None:
    case = referred(session, cast)
    nobody_objects(case, at=NOON)
    doubts(case, cast.cato, at=LATER)
    for act in (Act.DRAFT_QUESTIONS, Act.VOTE, Act.APPROVE, Act.ORDER_ISSUE):
        assert "panel.challenge_open" in codes(obstacles(case, act))
    assert Role.SEATED not in roles_of(cast.cato, case, LATER.date())
    letters, work = len(case.letters), [task.id for task in case.open_tasks if task.user is cast.cato]
    all_rule(case, at=LATER + DAY)
    assert [task.id for task in case.open_tasks if task.user is cast.cato] == work
    assert {letter.kind for letter in case.letters[letters:]} == {LetterKind.CHALLENGE_RULED}
    assert not is_waiting_for(case, TaskKind.OBJECT)
    assert panel_faults(case, LATER) != []
    assert panel_faults(case, LATER + DAY) == []


def test_a_deputy_in_doubt_in_a_case_that_is_referred_gets_the_work_when_cleared(session: Session, cast: Cast) -> None:
    case = referred(session, cast)
    declare(case, by=cast.frida, at=LATER, statement=Statement.CONFLICT, ground="employed")
    doubts(case, cast.finn, at=LATER)
    assert not is_waiting_for(case, TaskKind.CONFIRM_READING, cast.finn)
    all_rule(case, at=LATER + DAY)
    assert is_waiting_for(case, TaskKind.CONFIRM_READING, cast.finn)
    assert is_waiting_for(case, TaskKind.OBJECT, case.parties[0])


def test_a_withdrawal_ends_what_is_not_ruled_on(session: Session, cast: Cast) -> None:
    case = referred(session, cast)
    doubts(case, cast.frida, at=LATER)
    withdraw(case, by=cast.asta, at=LATER + DAY)
    assert case.state is State.DISCONTINUED
    assert case.challenges[0].ended_by is ChallengeEnd.LEFT
    assert Role.RULING not in roles_of(cast.kaare, case, LATER.date())
    assert not case.open_tasks


def test_a_reopened_preparation_ends_what_is_not_ruled_on(session: Session, cast: Cast) -> None:
    case = declared(session, cast)
    objects(case, cast.asta, SeatKind.KS)
    reopen(case, by=cast.siri, at=LATER, reason="Nye bilag.", word_to=[case.parties[0]])
    assert case.challenges[0].ended_by is ChallengeEnd.LEFT
    assert not is_waiting_for(case, TaskKind.RULE_ON_CHALLENGE)
    session.commit()
