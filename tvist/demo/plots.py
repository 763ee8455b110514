"""How each invented case goes: how far it comes, what happens on the way, how the panel votes, and when. The same seed plots the same cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from random import Random
from typing import Final

from tvist.demo.people import AT_MUNICIPALITIES, numbers_of
from tvist.demo.themes import THEMES, Theme
from tvist.register.regions import region_of


class Stage(IntEnum):
    """How far a case comes, in order."""

    FILED = 1
    DECLARED = 2
    ACCEPTED = 3
    ANSWERED = 4
    PASSED_ON = 5
    COMMENTED = 6
    CLOSED = 7
    SEATED = 8
    READY = 9
    REFERRED = 10
    READ = 11
    AGREED = 12
    PARTLY_VOTED = 13
    VOTED = 14
    WRITTEN = 15
    PARTLY_APPROVED = 16
    APPROVED = 17
    ORDERED = 18
    ISSUED = 19


class Turn(StrEnum):
    """What else happens in a case."""

    DEFICIENT = "deficient"  # Something was missing, and nothing has come yet.
    CURED = "cured"
    PROPOSED = "proposed"  # A dismissal is proposed.
    KEPT = "kept"  # The leader did not follow the proposal.
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"
    GRANTED = "granted"  # The other side accepted every line.
    UNANSWERED = "unanswered"  # No response came in time.
    BOUNCED = "bounced"  # A letter came back.
    CONFLICT = "conflict"  # A member declared a conflict; the deputy sits.
    CALLED_BACK = "called_back"
    TWO_MUNICIPALITIES = "two_municipalities"
    STATE_FILES = "state_files"
    PRINCIPLE = "principle"
    RUNS_STILL = "runs_still"
    MORE_QUESTIONS = "more_questions"  # The panel votes on the basis and the days, too.


# How the three vote on who should bear each line, in per cent for the municipality; leader, free, KS.
STATE, MUNICIPALITY, SPLIT = (0, 0, 0), (100, 100, 100), (50, 50, 50)
STATE_BY_TWO, MUNICIPALITY_BY_TWO, MIDDLE = (0, 0, 100), (100, 0, 100), (0, 40, 100)
Votes = tuple[int, int, int]
Course = tuple[Stage, tuple[Turn, ...], Votes]

# The first sixty cases. The first five show most of what there is, for who makes only a few.
COURSES: Final[tuple[Course, ...]] = (
    (Stage.ISSUED, (), STATE),
    (Stage.ANSWERED, (), STATE),
    (Stage.DECLARED, (Turn.DISMISSED,), STATE),
    (Stage.VOTED, (Turn.TWO_MUNICIPALITIES,), STATE_BY_TWO),
    (Stage.PASSED_ON, (Turn.GRANTED,), STATE),
    (Stage.ISSUED, (), MUNICIPALITY),
    (Stage.ISSUED, (Turn.CURED,), SPLIT),
    (Stage.ISSUED, (), STATE_BY_TWO),
    (Stage.ISSUED, (Turn.CONFLICT,), MUNICIPALITY_BY_TWO),
    (Stage.ISSUED, (Turn.STATE_FILES,), MIDDLE),
    (Stage.FILED, (), STATE),
    (Stage.FILED, (Turn.TWO_MUNICIPALITIES,), STATE),
    (Stage.DECLARED, (), STATE),
    (Stage.DECLARED, (Turn.DEFICIENT,), STATE),
    (Stage.DECLARED, (Turn.CURED,), STATE),
    (Stage.DECLARED, (Turn.PROPOSED,), STATE),
    (Stage.ACCEPTED, (), STATE),
    (Stage.ACCEPTED, (Turn.BOUNCED,), STATE),
    (Stage.ACCEPTED, (Turn.UNANSWERED, Turn.STATE_FILES), STATE),
    (Stage.PASSED_ON, (), STATE),
    (Stage.PASSED_ON, (Turn.RUNS_STILL,), STATE),
    (Stage.COMMENTED, (), STATE),
    (Stage.COMMENTED, (Turn.PRINCIPLE,), STATE),
    (Stage.CLOSED, (), STATE),
    (Stage.CLOSED, (Turn.STATE_FILES,), STATE),
    (Stage.SEATED, (), STATE),
    (Stage.SEATED, (Turn.CONFLICT,), STATE),
    (Stage.READY, (), STATE),
    (Stage.REFERRED, (), STATE),
    (Stage.READ, (), STATE),
    (Stage.AGREED, (Turn.CONFLICT,), STATE),
    (Stage.PARTLY_VOTED, (), STATE),
    (Stage.VOTED, (Turn.PRINCIPLE,), MUNICIPALITY_BY_TWO),
    (Stage.WRITTEN, (Turn.MORE_QUESTIONS,), SPLIT),
    (Stage.PARTLY_APPROVED, (), STATE_BY_TWO),
    (Stage.APPROVED, (), MUNICIPALITY),
    (Stage.ORDERED, (), STATE),
    (Stage.DECLARED, (Turn.DISMISSED, Turn.STATE_FILES), STATE),
    (Stage.ACCEPTED, (Turn.DISMISSED,), STATE),
    (Stage.DECLARED, (Turn.WITHDRAWN,), STATE),
    (Stage.PASSED_ON, (Turn.WITHDRAWN,), STATE),
    (Stage.READY, (Turn.WITHDRAWN,), STATE),
    (Stage.PASSED_ON, (Turn.GRANTED, Turn.STATE_FILES), STATE),
    (Stage.ISSUED, (Turn.KEPT,), STATE),
    (Stage.ISSUED, (Turn.CALLED_BACK,), STATE_BY_TWO),
    (Stage.ISSUED, (Turn.UNANSWERED,), STATE),
    (Stage.ISSUED, (Turn.TWO_MUNICIPALITIES,), SPLIT),
    (Stage.ISSUED, (Turn.PRINCIPLE,), MUNICIPALITY),
    (Stage.ISSUED, (Turn.STATE_FILES,), MUNICIPALITY),
    (Stage.ISSUED, (), STATE),
    (Stage.ISSUED, (), MUNICIPALITY_BY_TWO),
    (Stage.ISSUED, (Turn.RUNS_STILL,), STATE),
    (Stage.ISSUED, (), MIDDLE),
    (Stage.ISSUED, (Turn.BOUNCED,), STATE),
    (Stage.ISSUED, (), MUNICIPALITY),
    (Stage.ISSUED, (), STATE),
    (Stage.ISSUED, (Turn.CONFLICT, Turn.TWO_MUNICIPALITIES), STATE_BY_TWO),
    (Stage.ISSUED, (Turn.STATE_FILES,), STATE),
    (Stage.ISSUED, (Turn.MORE_QUESTIONS,), SPLIT),
    (Stage.ISSUED, (Turn.MORE_QUESTIONS,), STATE),
)
ENDED: Final = frozenset({Turn.DISMISSED, Turn.WITHDRAWN, Turn.GRANTED})
DISMISSAL_GROUNDS: Final = ("outside_mandate", "not_tried_to_settle", "no_legal_interest", "before_courts", "not_cured")
THIS_YEAR: Final = 0
# The years that ended cases were filed in, over and over: the board of 2010, what came after, and most of them of late.
YEARS: Final = (2023, 2010, THIS_YEAR, 2011, 2021, 2025, 2013, 2022, THIS_YEAR, 2024, 2017, 2025, 2016, THIS_YEAR, 2020, 2012)
# The most days from filing to each stage; what happens beside costs more.
MOST_DAYS: Final = dict(
    zip(Stage, (0, 3, 7, 32, 34, 92, 100, 104, 108, 118, 124, 126, 130, 136, 142, 146, 150, 152, 152), strict=True)
)
DAYS_OF_TURNS: Final = {
    Turn.DEFICIENT: 4,
    Turn.CURED: 22,
    Turn.PROPOSED: 5,
    Turn.KEPT: 30,
    Turn.DISMISSED: 34,
    Turn.UNANSWERED: 14,
    Turn.CALLED_BACK: 6,
}
LONGEST: Final = 260
BUFDIR_EVERY: Final = 17


@dataclass(frozen=True, kw_only=True)
class Plot:
    """One invented case before it is played. `municipalities` are numbers in force when it is filed."""

    place: int
    seed: str
    filed_on: date
    until: Stage
    turns: frozenset[Turn]
    votes: Votes
    theme: Theme
    municipalities: tuple[str, ...]
    region: str
    comments: int
    ground: str

    @property
    def state_files(self) -> bool:
        """The state brings the case, against the municipalities."""
        return Turn.STATE_FILES in self.turns

    def dice(self, part: str) -> Random:
        """Chance for one part of the case, always the same for the same seed."""
        return Random(f"{self.seed}:{part}")  # noqa: S311 - invented cases need no cryptographic chance.


def plots(count: int, *, seed: int, today: date) -> list[Plot]:
    """At most as many as there are courses, by the day of filing, so that numbers follow the days."""
    found = [_plot(place, course, f"{seed}:{place}", today) for place, course in enumerate(COURSES[:count])]
    return sorted(found, key=lambda plot: (plot.filed_on, plot.place))


def _plot(place: int, course: Course, seed: str, today: date) -> Plot:
    until, turns, votes = course
    dice = Random(seed)  # noqa: S311 - as above.
    filed_on = _filed_on(place, course, dice, today)
    municipalities = _municipalities(place, filed_on, today, 2 if Turn.TWO_MUNICIPALITIES in turns else 1)
    region = region_of(municipalities[0], filed_on)
    return Plot(
        place=place,
        seed=seed,
        filed_on=filed_on,
        until=until,
        turns=frozenset(turns),
        votes=votes,
        theme=THEMES[place % len(THEMES)],
        municipalities=municipalities,
        # Now and then the Directorate stands for the state as such (rule 2).
        region="bufdir" if region is None or place % BUFDIR_EVERY == 1 else region.code,
        comments=dice.choice((0, 1, 2, 2, 3, 4)),
        ground=dice.choice(DISMISSAL_GROUNDS),
    )


def _filed_on(place: int, course: Course, dice: Random, today: date) -> date:
    """Ended cases through the years; open ones so that they have come as far as they have by now."""
    until, turns, _ = course
    if until is Stage.ISSUED or ENDED.intersection(turns):
        year = YEARS[place % len(YEARS)] or today.year
        # In the first part of the year, so that no term of the board ends between the seating and the referral.
        found = date(year, 1, 4) + timedelta(days=dice.randrange(200))
        return min(found, today - timedelta(days=LONGEST + dice.randrange(90)))
    needed = MOST_DAYS[until] + sum(DAYS_OF_TURNS.get(turn, 0) for turn in turns)
    return today - timedelta(days=needed + dice.randrange(1, 9))


def _municipalities(place: int, filed_on: date, today: date, count: int) -> tuple[str, ...]:
    """Numbers of municipalities of the demo as they were on the day of filing; neighbours in the list, which share a form of Norwegian."""
    listed: list[str] = []
    for step in range(len(AT_MUNICIPALITIES)):
        number = AT_MUNICIPALITIES[(place * 5 + step) % len(AT_MUNICIPALITIES)][0]
        then = (
            found.number
            for found, first, last in numbers_of(number, today)
            if first <= filed_on and (last is None or filed_on <= last)
        )
        listed += then
        if len(listed) >= count:
            return tuple(listed[:count])
    raise LookupError(f"no municipality of the demo on {filed_on}")
