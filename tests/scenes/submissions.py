"""Cases in the exchange, taken on by the real acts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tests.people import NOON
from tests.scenes.intake import a_line, accepted, letters_arrive
from tests.scenes.kept import kept
from tvist.cases.models import Side
from tvist.cases.waiting import TaskKind
from tvist.intake.chronology import ToldFact
from tvist.intake.lines import read_line
from tvist.intake.reading import Reader
from tvist.procedure.settings import procedure_on
from tvist.submissions import actions
from tvist.submissions.answers import AnswerGiven
from tvist.submissions.confirming import confirm_table
from tvist.submissions.fact_answers import FactAnswerGiven, Told
from tvist.submissions.joint_table import joint_table
from tvist.submissions.models import Answer, FactReply
from tvist.submissions.rules import unanswered_facts, waiting_to_be_passed_on

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.cases.models import Case, Party
    from tvist.intake.lines import ClaimedLine

DAY = timedelta(days=1)


def disputing(case: Case) -> list[AnswerGiven]:
    """Each line disputed."""
    return [AnswerGiven(line, Answer.DISPUTED, basis="§ 16-5", words="Oppholdet var et helsetiltak.") for line in case.lines]


def agreeing(case: Case, party: Party) -> Told:
    """Each fact that was put to the party agreed."""
    return Told(fact_answers=[FactAnswerGiven(fact, FactReply.AGREED) for fact in unanswered_facts(case, party)])


def an_own_line(case: Case, **changes: Any) -> ClaimedLine:
    """A claim line of the region's own, about another measure: the municipality should bear it."""
    raw = a_line(
        measure="relief_care", unit="sum", rate="84 500", paid="0", should_bear="municipality", paid_by="state", **changes
    )
    reader = Reader(raw, procedure_on(case.registered_on))
    line = read_line(reader, municipalities=["4639"], on=case.registered_on, born=None)
    assert line is not None, reader.faults
    return line


def a_fact(words: str = "Kommunen fikk tilsagn om institusjonsplass.", on: date = date(2024, 3, 1)) -> ToldFact:
    """A fact of one's own."""
    return ToldFact(happened_on=on, until_on=None, words=words, paper="", page=None)


def accepting(case: Case) -> list[AnswerGiven]:
    """Each line accepted as a whole."""
    return [AnswerGiven(line, Answer.ACCEPTED) for line in case.lines]


@kept
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


@kept
def answered(session: Session, cast: Cast, *, at: datetime = NOON, **changes: Any) -> Case:
    """A case in which region vest's response has been sent over to Vik, whose turn it is to comment."""
    return passed_on(session, cast, responded(session, cast, at=at, **changes), at=at + 8 * DAY)


@kept
def finished(session: Session, cast: Cast, *, at: datetime = NOON, **changes: Any) -> Case:
    """A case in which Vik has commented once, neither side has more to add, and both have confirmed the joint table."""
    case = answered(session, cast, at=at, **changes)
    actions.comment(case, by=cast.asta, at=at + 14 * DAY, text="Helsetiltaket var avsluttet før oppholdet.")
    session.flush()
    passed_on(session, cast, case, at=at + 15 * DAY)
    actions.nothing_more(case, by=cast.bo, at=at + 20 * DAY)
    letters_arrive(session, case, at=at + 20 * DAY)
    for party in case.parties_on(Side.REQUESTING):
        actions.nothing_more(case, by=party.team[0].user, at=at + 21 * DAY)
    letters_arrive(session, case, at=at + 21 * DAY)
    return confirmed(session, case, at=at + 21 * DAY)


def confirmed(session: Session, case: Case, *, at: datetime) -> Case:
    """Each party that is asked to confirm the joint table does."""
    for task in [task for task in case.open_tasks if task.kind is TaskKind.CONFIRM_TABLE]:
        assert task.party
        confirm_table(case, by=task.party.team[0].user, at=at, sha256=joint_table(case).sha256)
    session.flush()
    return case


@kept
def prepared(session: Session, cast: Cast, *, at: datetime = NOON, **changes: Any) -> Case:
    """A case whose preparation Siri has closed."""
    case = finished(session, cast, at=at, **changes)
    actions.close_preparation(case, by=cast.siri, at=at + 22 * DAY)
    letters_arrive(session, case, at=at + 22 * DAY)
    return case
