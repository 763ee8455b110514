"""From votes to money: the outcome of each line, and of the case (rule 36)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from tvist.cases.left import conceded_of, is_conceded
from tvist.cases.models import Outcome
from tvist.cases.money import Bearer, net_refund, split
from tvist.decision.choices import ALL, BasisChoice, PeriodChoice, ResponsibleChoice
from tvist.decision.models import QuestionKind
from tvist.decision.votes import days_said, result, standing_questions
from tvist.panel.bundle import lines_in_bundle
from tvist.words import label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from tvist.cases.claims import ClaimLine
    from tvist.cases.models import Case
    from tvist.cases.money import Refund
    from tvist.decision.models import LineOutcome
    from tvist.decision.votes import Result
    from tvist.vault.keys import MasterKeys
    from tvist.words import Message


@dataclass(frozen=True, slots=True)
class LineFinding:
    """What was found for a line: what is conceded of it, and what the panel found of the rest (rules 22, 36).

    The sums are None for a line of principle; else the two shares sum to what was found, to the øre. The per cent is the panel's, on the rest.
    """

    line: ClaimLine
    municipality_percent: int
    found_ore: int | None
    municipality_ore: int | None
    state_ore: int | None
    refund: Refund | None
    is_unanimous: bool
    conceded_ore: int = 0
    basis: BasisChoice | None = None
    """What the panel found on the basis; None where it was not asked, and where no two agreed."""
    period: PeriodChoice | None = None
    """The days that the finding holds for, where that was asked."""

    @property
    def from_on(self) -> date | None:
        """The first day that the finding holds for, where it was asked and is not the whole line; None too where it holds for no day."""
        return None if self.period is None or self.period.is_whole(self.line) else self.period.from_on

    @property
    def to_on(self) -> date | None:
        """The last such day; None where the measure still runs."""
        return None if self.period is None or self.period.is_whole(self.line) else self.period.to_on

    @property
    def outcome(self) -> Outcome:
        """Who should bear the line: the municipality, the state, or both."""
        voted = _outcome_of(self.municipality_percent)
        if not self.conceded_ore:
            return voted
        conceded = _outcome_of(percent_of(self.line.should_bear))
        # What is conceded has its bearer; when nothing was found of the rest, that is all there is to bear.
        return conceded if self.found_ore == self.conceded_ore or voted is conceded else Outcome.SPLIT


def percent_of(bearer: Bearer) -> int:
    """The share of the municipality where one bears it all."""
    return ALL if bearer is Bearer.MUNICIPALITY else 0


def shares_of(line: ClaimLine, percent: int, found_ore: int, conceded_ore: int) -> tuple[int, int]:
    """The municipality's and the state's share, in øre: what is conceded goes to its bearer, what was found of the rest by the per cent."""
    municipality, state = split(found_ore - conceded_ore, Fraction(percent, ALL))
    if line.should_bear is Bearer.MUNICIPALITY:
        return municipality + conceded_ore, state
    return municipality, state + conceded_ore


def finding(line: ClaimLine, percent: int, found_ore: int | None, *, is_unanimous: bool, conceded_ore: int = 0) -> LineFinding:
    """Divide what was found for a line, with what is conceded of it, by the share of the municipality; an odd øre goes to the municipality."""
    if found_ore is None:
        return LineFinding(line, percent, None, None, None, None, is_unanimous)
    municipality, state = shares_of(line, percent, found_ore, conceded_ore)
    by_municipality = line.paid_ore if line.paid_by is Bearer.MUNICIPALITY else 0
    refund = net_refund(municipality, state, paid_by_municipality=by_municipality, paid_by_state=line.paid_ore - by_municipality)
    return LineFinding(line, percent, found_ore, municipality, state, refund, is_unanimous, conceded_ore)


def _outcome_of(percent: int) -> Outcome:
    return {ALL: Outcome.MUNICIPALITY, 0: Outcome.STATE}.get(percent, Outcome.SPLIT)


def findings(case: Case, keys: MasterKeys) -> list[LineFinding]:
    """The finding for each line. Raises `NotAllowed` before all questions have their three votes."""
    results = {(question.line_id, question.kind): result(question, keys) for question in standing_questions(case)}
    return [
        _finding(line, {kind: found for (key, kind), found in results.items() if key == line.id})
        for line in lines_in_bundle(case)
    ]


def _finding(line: ClaimLine, results: Mapping[QuestionKind, Result]) -> LineFinding:
    conceded = conceded_of(line)
    if is_conceded(line):
        # Nobody was asked, and nobody disagrees.
        whole = None if line.amount_ore is None else conceded
        return finding(line, percent_of(line.should_bear), whole, is_unanimous=True, conceded_ore=conceded)
    responsible = results[QuestionKind.RESPONSIBLE].choice
    assert isinstance(responsible, ResponsibleChoice)  # noqa: S101 - a share always comes to one.
    amount, basis, period = (
        each.choice if (each := results.get(kind)) else None
        for kind in (QuestionKind.AMOUNT, QuestionKind.BASIS, QuestionKind.PERIOD)
    )
    divided = finding(
        line,
        responsible.municipality_percent,
        amount + conceded if isinstance(amount, int) else None,
        is_unanimous=all(each.unanimous for each in results.values()),
        conceded_ore=conceded,
    )
    return replace(
        divided,
        basis=basis if isinstance(basis, BasisChoice) else None,
        period=period if isinstance(period, PeriodChoice) else None,
    )


def found_days(found: LineOutcome | LineFinding) -> Message:
    """The days that a finding holds for, in words."""
    return days_said(PeriodChoice(found.from_on, found.to_on))


def found_basis(found: LineOutcome | LineFinding) -> Message:
    """What was found on the basis, in words. Raises ValueError where nothing was."""
    return label(BasisChoice(found.basis or ""))


def case_outcome(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of the case from those of its lines: of one kind if all are, else split. Raises ValueError for no lines."""
    kinds = set(outcomes)
    if not kinds:
        raise ValueError("a case without lines has no outcome")
    return kinds.pop() if len(kinds) == 1 else Outcome.SPLIT
