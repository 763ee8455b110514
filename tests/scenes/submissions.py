"""Cases in the exchange, taken on by the real acts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.people import NOON
from tests.scenes.intake import accepted, letters_arrive
from tvist.submissions import actions
from tvist.submissions.answers import AnswerGiven
from tvist.submissions.models import Answer
from tvist.submissions.rules import waiting_to_be_passed_on

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.cases.models import Case

DAY = timedelta(days=1)


def disputing(case: Case) -> list[AnswerGiven]:
    """Each line disputed."""
    return [AnswerGiven(line, Answer.DISPUTED, basis="§ 16-5", words="Oppholdet var et helsetiltak.") for line in case.lines]


def accepting(case: Case) -> list[AnswerGiven]:
    """Each line accepted as a whole."""
    return [AnswerGiven(line, Answer.ACCEPTED) for line in case.lines]


def responded(session: Session, cast: Cast, *, at: datetime = NOON, **changes: Any) -> Case:
    """A case in which Bo has answered, a week after it was served; the secretariat has not looked it through."""
    case = accepted(session, cast, at=at, **changes)
    actions.respond(
        case, by=cast.bo, at=at + 7 * DAY, answers=disputing(case), text="Staten bestrider kravet.", own_reference="BUF-2026-7"
    )
    session.flush()
    return case


def passed_on(session: Session, cast: Cast, case: Case, *, at: datetime) -> Case:
    """Siri sends over what waits, and it arrives at once."""
    for submission in waiting_to_be_passed_on(case):
        actions.pass_on(submission, by=cast.siri, at=at)
    letters_arrive(session, case, at=at)
    return case


def answered(session: Session, cast: Cast, *, at: datetime = NOON, **changes: Any) -> Case:
    """A case in which region vest's response has been sent over to Vik, whose turn it is to comment."""
    return passed_on(session, cast, responded(session, cast, at=at, **changes), at=at + 8 * DAY)


def finished(session: Session, cast: Cast, *, at: datetime = NOON, **changes: Any) -> Case:
    """A case in which Vik has commented once, and neither side has more to add."""
    case = answered(session, cast, at=at, **changes)
    actions.comment(case, by=cast.asta, at=at + 14 * DAY, text="Helsetiltaket var avsluttet før oppholdet.")
    session.flush()
    passed_on(session, cast, case, at=at + 15 * DAY)
    actions.nothing_more(case, by=cast.bo, at=at + 20 * DAY)
    letters_arrive(session, case, at=at + 20 * DAY)
    actions.nothing_more(case, by=cast.asta, at=at + 21 * DAY)
    letters_arrive(session, case, at=at + 21 * DAY)
    return case


def prepared(session: Session, cast: Cast, *, at: datetime = NOON, **changes: Any) -> Case:
    """A case whose preparation Siri has closed."""
    case = finished(session, cast, at=at, **changes)
    actions.close_preparation(case, by=cast.siri, at=at + 22 * DAY)
    letters_arrive(session, case, at=at + 22 * DAY)
    return case
