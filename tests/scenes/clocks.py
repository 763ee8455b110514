"""What moves a deadline, done by the real acts: more time, a rest, an outage, a reopening, a further paper."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from tests.scenes.intake import letters_arrive
from tests.scenes.submissions import DAY, finished
from tvist.clock import OSLO
from tvist.submissions.additions import send_more
from tvist.submissions.confirming import confirm_table
from tvist.submissions.extensions import ask_extension, grant
from tvist.submissions.joint_table import joint_table
from tvist.submissions.outages import record_outage
from tvist.submissions.reminders import look_at_clocks
from tvist.submissions.resting import rest
from tvist.submissions.rules import open_turns, turn_of

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.accounts.models import User
    from tvist.cases.clocks import Extension, Outage, Rest
    from tvist.cases.models import Case, Side
    from tvist.cases.submissions import Submission
    from tvist.cases.waiting import Task

REASON = "Saksbehandleren er syk."


def oslo(day: date, hour: int = 12, minute: int = 0) -> datetime:
    """A moment of that day in Oslo, in UTC as all moments are."""
    return datetime.combine(day, time(hour, minute), OSLO).astimezone(UTC)


def turn_on(case: Case, side: Side) -> Task:
    """The open turn of the side's first party."""
    found = turn_of(case, case.parties_on(side)[0])
    assert found, open_turns(case)
    return found


def asked(session: Session, case: Case, *, by: User, at: datetime, until: date) -> Extension:
    """`by` asks for more time."""
    made = ask_extension(case, by=by, at=at, wanted_until=until, reason=REASON)
    session.flush()
    return made


def granted(session: Session, cast: Cast, case: Case, *, by: User, at: datetime, until: date) -> Extension:
    """The same, and Siri grants it at once."""
    made = asked(session, case, by=by, at=at, until=until)
    grant(made, by=cast.siri, at=at, until=until, reason="Partene er enige.")
    letters_arrive(session, case, at=at)
    return made


def rested(session: Session, cast: Cast, case: Case, *, at: datetime, until: date) -> Rest:
    """Siri lets the case rest while the parties negotiate."""
    made = rest(case, by=cast.siri, at=at, until_on=until, reason="negotiation", words="Partene møtes.")
    letters_arrive(session, case, at=at)
    return made


def down(session: Session, cast: Cast, day: date, *, at: datetime) -> Outage:
    """The portal was down that day, as Siri writes down."""
    return record_outage(session, day=day, words="Strømbrudd i datasenteret.", by=cast.siri, at=at)


def looked_at(session: Session, case: Case, *, at: datetime) -> Case:
    """The daily work looks at the case, and its letters arrive."""
    look_at_clocks(case, at=at)
    letters_arrive(session, case, at=at)
    return case


def more_sent(session: Session, case: Case, *, by: User, at: datetime) -> Submission:
    """`by` sends something further."""
    made = send_more(case, by=by, at=at, text="Her er vedtaket vi ikke fant før.")
    session.flush()
    return made


def confirmed(session: Session, cast: Cast, *, at: datetime, **changes: Any) -> Case:
    """A case in which both sides are finished and have confirmed the joint table."""
    case = finished(session, cast, at=at, **changes)
    for user in (cast.asta, cast.bo):
        confirm_table(case, by=user, at=at + 21 * DAY, sha256=joint_table(case).sha256)
    letters_arrive(session, case, at=at + 21 * DAY)
    return case
