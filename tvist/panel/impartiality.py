"""What the system finds when it compares a member with a case, and asks them about; it never accuses (rule 29)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from tvist.cases.history import Declaration, Statement
from tvist.cases.impartiality import questions_about
from tvist.cases.models import Case, Party
from tvist.cases.people import Assignment
from tvist.panel.models import Seat
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User


def questions_for(session: Session, case: Case, user: User, on: date) -> list[Message]:
    """What the member is asked before declaring for the case: work, names and places, then the cases they had to do with earlier.

    Empty where nothing was found. The same for who is proposed, who is called, and who is asked to rule on another.
    """
    return list(dict.fromkeys([*questions_about(session, case, user, on), *_of_earlier_cases(session, case, user)]))


def _of_earlier_cases(session: Session, case: Case, user: User) -> list[Message]:
    """The case that this one treats anew, and other cases in which the person sat, was in conflict, or was an officer."""
    asked = []
    renewed = case.renews.case if case.renews is not None else None
    if renewed is not None and user.id in {
        *(seat.user_id for seat in renewed.seats),
        *(work.user_id for work in renewed.assignments),
    }:
        asked.append(Message("panel.asked.renewed", number=renewed.number))
    for code, clause in _ways(case, user):
        query = sa.select(Case.number).where(Case.id != case.id, clause).order_by(Case.year, Case.serial)
        numbers = [number for number in session.scalars(query) if renewed is None or number != renewed.number]
        if numbers:
            asked.append(Message(code, numbers=numbers, count=len(numbers)))
    return asked


def _ways(case: Case, user: User) -> list[tuple[str, sa.ColumnElement[bool]]]:
    own_seat = sa.exists().where(Seat.case_id == Case.id, Seat.user_id == user.id).correlate(Case)
    own_conflict = (
        sa.exists()
        .where(Declaration.case_id == Case.id, Declaration.user_id == user.id, Declaration.statement != Statement.NONE)
        .correlate(Case)
    )
    own_work = sa.exists().where(Assignment.case_id == Case.id, Assignment.user_id == user.id).correlate(Case)
    same = [_has_party(party.organisation_id) for party in case.parties_remaining]
    any_party, all_parties = sa.or_(sa.false(), *same), sa.and_(sa.true(), *same)
    return [
        ("panel.asked.conflict_before", sa.and_(any_party, own_conflict)),
        ("panel.asked.sat_before", sa.and_(all_parties, own_seat, ~own_conflict)),
        ("panel.asked.officer_before", sa.and_(all_parties, own_work)),
    ]


def _has_party(organisation_id: int) -> sa.ColumnElement[bool]:
    return sa.exists().where(Party.case_id == Case.id, Party.organisation_id == organisation_id).correlate(Case)
