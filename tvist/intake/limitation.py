"""The date of limitation of a claim line: shown, never a ground to refuse (rule 13). It is for the debtor to raise, and for the panel to judge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tvist.procedure.settings import procedure_on
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date

    from tvist.cases.claims import ClaimLine
    from tvist.intake.lines import ClaimedLine


@dataclass(frozen=True, slots=True)
class Limitation:
    """When the oldest and the newest of a line may lapse, counted from its first and its last day; one date where these are one."""

    oldest_on: date
    newest_on: date
    reason: Message
    has_begun: bool
    """Whether the oldest date lies before the day it was asked for."""


def limitation_of(line: ClaimLine | ClaimedLine, on: date) -> Limitation:
    """The dates for a line as they are seen `on` that day, by the rules then in force. Agreements on extension stand on the request."""
    length = procedure_on(on).limitation_length
    last = line.to_on or line.known_until or max(line.from_on, on)
    oldest, newest = length.after(line.from_on), length.after(last)
    code = "intake.limitation.one" if oldest == newest else "intake.limitation.from_to"
    reason = Message(code, length=length.text, first=line.from_on, last=last, oldest=oldest, newest=newest)
    return Limitation(oldest, newest, reason, has_begun=oldest < on)
