"""The deliberation: questions, votes, text, dissent, approval; and the issue in three acts: ordered, issued or called back (rules 34-38).

How the members voted is known only with the keys, so acts that stand on the votes take `keys`, and ask `rules.unfinished` before `take_step`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.access.policy import Act
from tvist.cases.left import is_conceded
from tvist.cases.lifecycle import State, obstacles, take_step
from tvist.cases.money import AmountUnit
from tvist.cases.tasks import close_all_tasks, close_tasks, is_waiting_for, open_task
from tvist.cases.waiting import Desk, TaskKind
from tvist.clock import oslo_date
from tvist.db import random_id, session_of
from tvist.decision.issued import store, write_ending, write_outcomes
from tvist.decision.models import Approval, CallBack, Decision, Question, QuestionKind, Remark, RemarkKind, Vote
from tvist.decision.record import SECTIONS, as_json, canonical, sha256_of, text_hash
from tvist.decision.rules import amount_too_large, approvals_of, changed_since_ordered, unfinished
from tvist.decision.text import beginning
from tvist.decision.votes import (
    ALL,
    PANEL_SIZE,
    ResponsibleChoice,
    all_open,
    is_open,
    leader_of,
    own_vote,
    sealed_choice,
    seats_of,
    standing_questions,
    standing_votes,
)
from tvist.errors import CannotProceed, NotAllowed
from tvist.jobs.actions import queue
from tvist.jobs.models import JobKind
from tvist.panel.bundle import lines_in_bundle
from tvist.panel.rules import panel_faults
from tvist.procedure.settings import procedure_on
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.decision.votes import Choice
    from tvist.documents.storage import PaperStore, Stored
    from tvist.vault.keys import MasterKeys


def agree_questions(case: Case, *, by: User, at: datetime) -> None:
    """Put the questions: for each line that is not conceded who is responsible, and, where a sum is claimed, how much of it is found (rules 22, 34)."""
    take_step(case, Act.AGREE_QUESTIONS, by=by, at=at)
    for line in (line for line in lines_in_bundle(case) if not is_conceded(line)):
        kinds = (
            [QuestionKind.RESPONSIBLE] if line.unit is AmountUnit.PRINCIPLE else [QuestionKind.RESPONSIBLE, QuestionKind.AMOUNT]
        )
        for kind in kinds:
            case.questions.append(
                Question(
                    public_id=random_id(),
                    line=line,
                    line_id=line.id,
                    kind=kind,
                    position=len(case.questions) + 1,
                    agreed_at=at,
                    reasons="",
                )
            )
    close_tasks(case, TaskKind.AGREE_QUESTIONS, at=at)
    target = procedure_on(case.registered_on).panel_target
    for seat in seats_of(case):
        open_task(
            case,
            TaskKind.VOTE,
            at=at,
            owner=seat.user,
            length=target,
            starts_on=oslo_date(case.referred_at or at),
            is_target=True,
        )
    session_of(case).flush()


def vote(question: Question, choice: Choice, *, by: User, at: datetime, keys: MasterKeys) -> Vote:
    """Cast or change a vote, sealed from the first; the journal says only that the person has voted (rule 34).

    Raises `NotAllowed` for who holds no seat, `CannotProceed` before the bundle is read, and for a choice out of range.
    """
    case = question.case
    _demand_seat(case, by)
    if faults := [*why_not_vote(question, by), *_choice_faults(question, choice)]:
        raise CannotProceed(faults)
    earlier = standing_votes(question).get(by.id)
    if earlier is not None:
        if own_vote(question, by, keys) == choice:
            return earlier
        earlier.fell_at = at
        # The database allows one standing vote a member, and SQLAlchemy would insert before it updates.
        session_of(question).flush()
        _let_approvals_fall(case, at)
    was_open = is_open(question)
    sealed, commitment = sealed_choice(question, by, choice, keys)
    cast = Vote(user=by, user_id=by.id, sealed=sealed, commitment=commitment, cast_at=at)
    question.votes.append(cast)
    take_step(case, Act.VOTE, by=by, at=at)
    if is_open(question) and not was_open:
        question.opened_at = at
    _after_vote(case, by, at)
    return cast


def why_not_vote(question: Question, by: User) -> list[Message]:
    """What stands in the way of the member's vote, whatever it may be: the rulebook, and the bundle that they have not read (rule 33)."""
    bundle = question.case.bundles[-1] if question.case.bundles else None
    has_read = bundle is not None and any(found.user_id == by.id for found in bundle.readings)
    fallen = [Message("decision.question_fell", position=question.position)] if question.fell_at is not None else []
    return [*obstacles(question.case, Act.VOTE), *fallen, *([] if has_read else [Message("decision.not_read")])]


def write_text(case: Case, *, by: User, at: datetime, **sections: str) -> Decision:
    """Write sections of the text (the names of `record.SECTIONS`); the others stay. A change lets the approvals fall (rule 38)."""
    if unknown := sections.keys() - set(SECTIONS):
        raise TypeError(f"no sections of the text: {sorted(unknown)}")
    _demand_seat(case, by)
    if found := obstacles(case, Act.WRITE_TEXT):
        raise CannotProceed(found)
    decision = case.decision
    is_new = decision is None
    if decision is None:
        decision = Decision(language=case.language, begun_at=at, **dict.fromkeys(SECTIONS, "") | beginning(case))
        case.decision = decision
    changed = {name: text for name, text in sections.items() if getattr(decision, name) != text}
    if changed or is_new:
        for name, text in changed.items():
            setattr(decision, name, text)
        _changed(case, Act.WRITE_TEXT, by=by, at=at)
    return decision


def write_reasons(question: Question, text: str, *, by: User, at: datetime) -> None:
    """Write the panel's reasons on a question, once its votes are open (rule 37)."""
    _demand_open(question, by)
    if question.reasons != text:
        question.reasons = text
        _changed(question.case, Act.WRITE_TEXT, by=by, at=at)


def dissent(question: Question, *, by: User, at: datetime, kind: RemarkKind, text: str) -> None:
    """Write one's own dissent or concurring remark on a question (rule 35); an empty text takes it away."""
    _demand_open(question, by)
    own = next((found for found in question.remarks if found.user_id == by.id), None)
    written = text.strip()
    if own is not None and not written:
        question.remarks.remove(own)
        session_of(question).delete(own)
    elif own is not None and (own.kind, own.text) != (kind, written):
        own.kind, own.text, own.written_at = kind, written, at
    elif own is None and written:
        question.remarks.append(Remark(user=by, user_id=by.id, kind=kind, text=written, written_at=at))
    else:
        return
    _changed(question.case, Act.DISSENT, by=by, at=at)


def approve(case: Case, *, by: User, at: datetime, keys: MasterKeys) -> Approval:
    """Approve the very text as it stands, by its hash; three approvals of one text let the leader order issue (rule 38)."""
    _demand_seat(case, by)
    found = unfinished(case, Act.APPROVE, keys)
    decision = case.decision
    if found or decision is None:
        raise CannotProceed(found or [Message("decision.no_text")])
    text = text_hash(case, keys)
    for earlier in decision.approvals:
        if earlier.fell_at is None and earlier.text_sha256 == text and earlier.user_id == by.id:
            return earlier
        # Also those of who has left, and of a text that changed without an act of the panel's: a party's new representative.
        if earlier.fell_at is None and (earlier.text_sha256 != text or earlier not in approvals_of(case)):
            earlier.fell_at = at
    session_of(case).flush()
    approval = Approval(user=by, user_id=by.id, text_sha256=text, approved_at=at)
    decision.approvals.append(approval)
    take_step(case, Act.APPROVE, by=by, at=at)
    _after_approval(case, at)
    return approval


def order_issue(case: Case, *, by: User, at: datetime, keys: MasterKeys) -> Decision:
    """Freeze the record with the day of issue, write the outcomes, and ask the machine to make the file (rules 36, 38)."""
    faults = unfinished(case, Act.ORDER_ISSUE, keys) + panel_faults(case, at)
    decision = case.decision
    if faults or decision is None:
        raise CannotProceed(list(dict.fromkeys(faults)) or [Message("decision.no_text")])
    record = canonical(case, keys) | {"issued_on": oslo_date(at).isoformat()}
    take_step(case, Act.ORDER_ISSUE, by=by, at=at)
    decision.frozen = as_json(record)
    decision.frozen_sha256 = sha256_of(decision.frozen)
    decision.ordered_at, decision.ordered_by_id = at, by.id
    write_outcomes(decision, keys)
    close_tasks(case, TaskKind.ORDER_ISSUE, TaskKind.WRITE_TEXT, TaskKind.APPROVE, TaskKind.VOTE, at=at)
    open_task(case, TaskKind.ISSUE, at=at, owner=Desk.MACHINE)
    session = session_of(case)
    session.flush()
    queue(session, JobKind.ISSUE_DECISION, decision.id, at=at)
    return decision


def issue(case: Case, *, at: datetime, keys: MasterKeys, papers: PaperStore, stored: Stored | None = None) -> None:
    """Issue the opinion: check everything again, then state, outcome, file, letters, all or nothing (rule 38).

    `stored` is the file as `issuing.issue_job` made it before this transaction; made here where there is none.
    """
    decision = case.decision
    if decision is None or case.state is not State.ISSUING:
        raise CannotProceed(obstacles(case, Act.ISSUE) or [Message("decision.record_changed")])
    changed = changed_since_ordered(case, keys)
    faults = [*obstacles(case, Act.ISSUE), *panel_faults(case, at), *([changed] if changed else [])]
    if faults:
        raise CannotProceed(list(dict.fromkeys(faults)))
    stored = stored or store(decision, papers)
    if not papers.verify(stored.blob_id, stored.sha256):
        raise CannotProceed(Message("decision.file_broken"))
    # The state and the outcome are bound by a CHECK: what is loaded between them must not flush.
    with session_of(case).no_autoflush:
        event = take_step(case, Act.ISSUE, by=None, at=at)
        write_ending(case, decision, stored, event)
    close_all_tasks(case, at=at)


def call_back(case: Case, *, by: User, at: datetime, reasons: str) -> None:
    """Take an ordered issue back to the panel: the record is no longer frozen, and what was approved may be changed (rule 38)."""
    decision = case.decision
    take_step(case, Act.CALL_BACK, by=by, at=at)
    session = session_of(case)
    if decision is not None:
        for outcome in list(decision.outcomes):
            session.delete(outcome)
        decision.frozen = decision.frozen_sha256 = decision.ordered_at = decision.ordered_by_id = None
        decision.call_backs.append(CallBack(by=by, by_id=by.id, at=at, reasons=reasons.strip()))
        session.flush()
        session.expire(decision, ["outcomes"])
    close_tasks(case, TaskKind.ISSUE, TaskKind.ORDER_ISSUE, at=at)
    again = TaskKind.ORDER_ISSUE if len(approvals_of(case)) == PANEL_SIZE else TaskKind.WRITE_TEXT
    _open_for_leader(case, again, at)


def _choice_faults(question: Question, choice: Choice) -> list[Message]:
    if question.kind is QuestionKind.RESPONSIBLE:
        fits = isinstance(choice, ResponsibleChoice) and 0 <= choice.municipality_percent <= ALL
        return [] if fits else [Message("decision.percent_out_of_range")]
    if isinstance(choice, ResponsibleChoice) or choice < 0:
        return [Message("decision.amount_negative")]
    if amount_too_large(question, choice):
        return [Message("decision.amount_above_claim")]
    return []


def _demand_seat(case: Case, by: User) -> None:
    if case.seat_of(by) is None:
        raise NotAllowed


def _demand_open(question: Question, by: User) -> None:
    """What is said of a question comes after the votes on it, so that no text tells a vote too early."""
    _demand_seat(question.case, by)
    if not is_open(question):
        raise CannotProceed(Message("decision.not_open_yet"))


def _after_vote(case: Case, by: User, at: datetime) -> None:
    if all(by.id in standing_votes(question) for question in standing_questions(case)):
        close_tasks(case, TaskKind.VOTE, at=at, owner=by)
    if all_open(case) and not approvals_of(case):
        _open_for_leader(case, TaskKind.WRITE_TEXT, at)


def _changed(case: Case, act: Act, *, by: User, at: datetime) -> None:
    """A text of the opinion was changed: journal it, and let the approvals fall."""
    take_step(case, act, by=by, at=at)
    _let_approvals_fall(case, at)


def _let_approvals_fall(case: Case, at: datetime) -> None:
    standing = [found for found in case.decision.approvals if found.fell_at is None] if case.decision else []
    for approval in standing:
        approval.fell_at = at
    if standing:
        close_tasks(case, TaskKind.APPROVE, TaskKind.ORDER_ISSUE, at=at)
        _open_for_leader(case, TaskKind.WRITE_TEXT, at)


def _after_approval(case: Case, at: datetime) -> None:
    close_tasks(case, TaskKind.WRITE_TEXT, at=at)
    approved = {found.user_id for found in approvals_of(case)}
    target = procedure_on(case.registered_on).issue_target
    for seat in seats_of(case):
        if seat.user.id in approved:
            close_tasks(case, TaskKind.APPROVE, at=at, owner=seat.user)
        elif not is_waiting_for(case, TaskKind.APPROVE, seat.user):
            open_task(case, TaskKind.APPROVE, at=at, owner=seat.user, length=target, starts_on=oslo_date(at), is_target=True)
    if len(approved) == PANEL_SIZE:
        _open_for_leader(case, TaskKind.ORDER_ISSUE, at)


def _open_for_leader(case: Case, kind: TaskKind, at: datetime) -> None:
    leader = leader_of(case)
    if leader is not None and not is_waiting_for(case, kind):
        target = procedure_on(case.registered_on).issue_target
        open_task(case, kind, at=at, owner=leader, length=target, starts_on=oslo_date(at), is_target=True)
