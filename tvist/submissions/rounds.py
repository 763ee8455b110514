"""Where the rounds stand, party by party, for who decides whether to go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tvist.cases.submissions import SubmissionKind
from tvist.submissions.models import Answer
from tvist.submissions.rules import has_missed, lines_for, rounds_taken, turn_of

if TYPE_CHECKING:
    from datetime import date

    from tvist.cases.models import Case, Party
    from tvist.cases.submissions import Submission
    from tvist.cases.waiting import Task

IN_THE_EXCHANGE = frozenset(
    {SubmissionKind.PETITION, SubmissionKind.CURE, SubmissionKind.RESPONSE, SubmissionKind.COMMENTS, SubmissionKind.NOTHING_MORE}
)


@dataclass(frozen=True)
class Standing:
    """How far a party has come: rounds of comments taken, what it sent last, and its open turn, missed or not."""

    party: Party
    rounds: int
    last: Submission | None
    turn: Task | None
    has_missed: bool


def standing(case: Case, on: date) -> list[Standing]:
    """Where each party stands that day."""
    return [_of(case, party, on) for party in case.parties if party.left_at is None]


def is_accepted_as_a_whole(submission: Submission) -> bool:
    """Whether this response accepts each line that concerns its party."""
    if submission.kind is not SubmissionKind.RESPONSE or submission.party is None:
        return False
    accepted = [found.line for found in submission.line_answers if found.answer is Answer.ACCEPTED]
    return not submission.own_lines and all(line in accepted for line in lines_for(submission.case, submission.party))


def _of(case: Case, party: Party, on: date) -> Standing:
    own = [found for found in case.submissions if found.party is party and found.kind in IN_THE_EXCHANGE]
    turn = turn_of(case, party)
    return Standing(party, rounds_taken(case, party), own[-1] if own else None, turn, turn is not None and has_missed(turn, on))
