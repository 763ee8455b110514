"""The deadline in a letter: its day, and how it is counted, in sentences (rule 25)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tvist.cases.waiting import TaskKind
from tvist.delivery.models import LetterKind
from tvist.delivery.written import Section
from tvist.procedure.deadlines import deadline, explain
from tvist.procedure.settings import procedure_on
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tvist.cases.models import Case, Party
    from tvist.delivery.contents import Teller
    from tvist.delivery.telling import About
    from tvist.procedure.deadlines import Deadline, Length

TELLS_A_DAY: Final = frozenset({LetterKind.REMINDER, LetterKind.DEADLINE_MISSED, LetterKind.DEADLINE_MOVED, LetterKind.RESUMED})
"""Letters about times of the party that run already."""
TELLS_A_RULING: Final = frozenset({LetterKind.EXTENSION_GRANTED, LetterKind.EXTENSION_REFUSED})

_CLOCKS: Final = {
    LetterKind.DEFICIENCY: (TaskKind.CURE, "deficiency_length"),
    LetterKind.DISMISSAL_PROPOSED: (TaskKind.COMMENT_ON_DISMISSAL, "dismissal_comment_length"),
    LetterKind.SENT_OVER: (TaskKind.RESPOND, "response_length"),
    LetterKind.NEXT_ROUND: (TaskKind.COMMENT, "comment_length"),
    LetterKind.JOINT_TABLE: (TaskKind.CONFIRM_TABLE, "table_length"),
    LetterKind.PANEL_SEATED: (TaskKind.OBJECT, "objection_length"),
}
"""The task whose clock a letter starts, and where its length stands among the rules."""


def clock_of(kind: LetterKind, case: Case) -> tuple[TaskKind, Length] | None:
    """The task whose clock a letter of that kind starts in the case, and its length; None where it starts none."""
    if kind not in _CLOCKS:
        return None
    task, setting = _CLOCKS[kind]
    return task, getattr(procedure_on(case.registered_on), setting)


def clock_section(about: About, tell: Teller, *, on: date) -> Iterator[Section]:
    """The time that this letter gives. It runs from the day the notice is accepted (rule 18): counted as if that were the day of the letter."""
    length = about.task.length if about.task is not None else about.clock[1] if about.clock is not None else None
    kind = about.task.kind if about.task is not None else about.clock[0] if about.clock is not None else None
    if length is None or kind is None:
        return
    if about.task is not None and about.task.deadline is not None:
        yield _running(about.task.deadline, tell.row("awaited", kind), tell)
        return
    found = deadline(on, length)
    rows = (
        tell.row("awaited", kind),
        tell.row("length", length.text),
        (tell("row.due_if", day=on), tell("day", day=found.due_on)),
    )
    text = "\n\n".join([tell("clock.waits"), tell("clock.counted"), _sentences(found, tell), tell("clock.another_day")])
    yield Section(title=tell("title.clock"), rows=rows, text=text)


def deadline_sections(kind: LetterKind, party: Party, about: About, tell: Teller) -> Iterator[Section]:
    """Times that run already: those of the party that the letter tells a day of, or the one that was ruled on."""
    due = (about.params or {}).get("due")
    if kind in TELLS_A_RULING:
        ruled = [task for task in party.case.tasks if any(found.ruled_at is not None for found in task.extensions)]
        tasks = [task for task in ruled if task.due_on == due and task.is_open]
    elif kind in TELLS_A_DAY:
        tasks = [task for task in party.case.open_tasks if task.party is party and due in {None, task.due_on}]
    else:
        return
    for task in tasks:
        if (found := task.deadline) is not None:
            yield _running(found, tell.row("awaited", task.kind), tell)


def _running(found: Deadline, awaited: tuple[str, str], tell: Teller) -> Section:
    text = f"{tell('clock.counted')}\n\n{_sentences(found, tell)}"
    return Section(title=tell("title.clock"), rows=(awaited, tell.row("due", found.due_on)), text=text)


def _sentences(found: Deadline, tell: Teller) -> str:
    """The count as a list, one sentence an item."""
    lines = explain(found, Message("letter_document.event"))
    return "\n".join(f"- {tell.say(line)}" for line in lines)
