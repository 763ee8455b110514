"""What comes outside the turns: a further paper before the preparation is closed (rules 18, 19), and a preparation that is reopened (rule 23)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.access.policy import Act
from tvist.cases.lifecycle import obstacles, take_step
from tvist.cases.submissions import Submission, SubmissionKind
from tvist.cases.tasks import close_tasks, is_waiting_for, open_task
from tvist.cases.waiting import Desk, TaskKind
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.delivery.actions import write_to_party, write_to_user
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed
from tvist.procedure.settings import procedure_on
from tvist.submissions.actions import hand_in, place_papers
from tvist.submissions.rules import turn_of, waiting_to_be_passed_on
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case, Party
    from tvist.documents.models import Paper

REOPENED = "reopened"
"""Why a person left a seat: the preparation was reopened."""


def send_more(case: Case, *, by: User, at: datetime, text: str, papers: Sequence[Paper] = ()) -> Submission:
    """Send something further outside one's turn; the secretariat looks it through and passes it on like other sendings.

    The other side gets the word where it brings something new. Raises `NotAllowed` for one of neither side, `CannotProceed` where the party
    has the word (it is then sent as an answer or as comments), or says nothing of what it sends.
    """
    party = case.party_of(by, oslo_date(at))
    if party is None:
        raise NotAllowed
    if found := obstacles(case, Act.SEND_MORE) or faults_in_more(case, party):
        raise CannotProceed(found)
    if not text.strip():
        raise CannotProceed(Message("submissions.more.say_what"))
    take_step(case, Act.SEND_MORE, by=by, at=at)
    sent = Submission(party=party, kind=SubmissionKind.ADDITION, text=text.strip(), made_at=at, by=by)
    place_papers(case, sent, papers)
    case.submissions.append(sent)
    hand_in(sent, at)
    return sent


def faults_in_more(case: Case, party: Party) -> list[Message]:
    """Why the party does not send more now: it has the word, and sends it as that."""
    turn = turn_of(case, party)
    return [Message("submissions.more.has_the_word", what=turn.kind)] if turn else []


def reopen(case: Case, *, by: User, at: datetime, reason: str, word_to: Collection[Party]) -> None:
    """Reopen the preparation (rule 23), with a reason, and give the word to one side or both.

    A panel that was called and does not have the case yet is let go: its members are told, nothing is waited for from them, and when the
    preparation is closed again a panel is called anew and declares anew, for new papers may name new people (rule 29). The parties' time to
    object falls with it. Raises `CannotProceed` without a reason, or where nobody gets the word: the turn would belong to nobody.
    """
    if found := obstacles(case, Act.REOPEN) or faults_in_reopening(case, reason, word_to):
        raise CannotProceed(found)
    take_step(case, Act.REOPEN, by=by, at=at, said=Message("journal.reopened", reason=reason.strip()))
    close_tasks(
        case,
        TaskKind.SEAT,
        TaskKind.DECLARE,
        TaskKind.OBJECT,
        TaskKind.RULE_ON_CHALLENGE,
        TaskKind.REFER,
        TaskKind.RULE_ON_LATE,
        at=at,
    )
    if waiting_to_be_passed_on(case) and not is_waiting_for(case, TaskKind.PASS_ON):
        # What came while the preparation was closed is an addition now; nobody need rule on it.
        open_task(case, TaskKind.PASS_ON, at=at, owner=Desk.SECRETARIAT)
    for seat in case.seats_held:
        seat.left_at, seat.left_because = at, REOPENED
        for challenge in seat.challenges:
            challenge.lapse(at)
        write_to_user(seat.user, LetterKind.REOPENED, at=at, case=case, link="/desk")
    length = procedure_on(case.registered_on).comment_length
    for party in case.parties_present:
        turn = open_task(case, TaskKind.COMMENT, at=at, owner=party, length=length) if party in word_to else None
        # The letter points to the turn by its number, which it gets here.
        session_of(case).flush()
        write_to_party(party, LetterKind.REOPENED, at=at, starts=turn)


def faults_in_reopening(case: Case, reason: str, word_to: Collection[Party]) -> list[Message]:
    """What is wrong with reopening as it was filled in."""
    faults = [] if reason.strip() else [Message("submissions.reopen.say_why")]
    if not word_to or any(party not in case.parties_present for party in word_to):
        faults.append(Message("submissions.reopen.choose_party"))
    return faults
