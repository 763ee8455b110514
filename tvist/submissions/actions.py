"""What the parties send in the exchange, and what the secretariat does with it (rules 18-23)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tvist.access.policy import Act
from tvist.cases.clocks import let_requests_fall
from tvist.cases.history import Ending, EndingKind
from tvist.cases.lifecycle import State, obstacles, take_step
from tvist.cases.models import Side
from tvist.cases.submissions import AFTER_PREPARATION, Submission, SubmissionKind
from tvist.cases.tasks import close_all_tasks, close_tasks, is_waiting_for, open_task
from tvist.cases.waiting import Desk, TaskKind
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.delivery.actions import write_to_party, write_to_secretariat, write_to_user
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed
from tvist.jobs.actions import queue
from tvist.jobs.models import JobKind
from tvist.procedure.deadlines import is_late
from tvist.procedure.settings import procedure_on
from tvist.register.collation import folded
from tvist.submissions.answers import faults_in, faults_in_some
from tvist.submissions.confirming import ask_to_confirm
from tvist.submissions.fact_answers import NOTHING_TOLD, Told, add_facts, faults_in_facts
from tvist.submissions.late_serving import serve_late
from tvist.submissions.own_lines import add_lines, count_lines, faults_in_own
from tvist.submissions.page_comments import take_page_comments
from tvist.submissions.rules import (
    PASSED_ON,
    TURNS,
    is_served_request,
    lines_for,
    parties_in_turn,
    rounds_taken,
    turn_of,
    turns_are_over,
    unanswered_facts,
    unanswered_lines,
    waiting_to_be_passed_on,
)
from tvist.submissions.table_rules import table_is_settled
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case, Party
    from tvist.cases.waiting import Task
    from tvist.documents.models import Paper
    from tvist.submissions.answers import AnswerGiven

WITHDRAWN: Final = "withdrawn"
ACCEPTED: Final = "accepted"
"""Grounds of `discontinuation` in the code file."""


def respond(
    case: Case,
    *,
    by: User,
    at: datetime,
    answers: Sequence[AnswerGiven],
    text: str,
    own_reference: str = "",
    papers: Sequence[Paper] = (),
    told: Told = NOTHING_TOLD,
) -> Submission:
    """Answer the request line by line and fact by fact (rule 19); the secretariat looks it through before it goes over.

    `own_reference` is the party's own number for the matter, by which it knows which child it is (rule 7); `told` holds answers to facts, and
    facts and claim lines of its own. Raises `CannotProceed` when it is not the party's turn, or a line is not answered as it must be.
    """
    party, task = _in_turn(case, Act.RESPOND, TaskKind.RESPOND, by=by, at=at)
    faults = faults_in(answers, lines_for(case, party)) + faults_in_facts(told.fact_answers, unanswered_facts(case, party))
    if faults := faults + faults_in_own(told.lines, party):
        raise CannotProceed(faults)
    take_step(case, Act.RESPOND, by=by, at=at)
    sent = _send(case, party, SubmissionKind.RESPONSE, by=by, at=at, text=text, task=task, papers=papers)
    sent.line_answers = [given.as_row() for given in answers]
    _tell(sent, party, told, papers)
    if own_reference.strip():
        party.own_reference = own_reference.strip()
        case.parties_folded = f"{case.parties_folded} {folded(party.own_reference)}".strip()
    case.submissions.append(sent)
    hand_in(sent, at)
    return sent


def comment(
    case: Case,
    *,
    by: User,
    at: datetime,
    text: str,
    papers: Sequence[Paper] = (),
    answers: Sequence[AnswerGiven] = (),
    told: Told = NOTHING_TOLD,
) -> Submission:
    """Comment on what the other side has written, in one's turn (rule 19), and answer the lines and facts that it has brought.

    Raises `CannotProceed` without a text, out of turn, for a wrong answer, and for claim lines of one's own: those come with the response.
    """
    party, task = _in_turn(case, Act.COMMENT, TaskKind.COMMENT, by=by, at=at)
    faults = [] if text.strip() else [Message("submissions.write_comments")]
    faults += faults_in_some(answers, unanswered_lines(case, party))
    faults += faults_in_facts(told.fact_answers, unanswered_facts(case, party))
    if told.lines:
        faults.append(Message("submissions.own_lines_with_response"))
    if faults:
        raise CannotProceed(faults)
    take_step(case, Act.COMMENT, by=by, at=at)
    sent = _send(case, party, SubmissionKind.COMMENTS, by=by, at=at, text=text, task=task, papers=papers)
    sent.line_answers = [given.as_row() for given in answers]
    _tell(sent, party, told, papers)
    case.submissions.append(sent)
    hand_in(sent, at)
    return sent


def nothing_more(case: Case, *, by: User, at: datetime) -> Submission:
    """Say that the party has nothing more to add (rule 19). It carries no text, so it goes straight to the other side."""
    party, task = _in_turn(case, Act.NOTHING_MORE, TaskKind.COMMENT, by=by, at=at)
    take_step(case, Act.NOTHING_MORE, by=by, at=at)
    sent = _send(case, party, SubmissionKind.NOTHING_MORE, by=by, at=at, text="", task=task, papers=())
    sent.passed_on_at = at
    case.submissions.append(sent)
    _index(sent, at)
    _serve(sent, parties_in_turn(sent), at)
    return sent


def pass_on(submission: Submission, *, by: User, at: datetime, brings_new: bool = False) -> None:
    """Send over what a party has sent, looked through by the secretariat, and give the word to whose turn it is (rules 18-20).

    `brings_new`: once the rounds are used up, whether it holds something new that the other side must get to answer.
    """
    case = submission.case
    if submission.kind not in PASSED_ON | AFTER_PREPARATION or submission.passed_on_at is not None:
        raise CannotProceed(Message("submissions.passed_on_already"))
    event = take_step(case, Act.PASS_ON, by=by, at=at, said=Message("submissions.journal.passed_on", what=submission.kind))
    submission.passed_on_at = at
    count_lines(submission, event)
    if not waiting_to_be_passed_on(case):
        close_tasks(case, TaskKind.PASS_ON, at=at)
    if submission.kind in AFTER_PREPARATION and case.state is not State.EXCHANGE:
        serve_late(submission, at=at)
    else:
        _serve(submission, parties_in_turn(submission, brings_new=brings_new), at)


def close_preparation(case: Case, *, by: User, at: datetime) -> None:
    """Close the preparation (rule 23): both sides are finished, the rounds are used up, or a deadline has passed without an answer.

    Each party has confirmed the joint table as it stands, or had its time to do so.
    """
    on = oslo_date(at)
    if found := turns_are_over(case, on) or table_is_settled(case, on):
        raise CannotProceed(found)
    take_step(case, Act.CLOSE_PREPARATION, by=by, at=at)
    close_tasks(case, *TURNS, TaskKind.CONFIRM_TABLE, TaskKind.CLOSE_PREPARATION, at=at)
    open_task(case, TaskKind.SEAT, at=at, owner=Desk.SECRETARIAT)
    for party in case.parties_present:
        write_to_party(party, LetterKind.PREPARATION_CLOSED, at=at)


def withdraw(case: Case, *, by: User, at: datetime, reasons: str = "") -> Submission:
    """End the case because the requesting side withdraws it (rule 22). Its reasons are for the secretariat, and are not sent over.

    ASSUMPTION: where several stand on the requesting side, one who may bind its party withdraws for all of them.
    """
    party = case.party_of(by, oslo_date(at))
    if party is None or party.side is not Side.REQUESTING:
        raise NotAllowed
    take_step(case, Act.WITHDRAW, by=by, at=at)
    sent = Submission(party=party, kind=SubmissionKind.WITHDRAWAL, text=reasons.strip(), made_at=at, by=by)
    case.submissions.append(sent)
    _index(sent, at)
    _end(case, WITHDRAWN, "", at)
    write_to_secretariat(case, LetterKind.DISCONTINUED, at=at)
    return sent


def discontinue(case: Case, *, by: User, at: datetime, ground: str, reasons: str = "") -> None:
    """End the case because the claim was accepted as a whole (heving, rule 16). Raises `CannotProceed` for another ground."""
    if ground != ACCEPTED:
        raise CannotProceed(Message("submissions.ground_not_for_this"))
    take_step(case, Act.DISCONTINUE, by=by, at=at)
    _end(case, ground, reasons.strip(), at)


def _end(case: Case, ground: str, reasons: str, at: datetime) -> None:
    """Write the ending down, wait for nothing more, and tell all who take part."""
    case.endings.append(Ending(kind=EndingKind.DISCONTINUED, ground=ground, reasons=reasons, happened_at=at, recorded_at=at))
    close_all_tasks(case, at=at)
    for party in case.parties_present:
        write_to_party(party, LetterKind.DISCONTINUED, at=at)
    for seat in case.seats_held:
        write_to_user(seat.user, LetterKind.DISCONTINUED, at=at, case=case)


def _in_turn(case: Case, act: Act, kind: TaskKind, *, by: User, at: datetime) -> tuple[Party, Task]:
    """The party that `by` writes for, and its open turn. Raises `NotAllowed` for one of neither side, `CannotProceed` out of turn."""
    if found := obstacles(case, act):
        raise CannotProceed(found)
    party = case.party_of(by, oslo_date(at))
    if party is None:
        raise NotAllowed
    task = turn_of(case, party, kind)
    if task is None:
        raise CannotProceed(Message("submissions.not_your_turn"))
    if not is_served_request(case, party):
        raise CannotProceed(Message("submissions.request_not_served"))
    return party, task


def _send(
    case: Case, party: Party, kind: SubmissionKind, *, by: User, at: datetime, text: str, task: Task, papers: Sequence[Paper]
) -> Submission:
    """The sending, not in the case yet: it is written once, so all of it must be known before the database sees it. The turn is taken."""
    is_response = kind is SubmissionKind.RESPONSE
    sent = Submission(
        party=party,
        kind=kind,
        round=0 if is_response else rounds_taken(case, party) + 1,
        text=text.strip(),
        made_at=at,
        by=by,
        # Admitted when late, as long as the preparation is open, and marked (rule 18).
        is_late=task.due_on is not None and is_late(at, task.due_on),
    )
    place_papers(case, sent, papers)
    task.done_at = at
    let_requests_fall(case, at=at)
    return sent


def place_papers(case: Case, sent: Submission, papers: Sequence[Paper]) -> None:
    """Let the papers be those of the sending, in their order."""
    for position, paper in enumerate(papers, start=1):
        paper.position, paper.case_id = position, case.id
        sent.papers.append(paper)


def hand_in(sent: Submission, at: datetime) -> None:
    """Put the sending in front of the secretariat."""
    case = sent.case
    _index(sent, at)
    take_page_comments(sent)
    if not is_waiting_for(case, TaskKind.PASS_ON):
        open_task(case, TaskKind.PASS_ON, at=at, owner=Desk.SECRETARIAT)
    write_to_secretariat(case, LetterKind.SUBMISSION_RECEIVED, at=at)


def _tell(sent: Submission, party: Party, told: Told, papers: Sequence[Paper]) -> None:
    """Put into the sending what its party tells beside the text. A fact may point to a paper of this sending, or one the party has read."""
    case = party.case
    # Nothing is kept before all of it is there, as it is written once.
    with session_of(case).no_autoflush:
        read = [paper for found in case.submissions if found.is_served_on(party) for paper in found.papers]
        add_facts(sent, case, told, [*read, *papers])
        add_lines(sent, party, told.lines)


def _index(sent: Submission, at: datetime) -> None:
    session = session_of(sent.case)
    session.flush()
    queue(session, JobKind.INDEX_SUBMISSION, sent.id, at=at)


def _serve(sent: Submission, in_turn: list[Party], at: datetime) -> None:
    """Serve the sending on every other party, and let the clock of those in turn start with it; or ask all to confirm the joint table."""
    case = sent.case
    for party in case.parties_present:
        if party is not sent.party:
            turn = _give_turn(case, party, at) if party in in_turn else None
            write_to_party(party, LetterKind.NEXT_ROUND, at=at, serves=sent, starts=turn)
    ask_to_confirm(case, at=at)


def _give_turn(case: Case, party: Party, at: datetime) -> Task:
    """Let the party comment. An open turn begins anew: there is more to comment on than when it was given."""
    close_tasks(case, TaskKind.COMMENT, at=at, owner=party)
    return open_task(case, TaskKind.COMMENT, at=at, owner=party, length=procedure_on(case.registered_on).comment_length)
