"""Random boards and conflicts: whatever happens, nobody in conflict sits, nobody sits twice, and an unlawful panel says why."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.people import NOON, a_cast
from tests.scenes.submissions import DAY, prepared
from tvist.accounts.models import User
from tvist.cases.history import Statement
from tvist.cases.lifecycle import State, obstacles
from tvist.cases.queries import case_by_number
from tvist.cases.waiting import TaskKind
from tvist.errors import CannotProceed
from tvist.panel.actions import declare, refer, seat_panel
from tvist.panel.challenging import rule, step_aside
from tvist.panel.choosing import proposed_panel
from tvist.panel.models import Appointment, AppointmentKind, SeatKind
from tvist.panel.objecting import object_to
from tvist.panel.proving import wrong_rulings
from tvist.panel.rules import faults_over_time, holder, is_challenged, lawful_panel, open_challenges, panel_faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.cases.models import Case
    from tvist.db import Database

PEOPLE = 6
appointment = st.tuples(
    st.integers(0, PEOPLE - 1),
    st.sampled_from(SeatKind),
    st.sampled_from([AppointmentKind.FIXED, AppointmentKind.DEPUTY]),
    st.integers(-3, 20),
)
boards = st.lists(appointment, min_size=5, max_size=14)
deeds = st.lists(  # `all`: everybody who is called declares no conflict; `stays`, `out`, `aside`: of those who are asked to rule, one does so.
    st.tuples(
        st.sampled_from(["seat", "all", "none", "conflict", "doubt", "object", "stays", "out", "aside", "refer"]),
        st.integers(0, PEOPLE - 1),
    ),
    max_size=16,
)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """One case, prepared; each example is rolled back."""
    with database.writing() as found:
        cast = a_cast(found)
        for user in vars(cast).values():
            for each in getattr(user, "appointments", []):
                each.ended_on = date(2025, 6, 1)
        prepared(found, cast, at=NOON - 30 * DAY)
        found.commit()
        yield found


def a_board(session: Session, board: list[tuple[int, SeatKind, AppointmentKind, int]]) -> list[User]:
    """People with random appointments, each ending some days before or after the case is prepared."""
    people = [
        User(email=f"p{number}@example.invalid", name=f"P{number}", sort_key="", memberships=[], appointments=[])
        for number in range(PEOPLE)
    ]
    for person, seat, kind, days in board:
        to_on = NOON.date() + timedelta(days=days)
        people[person].appointments.append(
            Appointment(
                seat=seat, kind=kind, order=1, from_on=date(2026, 1, 1), to_on=to_on, appointed_by="", finishes_referred=True
            )
        )
    session.add_all(people)
    session.flush()
    return people


def attempt(session: Session, case: Case, deed: str, *, who: User, by: User, at: datetime) -> None:
    """Try it; a refusal is an answer too."""
    with suppress(CannotProceed):
        if deed == "seat":
            seat_panel(case, proposed_panel(session, case, at.date()), by=by, at=at)
        elif deed == "refer":
            refer(case, by=by, at=at)
        elif deed == "all":
            for seat in [seat for seat in case.seats if seat.left_at is None and not seat.is_declared]:
                declare(case, by=seat.user, at=at, statement=Statement.NONE)
        elif deed == "object":
            seats = [seat for seat in case.seats_held if seat.user is who]
            object_to(case, seats, by=case.parties[0].team[0].user, at=at, words="Hun har uttalt seg.")
        elif deed in {"stays", "out", "aside"}:
            rule_somehow(case, deed, number=who.id, at=at)
        else:
            declare(case, by=who, at=at, statement=Statement(deed), ground="employed", words="Noe.")


def rule_somehow(case: Case, deed: str, *, number: int, at: datetime) -> None:
    """One of those who are asked rules, or is in conflict too."""
    awaited = [ruling for found in case.challenges for ruling in found.rulings if ruling.is_awaited]
    if awaited:
        ruling = awaited[number % len(awaited)]
        if deed == "aside":
            step_aside(ruling.challenge, by=ruling.user, at=at, ground="employed", words="")
        else:
            rule(ruling.challenge, by=ruling.user, at=at, stays=deed == "stays", reasons="Slik er det.")


def check(case: Case, at: datetime) -> None:
    """What must hold after every deed."""
    standing = [seat for seat in case.seats if seat.left_at is None]
    assert len({seat.kind for seat in standing}) == len({seat.user_id for seat in standing}) == len(standing)
    assert not any(case.statement_of(seat.user) is Statement.CONFLICT for seat in standing)
    assert all(seat.appointment.seat is seat.kind for seat in standing)
    is_whole = len(standing) == len(SeatKind) and all(seat.is_declared for seat in standing)
    if lawful_panel(case) is None:
        assert is_whole
    if not is_whole or open_challenges(case):
        assert panel_faults(case, at)
    check_challenges(case)
    if case.state is State.PREPARED and lawful_panel(case) is not None:
        assert obstacles(case, "refer")


def check_challenges(case: Case) -> None:
    """Nobody rules on themselves, or twice, or when they are ruled on; a tie or nobody keeps nobody; what waits for nobody is decided."""
    assert list(wrong_rulings(case)) == []
    challenged = {found.seat.user_id for found in open_challenges(case)}
    for found in case.challenges:
        asked = [ruling.user_id for ruling in found.standing]
        assert len(asked) == len(set(asked)) <= 2
        assert found.seat.user_id not in asked
        if found.is_open:
            assert not challenged & set(asked)
            assert not any(case.is_stranger(ruling.user) for ruling in found.standing)
            waits = any(not seat.is_declared and not is_challenged(seat) for seat in case.seats_held)
            assert waits or any(ruling.is_awaited for ruling in found.standing)
        else:
            assert found.stays or found.seat.left_at is not None
    waiting = {task.user_id for task in case.open_tasks if task.kind is TaskKind.RULE_ON_CHALLENGE}
    assert waiting == {ruling.user_id for found in open_challenges(case) for ruling in found.standing if ruling.is_awaited}


@given(board=boards, given_deeds=deeds)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_panel_is_lawful_or_says_why(
    session: Session, board: list[tuple[int, SeatKind, AppointmentKind, int]], given_deeds: list[tuple[str, int]]
) -> None:
    case = case_by_number(session, "2026/1")
    people = a_board(session, board)
    by = case.events[-1].by
    assert by is not None
    try:
        for step, (deed, who) in enumerate([("seat", 0), *given_deeds]):
            at = NOON + step * DAY
            called = [seat.user for seat in case.seats if seat.left_at is None] or people
            attempt(session, case, deed, who=called[who % len(called)], by=by, at=at)
            session.flush()
            check(case, at)
        if case.referred_at:
            assert case.state is State.PANEL
            assert faults_over_time(case) == []
            assert all(holder(case, kind) is None or holder(case, kind).user in people for kind in SeatKind)
    finally:
        session.rollback()
        session.expire_all()
