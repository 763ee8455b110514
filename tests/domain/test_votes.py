"""Sealed votes: what nobody can read before the third, what three come to, and that shares always sum (rules 34, 36)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tests.people import NOON
from tests.scenes.decision import STATE, ResponsibleChoice, agreed, voted, written
from tvist.cases.claims import ClaimLine
from tvist.cases.history import Event, Statement
from tvist.cases.money import AmountUnit, Bearer
from tvist.cases.waiting import TaskKind
from tvist.decision.approving import approve
from tvist.decision.choices import came_to
from tvist.decision.models import QuestionKind, Vote
from tvist.decision.outcomes import finding
from tvist.decision.questions import agree_questions
from tvist.decision.votes import (
    has_voted,
    history_of,
    is_open,
    is_true_to_its_commitment,
    own_vote,
    result,
    seats_of,
    votes_of,
)
from tvist.decision.voting import vote
from tvist.errors import CannotProceed, NotAllowed
from tvist.panel.actions import confirm_reading, declare

if TYPE_CHECKING:
    from tests.people import Cast
    from tvist.installation import Installation

FIGURES = st.tuples(*[st.integers(0, 10**11)] * 3)


@given(FIGURES)
def test_the_result_is_what_two_agree_on_or_the_middle_figure(figures: tuple[int, int, int]) -> None:
    value, supporters = came_to(QuestionKind.AMOUNT, dict(enumerate(figures)))

    agreeing = [figure for figure in figures if figures.count(figure) >= 2]
    assert value == (agreeing[0] if agreeing else sorted(figures)[1])
    assert supporters == {place for place, figure in enumerate(figures) if figure == value}


@given(percent=st.integers(0, 100), found=st.integers(0, 10**11), paid=st.integers(0, 10**11), by=st.sampled_from(Bearer))
def test_the_shares_sum_to_what_was_found_and_an_odd_ore_is_the_municipalitys(
    percent: int, found: int, paid: int, by: Bearer
) -> None:
    line = ClaimLine(unit=AmountUnit.SUM, paid_ore=paid, paid_by=by)

    shares = finding(line, percent, found, is_unanimous=True)

    municipality, state = shares.municipality_ore or 0, shares.state_ore or 0
    assert municipality + state == found
    assert abs(municipality - Fraction(found * percent, 100)) < 1
    assert shares.refund is None or (0 < shares.refund.ore <= paid and shares.refund.to is by)


def test_before_the_third_vote_nothing_readable_stands_in_the_database(installation: Installation, cast: Cast) -> None:
    told = (ResponsibleChoice(61), ResponsibleChoice(73))
    with installation.database.writing() as session:
        case = agreed(session, cast)
        question = case.questions[0]
        for seat, choice in zip(seats_of(case), told, strict=False):
            vote(question, choice, by=seat.user, at=NOON, keys=installation.keys)
        session.commit()
        votes = session.execute(sa.select(sa.inspect(Vote).local_table)).all()
        lines = session.execute(sa.select(sa.inspect(Event).local_table)).all()

    assert len(votes) == 2
    assert len({len(row.sealed) for row in votes}) == 1
    assert len({row.commitment for row in votes}) == 2
    for row in votes:
        bare = (
            row.sealed
            + repr(
                [value for name, value in row._mapping.items() if name not in {"sealed", "cast_at", "commitment", "public_id"}]
            ).encode()
        )
        assert b"61" not in bare.replace(row.sealed, b"")
        assert b"municipality_percent" not in row.sealed
        assert b'"value"' not in row.sealed
    assert {line.said.code for line in lines if line.act == "vote"} == {"journal.vote"}
    assert [dict(line.said.params) for line in lines if line.act == "vote"] == [{"commitment": row.commitment} for row in votes]


def test_nobody_reads_anothers_vote_before_all_three_but_everybody_their_own(installation: Installation, cast: Cast) -> None:
    keys = installation.keys
    with installation.database.writing() as session:
        case = agreed(session, cast)
        question = case.questions[0]
        leader, free, third = (seat.user for seat in seats_of(case))
        vote(question, STATE, by=leader, at=NOON, keys=keys)
        vote(question, ResponsibleChoice(100), by=free, at=NOON, keys=keys)

        for reading in (votes_of, history_of, result):
            with pytest.raises(NotAllowed):
                reading(question, keys)
        assert own_vote(question, leader, keys) == STATE
        assert [has_voted(question, user) for user in (leader, free, third)] == [True, True, False]
        vote(question, STATE, by=third, at=NOON, keys=keys)
        assert votes_of(question, keys) == {leader: STATE, free: ResponsibleChoice(100), third: STATE}
        assert question.opened_at == NOON
        assert all(is_true_to_its_commitment(found, keys) for found in question.votes)


def test_questions_are_put_once_and_a_line_of_principle_has_no_amount(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case = agreed(session, cast)

        assert [question.kind for question in case.questions] == [QuestionKind.RESPONSIBLE, QuestionKind.AMOUNT]
        assert sum(task.kind is TaskKind.VOTE for task in case.open_tasks) == 3
        with pytest.raises(CannotProceed, match="agreed_already"):
            agree_questions(case, by=seats_of(case)[0].user, at=NOON)


@pytest.mark.parametrize(
    ("position", "choice", "fault"),
    [
        (1, ResponsibleChoice(101), "percent_out_of_range"),
        (1, ResponsibleChoice(-1), "percent_out_of_range"),
        (1, 50, "percent_out_of_range"),
        (2, -1, "amount_negative"),
        (2, 10**12, "amount_above_claim"),
        (2, ResponsibleChoice(50), "amount_negative"),
    ],
)
def test_a_vote_out_of_range_is_refused(
    *, installation: Installation, cast: Cast, position: int, choice: ResponsibleChoice | int, fault: str
) -> None:
    with installation.database.writing() as session:
        case = agreed(session, cast)

        with pytest.raises(CannotProceed, match=fault):
            vote(case.questions[position - 1], choice, by=seats_of(case)[0].user, at=NOON, keys=installation.keys)
        assert not case.questions[position - 1].votes


def test_who_holds_no_seat_cannot_vote(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case = agreed(session, cast)
        stranger = session.get_one(type(cast.lise), cast.lise.id)

        with pytest.raises(NotAllowed):
            vote(case.questions[0], STATE, by=stranger, at=NOON, keys=installation.keys)


def test_a_changed_vote_leaves_the_earlier_one_for_the_panel_and_lets_approvals_fall(
    installation: Installation, cast: Cast
) -> None:
    keys = installation.keys
    with installation.database.writing() as session:
        case = written(session, cast, installation)
        leader = seats_of(case)[0].user
        approve(case, by=leader, at=NOON, keys=keys)
        vote(case.questions[0], ResponsibleChoice(40), by=leader, at=NOON, keys=keys)

        found = result(case.questions[0], keys)
        assert (found.value, found.unanimous, leader.id in found.majority_user_ids) == (0, False, False)
        assert [
            (cast_vote.choice, cast_vote.fell_at) for cast_vote in history_of(case.questions[0], keys) if cast_vote.user is leader
        ] == [
            (STATE, NOON),
            (ResponsibleChoice(40), None),
        ]
        assert case.decision is not None
        assert [approval.fell_at for approval in case.decision.approvals] == [NOON]
        with pytest.raises(CannotProceed, match="dissent_missing"):
            approve(case, by=leader, at=NOON, keys=keys)


def test_the_same_vote_again_changes_nothing(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        case = voted(session, cast, installation)
        before = len(case.events)
        vote(case.questions[0], STATE, by=seats_of(case)[0].user, at=NOON, keys=installation.keys)

        assert len(case.questions[0].votes) == 3
        assert len(case.events) == before


def test_a_late_conflict_closes_the_questions_until_the_deputy_has_voted(installation: Installation, cast: Cast) -> None:
    keys = installation.keys
    with installation.database.writing() as session:
        case = voted(session, cast, installation)
        member = seats_of(case)[2].user
        declare(case, by=member, at=NOON, statement=Statement.CONFLICT, ground="employed")
        deputy = seats_of(case)[2].user
        question = case.questions[0]

        assert not is_open(question)
        with pytest.raises(NotAllowed):
            votes_of(question, keys)
        declare(case, by=deputy, at=NOON, statement=Statement.NONE)
        confirm_reading(case, by=deputy, at=NOON)
        vote(question, ResponsibleChoice(100), by=deputy, at=NOON, keys=keys)
        assert votes_of(question, keys)[deputy] == ResponsibleChoice(100)
        assert member not in votes_of(question, keys)
