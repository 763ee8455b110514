"""What is waited for: every deadline counted again from its rows, by the rules of procedure that were in force for its case (rules 18, 23-25)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tvist.cases.clocks import running_rest
from tvist.cases.waiting import TaskKind
from tvist.clock import oslo_date
from tvist.errors import CannotProceed
from tvist.procedure.settings import procedure_on

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from tvist.cases.models import Case
    from tvist.cases.waiting import Task
    from tvist.check.finding import Findings

LENGTH_OF: Final[Mapping[TaskKind, str]] = {
    TaskKind.SCREEN: "screening_target",
    TaskKind.CURE: "deficiency_length",
    TaskKind.COMMENT_ON_DISMISSAL: "dismissal_comment_length",
    TaskKind.RESPOND: "response_length",
    TaskKind.COMMENT: "comment_length",
    TaskKind.CONFIRM_TABLE: "table_length",
    TaskKind.OBJECT: "objection_length",
    TaskKind.AGREE_QUESTIONS: "panel_target",
}
"""Which setting of the procedure says how long each time is."""


AFTER_THE_END: Final = frozenset({TaskKind.DECIDE_NEW_LOOK, TaskKind.CORRECT, TaskKind.DECIDE_NEW_TREATMENT})
"""What a case that has ended may still wait for."""


def check_tasks(case: Case) -> Findings:
    """Deadlines counted again; clocks started by service; somebody is waited for while the case is open, nobody after."""
    if any(not _is_counted_right(task) for task in case.tasks):
        yield "task.due"
    if any(not _has_length_of_rules(task) for task in case.tasks):
        yield "task.length"
    if not _all_began_on_service(case):
        yield "task.start"
    open_now = [task for task in case.tasks if task.is_open]
    # What a party may ask of a case that has ended, and what is made of it, is waited for after the end (rules 16, 40).
    if any(task.kind not in AFTER_THE_END for task in open_now) if case.is_closed else not open_now:
        yield "task.open"
    if not _rest_is_copied(case):
        yield "rest.copy"


def _is_counted_right(task: Task) -> bool:
    try:
        found = task.deadline
    except CannotProceed:
        return False
    return task.due_on == (found.due_on if found else None)


def _has_length_of_rules(task: Task) -> bool:
    """A time has the length that the rules of its case give it. A request is screened again without a target where a cure did not come."""
    setting = LENGTH_OF.get(task.kind)
    return setting is None or task.length is None or task.length == getattr(procedure_on(task.case.registered_on), setting)


def _all_began_on_service(case: Case) -> bool:
    """A clock began on a day of service. One whose notice came back stands still until it is served anew; what was done keeps its day."""
    ever: dict[int, set[date | None]] = {}
    standing: dict[int, set[date | None]] = {}
    for serving in (found for submission in case.submissions for found in submission.servings):
        if serving.task_id is not None and serving.served_at is not None:
            ever.setdefault(serving.task_id, {None}).add(oslo_date(serving.served_at))
            if serving.is_served:
                standing.setdefault(serving.task_id, set()).add(oslo_date(serving.served_at))
    return all(
        task.starts_on in (standing.get(task.id, {None}) if task.is_open else days)
        for task in case.tasks
        if (days := ever.get(task.id))
    )


def _rest_is_copied(case: Case) -> bool:
    """What stands on the case is what its running rest says; at most one runs."""
    rest = running_rest(case)
    if sum(found.is_running for found in case.rests) > 1:
        return False
    return (case.resting_reason, case.resting_until) == ((rest.reason, rest.until_on) if rest else (None, None))
