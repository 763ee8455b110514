"""What is missing before the opinion can be issued, each with who does it and where: the same answer as the act gives, told person by person (rules 31, 36, 38)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tvist.access.policy import Act
from tvist.decision.parallel_places import missing_places, places_behind
from tvist.decision.rules import approvals_of, unfinished, without_dissent
from tvist.decision.votes import all_open, has_voted, number_of, seats_of, standing_questions
from tvist.panel.rules import faults_before_issue
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.decision.models import Question
    from tvist.decision.parallel_places import ParallelPlace
    from tvist.vault.keys import MasterKeys

_PANEL: Final = Message("decision.checks.panel")
_ACTS: Final = {
    "decision.sections_missing": Act.WRITE_TEXT,
    "pdf.missing_letters": Act.WRITE_TEXT,
    "decision.no_text": Act.WRITE_TEXT,
    "decision.no_questions": Act.AGREE_QUESTIONS,
    "decision.changed_after_approval": Act.APPROVE,
    "decision.approvals_differ": Act.APPROVE,
}

_OF_PARALLEL: Final = {"parallel.missing": missing_places, "parallel.is_behind": places_behind}


@dataclass(frozen=True)
class Missing:
    """One thing that is missing. `user` does it, or, where it is None, anybody of `who`; `act` is what it takes, on `question` or the case."""

    who: Message
    what: Message
    act: Act
    user: User | None = None
    question: Question | None = None
    place: ParallelPlace | None = None
    """The place of the parallel text that it is about."""


def last_checks(case: Case, keys: MasterKeys, at: datetime) -> list[Missing]:
    """All that is missing, in the order the panel works; empty where the leader may order the issue."""
    faults = dict.fromkeys([*faults_before_issue(case, at), *unfinished(case, Act.ORDER_ISSUE, keys)])
    return [missing for fault in faults for missing in _told(case, fault, keys)]


def _told(case: Case, fault: Message, keys: MasterKeys) -> Iterator[Missing]:
    """What a fault asks of whom: told person by person where it can be."""
    if fault.code == "decision.votes_missing":
        yield from _votes(case)
    elif fault.code == "decision.reasons_missing":
        yield from _reasons(case)
    elif fault.code in _OF_PARALLEL:
        yield from _parallel(case, fault)
    elif fault.code == "decision.dissent_missing":
        yield from _dissents(case, fault, keys)
    elif fault.code == "decision.approvals_missing":
        yield from _approvals(case)
    else:
        yield _as_said(fault)


def _as_said(fault: Message) -> Missing:
    """The fault in its own words, with who mends it."""
    if fault.code.startswith("panel.object."):
        return Missing(Message("cases.named", name=fault.params["party"]), fault, Act.OBJECT)
    if fault.code.startswith("panel."):
        return Missing(Message("decision.checks.secretariat"), fault, Act.SEAT)
    return Missing(_PANEL, fault, _ACTS.get(fault.code, Act.READ_DELIBERATION))


def _reasons(case: Case) -> Iterator[Missing]:
    for question in standing_questions(case):
        if not question.reasons.strip():
            what = Message("decision.checks.reasons", question=number_of(question))
            yield Missing(_PANEL, what, Act.WRITE_TEXT, question=question)


def _parallel(case: Case, fault: Message) -> Iterator[Missing]:
    """Place by place: a member's own text is for that member, the others for the panel (rule 39)."""
    code = "parallel.write" if fault.code == "parallel.missing" else "parallel.follow"
    for place in _OF_PARALLEL[fault.code](case):
        who = Message("cases.named", name=place.owner.name) if place.owner is not None else _PANEL
        yield Missing(who, Message(code, place=place.called), Act.WRITE_PARALLEL, user=place.owner, place=place)


def _approvals(case: Case) -> Iterator[Missing]:
    approved = {found.user_id for found in approvals_of(case)}
    for seat in seats_of(case):
        if seat.user_id not in approved:
            yield _of(seat.user, Message("decision.checks.approve"), Act.APPROVE)


def _votes(case: Case) -> Iterator[Missing]:
    """Who has not voted, and on what: that somebody has voted is no secret, how is (rule 34)."""
    for seat in seats_of(case):
        left = [question for question in standing_questions(case) if not has_voted(question, seat.user)]
        if left:
            numbers = [str(number_of(question)) for question in left]
            yield _of(seat.user, Message("decision.checks.vote", questions=numbers), Act.VOTE)


def _dissents(case: Case, fault: Message, keys: MasterKeys) -> Iterator[Missing]:
    if not all_open(case):
        return
    for user, question in without_dissent(case, keys):
        if (fault.params["name"], fault.params["question"]) == (user.name, number_of(question)):
            what = Message("decision.checks.dissent", question=number_of(question))
            yield _of(user, what, Act.DISSENT, question)


def _of(user: User, what: Message, act: Act, question: Question | None = None) -> Missing:
    return Missing(Message("cases.named", name=user.name), what, act, user=user, question=question)
