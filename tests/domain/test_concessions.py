"""A party concedes a line, wholly or in part: how much is left, who may, what it does to the case and to the panel's work (rule 22)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.people import NOON, Cast, a_cast
from tests.scenes.concessions import SUM, three_lines
from tests.scenes.intake import accepted, letters_arrive
from tests.scenes.panel import referred
from tests.scenes.submissions import DAY, prepared
from tvist.access.policy import Act
from tvist.cases.left import conceded_of, is_conceded, left_of
from tvist.cases.lifecycle import State, obstacles
from tvist.cases.submissions import SubmissionKind
from tvist.cases.waiting import TaskKind
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed
from tvist.submissions.actions import ACCEPTED, discontinue
from tvist.submissions.concessions import concede, lines_to_concede

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@pytest.fixture
def people(session: Session) -> Cast:
    return a_cast(session)


def codes(raised: pytest.ExceptionInfo[CannotProceed]) -> list[str]:
    return [found.code for found in raised.value.obstacles]


def test_what_is_conceded_is_subtracted_until_nothing_is_left(session, people):
    line = accepted(session, people, lines=three_lines()).lines[1]
    concede(line, by=people.bo, at=NOON, ore=4_000_000)
    assert (left_of(line), conceded_of(line), is_conceded(line)) == (6_000_000, 4_000_000, False)
    concede(line, by=people.bo, at=NOON)
    assert (left_of(line), conceded_of(line), is_conceded(line)) == (0, SUM, True)


def test_never_more_than_is_left_can_be_conceded_and_the_message_says_how_much(session, people):
    line = accepted(session, people, lines=three_lines()).lines[1]
    concede(line, by=people.bo, at=NOON, ore=4_000_000)
    with pytest.raises(CannotProceed) as raised:
        concede(line, by=people.bo, at=NOON, ore=6_000_001)
    assert codes(raised) == ["submissions.concede.above_left"]
    assert raised.value.obstacles[0].params["left"] == 6_000_000
    with pytest.raises(CannotProceed, match="sum_needed"):
        concede(line, by=people.bo, at=NOON, ore=0)


def test_a_line_of_principle_is_conceded_only_as_a_whole(session, people):
    line = accepted(session, people, lines=three_lines()).lines[2]
    with pytest.raises(CannotProceed, match="principle_whole"):
        concede(line, by=people.bo, at=NOON, ore=100)
    concede(line, by=people.bo, at=NOON)
    assert (left_of(line), is_conceded(line)) == (None, True)
    with pytest.raises(CannotProceed, match="nothing_left"):
        concede(line, by=people.bo, at=NOON)


def test_only_who_may_bind_the_party_that_should_bear_the_line_concedes_it(session, people):
    case = accepted(session, people, lines=three_lines())
    with pytest.raises(NotAllowed):
        concede(case.lines[0], by=people.berit, at=NOON)
    with pytest.raises(NotAllowed):
        concede(case.lines[0], by=people.siri, at=NOON)
    with pytest.raises(CannotProceed, match="not_yours"):
        concede(case.lines[0], by=people.asta, at=NOON)
    assert lines_to_concede(case, case.party_of(people.asta, NOON.date())) == []
    assert len(lines_to_concede(case, case.party_of(people.bo, NOON.date()))) == 3


def test_a_concession_is_served_at_once_and_told_without_what_it_says(session, people):
    case = accepted(session, people, lines=three_lines())
    sent = concede(case.lines[1], by=people.bo, at=NOON, ore=100)
    letters_arrive(session, case)
    vik = case.party_of(people.asta, NOON.date())
    assert (sent.kind, sent.passed_on_at, sent.is_served_on(vik)) == (SubmissionKind.CONCESSION, NOON, True)
    letters = [letter for letter in case.letters if letter.kind is LetterKind.CONCEDED]
    assert [letter.party for letter in letters] == [vik, None]
    assert not any("1,00" in letter.subject + letter.body for letter in letters)


def test_a_case_whose_lines_are_all_conceded_can_be_discontinued(session, people):
    case = accepted(session, people, lines=three_lines())
    for line in case.lines:
        assert obstacles(case, Act.DISCONTINUE)
        concede(line, by=people.bo, at=NOON)
    waiting = [task for task in case.open_tasks if task.kind is TaskKind.DISCONTINUE]
    assert [task.desk for task in waiting] == ["secretariat"]
    assert [found.code for found in obstacles(case, Act.CONCEDE)] == ["submissions.concede.nothing_left_of_case"]
    discontinue(case, by=people.siri, at=NOON, ground=ACCEPTED)
    assert (case.state, case.open_tasks) == (State.DISCONTINUED, [])


def test_a_line_may_be_conceded_when_the_preparation_is_closed(session, people):
    case = prepared(session, people, lines=three_lines())
    concede(case.lines[0], by=people.bo, at=NOON + 30 * DAY)
    assert is_conceded(case.lines[0])


def test_when_all_is_conceded_the_panel_is_not_waited_for(session, people):
    case = referred(session, people)
    concede(case.lines[0], by=people.bo, at=NOON)
    assert [task.kind for task in case.open_tasks if task.user] == []
    assert TaskKind.DISCONTINUE in [task.kind for task in case.open_tasks]
    assert "decision.all_conceded" in [found.code for found in obstacles(case, Act.AGREE_QUESTIONS)]
