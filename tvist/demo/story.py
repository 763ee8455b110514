"""One invented case being played: its clock, its people, and the letters that arrive."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from tvist.cases.models import Side
from tvist.clock import OSLO, oslo_date
from tvist.delivery.actions import accept as accepted_for
from tvist.delivery.models import Fate
from tvist.demo.petitions import texts
from tvist.demo.plots import Turn
from tvist.procedure.holidays import why_no_working_day

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Case, Party
    from tvist.delivery.models import Letter
    from tvist.demo.people import People
    from tvist.demo.plots import Plot
    from tvist.installation import Installation


@dataclass
class Story:
    """A case as it goes on. `at` is the present moment of the story; it never goes back."""

    installation: Installation
    session: Session
    people: People
    plot: Plot
    case: Case = field(init=False)
    said: dict[str, str] = field(init=False)
    offset: int = 0
    at: datetime = field(init=False)

    def __post_init__(self) -> None:
        """Begin on the day of filing."""
        self.said = texts(self.plot, self.people)
        self.dice = self.plot.dice("story")
        self.at = self._moment()

    def has(self, turn: Turn) -> bool:
        """Whether that happens in this case."""
        return turn in self.plot.turns

    def wait(self, days: int) -> datetime:
        """So many days later, at some time of a working day; at least some minutes after what happened last."""
        self.offset += days
        self.at = max(self._moment(), self.soon())
        return self.at

    def soon(self) -> datetime:
        """Some minutes later."""
        self.at += timedelta(minutes=3 + self.dice.randrange(25))
        return self.at

    @property
    def today(self) -> date:
        """The day of the story."""
        return oslo_date(self.at)

    @property
    def officer(self) -> User:
        """The officer of the secretariat whose case it is."""
        return self.people.officers[self.plot.place % 2]

    def speaker(self, party: Party) -> User:
        """Who speaks for the party: the first of its case team."""
        return party.team[0].user

    def requesting(self) -> User:
        """Who speaks for the requesting side."""
        return self.speaker(self.case.parties_on(Side.REQUESTING)[0])

    def letters_arrive(self) -> None:
        """What waits is accepted some minutes later, but for what the plot lets come back or be lost."""
        self.session.flush()
        at = self.soon()
        for letter in self.case.letters:
            for place, recipient in enumerate(letter.recipients):
                if recipient.fate is not Fate.MADE:
                    continue
                recipient.attempts, recipient.handed_over_at = 1, at
                if self.has(Turn.BOUNCED) and place and letter.party is not None:
                    # The mailbox of the organisation did not take it; the people of the case team did.
                    recipient.fate = Fate.BOUNCED if self._is_first(letter) else Fate.UNKNOWN
                else:
                    accepted_for(recipient, at=at)
        self.session.flush()
        for submission in self.case.submissions:
            self.session.refresh(submission, ["servings"])

    def _is_first(self, letter: Letter) -> bool:
        return letter is next(found for found in self.case.letters if found.party is not None)

    def _moment(self) -> datetime:
        day = self.plot.filed_on + timedelta(days=self.offset)
        # Backwards, so that a case never runs ahead of the days it was given.
        while why_no_working_day(day):
            day -= timedelta(days=1)
        opens = datetime.combine(day, time(8, 15), OSLO).astimezone(UTC)
        return opens + timedelta(minutes=self.dice.randrange(400))
