"""A party concedes a claim line, wholly or with a sum (rule 22).

A concession carries no words, only a line and how much of it: so there is nothing to look through (rule 20), and it binds and is served at
once in every state, also when the preparation is closed and nothing can be passed on. Who wants to say why writes comments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.access.policy import Act
from tvist.cases.concessions import Concession
from tvist.cases.left import bearer_of, is_conceded, left_of
from tvist.cases.lifecycle import take_step
from tvist.cases.submissions import Submission, SubmissionKind
from tvist.cases.tasks import is_waiting_for, open_task
from tvist.cases.waiting import Desk, TaskKind
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.delivery.actions import write_to_party, write_to_secretariat, write_to_user
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed
from tvist.jobs.actions import queue
from tvist.jobs.models import JobKind
from tvist.submissions.confirming import ask_to_confirm
from tvist.submissions.questions import let_questions_fall
from tvist.submissions.rules import all_lines_are_accepted
from tvist.words import Message, Ore

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.claims import ClaimLine
    from tvist.cases.models import Case, Party


def something_left(case: Case) -> Message | None:
    """A line is still in dispute. The condition of `CONCEDE` in the rulebook."""
    return None if any(not is_conceded(line) for line in case.lines) else Message("submissions.concede.nothing_left_of_case")


def lines_to_concede(case: Case, party: Party) -> list[ClaimLine]:
    """The lines that say that the party should bear them, that it has been served, and of which something is left."""
    return [line for line in case.lines if bearer_of(line) is party and _is_known_to(line, party) and not is_conceded(line)]


def concession_faults(line: ClaimLine, party: Party, ore: int | None) -> list[Message]:
    """What is wrong with conceding `ore` of the line, or all that is left of it (None)."""
    if bearer_of(line) is not party or not _is_known_to(line, party):
        return [Message("submissions.concede.not_yours", position=line.position)]
    left = left_of(line)
    if is_conceded(line):
        return [Message("submissions.concede.nothing_left", position=line.position)]
    if ore is None:
        return []
    if left is None:
        return [Message("submissions.concede.principle_whole", position=line.position)]
    if ore <= 0:
        return [Message("submissions.concede.sum_needed", position=line.position)]
    return [] if ore <= left else [Message("submissions.concede.above_left", position=line.position, left=Ore(left))]


def concede(line: ClaimLine, *, by: User, at: datetime, ore: int | None = None) -> Submission:
    """Concede `ore` of the line, or all that is left of it (None). It binds at once and cannot be taken back.

    Raises `NotAllowed` for one who may not bind the party, `CannotProceed` for more than is left.
    """
    case, on = line.case, oslo_date(at)
    party = case.party_of(by, on)
    if party is None or not party.may_be_bound_by(by, on):
        raise NotAllowed
    if faults := concession_faults(line, party, ore):
        raise CannotProceed(faults)
    take_step(case, Act.CONCEDE, by=by, at=at, said=Message("submissions.journal.conceded", position=line.position))
    left, session = left_of(line), session_of(case)
    # Written whole: neither the sending nor the concession can be changed once the database has it.
    with session.no_autoflush:
        sent = Submission(party=party, kind=SubmissionKind.CONCESSION, text="", made_at=at, by=by, passed_on_at=at)
        sent.concessions = [Concession(line=line, conceded_ore=left or None if ore is None else ore)]
        case.submissions.append(sent)
    session.flush()
    queue(session, JobKind.INDEX_SUBMISSION, sent.id, at=at)
    _tell(sent, at)
    let_questions_fall(line, at=at)
    if all_lines_are_accepted(case) is None and not is_waiting_for(case, TaskKind.DISCONTINUE):
        open_task(case, TaskKind.DISCONTINUE, at=at, owner=Desk.SECRETARIAT)
    # The joint table is another now: who has confirmed it is asked anew.
    ask_to_confirm(case, at=at)
    return sent


def _tell(sent: Submission, at: datetime) -> None:
    """Serve it on every other party, and tell the secretariat and those who sit."""
    case = sent.case
    for party in case.parties_present:
        if party is not sent.party:
            write_to_party(party, LetterKind.CONCEDED, at=at, serves=sent)
    write_to_secretariat(case, LetterKind.CONCEDED, at=at)
    for seat in case.seats_held:
        write_to_user(seat.user, LetterKind.CONCEDED, at=at, case=case)


def _is_known_to(line: ClaimLine, party: Party) -> bool:
    """A line that came with a sending is known to whom that was served on (rule 20)."""
    return line.submission is None or line.submission.is_served_on(party)
