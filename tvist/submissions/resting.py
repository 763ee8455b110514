"""A case rests (stilles i bero) for a coded reason until a day, and goes on again; that time is taken out of the clocks (rule 23)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tvist.access.policy import Act
from tvist.cases.clocks import Rest, count_all_again, running_rest
from tvist.cases.lifecycle import STEPS, obstacles, take_step
from tvist.cases.tasks import close_tasks, open_task
from tvist.cases.waiting import Desk, TaskKind
from tvist.clock import oslo_date
from tvist.delivery.actions import write_to_party, write_to_user
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed
from tvist.procedure.codes import CodeKind, code_named
from tvist.procedure.deadlines import Length, Unit
from tvist.procedure.settings import procedure_on
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date, datetime
    from typing import Any

    from tvist.accounts.models import User
    from tvist.cases.models import Case


def rest(case: Case, *, by: User, at: datetime, until_on: date, reason: str, words: str = "") -> Rest:
    """Let the case rest from today to `until_on`, both included, for a code of `resting_reason`. Raises `CannotProceed` with all that is wrong.

    Every time that runs is counted anew at once, the targets of the body too. The parties may still write; they only need not.
    """
    today = oslo_date(at)
    if found := obstacles(case, Act.REST) or faults_in_rest(case, until_on, reason, words, today):
        raise CannotProceed(found)
    take_step(case, Act.REST, by=by, at=at, said=Message("journal.rests_until", until=until_on))
    made = Rest(reason=reason, words=words.strip(), from_on=today, until_on=until_on, by=by, made_at=at)
    case.rests.append(made)
    case.resting_reason, case.resting_until = reason, until_on
    length = Length((until_on - today).days, Unit.DAYS)
    open_task(case, TaskKind.RESUME, at=at, owner=Desk.SECRETARIAT, length=length, starts_on=today, is_target=True)
    count_all_again(case)
    _tell(case, LetterKind.RESTING, at=at, until=until_on)
    return made


def resume(case: Case, *, by: User, at: datetime) -> None:
    """Take the case up again today, before the rest is over: yesterday was its last day, and the times are counted anew."""
    take_step(case, Act.RESUME, by=by, at=at)
    end_rest(case, last_on=oslo_date(at) - timedelta(days=1), at=at)


def end_passed_rest(case: Case, *, at: datetime) -> bool:
    """End a rest whose last day is past, or whose case has ended meanwhile; returns whether there was one. Done by the daily work."""
    running, yesterday = running_rest(case), oslo_date(at) - timedelta(days=1)
    if running is None or not (case.is_closed or running.until_on <= yesterday):
        return False
    if not case.is_closed and case.state in STEPS[Act.RESUME].sources:
        take_step(case, Act.RESUME, by=None, at=at, said=Message("journal.rest_is_over"))
    end_rest(case, last_on=min(running.until_on, yesterday), at=at)
    return True


def end_rest(case: Case, *, last_on: date, at: datetime) -> None:
    """Write down that `last_on` was the last day of the rest; count again, and tell all who take part in a case that goes on."""
    running = running_rest(case)
    assert running is not None  # noqa: S101 - who calls has asked.
    running.ended_on, running.ended_at = last_on, at
    case.resting_reason = case.resting_until = None
    close_tasks(case, TaskKind.RESUME, at=at)
    count_all_again(case)
    if not case.is_closed:
        _tell(case, LetterKind.RESUMED, at=at)


def faults_in_rest(case: Case, until_on: date | None, reason: str, words: str, on: date) -> list[Message]:  # noqa: PLR0917 - what was filled in, in which case, when.
    """What is wrong with a rest as it was filled in."""
    code = code_named(CodeKind.RESTING_REASON, reason, on)
    faults = [_fault_in_end(case, until_on, on)]
    if code is None:
        faults.append(Message("submissions.rest.choose_reason"))
    elif code.words_required and not words.strip():
        faults.append(Message("submissions.rest.say_why"))
    return [fault for fault in faults if fault]


def last_day_of_rest(case: Case, on: date) -> date:
    """The last day that a rest which begins on `on` may be set to."""
    return procedure_on(case.registered_on).longest_rest.after(on)


def _fault_in_end(case: Case, until_on: date | None, on: date) -> Message | None:
    if until_on is None:
        return Message("submissions.rest.choose_day")
    if until_on <= on:
        return Message("submissions.rest.not_later")
    longest = last_day_of_rest(case, on)
    return Message("submissions.rest.too_long", longest=longest) if until_on > longest else None


def _tell(case: Case, kind: LetterKind, *, at: datetime, **params: Any) -> None:
    for party in case.parties_present:
        write_to_party(party, kind, at=at, **params)
    for seat in case.seats_held:
        write_to_user(seat.user, kind, at=at, case=case, **params)


# ---- Conditions of acts, joined in tvist.rulebook ----


def not_resting(case: Case) -> Message | None:
    """The case does not rest."""
    return Message("submissions.rest.rests_already", until=case.resting_until) if case.resting_until else None


def is_resting(case: Case) -> Message | None:
    """The case rests."""
    return None if running_rest(case) else Message("submissions.rest.does_not_rest")
