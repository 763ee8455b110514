"""The case page for one reader: where it stands, whose turn, what is disputed and for how much, what happened, what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tvist.access.policy import Act
from tvist.access.roles import may, roles_of
from tvist.cases.acts import places_for, possible_acts
from tvist.cases.claims import lines_in
from tvist.cases.history import EndingKind
from tvist.cases.journal import journal_for, may_read_journal
from tvist.cases.left import conceded_of, is_conceded
from tvist.cases.models import Side
from tvist.cases.sendings import submissions_visible_to
from tvist.cases.submissions import SubmissionKind
from tvist.cases.turns import missed, turns_of
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.procedure.codes import CodeKind, code_label

if TYPE_CHECKING:
    from datetime import date

    from tvist.accounts.models import User
    from tvist.cases.acts import Place, Possible
    from tvist.cases.claims import ClaimLine
    from tvist.cases.history import Ending
    from tvist.cases.journal import JournalLine
    from tvist.cases.models import Case, Party
    from tvist.cases.submissions import Submission
    from tvist.cases.turns import Turn
    from tvist.decision.models import LineOutcome
    from tvist.submissions.models import LineAnswer
    from tvist.words import Message


@dataclass(frozen=True)
class ShownLine:
    """A claim line, with what the other side answered and what was found, as far as the reader may see. Sums in øre."""

    line: ClaimLine
    measure: Message
    answer: LineAnswer | None
    outcome: LineOutcome | None
    conceded_ore: int = 0
    is_conceded: bool = False

    @property
    def accepted_ore(self) -> int | None:
        """How much of the amount the other side accepts, or has conceded since; None before it has done either, and for a line of principle."""
        if self.line.amount_ore is None or (self.answer is None and not self.conceded_ore):
            return None
        return max(self.conceded_ore, (self.answer.accepted_ore or 0) if self.answer else 0)

    @property
    def disputed_ore(self) -> int | None:
        """What is left in dispute; the whole amount until the other side has answered."""
        return None if self.line.amount_ore is None else self.line.amount_ore - (self.accepted_ore or 0)


@dataclass(frozen=True)
class Sums:
    """The lines added up, in øre, but for those that have not been passed on (rule 20).

    What is accepted is None before an answer, what was found None before the opinion is issued.
    """

    claimed: int
    disputed: int
    accepted: int | None
    municipality: int | None
    state: int | None


@dataclass(frozen=True)
class CasePage:
    """What one reader sees of a case. Where `is_narrow`, that is only parties, representatives and subject (rule 29)."""

    case: Case
    is_narrow: bool
    measure: Message
    sides: tuple[tuple[Side, list[Party]], ...]
    turns: list[Turn]
    missed: list[Turn]
    acts: list[Possible]
    places: list[Place]
    lines: list[ShownLine]
    sums: Sums
    journal: list[JournalLine]
    submissions: list[Submission]
    shows_petition: bool
    shows_outcome: bool
    ending: Ending | None
    ending_ground: Message | None

    @property
    def ended_on(self) -> date | None:
        """The day the case ended, in Oslo."""
        return oslo_date(self.ending.happened_at) if self.ending else None

    def reference_of(self, party: Party) -> str:
        """The party's own number for the matter; empty while it stands in a response that the reader has not been served (rule 20)."""
        responses = (found for found in self.case.submissions if found.kind is SubmissionKind.RESPONSE and found.party is party)
        return party.own_reference if all(found in self.submissions for found in responses) else ""

    @property
    def has_own_lines(self) -> bool:
        """Whether a line shown came with a response: then it is said whose each line is."""
        return any(shown.line.submission_id is not None for shown in self.lines)

    @property
    def has_answers(self) -> bool:
        """Whether the other side's answers can be shown."""
        return any(shown.answer for shown in self.lines)

    @property
    def has_outcomes(self) -> bool:
        """Whether the opinion's outcome for the lines can be shown."""
        return any(shown.outcome for shown in self.lines)


def case_page(case: Case, user: User, on: date) -> CasePage:
    """Put together what `user` sees of the case that day: of lines and answers what came with sendings that the person reads."""
    roles = roles_of(user, case, on)
    turns = turns_of(case, user, roles, on)
    may_follow = may_read_journal(roles)
    readable = submissions_visible_to(session_of(case), user, case, on)
    shows_petition = any(sending.kind is SubmissionKind.PETITION for sending in readable)
    shows_outcome = (
        case.decision is not None and case.decision.issued_at is not None and may(user, Act.READ_DECISION, case.decision, on)
    )
    lines = _lines(case, readable, shows_outcome=shows_outcome) if shows_petition else []
    ending = next((found for found in reversed(case.endings) if found.undone_at is None), None) if case.is_closed else None
    return CasePage(
        case=case,
        is_narrow=not may_follow and not shows_outcome,
        measure=code_label(CodeKind.MEASURE, case.measure),
        sides=tuple((side, case.parties_on(side)) for side in Side),
        turns=turns,
        missed=missed(case) if may_follow else [],
        acts=possible_acts(case, user, {turn.kind for turn in turns if turn.is_mine}, on),
        places=places_for(case, user, on),
        lines=lines,
        sums=_sums(lines),
        journal=journal_for(case, roles, case.party_of(user, on)),
        submissions=readable,
        shows_petition=shows_petition,
        shows_outcome=shows_outcome,
        ending=ending,
        ending_ground=_ground(ending) if ending and (may_follow or shows_outcome) else None,
    )


def _lines(case: Case, readable: list[Submission], *, shows_outcome: bool) -> list[ShownLine]:
    """Each line that the reader may see, with the latest answer and the concessions that the reader may see too."""
    answers = {answer.line_id: answer for sending in readable for answer in sending.line_answers}
    outcomes = {outcome.line_id: outcome for outcome in case.decision.outcomes} if case.decision and shows_outcome else {}
    return [
        ShownLine(
            line,
            code_label(CodeKind.MEASURE, line.measure),
            answers.get(line.id),
            outcomes.get(line.id),
            conceded_of(line, readable),
            is_conceded(line, readable),
        )
        for line in lines_in(case, readable)
    ]


def _sums(shown_lines: list[ShownLine]) -> Sums:
    lines = [shown for shown in shown_lines if shown.line.is_claimed]
    outcomes = [shown.outcome for shown in lines if shown.outcome]
    is_answered = any(shown.answer or shown.conceded_ore for shown in lines)
    return Sums(
        claimed=sum(shown.line.amount_ore or 0 for shown in lines),
        disputed=sum(shown.disputed_ore or 0 for shown in lines),
        accepted=sum(shown.accepted_ore or 0 for shown in lines) if is_answered else None,
        municipality=sum(outcome.municipality_ore or 0 for outcome in outcomes) if outcomes else None,
        state=sum(outcome.state_ore or 0 for outcome in outcomes) if outcomes else None,
    )


def _ground(ending: Ending) -> Message | None:
    """What the ground of the ending is called; dismissals and discontinuations have lists of their own."""
    if ending.ground is None:
        return None
    kind = CodeKind.DISMISSAL_GROUND if ending.kind is EndingKind.DISMISSED else CodeKind.DISCONTINUATION
    return code_label(kind, ending.ground)
