"""Whose turn it is in the exchange, and what stands in the way of going on (rules 18-23)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tvist.cases.models import Side
from tvist.cases.money import Bearer
from tvist.cases.submissions import SubmissionKind
from tvist.cases.waiting import TaskKind
from tvist.clock import today
from tvist.procedure.settings import procedure_on
from tvist.submissions.models import Answer
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tvist.cases.claims import ClaimLine
    from tvist.cases.models import Case, Party
    from tvist.cases.submissions import Submission
    from tvist.cases.waiting import Task
    from tvist.submissions.models import LineAnswer

TURNS: Final = frozenset({TaskKind.RESPOND, TaskKind.COMMENT})
PASSED_ON: Final = frozenset({SubmissionKind.RESPONSE, SubmissionKind.COMMENTS})
"""What the secretariat looks through before the other side sees it (rule 20). That there is nothing more goes straight over."""
_ROUNDS: Final = frozenset({SubmissionKind.COMMENTS, SubmissionKind.NOTHING_MORE})


def turn_of(case: Case, party: Party, *kinds: TaskKind) -> Task | None:
    """The open turn of the party, of these kinds or any."""
    wanted = kinds or tuple(TURNS)
    return next((task for task in open_turns(case) if task.party is party and task.kind in wanted), None)


def open_turns(case: Case) -> list[Task]:
    """The turns that are open, whether their deadline has passed or not."""
    return [task for task in case.open_tasks if task.kind in TURNS]


def waiting_to_be_passed_on(case: Case) -> list[Submission]:
    """What the parties have sent and the secretariat has not looked through, oldest first (rule 20)."""
    return [found for found in case.submissions if found.kind in PASSED_ON and found.passed_on_at is None]


def lines_for(case: Case, party: Party) -> list[ClaimLine]:
    """The lines that concern the party: the state in all, a municipality in its own (rule 2)."""
    return [line for line in case.lines if party.bearer is Bearer.STATE or line.municipality is party]


def rounds_taken(case: Case, party: Party) -> int:
    """How many rounds of comments the party has used, by comments or by having nothing more (rule 19)."""
    return sum(1 for found in case.submissions if found.party is party and found.kind in _ROUNDS)


def parties_in_turn(submission: Submission, *, brings_new: bool = False) -> list[Party]:
    """Who gets the word when `submission` goes over to them (rules 19 and 21).

    The two sides comment in turn, each for its rounds. Who wrote last gives the other side the last word, once more than its rounds; after
    that only where the secretariat finds that it `brings_new`. Where a side has nothing more, the other is asked unless it has said so too.
    """
    if submission.party is None:
        return []
    others = submission.case.parties_on(submission.party.side.other)
    return [party for party in others if _gets_turn(submission, party, brings_new=brings_new)]


def _gets_turn(submission: Submission, party: Party, *, brings_new: bool) -> bool:
    case = submission.case
    if turn_of(case, party, TaskKind.RESPOND) is not None:
        # Its response, which is still to come, answers this too.
        return False
    rounds = procedure_on(case.registered_on).comment_rounds
    taken = rounds_taken(case, party)
    if submission.kind is SubmissionKind.NOTHING_MORE:
        return taken < rounds and _last_kind(case, party) is not SubmissionKind.NOTHING_MORE
    is_last_word = taken == rounds and submission.round <= rounds
    return taken < rounds or is_last_word or brings_new


def _last_kind(case: Case, party: Party) -> SubmissionKind | None:
    own = [found.kind for found in case.submissions if found.party is party and found.kind in _ROUNDS | PASSED_ON]
    return own[-1] if own else None


def is_beyond_rounds(submission: Submission) -> bool:
    """Whether nobody gets the word after this unless the secretariat finds that it brings something new."""
    return not parties_in_turn(submission) and bool(parties_in_turn(submission, brings_new=True))


# ---- Conditions of acts, joined in tvist.rulebook ----


def response_is_awaited(case: Case) -> Message | None:
    """A response is waited for."""
    return None if any(task.kind is TaskKind.RESPOND for task in open_turns(case)) else Message("submissions.no_response_awaited")


def comments_are_awaited(case: Case) -> Message | None:
    """Comments are waited for."""
    return None if any(task.kind is TaskKind.COMMENT for task in open_turns(case)) else Message("submissions.no_comments_awaited")


def something_waits(case: Case) -> Message | None:
    """Something waits to be looked through."""
    return None if waiting_to_be_passed_on(case) else Message("submissions.nothing_to_pass_on")


def nothing_waits(case: Case) -> Message | None:
    """All that the parties have sent has gone over to the other side (rule 20)."""
    waiting = len(waiting_to_be_passed_on(case))
    return Message("submissions.something_to_pass_on", count=waiting) if waiting else None


def turns_are_over(case: Case, on: date | None = None) -> Message | None:
    """Nobody has the word, or their deadline has passed (rule 19): the case goes on with the file as it is."""
    waiting = [task for task in open_turns(case) if not has_missed(task, on or today())]
    if not waiting:
        return None
    dues = [task.due_on for task in waiting if task.due_on is not None]
    if len(dues) < len(waiting):
        return Message("submissions.turn_not_served")
    return Message("submissions.turn_is_open", due=max(dues))


def all_lines_are_accepted(case: Case) -> Message | None:
    """The other side accepts each line as a whole, in a response that has been passed on (rule 16)."""
    return (
        None if case.lines and all(_is_accepted(case, line) for line in case.lines) else Message("submissions.not_all_accepted")
    )


def has_missed(task: Task, on: date) -> bool:
    """Whether the deadline has passed without an answer; it stays visible (rule 19)."""
    return task.is_open and task.due_on is not None and task.due_on < on


def answers_to(case: Case, line: ClaimLine) -> list[LineAnswer]:
    """The answers to the line in responses that have been passed on, the latest of each party."""
    passed_on = [found for found in case.submissions if found.passed_on_at is not None]
    latest = {found.party: answer for found in passed_on for answer in found.line_answers if answer.line is line}
    return list(latest.values())


def _is_accepted(case: Case, line: ClaimLine) -> bool:
    opposing = [party for party in case.parties_on(Side.OPPOSING) if line in lines_for(case, party)]
    answers = answers_to(case, line)
    return len(answers) >= len(opposing) > 0 and _all_accept(answers)


def _all_accept(answers: Iterable[LineAnswer]) -> bool:
    return all(found.answer is Answer.ACCEPTED for found in answers)
