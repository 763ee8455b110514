"""What must hold for the acts of the deliberation (rules 31, 34-38). `tvist.rulebook` joins the conditions to the acts.

A condition gets the case alone and opens no vote. What depends on how the members voted stands in `unfinished`, which takes the keys: the
actions ask it before `take_step`, and the pages show what it says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tvist.access.policy import Act
from tvist.cases.left import is_conceded, left_of
from tvist.cases.lifecycle import obstacles
from tvist.cases.models import Outcome
from tvist.decision.citations import citation_faults
from tvist.decision.contradictions import contradictions
from tvist.decision.models import QuestionKind
from tvist.decision.outcomes import findings
from tvist.decision.record import NEEDED, canonical, hash_of, is_frozen_whole, text_hash
from tvist.decision.votes import PANEL_SIZE, all_open, number_of, result, seats_of, standing_questions, standing_votes
from tvist.panel.bundle import lines_in_bundle
from tvist.pdf import missing_letters
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.decision.models import Approval, LineOutcome, Question
    from tvist.decision.outcomes import LineFinding
    from tvist.vault.keys import MasterKeys


def questions_agreed(case: Case) -> Message | None:
    """The panel has agreed on the questions before anybody votes or writes (rule 34)."""
    return None if any(found.agreed_at for found in case.questions) else Message("decision.no_questions")


def questions_not_agreed(case: Case) -> Message | None:
    """The questions are agreed on once."""
    return Message("decision.questions_agreed_already") if any(found.agreed_at for found in case.questions) else None


def nothing_left(case: Case) -> Message | None:
    """Something is left to decide: a case whose lines are all conceded is discontinued, not decided (rules 16, 22)."""
    lines = lines_in_bundle(case)
    return Message("decision.all_conceded") if lines and all(is_conceded(line) for line in lines) else None


def all_voted(case: Case) -> Message | None:
    """All three who sit now have voted on every question (rule 34)."""
    standing = standing_questions(case)
    if not standing:
        return nothing_left(case) or Message("decision.no_questions")
    missing = sum(PANEL_SIZE - len(standing_votes(question)) for question in standing)
    return None if all_open(case) else Message("decision.votes_missing", count=missing)


def text_written(case: Case) -> Message | None:
    """The sections that no opinion lacks are written (rule 37)."""
    empty = [name for name in NEEDED if not (case.decision and getattr(case.decision, name).strip())]
    return (
        Message("decision.sections_missing", sections=[Message(f"decision.section.{name}") for name in empty]) if empty else None
    )


def reasons_written(case: Case) -> Message | None:
    """Each question has its reasons (rule 37)."""
    empty = [str(number_of(question)) for question in standing_questions(case) if not question.reasons.strip()]
    return Message("decision.reasons_missing", questions=empty, count=len(empty)) if empty else None


def three_approvals(case: Case) -> Message | None:
    """All three who sit now approve one and the same text (rule 38)."""
    standing = approvals_of(case)
    if len(standing) < PANEL_SIZE:
        return Message("decision.approvals_missing", count=PANEL_SIZE - len(standing))
    return None if len({found.text_sha256 for found in standing}) == 1 else Message("decision.approvals_differ")


def record_frozen(case: Case) -> Message | None:
    """The record that the leader ordered issued is there, and unchanged (rule 38)."""
    return None if case.decision and is_frozen_whole(case.decision) else Message("decision.record_changed")


def shares_sum(case: Case) -> Message | None:
    """Each line has an outcome whose shares sum to what was found, to the øre (rule 36)."""
    outcomes = {found.line_id: found for found in case.decision.outcomes} if case.decision else {}
    wrong = [
        str(line.position)
        for line in lines_in_bundle(case)
        if (found := outcomes.get(line.id)) is None
        or (found.found_ore is not None and (found.municipality_ore or 0) + (found.state_ore or 0) != found.found_ore)
    ]
    return Message("decision.shares_do_not_sum", lines=wrong, count=len(wrong)) if wrong else None


def approvals_of(case: Case) -> list[Approval]:
    """The approvals that stand: by who sits now, and not fallen by a change."""
    seated = {seat.user.id for seat in seats_of(case)}
    return (
        [found for found in case.decision.approvals if found.fell_at is None and found.user_id in seated] if case.decision else []
    )


def without_dissent(case: Case, keys: MasterKeys) -> list[tuple[User, Question]]:
    """Each member outvoted by a majority who has not written a text of their own on the question (rule 35).

    Where the middle figure was taken nobody was outvoted: a remark is free, and the votes stand in the opinion by name.
    """
    missing = []
    for question in standing_questions(case):
        found = result(question, keys)
        written = {remark.user.id for remark in question.remarks}
        outvoted = (
            [seat.user for seat in seats_of(case) if seat.user.id not in found.majority_user_ids] if found.has_majority else []
        )
        missing += [(user, question) for user in outvoted if user.id not in written]
    return missing


def unfinished(case: Case, act: Act, keys: MasterKeys) -> list[Message]:
    """All that stands in the way of `APPROVE` or `ORDER_ISSUE`: the rulebook's conditions, and those that need the votes (rules 35, 36, 38)."""
    found = obstacles(case, act)
    if not all_open(case):
        return found
    found += [
        Message("decision.dissent_missing", name=user.name, question=number_of(question))
        for user, question in without_dissent(case, keys)
    ]
    found += contradictions(case, keys)
    found += citation_faults(case)
    # Before three have approved it, and not when the file is made: then nothing can be changed but by calling the issue back.
    if unprintable := missing_letters(" ".join(_texts(canonical(case, keys)))):
        found.append(unprintable)
    if act is Act.ORDER_ISSUE and three_approvals(case) is None and approvals_of(case)[0].text_sha256 != text_hash(case, keys):
        found.append(Message("decision.changed_after_approval"))
    return found


def _texts(value: object) -> Iterator[str]:
    """Every text in a record."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def changed_since_ordered(case: Case, keys: MasterKeys) -> Message | None:
    """Whether text, votes, panel or parties are other than in the frozen record, or the outcomes other than the votes say (rules 36, 38)."""
    decision = case.decision
    if decision is None or not is_frozen_whole(decision) or not all_open(case):
        return Message("decision.record_changed")
    approved = {found.text_sha256 for found in approvals_of(case)}
    if approved != {text_hash(case, keys)} or approved != {hash_of(decision.record)}:
        return Message("decision.record_changed")
    written = {(found.line_id, Outcome(found.outcome), *_sums_and_days(found)) for found in decision.outcomes}
    voted = {(found.line.id, found.outcome, *_sums_and_days(found)) for found in findings(case, keys)}
    return None if written == voted else Message("decision.record_changed")


def _sums_and_days(found: LineOutcome | LineFinding) -> tuple[object, ...]:
    sums = (found.found_ore, found.municipality_ore, found.state_ore)
    return (*sums, found.basis, found.from_on, found.to_on)


def amount_too_large(question: Question, ore: int) -> bool:
    """Whether more is voted for than is claimed and not conceded."""
    return question.kind is QuestionKind.AMOUNT and ore > (left_of(question.line) or 0)
