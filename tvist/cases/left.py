"""What is left of a claim line when something of it has been conceded (rule 22): the one place that subtracts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.cases.money import Bearer

if TYPE_CHECKING:
    from collections.abc import Collection

    from tvist.cases.claims import ClaimLine
    from tvist.cases.concessions import Concession
    from tvist.cases.models import Party
    from tvist.cases.submissions import Submission


def left_of(line: ClaimLine, among: Collection[Submission] | None = None) -> int | None:
    """What is claimed and not conceded, in øre; None for a line without an amount.

    `among`: only what was conceded in these sendings counts, for a page whose reader has not been served them all (rule 18).
    """
    return None if line.amount_ore is None else line.amount_ore - conceded_of(line, among)


def conceded_of(line: ClaimLine, among: Collection[Submission] | None = None) -> int:
    """How much of the line is conceded, in øre; 0 for a line without an amount, also when its principle is conceded."""
    return sum(found.conceded_ore or 0 for found in _counted(line, among))


def is_conceded(line: ClaimLine, among: Collection[Submission] | None = None) -> bool:
    """Whether nothing of the line is in dispute any more: all of its amount is conceded, or its principle."""
    return bool(_counted(line, among)) and not left_of(line, among)


def bearer_of(line: ClaimLine) -> Party | None:
    """The party that the line says should bear it, which alone may concede it; None where that party has left the case."""
    parties = [party for party in line.case.parties if party.left_at is None and party.bearer is line.should_bear]
    if line.should_bear is Bearer.MUNICIPALITY:
        return next((party for party in parties if party is line.municipality), None)
    return next(iter(parties), None)


def _counted(line: ClaimLine, among: Collection[Submission] | None) -> list[Concession]:
    return [found for found in line.concessions if among is None or found.submission in among]
