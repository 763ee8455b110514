"""The facts that a sending brings, and what it answers to those of the other side, one by one (rules 10, 19)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tvist.intake.making import stated_fact
from tvist.submissions.models import FactAnswer, FactReply
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tvist.cases.chronology import StatedFact
    from tvist.cases.models import Case
    from tvist.cases.submissions import Submission
    from tvist.documents.models import Paper
    from tvist.intake.chronology import ToldFact
    from tvist.intake.lines import ClaimedLine


@dataclass(frozen=True)
class FactAnswerGiven:
    """What a party answers to a fact of the other side; who disputes it says why."""

    fact: StatedFact
    answer: FactReply
    words: str = ""

    def as_row(self) -> FactAnswer:
        """The answer as it is kept."""
        return FactAnswer(fact=self.fact, answer=self.answer, words=self.words.strip())


@dataclass(frozen=True)
class Told:
    """What a party tells beside its text: answers to facts, facts of its own, and claim lines of its own."""

    fact_answers: Sequence[FactAnswerGiven] = ()
    facts: Sequence[ToldFact] = ()
    lines: Sequence[ClaimedLine] = ()


NOTHING_TOLD = Told()


def fault_in_fact(given: FactAnswerGiven) -> Message | None:
    """What is wrong with an answer, by itself."""
    is_bare = given.answer is FactReply.DISPUTED and not given.words.strip()
    return Message("submissions.say_why_disputed", day=given.fact.happened_on) if is_bare else None


def faults_in_facts(given: Sequence[FactAnswerGiven], facts: Collection[StatedFact]) -> list[Message]:
    """All that is wrong: only facts that were put to the party are answered, each at most once. One left out is not answered yet."""
    answered = [each.fact.id for each in given]
    asked = {fact.id for fact in facts}
    faults = [fault for each in given if (fault := fault_in_fact(each))]
    if len(set(answered)) < len(answered) or not asked.issuperset(answered):
        faults.append(Message("submissions.fact_not_yours"))
    return faults


def add_facts(sent: Submission, case: Case, told: Told, papers: Sequence[Paper]) -> None:
    """Put answers and facts into the sending, before it is kept: both are written once. `papers` are those that a fact may point to."""
    by_id = {paper.public_id: paper for paper in papers}
    sent.fact_answers = [given.as_row() for given in told.fact_answers]
    for position, fact in enumerate(told.facts, start=1):
        sent.facts.append(stated_fact(fact, case, position=position, papers=by_id))
