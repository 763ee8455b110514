"""The questions: drafted from the claim lines and the joint table, agreed on by all three, and changed after that (rule 34).

Start at `askable`, which says of each line what can be asked, and what the parties' papers speak for asking.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tvist.access.policy import Act
from tvist.cases.left import is_conceded, left_of
from tvist.cases.lifecycle import obstacles, take_step
from tvist.cases.money import AmountUnit
from tvist.cases.tasks import close_tasks, is_waiting_for, open_task
from tvist.cases.waiting import TaskKind
from tvist.clock import oslo_date
from tvist.db import random_id, session_of
from tvist.decision.approving import demand_seat
from tvist.decision.models import Question, QuestionAgreement, QuestionKind
from tvist.decision.votes import PANEL_SIZE, drafted_questions, number_of, seats_of
from tvist.decision.voting import why_not_put
from tvist.delivery.actions import write_to_user
from tvist.delivery.models import LetterKind
from tvist.errors import CannotProceed
from tvist.panel.bundle import lines_in_bundle
from tvist.panel.calling import let_approvals_fall
from tvist.panel.rules import panel_faults
from tvist.procedure.settings import procedure_on
from tvist.submissions.joint_table import TableStanding, joint_table
from tvist.submissions.models import Answer
from tvist.words import Message, Ore

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.claims import ClaimLine
    from tvist.cases.models import Case
    from tvist.submissions.joint_table import JointTable, TableLine

KINDS: Final = (QuestionKind.BASIS, QuestionKind.RESPONSIBLE, QuestionKind.PERIOD, QuestionKind.AMOUNT)
"""In the order in which the questions about one line are put."""


@dataclass(frozen=True)
class Wanted:
    """A question that a member wants put: about which line, of which kind, and in which words, if not in the standard ones."""

    line: ClaimLine
    kind: QuestionKind
    words: str = ""


@dataclass(frozen=True)
class Askable:
    """What can be asked about a line. `is_needed`: it always is; `is_proposed`: the parties' papers speak for it, as `why` says."""

    line: ClaimLine
    kind: QuestionKind
    is_needed: bool
    is_proposed: bool
    why: Message


def askable(case: Case) -> list[Askable]:
    """All that can be asked, line by line in the order of the questions. Only what each party has had is looked at (rule 21)."""
    table = joint_table(case, [entry.submission for entry in case.bundles[-1].entries] if case.bundles else None)
    rows = {row.line.id: row for row in table.lines}
    found = []
    for line in _lines_left(case):
        found.append(_basis(line, rows.get(line.id)))
        found.append(Askable(line, QuestionKind.RESPONSIBLE, is_needed=True, is_proposed=True, why=_why("responsible")))
        found.append(_period(line, rows.get(line.id), table))
        if line.unit is not AmountUnit.PRINCIPLE:
            why = _why("amount", ore=Ore(left_of(line) or 0))
            found.append(Askable(line, QuestionKind.AMOUNT, is_needed=True, is_proposed=True, why=why))
    return found


def default_questions(case: Case) -> list[Wanted]:
    """What is always asked: for each line that is not conceded who is responsible, and where a sum is claimed how much of it is found."""
    return [Wanted(each.line, each.kind) for each in askable(case) if each.is_needed]


def as_drafted(case: Case) -> list[Wanted]:
    """The questions as they are drafted; the default ones where nobody has drafted any."""
    return [Wanted(found.line, found.kind, found.words) for found in drafted_questions(case)] or default_questions(case)


def set_hash(wanted: Iterable[Wanted]) -> str:
    """SHA-256 (hexadecimal) over the very set, in order: line, kind and words. A member agrees to this."""
    rows = [[each.line.position, each.kind.value, each.words] for each in wanted]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def agreements_of(case: Case) -> list[QuestionAgreement]:
    """The agreements that count: to the draft as it stands, by who sits now."""
    seated, current = {seat.user.id for seat in seats_of(case)}, set_hash(as_drafted(case))
    return [
        found
        for found in case.question_agreements
        if found.fell_at is None and found.user_id in seated and found.questions_sha256 == current
    ]


def draft_questions(case: Case, wanted: Iterable[Wanted], *, by: User, at: datetime) -> None:
    """Save what is to be asked; any change lets the agreements fall, and the other two are told. The same draft again changes nothing.

    Raises `CannotProceed` where a question that is always asked is missing, or one cannot be asked.
    """
    demand_seat(case, by)
    ordered = sorted(wanted, key=lambda each: (each.line.position, KINDS.index(each.kind)))
    if found := obstacles(case, Act.DRAFT_QUESTIONS) or panel_faults(case, at) or _faults(case, ordered):
        raise CannotProceed(found)
    if drafted_questions(case) and as_drafted(case) == ordered:
        return
    take_step(case, Act.DRAFT_QUESTIONS, by=by, at=at)
    _write_draft(case, ordered)
    for agreement in case.question_agreements:
        agreement.fell_at = agreement.fell_at or at
    for seat in seats_of(case):
        if seat.is_declared and not is_waiting_for(case, TaskKind.AGREE_QUESTIONS, seat.user):
            _wait_for(case, TaskKind.AGREE_QUESTIONS, seat.user, at)
        if seat.user is not by:
            link = f"/cases/{case.slug}/decision/questions"
            write_to_user(seat.user, LetterKind.QUESTIONS_DRAFTED, at=at, case=case, link=link)
    session_of(case).flush()


def agree_questions(case: Case, *, by: User, at: datetime, seen: str | None = None) -> None:
    """Agree to the questions as drafted, by their hash; to the default ones where none are. When all who sit agree, they are put.

    `seen` is the hash of what the member's page showed: raises `CannotProceed` where the draft is another by now.
    """
    demand_seat(case, by)
    if found := obstacles(case, Act.AGREE_QUESTIONS) or panel_faults(case, at):
        raise CannotProceed(found)
    current = set_hash(as_drafted(case))
    if seen is not None and seen != current:
        raise CannotProceed(Message("decision.questions.changed"))
    if any(found.user_id == by.id for found in agreements_of(case)):
        return
    if not drafted_questions(case):
        draft_questions(case, default_questions(case), by=by, at=at)
    for earlier in case.question_agreements:
        if earlier.user_id == by.id:
            earlier.fell_at = earlier.fell_at or at
    # The database allows one standing agreement a member, and SQLAlchemy would insert before it updates.
    session_of(case).flush()
    case.question_agreements.append(QuestionAgreement(user=by, user_id=by.id, questions_sha256=current, agreed_at=at))
    take_step(case, Act.AGREE_QUESTIONS, by=by, at=at)
    close_tasks(case, TaskKind.AGREE_QUESTIONS, at=at, owner=by)
    if len(agreements_of(case)) == PANEL_SIZE:
        _put(case, at)
    session_of(case).flush()


def change_question(question: Question, words: str, *, by: User, at: datetime) -> None:
    """Give an agreed question other words (empty: the standard ones). The votes on it fall, and all three vote anew; the journal keeps both."""
    case = question.case
    demand_seat(case, by)
    if found := why_not_put(question, Act.CHANGE_QUESTION, at):
        raise CannotProceed(found)
    if words.strip() == question.words:
        return
    before = asked(question)
    question.words = words.strip()
    said = Message("journal.change_question", before=before, after=asked(question))
    take_step(case, Act.CHANGE_QUESTION, by=by, at=at, said=said)
    question.changed_at, question.opened_at = at, None
    for vote in question.votes:
        vote.fell_at = vote.fell_at or at
    let_approvals_fall(case, at)
    close_tasks(case, TaskKind.WRITE_TEXT, TaskKind.APPROVE, TaskKind.ORDER_ISSUE, at=at)
    for seat in seats_of(case):
        if not is_waiting_for(case, TaskKind.VOTE, seat.user):
            _wait_for(case, TaskKind.VOTE, seat.user, at)


def asked(question: Question) -> Message:
    """The question in words, with its number; one that is not put any more has none."""
    if question.fell_at is not None:
        return Message("decision.fallen", line=question.line.position)
    return asked_as(number_of(question), Wanted(question.line, question.kind, question.words))


def asked_as(number: int, wanted: Wanted) -> Message:
    """A question in words, as it would be with that number: the panel's own, or the standard ones of its kind."""
    if wanted.words:
        return Message("opinion.question.own", position=number, line=wanted.line.position, words=wanted.words)
    return Message(f"opinion.question.{wanted.kind.value}", position=number, line=wanted.line.position)


def _put(case: Case, at: datetime) -> None:
    """All who sit agree: from now on they vote."""
    for question in drafted_questions(case):
        question.agreed_at = at
    close_tasks(case, TaskKind.AGREE_QUESTIONS, at=at)
    for seat in seats_of(case):
        _wait_for(case, TaskKind.VOTE, seat.user, at)


def _wait_for(case: Case, kind: TaskKind, user: User, at: datetime) -> None:
    target, starts_on = procedure_on(case.registered_on).panel_target, oslo_date(case.referred_at or at)
    open_task(case, kind, at=at, owner=user, length=target, starts_on=starts_on, is_target=True)


def _write_draft(case: Case, wanted: list[Wanted]) -> None:
    session = session_of(case)
    for question in [found for found in case.questions if found.agreed_at is None]:
        case.questions.remove(question)
        session.delete(question)
    # A line has one question of a kind, and a case one at a place: the old ones must be gone before the new ones come.
    session.flush()
    for position, each in enumerate(wanted, start=1):
        case.questions.append(
            Question(
                public_id=random_id(),
                line=each.line,
                line_id=each.line.id,
                kind=each.kind,
                words=each.words,
                position=position,
                reasons="",
            )
        )


def _faults(case: Case, wanted: list[Wanted]) -> list[Message]:
    """What stands against putting just these questions."""
    possible = {(each.line.id, each.kind): each for each in askable(case)}
    chosen = [(each.line.id, each.kind) for each in wanted]
    missing = sorted({str(each.line.position) for key, each in possible.items() if each.is_needed and key not in chosen})
    faults = [Message("decision.questions.needed", lines=missing, count=len(missing))] if missing else []
    if any(key not in possible for key in chosen) or len(set(chosen)) < len(chosen):
        faults.append(Message("decision.questions.not_askable"))
    return faults


def _lines_left(case: Case) -> list[ClaimLine]:
    return [line for line in lines_in_bundle(case) if not is_conceded(line)]


def _basis(line: ClaimLine, row: TableLine | None) -> Askable:
    """Proposed where the other side relies on another basis, in its words."""
    answers = row.answers if row else ()
    found = next((each for each in answers if each.answer is not Answer.ACCEPTED and each.basis.strip()), None)
    if found is None:
        return Askable(line, QuestionKind.BASIS, is_needed=False, is_proposed=False, why=_why("basis_not"))
    name = found.submission.party.name if found.submission.party else ""
    return Askable(
        line, QuestionKind.BASIS, is_needed=False, is_proposed=True, why=_why("basis", name=name, basis=found.basis.strip())
    )


def _period(line: ClaimLine, row: TableLine | None, table: JointTable) -> Askable:
    """Proposed where a dated fact within the line's days is disputed, or only a part of what a rate comes to is accepted."""
    for each in table.facts:
        first, last = each.fact.happened_on, each.fact.until_on or each.fact.happened_on
        is_within = line.from_on <= last and (line.to_on is None or first <= line.to_on)
        if each.standing is TableStanding.DISPUTED and is_within:
            return Askable(
                line, QuestionKind.PERIOD, is_needed=False, is_proposed=True, why=_why("period", day=first, words=each.fact.words)
            )
    has_rate = line.unit in {AmountUnit.DAY, AmountUnit.MONTH}
    if has_rate and row is not None and any(each.answer is Answer.PARTLY for each in row.answers):
        return Askable(line, QuestionKind.PERIOD, is_needed=False, is_proposed=True, why=_why("period_partly"))
    return Askable(line, QuestionKind.PERIOD, is_needed=False, is_proposed=False, why=_why("period_not"))


def _why(what: str, **params: object) -> Message:
    return Message(f"decision.questions.why.{what}", **params)
