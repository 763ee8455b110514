"""What waits for a person, and what they wait for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tvist.access.policy import Role
from tvist.accounts.models import Membership
from tvist.cases.models import Case, Party
from tvist.cases.queries import is_waited_for, knows_file, seated_and_declared, sees_task, visible_to, waits_for
from tvist.cases.turns import DELIBERATION
from tvist.cases.waiting import Desk, Task
from tvist.cases.worklist import MOST_COUNTED, Handling, Sorting, Wanted, WhoseTurn, count_of, handled_by
from tvist.clock import now
from tvist.delivery.queries import count_not_dealt_with, not_dealt_with
from tvist.intake.models import Draft, DraftMember
from tvist.panel.challenges import Challenge
from tvist.panel.employers import owes_employers
from tvist.publication.waiting import WaitingPublications, waiting_publications
from tvist.redaction.waiting import WaitingRedactions, waiting_redactions

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.delivery.models import Recipient

MOST_TASKS: Final = 50
MOST_OTHERS: Final = 20
MOST_ENDED: Final = 10
RECENT: Final = timedelta(days=60)
_SOONEST: Final = (Task.due_on.is_(None), Task.due_on, Task.id)


@dataclass(frozen=True)
class Counter:
    """A number on the desk, and the list behind it. `wanted` is a filter of the worklist; None for letters."""

    name: str
    count: int
    wanted: Wanted | None = None

    @property
    def is_many(self) -> bool:
        """Whether there are more than are counted."""
        return self.count >= MOST_COUNTED


@dataclass(frozen=True)
class DeskOf:
    """What stands on a person's desk, each list the most pressing first. `has_more`: there are more tasks than are shown.

    To an officer `tasks` are those of the cases the officer handles, or stands in for; `unassigned` and `colleagues` are the other
    tasks of the secretariat, by who handles the case.
    """

    counters: list[Counter]
    tasks: list[Task]
    has_more: bool
    unassigned: list[Task]
    colleagues: list[Task]
    others: list[Task]
    drafts: list[Draft]
    failed: list[Recipient]
    ended: list[Case]
    publications: WaitingPublications
    redactions: WaitingRedactions
    owes_employers: bool
    """The list of the person's employers is to be confirmed (rule 29)."""


def desk_of(session: Session, user: User, on: date) -> DeskOf:
    """What waits for `user` that day."""
    roles = user.roles_on(on)
    has_cases = bool(roles & {Role.PARTY_STAFF, Role.SECRETARIAT, Role.BOARD_MEMBER, Role.LEADER})
    is_officer = Role.SECRETARIAT in roles
    handling = Handling.ME if is_officer else None
    tasks = my_tasks(session, user, on, handling=handling) if has_cases else []
    failed = count_not_dealt_with(session, user, on) if is_officer else 0
    return DeskOf(
        counters=_counters(session, user, roles, on, failed=failed) if has_cases else [],
        tasks=tasks[:MOST_TASKS],
        has_more=len(tasks) > MOST_TASKS,
        unassigned=my_tasks(session, user, on, handling=Handling.NOBODY)[:MOST_OTHERS] if is_officer else [],
        colleagues=my_tasks(session, user, on, handling=Handling.OTHERS)[:MOST_OTHERS] if is_officer else [],
        others=others_tasks(session, user, on) if has_cases else [],
        drafts=my_drafts(session, user, on) if Role.PARTY_STAFF in roles else [],
        failed=not_dealt_with(session, user, on, limit=MOST_OTHERS) if failed else [],
        ended=recently_ended(session, user, on) if has_cases else [],
        publications=waiting_publications(session, user, on),
        redactions=waiting_redactions(session, user, on),
        owes_employers=owes_employers(session, user, on),
    )


def _counters(session: Session, user: User, roles: set[Role], on: date, *, failed: int) -> list[Counter]:
    """The numbers of the desk; each leads to its list."""
    own = Wanted(turn=WhoseTurn.ME, sort=Sorting.DUE)
    wanted = {"mine": own, "others": Wanted(turn=WhoseTurn.OTHERS, sort=Sorting.DUE)}
    if Role.SECRETARIAT in roles:
        wanted = {
            "mine": replace(own, handling=Handling.ME),
            "unassigned": Wanted(handling=Handling.NOBODY, sort=Sorting.DUE),
            "colleagues": replace(own, handling=Handling.OTHERS),
            "others": wanted["others"],
        }
    wanted |= {"soon": replace(own, is_soon=True), "overdue": Wanted(is_overdue=True, sort=Sorting.DUE)}
    wanted |= {"resting": Wanted(is_resting=True)}
    found = [Counter(name, count_of(session, each, user=user, on=on), each) for name, each in wanted.items()]
    return [*found, Counter("failed", failed)] if Role.SECRETARIAT in roles else found


def my_tasks(session: Session, user: User, on: date, *, handling: Handling | None = None) -> list[Task]:
    """The open tasks that wait for the person, soonest first; one more than a page shows, so that it can say there are more.

    `handling` narrows those of the secretariat by who handles the case; what waits for the person by name is the person's own anyway.
    """
    query = _tasks(user, on).where(waits_for(user, on))
    if handling is not None:
        at_desk = sa.and_(Task.desk == Desk.SECRETARIAT, handled_by(handling, user, on))
        query = query.where(sa.or_(at_desk, Task.desk.is_distinct_from(Desk.SECRETARIAT)) if handling is Handling.ME else at_desk)
    return list(session.scalars(query.limit(MOST_TASKS + 1)))


def others_tasks(session: Session, user: User, on: date) -> list[Task]:
    """The open tasks in the person's cases that wait for somebody else, soonest first. What the panel does among themselves is not for others."""
    query = _tasks(user, on, to_act=False).where(
        is_waited_for(on),
        # Not `NOT (...)`: a task that waits for a party has no person, and nothing is known of nobody.
        sa.case((waits_for(user, on), 0), else_=1) == 1,
        knows_file(user, on),
        sees_task(user, on),
        sa.or_(Task.kind.not_in(DELIBERATION), seated_and_declared(user)),
        sa.or_(Task.desk.is_(None), Task.desk != Desk.MACHINE),
    )
    return list(session.scalars(query.limit(MOST_OTHERS)))


def my_drafts(session: Session, user: User, on: date) -> list[Draft]:
    """The drafts not yet sent in whose team the person is, and still works there; the last changed first."""
    works_there = sa.exists().where(
        Membership.user_id == user.id,
        Membership.organisation_id == Draft.organisation_id,
        sa.true() if user.acting_for_id is None else Membership.organisation_id == user.acting_for_id,
        Membership.from_on <= on,
        sa.or_(Membership.to_on.is_(None), Membership.to_on >= on),
    )
    in_team = Draft.team.any(
        sa.and_(
            DraftMember.user_id == user.id,
            sa.or_(DraftMember.from_on.is_(None), DraftMember.from_on <= on),
            sa.or_(DraftMember.to_on.is_(None), DraftMember.to_on >= on),
        )
    )
    query = sa.select(Draft).where(
        Draft.case_id.is_(None), Draft.in_case_id.is_(None), Draft.discarded_at.is_(None), in_team, works_there
    )
    return list(
        session.scalars(
            query.options(joinedload(Draft.organisation)).order_by(Draft.changed_at.desc(), Draft.id.desc()).limit(MOST_TASKS)
        )
    )


def recently_ended(session: Session, user: User, on: date) -> list[Case]:
    """The person's cases that ended in the last sixty days, the newest first."""
    query = (
        sa.select(Case)
        .where(visible_to(user, on), Case.closed_at >= now() - RECENT)
        .order_by(Case.closed_at.desc(), Case.id.desc())
        .limit(MOST_ENDED)
    )
    return list(session.scalars(query.options(selectinload(Case.parties))))


def _tasks(user: User, on: date, *, to_act: bool = True) -> sa.Select[Task]:
    """Open tasks in the cases the person may open; `to_act`: with what is asked of a case to know where the person does the task."""
    case = joinedload(Task.case)
    parties = selectinload(Case.parties)
    asked = (
        (
            parties.selectinload(Party.team),
            selectinload(Case.declarations),
            selectinload(Case.dismissal_proposals),
            selectinload(Case.seats),
            selectinload(Case.challenges).selectinload(Challenge.rulings),
        )
        if to_act
        else (parties,)
    )
    query = sa.select(Task).join(Task.case).where(visible_to(user, on))
    return query.options(case.options(*asked), joinedload(Task.user)).order_by(*_SOONEST)
