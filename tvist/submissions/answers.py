"""The answer to one claim line, as it is given and checked (rule 19)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tvist.submissions.models import Answer, LineAnswer
from tvist.words import Message, Ore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tvist.cases.claims import ClaimLine


@dataclass(frozen=True)
class AnswerGiven:
    """What a party answers to a line. `accepted_ore` is what it accepts of the amount, for a line accepted in part; else it may be left out."""

    line: ClaimLine
    answer: Answer
    accepted_ore: int | None = None
    basis: str = ""
    words: str = ""

    def as_row(self) -> LineAnswer:
        """The answer as it is kept: all of the amount where accepted, nothing of it where disputed, no sum for a line of principle."""
        sums = {Answer.ACCEPTED: self.line.amount_ore, Answer.DISPUTED: 0, Answer.PARTLY: self.accepted_ore}
        accepted = None if self.line.amount_ore is None else sums[self.answer]
        return LineAnswer(line=self.line, answer=self.answer, accepted_ore=accepted, basis=self.basis, words=self.words)


def fault_in(given: AnswerGiven) -> Message | None:
    """What is wrong with an answer, by itself."""
    position = given.line.position
    if given.answer is not Answer.ACCEPTED and not (given.basis.strip() or given.words.strip()):
        return Message("submissions.say_why", position=position)
    return _fault_in_sum(given, position)


def faults_in(answers: Sequence[AnswerGiven], lines: Sequence[ClaimLine]) -> list[Message]:
    """All that is wrong: every line that concerns the party is answered once, and no other."""
    answered = [given.line.id for given in answers]
    faults = [Message("submissions.line_not_answered", position=line.position) for line in lines if line.id not in answered]
    return faults + faults_in_some(answers, lines)


def faults_in_some(answers: Sequence[AnswerGiven], lines: Sequence[ClaimLine]) -> list[Message]:
    """All that is wrong where a line may also be left unanswered, as in comments."""
    answered = [given.line.id for given in answers]
    faults = []
    own = {line.id for line in lines}
    if len(set(answered)) < len(answered) or not own.issuperset(answered):
        faults.append(Message("submissions.line_not_yours"))
    return faults + [found for given in answers if (found := fault_in(given))]


def _fault_in_sum(given: AnswerGiven, position: int) -> Message | None:
    amount, accepted = given.line.amount_ore, given.accepted_ore
    if amount is None:
        return None if accepted is None else Message("submissions.principle_has_no_sum", position=position)
    if given.answer is Answer.PARTLY:
        if accepted is None:
            return Message("submissions.sum_missing", position=position)
        return None if 0 < accepted < amount else Message("submissions.sum_not_between", position=position, amount=Ore(amount))
    whole = amount if given.answer is Answer.ACCEPTED else 0
    return None if accepted in {None, whole} else Message("submissions.sum_against_answer", position=position)
