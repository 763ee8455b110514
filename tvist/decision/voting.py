"""Cast and change a vote, sealed from the first (rules 33, 34)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.access.policy import Act
from tvist.cases.lifecycle import obstacles, take_step
from tvist.cases.tasks import close_tasks
from tvist.cases.waiting import TaskKind
from tvist.db import session_of
from tvist.decision.approving import demand_seat
from tvist.decision.choices import ALL, BasisChoice, PeriodChoice, ResponsibleChoice
from tvist.decision.models import QuestionKind, Vote
from tvist.decision.rules import amount_too_large, approvals_of
from tvist.decision.votes import all_open, is_open, own_vote, sealed_choice, standing_questions, standing_votes
from tvist.errors import CannotProceed
from tvist.panel.bundle import reading_by
from tvist.panel.calling import let_approvals_fall, open_for_leader
from tvist.panel.rules import panel_faults
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.decision.choices import Choice
    from tvist.decision.models import Question
    from tvist.vault.keys import MasterKeys


def vote(question: Question, choice: Choice, *, by: User, at: datetime, keys: MasterKeys) -> Vote:
    """Cast or change a vote, sealed from the first; the journal says that the person has voted, and holds the commitment (rule 34).

    Raises `NotAllowed` for who holds no seat, `CannotProceed` before the bundle is read, and for a choice out of range.
    """
    case = question.case
    demand_seat(case, by)
    if faults := [*why_not_vote(question, by, at), *choice_faults(question, choice)]:
        raise CannotProceed(faults)
    earlier = standing_votes(question).get(by.id)
    if earlier is not None:
        if own_vote(question, by, keys) == choice:
            return earlier
        earlier.fell_at = at
        # The database allows one standing vote a member, and SQLAlchemy would insert before it updates.
        session_of(question).flush()
        let_approvals_fall(case, at)
    was_open = is_open(question)
    sealed, commitment = sealed_choice(question, by, choice, keys)
    cast = Vote(user=by, user_id=by.id, sealed=sealed, commitment=commitment, cast_at=at)
    question.votes.append(cast)
    # The commitment stands in the chain of the journal, and proves when this very vote was cast without telling what it is.
    take_step(case, Act.VOTE, by=by, at=at, said=Message("journal.vote", commitment=commitment))
    if is_open(question) and not was_open:
        question.opened_at = at
    _after_vote(case, by, at)
    return cast


def why_not_vote(question: Question, by: User, at: datetime) -> list[Message]:
    """What stands in the way of the member's vote at that moment, whatever it may be: the rulebook, the panel, and a bundle not read (rules 31, 33)."""
    bundle = question.case.bundles[-1] if question.case.bundles else None
    has_read = bundle is not None and reading_by(bundle, by) is not None
    return [*why_not_put(question, Act.VOTE, at), *([] if has_read else [Message("decision.not_read")])]


def why_not_put(question: Question, act: Act, at: datetime) -> list[Message]:
    """What stands in the way of an act on a question that is put: the rulebook, the panel at that moment, and that it has fallen or is only drafted."""
    found = obstacles(question.case, act) or panel_faults(question.case, at)
    if question.fell_at is not None:
        return [*found, Message("decision.question_fell", line=question.line.position)]
    return found or ([Message("decision.no_questions")] if question.agreed_at is None else [])


def choice_faults(question: Question, choice: Choice) -> list[Message]:
    """What is wrong with a vote on this question: of another kind, out of range, days outside the line's, or more than is claimed."""
    fault: Message | None
    match question.kind:
        case QuestionKind.BASIS:
            fault = None if isinstance(choice, BasisChoice) else Message("decision.vote.choose_basis")
        case QuestionKind.PERIOD:
            fault = None if isinstance(choice, PeriodChoice) and choice.fits(question.line) else _outside(question)
        case QuestionKind.RESPONSIBLE:
            fits = isinstance(choice, ResponsibleChoice) and 0 <= choice.municipality_percent <= ALL
            fault = None if fits else Message("decision.percent_out_of_range")
        case QuestionKind.AMOUNT:
            fault = _wrong_amount(question, choice)
    return [fault] if fault else []


def _wrong_amount(question: Question, choice: Choice) -> Message | None:
    if not isinstance(choice, int) or choice < 0:
        return Message("decision.amount_negative")
    return Message("decision.amount_above_claim") if amount_too_large(question, choice) else None


def _outside(question: Question) -> Message:
    line = question.line
    if line.to_on is None:
        return Message("decision.days_before_line", first=line.from_on)
    return Message("decision.days_outside_line", first=line.from_on, last=line.to_on)


def _after_vote(case: Case, by: User, at: datetime) -> None:
    if all(by.id in standing_votes(question) for question in standing_questions(case)):
        close_tasks(case, TaskKind.VOTE, at=at, owner=by)
    if all_open(case) and not approvals_of(case):
        open_for_leader(case, TaskKind.WRITE_TEXT, at)
