"""Results that do not go together across the questions on one line, told with the figures (rules 34, 36).

What cannot stand together stops the approval and the issue; what may, but asks for a sentence of reasons, is only shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tvist.cases.left import conceded_of, left_of
from tvist.cases.money import AmountUnit, Period, line_amount
from tvist.decision.choices import ALL, BasisChoice, PeriodChoice, ResponsibleChoice
from tvist.decision.models import QuestionKind
from tvist.decision.votes import all_open, days_said, number_of, result, standing_questions
from tvist.words import Message, Ore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tvist.cases.claims import ClaimLine
    from tvist.cases.models import Case
    from tvist.decision.choices import Choice
    from tvist.vault.keys import MasterKeys

_BY_RATE: Final = frozenset({AmountUnit.DAY, AmountUnit.MONTH})


@dataclass(frozen=True)
class _Found:
    """What the panel found on one line, by kind of question, and the numbers of the questions. None where nothing was asked or decided."""

    line: ClaimLine
    choices: dict[QuestionKind, Choice | None]
    numbers: dict[QuestionKind, int]

    @property
    def period(self) -> PeriodChoice | None:
        """The days found."""
        found = self.choices.get(QuestionKind.PERIOD)
        return found if isinstance(found, PeriodChoice) else None

    @property
    def amount(self) -> int | None:
        """The sum found of what is not conceded, in øre."""
        found = self.choices.get(QuestionKind.AMOUNT)
        return found if isinstance(found, int) else None

    @property
    def basis(self) -> BasisChoice | None:
        """The basis found."""
        found = self.choices.get(QuestionKind.BASIS)
        return found if isinstance(found, BasisChoice) else None

    @property
    def percent(self) -> int:
        """The municipality's share."""
        found = self.choices[QuestionKind.RESPONSIBLE]
        return found.municipality_percent if isinstance(found, ResponsibleChoice) else 0

    def said(self, code: str, *kinds: QuestionKind, **params: object) -> Message:
        """A sentence about the line that names the questions of these kinds."""
        numbers = tuple(str(self.numbers[kind]) for kind in kinds)
        return Message(f"decision.contradiction.{code}", line=self.line.position, questions=numbers, **params)


def contradictions(case: Case, keys: MasterKeys) -> list[Message]:
    """What cannot stand together: a vote must be changed first. Empty before all questions have their three votes."""
    return [said for found in _by_line(case, keys) for said in _impossible(found)]


def worth_a_sentence(case: Case, keys: MasterKeys) -> list[Message]:
    """What may stand together, and asks for a sentence of reasons. Empty before all questions have their three votes."""
    return [said for found in _by_line(case, keys) for said in _striking(found)]


def most_for(line: ClaimLine, period: PeriodChoice) -> int | None:
    """What the rate of the line comes to for the days found, in øre; None where the line has no rate by day or month."""
    if line.unit not in _BY_RATE or line.rate_ore is None:
        return None
    known = line.counted_until
    if period.from_on is None or known is None or period.from_on > known:
        return 0
    return line_amount(line.unit, line.rate_ore, Period(period.from_on, min(period.to_on or known, known))).ore


def _by_line(case: Case, keys: MasterKeys) -> list[_Found]:
    if not all_open(case):
        return []
    by_line: dict[int, _Found] = {}
    for question in standing_questions(case):
        found = by_line.setdefault(question.line_id, _Found(question.line, {}, {}))
        found.choices[question.kind] = result(question, keys).choice
        found.numbers[question.kind] = number_of(question)
    return list(by_line.values())


def _impossible(found: _Found) -> Iterator[Message]:
    period, amount = found.period, found.amount
    if period is None or not amount:
        return
    both = (QuestionKind.PERIOD, QuestionKind.AMOUNT)
    if period.is_none:
        yield found.said("money_for_no_day", *both, ore=Ore(amount))
        return
    most = most_for(found.line, period)
    if most is not None and amount + conceded_of(found.line) > most:
        left = max(0, most - conceded_of(found.line))
        yield found.said("money_above_days", *both, days=days_said(period), ore=Ore(amount), most=Ore(left))


def _striking(found: _Found) -> Iterator[Message]:
    period, amount, basis, percent = found.period, found.amount, found.basis, found.percent
    if period is not None:
        both = (QuestionKind.PERIOD, QuestionKind.AMOUNT)
        if period.is_none and found.line.unit is AmountUnit.PRINCIPLE:
            yield found.said("principle_for_no_day", QuestionKind.PERIOD, QuestionKind.RESPONSIBLE)
        if not period.is_none and amount == 0 and left_of(found.line):
            yield found.said("days_for_no_money", *both, days=days_said(period))
        is_shorter = not period.is_none and not period.is_whole(found.line)
        if is_shorter and amount and most_for(found.line, period) is None and amount == left_of(found.line):
            yield found.said("whole_sum_for_some_days", *both, days=days_said(period), ore=Ore(amount))
    both = (QuestionKind.BASIS, QuestionKind.RESPONSIBLE)
    bears = amount is None or amount > 0
    if basis is BasisChoice.NEITHER and bears:
        yield found.said("no_basis", *both)
    if (basis, percent) in {(BasisChoice.STATE, ALL), (BasisChoice.MUNICIPAL, 0)}:
        yield found.said("other_bears_by_basis" if percent else "state_bears_by_municipal_basis", *both)
