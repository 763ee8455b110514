"""Whose turn it is, until when and why: derived from the open tasks, for the eyes of one reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tvist.access.policy import Role
from tvist.cases.journal import NAMES_ARE_FOR, may_read_journal
from tvist.cases.lifecycle import State
from tvist.cases.waiting import DESKS, Desk, Task, TaskKind
from tvist.clock import oslo_date
from tvist.procedure.codes import CodeKind, code_label
from tvist.procedure.deadlines import deadline, explain
from tvist.procedure.settings import procedure_on
from tvist.words import Message, label

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from tvist.accounts.models import User
    from tvist.cases.clocks import Extension
    from tvist.cases.models import Case

DELIBERATION: Final = frozenset(
    {
        TaskKind.AGREE_QUESTIONS,
        TaskKind.CONFIRM_READING,
        TaskKind.VOTE,
        TaskKind.WRITE_TEXT,
        TaskKind.APPROVE,
        TaskKind.ORDER_ISSUE,
    }
)
"""What only the panel sees of itself; to others it is one thing: the panel is at work (rules 33-34)."""

CHANCES: Final = frozenset({TaskKind.OBJECT})
"""What a party may do within a time, and nobody waits for: it is shown until the time is out, and never missed (rule 30)."""

SEEN_BY: Final = {
    TaskKind.CONFIRM_SETTLEMENT: frozenset({Role.REQUESTING, Role.OPPOSING}),
    TaskKind.ANSWER_MESSAGE: frozenset({Role.SECRETARIAT}),
    # Who doubts whom, and who is asked to rule, is settled within the body; the parties are told the ruling (rules 29, 30).
    TaskKind.RULE_ON_CHALLENGE: frozenset({Role.SECRETARIAT, Role.SEATED, Role.RULING}),
    # What a party sends when the preparation is closed is not the other side's to know of before it is sent over (rule 33).
    TaskKind.RULE_ON_LATE: frozenset({Role.SECRETARIAT, Role.SEATED}),
}
"""Tasks that tell of what is not for all: an offer is for the two sides (rule 22), a message for the secretariat and one party."""

_LOOKS_THROUGH: Final = frozenset({Role.SECRETARIAT})


@dataclass(frozen=True)
class Turn:
    """Somebody is waited for. `why` explains the deadline in sentences (rule 25); `waits_for_service`: its clock has not started (rule 18)."""

    who: Message
    what: Message
    kind: TaskKind
    due_on: date | None = None
    is_target: bool = False
    is_mine: bool = False
    is_overdue: bool = False
    waits_for_service: bool = False
    why: tuple[Message, ...] = ()


def turns_of(case: Case, user: User, roles: Collection[Role], on: date) -> list[Turn]:
    """Who is waited for, soonest first. One who is called to a seat, or leads without having declared, sees only their own turn."""
    held = set(roles)
    sees_others = may_read_journal(held)
    found: list[Turn] = []
    for task in case.open_tasks:
        mine = is_mine(task, user, held, on)
        if not (mine or sees_others) or is_over(task, on) or is_kept_from(task, held):
            continue
        turn = _as_one(case, on) if task.kind in DELIBERATION and Role.SEATED not in held else _turn(task, held, on, is_mine=mine)
        # Two members who are waited for look alike to the parties: they are told once.
        if turn not in found:
            found.append(turn)
    return found


def missed(case: Case) -> list[Turn]:
    """The parties' deadlines that ran out before they answered, or were never kept; those still waited for are turns (rule 19)."""
    late = [
        task
        for task in case.tasks
        if task.party_id is not None
        and task.done_at
        and task.due_on
        and task.kind not in CHANCES
        and oslo_date(task.done_at) > task.due_on
    ]
    return [Turn(who=owner_of(task), what=label(task.kind), kind=task.kind, due_on=task.due_on) for task in late]


def is_kept_from(task: Task, roles: Collection[Role]) -> bool:
    """Whether the task tells of something that is not for these eyes: that a settlement is put forward, that a party has written."""
    readers = _LOOKS_THROUGH if looks_through_late(task) else SEEN_BY.get(task.kind)
    return readers is not None and not readers & set(roles)


def looks_through_late(task: Task) -> bool:
    """Whether the secretariat looks through something that came when the preparation was closed: no party knows of it yet."""
    return task.kind is TaskKind.PASS_ON and task.case.state is not State.EXCHANGE


def is_over(task: Task, on: date) -> bool:
    """Whether the task was a chance that nobody took in time."""
    return task.kind in CHANCES and task.due_on is not None and task.due_on < on


def owner_of(task: Task, *, with_names: bool = False) -> Message:
    """Who the task waits for: a party, an office, or a member of the panel, who is named to the body alone."""
    if task.party is not None:
        return Message("cases.named", name=task.party.name)
    if task.user is not None:
        return Message("cases.named", name=task.user.name) if with_names else Message("cases.board")
    return label(task.desk or Desk.SECRETARIAT)


def is_mine(task: Task, user: User, roles: Collection[Role], on: date) -> bool:
    """Whether the task waits for this person, who is `roles` to its case."""
    if task.party is not None:
        return task.party.left_at is None and task.party.has_in_team(user, on)
    if task.user_id is not None:
        return task.user_id == user.id
    return task.desk is not None and DESKS.get(task.desk) in roles


def _turn(task: Task, roles: set[Role], on: date, *, is_mine: bool) -> Turn:
    return Turn(
        who=owner_of(task, with_names=bool(roles & NAMES_ARE_FOR)),
        what=label(task.kind),
        kind=task.kind,
        due_on=task.due_on,
        is_target=task.is_target,
        is_mine=is_mine,
        is_overdue=task.due_on is not None and task.due_on < on,
        waits_for_service=task.length is not None and task.starts_on is None,
        why=why(task),
    )


def why(task: Task) -> tuple[Message, ...]:
    """Why the last day is the one it is: the count in sentences, with what was decided and by which reasons (rule 25). Empty without a day."""
    found = task.deadline
    if found is None:
        return ()
    used = {*found.paused, *found.paused_since}
    rests = [
        Message("cases.why.rest", first=pause.from_on, last=pause.to_on, reason=code_label(CodeKind.RESTING_REASON, rest.reason))
        for rest, pause in task.pauses
        # Rests that touch are one pause in the count.
        if any(one.from_on <= pause.from_on and pause.to_on <= one.to_on for one in used)
    ]
    outages = [Message("cases.why.outage", day=move.outage.day, words=move.outage.words) for move in task.moves]
    count = explain(found, Message(f"cases.started.{task.kind.value}"))
    # What the count comes to stands last.
    end = next(place for place, line in enumerate(count) if line.code in {"procedure.explain.due", "procedure.explain.target"})
    return (*count[:end], *rests, *[_ruling(extension) for extension in task.extensions], *outages, *count[end:])


def _ruling(extension: Extension) -> Message:
    """What became of a request for more time; the party's own reason is between it and the secretariat."""
    if extension.ruled_at is None:
        return Message("cases.why.asked", until=extension.wanted_until)
    day, until = oslo_date(extension.ruled_at), extension.granted_until
    if until is None:
        return Message("cases.why.refused", until=extension.wanted_until, day=day, reason=extension.ruling)
    return Message("cases.why.granted", until=until, day=day, reason=extension.ruling)


def resting(case: Case) -> Message | None:
    """That the case rests, until when and why; None where it does not (rule 23)."""
    if case.resting_until is None or case.resting_reason is None:
        return None
    reason = code_label(CodeKind.RESTING_REASON, case.resting_reason)
    return Message("cases.rests_because", until=case.resting_until, reason=reason)


def _as_one(case: Case, on: date) -> Turn:
    """The panel at work, as others see it: with the body's own target time from the referral (rule 32)."""
    if case.referred_at is None:
        return Turn(who=Message("cases.board"), what=Message("cases.deliberates"), kind=TaskKind.VOTE)
    length, paused = procedure_on(case.registered_on).panel_target, [pause for rest in case.rests if (pause := rest.pause)]
    target = deadline(oslo_date(case.referred_at), length, is_target=True, paused=paused)
    return Turn(
        who=Message("cases.board"),
        what=Message("cases.deliberates"),
        kind=TaskKind.VOTE,
        due_on=target.due_on,
        is_target=True,
        is_overdue=target.due_on < on,
        why=tuple(explain(target, Message("cases.referred"))),
    )
