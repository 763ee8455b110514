"""What is unusual in a day of the access log: one table of thresholds, and what each means. Pure: rows in, patterns out.

A flag accuses nobody. It says that somebody should look, and most have a good reason (a deputy who reads at night before a meeting).
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from tvist.access.policy import Act
from tvist.clock import OSLO
from tvist.oversight.models import FlagKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

NIGHT: Final = frozenset({23, 0, 1, 2, 3, 4, 5})
"""The hours of the night in Oslo: from 23.00 to 06.00."""
SATURDAY: Final = 5
SHORT_TIME: Final = timedelta(hours=1)
IDENTITY_DAYS: Final = 30
"""How many days back openings of sealed identities are counted."""
THRESHOLDS: Final = {
    FlagKind.MANY_CASES: 15,  # Different cases within an hour.
    FlagKind.OWN_EMPLOYER: 1,  # Cases of a municipality or region that the person works or worked for, not as a party.
    FlagKind.NIGHT: 10,  # Different things of cases opened between 23 and 06.
    FlagKind.WEEKEND: 20,  # Different things of cases opened on a Saturday or a Sunday.
    FlagKind.DENIED: 5,  # Things the person was denied.
    FlagKind.IDENTITIES: 4,  # Sealed identities opened within 30 days, the last of them that day.
    FlagKind.SEARCHES: 60,  # Searches in the list of cases.
}
"""From which number on a flag is raised: the one table."""


@dataclass(frozen=True)
class Seen:
    """A line of the log, as far as patterns need it."""

    user_id: int
    at: datetime
    act: Act
    case_id: int | None
    thing: str
    allowed: bool


@dataclass(frozen=True)
class Pattern:
    """Something unusual that one person did that day, and how often."""

    kind: FlagKind
    user_id: int
    count: int


def patterns_of(seen: Iterable[Seen], ties: Iterable[tuple[int, int]], identities: Iterable[tuple[int, int]]) -> list[Pattern]:
    """The patterns of one day that reach their thresholds, by person.

    `seen` are its lines in order of time; `ties` are (person, case) opened where the person's own employer is a party; `identities` are (person,
    openings in 30 days) of those who opened one that day.
    """
    by_person: dict[int, list[Seen]] = defaultdict(list)
    for line in seen:
        by_person[line.user_id].append(line)
    counted = [pattern for user_id, lines in sorted(by_person.items()) for pattern in _counted(user_id, lines)]
    cases: dict[int, set[int]] = defaultdict(set)
    for user_id, case_id in ties:
        cases[user_id].add(case_id)
    counted += [Pattern(FlagKind.OWN_EMPLOYER, user_id, len(found)) for user_id, found in sorted(cases.items())]
    counted += [Pattern(FlagKind.IDENTITIES, user_id, count) for user_id, count in identities]
    return [pattern for pattern in counted if pattern.count >= THRESHOLDS[pattern.kind]]


def _counted(user_id: int, lines: Sequence[Seen]) -> Iterator[Pattern]:
    opened = [line for line in lines if line.allowed and line.case_id is not None]
    at_night = {line.thing for line in opened if line.at.astimezone(OSLO).hour in NIGHT}
    at_weekend = {line.thing for line in opened if line.at.astimezone(OSLO).weekday() >= SATURDAY}
    yield Pattern(FlagKind.MANY_CASES, user_id, _most_cases(opened))
    yield Pattern(FlagKind.NIGHT, user_id, len(at_night))
    yield Pattern(FlagKind.WEEKEND, user_id, len(at_weekend))
    yield Pattern(FlagKind.DENIED, user_id, sum(1 for line in lines if not line.allowed))
    searches = sum(1 for line in lines if line.allowed and line.act is Act.SEE_WORKLIST and not line.thing)
    yield Pattern(FlagKind.SEARCHES, user_id, searches)


def _most_cases(opened: Sequence[Seen]) -> int:
    """The most different cases within any hour."""
    window: deque[Seen] = deque()
    most, inside = 0, dict[int, int]()
    for line in opened:
        if line.case_id is None:
            continue
        window.append(line)
        inside[line.case_id] = inside.get(line.case_id, 0) + 1
        while line.at - window[0].at > SHORT_TIME:
            gone = window.popleft().case_id or 0
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
        most = max(most, len(inside))
    return most
