"""What the panel sees of its own work: the questions and who has voted, what the votes came to, the text, the approvals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tvist.access.policy import Act
from tvist.cases.lifecycle import State
from tvist.decision.citations import law_cited
from tvist.decision.contradictions import contradictions, worth_a_sentence
from tvist.decision.margin import open_comments
from tvist.decision.questions import agreements_of, asked
from tvist.decision.record import SECTIONS
from tvist.decision.rules import approvals_of, unfinished, without_dissent
from tvist.decision.votes import (
    all_open,
    choice_said,
    drafted_questions,
    has_voted,
    history_of,
    is_open,
    number_of,
    result,
    seats_of,
    standing_questions,
)
from tvist.procedure.codes import CodeKind, code_label
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.decision.law_references import LawReference
    from tvist.decision.models import Approval, Question
    from tvist.decision.votes import CastVote, Result
    from tvist.vault.keys import MasterKeys


@dataclass(frozen=True)
class ShownVote:
    """A vote that may be read: who cast it when, and what it said before it was changed, if it was."""

    name: str
    said: Message
    cast_at: datetime
    before: Message | None


@dataclass(frozen=True)
class ShownQuestion:
    """A question as the panel sees it. `result` and `votes` are there once all three have voted."""

    question: Question
    number: int
    what: Message
    measure: Message
    voters: list[tuple[str, bool]]
    reader_has_voted: bool
    result: Result | None
    votes: list[ShownVote]
    must_dissent: list[str]


@dataclass(frozen=True)
class Overview:
    """The deliberation of one case, as one of its members sees it."""

    questions: list[ShownQuestion]
    sections: list[tuple[Message, bool]]
    approvals: list[tuple[str, Approval | None]]
    before_approval: list[Message]
    before_issue: list[Message]
    is_deliberating: bool
    reader_has_approved: bool
    reader_has_read: bool
    is_agreed: bool
    agreed: list[tuple[str, bool]]
    is_drafted: bool
    contradictions: list[Message]
    worth_a_sentence: list[Message]
    open_comments: int
    law: list[LawReference]


def overview(case: Case, user: User, keys: MasterKeys) -> Overview:
    """The overview for a member who sits in the case."""
    missing = without_dissent(case, keys) if all_open(case) else []
    by_user = {found.user_id: found for found in approvals_of(case)}
    bundle = case.bundles[-1] if case.bundles else None
    return Overview(
        questions=[
            _shown(question, user, keys, [who.name for who, which in missing if which is question])
            for question in standing_questions(case)
        ],
        sections=[
            (Message(f"decision.section.{name}"), bool(case.decision and getattr(case.decision, name).strip()))
            for name in SECTIONS
        ],
        approvals=[(seat.user.name, by_user.get(seat.user.id)) for seat in seats_of(case)],
        before_approval=unfinished(case, Act.APPROVE, keys),
        before_issue=unfinished(case, Act.ORDER_ISSUE, keys),
        is_deliberating=case.state is State.PANEL,
        reader_has_approved=user.id in by_user,
        reader_has_read=bundle is not None and any(found.user_id == user.id for found in bundle.readings),
        is_agreed=any(question.agreed_at for question in case.questions),
        agreed=_agreed(case),
        is_drafted=bool(drafted_questions(case)),
        contradictions=contradictions(case, keys),
        worth_a_sentence=worth_a_sentence(case, keys),
        open_comments=sum(open_comments(case).values()),
        law=law_cited(case),
    )


def _agreed(case: Case) -> list[tuple[str, bool]]:
    """Who has agreed to the questions as they are drafted."""
    if not drafted_questions(case):
        return []
    agreed = {found.user_id for found in agreements_of(case)}
    return [(seat.user.name, seat.user.id in agreed) for seat in seats_of(case)]


def _shown(question: Question, user: User, keys: MasterKeys, must_dissent: list[str]) -> ShownQuestion:
    is_read = is_open(question)
    votes = history_of(question, keys) if is_read else []
    return ShownQuestion(
        question=question,
        number=number_of(question),
        what=asked(question),
        measure=code_label(CodeKind.MEASURE, question.line.measure),
        voters=[(seat.user.name, has_voted(question, seat.user)) for seat in seats_of(question.case)],
        reader_has_voted=has_voted(question, user),
        result=result(question, keys) if is_read else None,
        votes=_in_turn(votes, question),
        must_dissent=must_dissent,
    )


def _in_turn(votes: list[CastVote], question: Question) -> list[ShownVote]:
    """Each vote in the order it was cast, with what its member had voted before."""
    shown, before = [], dict[int, Message]()
    for found in votes:
        said = choice_said(found.choice, question)
        shown.append(ShownVote(found.user.name, said, found.cast_at, before.get(found.user.id)))
        before[found.user.id] = said
    return shown
