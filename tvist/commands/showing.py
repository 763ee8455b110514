"""A case told in lines of plain text, in English, for `tvist show-case`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.cases.models import Side
from tvist.commands import LANGUAGE
from tvist.procedure.codes import CodeKind, code_label
from tvist.words import Message, Ore, label, render, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tvist.cases.claims import ClaimLine
    from tvist.cases.history import Ending
    from tvist.cases.models import Case
    from tvist.cases.waiting import Task


def told(case: Case) -> Iterator[str]:
    """Where the case stands, its parties, lines, open tasks, endings and journal."""
    yield f"Case {case.number}: {said(label(case.state))} ({case.state.value})"
    if case.is_invented:
        yield "People and case are invented."
    yield f"Received {case.received_on}, registered {case.registered_on}" + (
        f", closed {shown(case.closed_at)}" if case.closed_at else ""
    )
    for side in Side:
        yield f"{said(label(side))}: {', '.join(party.name for party in case.parties_on(side))}"
    yield f"Measure: {said(code_label(CodeKind.MEASURE, case.measure))}; region: {case.region_code}; language: {case.language}"
    yield f"Claimed: {shown(Ore(case.claimed_ore))}"
    if case.outcome:
        yield f"Outcome: {said(label(case.outcome))}; municipality {_money(case.found_municipality_ore)}, state {_money(case.found_state_ore)}"
    yield from _part("Claim lines", [_line(line) for line in case.lines])
    yield from _part("Waited for", [_task(task) for task in case.open_tasks])
    yield from _part("Endings", [_ending(ending) for ending in case.endings])
    yield from _part(
        "Journal",
        [
            f"{event.sequence:3}  {shown(event.happened_at)}  {event.by.name if event.by else '-'}: {said(event.said)}"
            for event in case.events
        ],
    )


def said(message: Message) -> str:
    """The message in English."""
    return render(message, LANGUAGE)


def shown(value: object) -> str:
    """A moment, day or sum in English."""
    return text_of(value, LANGUAGE)


def _part(heading: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield heading
        yield from (f"  {line}" for line in lines)


def _money(ore: int | None) -> str:
    return "-" if ore is None else shown(Ore(ore))


def _line(line: ClaimLine) -> str:
    until = line.to_on or (f"runs still, known until {line.known_until}" if line.known_until else "runs still")
    who = f"{line.municipality.name}; claimed by {line.claimed_by.name}; should be borne by the {line.should_bear.value}"
    who += "" if line.is_claimed else "; not passed on"
    return f"{line.position}. {said(code_label(CodeKind.MEASURE, line.measure))}, {line.from_on} to {until}: {_money(line.amount_ore)} ({who})"


def _task(task: Task) -> str:
    owner = task.party.name if task.party else task.user.name if task.user else task.desk.value if task.desk else ""
    due = f"by {task.due_on}" if task.due_on else "no clock running"
    return f"{said(label(task.kind))}: {owner}, {due}" + (" (target)" if task.is_target else "")


def _ending(ending: Ending) -> str:
    ground = f", {ending.ground}" if ending.ground else ""
    return f"{shown(ending.happened_at)}  {said(label(ending.kind))}{ground}" + (" (undone)" if ending.undone_at else "")
