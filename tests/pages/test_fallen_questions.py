"""A question that fell because its line was conceded: nobody writes on it any more, and what was typed stands on the page (rule 22)."""

from __future__ import annotations

import pytest

from tests.people import NOON
from tests.scenes.decision import present, written
from tvist.decision.actions import dissent
from tvist.decision.models import RemarkKind
from tvist.errors import CannotProceed
from tvist.submissions.concessions import concede


@pytest.fixture
def fallen(cast, database, installation):
    """A case whose text is written when a line is conceded: the address of its deliberation, and a question that fell."""
    with database.writing() as session:
        case = written(session, cast, installation)
        question = case.questions[0]
        concede(question.line, by=present(session, cast).bo, at=NOON, ore=question.line.amount_ore)
        with pytest.raises(CannotProceed, match=r"decision\.fallen"):
            dissent(question, by=present(session, cast).kaare, at=NOON, kind=RemarkKind.DISSENT, text="Uenig.")
        session.commit()
        return f"/cases/{case.slug}/decision", question.public_id


@pytest.mark.parametrize(
    "place", ["reasons/{}", "dissent/{}", "margin/question:{}", "versions/question:{}", "vote/{}", "questions/{}"]
)
def test_the_page_of_a_fallen_question_says_that_it_fell(ask, cast, fallen, place):
    at, question = fallen
    answer = ask("GET", f"{at}/{place.format(question)}", as_=cast.cato)
    assert answer.status_code == 200
    assert "falt bort" in answer.get_data(as_text=True)


@pytest.mark.parametrize("place", ["reasons/{}", "dissent/{}"])
def test_what_was_typed_when_the_question_fell_stands_on_the_page(ask, cast, fallen, place):
    at, question = fallen
    answer = ask("POST", f"{at}/{place.format(question)}", as_=cast.cato, data={"text": "Lange ord.", "kind": "dissent"})
    assert answer.status_code in {409, 422}
    assert "Lange ord." in answer.get_data(as_text=True)
