"""What stands in the way of confirming the joint table, and of closing the preparation before it is confirmed (rule 23)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.cases.waiting import TaskKind
from tvist.clock import today
from tvist.submissions.joint_table import coming_table, joint_table
from tvist.submissions.rules import has_missed, turns_are_over, waiting_to_be_passed_on
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date

    from tvist.cases.models import Case, Party
    from tvist.cases.waiting import Task
    from tvist.submissions.joint_table import JointTable
    from tvist.submissions.models import TableConfirmation


def confirmation_of(party: Party) -> TableConfirmation | None:
    """What the party confirmed last, whether the table has changed since or not."""
    return next((found for found in reversed(party.case.table_confirmations) if found.party is party), None)


def has_confirmed(party: Party, table: JointTable) -> bool:
    """Whether the party has confirmed this very table."""
    found = confirmation_of(party)
    return found is not None and found.sha256 == table.sha256


def request_to(party: Party) -> Task | None:
    """The open request to the party to confirm."""
    wanted = (task for task in party.case.open_tasks if task.kind is TaskKind.CONFIRM_TABLE and task.party is party)
    return next(wanted, None)


def table_can_be_asked_for(case: Case, on: date | None = None) -> Message | None:
    """The turns are over, and all that was sent has been passed on. One message for whatever is lacking: it tells a party nothing of the other."""
    if waiting_to_be_passed_on(case) or turns_are_over(case, on):
        return Message("submissions.table.not_yet")
    return None


def parties_to_ask(case: Case) -> list[Party]:
    """The parties that have neither confirmed the table as it will be nor been asked to."""
    table = coming_table(case)
    return [party for party in case.parties_present if not has_confirmed(party, table) and request_to(party) is None]


def why_not_send(case: Case, on: date | None = None) -> Message | None:
    """What stands in the way of sending the table out: a turn that is not over, or that everybody has it. An open request keeps its time."""
    return table_can_be_asked_for(case, on) or (None if parties_to_ask(case) else Message("submissions.table.sent_already"))


# ---- Conditions of acts, joined in tvist.rulebook ----


def table_is_whole(case: Case) -> Message | None:
    """The table can be confirmed: nothing more is to come into it that was passed on and has not reached each party (rule 21)."""
    if found := table_can_be_asked_for(case):
        return found
    on_the_way = joint_table(case).sha256 != coming_table(case).sha256
    return Message("submissions.table.on_the_way") if on_the_way else None


def table_is_settled(case: Case, on: date | None = None) -> Message | None:
    """Each party has confirmed the table as it stands, or had its time to do so (rule 23). Asked only when the turns are over."""
    day = on or today()
    if table_can_be_asked_for(case, day):
        return None
    table = coming_table(case)
    asked = {party: request_to(party) for party in case.parties_present if not has_confirmed(party, table)}
    if any(task is None for task in asked.values()):
        return Message("submissions.table.not_sent")
    waiting = [task for task in asked.values() if task and not has_missed(task, day)]
    dues = [task.due_on for task in waiting if task.due_on is not None]
    if len(dues) < len(waiting):
        return Message("submissions.table.not_served")
    return Message("submissions.table.waits", due=max(dues)) if dues else None
