"""Sums, copies and clocks of a case: recomputed from what they follow from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.cases.claims import claimed_ore
from tvist.cases.history import COLUMN_OF_FACT, MONEY_FACTS, FactKind
from tvist.cases.left import conceded_of
from tvist.cases.money import Bearer, Period, line_amount, net_refund
from tvist.decision.outcomes import case_outcome, shares_of
from tvist.panel.bundle import lines_in_bundle

if TYPE_CHECKING:
    from tvist.cases.claims import ClaimLine
    from tvist.cases.models import Case
    from tvist.check.finding import Findings
    from tvist.decision.models import LineOutcome


def check_copies(case: Case) -> Findings:
    """The columns of the case are the latest copy of the dated facts."""
    latest: dict[FactKind, str | int | None] = {}
    for fact in case.facts:
        latest[fact.kind] = fact.ore if fact.kind in MONEY_FACTS else fact.text
    if any(getattr(case, column) != latest.get(kind) for kind, column in COLUMN_OF_FACT.items()):
        yield "copy.differs"


def check_sums(case: Case) -> Findings:
    """Each line by its rate; the claim by its lines; what was found by its shares."""
    if any(line.amount_ore != _computed(line) for line in case.lines):
        yield "sum.line"
    if case.claimed_ore != claimed_ore(case):
        yield "sum.claimed"
    if case.decision is not None and case.decision.ordered_at is not None:
        yield from _check_outcomes(case, case.decision.outcomes)


def _computed(line: ClaimLine) -> int | None:
    if line.rate_ore is None:
        return None
    period = Period(line.from_on, line.counted_until) if line.counted_until else None
    return line_amount(line.unit, line.rate_ore, period, line.count).ore


def _check_outcomes(case: Case, outcomes: list[LineOutcome]) -> Findings:
    if {found.line_id for found in outcomes} != {line.id for line in lines_in_bundle(case)} or any(
        _has_wrong_shares(found) for found in outcomes
    ):
        yield "sum.shares"
    if any((found.refund_from, found.refund_ore) != _refund(found) for found in outcomes):
        yield "sum.refund"
    if case.decision is None or case.decision.issued_at is None:
        return
    amounts = [found for found in outcomes if found.found_ore is not None]
    sums = (sum(found.municipality_ore or 0 for found in amounts), sum(found.state_ore or 0 for found in amounts))
    if (case.found_municipality_ore, case.found_state_ore) != (sums if amounts else (None, None)):
        yield "sum.found"
    if not outcomes or case.outcome is not case_outcome(found.outcome for found in outcomes):
        yield "sum.outcome"


def _has_wrong_shares(found: LineOutcome) -> bool:
    if found.found_ore is None:
        return found.line.amount_ore is not None
    conceded = conceded_of(found.line)
    if not conceded <= found.found_ore <= (found.line.amount_ore or 0):
        return True
    shares = shares_of(found.line, found.municipality_percent, found.found_ore, conceded)
    return shares != (found.municipality_ore, found.state_ore)


def _refund(found: LineOutcome) -> tuple[Bearer | None, int | None]:
    if found.municipality_ore is None or found.state_ore is None:
        return None, None
    line = found.line
    by_municipality = line.paid_ore if line.paid_by is Bearer.MUNICIPALITY else 0
    refund = net_refund(
        found.municipality_ore,
        found.state_ore,
        paid_by_municipality=by_municipality,
        paid_by_state=line.paid_ore - by_municipality,
    )
    return (refund.from_, refund.ore) if refund else (None, None)
