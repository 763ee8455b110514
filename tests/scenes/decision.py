"""Cases in deliberation, made by the real acts: `agreed`, `voted`, `written`, `approved`, `ordered`, `issued`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tests.people import NOON, Cast
from tests.scenes.kept import kept
from tests.scenes.panel import nobody_objects, referred
from tvist.decision.actions import dissent, order_issue
from tvist.decision.approving import approve
from tvist.decision.choices import BasisChoice, Choice, PeriodChoice, ResponsibleChoice
from tvist.decision.issuing import issue_job
from tvist.decision.models import QuestionKind, RemarkKind
from tvist.decision.questions import Wanted, agree_questions, default_questions, draft_questions
from tvist.decision.rules import without_dissent
from tvist.decision.verifying import verify_address
from tvist.decision.votes import seats_of
from tvist.decision.voting import vote
from tvist.decision.writing import write_reasons, write_text
from tvist.panel.actions import confirm_reading
from tvist.panel.bundle import lines_in_bundle

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.cases.models import Case
    from tvist.decision.models import Question
    from tvist.installation import Installation

Votes = Mapping[int, tuple[Choice, Choice, Choice]]
"""By position of the question: how leader, free and KS voted."""
Scene = Callable[..., Any]
STATE, MUNICIPALITY = ResponsibleChoice(0), ResponsibleChoice(100)
SECTIONS = {
    "legal": "Saken reiser spørsmål om forholdet mellom barnevernsloven kapittel 16 og helse- og omsorgstjenesteloven.",
    "conclusion": "Staten bør dekke oppholdet i tvisteperioden.",
}
REASONS = "Nemnda legger vekt på at barnet bodde i institusjon på grunn av barnets behov for omsorg."


def present(session: Session, cast: Cast) -> Cast:
    """The same people, as this session knows them."""
    return Cast(**{name: session.get_one(type(one), one.id) for name, one in vars(cast).items()})


@kept
def agreed(session: Session, cast: Cast, *, at: datetime = NOON, kinds: tuple[QuestionKind, ...] = (), **changes: Any) -> Case:
    """A case to whose panel nobody objects, and which has read and agreed on the questions: the default ones, with one of each `kinds` beside for every line."""
    case = referred(session, present(session, cast), at=at, **changes)
    nobody_objects(case, at=at)
    for seat in seats_of(case):
        confirm_reading(case, by=seat.user, at=at)
    if kinds:
        wanted = default_questions(case) + [Wanted(line, kind) for line in lines_in_bundle(case) for kind in kinds]
        draft_questions(case, wanted, by=seats_of(case)[0].user, at=at)
    for seat in seats_of(case):
        agree_questions(case, by=seat.user, at=at)
    return case


@kept
def voted(
    session: Session, cast: Cast, installation: Installation, *, at: datetime = NOON, votes: Votes | None = None, **changes: Any
) -> Case:
    """A case whose three members have voted on every question: for the state and the whole sum, unless `votes` says otherwise."""
    case = agreed(session, cast, at=at, **changes)
    for question in case.questions:
        given = (votes or {}).get(question.position, (default_vote(question),) * 3)
        for seat, choice in zip(seats_of(case), given, strict=True):
            vote(question, choice, by=seat.user, at=at, keys=installation.keys)
    return case


def default_vote(question: Question) -> Choice:
    """The state bears it all, for all days, on its own basis."""
    line = question.line
    return {
        QuestionKind.BASIS: BasisChoice.STATE,
        QuestionKind.PERIOD: PeriodChoice(line.from_on, line.to_on),
        QuestionKind.RESPONSIBLE: STATE,
        QuestionKind.AMOUNT: line.amount_ore or 0,
    }[question.kind]


@kept
def written(
    session: Session,
    cast: Cast,
    installation: Installation,
    *,
    at: datetime = NOON,
    votes: Votes | None = None,
    sections: Mapping[str, str] = SECTIONS,
    **changes: Any,
) -> Case:
    """A case whose text is written: sections, reasons, and a dissent by whoever was outvoted."""
    case = voted(session, cast, installation, at=at, votes=votes, **changes)
    leader = seats_of(case)[0].user
    write_text(case, by=leader, at=at, **sections)
    for question in case.questions:
        write_reasons(question, REASONS, by=leader, at=at)
    for user, question in without_dissent(case, installation.keys):
        dissent(
            question, by=user, at=at, kind=RemarkKind.DISSENT, text="Jeg ser annerledes på hva som var det egentlige behovet."
        )
    return case


@kept
def approved(
    session: Session, cast: Cast, installation: Installation, *, at: datetime = NOON, votes: Votes | None = None, **changes: Any
) -> Case:
    """A case whose text all three have approved."""
    case = written(session, cast, installation, at=at, votes=votes, **changes)
    for seat in seats_of(case):
        approve(case, by=seat.user, at=at, keys=installation.keys)
    return case


@kept
def ordered(
    session: Session, cast: Cast, installation: Installation, *, at: datetime = NOON, votes: Votes | None = None, **changes: Any
) -> Case:
    """A case whose issue the leader has ordered."""
    case = approved(session, cast, installation, at=at, votes=votes, **changes)
    verify_at = verify_address(installation.config.base_url)
    order_issue(case, by=seats_of(case)[0].user, at=at, keys=installation.keys, verify_at=verify_at)
    return case


@kept
def issued(
    session: Session, cast: Cast, installation: Installation, *, at: datetime = NOON, votes: Votes | None = None, **changes: Any
) -> Case:
    """A decided case: the job has made and kept the file, and issued. Commits, for the job has transactions of its own."""
    case = ordered(session, cast, installation, at=at, votes=votes, **changes)
    assert case.decision is not None
    session.commit()
    issue_job(installation, case.decision.id, at)
    session.expire_all()
    return case
