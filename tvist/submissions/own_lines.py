"""Claim lines that a party brings with its response (rule 19): checked as those of a request, counted once they are passed on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.accounts.models import OrganisationKind
from tvist.cases.claims import claimed_ore, lines_in
from tvist.cases.history import FactKind
from tvist.intake.making import claim_line
from tvist.procedure.settings import procedure_on
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tvist.cases.claims import ClaimLine
    from tvist.cases.history import Event
    from tvist.cases.models import Case, Party
    from tvist.cases.submissions import Submission
    from tvist.intake.lines import ClaimedLine


def municipalities_of(case: Case, party: Party) -> list[str]:
    """The municipalities that an own line of the party may be about: a municipality's itself, the state's those of the other side (rule 2)."""
    if party.kind is OrganisationKind.MUNICIPALITY:
        return [party.organisation.code]
    others = case.parties_on(party.side.other)
    return [other.organisation.code for other in others if other.kind is OrganisationKind.MUNICIPALITY]


def overlapped(line: ClaimedLine, party: Party) -> ClaimLine | None:
    """The line of the case that claims the same measure of the same municipality for the same day, of those the party may see."""
    seen = lines_in(party.case, [sending for sending in party.case.submissions if sending.is_served_on(party)])
    same = (other for other in seen if other.municipality.organisation.code == line.municipality)
    return next((other for other in same if line.overlaps(other)), None)


def faults_in_own(lines: Sequence[ClaimedLine], party: Party) -> list[Message]:
    """All that is wrong with own lines beyond each by itself: who they are about, overlaps, and how many."""
    case = party.case
    allowed = municipalities_of(case, party)
    faults = [Message("intake.municipality_not_a_party") for line in lines if line.municipality not in allowed]
    faults += [
        Message("submissions.own_line_overlaps", position=found.position) for line in lines if (found := overlapped(line, party))
    ]
    if any(one.overlaps(other) for place, one in enumerate(lines) for other in lines[:place]):
        faults.append(Message("submissions.own_lines_overlap"))
    limit = procedure_on(case.registered_on).most_claim_lines
    if lines and len(case.lines) + len(lines) > limit:
        faults.append(Message("intake.too_many_lines", count=len(case.lines) + len(lines), limit=limit))
    return faults


def add_lines(sent: Submission, party: Party, lines: Sequence[ClaimedLine]) -> None:
    """Put own lines into a sending that is about to be kept, numbered after those of the case."""
    case = party.case
    by_code = {each.organisation.code: each for each in case.parties if each.left_at is None}
    last = max((line.position for line in case.lines), default=0)
    for position, line in enumerate(lines, start=last + 1):
        made = claim_line(line, position=position, municipality=by_code[line.municipality], claimed_by=party)
        made.case = case
        sent.own_lines.append(made)


def count_lines(submission: Submission, event: Event) -> None:
    """Note anew what is claimed, now that the sending with its own lines was passed on: figures and lists follow from the dated fact."""
    case = submission.case
    if any(line.amount_ore for line in submission.own_lines):
        case.note(FactKind.CLAIMED, claimed_ore(case), event=event)
