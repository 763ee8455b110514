"""Who may open a case: the clause of the lists and the policy of the page give the same answer for everybody."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.people import NOON
from tests.scenes import panel
from tests.scenes.intake import accepted, declared, dismissal_proposed, filed
from tvist.access.policy import Act
from tvist.access.roles import may, roles_of
from tvist.accounts.models import User
from tvist.cases.history import Declaration, Statement
from tvist.cases.journal import may_read_journal
from tvist.cases.models import Case
from tvist.cases.queries import knows_file, seated_and_declared, visible_to, waits_for
from tvist.cases.submissions import SubmissionKind
from tvist.cases.turns import is_mine, is_over
from tvist.intake import actions
from tvist.panel.actions import declare
from tvist.panel.challenging import rule
from tvist.panel.models import Seat
from tvist.panel.objecting import object_to

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.people import Cast

ON = date(2026, 3, 20)
LATER = NOON + timedelta(days=9)


@pytest.fixture
def people(session: Session, cast: Cast) -> Cast:
    """The cast, known to this session."""
    return type(cast)(**{part.name: session.merge(getattr(cast, part.name)) for part in fields(cast)})


def users_of(people: Cast) -> list[User]:
    return [person for person in vars(people).values() if isinstance(person, User)]


def found_by(session: Session, clause: sa.ColumnElement[bool]) -> set[int]:
    return set(session.scalars(sa.select(Case.id).where(clause)))


def check(session: Session, people: Cast, on: date = ON) -> None:
    """Clause and policy agree for everybody and every case."""
    session.flush()
    session.expire_all()
    cases = list(session.scalars(sa.select(Case)))
    for user in users_of(people):
        assert found_by(session, visible_to(user, on)) == {case.id for case in cases if may(user, Act.OPEN_CASE, case, on)}, (
            user.name
        )
        assert found_by(session, seated_and_declared(user)) == {
            case.id for case in cases if case.seat_of(user) and case.seat_of(user).is_declared
        }
        known = {case.id for case in cases if may(user, Act.OPEN_CASE, case, on) and knows(case, user, on)}
        assert found_by(session, sa.and_(visible_to(user, on), knows_file(user, on))) == known, user.name
        check_tasks(session, user, cases, on)


def knows(case: Case, user: User, on: date) -> bool:
    petition = next(sending for sending in case.submissions if sending.kind is SubmissionKind.PETITION)
    if may(user, Act.READ_SUBMISSION, petition, on):
        return may_read_journal(roles_of(user, case, on) - {"leader_declared"})
    return case.state == "decided" and "leader" in roles_of(user, case, on)


def check_tasks(session: Session, user: User, cases: list[Case], on: date) -> None:
    waiting = {
        task.id
        for case in cases
        for task in case.open_tasks
        if may(user, Act.OPEN_CASE, case, on) and is_mine(task, user, roles_of(user, case, on), on) and not is_over(task, on)
    }
    found = sa.select(Case.tasks.property.mapper.class_).join(Case).where(visible_to(user, on), waits_for(user, on))
    assert {task.id for task in session.scalars(found)} == waiting, user.name


def seat(case: Case, user: User, *, left: bool = False) -> None:
    appointment = user.appointments[0]
    case.seats.append(
        Seat(
            kind=appointment.seat,
            appointment=appointment,
            user=user,
            seated_at=NOON,
            left_at=LATER if left else None,
            left_because="conflict" if left else None,
        )
    )


def declares(case: Case, user: User, statement: Statement) -> None:
    ground = None if statement is Statement.NONE else "party"
    case.declarations.append(Declaration(user=user, user_id=user.id, statement=statement, ground=ground, at=LATER))


def test_the_parties_and_the_secretariat_open_their_cases(session: Session, people: Cast) -> None:
    filed(session, people)
    accepted(session, people)

    check(session, people)


def test_one_who_no_longer_works_there_or_left_the_team_is_a_stranger(session: Session, people: Cast) -> None:
    case = accepted(session, people)
    people.asta.memberships[0].to_on = ON - timedelta(days=1)
    next(member for party in case.parties for member in party.team if member.user is people.bo).to_on = ON - timedelta(days=1)

    check(session, people)
    assert not may(people.asta, Act.OPEN_CASE, case, ON)
    assert not may(people.bo, Act.OPEN_CASE, case, ON)


def test_a_party_that_left_the_case_is_a_stranger(session: Session, people: Cast) -> None:
    case = accepted(session, people)
    case.parties[1].left_at = LATER

    check(session, people)


@pytest.mark.parametrize("first", [Statement.NONE, Statement.CONFLICT])
def test_a_conflict_in_one_case_says_nothing_of_another(session: Session, people: Cast, first: Statement) -> None:
    cases = [filed(session, people), filed(session, people)]
    second = Statement.CONFLICT if first is Statement.NONE else Statement.NONE
    for case, statement in zip(cases, (first, second), strict=True):
        declares(case, people.stein, statement)
        session.flush()

    check(session, people)
    assert len(found_by(session, visible_to(people.stein, ON))) == 1


def test_an_officer_with_a_conflict_is_a_stranger(session: Session, people: Cast) -> None:
    case = filed(session, people)
    declared(case, people.stein)
    actions.declare_impartiality(case, by=people.stein, at=LATER, statement=Statement.CONFLICT, ground="party")

    check(session, people)
    assert not may(people.stein, Act.OPEN_CASE, case, ON)


def test_the_leader_opens_a_case_that_may_be_dismissed(session: Session, people: Cast) -> None:
    case = dismissal_proposed(session, people)
    filed(session, people)

    check(session, people)
    assert may(people.cato, Act.OPEN_CASE, case, ON)


def test_who_is_asked_to_rule_opens_the_case_and_who_was_ruled_out_does_not(session: Session, people: Cast) -> None:
    case = panel.declared(session, people)
    members = [seat for seat in case.seats if seat.user in {people.frida, people.kaare}]
    object_to(case, members, by=people.asta, at=NOON, words="De har uttalt seg.")
    check(session, people)
    assert may(people.klara, Act.OPEN_CASE, case, ON)
    found = case.challenges[0]
    for ruling in list(found.standing):
        rule(found, by=ruling.user, at=LATER, stays=False, reasons="Ja.")
    declare(case, by=people.cato, at=LATER, statement=Statement.DOUBT, ground="special", words="Noe.")
    check(session, people)
    assert not may(found.seat.user, Act.OPEN_CASE, case, ON)
    doubt = case.challenges[-1]
    declare(case, by=case.seats_held[-1].user, at=LATER, statement=Statement.NONE)
    for ruling in [ruling for ruling in doubt.standing if ruling.is_awaited]:
        rule(doubt, by=ruling.user, at=LATER, stays=True, reasons="Ja.")
    check(session, people)
    assert case.seat_of(people.cato).is_declared


def test_members_open_the_case_they_are_called_to_until_they_leave_the_seat(session: Session, people: Cast) -> None:
    case = accepted(session, people)
    seat(case, people.cato)
    seat(case, people.frida, left=True)
    seat(case, people.kaare)
    session.flush()
    declares(case, people.cato, Statement.NONE)
    declares(case, people.frida, Statement.CONFLICT)

    check(session, people)
    assert may(people.kaare, Act.OPEN_CASE, case, ON)
    assert not may(people.frida, Act.OPEN_CASE, case, ON)


def test_a_member_in_doubt_is_called_and_does_not_read(session: Session, people: Cast) -> None:
    case = accepted(session, people)
    seat(case, people.kaare)
    session.flush()
    declares(case, people.kaare, Statement.DOUBT)

    check(session, people)
    assert may(people.kaare, Act.OPEN_CASE, case, ON)
