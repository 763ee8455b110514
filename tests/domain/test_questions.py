"""Questions drafted, agreed on by three and changed after that (rules 22, 30, 34)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.people import NOON, Cast, a_cast
from tests.scenes.concessions import three_lines
from tests.scenes.decision import STATE, agreed, approved, present, voted
from tests.scenes.panel import referred
from tests.scenes.submissions import DAY
from tvist.access.policy import Act
from tvist.cases.history import Statement
from tvist.cases.lifecycle import obstacles
from tvist.cases.tasks import is_waiting_for
from tvist.cases.waiting import TaskKind
from tvist.decision.choices import ResponsibleChoice
from tvist.decision.models import QuestionKind
from tvist.decision.questions import (
    Wanted,
    agree_questions,
    agreements_of,
    as_drafted,
    askable,
    asked,
    change_question,
    default_questions,
    draft_questions,
    set_hash,
)
from tvist.decision.record import canonical
from tvist.decision.rules import approvals_of
from tvist.decision.votes import drafted_questions, is_open, number_of, seats_of, standing_questions
from tvist.decision.voting import vote
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed
from tvist.panel.actions import declare
from tvist.submissions.concessions import concede
from tvist.submissions.models import Answer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.cases.models import Case
    from tvist.installation import Installation

LATER = NOON + DAY
BASIS, PERIOD = QuestionKind.BASIS, QuestionKind.PERIOD


@pytest.fixture
def people(session: Session) -> Cast:
    return a_cast(session)


def more(case: Case, *kinds: QuestionKind) -> list[Wanted]:
    """The default questions, with these about the first line."""
    return default_questions(case) + [Wanted(case.lines[0], kind) for kind in kinds]


def waited(case: Case, kind: TaskKind) -> set[str]:
    return {task.user.name for task in case.open_tasks if task.kind is kind and task.user}


def test_the_default_draft_is_who_is_responsible_and_how_much(session, people):
    case = referred(session, people, lines=three_lines())
    assert [(each.line.position, each.kind.value) for each in default_questions(case)] == [
        (1, "responsible"),
        (1, "amount"),
        (2, "responsible"),
        (2, "amount"),
        (3, "responsible"),
    ]


def test_the_basis_and_the_days_are_proposed_where_the_papers_dispute_them(session, people):
    case = referred(session, people)
    proposed = {each.kind: (each.is_proposed, each.why.code) for each in askable(case)}
    answer = next(found for sending in case.submissions for found in sending.line_answers)
    assert answer.answer is Answer.DISPUTED
    assert proposed[BASIS][0] is bool(answer.basis)
    assert proposed[PERIOD] == (False, "decision.questions.why.period_not")
    assert proposed[QuestionKind.RESPONSIBLE][0]


def test_a_draft_stands_in_order_of_line_and_kind_without_gaps(session, people):
    case = referred(session, people, lines=three_lines())
    draft_questions(case, reversed(more(case, PERIOD, BASIS)), by=people.kaare, at=NOON)
    found = drafted_questions(case)
    assert [each.kind.value for each in found][:4] == ["basis", "responsible", "period", "amount"]
    assert [each.position for each in found] == list(range(1, 8))
    assert not standing_questions(case)
    assert obstacles(case, Act.VOTE)[0].code == "decision.no_questions"


def test_the_others_are_told_of_a_draft_and_the_same_draft_again_says_nothing(session, people):
    case = referred(session, people)
    for _ in range(2):
        draft_questions(case, more(case, BASIS), by=people.cato, at=NOON)
    told = [letter for letter in case.letters if letter.kind is LetterKind.QUESTIONS_DRAFTED]
    assert len(told) == 2
    assert sum(event.act is Act.DRAFT_QUESTIONS for event in case.events) == 1


@pytest.mark.parametrize("wrong", ["without the amount", "twice", "amount of a principle"])
def test_a_set_that_cannot_be_put_is_refused(session, people, wrong):
    case = referred(session, people, lines=three_lines())
    wanted = default_questions(case)
    wanted = {
        "without the amount": wanted[:1] + wanted[2:],
        "twice": [*wanted, wanted[0]],
        "amount of a principle": [*wanted, Wanted(case.lines[2], QuestionKind.AMOUNT)],
    }[wrong]
    with pytest.raises(CannotProceed, match=r"questions\.(needed|not_askable)"):
        draft_questions(case, wanted, by=people.cato, at=NOON)


def test_the_questions_are_put_when_all_three_agree_to_the_very_same(session, people):
    case = referred(session, people)
    draft_questions(case, more(case, BASIS), by=people.cato, at=NOON)
    for number, seat in enumerate(seats_of(case), start=1):
        assert not standing_questions(case)
        agree_questions(case, by=seat.user, at=NOON)
        assert len(case.question_agreements) == number
    assert {question.agreed_at for question in case.questions} == {NOON}
    assert len(waited(case, TaskKind.VOTE)) == 3
    assert not waited(case, TaskKind.AGREE_QUESTIONS)
    with pytest.raises(CannotProceed, match="agreed_already"):
        draft_questions(case, more(case), by=people.cato, at=LATER)


def test_one_who_agrees_before_any_draft_agrees_to_the_default_one(session, people):
    case = referred(session, people)
    agree_questions(case, by=people.frida, at=NOON)
    assert as_drafted(case) == default_questions(case)
    assert [found.user for found in agreements_of(case)] == [people.frida]


def test_a_changed_draft_lets_the_agreements_fall(session, people):
    case = referred(session, people)
    agree_questions(case, by=people.cato, at=NOON)
    agree_questions(case, by=people.frida, at=NOON)
    draft_questions(case, more(case, PERIOD), by=people.kaare, at=LATER)
    assert agreements_of(case) == []
    assert {found.fell_at for found in case.question_agreements} == {LATER}
    assert len(waited(case, TaskKind.AGREE_QUESTIONS)) == 3
    agree_questions(case, by=people.cato, at=LATER)
    assert not standing_questions(case)


def test_one_whose_page_showed_another_draft_agrees_to_nothing(session, people):
    case = referred(session, people)
    seen = set_hash(as_drafted(case))
    draft_questions(case, more(case, PERIOD), by=people.kaare, at=NOON)
    with pytest.raises(CannotProceed, match=r"questions\.changed"):
        agree_questions(case, by=people.cato, at=NOON, seen=seen)


def test_the_agreement_of_one_who_leaves_falls_and_the_deputy_agrees_anew(session, people):
    case = referred(session, people)
    for member in (people.frida, people.kaare):
        agree_questions(case, by=member, at=NOON)
    declare(case, by=people.kaare, at=LATER, statement=Statement.CONFLICT, ground="represents")
    declare(case, by=people.klara, at=LATER, statement=Statement.NONE)
    assert [found.user for found in agreements_of(case)] == [people.frida]
    assert waited(case, TaskKind.AGREE_QUESTIONS) == {people.cato.name, people.klara.name}
    for member in (people.cato, people.klara):
        agree_questions(case, by=member, at=LATER)
    assert standing_questions(case)


def test_a_line_conceded_while_the_questions_are_drafted_is_agreed_on_anew(session, people):
    case = referred(session, people, lines=three_lines())
    agree_questions(case, by=people.cato, at=NOON)
    concede(case.lines[0], by=people.bo, at=LATER)
    assert agreements_of(case) == []
    assert not waited(case, TaskKind.VOTE)
    assert people.cato.name in waited(case, TaskKind.AGREE_QUESTIONS)
    for seat in seats_of(case):
        agree_questions(case, by=seat.user, at=LATER)
    assert {question.line.position for question in standing_questions(case)} == {2, 3}
    assert [number_of(question) for question in standing_questions(case)] == [1, 2, 3]


def test_who_holds_no_seat_neither_drafts_nor_agrees_nor_changes(session, people):
    case = agreed(session, people)
    for act in (
        lambda: draft_questions(case, more(case), by=people.lise, at=NOON),
        lambda: agree_questions(case, by=people.lise, at=NOON),
        lambda: change_question(case.questions[0], "Noe annet?", by=people.lise, at=NOON),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_other_words_let_the_votes_fall_and_the_journal_keeps_both(session, people, installation: Installation):
    case = approved(session, people, installation)
    question = case.questions[0]
    change_question(question, "Hvem bør bære oppholdet?", by=present(session, people).frida, at=LATER)
    assert not is_open(question)
    assert (question.opened_at, question.changed_at) == (None, LATER)
    assert all(found.fell_at for found in question.votes)
    assert is_open(case.questions[1])
    assert approvals_of(case) == []
    assert len(waited(case, TaskKind.VOTE)) == 3
    assert not any(is_waiting_for(case, kind) for kind in (TaskKind.WRITE_TEXT, TaskKind.APPROVE, TaskKind.ORDER_ISSUE))
    said = next(event for event in reversed(case.events) if event.act is Act.CHANGE_QUESTION).said
    assert said.params["after"].params["words"] == "Hvem bør bære oppholdet?"
    assert said.params["before"].code == "opinion.question.responsible"
    for seat in seats_of(case):
        vote(question, STATE, by=seat.user, at=LATER, keys=installation.keys)
    assert waited(case, TaskKind.WRITE_TEXT)


def test_the_same_words_again_change_nothing(session, people, installation: Installation):
    case = voted(session, people, installation)
    change_question(case.questions[0], "  ", by=people.frida, at=LATER)
    assert is_open(case.questions[0])


def test_what_stands_is_numbered_without_gaps_for_all_readers(session, people, installation: Installation):
    case = voted(session, people, installation, lines=three_lines())
    concede(case.lines[0], by=people.bo, at=LATER)
    assert [question.position for question in standing_questions(case)] == [3, 4, 5]
    assert [asked(question).params["position"] for question in standing_questions(case)] == [1, 2, 3]
    assert [question["position"] for question in canonical(case, installation.keys)["questions"]] == [1, 2, 3]


def test_own_words_stand_in_the_opinion(session, people, installation: Installation):
    case = referred(session, people)
    wanted = [Wanted(each.line, each.kind, "Hvem står nærmest?" if place == 0 else "") for place, each in enumerate(more(case))]
    draft_questions(case, wanted, by=people.cato, at=NOON)
    found = [question.get("words") for question in canonical(case, installation.keys)["questions"]]
    assert found == []
    for seat in seats_of(case):
        agree_questions(case, by=seat.user, at=NOON)
    found = [question.get("words") for question in canonical(case, installation.keys)["questions"]]
    assert found == ["Hvem står nærmest?", None]


def test_a_vote_is_refused_while_the_questions_are_drafted(session, people, installation: Installation):
    case = referred(session, people)
    draft_questions(case, more(case), by=people.cato, at=NOON)
    with pytest.raises(CannotProceed, match="no_questions"):
        vote(case.questions[0], ResponsibleChoice(1), by=people.cato, at=NOON, keys=installation.keys)
