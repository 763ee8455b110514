"""Open and close what is waited for. Whose turn it is follows from the open tasks, and is never set by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.cases.waiting import Desk, Task, TaskKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case, Party
    from tvist.procedure.deadlines import Length


def open_task(
    case: Case,
    kind: TaskKind,
    *,
    at: datetime,
    owner: Party | User | Desk,
    length: Length | None = None,
    starts_on: date | None = None,
    is_target: bool = False,
) -> Task:
    """Wait for `owner` to do `kind`. With a `length` and no `starts_on`, the clock starts when a notice is served (rule 18).

    `is_target`: a target of the body itself, which is shown but not moved (rule 24).
    """
    task = Task(kind=kind, opened_at=at, is_target=is_target)
    if length is not None:
        task.length_count, task.length_unit = length.count, length.unit
    if isinstance(owner, Desk):
        task.desk = owner
    elif owner.__tablename__ == "party":
        task.party = owner  # type: ignore[assignment]  # The table tells the class without importing more.
    else:
        task.user = owner  # type: ignore[assignment]  # As above.
    case.tasks.append(task)
    if starts_on is not None:
        task.start(starts_on)
    return task


def close_tasks(case: Case, *kinds: TaskKind, at: datetime, owner: Party | User | None = None) -> None:
    """Close the open tasks of these kinds, all or only the owner's. None open is fine."""
    for task in _open(case, kinds):
        if owner is None or owner in (task.party, task.user):
            task.done_at = at


def close_all_tasks(case: Case, *, at: datetime) -> None:
    """Nothing is waited for any more: the case has ended. Nobody rules on who may sit in it."""
    for task in _open(case, tuple(TaskKind)):
        task.done_at = at
    for challenge in case.challenges:
        challenge.lapse(at)


def is_waiting_for(case: Case, kind: TaskKind, owner: Party | User | None = None) -> bool:
    """Whether such a task is open, for anybody or for that owner."""
    return any(owner is None or owner in (task.party, task.user) for task in _open(case, (kind,)))


def _open(case: Case, kinds: Iterable[TaskKind]) -> list[Task]:
    return [task for task in case.tasks if task.done_at is None and task.kind in kinds]
