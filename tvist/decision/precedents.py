"""Earlier opinions on the same measure and the same bases: how they came out, and whether a draft departs from them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.cases.claims import ClaimLine
from tvist.cases.models import Case, Outcome
from tvist.db import session_of
from tvist.decision.choices import ALL, ResponsibleChoice
from tvist.decision.models import Decision, LineOutcome, Question, QuestionKind
from tvist.decision.votes import is_open, result

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.vault.keys import MasterKeys

MOST_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Precedent:
    """An earlier opinion on a line like this one. `slug` is None where the reader may not read it; the sums are None for a line of principle."""

    number: str
    slug: str | None
    issued_at: datetime
    outcome: Outcome
    municipality_percent: int
    claimed_ore: int | None
    found_ore: int | None


@dataclass(frozen=True, slots=True)
class Precedents:
    """The newest ones, and how all of them came out. `usual` is what more than half of them came to; None where no outcome did."""

    shown: list[Precedent]
    counts: Mapping[Outcome, int]
    numbers: frozenset[str]

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(self.counts.values())

    @property
    def usual(self) -> Outcome | None:
        """What more than half of them came to."""
        return next((outcome for outcome, count in self.counts.items() if count * 2 > self.total), None)


def precedents_for(question: Question, user: User) -> Precedents:
    """Issued opinions in which the same question was asked of a line with the same measure and bases, the newest first.

    Cases with a secret address are left out: a place in them could be told by their number (rule 8).
    """
    rows = session_of(question).execute(_query(question)).all()
    shown = [
        Precedent(
            number=case.number,
            slug=case.slug if may(user, Act.READ_DECISION, case) else None,
            issued_at=issued_at,
            outcome=outcome.outcome,
            municipality_percent=outcome.municipality_percent,
            claimed_ore=line.amount_ore,
            found_ore=outcome.found_ore,
        )
        for outcome, line, case, issued_at in rows[:MOST_SHOWN]
        if issued_at is not None
    ]
    counted = Counter(outcome.outcome for outcome, _line, _case, _at in rows)
    counts = {outcome: counted[outcome] for outcome in (Outcome.MUNICIPALITY, Outcome.STATE, Outcome.SPLIT)}
    return Precedents(shown, counts, frozenset(case.number for _outcome, _line, case, _at in rows))


def departs_from(question: Question, found: Precedents, keys: MasterKeys) -> Outcome | None:
    """What earlier opinions usually came to, where the votes on who is responsible came to something else and the reasons name none of them."""
    if question.kind is not QuestionKind.RESPONSIBLE or not is_open(question) or found.usual is None:
        return None
    if _voted(question, keys) is found.usual or any(number in question.reasons for number in found.numbers):
        return None
    return found.usual


def _voted(question: Question, keys: MasterKeys) -> Outcome | None:
    choice = result(question, keys).choice
    if not isinstance(choice, ResponsibleChoice):
        return None
    return {0: Outcome.STATE, ALL: Outcome.MUNICIPALITY}.get(choice.municipality_percent, Outcome.SPLIT)


def _query(question: Question) -> sa.Select[LineOutcome, ClaimLine, Case, datetime | None]:
    """One row a line of an issued opinion that was asked the same."""
    line = question.line
    other = sa.select(Question.id).where(
        Question.line_id == ClaimLine.id, Question.kind == question.kind, Question.fell_at.is_(None)
    )
    return (
        sa.select(LineOutcome, ClaimLine, Case, Decision.issued_at)
        .join(ClaimLine, LineOutcome.line_id == ClaimLine.id)
        .join(Decision, LineOutcome.decision_id == Decision.id)
        .join(Case, Decision.case_id == Case.id)
        .where(
            Decision.issued_at.is_not(None),
            Case.id != question.case_id,
            Case.is_address_secret.is_(False),
            ClaimLine.measure == line.measure,
            ClaimLine.state_basis == line.state_basis,
            ClaimLine.municipal_basis == line.municipal_basis,
            other.exists(),
        )
        .order_by(Decision.issued_at.desc(), LineOutcome.id.desc())
    )
