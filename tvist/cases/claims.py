"""Claim lines: what is asked for, line by line (rule 11)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.cases.models import Case, Party
from tvist.cases.money import AmountUnit, Bearer
from tvist.cases.submissions import Submission, SubmissionKind
from tvist.db import Amount, Base, random_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tvist.cases.concessions import Concession


class ClaimLine(Base):
    """A measure, a period, a sum or a rate, and who should bear it; between exactly one municipality and the state (rule 2).

    `to_on` is None while the measure runs; then `known_until` says how far the amount is known. `amount_ore` is the computed amount, None for
    a line of principle. A line is written once; what is conceded later is a row of its own.
    """

    __tablename__ = "claim_line"
    __table_args__ = (
        sa.UniqueConstraint("case_id", "position"),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name="line_ends_after_it_begins"),
        sa.CheckConstraint("(unit = 'principle') = (amount_ore IS NULL)", name="line_has_an_amount_or_is_of_principle"),
        sa.CheckConstraint("(unit = 'principle') = (rate_ore IS NULL)", name="line_has_a_rate_or_is_of_principle"),
        sa.CheckConstraint("(unit = 'stay') = (count IS NOT NULL)", name="stays_are_counted"),
        sa.CheckConstraint(
            "unit = 'principle' OR to_on IS NOT NULL OR known_until IS NOT NULL", name="running_line_is_known_until"
        ),
        sa.CheckConstraint(
            "known_until IS NULL OR (to_on IS NULL AND known_until >= from_on)", name="known_until_is_for_running_lines"
        ),
        sa.CheckConstraint("amount_ore IS NULL OR amount_ore >= 0", name="amount_is_not_negative"),
        sa.CheckConstraint("paid_ore >= 0", name="paid_is_not_negative"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    position: Mapped[int]
    municipality_id: Mapped[int] = mapped_column(sa.ForeignKey("party.id"))
    submission_id: Mapped[int | None] = mapped_column(sa.ForeignKey("submission.id"), index=True)
    """The sending that the line came with; None for the lines of the request. A line is seen by whom its sending was served on (rule 20)."""
    claimed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("party.id"))
    measure: Mapped[str]
    measure_words: Mapped[str] = mapped_column(default="")
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    known_until: Mapped[date | None]
    unit: Mapped[AmountUnit]
    rate_ore: Mapped[Amount | None]
    """The rate, or the whole sum where the unit is `sum`."""
    count: Mapped[int | None]
    amount_ore: Mapped[Amount | None]
    should_bear: Mapped[Bearer]
    paid_by: Mapped[Bearer]
    paid_ore: Mapped[Amount] = mapped_column(default=0)
    state_basis: Mapped[str]
    municipal_basis: Mapped[str]
    basis_words: Mapped[str] = mapped_column(default="")
    case: Mapped[Case] = relationship(back_populates="lines")
    municipality: Mapped[Party] = relationship(foreign_keys=municipality_id)
    claimed_by: Mapped[Party] = relationship(foreign_keys=claimed_by_id)
    submission: Mapped[Submission | None] = relationship(back_populates="own_lines")
    concessions: Mapped[list[Concession]] = relationship(back_populates="line", order_by="Concession.id")

    @property
    def is_claimed(self) -> bool:
        """Whether it counts in what is claimed: it came with the request, or its sending was passed on (rule 20)."""
        return self.submission is None or self.submission.passed_on_at is not None

    def came_with(self, submission: Submission) -> bool:
        """Whether this is the sending that the line came with: its own, or the request."""
        if self.submission_id is None and self.submission is None:
            return submission.kind is SubmissionKind.PETITION
        return self.submission is submission

    @property
    def counted_until(self) -> date | None:
        """The last day that the amount covers."""
        return self.to_on or self.known_until


def lines_in(case: Case, sendings: Iterable[Submission]) -> list[ClaimLine]:
    """The lines that came with these sendings: who reads a sending reads its lines, and nobody else does (rules 20, 21)."""
    listed = list(sendings)
    return [line for line in case.lines if any(line.came_with(sending) for sending in listed)]


def claimed_ore(case: Case) -> int:
    """What is claimed in all, in øre: the lines of the request, and those of sendings that were passed on."""
    return sum(line.amount_ore or 0 for line in case.lines if line.is_claimed)
