"""Conditions of the acts of screening (rule 16): each says what stands in the way, or None."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.cases.models import Side
from tvist.cases.waiting import TaskKind
from tvist.clock import today
from tvist.words import Message

if TYPE_CHECKING:
    from tvist.cases.models import Case


def other_side_reachable(case: Case) -> Message | None:
    """There is another side, and each of its parties has a mailbox that can be written to (rule 18)."""
    opposing = case.parties_on(Side.OPPOSING)
    if not opposing:
        return Message("intake.no_other_side")
    unreachable = [party.name for party in opposing if not party.organisation.mailbox]
    return Message("intake.other_side_unreachable", parties=unreachable) if unreachable else None


def child_identifiable(case: Case) -> Message | None:
    """The other side can tell which child it is, by its own number, the requesting side's, or the sealed identity (rule 7)."""
    if any(party.own_reference for party in case.parties) or identity_is_sealed(case) is None:
        return None
    return Message("intake.child_not_identifiable")


def identity_is_sealed(case: Case) -> Message | None:
    """The child's identity lies sealed in the case."""
    return None if case.child_identity else Message("intake.no_identity")


def no_open_dismissal(case: Case) -> Message | None:
    """No proposal of dismissal waits for the leader."""
    return Message("intake.dismissal_is_open") if case.open_dismissal else None


def dismissal_proposed(case: Case) -> Message | None:
    """A proposal of dismissal waits for the leader."""
    return None if case.open_dismissal else Message("intake.no_dismissal_proposed")


def sides_heard_on_dismissal(case: Case) -> Message | None:
    """Both sides have commented on the proposal, or their time is out."""
    waiting = [task for task in case.open_tasks if task.kind is TaskKind.COMMENT_ON_DISMISSAL and task.party is not None]
    unserved = [task.party.name for task in waiting if task.party and task.due_on is None]
    if unserved:
        return Message("intake.dismissal_not_served", parties=unserved)
    early = [task for task in waiting if task.due_on and today() <= task.due_on]
    if not early:
        return None
    return Message(
        "intake.comments_awaited",
        parties=[task.party.name for task in early if task.party],
        due=max(task.due_on for task in early if task.due_on),
    )
