"""When a time ends, and why: one engine for every deadline and target time (rules 18, 23-25; domstolloven §§ 148-149).

Start at `deadline`; `explain` says the same in sentences.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from tvist.clock import OSLO, oslo_date
from tvist.errors import CannotProceed
from tvist.procedure.holidays import next_working_day, why_no_working_day, working_days_after
from tvist.procedure.lengths import Length, Unit, parse_length
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = ["Deadline", "Length", "Pause", "Unit", "deadline", "explain", "is_late", "last_moment", "parse_length"]

# The holidays hold since the law of 1947; no case begins outside these years.
EARLIEST: Final = date(1950, 1, 1)
LATEST: Final = date(2199, 12, 31)


@dataclass(frozen=True, slots=True, order=True)
class Pause:
    """A time in which the case rests, both days included (rule 23)."""

    from_on: date
    to_on: date

    def __post_init__(self) -> None:
        """Refuse an end before the beginning with ValueError."""
        if self.to_on < self.from_on:
            raise ValueError(f"{self.from_on} to {self.to_on}")


@dataclass(frozen=True, slots=True)
class Deadline:
    """A counted time and how it was counted.

    `start` is the day of the event, not counted; `nominal_end` the end by count, pauses and extension; `due_on` the last day. They differ
    by the `skipped` days, each with its reason. The due day of a target is its nominal end. `paused` are the pauses that moved the count,
    `paused_since` those that moved the day an extension was granted to.
    """

    start: date
    length: Length
    nominal_end: date
    due_on: date
    skipped: tuple[tuple[date, Message], ...] = ()
    is_target: bool = False
    paused: tuple[Pause, ...] = ()
    extended_to: date | None = None
    paused_since: tuple[Pause, ...] = ()


def deadline(
    start: date,
    length: Length,
    *,
    is_target: bool = False,
    paused: Sequence[Pause] = (),
    extended_to: date | None = None,
    paused_since: Sequence[Pause] = (),
    outages: Collection[date] = (),
) -> Deadline:
    """Count `length` from `start`, the day of the event (rule 24).

    `paused` is taken out of the time (rule 23); `extended_to` is the day an extension was granted to (rule 19), which the pauses that were
    decided after it (`paused_since`) move in their turn; `outages` are days on which the portal was down, which a last day moves past
    (rule 18). Targets of the body (`is_target`) are not moved to a working day. Raises CannotProceed for a start in another century, or an
    extension that does not lengthen.
    """
    if not EARLIEST <= start <= LATEST:
        raise CannotProceed(Message("procedure.start_out_of_range", first=EARLIEST, last=LATEST))
    pauses, since = _joined(paused), _joined(paused_since)
    nominal, used = _with_pauses(start, length, pauses)
    used_since: tuple[Pause, ...] = ()
    if extended_to is not None:
        if extended_to <= nominal:
            raise CannotProceed(Message("procedure.extension_too_short", end=nominal))
        nominal, used_since = _given_back_all(start, extended_to, Unit.DAYS, since)
    skipped = () if is_target else _skipped(nominal, (*pauses, *since), outages)
    due_on = nominal + timedelta(days=len(skipped))
    return Deadline(start, length, nominal, due_on, skipped, is_target, used, extended_to, used_since)


def explain(found: Deadline, event: Message | None = None) -> list[Message]:
    """The count in sentences: event, rule, pauses, extension, days skipped, result (rule 25). `event` says what happened at the start."""
    event = event or Message("procedure.event")
    lines = [
        Message("procedure.explain.start", event=event, start=found.start),
        Message(f"procedure.explain.{found.length.unit.value}", length=found.length.text, end=found.length.after(found.start)),
    ]
    lines += [_explained(pause) for pause in found.paused]
    if found.extended_to:
        lines.append(Message("procedure.explain.extension", end=found.extended_to))
    lines += [_explained(pause) for pause in found.paused_since]
    lines += [Message("procedure.explain.skipped", day=day, reason=reason) for day, reason in found.skipped]
    if not found.is_target:
        return [*lines, Message("procedure.explain.due", due=found.due_on)]
    lines.append(Message("procedure.explain.target", due=found.due_on))
    working_day = next_working_day(found.due_on)
    return lines if working_day == found.due_on else [*lines, Message("procedure.explain.target_next", day=working_day)]


def _explained(pause: Pause) -> Message:
    return Message("procedure.explain.pause", first=pause.from_on, last=pause.to_on)


def last_moment(due_on: date) -> datetime:
    """The last whole second of that day in Oslo, in UTC: 23:59:59, for pages and letters (rule 18)."""
    return datetime.combine(due_on, time(23, 59, 59), OSLO).astimezone(UTC)


def is_late(moment: datetime, due_on: date) -> bool:
    """Whether `moment` (aware) lies at or after the midnight in Oslo that ends `due_on` (rule 18)."""
    return oslo_date(moment) > due_on


def _joined(pauses: Sequence[Pause]) -> tuple[Pause, ...]:
    """The pauses in order, those that touch or overlap made one."""
    joined: list[Pause] = []
    for pause in sorted(pauses):
        if joined and pause.from_on <= joined[-1].to_on + timedelta(days=1):
            joined[-1] = Pause(joined[-1].from_on, max(joined[-1].to_on, pause.to_on))
        else:
            joined.append(pause)
    return tuple(joined)


def _with_pauses(start: date, length: Length, pauses: tuple[Pause, ...]) -> tuple[date, tuple[Pause, ...]]:
    """The end of the count when the days of each pause are given back at its end, and the pauses that mattered."""
    return _given_back_all(start, length.after(start), length.unit, pauses)


def _given_back_all(start: date, end: date, unit: Unit, pauses: tuple[Pause, ...]) -> tuple[date, tuple[Pause, ...]]:
    used = []
    for pause in pauses:
        if pause.from_on <= end and pause.to_on > start:
            end = _given_back(end, Pause(max(pause.from_on, start + timedelta(days=1)), pause.to_on), unit)
            used.append(pause)
    return end, tuple(used)


def _given_back(end: date, pause: Pause, unit: Unit) -> date:
    """`end` moved by the days of the pause; by its working days where the length counts those."""
    if unit is not Unit.WORKING_DAYS:
        return end + timedelta(days=(pause.to_on - pause.from_on).days + 1)
    left = sum(
        1
        for offset in range((end - pause.from_on).days + 1)
        if why_no_working_day(pause.from_on + timedelta(days=offset)) is None
    )
    return working_days_after(pause.to_on, left)


def _skipped(nominal: date, pauses: tuple[Pause, ...], outages: Collection[date]) -> tuple[tuple[date, Message], ...]:
    """The days from `nominal` that cannot be a last day, each with its reason."""
    skipped: list[tuple[date, Message]] = []
    day = nominal
    while reason := _why_no_last_day(day, pauses, outages):
        skipped.append((day, reason))
        day += timedelta(days=1)
    return tuple(skipped)


def _why_no_last_day(day: date, pauses: tuple[Pause, ...], outages: Collection[date]) -> Message | None:
    if any(pause.from_on <= day <= pause.to_on for pause in pauses):
        return Message("procedure.resting")
    return why_no_working_day(day) or (Message("procedure.outage") if day in outages else None)
