"""Whose turn it is in the exchange, and what stands in the way of going on (rules 18-23)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tvist.cases.claims import lines_in
from tvist.cases.left import is_conceded
from tvist.cases.lifecycle import State
from tvist.cases.money import Bearer
from tvist.cases.submissions import AFTER_PREPARATION, SubmissionKind
from tvist.cases.waiting import TaskKind
from tvist.clock import today
from tvist.procedure.settings import procedure_on
from tvist.submissions.models import Answer
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tvist.cases.chronology import StatedFact
    from tvist.cases.claims import ClaimLine
    from tvist.cases.models import Case, Party
    from tvist.cases.submissions import Submission
    from tvist.cases.waiting import Task
    from tvist.submissions.models import LineAnswer

TURNS: Final = frozenset({TaskKind.RESPOND, TaskKind.COMMENT})
PASSED_ON: Final = frozenset({SubmissionKind.RESPONSE, SubmissionKind.COMMENTS, SubmissionKind.ADDITION})
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
    return [found for found in case.submissions if found.passed_on_at is None and (found.kind in PASSED_ON or _goes_over(found))]


def _goes_over(submission: Submission) -> bool:
    """What came after the preparation: once the leader has admitted it (rule 33), or the preparation is open again; and what is said to it."""
    if submission.kind is SubmissionKind.LATE_COMMENTS:
        return not submission.is_copy
    if submission.late is None:
        return False
    is_open_again = submission.late.ruled_at is None and submission.case.state is State.EXCHANGE
    return submission.late.is_admitted is True or is_open_again


def lines_for(case: Case, party: Party) -> list[ClaimLine]:
    """The lines that the party is asked to answer: claimed by the other side, served on it, and its own concern (rules 2, 19)."""
    served = [found for found in case.submissions if found.party is not party and found.is_served_on(party)]
    return [line for line in lines_in(case, served) if party in answerers_of(line)]


def answerers_of(line: ClaimLine) -> list[Party]:
    """The parties that answer a line: those of the side that did not claim it; the state any, a municipality its own (rule 2)."""
    others = line.case.parties_on(line.claimed_by.side.other)
    return [party for party in others if party.bearer is Bearer.STATE or line.municipality is party]


def facts_for(case: Case, party: Party) -> list[StatedFact]:
    """The facts that the party is asked to answer: stated by the other side and served on it, in time order (rule 10)."""
    asked = [
        fact
        for sending in case.submissions
        if sending.party is not None and sending.party.side is not party.side and sending.is_served_on(party)
        for fact in sending.facts
    ]
    return sorted(asked, key=lambda fact: (fact.happened_on, fact.until_on or fact.happened_on, fact.id))


def unanswered_lines(case: Case, party: Party) -> list[ClaimLine]:
    """Of the lines that the party is asked to answer, those that it has not answered."""
    answered = {answer.line_id for sending in _sent_by(case, party) for answer in sending.line_answers}
    return [line for line in lines_for(case, party) if line.id not in answered]


def unanswered_facts(case: Case, party: Party) -> list[StatedFact]:
    """Of the facts that the party is asked to answer, those that it has not answered."""
    answered = {answer.fact_id for sending in _sent_by(case, party) for answer in sending.fact_answers}
    return [fact for fact in facts_for(case, party) if fact.id not in answered]


def is_served_request(case: Case, party: Party) -> bool:
    """Whether the request has come to the party: before that there is nothing it can answer (rule 18)."""
    return any(found.kind is SubmissionKind.PETITION and found.is_served_on(party) for found in case.submissions)


def brings_own(submission: Submission) -> bool:
    """Whether a sending brings facts or claim lines of its own: then the other side gets the word, whatever the rounds say (rule 19)."""
    return bool(submission.facts or submission.own_lines)


def _sent_by(case: Case, party: Party) -> list[Submission]:
    return [found for found in case.submissions if found.party is party]


def rounds_taken(case: Case, party: Party) -> int:
    """How many rounds of comments the party has used, by comments or by having nothing more (rule 19); those of an earlier treatment do not count."""
    return sum(1 for found in case.submissions if found.party is party and found.kind in _ROUNDS and not found.is_copy)


def parties_in_turn(submission: Submission, *, brings_new: bool = False) -> list[Party]:
    """Who gets the word when `submission` goes over to them (rules 19 and 21).

    The two sides comment in turn, each for its rounds. Who wrote last gives the other side the last word, once more than its rounds; after
    that only where the secretariat finds that it `brings_new`. Where a side has nothing more, the other is asked unless it has said so too.
    """
    if submission.party is None or (submission.kind in AFTER_PREPARATION and submission.case.state is not State.EXCHANGE):
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
    if submission.kind in AFTER_PREPARATION:
        # It came while the preparation was closed, and nobody has answered it.
        return True
    if submission.kind is SubmissionKind.ADDITION:
        # It is no round of anybody's: only what is new must be answered.
        return brings_new or brings_own(submission)
    is_last_word = taken == rounds and submission.round <= rounds
    return taken < rounds or is_last_word or brings_new or brings_own(submission)


def _last_kind(case: Case, party: Party) -> SubmissionKind | None:
    own = [
        found.kind
        for found in case.submissions
        if found.party is party and found.kind in _ROUNDS | PASSED_ON and not found.is_copy
    ]
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
    if any(task.request for task in open_turns(case)):
        return Message("submissions.extension_waits")
    waiting = [task for task in open_turns(case) if not has_missed(task, on or today())]
    if not waiting:
        return None
    dues = [task.due_on for task in waiting if task.due_on is not None]
    if len(dues) < len(waiting):
        return Message("submissions.turn_not_served")
    return Message("submissions.turn_is_open", due=max(dues))


def all_lines_are_accepted(case: Case) -> Message | None:
    """Each line is accepted as a whole in a sending that has been passed on (rule 16), or wholly conceded since (rule 22).

    Also an own line that has not been passed on stands in the way: it is claimed, and nobody has answered it.
    """
    is_over = bool(case.lines) and all(is_conceded(line) or _is_accepted(case, line) for line in case.lines)
    return None if is_over else Message("submissions.not_all_accepted")


def has_missed(task: Task, on: date) -> bool:
    """Whether the deadline has passed without an answer; it stays visible (rule 19). Who has asked for more time has not missed it yet."""
    return task.is_open and task.due_on is not None and task.due_on < on and task.request is None


def answers_to(case: Case, line: ClaimLine) -> list[LineAnswer]:
    """The answers to the line in responses that have been passed on, the latest of each party."""
    passed_on = [found for found in case.submissions if found.passed_on_at is not None]
    latest = {found.party: answer for found in passed_on for answer in found.line_answers if answer.line is line}
    return list(latest.values())


def _is_accepted(case: Case, line: ClaimLine) -> bool:
    answers = answers_to(case, line)
    return len(answers) >= len(answerers_of(line)) > 0 and _all_accept(answers)


def _all_accept(answers: Iterable[LineAnswer]) -> bool:
    return all(found.answer is Answer.ACCEPTED for found in answers)
