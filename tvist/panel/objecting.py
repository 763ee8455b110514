"""What a party says of who sits: an objection against one member or several, or none, within its time (rule 30)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.access.policy import Act
from tvist.cases.lifecycle import obstacles, take_step
from tvist.cases.tasks import close_tasks
from tvist.cases.waiting import TaskKind
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.delivery.actions import write_to_party, write_to_secretariat
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed
from tvist.panel.challenges import Objection
from tvist.panel.challenging import ask_rulers, challenge
from tvist.panel.models import SeatKind
from tvist.panel.rules import holder
from tvist.procedure.deadlines import is_late
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case, Party
    from tvist.cases.waiting import Task
    from tvist.panel.models import Seat


def object_to(case: Case, seats: Sequence[Seat], *, by: User, at: datetime, words: str) -> Objection:
    """The party of `by` objects to those who hold these seats; the others rule on it. It may object again while its time runs.

    Raises NotAllowed for one of no party, CannotProceed with all that is wrong.
    """
    party = _party_of(case, by, at)
    if found := obstacles(case, Act.OBJECT) or objection_faults(case, party, seats, words, at):
        raise CannotProceed(found)
    kinds = [seat.kind for seat in seats]
    take_step(case, Act.OBJECT, by=by, at=at, said=Message("panel.journal.objection", party=party.name, seats=kinds))
    made = Objection(party=party, by=by, made_at=at, words=words.strip())
    case.objections.append(made)
    session_of(case).flush()
    for seat in seats:
        challenge(seat, at=at, objection=made)
    if not open_to_objection(case, party):
        close_tasks(case, TaskKind.OBJECT, at=at, owner=party)
    link = f"/cases/{case.slug}/panel"
    write_to_secretariat(case, LetterKind.OBJECTION_MADE, at=at, link=link)
    for other in case.parties_remaining:
        if other is not party:
            write_to_party(other, LetterKind.OBJECTION_MADE, at=at, link=link)
    ask_rulers(case, at)
    return made


def say_no_objection(case: Case, *, by: User, at: datetime) -> None:
    """The party of `by` has nothing, or nothing more, against who sits; it is not waited for any more. Raises NotAllowed, CannotProceed."""
    party = _party_of(case, by, at)
    if found := obstacles(case, Act.OBJECT) or [fault for fault in [why_not_object(case, party, at)] if fault]:
        raise CannotProceed(found)
    take_step(case, Act.OBJECT, by=by, at=at, said=Message("panel.journal.no_objection", party=party.name))
    close_tasks(case, TaskKind.OBJECT, at=at, owner=party)


def objection_faults(case: Case, party: Party, seats: Sequence[Seat], words: str, at: datetime) -> list[Message]:  # noqa: PLR0917 - who objects to whom, why, when.
    """What is wrong with an objection as it was filled in."""
    if found := why_not_object(case, party, at):
        return [found]
    faults = [] if seats else [Message("panel.object.choose_member")]
    able = open_to_objection(case, party)
    faults += [Message("panel.object.objected_already", name=seat.user.name) for seat in seats if seat not in able]
    return faults if words.strip() else [*faults, Message("panel.object.say_why")]


def why_not_object(case: Case, party: Party, at: datetime) -> Message | None:
    """Why the party cannot object now: it has answered, its time is out, or it has not been told who sits; or None."""
    own = [task for task in case.tasks if task.kind is TaskKind.OBJECT and task.party is party]
    task = next((found for found in own if found.is_open), None)
    if task is not None:
        return Message("panel.object.too_late", day=task.due_on) if task.due_on and is_late(at, task.due_on) else None
    if not own or not _is_last_told(case, own[-1]):
        return Message("panel.object.not_now")
    last = own[-1]
    if last.due_on is not None and last.done_at is not None and is_late(last.done_at, last.due_on):
        return Message("panel.object.too_late", day=last.due_on)
    return Message("panel.object.answered")


def open_to_objection(case: Case, party: Party) -> list[Seat]:
    """The members who sit and to whom the party has not objected, in the order of the seats."""
    named = {found.seat_id for found in case.challenges if found.objection is not None and found.objection.party is party}
    return [seat for kind in SeatKind if (seat := holder(case, kind)) is not None and seat.id not in named]


def task_of(case: Case, party: Party) -> Task | None:
    """The party's time to object, while it is waited for."""
    return next((task for task in case.open_tasks if task.kind is TaskKind.OBJECT and task.party is party), None)


def _is_last_told(case: Case, task: Task) -> bool:
    """Whether nobody was called since the parties were told."""
    return all(seat.seated_at <= task.opened_at for seat in case.seats_held) and len(case.seats_held) == len(SeatKind)


def _party_of(case: Case, by: User, at: datetime) -> Party:
    party = case.party_of(by, oslo_date(at))
    if party is None:
        raise NotAllowed
    return party
