"""The joint table: what both sides have said, line by line and fact by fact, confirmed by each before the preparation is closed (rules 19-23)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.people import NOON, Cast, a_cast
from tests.scenes.intake import accepted, letters_arrive
from tests.scenes.kept import lately
from tests.scenes.submissions import (
    DAY,
    a_fact,
    accepting,
    an_own_line,
    answered,
    confirmed,
    disputing,
    finished,
    passed_on,
)
from tvist.cases.history import FactKind
from tvist.cases.lifecycle import State, obstacles
from tvist.cases.models import Side
from tvist.cases.waiting import TaskKind
from tvist.clock import now
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed
from tvist.submissions import actions
from tvist.submissions.answers import AnswerGiven
from tvist.submissions.concessions import concede
from tvist.submissions.confirming import ask_to_confirm, confirm_table, send_table
from tvist.submissions.fact_answers import FactAnswerGiven, Told
from tvist.submissions.joint_table import TableStanding, joint_table
from tvist.submissions.models import Answer, FactReply
from tvist.submissions.rules import facts_for, lines_for, open_turns, unanswered_facts, unanswered_lines, waiting_to_be_passed_on

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.cases.models import Case


@pytest.fixture
def people(session: Session) -> Cast:
    return a_cast(session)


def with_own(session: Session, people: Cast) -> Case:
    """A case in which the region has answered with a fact and a claim line of its own; not passed on."""
    case = accepted(session, people)
    told = Told(facts=[a_fact()], lines=[an_own_line(case)])
    actions.respond(case, by=people.bo, at=NOON + DAY, answers=disputing(case), text="Bestrides.", told=told)
    session.flush()
    return case


def side(case: Case, which: Side):
    return case.parties_on(which)[0]


def test_own_lines_are_numbered_and_counted_when_they_are_passed_on(session, people):
    case = with_own(session, people)
    first, own = case.lines
    assert (own.position, own.claimed_by.name, own.amount_ore) == (2, "Bufetat region vest", 8_450_000)
    assert case.claimed_ore == first.amount_ore
    passed_on(session, people, case, at=NOON + 2 * DAY)
    assert case.claimed_ore == first.amount_ore + own.amount_ore
    assert [fact.ore for fact in case.facts if fact.kind is FactKind.CLAIMED] == [first.amount_ore, case.claimed_ore]


def test_who_brings_something_of_its_own_gives_the_other_the_word_beyond_the_rounds(session, people):
    case = answered(session, people)
    for day in (10, 12, 14, 16):
        by = people.bo if day in {12, 16} else people.asta
        actions.comment(case, by=by, at=NOON + day * DAY, text="Merknad")
        session.flush()
        passed_on(session, people, case, at=NOON + day * DAY)
    actions.comment(case, by=people.asta, at=NOON + 18 * DAY, text="Siste ord", told=Told(facts=[a_fact()]))
    session.flush()
    actions.pass_on(waiting_to_be_passed_on(case)[0], by=people.siri, at=NOON + 18 * DAY)
    assert [task.party.side for task in open_turns(case)] == [Side.OPPOSING]


def test_the_other_side_answers_what_was_brought_once_it_is_served(session, people):
    case = with_own(session, people)
    vik = side(case, Side.REQUESTING)
    assert unanswered_lines(case, vik) == unanswered_facts(case, vik) == []
    passed_on(session, people, case, at=NOON + 2 * DAY)
    own, fact = lines_for(case, vik)[0], facts_for(case, vik)[0]
    given = [AnswerGiven(own, Answer.PARTLY, 100, basis="§ 3-2")]
    replies = Told(fact_answers=[FactAnswerGiven(fact, FactReply.DISPUTED, "Tilsagnet kom senere.")])
    actions.comment(case, by=people.asta, at=NOON + 3 * DAY, text="Se svarene.", answers=given, told=replies)
    session.flush()
    assert unanswered_lines(case, vik) == unanswered_facts(case, vik) == []
    assert joint_table(case).facts[0].standing is TableStanding.UNANSWERED, "not before it is served on the region"
    passed_on(session, people, case, at=NOON + 4 * DAY)
    table = joint_table(case)
    assert [row.standing for row in table.lines] == [TableStanding.DISPUTED, TableStanding.PARTLY]
    assert (table.lines[1].agreed_ore, table.lines[1].disputed_ore) == (100, 8_449_900)
    assert [row.standing for row in table.facts] == [TableStanding.DISPUTED]


@pytest.mark.parametrize(
    ("own", "code"),
    [
        ({}, None),
        ({"measure": "institution", "from": "2024-06-01", "to": "2024-06-30"}, "submissions.own_line_overlaps"),
    ],
)
def test_own_lines_overlap_no_line_of_the_case(session, people, own, code):
    case = accepted(session, people)
    line = an_own_line(case) if not own else an_own_line_like(case, **own)
    told = Told(lines=[line])
    if code is None:
        actions.respond(case, by=people.bo, at=NOON, answers=disputing(case), text="x", told=told)
        return
    with pytest.raises(CannotProceed, match=code):
        actions.respond(case, by=people.bo, at=NOON, answers=disputing(case), text="x", told=told)


def an_own_line_like(case, **changes):
    from dataclasses import replace

    line = an_own_line(case)
    days = {"from_on": date.fromisoformat(changes["from"]), "to_on": date.fromisoformat(changes["to"])}
    return replace(line, measure=changes["measure"], **days)


def test_a_fact_is_answered_once_by_who_was_asked_and_disputed_with_a_reason(session, people):
    case = passed_on(session, people, with_own(session, people), at=NOON + 2 * DAY)
    fact = facts_for(case, side(case, Side.REQUESTING))[0]
    bare = Told(fact_answers=[FactAnswerGiven(fact, FactReply.DISPUTED, " ")])
    twice = Told(fact_answers=[FactAnswerGiven(fact, FactReply.AGREED)] * 2)
    for told, code in ((bare, "say_why_disputed"), (twice, "fact_not_yours")):
        with pytest.raises(CannotProceed, match=code):
            actions.comment(case, by=people.asta, at=NOON + 3 * DAY, text="x", told=told)
    with pytest.raises(CannotProceed, match="own_lines_with_response"):
        actions.comment(case, by=people.asta, at=NOON + 3 * DAY, text="x", told=Told(lines=[an_own_line(case)]))


def test_the_table_is_the_same_text_for_the_same_case_and_changes_with_what_is_served(session, people):
    case = accepted(session, people)
    before = joint_table(case)
    assert before.sha256 == joint_table(case).sha256
    assert [row.standing for row in before.lines] == [TableStanding.UNANSWERED]
    actions.respond(case, by=people.bo, at=NOON + DAY, answers=accepting(case), text="Erkjennes.")
    session.flush()
    actions.pass_on(waiting_to_be_passed_on(case)[0], by=people.siri, at=NOON + 2 * DAY)
    assert joint_table(case).sha256 == before.sha256, "passed on, but not served"
    letters_arrive(session, case, at=NOON + 2 * DAY)
    after = joint_table(case)
    assert [row.standing for row in after.lines] == [TableStanding.AGREED]
    changed, gone = after.changed_since(before.told_rows)
    assert ([row.line.position for row in changed], gone) == ([1], 0)


def test_an_unserved_request_makes_an_empty_table(session, people):
    from tests.scenes.intake import filed

    assert joint_table(filed(session, people)).is_empty


def test_both_confirm_the_very_table_and_then_the_preparation_can_be_closed(session, people):
    case = finished(session, people)
    assert {found.sha256 for found in case.table_confirmations} == {joint_table(case).sha256}
    assert obstacles(case, "close_preparation") == []
    actions.close_preparation(case, by=people.siri, at=NOON + 22 * DAY)
    assert case.state is State.PREPARED


def test_another_table_than_the_one_that_stands_is_not_confirmed(session, people):
    case = unconfirmed(session, people)
    with pytest.raises(CannotProceed, match=r"table\.changed"):
        confirm_table(case, by=people.asta, at=NOON + 22 * DAY, sha256="0" * 64)
    with pytest.raises(NotAllowed):
        confirm_table(case, by=people.dag, at=NOON + 22 * DAY, sha256=joint_table(case).sha256)
    open_case = answered(session, people, at=lately() - 8 * DAY)
    with pytest.raises(CannotProceed, match=r"table\.not_yet"):
        confirm_table(open_case, by=people.bo, at=now(), sha256=joint_table(open_case).sha256)


def unconfirmed(session: Session, people: Cast) -> Case:
    """A case in which both have nothing more, and have been asked for the table."""
    case = answered(session, people)
    actions.nothing_more(case, by=people.asta, at=NOON + 10 * DAY)
    letters_arrive(session, case, at=NOON + 10 * DAY)
    actions.nothing_more(case, by=people.bo, at=NOON + 11 * DAY)
    letters_arrive(session, case, at=NOON + 11 * DAY)
    return case


def test_the_time_to_confirm_runs_from_the_letter_and_silence_lets_the_case_go_on(session, people):
    case = unconfirmed(session, people)
    asked = [task for task in case.open_tasks if task.kind is TaskKind.CONFIRM_TABLE]
    assert [str(task.due_on) for task in asked] == ["2026-03-20", "2026-03-20"]
    with pytest.raises(CannotProceed, match=r"table\.waits"):
        actions.close_preparation(case, by=people.siri, at=NOON + 12 * DAY)
    confirm_table(
        case, by=people.asta, at=NOON + 12 * DAY, sha256=joint_table(case).sha256, remark=" Se bort fra feil i post 1. "
    )
    assert case.table_confirmations[-1].remark == "Se bort fra feil i post 1."
    actions.close_preparation(case, by=people.siri, at=NOON + 19 * DAY)
    assert case.state is State.PREPARED


def test_a_later_change_asks_anew_only_those_whose_confirmation_is_stale(session, people):
    case = finished(session, people)
    ask_to_confirm(case, at=NOON + 22 * DAY)
    assert [task.kind for task in case.open_tasks] == [TaskKind.CLOSE_PREPARATION], "nothing changed"
    concede(case.lines[0], by=people.bo, at=NOON + 22 * DAY, ore=100)
    session.flush()
    assert {task.kind for task in case.open_tasks} == {TaskKind.CONFIRM_TABLE}
    letters = [letter.party.name for letter in case.letters if letter.kind is LetterKind.JOINT_TABLE]
    assert letters == ["Vik kommune", "Bufetat region vest"] * 2
    assert [found.code for found in obstacles(case, "confirm_table")] == ["submissions.table.on_the_way"]
    letters_arrive(session, case, at=NOON + 22 * DAY)
    assert [row.standing for row in joint_table(case).lines] == [TableStanding.PARTLY]
    confirmed(session, case, at=NOON + 24 * DAY)
    assert obstacles(case, "close_preparation") == []
    assert [task.kind for task in case.open_tasks] == [TaskKind.CLOSE_PREPARATION]


def test_the_secretariat_sends_the_table_after_a_silent_deadline_and_not_before(session, people):
    case = accepted(session, people)
    assert [found.code for found in obstacles(case, "close_preparation")] == ["submissions.table.not_sent"]
    with pytest.raises(CannotProceed, match=r"table\.not_yet"):
        send_table(case, by=people.siri, at=NOON + 5 * DAY)
    send_table(case, by=people.siri, at=NOON + 30 * DAY)
    assert [found.code for found in obstacles(case, "close_preparation")] == ["submissions.table.not_served"]
    confirm_table(case, by=people.asta, at=NOON + 31 * DAY, sha256=joint_table(case).sha256)
    assert [task.kind for task in case.open_tasks if task.party is side(case, Side.REQUESTING)] == []
