"""Earlier opinions on the same: shown with their outcome, named only to whom may read them, and a departure asks for a sentence."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.people import NOON
from tests.scenes.decision import MUNICIPALITY, STATE, issued, present, voted
from tvist.cases.models import Outcome
from tvist.decision.precedents import departs_from, precedents_for
from tvist.decision.writing import write_reasons

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.cases.models import Case
    from tvist.installation import Installation

LATER = NOON + timedelta(days=60)


@pytest.fixture
def people(session: Session, cast: Cast) -> Cast:
    return present(session, cast)


def both(session: Session, people: Cast, installation: Installation, **changes: Any) -> tuple[Case, Case]:
    """An issued opinion for the state, and a later case on the same, voted on."""
    before = issued(session, people, installation)
    here = present(session, people)
    return before, voted(session, here, installation, at=LATER, **changes)


def test_an_earlier_opinion_on_the_same_is_shown_with_its_outcome(
    session: Session, people: Cast, installation: Installation
) -> None:
    before, case = both(session, people, installation)

    found = precedents_for(case.questions[0], present(session, people).cato)

    assert [(each.number, each.slug, each.outcome, each.municipality_percent) for each in found.shown] == [
        (before.number, before.slug, Outcome.STATE, 0)
    ]
    assert (found.total, found.usual) == (1, Outcome.STATE)
    assert departs_from(case.questions[0], found, installation.keys) is None


def test_one_who_may_not_read_it_is_told_no_more_than_how_it_came_out(
    session: Session, people: Cast, installation: Installation
) -> None:
    _before, case = both(session, people, installation)

    assert [each.slug for each in precedents_for(case.questions[0], present(session, people).klara).shown] == [None]


def test_a_case_with_a_secret_address_is_left_out(session: Session, people: Cast, installation: Installation) -> None:
    before, case = both(session, people, installation)
    before.is_address_secret = True
    session.flush()

    assert precedents_for(case.questions[0], present(session, people).cato).total == 0


@pytest.mark.parametrize(
    ("name", "value"), [("measure", "foster_home"), ("state_basis", "cwa1992_9_4"), ("municipal_basis", "education")]
)
def test_another_measure_or_basis_is_another_question(
    session: Session, people: Cast, installation: Installation, name: str, value: str
) -> None:
    _before, case = both(session, people, installation)
    line = case.questions[0].line
    assert getattr(line, name) != value
    with session.no_autoflush:
        setattr(line, name, value)
        session.expunge(line)
        assert precedents_for(case.questions[0], present(session, people).cato).total == 0
    session.rollback()


def test_a_departure_asks_for_reasons_until_they_name_an_earlier_case(
    session: Session, people: Cast, installation: Installation
) -> None:
    before, case = both(session, people, installation, votes={1: (MUNICIPALITY, MUNICIPALITY, STATE)})
    question, cato = case.questions[0], present(session, people).cato

    assert departs_from(question, precedents_for(question, cato), installation.keys) is Outcome.STATE
    write_reasons(question, f"Saken skiller seg fra sak {before.number}.", by=cato, at=LATER)
    assert departs_from(question, precedents_for(question, cato), installation.keys) is None


def test_an_amount_departs_from_nothing(session: Session, people: Cast, installation: Installation) -> None:
    _before, case = both(session, people, installation, votes={1: (MUNICIPALITY, MUNICIPALITY, MUNICIPALITY)})
    question = case.questions[1]

    found = precedents_for(question, present(session, people).cato)
    assert found.total == 1
    assert departs_from(question, found, installation.keys) is None
