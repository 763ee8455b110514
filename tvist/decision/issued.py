"""What the issue leaves behind: the outcomes, the stored file, the facts for figures, the ending and the letters (rules 36, 38)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.cases.history import Ending, EndingKind, FactKind
from tvist.decision.files import issued_file
from tvist.decision.models import LineOutcome
from tvist.decision.outcomes import case_outcome, findings
from tvist.decision.votes import seats_of
from tvist.delivery.actions import write_to_party, write_to_user
from tvist.delivery.models import LetterKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tvist.cases.history import Event
    from tvist.cases.models import Case
    from tvist.decision.files import MadeFile
    from tvist.decision.models import Decision
    from tvist.vault.keys import MasterKeys


def write_outcomes(decision: Decision, keys: MasterKeys) -> None:
    """A row for each line, from the votes (rule 36)."""
    for found in findings(decision.case, keys):
        decision.outcomes.append(
            LineOutcome(
                line=found.line,
                line_id=found.line.id,
                outcome=found.outcome,
                municipality_percent=found.municipality_percent,
                found_ore=found.found_ore,
                municipality_ore=found.municipality_ore,
                state_ore=found.state_ore,
                refund_from=found.refund.from_ if found.refund else None,
                refund_ore=found.refund.ore if found.refund else None,
                basis=found.basis.value if found.basis else None,
                from_on=found.from_on,
                to_on=found.to_on,
                is_unanimous=found.is_unanimous,
            )
        )


def write_ending(case: Case, decision: Decision, made: Iterable[MadeFile], event: Event) -> None:
    """The files, the facts, the ending, and the letters to parties and members."""
    at = event.recorded_at
    case.note(FactKind.OUTCOME, case_outcome(found.outcome for found in decision.outcomes).value, event=event)
    amounts = [found for found in decision.outcomes if found.found_ore is not None]
    if amounts:
        case.note(FactKind.FOUND_MUNICIPALITY, sum(found.municipality_ore or 0 for found in amounts), event=event)
        case.note(FactKind.FOUND_STATE, sum(found.state_ore or 0 for found in amounts), event=event)
    decision.issued_at = at
    decision.files.extend(issued_file(each, version=1, at=at) for each in made)
    case.endings.append(Ending(kind=EndingKind.DECIDED, happened_at=at, recorded_at=at, reasons=""))
    for party in case.parties_present:
        write_to_party(party, LetterKind.OPINION_ISSUED, at=at)
    for seat in seats_of(case):
        write_to_user(seat.user, LetterKind.OPINION_ISSUED, at=at, case=case)
