"""What a party sends when the preparation is closed: ruled on by the leader, and if admitted commented on by the others (rules 21, 33).

Nobody but its sender and the secretariat reads it before it is admitted, looked through and sent over. Start at `send_late`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.access.policy import Act
from tvist.cases.admissions import LateSending
from tvist.cases.clocks import let_requests_fall
from tvist.cases.lifecycle import State, obstacles, take_step
from tvist.cases.submissions import AFTER_PREPARATION, Submission, SubmissionKind
from tvist.cases.tasks import close_tasks, is_waiting_for, open_task
from tvist.cases.waiting import Desk, TaskKind
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.delivery.actions import write_to_party, write_to_secretariat, write_to_user
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed
from tvist.jobs.actions import queue
from tvist.jobs.models import JobKind
from tvist.panel.bundle import may_be_let_in, not_in_newest
from tvist.panel.models import SeatKind
from tvist.panel.rules import holder
from tvist.procedure.deadlines import is_late
from tvist.submissions.actions import hand_in, place_papers
from tvist.submissions.late_serving import serve_late
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case, Party
    from tvist.cases.waiting import Task
    from tvist.documents.models import Paper
    from tvist.panel.models import Seat


def send_late(case: Case, *, by: User, at: datetime, text: str, why_late: str, papers: Sequence[Paper] = ()) -> Submission:
    """Send something when the preparation is closed, with why it comes only now; the leader rules on whether the panel gets it.

    Raises `NotAllowed` for one of neither side, `CannotProceed` with all that is wrong.
    """
    party = _party_of(case, by, at)
    faults = [*faults_in_sending(case, party), *_empty(text, "late.say_what"), *_empty(why_late, "late.say_why")]
    if found := obstacles(case, Act.SEND_LATE) or faults:
        raise CannotProceed(found)
    take_step(case, Act.SEND_LATE, by=by, at=at, said=Message("journal.send_late", party=party.name))
    session = session_of(case)
    # Written whole: neither row can be changed once the database has it.
    with session.no_autoflush:
        sent = Submission(party=party, kind=SubmissionKind.LATE, text=text.strip(), made_at=at, by=by)
        place_papers(case, sent, papers)
        case.submissions.append(sent)
        sent.late = LateSending(case=case, why_late=why_late.strip(), reasons="")
    session.flush()
    queue(session, JobKind.INDEX_SUBMISSION, sent.id, at=at)
    write_to_secretariat(case, LetterKind.LATE_SENT, at=at)
    hand_to_leader(case, at=at)
    return sent


def faults_in_sending(case: Case, party: Party) -> list[Message]:
    """Why the party does not send something now: one of its sendings waits for a ruling, or it has the word and comments instead."""
    if any(found.submission.party is party for found in waiting_for_ruling(case)):
        return [Message("late.one_waits")]
    return [Message("late.has_the_word")] if comment_task(case, party) else []


def hand_to_leader(case: Case, *, at: datetime) -> None:
    """Let who leads the panel rule on what waits, once somebody does; done again when a leader takes the seat. Twice changes nothing."""
    leader = _seated_leader(case)
    if leader is None or not waiting_for_ruling(case) or is_waiting_for(case, TaskKind.RULE_ON_LATE, leader.user):
        return
    open_task(case, TaskKind.RULE_ON_LATE, at=at, owner=leader.user)
    write_to_user(leader.user, LetterKind.LATE_SENT, at=at, case=case, link=f"/cases/{case.slug}/late/ruling")


def rule_on_late(late: LateSending, *, by: User, at: datetime, admits: bool, reasons: str) -> None:
    """Admit or refuse what came late, with reasons. The leader has not read it: it is known by its sender, day, titles and why it is late.

    What is admitted is looked through and sent over by the secretariat, and the others comment; what is refused stays with its sender.
    """
    case, party = late.case, late.submission.party
    assert party is not None  # noqa: S101 - only a party sends late.
    faults = (
        [Message("late.ruled_already")] if late not in waiting_for_ruling(case) else _empty(reasons, "late.ruling_needs_reasons")
    )
    if found := obstacles(case, Act.RULE_ON_LATE) or faults:
        raise CannotProceed(found)
    said = Message("journal.late_admitted" if admits else "journal.late_refused", party=party.name)
    take_step(case, Act.RULE_ON_LATE, by=by, at=at, said=said)
    late.ruled_at, late.ruled_by_id, late.is_admitted, late.reasons = at, by.id, admits, reasons.strip()
    if not waiting_for_ruling(case):
        close_tasks(case, TaskKind.RULE_ON_LATE, at=at)
    write_to_party(party, LetterKind.LATE_ADMITTED if admits else LetterKind.LATE_REFUSED, at=at)
    if admits:
        if not is_waiting_for(case, TaskKind.PASS_ON):
            open_task(case, TaskKind.PASS_ON, at=at, owner=Desk.SECRETARIAT)
        write_to_secretariat(case, LetterKind.LATE_ADMITTED, at=at)


def comment_on_late(case: Case, *, by: User, at: datetime, text: str, papers: Sequence[Paper] = ()) -> Submission:
    """Comment on what was admitted late; the secretariat looks it through before it goes over. Raises as `send_late` does."""
    if found := _empty(text, "late.write_comments"):
        raise CannotProceed(found)
    sent = _answer(case, by=by, at=at, text=text.strip(), papers=papers)
    hand_in(sent, at)
    return sent


def no_comments_on_late(case: Case, *, by: User, at: datetime) -> Submission:
    """Say that the party has nothing to say to what was admitted late. It carries no text, so it goes straight over."""
    sent = _answer(case, by=by, at=at, text="", papers=())
    sent.passed_on_at = at
    session = session_of(case)
    session.flush()
    queue(session, JobKind.INDEX_SUBMISSION, sent.id, at=at)
    serve_late(sent, at=at)
    return sent


def _answer(case: Case, *, by: User, at: datetime, text: str, papers: Sequence[Paper]) -> Submission:
    """The sending, by which every time the party has to comment is taken."""
    party = _party_of(case, by, at)
    task = comment_task(case, party)
    if found := obstacles(case, Act.COMMENT_ON_LATE) or ([] if task else [Message("late.nothing_to_comment")]):
        raise CannotProceed(found)
    assert task is not None  # noqa: S101 - it was asked for in the line above.
    take_step(case, Act.COMMENT_ON_LATE, by=by, at=at)
    is_past = task.due_on is not None and is_late(at, task.due_on)
    with session_of(case).no_autoflush:
        sent = Submission(party=party, kind=SubmissionKind.LATE_COMMENTS, text=text, made_at=at, by=by, is_late=is_past)
        place_papers(case, sent, papers)
        for each in _comment_tasks(case, party):
            each.done_at = at
        let_requests_fall(case, at=at)
        case.submissions.append(sent)
    return sent


def waiting_for_ruling(case: Case) -> list[LateSending]:
    """What came late and was neither ruled on nor sent over since, in the order it came; nothing in a case that has ended."""
    if case.is_closed:
        return []
    return [found for found in case.late_sendings if found.ruled_at is None and found.submission.passed_on_at is None]


def running_rounds(case: Case) -> list[Submission]:
    """What was admitted late, and the comments on it, that the panel does not read yet: not sent over, not served, or not commented on."""
    coming = [found for found in case.submissions if found.kind in AFTER_PREPARATION and not found.is_copy]
    return [found for found in coming if not found.reaches_panel and (found.late is None or found.late.is_admitted is True)]


def comment_task(case: Case, party: Party) -> Task | None:
    """The time the party has to comment on what was admitted late, that which ends first; None where it has none."""
    return next(iter(_comment_tasks(case, party)), None)


def _comment_tasks(case: Case, party: Party) -> list[Task]:
    return [task for task in case.open_tasks if task.kind is TaskKind.COMMENT_ON_LATE and task.party is party]


def _seated_leader(case: Case) -> Seat | None:
    seat = holder(case, SeatKind.LEADER)
    return seat if seat is not None and seat.is_declared else None


def _party_of(case: Case, by: User, at: datetime) -> Party:
    party = case.party_of(by, oslo_date(at))
    if party is None:
        raise NotAllowed
    return party


def _empty(text: str, code: str) -> list[Message]:
    return [] if text.strip() else [Message(code)]


# ---- Conditions of acts, joined in tvist.rulebook ----


def something_to_rule_on(case: Case) -> Message | None:
    """Something that came late waits for a ruling."""
    return None if waiting_for_ruling(case) else Message("late.nothing_to_rule_on")


def comments_are_awaited(case: Case) -> Message | None:
    """A party has the word on what was admitted late."""
    waits = any(task.kind is TaskKind.COMMENT_ON_LATE for task in case.open_tasks)
    return None if waits else Message("late.nothing_to_comment")


def something_to_let_in(case: Case) -> Message | None:
    """Something was sent over that not each party has had."""
    return None if may_be_let_in(case) else Message("late.nothing_to_let_in")


def something_to_renew(case: Case) -> Message | None:
    """Something came to the panel since its bundle was frozen."""
    return None if not_in_newest(case) else Message("late.nothing_to_renew")


def no_round_runs(case: Case) -> Message | None:
    """Nothing that was admitted late is still to be sent over or commented on: what was begun is brought to its end."""
    return Message("late.round_runs") if running_rounds(case) else None


def nothing_comes_late(case: Case) -> Message | None:
    """Nothing waits for a ruling, no round runs, and the newest bundle holds all that was admitted (rules 21, 33)."""
    if waiting_for_ruling(case):
        return Message("late.ruling_awaited")
    if found := no_round_runs(case):
        return found
    return Message("late.bundle_is_old") if case.state is State.PANEL and not_in_newest(case) else None


def all_have_read(case: Case) -> Message | None:
    """Each who sits now has read the bundle in its newest version (rule 33)."""
    if not case.bundles:
        return None
    read = {found.user_id for found in case.bundles[-1].readings}
    missing = sum(1 for seat in case.seats_held if seat.user_id not in read)
    return Message("late.not_all_have_read", count=missing) if missing else None
