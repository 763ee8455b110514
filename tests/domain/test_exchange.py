"""The exchange by the rules: whose turn, which round, late, passed on, closed, ended (rules 16, 18-23)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.people import NOON, Cast, a_cast
from tests.scenes.intake import a_line, accepted, filed, letters_arrive
from tests.scenes.submissions import DAY, accepting, answered, confirmed, disputing, finished, passed_on, prepared, responded
from tvist.cases.history import EndingKind
from tvist.cases.lifecycle import State, obstacles
from tvist.cases.models import Side
from tvist.cases.submissions import SubmissionKind
from tvist.cases.waiting import Desk, TaskKind
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed
from tvist.submissions import actions
from tvist.submissions.answers import AnswerGiven, fault_in
from tvist.submissions.confirming import send_table
from tvist.submissions.models import Answer
from tvist.submissions.rules import answers_to, has_missed, open_turns, turn_of, waiting_to_be_passed_on

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.cases.models import Case
    from tvist.cases.waiting import Task


@pytest.fixture
def people(session: Session) -> Cast:
    return a_cast(session)


def turns(case: Case) -> list[tuple[str, str]]:
    return [(task.kind.value, task.party.side.value) for task in open_turns(case) if task.party]


def waits_for(case: Case, desk: Desk) -> list[TaskKind]:
    return [task.kind for task in case.open_tasks if task.desk is desk]


def letters(case: Case, kind: LetterKind) -> list[str]:
    return [letter.party.name if letter.party else "" for letter in case.letters if letter.kind is kind]


def the_turn(case: Case, side: Side) -> Task:
    found = turn_of(case, case.parties_on(side)[0])
    assert found
    return found


def says(refused: pytest.ExceptionInfo[CannotProceed]) -> list[str]:
    return [message.code for message in refused.value.obstacles]


def comment(session: Session, people: Cast, case: Case, *, by_state: bool, day: int, **more: bool) -> None:
    """One side comments, and it is sent over the same day."""
    at = NOON + day * DAY
    actions.comment(case, by=people.bo if by_state else people.asta, at=at, text=f"Merknad {day}")
    session.flush()
    for submission in waiting_to_be_passed_on(case):
        actions.pass_on(submission, by=people.siri, at=at, **more)
    letters_arrive(session, case, at=at)


def test_the_response_waits_for_the_secretariat_and_is_seen_by_nobody_else(session, people):
    case = responded(session, people)
    assert turns(case) == []
    assert waits_for(case, Desk.SECRETARIAT) == [TaskKind.PASS_ON]
    assert letters(case, LetterKind.SUBMISSION_RECEIVED) == [""]
    response = waiting_to_be_passed_on(case)[0]
    assert response.roles_for(people.asta, NOON.date()) == set()
    assert case.parties_on(Side.OPPOSING)[0].own_reference == "BUF-2026-7"
    assert "buf 2026 7" in case.parties_folded


def test_what_is_passed_on_is_served_and_gives_the_other_side_the_word_from_service(session, people):
    case = responded(session, people)
    actions.pass_on(waiting_to_be_passed_on(case)[0], by=people.siri, at=NOON + 8 * DAY)
    assert turns(case) == [("comment", "requesting")]
    assert the_turn(case, Side.REQUESTING).due_on is None, "the clock waits for service"
    assert waits_for(case, Desk.SECRETARIAT) == []
    letters_arrive(session, case, at=NOON + 9 * DAY)
    task = the_turn(case, Side.REQUESTING)
    assert (str(task.starts_on), str(task.due_on)) == ("2026-03-11", "2026-03-25")
    assert letters(case, LetterKind.NEXT_ROUND) == ["Vik kommune"]


def test_a_response_is_passed_on_once(session, people):
    case = answered(session, people)
    response = next(found for found in case.submissions if found.kind is SubmissionKind.RESPONSE)
    with pytest.raises(CannotProceed, match="passed_on_already"):
        actions.pass_on(response, by=people.siri, at=NOON)


def test_the_sides_comment_in_turn_for_two_rounds_and_the_last_word_is_given(session, people):
    case = answered(session, people)
    for day, by_state in ((10, False), (12, True), (14, False), (16, True)):
        comment(session, people, case, by_state=by_state, day=day)
    # The state wrote last in the second round: Vik gets the last word, once more than its rounds.
    assert turns(case) == [("comment", "requesting")]
    comment(session, people, case, by_state=False, day=18)
    assert turns(case) == []
    assert waits_for(case, Desk.SECRETARIAT) == [], "first both confirm the joint table"
    confirmed(session, case, at=NOON + 19 * DAY)
    assert waits_for(case, Desk.SECRETARIAT) == [TaskKind.CLOSE_PREPARATION]
    rounds = [found.round for found in case.submissions if found.kind is SubmissionKind.COMMENTS]
    assert rounds == [1, 1, 2, 2, 3]


def test_beyond_the_rounds_something_new_gives_the_other_side_the_word_again(session, people):
    case = answered(session, people)
    for day, by_state in ((10, False), (12, True), (14, False), (16, True)):
        comment(session, people, case, by_state=by_state, day=day)
    comment(session, people, case, by_state=False, day=18, brings_new=True)
    assert turns(case) == [("comment", "opposing")]


def test_when_both_have_nothing_more_the_preparation_can_be_closed(session, people):
    case = answered(session, people)
    actions.nothing_more(case, by=people.asta, at=NOON + 10 * DAY)
    assert turns(case) == [("comment", "opposing")]
    assert letters(case, LetterKind.NEXT_ROUND) == ["Vik kommune", "Bufetat region vest"]
    actions.nothing_more(case, by=people.bo, at=NOON + 11 * DAY)
    assert turns(case) == []
    assert [task.party.side for task in case.open_tasks if task.kind is TaskKind.CONFIRM_TABLE] == list(Side)
    assert letters(case, LetterKind.JOINT_TABLE) == ["Vik kommune", "Bufetat region vest"]
    confirmed(session, case, at=NOON + 12 * DAY)
    assert waits_for(case, Desk.SECRETARIAT) == [TaskKind.CLOSE_PREPARATION]


def test_who_had_nothing_more_gets_the_word_when_the_other_brings_something(session, people):
    case = answered(session, people)
    actions.nothing_more(case, by=people.asta, at=NOON + 10 * DAY)
    comment(session, people, case, by_state=True, day=12)
    assert turns(case) == [("comment", "requesting")]
    assert waits_for(case, Desk.SECRETARIAT) == []


def test_nobody_writes_out_of_turn(session, people):
    case = accepted(session, people)
    with pytest.raises(CannotProceed) as refused:
        actions.comment(case, by=people.asta, at=NOON, text="Først")
    assert says(refused) == ["submissions.no_comments_awaited"]
    case = passed_on(session, people, responded(session, people), at=NOON + 8 * DAY)
    with pytest.raises(CannotProceed) as refused:
        actions.comment(case, by=people.bo, at=NOON + 9 * DAY, text="Mer")
    assert says(refused) == ["submissions.not_your_turn"]
    with pytest.raises(NotAllowed):
        actions.comment(case, by=people.dag, at=NOON, text="Utenfor")
    with pytest.raises(CannotProceed, match="no_response_awaited"):
        actions.respond(case, by=people.bo, at=NOON, answers=disputing(case), text="Igjen")


def test_what_comes_late_is_admitted_and_marked(session, people):
    case = accepted(session, people)
    due = the_turn(case, Side.OPPOSING).due_on
    assert str(due) == "2026-03-30"
    last = NOON.replace(month=3, day=30, hour=21, minute=59)
    assert not has_missed(the_turn(case, Side.OPPOSING), due)
    sent = actions.respond(case, by=people.bo, at=last + timedelta(minutes=1), answers=disputing(case), text="Sent")
    assert sent.is_late
    in_time = accepted(session, people)
    assert not actions.respond(in_time, by=people.bo, at=last, answers=disputing(in_time), text="I tide").is_late


def test_a_missed_deadline_is_visible_and_does_not_stop_the_case(session, people):
    case = accepted(session, people)
    task = the_turn(case, Side.OPPOSING)
    with pytest.raises(CannotProceed) as refused:
        actions.close_preparation(case, by=people.siri, at=NOON + 28 * DAY)
    assert says(refused) == ["submissions.turn_is_open"]
    assert has_missed(task, (NOON + 29 * DAY).date())
    send_table(case, by=people.siri, at=NOON + 29 * DAY)
    letters_arrive(session, case, at=NOON + 29 * DAY)
    with pytest.raises(CannotProceed, match=r"table\.waits"):
        actions.close_preparation(case, by=people.siri, at=NOON + 36 * DAY)
    actions.close_preparation(case, by=people.siri, at=NOON + 38 * DAY)
    assert case.state is State.PREPARED
    assert letters(case, LetterKind.PREPARATION_CLOSED) == ["Vik kommune", "Bufetat region vest"]
    assert waits_for(case, Desk.SECRETARIAT) == [TaskKind.SEAT]


def test_the_preparation_is_not_closed_over_what_waits_or_was_never_served(session, people):
    case = responded(session, people)
    assert [found.code for found in obstacles(case, "close_preparation")] == ["submissions.something_to_pass_on"]
    actions.pass_on(waiting_to_be_passed_on(case)[0], by=people.siri, at=NOON + 8 * DAY)
    assert [found.code for found in obstacles(case, "close_preparation")] == ["submissions.turn_not_served"]


def test_a_closed_preparation_takes_nothing_more(session, people):
    case = prepared(session, people)
    with pytest.raises(CannotProceed, match=r"cases\.wrong_state"):
        actions.comment(case, by=people.asta, at=NOON + 30 * DAY, text="Likevel")


def test_a_claim_accepted_as_a_whole_can_be_discontinued(session, people):
    case = accepted(session, people, lines=[a_line(), a_line(**{"from": "2024-07-01", "to": "2024-07-31", "paid": "0"})])
    actions.respond(case, by=people.bo, at=NOON + DAY, answers=accepting(case), text="Kravet erkjennes.")
    assert [found.code for found in obstacles(case, "discontinue")] == ["submissions.not_all_accepted"], (
        "not before it is passed on"
    )
    passed_on(session, people, case, at=NOON + 2 * DAY)
    assert obstacles(case, "discontinue") == []
    with pytest.raises(CannotProceed, match="ground_not_for_this"):
        actions.discontinue(case, by=people.siri, at=NOON + 3 * DAY, ground="settled")
    actions.discontinue(case, by=people.siri, at=NOON + 3 * DAY, ground="accepted", reasons="Erkjent.")
    assert (case.state, case.closed_at) == (State.DISCONTINUED, NOON + 3 * DAY)
    assert [(ending.kind, ending.ground, ending.reasons) for ending in case.endings] == [
        (EndingKind.DISCONTINUED, "accepted", "Erkjent.")
    ]
    assert case.open_tasks == []
    assert letters(case, LetterKind.DISCONTINUED) == ["Vik kommune", "Bufetat region vest"]


def test_one_disputed_line_keeps_the_case_going(session, people):
    case = accepted(session, people, lines=[a_line(), a_line(**{"from": "2024-07-01", "to": "2024-07-31", "paid": "0"})])
    first, second = case.lines
    answers = [AnswerGiven(first, Answer.ACCEPTED), AnswerGiven(second, Answer.PARTLY, 100, basis="§ 1")]
    actions.respond(case, by=people.bo, at=NOON + DAY, answers=answers, text="Delvis")
    passed_on(session, people, case, at=NOON + 2 * DAY)
    assert [(found.answer, found.accepted_ore) for found in answers_to(case, second)] == [(Answer.PARTLY, 100)]
    assert [found.code for found in obstacles(case, "discontinue")] == ["submissions.not_all_accepted"]


def test_a_case_is_withdrawn_and_its_reasons_stay_with_the_secretariat(session, people):
    case = answered(session, people)
    sent = actions.withdraw(case, by=people.asta, at=NOON + 10 * DAY, reasons="Vi vil ikke mer.")
    assert case.state is State.DISCONTINUED
    assert [(ending.ground, ending.reasons) for ending in case.endings] == [("withdrawn", "")]
    assert sent.roles_for(people.bo, NOON.date()) == set()
    assert sent.roles_for(people.siri, NOON.date())
    assert case.open_tasks == []
    assert letters(case, LetterKind.DISCONTINUED) == ["Vik kommune", "Bufetat region vest", ""]


def test_a_case_withdrawn_before_it_was_accepted_is_not_told_to_the_other_side(session, people):
    case = filed(session, people)
    actions.withdraw(case, by=people.asta, at=NOON)
    assert letters(case, LetterKind.DISCONTINUED) == ["Vik kommune", ""]


def test_only_the_requesting_side_withdraws(session, people):
    case = answered(session, people)
    with pytest.raises(NotAllowed):
        actions.withdraw(case, by=people.bo, at=NOON)


@pytest.mark.parametrize(
    ("answer", "accepted_ore", "fault"),
    [
        (Answer.ACCEPTED, None, None),
        (Answer.ACCEPTED, 100, None),
        (Answer.ACCEPTED, 99, "submissions.sum_against_answer"),
        (Answer.DISPUTED, None, None),
        (Answer.DISPUTED, 0, None),
        (Answer.DISPUTED, 1, "submissions.sum_against_answer"),
        (Answer.PARTLY, None, "submissions.sum_missing"),
        (Answer.PARTLY, 0, "submissions.sum_not_between"),
        (Answer.PARTLY, 1, None),
        (Answer.PARTLY, 99, None),
        (Answer.PARTLY, 100, "submissions.sum_not_between"),
        (Answer.PARTLY, -1, "submissions.sum_not_between"),
    ],
)
def test_the_sum_agrees_with_the_answer(answer, accepted_ore, fault):
    found = fault_in(AnswerGiven(a_claim(100), answer, accepted_ore, basis="§ 1"))
    assert (found.code if found else None) == fault


def test_a_line_of_principle_has_no_sum_and_a_refusal_has_a_reason():
    principle = a_claim(None)
    assert fault_in(AnswerGiven(principle, Answer.PARTLY, words="Bare fra 2025.")) is None
    assert fault_in(AnswerGiven(principle, Answer.ACCEPTED, 5)).code == "submissions.principle_has_no_sum"
    assert fault_in(AnswerGiven(principle, Answer.DISPUTED, basis=" ")).code == "submissions.say_why"
    assert AnswerGiven(principle, Answer.DISPUTED).as_row().accepted_ore is None
    assert AnswerGiven(a_claim(100), Answer.ACCEPTED).as_row().accepted_ore == 100


def test_every_line_is_answered_once(session, people):
    case = accepted(session, people, lines=[a_line(), a_line(**{"from": "2024-07-01", "to": "2024-07-31", "paid": "0"})])
    first = disputing(case)[0]
    with pytest.raises(CannotProceed) as refused:
        actions.respond(case, by=people.bo, at=NOON, answers=[first, first], text="To ganger")
    assert says(refused) == ["submissions.line_not_answered", "submissions.line_not_yours"]
    assert turns(case) == [("respond", "opposing")], "nothing was done"


def test_the_journal_tells_the_exchange_in_order(session, people):
    case = finished(session, people)
    acts = [event.act.value for event in case.events]
    exchange = ["respond", "pass_on", "comment", "pass_on", "nothing_more", "nothing_more"]
    assert acts[-8:] == [*exchange, "confirm_table", "confirm_table"]


def a_claim(amount_ore: int | None):
    from tvist.cases.claims import ClaimLine

    return ClaimLine(position=1, amount_ore=amount_ore)
