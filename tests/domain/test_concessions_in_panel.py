"""What is conceded while the panel works: questions and votes fall, sums are limited to what is left, and the opinion says so (rules 22, 34, 36)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.people import NOON, Cast, a_cast
from tests.scenes.concessions import SUM, three_lines
from tests.scenes.decision import MUNICIPALITY, REASONS, SECTIONS, STATE, agreed, approved, present, voted, written
from tests.scenes.panel import referred
from tests.scenes.submissions import DAY, prepared
from tvist.cases.waiting import TaskKind
from tvist.check.sums import check_sums
from tvist.decision.actions import order_issue
from tvist.decision.approving import approve
from tvist.decision.choices import ResponsibleChoice
from tvist.decision.document import opinion
from tvist.decision.models import QuestionKind
from tvist.decision.outcomes import findings
from tvist.decision.questions import agree_questions
from tvist.decision.record import canonical
from tvist.decision.rules import all_voted, approvals_of
from tvist.decision.text import suggested_conclusion
from tvist.decision.votes import is_open, seats_of, standing_questions
from tvist.decision.voting import vote
from tvist.decision.writing import write_reasons, write_text
from tvist.errors import CannotProceed
from tvist.submissions.concessions import concede

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.cases.models import Case
    from tvist.installation import Installation

MARCH = NOON + DAY


@pytest.fixture
def people(session: Session) -> Cast:
    return a_cast(session)


def positions(case: Case) -> list[int]:
    return [question.position for question in standing_questions(case)]


def waited_for(case: Case) -> set[str]:
    return {task.kind.value for task in case.open_tasks if task.user}


def test_no_question_is_put_about_a_line_that_was_conceded_before(session, people):
    case = prepared(session, people, lines=three_lines(), at=NOON - 30 * DAY)
    concede(case.lines[0], by=people.bo, at=NOON)
    assert [line.position for line in case.lines if not line.concessions] == [2, 3]


def test_the_panel_agrees_on_what_is_left(session, people):
    case = referred(session, people, lines=three_lines())
    concede(case.lines[0], by=people.bo, at=NOON)
    for seat in seats_of(case):
        agree_questions(case, by=seat.user, at=NOON)
    assert [(each.line.position, each.kind.value) for each in case.questions] == [
        (2, "responsible"),
        (2, "amount"),
        (3, "responsible"),
    ]


def test_the_questions_of_a_conceded_line_fall_with_their_votes(session, people, installation: Installation):
    case = approved(session, people, installation, lines=three_lines())
    concede(case.lines[0], by=people.bo, at=MARCH)
    assert positions(case) == [3, 4, 5]
    fallen = [question for question in case.questions if question.fell_at]
    assert {vote.fell_at for question in fallen for vote in question.votes} == {MARCH}
    assert approvals_of(case) == []
    assert waited_for(case) == {TaskKind.WRITE_TEXT.value}
    with pytest.raises(CannotProceed, match="question_fell"):
        vote(fallen[0], STATE, by=present(session, people).cato, at=MARCH, keys=installation.keys)


def test_when_a_part_is_conceded_the_panel_votes_on_the_rest(session, people, installation: Installation):
    case = voted(session, people, installation, lines=three_lines())
    concede(case.lines[1], by=people.bo, at=MARCH, ore=4_000_000)
    responsible, amount = (question for question in case.questions if question.line is case.lines[1])
    assert (is_open(responsible), is_open(amount)) == (True, False)
    assert waited_for(case) == {TaskKind.VOTE.value}
    with pytest.raises(CannotProceed, match="amount_above_claim"):
        vote(amount, 6_000_001, by=people.cato, at=MARCH, keys=installation.keys)
    for seat in seats_of(case):
        vote(amount, 6_000_000, by=seat.user, at=MARCH, keys=installation.keys)
    assert waited_for(case) == {TaskKind.WRITE_TEXT.value}


def test_who_conceded_bears_the_conceded_part_to_the_ore(session, people, installation: Installation):
    case = agreed(session, people, lines=three_lines())
    concede(case.lines[1], by=people.bo, at=MARCH, ore=4_000_001)
    concede(case.lines[2], by=people.bo, at=MARCH)
    given = {QuestionKind.RESPONSIBLE: ResponsibleChoice(33), QuestionKind.AMOUNT: 1_000_000}
    for question in standing_questions(case):
        for seat in seats_of(case):
            vote(question, given[question.kind], by=seat.user, at=MARCH, keys=installation.keys)
    first, second, third = findings(case, installation.keys)
    assert (first.found_ore, first.conceded_ore) == (1_000_000, 0)
    assert (second.found_ore, second.municipality_ore, second.state_ore) == (5_000_001, 330_000, 4_670_001)
    assert (second.outcome.value, third.outcome.value, third.municipality_percent) == ("split", "state", 0)


@pytest.mark.parametrize(
    ("choice", "amount", "outcome"), [(STATE, 0, "state"), (MUNICIPALITY, 0, "state"), (MUNICIPALITY, 5, "split")]
)
def test_the_outcome_of_a_line_counts_what_is_conceded(session, people, installation: Installation, choice, amount, outcome):
    case = agreed(session, people)
    concede(case.lines[0], by=people.bo, at=MARCH, ore=100)
    for question in case.questions:
        for seat in seats_of(case):
            given = choice if question.kind is QuestionKind.RESPONSIBLE else amount
            vote(question, given, by=seat.user, at=MARCH, keys=installation.keys)
    assert findings(case, installation.keys)[0].outcome.value == outcome


def test_the_opinion_says_what_was_conceded(session, people, installation: Installation):
    case = written(session, people, installation, lines=three_lines())
    concede(case.lines[0], by=people.bo, at=MARCH)
    concede(case.lines[1], by=people.bo, at=MARCH, ore=4_000_000)
    amount = next(each for each in standing_questions(case) if each.kind is QuestionKind.AMOUNT)
    for seat in seats_of(case):
        vote(amount, 6_000_000, by=seat.user, at=MARCH, keys=installation.keys)
    assert "erkj" not in suggested_conclusion(case, installation.keys), "the opinion says it by itself, once in its conclusion"
    told = repr(opinion(canonical(case, installation.keys))).replace("\\xa0", "\N{NO-BREAK SPACE}")
    conclusion = told[told.index("Slutning") :]
    assert conclusion.count("Bufetat region vest har erkjent kravpost 1.") == 1
    assert conclusion.count("har erkjent 40\N{NO-BREAK SPACE}000,00\N{NO-BREAK SPACE}kr av kravpost 2") == 1
    assert "(erkjend)" in told
    assert "(40\N{NO-BREAK SPACE}000,00\N{NO-BREAK SPACE}kr erkjent)" in told


def test_an_opinion_after_a_concession_is_issued_with_sums_that_check(session, people, installation: Installation):
    case = written(session, people, installation, lines=three_lines())
    concede(case.lines[0], by=people.bo, at=MARCH)
    write_text(case, by=people.cato, at=MARCH, **SECTIONS)
    for question in standing_questions(case):
        write_reasons(question, REASONS, by=people.cato, at=MARCH)
    for seat in seats_of(case):
        approve(case, by=seat.user, at=MARCH, keys=installation.keys)
    order_issue(case, by=people.cato, at=MARCH, keys=installation.keys)
    assert list(check_sums(case)) == []
    by_line = {found.line.position: (found.municipality_ore, found.state_ore) for found in case.decision.outcomes}
    assert by_line == {1: (0, 20862903), 2: (0, SUM), 3: (None, None)}


def test_an_opinion_is_not_given_where_all_is_conceded(session, people, installation: Installation):
    case = voted(session, people, installation)
    concede(case.lines[0], by=people.bo, at=MARCH)
    assert positions(case) == []
    assert waited_for(case) == set()
    found = all_voted(case)
    assert found is not None
    assert found.code == "decision.all_conceded"
