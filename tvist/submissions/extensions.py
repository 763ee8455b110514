"""More time: asked for by the party that is waited for, before its time is out, and ruled on by the secretariat (rule 19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.access.policy import Act
from tvist.cases.clocks import Extension, let_requests_fall, open_requests
from tvist.cases.lifecycle import obstacles, take_step
from tvist.cases.tasks import is_waiting_for, open_task
from tvist.cases.waiting import EXTENDABLE, Desk, TaskKind
from tvist.clock import oslo_date
from tvist.delivery.actions import write_to_party, write_to_secretariat
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed
from tvist.procedure.settings import procedure_on
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date, datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case, Party
    from tvist.cases.waiting import Task


def ask_extension(case: Case, *, by: User, at: datetime, wanted_until: date, reason: str) -> Extension:
    """Ask for more time, with the day wanted and why. A day ends at midnight in Oslo, so 23:59 is in time and 00:01 is not (rule 18).

    Raises `NotAllowed` for one of neither side, `CannotProceed` with all that is in the way.
    """
    party = case.party_of(by, oslo_date(at))
    if party is None:
        raise NotAllowed
    task = extendable_task(case, party)
    if found := obstacles(case, Act.ASK_EXTENSION) or faults_in_request(task, wanted_until, reason, oslo_date(at)):
        raise CannotProceed(found)
    assert task is not None  # noqa: S101 - `faults_in_request` has asked.
    take_step(case, Act.ASK_EXTENSION, by=by, at=at)
    made = Extension(party=party, wanted_until=wanted_until, reason=reason.strip(), asked_by_id=by.id, asked_at=at)
    task.extensions.append(made)
    if not is_waiting_for(case, TaskKind.RULE_ON_EXTENSION):
        open_task(case, TaskKind.RULE_ON_EXTENSION, at=at, owner=Desk.SECRETARIAT)
    write_to_secretariat(case, LetterKind.EXTENSION_ASKED, at=at)
    return made


def grant(extension: Extension, *, by: User, at: datetime, until: date, reason: str) -> None:
    """Grant more time to that day, the one that was wanted or another; both sides are told. Raises `CannotProceed` with all that is in the way.

    A ruling after the old end is as good as one before it: the party is not late by what it does until the new one.
    """
    case = extension.task.case
    if found := obstacles(case, Act.RULE_ON_EXTENSION) or faults_in_grant(extension, until, reason, oslo_date(at)):
        raise CannotProceed(found)
    take_step(case, Act.RULE_ON_EXTENSION, by=by, at=at, said=Message("journal.extension_granted", until=until))
    extension.granted_until = until
    _rule(extension, by=by, at=at, reason=reason)
    extension.task.count_again()
    _tell(case, LetterKind.EXTENSION_GRANTED, at=at, due=extension.task.due_on)


def refuse(extension: Extension, *, by: User, at: datetime, reason: str) -> None:
    """Refuse more time: the last day stays as it was; both sides are told. Raises `CannotProceed` without a reason."""
    case = extension.task.case
    if found := obstacles(case, Act.RULE_ON_EXTENSION) or faults_in_ruling(extension, reason):
        raise CannotProceed(found)
    take_step(case, Act.RULE_ON_EXTENSION, by=by, at=at, said=Message("journal.extension_refused"))
    _rule(extension, by=by, at=at, reason=reason)
    _tell(case, LetterKind.EXTENSION_REFUSED, at=at, due=extension.task.due_on)


def extendable_task(case: Case, party: Party) -> Task | None:
    """What the party is waited for, and may ask for more time for, the soonest first."""
    return next((task for task in case.open_tasks if task.party is party and task.kind in EXTENDABLE), None)


def longest_until(task: Task) -> date | None:
    """The last day that the time may be extended to: so long after the day it would have ended on without any extension."""
    own_end = task.own_end
    return procedure_on(task.case.registered_on).longest_extension.after(own_end) if own_end else None


def faults_in_request(task: Task | None, wanted_until: date | None, reason: str, on: date) -> list[Message]:
    """What is wrong with a request for more time made that day."""
    if found := why_not_now(task, on):
        return [found]
    assert task is not None  # noqa: S101 - `why_not_now` has asked.
    faults = [_fault_in_day(task, wanted_until)] if wanted_until else [Message("submissions.extension.choose_day")]
    if not reason.strip():
        faults.append(Message("submissions.extension.say_why"))
    return [fault for fault in faults if fault]


def why_not_now(task: Task | None, on: date) -> Message | None:
    """Why the party cannot ask for more time that day; and what it can do instead where its time is out."""
    if task is None:
        return Message("submissions.extension.nothing_awaited")
    if task.due_on is None:
        return Message("submissions.extension.no_day_yet")
    if task.request is not None:
        return Message("submissions.extension.asked_already", until=task.request.wanted_until)
    if task.due_on < on:
        return Message("submissions.extension.too_late", due=task.due_on)
    return None


def faults_in_grant(extension: Extension, until: date | None, reason: str, on: date) -> list[Message]:
    """What is wrong with granting more time to that day, on that day."""
    day = _fault_in_day(extension.task, until) if until else Message("submissions.extension.choose_day")
    if day is None and until is not None and until < on:
        day = Message("submissions.extension.day_is_past", until=until)
    return [*faults_in_ruling(extension, reason), *([day] if day else [])]


def faults_in_ruling(extension: Extension, reason: str) -> list[Message]:
    """What is wrong with a ruling, whichever way it goes."""
    if extension.ruled_at is not None:
        return [Message("submissions.extension.ruled_already")]
    return [] if reason.strip() else [Message("submissions.extension.ruling_needs_reason")]


def _fault_in_day(task: Task, until: date) -> Message | None:
    longest = longest_until(task)
    if task.due_on is None or longest is None:
        return Message("submissions.extension.no_day_yet")
    if until <= task.due_on:
        return Message("submissions.extension.not_later", due=task.due_on)
    return Message("submissions.extension.too_long", longest=longest) if until > longest else None


def _rule(extension: Extension, *, by: User, at: datetime, reason: str) -> None:
    extension.ruling, extension.ruled_by_id, extension.ruled_at = reason.strip(), by.id, at
    let_requests_fall(extension.task.case, at=at)


def _tell(case: Case, kind: LetterKind, *, at: datetime, due: date | None) -> None:
    for party in case.parties_present:
        write_to_party(party, kind, at=at, due=due)


# ---- Conditions of acts, joined in tvist.rulebook ----


def request_waits(case: Case) -> Message | None:
    """Somebody has asked for more time, and waits for an answer."""
    return None if open_requests(case) else Message("submissions.extension.nothing_asked")


def time_is_running(case: Case) -> Message | None:
    """Something is waited for from a party that more time can be asked for."""
    waiting = any(task.kind in EXTENDABLE for task in case.open_tasks)
    return None if waiting else Message("submissions.extension.nothing_awaited")
