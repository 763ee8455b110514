"""What was filed, frozen, voted on and approved in a case is what it was."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from tvist.access.policy import Act
from tvist.check.afterwards import check_corrections
from tvist.check.parallel import check_parallel
from tvist.decision.record import hash_of, is_frozen_whole
from tvist.decision.rules import approvals_of, three_approvals
from tvist.decision.votes import all_open, is_true_to_its_commitment
from tvist.panel.bundle import is_intact
from tvist.panel.proving import wrong_rulings
from tvist.panel.rules import faults_over_time
from tvist.vault.keys import BrokenSeal

if TYPE_CHECKING:
    from tvist.cases.models import Case
    from tvist.check.finding import Findings
    from tvist.decision.models import Decision, Vote
    from tvist.vault.keys import MasterKeys


def check_petition(case: Case) -> Findings:
    """The request fits its hash."""
    petition = case.petition
    if petition is None or hashlib.sha256(petition.snapshot.encode()).hexdigest() != petition.snapshot_sha256:
        yield "petition.changed"


def check_panel(case: Case, keys: MasterKeys) -> Findings:
    """Bundle, panel, votes, text and approvals."""
    if not all(is_intact(bundle) for bundle in case.bundles):
        yield "bundle.changed"
    if faults_over_time(case):
        yield "panel.unlawful"
    yield from check_rulings(case)
    if not all(_is_true(vote, keys) for question in case.questions for vote in question.votes):
        yield "vote.changed"
    if not all(_is_in_journal(vote, case) for question in case.questions for vote in question.votes):
        yield "vote.journal"
    if case.decision is not None and case.decision.ordered_at is not None:
        yield from _check_decision(case, case.decision)


def check_rulings(case: Case) -> Findings:
    """Who ruled on a member, and what came of it (rules 29, 30)."""
    if any(wrong_rulings(case)):
        yield "ruling.unlawful"


def _check_decision(case: Case, decision: Decision) -> Findings:
    if not all_open(case):
        yield "vote.missing"
    if three_approvals(case) is not None:
        yield "approval.missing"
    if not is_frozen_whole(decision):
        yield "record.changed"
    elif {found.text_sha256 for found in approvals_of(case)} != {hash_of(decision.record)}:
        yield "approval.text"
    if decision.issued_at is not None and not decision.files:
        yield "file.missing"
    yield from check_corrections(case, decision)
    yield from check_parallel(case, decision)


def _is_true(vote: Vote, keys: MasterKeys) -> bool:
    try:
        return is_true_to_its_commitment(vote, keys)
    except BrokenSeal:
        return False


def _is_in_journal(vote: Vote, case: Case) -> bool:
    """Whether the chain of the journal holds the commitment, at the moment and by the member; lines from before it was kept there hold none."""
    return any(
        event.act is Act.VOTE
        and (event.by_id, event.recorded_at) == (vote.user_id, vote.cast_at)
        and event.said.params.get("commitment") in {vote.commitment, None}
        for event in case.events
    )
