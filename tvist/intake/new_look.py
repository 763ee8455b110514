"""A party asks the leader to look at a dismissal anew: once for each dismissal, and in time (rule 16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.access.policy import Act
from tvist.cases.history import EndingKind
from tvist.cases.lifecycle import obstacles, take_step
from tvist.cases.submissions import Submission, SubmissionKind
from tvist.cases.tasks import close_tasks, open_task
from tvist.cases.waiting import Desk, TaskKind
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.delivery.actions import write_to_party, write_to_secretariat
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed
from tvist.intake.actions import open_screening
from tvist.intake.models import NewLook
from tvist.intake.sendings import from_body, serve
from tvist.jobs.actions import queue
from tvist.jobs.models import JobKind
from tvist.procedure.deadlines import Deadline, deadline
from tvist.procedure.settings import procedure_on
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date, datetime

    from tvist.accounts.models import User
    from tvist.cases.history import Ending
    from tvist.cases.models import Case, Party


def ask_new_look(case: Case, *, by: User, at: datetime, text: str) -> NewLook:
    """Ask the leader to take the case up again after a dismissal. The words are for the body; the other side is told that it was asked.

    Raises NotAllowed for one of no party, CannotProceed without words, too late, or where a new look at this dismissal was asked for before.
    """
    party = case.party_of(by, oslo_date(at))
    if party is None:
        raise NotAllowed
    if found := [*obstacles(case, Act.ASK_NEW_LOOK), *_faults(case, party, text, oslo_date(at))]:
        raise CannotProceed(found)
    take_step(case, Act.ASK_NEW_LOOK, by=by, at=at)
    submission = Submission(party=party, kind=SubmissionKind.NEW_LOOK_REQUEST, text=text.strip(), made_at=at, by=by)
    case.submissions.append(submission)
    session = session_of(case)
    session.flush()
    queue(session, JobKind.INDEX_SUBMISSION, submission.id, at=at)
    asked = NewLook(ending=standing_dismissal(case), party=party, submission=submission, asked_at=at)
    case.new_looks.append(asked)
    open_task(case, TaskKind.DECIDE_NEW_LOOK, at=at, owner=Desk.LEADER)
    write_to_secretariat(case, LetterKind.NEW_LOOK_ASKED, at=at)
    for other in case.parties_present:
        if other is not party:
            write_to_party(other, LetterKind.NEW_LOOK_ASKED, at=at)
    return asked


def take_up_again(case: Case, *, by: User, at: datetime, reasons: str) -> None:
    """The leader takes the case up again: it is screened anew, and the ending stays as a row that was undone."""
    asked, ending = _asked(case), standing_dismissal(case)
    if not reasons.strip():
        raise CannotProceed(Message("intake.needed.decision_reasons"))
    take_step(case, Act.TAKE_UP_AGAIN, by=by, at=at)
    if ending is not None:
        ending.undone_at = at
    _decide(asked, by=by, at=at, is_taken_up=True, reasons=reasons)
    close_tasks(case, TaskKind.DECIDE_NEW_LOOK, at=at)
    open_screening(case, at)
    _tell(case, LetterKind.TAKEN_UP_AGAIN, reasons, by=by, at=at)


def refuse_new_look(case: Case, *, by: User, at: datetime, reasons: str) -> None:
    """The leader lets the dismissal stand; there is no further new look at it."""
    asked = _asked(case)
    if not reasons.strip():
        raise CannotProceed(Message("intake.needed.decision_reasons"))
    take_step(case, Act.REFUSE_NEW_LOOK, by=by, at=at)
    _decide(asked, by=by, at=at, is_taken_up=False, reasons=reasons)
    close_tasks(case, TaskKind.DECIDE_NEW_LOOK, at=at)
    _tell(case, LetterKind.NEW_LOOK_REFUSED, reasons, by=by, at=at)


def standing_dismissal(case: Case) -> Ending | None:
    """The dismissal that the case has ended by; None for a case that has not."""
    endings = (found for found in reversed(case.endings) if found.undone_at is None)
    return next((found for found in endings if found.kind is EndingKind.DISMISSED), None)


def open_new_look(case: Case) -> NewLook | None:
    """The new look that the leader has not decided."""
    return next((found for found in case.new_looks if found.decided_at is None), None)


def last_day_to_ask(case: Case, party: Party) -> Deadline | None:
    """Until when the party may ask, counted from when the dismissal was served on it; None while it was not served (rule 18)."""
    served = [
        serving.served_at
        for submission in case.submissions
        if submission.kind is SubmissionKind.DISMISSAL
        for serving in submission.servings
        if serving.party_id == party.id and serving.served_at is not None and serving.is_served
    ]
    return deadline(oslo_date(max(served)), procedure_on(case.registered_on).new_look_length) if served else None


def new_look_fault(case: Case, party: Party | None, on: date) -> Message | None:
    """Why the party cannot ask now: its time is out."""
    found = last_day_to_ask(case, party) if party is not None else None
    return Message("intake.new_look_too_late", due=found.due_on) if found and on > found.due_on else None


# ---- Conditions of acts, joined in tvist.rulebook ----


def not_looked_at_before(case: Case) -> Message | None:
    """Nobody has asked for a new look at this dismissal yet."""
    ending = standing_dismissal(case)
    asked = any(found.ending is ending or found.ending_id == (ending.id if ending else None) for found in case.new_looks)
    return Message("intake.new_look_asked_before") if ending is not None and asked else None


def new_look_asked(case: Case) -> Message | None:
    """A party has asked, and the leader has not decided."""
    return None if open_new_look(case) else Message("intake.no_new_look_asked")


def _faults(case: Case, party: Party, text: str, on: date) -> list[Message]:
    found = [new_look_fault(case, party, on), None if text.strip() else Message("intake.needed.new_look_text")]
    return [fault for fault in found if fault is not None]


def _asked(case: Case) -> NewLook:
    found = open_new_look(case)
    if found is None:
        raise CannotProceed(Message("intake.no_new_look_asked"))
    return found


def _decide(asked: NewLook, *, by: User, at: datetime, is_taken_up: bool, reasons: str) -> None:
    asked.decided_by_id, asked.decided_at, asked.is_taken_up, asked.reasons = by.id, at, is_taken_up, reasons.strip()


def _tell(case: Case, kind: LetterKind, reasons: str, *, by: User, at: datetime) -> None:
    letter = from_body(case, SubmissionKind.NEW_LOOK_DECISION, reasons.strip(), by=by, at=at)
    for party in case.parties_present:
        serve(party, kind, letter, starts=None, at=at)
