"""What we publish: one function, one published figure, and its docstring is its definition.

The same definition stands in `statistics.po` in all languages and is shown beside the figure; a test compares the two. Figures rest on dated
rows (facts and endings), so that a figure of a past period does not change because a case goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeVar

import sqlalchemy as sa

from tvist.cases.claims import ClaimLine
from tvist.cases.history import Ending, EndingKind, Fact, FactKind
from tvist.cases.models import Case, Outcome, Party, Side
from tvist.cases.money import Bearer
from tvist.clock import oslo_date
from tvist.decision.models import Decision, LineOutcome
from tvist.procedure.codes import CodeKind, code_label, codes
from tvist.statistics.methods import median, wilson_interval
from tvist.statistics.period import Days
from tvist.words import Message, label

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from sqlalchemy.orm import InstrumentedAttribute, Session

Value = TypeVar("Value", "str | None", "int | None")


class Counted(StrEnum):
    """What a figure is a number of."""

    CASES = "cases"
    LINES = "lines"
    ORE = "ore"
    DAYS = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One published figure. `value` is None where there is nothing to count from. `definition` is the code of its definition.

    A share has `of`, the whole it is a part of, and with it `share` and `interval` (Wilson, 95 %), between 0 and 1; None of nothing.
    """

    code: str
    name: Message
    value: int | float | None
    unit: Counted
    definition: str
    of: int | None = None

    @property
    def share(self) -> float | None:
        """The part of the whole; None where there is no whole."""
        return self.value / self.of if self.of and self.value is not None else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the share; None where there is no share."""
        return wilson_interval(int(self.value), self.of) if self.of and self.value is not None else None


def received(session: Session, days: Days) -> Sequence[Figure]:
    """Cases whose request was received in the period, by the day it was received.

    Counts all of them, however they ended. Leaves out drafts that were never sent.
    """
    return [
        _figure(
            "received",
            session.scalar(
                sa.select(sa.func.count()).select_from(Case).where(Case.received_on.between(days.from_on, days.to_on))
            ),
        )
    ]


def open_at_end(session: Session, days: Days) -> Sequence[Figure]:
    """Cases received up to the last day of the period that had not ended by the end of that day.

    A dismissal that had been undone by then is no ending.
    """
    query = sa.select(sa.func.count()).select_from(Case).where(Case.received_on <= days.to_on, ~_had_ended(days))
    return [_figure("open", session.scalar(query))]


def decided(session: Session, days: Days) -> Sequence[Figure]:
    """Cases in which an opinion was issued in the period, by the day of issue, whenever the case was received."""
    return [_figure("decided", session.scalar(sa.select(sa.func.count()).select_from(_decided(days).subquery())))]


def dismissed_by_ground(session: Session, days: Days) -> Sequence[Figure]:
    """Cases that were dismissed in the period, by the ground of the dismissal.

    Leaves out dismissals that were undone before the period ended.
    """
    return _by_ground(session, days, EndingKind.DISMISSED, CodeKind.DISMISSAL_GROUND)


def discontinued_by_ground(session: Session, days: Days) -> Sequence[Figure]:
    """Cases that were discontinued in the period, by the reason: the claim was accepted, withdrawn, or settled."""
    return _by_ground(session, days, EndingKind.DISCONTINUED, CodeKind.DISCONTINUATION)


def outcome_of_cases(session: Session, days: Days) -> Sequence[Figure]:
    """Cases decided in the period, by who should bear the costs: the municipality, the state, or both in shares.

    A case whose lines differ is split. A corrected outcome counts as corrected.
    """
    outcomes = sa.select(_latest(FactKind.OUTCOME, Fact.text).label("outcome")).where(Case.id.in_(_decided(days))).subquery()
    query = sa.select(outcomes.c.outcome, sa.func.count()).group_by(outcomes.c.outcome)
    return _by_outcome(session, query, "outcome", Counted.CASES)


def outcome_of_lines(session: Session, days: Days) -> Sequence[Figure]:
    """Claim lines in cases decided in the period, by who should bear the line: the municipality, the state, or both in shares.

    Lines on the principle alone count too.
    """
    query = (
        sa.select(LineOutcome.outcome, sa.func.count())
        .join(Decision, Decision.id == LineOutcome.decision_id)
        .where(Decision.case_id.in_(_decided(days)))
        .group_by(LineOutcome.outcome)
    )
    return _by_outcome(session, query, "line_outcome", Counted.LINES)


def claimed(session: Session, days: Days) -> Sequence[Figure]:
    """Amounts claimed in cases decided in the period, by the side that the request says should bear them.

    Counts the lines of the requesting side that have an amount, as they were filed.
    """
    query = (
        sa.select(ClaimLine.should_bear, sa.func.sum(ClaimLine.amount_ore))
        .join(Party, Party.id == ClaimLine.claimed_by_id)
        .where(ClaimLine.case_id.in_(_decided(days)), Party.side == Side.REQUESTING, ClaimLine.amount_ore.is_not(None))
        .group_by(ClaimLine.should_bear)
    )
    sums = {bearer: int(ore or 0) for bearer, ore in session.execute(query)}
    return [_sum("claimed", bearer, sums.get(bearer, 0) if sums else None) for bearer in Bearer]


def found(session: Session, days: Days) -> Sequence[Figure]:
    """Amounts that the opinions issued in the period say each side should bear.

    Leaves out lines on the principle alone, which have no amount.
    """
    kinds = {Bearer.MUNICIPALITY: FactKind.FOUND_MUNICIPALITY, Bearer.STATE: FactKind.FOUND_STATE}
    sums = {
        bearer: session.scalar(sa.select(sa.func.sum(_latest(kind, Fact.ore))).where(Case.id.in_(_decided(days))))
        for bearer, kind in kinds.items()
    }
    return [_sum("found", bearer, None if ore is None else int(ore)) for bearer, ore in sums.items()]


def median_days_to_opinion(session: Session, days: Days) -> Sequence[Figure]:
    """Median number of days from the day the request was received to the day the opinion was issued.

    Counts cases decided in the period. Leaves out cases that ended in another way, and cases still open.
    """
    query = (
        sa.select(Case.received_on, Ending.happened_at)
        .join(Ending, Ending.case_id == Case.id)
        .where(*_ended_as(EndingKind.DECIDED, days))
    )
    taken = [(oslo_date(issued_at) - received_on).days for received_on, issued_at in session.execute(query)]
    return [_figure("median_days", median(taken), Counted.DAYS)]


FIGURES: Final[tuple[Callable[[Session, Days], Sequence[Figure]], ...]] = (
    received,
    open_at_end,
    decided,
    dismissed_by_ground,
    discontinued_by_ground,
    outcome_of_cases,
    outcome_of_lines,
    claimed,
    found,
    median_days_to_opinion,
)


def all_figures(session: Session, from_on: date, to_on: date) -> list[Figure]:
    """Every published figure of the period, both days included, in Oslo. Raises CannotProceed where the end lies before the beginning."""
    days = Days(from_on, to_on)
    return [figure for make in FIGURES for figure in make(session, days)]


def is_empty(figures: Sequence[Figure]) -> bool:
    """Whether nothing was received, open or ended: there is nothing to tell of the period."""
    return not any(figure.value for figure in figures)


def _figure(code: str, value: float | None, unit: Counted = Counted.CASES) -> Figure:
    return Figure(
        code=code, name=Message(f"statistics.{code}"), value=value, unit=unit, definition=f"statistics.definition.{code}"
    )


def _sum(code: str, bearer: Bearer, ore: int | None) -> Figure:
    return Figure(
        code=f"{code}.{bearer}", name=label(bearer), value=ore, unit=Counted.ORE, definition=f"statistics.definition.{code}"
    )


def _by_ground(session: Session, days: Days, kind: EndingKind, grounds: CodeKind) -> list[Figure]:
    """One figure for each ground of the code list, and for one that is no longer in it."""
    query = sa.select(Ending.ground, sa.func.count()).where(*_ended_as(kind, days)).group_by(Ending.ground)
    counts: dict[str, int] = {ground or "": count for ground, count in session.execute(query)}
    listed = dict.fromkeys([code.code for code in codes(grounds)] + sorted(counts))
    return [
        Figure(
            code=f"{kind}.{ground}",
            name=code_label(grounds, ground),
            value=counts.get(ground, 0),
            unit=Counted.CASES,
            definition=f"statistics.definition.{kind}",
        )
        for ground in listed
    ]


def _by_outcome(session: Session, query: sa.Select[Any, int], code: str, unit: Counted) -> list[Figure]:
    counts = {Outcome(str(outcome)): count for outcome, count in session.execute(query) if outcome is not None}
    whole = sum(counts.values())
    return [
        Figure(
            code=f"{code}.{outcome}",
            name=label(outcome),
            value=counts.get(outcome, 0),
            unit=unit,
            definition=f"statistics.definition.{code}",
            of=whole,
        )
        for outcome in Outcome
    ]


def _ended_as(kind: EndingKind, days: Days) -> tuple[sa.ColumnElement[bool], ...]:
    """Endings of that kind in the period that were not undone before it ended."""
    return (Ending.kind == kind, Ending.happened_at >= days.begins_at, _stood_at_end(days))


def _decided(days: Days) -> sa.Select[int]:
    """The ids of the cases in which an opinion was issued in the period."""
    return sa.select(Ending.case_id).where(*_ended_as(EndingKind.DECIDED, days)).distinct()


def _had_ended(days: Days) -> sa.ColumnElement[bool]:
    """Whether the case had an ending that stood when the period ended."""
    return sa.exists().where(Ending.case_id == Case.id, _stood_at_end(days)).correlate(Case)


def _stood_at_end(days: Days) -> sa.ColumnElement[bool]:
    """Whether the ending had come by the end of the period, and had not been undone."""
    return sa.and_(Ending.happened_at < days.ends_at, sa.or_(Ending.undone_at.is_(None), Ending.undone_at >= days.ends_at))


def _latest(kind: FactKind, column: InstrumentedAttribute[Value]) -> sa.ScalarSelect[Value]:
    """What the case's last fact of that kind says."""
    query = sa.select(column).where(Fact.case_id == Case.id, Fact.kind == kind).order_by(Fact.id.desc()).limit(1)
    return query.correlate(Case).scalar_subquery()
