"""Results that do not go together: what stops the approval, what asks for a sentence, and the days and bases behind them (rules 34, 36)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.people import NOON, Cast, a_cast
from tests.scenes.decision import MUNICIPALITY, SECTIONS, STATE, agreed, default_vote, issued, written
from tvist.access.policy import Act
from tvist.cases.claims import ClaimLine
from tvist.cases.money import AmountUnit, Bearer, Period, line_amount
from tvist.decision.choices import NO_DAYS, BasisChoice, PeriodChoice, came_to, choice_of, middle_period, value_of
from tvist.decision.contradictions import contradictions, most_for, worth_a_sentence
from tvist.decision.document import opinion
from tvist.decision.models import QuestionKind
from tvist.decision.outcomes import finding, findings
from tvist.decision.record import canonical
from tvist.decision.rules import unfinished, without_dissent
from tvist.decision.votes import result, seats_of, standing_questions
from tvist.decision.voting import vote
from tvist.errors import CannotProceed

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.cases.models import Case
    from tvist.db import Database
    from tvist.installation import Installation

BASIS, PERIOD, RESPONSIBLE, AMOUNT = (
    QuestionKind.BASIS,
    QuestionKind.PERIOD,
    QuestionKind.RESPONSIBLE,
    QuestionKind.AMOUNT,
)
APRIL = PeriodChoice(date(2024, 4, 1), date(2024, 4, 30))
"""Within the line of the scenes, which runs from 10 March to 15 June 2024 with a monthly rate."""
DAYS = st.dates(date(2024, 1, 1), date(2024, 12, 31))
PERIODS = st.one_of(
    st.just(NO_DAYS),
    st.tuples(DAYS, st.none()).map(lambda days: PeriodChoice(*days)),
    st.tuples(DAYS, DAYS).map(lambda days: PeriodChoice(min(days), max(days))),
)


@pytest.fixture
def people(session: Session) -> Cast:
    return a_cast(session)


def decided(session: Session, people: Cast, installation: Installation, **votes: Any) -> Case:
    """All four questions on one line; all three vote so, or the three as told; else for the state and the whole."""
    case = agreed(session, people, kinds=(BASIS, PERIOD))
    for question in standing_questions(case):
        choice = votes.get(question.kind.value, default_vote(question))
        for seat, given_choice in zip(seats_of(case), choice if isinstance(choice, tuple) else (choice,) * 3, strict=True):
            vote(question, given_choice, by=seat.user, at=NOON, keys=installation.keys)
    return case


def codes(found: list[Any]) -> list[str]:
    return [message.code.removeprefix("decision.contradiction.") for message in found]


@given(st.tuples(PERIODS, PERIODS, PERIODS))
def test_the_days_found_begin_at_the_middle_first_day_and_end_at_the_middle_last_day(periods):
    found = middle_period(periods)
    some = [period for period in periods if not period.is_none]
    if len(some) < 2:
        assert found == NO_DAYS
    elif not found.is_none:
        for day in (found.from_on, found.to_on or date.max):
            # No vote lies on the outside alone: at least one member reaches as far on each side.
            assert any(period.from_on <= day for period in some)
            assert any(day <= (period.to_on or date.max) for period in some)


@given(PERIODS, PERIODS)
def test_with_one_who_finds_for_no_day_each_day_found_has_two_behind_it(one, other):
    found = middle_period((one, NO_DAYS, other))
    if found.is_none:
        return
    for period in (one, other):
        assert not period.is_none
        assert period.from_on <= found.from_on <= (found.to_on or date.max) <= (period.to_on or date.max)


@given(st.tuples(PERIODS, PERIODS, PERIODS), st.permutations([0, 1, 2]))
def test_the_days_found_do_not_hang_on_who_voted_for_what(periods, order):
    values = [value_of(period) for period in periods]
    assert (
        came_to(PERIOD, dict(enumerate(values)))[0] == came_to(PERIOD, {place: values[of] for place, of in enumerate(order)})[0]
    )


@given(PERIODS)
def test_days_are_sealed_as_a_text_and_come_back(period):
    assert choice_of(PERIOD, value_of(period)) == period


@given(st.lists(st.sampled_from(BasisChoice), min_size=3, max_size=3))
def test_a_basis_has_a_majority_or_no_result(votes):
    value, supporters = came_to(BASIS, {place: choice.value for place, choice in enumerate(votes)})
    assert (value is None) == (len(set(votes)) == 3)
    assert len(supporters) in {0, 2, 3}


def test_the_whole_for_the_state_on_its_own_basis_is_no_contradiction(session, people, installation: Installation):
    case = decided(session, people, installation)
    assert contradictions(case, installation.keys) == []
    assert worth_a_sentence(case, installation.keys) == []


@pytest.mark.parametrize(
    ("votes", "code"),
    [({"period": NO_DAYS}, "money_for_no_day"), ({"period": APRIL}, "money_above_days")],
)
def test_money_for_days_that_were_voted_away_stops_approval_and_issue(session, people, installation: Installation, votes, code):
    case = decided(session, people, installation, **votes)
    (found,) = contradictions(case, installation.keys)
    assert found.code == f"decision.contradiction.{code}"
    assert found.params["line"] == 1
    assert found.params["questions"] == ("3", "4")
    for act in (Act.APPROVE, Act.ORDER_ISSUE):
        assert found in unfinished(case, act, installation.keys)


def test_a_changed_vote_takes_the_contradiction_away(session, people, installation: Installation):
    case = decided(session, people, installation, period=APRIL)
    (found,) = contradictions(case, installation.keys)
    most = int(found.params["most"])
    line = case.lines[0]
    assert most == line_amount(line.unit, line.rate_ore, Period(APRIL.from_on, APRIL.to_on)).ore
    amount = next(question for question in case.questions if question.kind is AMOUNT)
    for seat in seats_of(case):
        vote(amount, most, by=seat.user, at=NOON, keys=installation.keys)
    assert contradictions(case, installation.keys) == []


@pytest.mark.parametrize(
    ("votes", "code"),
    [
        ({"amount": 0}, ["days_for_no_money"]),
        ({"basis": BasisChoice.NEITHER}, ["no_basis"]),
        ({"basis": BasisChoice.MUNICIPAL}, ["state_bears_by_municipal_basis"]),
        ({"responsible": MUNICIPALITY}, ["other_bears_by_basis"]),
        ({"basis": BasisChoice.NEITHER, "amount": 0, "period": NO_DAYS}, []),
    ],
)
def test_what_asks_for_a_sentence_is_told_and_stops_nothing(session, people, installation: Installation, votes, code):
    case = decided(session, people, installation, **votes)
    assert contradictions(case, installation.keys) == []
    assert codes(worth_a_sentence(case, installation.keys)) == code


def test_nothing_is_told_before_all_have_voted(session, people, installation: Installation):
    case = agreed(session, people, kinds=(BASIS, PERIOD))
    assert contradictions(case, installation.keys) == worth_a_sentence(case, installation.keys) == []


@pytest.mark.parametrize(
    ("kind", "choice", "code"),
    [
        (BASIS, STATE, "choose_basis"),
        (PERIOD, PeriodChoice(date(2024, 3, 9), date(2024, 4, 1)), "days_outside_line"),
        (PERIOD, PeriodChoice(date(2024, 4, 1), None), "days_outside_line"),
        (PERIOD, PeriodChoice(date(2024, 5, 1), date(2024, 4, 1)), "days_outside_line"),
        (PERIOD, 1, "days_outside_line"),
        (RESPONSIBLE, NO_DAYS, "percent_out_of_range"),
        (AMOUNT, BasisChoice.STATE, "amount_negative"),
    ],
)
def test_a_vote_of_another_kind_or_on_other_days_is_refused(session, people, installation: Installation, kind, choice, code):
    case = agreed(session, people, kinds=(BASIS, PERIOD))
    question = next(found for found in case.questions if found.kind is kind)
    with pytest.raises(CannotProceed, match=code):
        vote(question, choice, by=people.cato, at=NOON, keys=installation.keys)


def test_a_measure_that_runs_may_be_found_to_run_still_and_the_rate_counts_to_what_is_known():
    line = ClaimLine(unit=AmountUnit.DAY, rate_ore=100, from_on=date(2024, 1, 1), to_on=None, known_until=date(2024, 1, 31))
    assert PeriodChoice(date(2024, 1, 5), None).fits(line)
    assert not PeriodChoice(date(2023, 12, 31), None).fits(line)
    assert most_for(line, PeriodChoice(date(2024, 1, 5), None)) == 27 * 100
    assert most_for(line, PeriodChoice(date(2024, 3, 1), None)) == 0


@given(percent=st.integers(0, 100), found=st.integers(0, 10**11), conceded=st.integers(0, 10**9), by=st.sampled_from(Bearer))
def test_shares_that_do_not_sum_can_never_arise(percent, found, conceded, by):
    line = ClaimLine(unit=AmountUnit.SUM, paid_ore=0, paid_by=Bearer.STATE, should_bear=by)
    divided = finding(line, percent, found + conceded, is_unanimous=True, conceded_ore=conceded)
    assert (divided.municipality_ore or 0) + (divided.state_ore or 0) == found + conceded
    assert min(divided.municipality_ore, divided.state_ore) >= 0


def test_a_basis_without_majority_binds_nobody_and_the_days_come_from_the_middle(session, people, installation: Installation):
    may = PeriodChoice(date(2024, 5, 1), date(2024, 5, 31))
    case = decided(
        session,
        people,
        installation,
        basis=(BasisChoice.STATE, BasisChoice.MUNICIPAL, BasisChoice.BOTH),
        period=(APRIL, may, NO_DAYS),
        amount=0,
    )
    basis, _, period, _ = standing_questions(case)
    assert (result(basis, installation.keys).choice, result(period, installation.keys).choice) == (None, NO_DAYS)
    assert not without_dissent(case, installation.keys)
    (line,) = findings(case, installation.keys)
    assert (line.basis, line.period, line.from_on, line.is_unanimous) == (None, NO_DAYS, None, False)
    told = repr(opinion(canonical(case, installation.keys)))
    assert "finst det ikkje noko midtarste standpunkt" in told
    assert "berre dei dagane som dei to andre er samde om" in told


def test_days_and_basis_stand_in_the_outcome_and_the_opinion(database: Database, people, session, installation: Installation):
    session.commit()
    most = 7_000_00
    with database.writing() as writing:
        votes = {1: (BasisChoice.STATE,) * 3, 3: (APRIL, APRIL, NO_DAYS), 4: (most,) * 3}
        case = issued(writing, people, installation, votes=votes, kinds=(BASIS, PERIOD))
        (outcome,) = case.decision.outcomes
        assert (outcome.basis, outcome.from_on, outcome.to_on) == ("state", APRIL.from_on, APRIL.to_on)
        told = repr(opinion(case.decision.record)).replace("\\xa0", " ")
    assert "1.4.2024 – 30.4.2024" in told
    assert "Tiltaket kviler på grunnlaget til staten." in told
    assert "Mindretalet, Kåre Oppdiktet, meiner at kravpost 1 ikkje fører fram for nokon del av tida" in told.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert "har votert subsidiært i dette spørsmålet" in told


def test_one_outvoted_on_the_days_owes_a_dissent(session, people, installation: Installation):
    case = written(
        session,
        people,
        installation,
        kinds=(PERIOD,),
        votes={2: (APRIL, APRIL, NO_DAYS), 3: (100, 100, 100)},
    )
    assert SECTIONS["legal"] == case.decision.legal
    (remark,) = [remark for question in case.questions for remark in question.remarks]
    assert (remark.user, remark.question.kind) == (seats_of(case)[2].user, PERIOD)
