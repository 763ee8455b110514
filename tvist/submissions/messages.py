"""Messages between one party's case team and the secretariat, inside the case: a thread a party, for these two alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import sqlalchemy as sa

from tvist.access.policy import Act, Role
from tvist.cases.lifecycle import take_step
from tvist.cases.private import CaseMessage
from tvist.cases.queries import case_at
from tvist.cases.tasks import open_task
from tvist.cases.waiting import Desk, TaskKind
from tvist.clock import oslo_date
from tvist.db import random_id
from tvist.delivery.actions import write_to_party, write_to_secretariat
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed, NotAllowed, NotFound
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Case, Party
    from tvist.cases.waiting import Task
    from tvist.db import Database


@dataclass(frozen=True)
class Thread:
    """The messages of one party and the secretariat, oldest first. In the access log it is named by its party."""

    __tablename__: ClassVar = "thread"
    case: Case
    party: Party

    @property
    def id(self) -> int:
        """The number of the party."""
        return self.party.id

    @property
    def case_id(self) -> int:
        """The number of the case."""
        return self.case.id

    @property
    def messages(self) -> list[CaseMessage]:
        """What was written, oldest first."""
        return [found for found in self.case.messages if found.party_id == self.party.id]

    @property
    def unanswered(self) -> Task | None:
        """The open task by which the secretariat is waited for here: it was opened in the moment of a message of this thread."""
        asked = {found.written_at for found in self.messages if found.from_party}
        waiting = (task for task in self.case.open_tasks if task.kind is TaskKind.ANSWER_MESSAGE)
        return next((task for task in waiting if task.opened_at in asked), None)

    def roles_for(self, user: User, on: date) -> set[Role]:
        """One of the two ends: the party's case team, or the secretariat."""
        roles = self.case.roles_for(user, on)
        is_own = bool(roles) and self.case.party_of(user, on) is self.party
        return (roles & {Role.SECRETARIAT}) | ({Role.OWNER} if is_own else set())

    def unread_by(self, user: User, on: date) -> list[CaseMessage]:
        """What the other end has written and nobody at the end of `user` has opened."""
        is_party = Role.OWNER in self.roles_for(user, on)
        return [found for found in self.messages if found.first_read_at is None and found.from_party is not is_party]


def thread_at(session: Session, slug: str, public_id: str) -> Thread:
    """The thread of the party with that identifier, in that case. Raises `NotFound`."""
    case = case_at(session, slug)
    party = next((found for found in case.parties if found.public_id == public_id and found.brought_in_at is not None), None)
    if party is None:
        raise NotFound
    return Thread(case, party)


def threads_of(case: Case) -> list[Thread]:
    """A thread for each party that takes part."""
    return [Thread(case, party) for party in case.parties_present]


def write_message(thread: Thread, *, by: User, at: datetime, text: str) -> CaseMessage:
    """Write to the other end. The secretariat is waited for to answer a party; its own message answers what was waiting.

    In a case that has ended nobody is waited for: the letter alone tells the secretariat. Raises `NotAllowed`, `CannotProceed`.
    """
    case, party = thread.case, thread.party
    roles = thread.roles_for(by, oslo_date(at))
    if not roles:
        raise NotAllowed
    if not text.strip():
        raise CannotProceed(Message("submissions.messages.write_text"))
    is_from_party = Role.OWNER in roles
    said = "from_party" if is_from_party else "from_secretariat"
    take_step(case, Act.WRITE_MESSAGE, by=by, at=at, said=Message(f"submissions.journal.message_{said}", party=party.name))
    found = CaseMessage(
        public_id=random_id(), party=party, party_id=party.id, by=by, from_party=is_from_party, text=text.strip(), written_at=at
    )
    waiting = thread.unanswered
    case.messages.append(found)
    if not is_from_party:
        _answered(waiting, at)
        write_to_party(party, LetterKind.MESSAGE, at=at)
        return found
    if waiting is None and not case.is_closed:
        open_task(case, TaskKind.ANSWER_MESSAGE, at=at, owner=Desk.SECRETARIAT)
    write_to_secretariat(case, LetterKind.MESSAGE, at=at)
    return found


def needs_no_answer(thread: Thread, *, by: User, at: datetime) -> None:
    """The secretariat has read what a party wrote, and it needs no answer. Raises `NotAllowed` for others, `CannotProceed` if nothing waits."""
    if Role.SECRETARIAT not in thread.roles_for(by, oslo_date(at)):
        raise NotAllowed
    waiting = thread.unanswered
    if waiting is None:
        raise CannotProceed(Message("submissions.messages.nothing_waits"))
    said = Message("submissions.journal.message_needs_no_answer", party=thread.party.name)
    take_step(thread.case, Act.WRITE_MESSAGE, by=by, at=at, said=said)
    _answered(waiting, at)


def note_read(database: Database, messages: list[CaseMessage], at: datetime) -> None:
    """Note when the other end first opened the messages, in a short transaction of its own: like the access log, it belongs to no act."""
    if not messages:
        return
    ids = [found.id for found in messages]
    with database.writing() as session:
        unread = sa.update(CaseMessage).where(CaseMessage.id.in_(ids), CaseMessage.first_read_at.is_(None))
        session.execute(unread.values(first_read_at=at))
        session.commit()


def _answered(task: Task | None, at: datetime) -> None:
    if task is not None:
        task.done_at = at
