"""What moves a deadline by the rules: extension, rest, outage; each worked out by hand (rules 18, 19, 23-25)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.people import NOON, Cast, a_cast
from tests.scenes.clocks import REASON, asked, down, granted, looked_at, oslo, rested, turn_on
from tests.scenes.intake import accepted, letters_arrive
from tests.scenes.submissions import DAY, answered, disputing
from tvist.cases.models import Side
from tvist.cases.turns import why
from tvist.cases.waiting import TaskKind
from tvist.check.deadlines import check_tasks
from tvist.check.journal import check_journal
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed
from tvist.procedure.deadlines import Length, Pause, Unit, deadline
from tvist.submissions import actions
from tvist.submissions.extensions import ask_extension, grant, refuse
from tvist.submissions.resting import rest, resume
from tvist.submissions.rules import turns_are_over

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.cases.models import Case

DUE = date(2026, 3, 30)
"""Four weeks from NOON, the second of March 2026: a Monday. Easter Sunday is the fifth of April."""


@pytest.fixture
def people(session: Session) -> Cast:
    return a_cast(session)


@pytest.fixture
def case(session: Session, people: Cast) -> Case:
    """Region vest is to answer within four weeks."""
    found = accepted(session, people)
    assert turn_on(found, Side.OPPOSING).due_on == DUE
    return found


def codes(refused: pytest.ExceptionInfo[CannotProceed]) -> list[str]:
    return [message.code for message in refused.value.obstacles]


def letters(case: Case, kind: LetterKind) -> int:
    return sum(letter.kind is kind for letter in case.letters)


def faults(case: Case) -> list[str]:
    return [*check_tasks(case), *check_journal(case)]


def test_a_minute_before_midnight_is_in_time_and_a_minute_after_is_not(session, people, case):
    with pytest.raises(CannotProceed) as refused:
        asked(session, case, by=people.bo, at=oslo(date(2026, 3, 31), 0, 1), until=date(2026, 4, 13))
    assert codes(refused) == ["submissions.extension.too_late"]
    assert refused.value.obstacles[0].params["due"] == DUE
    asked(session, case, by=people.bo, at=oslo(DUE, 23, 59), until=date(2026, 4, 13))
    assert [task.kind for task in case.open_tasks if task.desk] == [TaskKind.RULE_ON_EXTENSION]
    assert faults(case) == []


def test_more_time_is_granted_with_a_reason_that_stands_beside_the_date(session, people, case):
    granted(session, people, case, by=people.bo, at=NOON + 10 * DAY, until=date(2026, 4, 18))
    turn = turn_on(case, Side.OPPOSING)
    assert turn.due_on == date(2026, 4, 20), "the eighteenth is a Saturday"
    said = {message.code: message for message in why(turn)}
    assert said["procedure.explain.extension"].params["end"] == date(2026, 4, 18)
    assert said["cases.why.granted"].params["reason"] == "Partene er enige."
    assert letters(case, LetterKind.EXTENSION_GRANTED) == 2
    assert not any(task.kind is TaskKind.RULE_ON_EXTENSION for task in case.open_tasks)
    assert faults(case) == []


def test_a_refusal_leaves_the_day_and_says_why(session, people, case):
    request = asked(session, case, by=people.bo, at=NOON + 10 * DAY, until=date(2026, 4, 20))
    with pytest.raises(CannotProceed) as refused:
        refuse(request, by=people.siri, at=NOON + 11 * DAY, reason=" ")
    assert codes(refused) == ["submissions.extension.ruling_needs_reason"]
    refuse(request, by=people.siri, at=NOON + 11 * DAY, reason="Fristen er lang nok.")
    assert turn_on(case, Side.OPPOSING).due_on == DUE
    assert "cases.why.refused" in [message.code for message in why(turn_on(case, Side.OPPOSING))]
    assert letters(case, LetterKind.EXTENSION_REFUSED) == 2
    with pytest.raises(CannotProceed):
        grant(request, by=people.siri, at=NOON + 12 * DAY, until=date(2026, 4, 20), reason="Likevel.")


@pytest.mark.parametrize(
    ("until", "reason", "code"),
    [
        (DUE, REASON, "submissions.extension.not_later"),
        (date(2026, 7, 1), REASON, "submissions.extension.too_long"),
        (date(2026, 4, 10), " ", "submissions.extension.say_why"),
    ],
)
def test_a_request_that_cannot_be_granted_is_not_taken(people, case, until, reason, code):
    with pytest.raises(CannotProceed) as refused:
        ask_extension(case, by=people.bo, at=NOON, wanted_until=until, reason=reason)
    assert codes(refused) == [code]


def test_only_who_is_waited_for_asks_and_only_once_at_a_time(session, people, case):
    with pytest.raises(CannotProceed):
        asked(session, case, by=people.asta, at=NOON, until=date(2026, 4, 10))
    with pytest.raises(NotAllowed):
        asked(session, case, by=people.siri, at=NOON, until=date(2026, 4, 10))
    asked(session, case, by=people.bo, at=NOON, until=date(2026, 4, 10))
    with pytest.raises(CannotProceed) as refused:
        asked(session, case, by=people.bo, at=NOON + DAY, until=date(2026, 4, 13))
    assert codes(refused) == ["submissions.extension.asked_already"]


def test_who_answers_before_a_late_ruling_is_not_late_when_it_is_granted(session, people, case):
    request = asked(session, case, by=people.bo, at=oslo(DUE, 23, 59), until=date(2026, 4, 13))
    late = oslo(date(2026, 4, 9))
    assert turns_are_over(case, date(2026, 4, 9)), "nothing is missed while a request waits"
    sent = actions.respond(case, by=people.bo, at=late, answers=disputing(case), text="Svar")
    assert sent.counts_as_late
    grant(request, by=people.siri, at=oslo(date(2026, 4, 10)), until=date(2026, 4, 13), reason="Sykdom.")
    assert not sent.counts_as_late
    assert faults(case) == []


def test_a_request_falls_when_the_party_answers_in_time(session, people, case):
    asked(session, case, by=people.bo, at=NOON + DAY, until=date(2026, 4, 13))
    actions.respond(case, by=people.bo, at=NOON + 2 * DAY, answers=disputing(case), text="Svar")
    assert [task.kind for task in case.open_tasks] == [TaskKind.PASS_ON]
    assert faults(case) == []


def test_a_rest_over_easter_gives_its_days_back(session, people, case):
    found = rested(session, people, case, at=oslo(date(2026, 3, 25)), until=date(2026, 4, 8))
    turn = turn_on(case, Side.OPPOSING)
    # Fifteen days from the twenty-fifth of March to the eighth of April, both included.
    assert turn.due_on == date(2026, 4, 14)
    assert (case.resting_reason, case.resting_until) == ("negotiation", date(2026, 4, 8))
    assert "cases.why.rest" in [message.code for message in why(turn)]
    resume(case, by=people.siri, at=oslo(date(2026, 3, 27)))
    # It rested on two days, and the first of April is the Wednesday before Easter: a working day.
    assert (found.ended_on, turn.due_on) == (date(2026, 3, 26), date(2026, 4, 1))
    assert (case.resting_reason, case.resting_until) == (None, None)
    assert faults(case) == []


def test_a_time_that_ends_in_easter_ends_after_it(session, people, case):
    rested(session, people, case, at=oslo(date(2026, 3, 27)), until=date(2026, 3, 29))
    # Three days from Monday the thirtieth: Thursday before Easter. The Tuesday after it is the next working day.
    assert turn_on(case, Side.OPPOSING).due_on == date(2026, 4, 7)


def test_a_rest_that_is_over_ends_by_itself_with_its_own_last_day(session, people, case):
    found = rested(session, people, case, at=oslo(date(2026, 3, 20)), until=date(2026, 3, 22))
    looked_at(session, case, at=oslo(date(2026, 3, 22), 23, 59))
    assert found.is_running
    looked_at(session, case, at=oslo(date(2026, 3, 26)))
    assert (found.ended_on, case.resting_until) == (date(2026, 3, 22), None)
    assert turn_on(case, Side.OPPOSING).due_on == date(2026, 4, 7)
    assert not any(task.kind is TaskKind.RESUME for task in case.open_tasks)
    assert letters(case, LetterKind.RESUMED) == 2
    assert faults(case) == []


def test_a_rest_resumed_on_its_first_day_takes_nothing_out(session, people, case):
    rested(session, people, case, at=oslo(date(2026, 3, 20), 9), until=date(2026, 4, 22))
    resume(case, by=people.siri, at=oslo(date(2026, 3, 20), 15))
    assert turn_on(case, Side.OPPOSING).due_on == DUE
    assert faults(case) == []


@pytest.mark.parametrize(
    ("until", "reason", "code"),
    [
        (NOON.date(), "negotiation", "submissions.rest.not_later"),
        (date(2026, 9, 3), "negotiation", "submissions.rest.too_long"),
        (date(2026, 4, 3), "holiday", "submissions.rest.choose_reason"),
    ],
)
def test_a_rest_has_a_coded_reason_and_an_end_within_the_rules(people, case, until, reason, code):
    with pytest.raises(CannotProceed) as refused:
        rest(case, by=people.siri, at=NOON, until_on=until, reason=reason)
    assert codes(refused) == [code]


def test_a_case_that_rests_does_not_rest_twice(session, people, case):
    rested(session, people, case, at=NOON, until=date(2026, 4, 3))
    with pytest.raises(CannotProceed) as refused:
        rested(session, people, case, at=NOON + DAY, until=date(2026, 5, 4))
    assert codes(refused) == ["submissions.rest.rests_already"]


def test_a_rest_after_an_extension_moves_the_day_that_was_granted(session, people, case):
    granted(session, people, case, by=people.bo, at=NOON + 10 * DAY, until=date(2026, 4, 20))
    rested(session, people, case, at=oslo(date(2026, 4, 10)), until=date(2026, 4, 19))
    # Ten days from the tenth to the nineteenth of April.
    assert turn_on(case, Side.OPPOSING).due_on == date(2026, 4, 30)
    assert faults(case) == []


def test_an_extension_during_a_rest_is_to_a_day_and_a_resumption_leaves_it(session, people, case):
    rested(session, people, case, at=oslo(date(2026, 3, 20)), until=date(2026, 3, 29))
    assert turn_on(case, Side.OPPOSING).due_on == date(2026, 4, 9)
    granted(session, people, case, by=people.bo, at=oslo(date(2026, 3, 21)), until=date(2026, 4, 20))
    resume(case, by=people.siri, at=oslo(date(2026, 3, 23)))
    assert turn_on(case, Side.OPPOSING).due_on == date(2026, 4, 20)
    assert faults(case) == []


def test_what_was_done_before_a_rest_is_not_moved_by_it(session, people):
    case = answered(session, people)
    done = next(task for task in case.tasks if task.kind is TaskKind.RESPOND)
    before = done.due_on
    rested(session, people, case, at=NOON + 9 * DAY, until=date(2026, 4, 9))
    assert done.due_on == before
    assert faults(case) == []


def test_an_outage_on_the_last_day_moves_it_to_the_next_working_day(session, people, case):
    down(session, people, DUE, at=oslo(DUE, 18))
    session.refresh(case)
    turn = turn_on(case, Side.OPPOSING)
    assert turn.due_on == date(2026, 3, 31)
    assert "cases.why.outage" in [message.code for message in why(turn)]
    assert letters(case, LetterKind.DEADLINE_MOVED) == 1
    down(session, people, date(2026, 3, 31), at=oslo(date(2026, 3, 31), 18))
    assert turn.due_on == date(2026, 4, 1)
    assert faults(case) == []


def test_an_outage_that_is_recorded_afterwards_undoes_what_was_missed_by_it(session, people, case):
    sent = actions.respond(case, by=people.bo, at=oslo(date(2026, 3, 31), 8), answers=disputing(case), text="Svar")
    session.flush()
    assert sent.counts_as_late
    down(session, people, DUE, at=oslo(date(2026, 4, 8)))
    session.refresh(case)
    assert not sent.counts_as_late
    assert faults(case) == []


def test_two_outages_in_a_row_move_past_both_in_whichever_order_they_are_recorded(session, people, case):
    down(session, people, date(2026, 3, 31), at=oslo(date(2026, 3, 31)))
    assert turn_on(case, Side.OPPOSING).due_on == DUE
    down(session, people, DUE, at=oslo(date(2026, 3, 31)))
    assert turn_on(case, Side.OPPOSING).due_on == date(2026, 4, 1)
    assert faults(case) == []


def test_an_outage_is_a_day_that_has_been_and_is_recorded_once(session, people, case):
    for day, code in ((date(2026, 4, 30), "not_yet"), (date(2009, 1, 1), "before_the_body")):
        with pytest.raises(CannotProceed) as refused:
            down(session, people, day, at=oslo(DUE))
        assert codes(refused) == [f"submissions.outage.{code}"]
    down(session, people, DUE, at=oslo(DUE))
    with pytest.raises(CannotProceed) as refused:
        down(session, people, DUE, at=oslo(DUE))
    assert codes(refused) == ["submissions.outage.recorded_already"]


def test_the_body_s_own_targets_rest_too(session, people):
    case = accepted(session, people)
    length = Length(10, Unit.WORKING_DAYS)
    task = next(task for task in case.tasks if task.kind is TaskKind.SCREEN)
    assert (task.is_target, task.length) == (True, length)
    # Ten working days from Monday the second, without the rest of five of them.
    found = deadline(NOON.date(), length, is_target=True, paused=[Pause(date(2026, 3, 9), date(2026, 3, 15))])
    assert found.due_on == date(2026, 3, 23)
    letters_arrive(session, case)
