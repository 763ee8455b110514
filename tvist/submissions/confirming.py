"""The parties confirm the joint table before the preparation is closed (rule 23): asked when the turns are over, and anew when it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.access.policy import Act
from tvist.cases.lifecycle import State, obstacles, take_step
from tvist.cases.tasks import close_tasks, is_waiting_for, open_task
from tvist.cases.waiting import Desk, TaskKind
from tvist.clock import oslo_date
from tvist.db import session_of
from tvist.delivery.actions import write_to_party
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed
from tvist.procedure.settings import procedure_on
from tvist.submissions.joint_table import coming_table, joint_table
from tvist.submissions.models import TableConfirmation
from tvist.submissions.rules import has_missed
from tvist.submissions.table_rules import has_confirmed, table_can_be_asked_for, why_not_send
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case


def confirm_table(case: Case, *, by: User, at: datetime, sha256: str, remark: str = "") -> TableConfirmation:
    """Confirm the table as it stands, by the hash of the one that was shown. The remark is for the secretariat; nobody is bound by it.

    Raises `NotAllowed` for one of neither side, `CannotProceed` before the turns are over, and when the table has changed meanwhile.
    """
    party = case.party_of(by, oslo_date(at))
    if party is None:
        raise NotAllowed
    if found := obstacles(case, Act.CONFIRM_TABLE):
        raise CannotProceed(found)
    if sha256 != joint_table(case).sha256:
        raise CannotProceed(Message("submissions.table.changed"))
    take_step(case, Act.CONFIRM_TABLE, by=by, at=at)
    confirmation = TableConfirmation(party=party, by_id=by.id, sha256=sha256, remark=remark.strip(), confirmed_at=at)
    case.table_confirmations.append(confirmation)
    close_tasks(case, TaskKind.CONFIRM_TABLE, at=at, owner=party)
    _let_close(case, at)
    session_of(case).flush()
    return confirmation


def ask_to_confirm(case: Case, *, at: datetime) -> None:
    """Ask each party that has not confirmed the table as it stands; nothing where the turns are not over.

    Call it after an act by which a turn ends or the table changes: a concession, a late addition. An open request is closed and made anew, so
    that nobody's time runs on another table than the one that stands.
    """
    if case.state is not State.EXCHANGE:
        return
    close_tasks(case, TaskKind.CONFIRM_TABLE, TaskKind.CLOSE_PREPARATION, at=at)
    if table_can_be_asked_for(case, oslo_date(at)) is not None:
        return
    length = procedure_on(case.registered_on).table_length
    table = coming_table(case)
    for party in case.parties_present:
        if not has_confirmed(party, table):
            task = open_task(case, TaskKind.CONFIRM_TABLE, at=at, owner=party, length=length)
            # The letter points to the task by its number.
            session_of(case).flush()
            write_to_party(party, LetterKind.JOINT_TABLE, at=at, starts=task)
    _let_close(case, at)


def send_table(case: Case, *, by: User, at: datetime) -> None:
    """The secretariat sends the table out: after a deadline that passed in silence, or when it changed after it was confirmed."""
    if found := why_not_send(case, oslo_date(at)):
        raise CannotProceed(found)
    case.record(Act.CONFIRM_TABLE, by=by, at=at, said=Message("submissions.journal.table_sent"))
    ask_to_confirm(case, at=at)


def _let_close(case: Case, at: datetime) -> None:
    """When nobody is waited for any more, the secretariat is."""
    waiting = [task for task in case.open_tasks if task.kind is TaskKind.CONFIRM_TABLE and not has_missed(task, oslo_date(at))]
    if not waiting and not is_waiting_for(case, TaskKind.CLOSE_PREPARATION):
        open_task(case, TaskKind.CLOSE_PREPARATION, at=at, owner=Desk.SECRETARIAT)
