"""From votes to money: the outcome of each line, and of the case (rule 36)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from tvist.cases.models import Outcome
from tvist.cases.money import Bearer, net_refund, split
from tvist.decision.models import QuestionKind
from tvist.decision.votes import ALL, result

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tvist.cases.claims import ClaimLine
    from tvist.cases.models import Case
    from tvist.cases.money import Refund
    from tvist.vault.keys import MasterKeys


@dataclass(frozen=True, slots=True)
class LineFinding:
    """What the panel found for a line. The sums are None for a line of principle; else the two shares sum to what was found, to the øre."""

    line: ClaimLine
    municipality_percent: int
    found_ore: int | None
    municipality_ore: int | None
    state_ore: int | None
    refund: Refund | None
    is_unanimous: bool

    @property
    def outcome(self) -> Outcome:
        """Who should bear the line: the municipality, the state, or both."""
        return {ALL: Outcome.MUNICIPALITY, 0: Outcome.STATE}.get(self.municipality_percent, Outcome.SPLIT)


def finding(line: ClaimLine, percent: int, found_ore: int | None, *, is_unanimous: bool) -> LineFinding:
    """Divide what was found for a line by the share of the municipality; an odd øre goes to the municipality."""
    if found_ore is None:
        return LineFinding(line, percent, None, None, None, None, is_unanimous)
    municipality, state = split(found_ore, Fraction(percent, ALL))
    by_municipality = line.paid_ore if line.paid_by is Bearer.MUNICIPALITY else 0
    refund = net_refund(municipality, state, paid_by_municipality=by_municipality, paid_by_state=line.paid_ore - by_municipality)
    return LineFinding(line, percent, found_ore, municipality, state, refund, is_unanimous)


def findings(case: Case, keys: MasterKeys) -> list[LineFinding]:
    """The finding for each line. Raises `NotAllowed` before all questions have their three votes."""
    results = {(question.line_id, question.kind): result(question, keys) for question in case.questions}
    found = []
    for line in case.lines:
        responsible = results[line.id, QuestionKind.RESPONSIBLE]
        amount = results.get((line.id, QuestionKind.AMOUNT))
        agreed = responsible.unanimous and (amount is None or amount.unanimous)
        found.append(finding(line, responsible.value, amount.value if amount else None, is_unanimous=agreed))
    return found


def case_outcome(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of the case from those of its lines: of one kind if all are, else split. Raises ValueError for no lines."""
    kinds = set(outcomes)
    if not kinds:
        raise ValueError("a case without lines has no outcome")
    return kinds.pop() if len(kinds) == 1 else Outcome.SPLIT
