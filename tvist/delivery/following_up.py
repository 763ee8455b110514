"""Ask the parties how it went: some months after an opinion was issued each is written to, once for each time of the procedure (rule 41).

They answer by a message in the case. Nobody is waited for, and nothing of the case changes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tvist.cases.lifecycle import State
from tvist.cases.models import Case
from tvist.clock import midnight, oslo_date
from tvist.db import locked
from tvist.delivery.actions import write_to_party
from tvist.delivery.models import LetterKind
from tvist.procedure.settings import PROCEDURES, procedure_on

if TYPE_CHECKING:
    from datetime import date, datetime

    from tvist.cases.models import Party
    from tvist.db import Database


def cases_to_follow_up(database: Database, on: date) -> list[int]:
    """The decided cases in which a party is to be asked that day, by id; never an invented one: nobody would answer for it."""
    longest = max(max(length.after(on) for length in rules.follow_up) - on for rules in PROCEDURES)
    latest = max(rules.follow_up_late.after(on) - on for rules in PROCEDURES)
    # A few days more than the months can come to: `round_due` tells each case by its own days.
    earliest = midnight(on - longest - latest - timedelta(days=7))
    decided = sa.select(Case).where(Case.state == State.DECIDED, Case.is_invented.is_(False), Case.closed_at >= earliest)
    with database.reading() as session:
        return [case.id for case in session.scalars(decided.order_by(Case.id)) if parties_to_ask(case, on)]


def follow_up(database: Database, case_id: int, at: datetime) -> None:
    """Ask the parties of one case, in a transaction of its own. Twice asks nobody twice."""
    with database.writing() as session:
        case = session.scalars(locked(session, sa.select(Case).where(Case.id == case_id), Case)).one()
        for party in parties_to_ask(case, oslo_date(at)):
            link = f"/cases/{case.slug}/messages/{party.public_id}"
            write_to_party(party, LetterKind.FOLLOW_UP, at=at, link=link)
        session.commit()


def parties_to_ask(case: Case, on: date) -> list[Party]:
    """The parties that have not been asked since the last time came; none where the case goes on in a new treatment (rule 40)."""
    due = round_due(case, on)
    if due is None or case.is_invented or any(found.is_granted for found in case.new_treatments):
        return []
    asked = {
        letter.party_id for letter in case.letters if letter.kind is LetterKind.FOLLOW_UP and oslo_date(letter.written_at) >= due
    }
    return [party for party in case.parties_present if party.id not in asked]


def round_due(case: Case, on: date) -> date | None:
    """The day of the last time that has come; None before the first, and once it is too late to ask."""
    if case.state is not State.DECIDED or case.closed_at is None:
        return None
    rules, issued_on = procedure_on(case.registered_on), oslo_date(case.closed_at)
    come = [day for length in rules.follow_up if (day := length.after(issued_on)) <= on]
    return max(come) if come and on <= rules.follow_up_late.after(max(come)) else None
