"""What is filled in by who watches: what was found behind a flag, what a breach is about, and what was done about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from wtforms import SelectField, StringField, TextAreaField

from tvist.accounts.queries import user_by_email
from tvist.cases.fields import DayField
from tvist.cases.queries import case_by_number
from tvist.clock import OSLO, midnight
from tvist.errors import NotFound
from tvist.intake.anonymity import NoBirthNumber
from tvist.meetings.forms import read_time
from tvist.oversight.breaches import Asked
from tvist.oversight.held import Asker
from tvist.oversight.models import BreachDone
from tvist.oversight.queries import paper_of_case
from tvist.web.forms import Needed, NotLonger, TvistForm, choices, trimmed
from tvist.web.session import lazy
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User

LONGEST_WORDS: Final = 4000
LONGEST_NAME: Final = 200


def _words(code: str, help_code: str) -> TextAreaField:
    return TextAreaField(
        lazy(code),
        [Needed("oversight.words_needed"), NotLonger(LONGEST_WORDS), NoBirthNumber()],
        description=lazy(help_code),
        filters=[trimmed],
        render_kw={"rows": 4},
    )


def _name(code: str, help_code: str) -> StringField:
    return StringField(lazy(code), [NotLonger(LONGEST_NAME)], description=lazy(help_code), filters=[trimmed])


class LookForm(TvistForm):
    """What was found behind a flag."""

    words = _words("oversight.found", "oversight.found_help")


class StepForm(TvistForm):
    """What was done about a breach."""

    done = SelectField(lazy("oversight.done"), coerce=BreachDone)
    words = _words("oversight.in_words", "oversight.found_help")

    def __init__(self, **more: Any) -> None:
        """With the choices in the reader's language."""
        super().__init__(**more)
        self.done.choices = choices((done.value, lazy(f"breach_done.{done.value}")) for done in BreachDone)


class AccessBegunForm(TvistForm):
    """Who asks for all that is held on the child, and when it came."""

    asker = SelectField(lazy("oversight.held.asker"), coerce=Asker)
    received_on = DayField(lazy("oversight.held.received_on"), [Needed("oversight.day_needed")])

    def __init__(self, **more: Any) -> None:
        """With the choices in the reader's language."""
        super().__init__(**more)
        self.asker.choices = choices((asker.value, lazy(f"asker.{asker.value}")) for asker in Asker)


class ReasonsForm(TvistForm):
    """Why something is withheld."""

    reasons = TextAreaField(
        lazy("oversight.held.reasons"),
        [NotLonger(LONGEST_WORDS), NoBirthNumber()],
        description=lazy("oversight.held.reasons_help"),
        filters=[trimmed],
        render_kw={"rows": 4},
    )


class BreachForm(TvistForm):
    """What a breach is about, from when to when, and when the body knew of it."""

    case = _name("oversight.case", "oversight.case_help")
    paper = _name("oversight.paper", "oversight.paper_help")
    person = _name("oversight.person", "oversight.person_help")
    from_on = DayField(lazy("oversight.from_on"), [Needed("oversight.day_needed")])
    to_on = DayField(lazy("oversight.to_on"), [Needed("oversight.day_needed")])
    known_on = DayField(lazy("oversight.known_on"), [Needed("oversight.day_needed")], description=lazy("oversight.known_help"))
    known = _name("oversight.known", "oversight.known_time_help")

    def asked(self, session: Session, by: User) -> Asked | None:
        """What is asked of the log; None where something is not there, which is blamed on its field."""
        case = self._found("case", lambda text: case_by_number(session, text))
        if case is not None and case.is_stranger(by):
            self.blame(Message("oversight.not_found"), "case")
        paper = self._found("paper", lambda text: paper_of_case(session, case, text))
        person = self._found("person", lambda text: user_by_email(session, text))
        if not self.faults() and case is None and person is None:
            self.blame(Message("oversight.breach_about_nothing"))
        first, last = self.from_on.data, self.to_on.data
        if first is None or last is None or last < first:
            self.blame(Message("accounts.ends_before_it_begins"), "to_on")
        elif not self.faults():
            return Asked(case, paper, person, midnight(first), midnight(last + timedelta(days=1)))
        return None

    def known_at(self, at: datetime) -> datetime | None:
        """When the body knew; None for what is no time of a day or still to come, which is blamed on its field."""
        day, time = self.known_on.data, read_time(self.known.data or "")
        if time is None or day is None:
            self.blame(Message("meetings.time_unreadable"), "known")
            return None
        known = datetime.combine(day, time, OSLO)
        if known > at:
            self.blame(Message("oversight.known_later"), "known_on")
            return None
        return known

    def _found(self, field: str, find: Callable[[str], Any]) -> Any:
        text = self[field].data
        if not text:
            return None
        try:
            return find(text)
        except NotFound:
            self.blame(Message("oversight.not_found"), field)
            return None
