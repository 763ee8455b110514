"""The journal of a case: no line missing, changed or inserted; the state is where it leads; each act has left its rows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tvist.access.policy import Act
from tvist.cases.history import EndingKind
from tvist.cases.lifecycle import STEPS, State
from tvist.cases.submissions import AFTER_PREPARATION, SubmissionKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tvist.cases.models import Case
    from tvist.cases.submissions import Submission
    from tvist.check.finding import Findings

# An act, and the kind of sending that each of its lines has beside it.
SENDING_OF: Final[Mapping[Act, SubmissionKind]] = {
    Act.SEND: SubmissionKind.PETITION,
    Act.CURE: SubmissionKind.CURE,
    Act.RESPOND: SubmissionKind.RESPONSE,
    Act.COMMENT: SubmissionKind.COMMENTS,
    Act.NOTHING_MORE: SubmissionKind.NOTHING_MORE,
    Act.SEND_MORE: SubmissionKind.ADDITION,
    Act.SEND_LATE: SubmissionKind.LATE,
    Act.COMMENT_ON_LATE: SubmissionKind.LATE_COMMENTS,
    Act.CONCEDE: SubmissionKind.CONCESSION,
    Act.SETTLE: SubmissionKind.SETTLEMENT,
    Act.WITHDRAW: SubmissionKind.WITHDRAWAL,
    Act.COMMENT_ON_DISMISSAL: SubmissionKind.DISMISSAL_COMMENT,
    Act.ASK_FOR_MISSING: SubmissionKind.DEFICIENCY_LETTER,
    Act.PROPOSE_DISMISSAL: SubmissionKind.DISMISSAL_PROPOSAL,
    Act.DISMISS: SubmissionKind.DISMISSAL,
    Act.ASK_NEW_TREATMENT: SubmissionKind.NEW_TREATMENT_REQUEST,
}
LOOKED_THROUGH: Final = frozenset({SubmissionKind.RESPONSE, SubmissionKind.COMMENTS, SubmissionKind.ADDITION})
BESIDE_THE_CASE: Final = frozenset(
    {
        Act.RELEASE_LETTER,
        Act.APPROVE_PUBLICATION,
        Act.RELEASE_PUBLICATION,
        Act.WITHDRAW_PUBLICATION,
        Act.RANK_PUBLICATION,
        Act.APPROVE_REDACTION,
    }
)
"""Acts that leave a line without being a step of the case: what becomes of a letter, or is given to the public, in whatever state the case is."""
KIND_OF_ENDING: Final = {
    State.DECIDED: EndingKind.DECIDED,
    State.DISMISSED: EndingKind.DISMISSED,
    State.DISCONTINUED: EndingKind.DISCONTINUED,
}


def check_journal(case: Case) -> Findings:
    """Sequence and seals; the states in order; the moments and endings; the rows beside the lines."""
    if [event.sequence for event in case.events] != list(range(1, len(case.events) + 1)):
        yield "journal.gap"
    earlier = ""
    for event in case.events:
        if event.seal != event.seal_after(case.number, earlier):
            yield "journal.seal"
            break
        earlier = event.seal
    yield from _check_state(case)
    yield from _check_moments(case)
    if any(_lines(case)[act] != rows for act, rows in _rows(case).items()):
        yield "journal.counts"


def _check_state(case: Case) -> Findings:
    """Replay the acts from the first line."""
    state, was_possible = State.RECEIVED, bool(case.events) and case.events[0].act is Act.SEND
    for event in case.events[1:]:
        step = STEPS.get(event.act)
        was_possible = was_possible and (event.act in BESIDE_THE_CASE if step is None else state in step.sources)
        state = (step.target if step else None) or state
    if not was_possible:
        yield "journal.order"
    if state is not case.state:
        yield "state.replay"


def _check_moments(case: Case) -> Findings:
    last = {event.act: event.recorded_at for event in case.events}
    if (case.accepted_at, case.referred_at) != (last.get(Act.ACCEPT), last.get(Act.REFER)):
        yield "state.moments"
    standing = [(ending.kind, ending.recorded_at) for ending in case.endings if ending.undone_at is None]
    expected = [(KIND_OF_ENDING[case.state], case.closed_at)] if case.is_closed else []
    if standing != expected:
        yield "state.ending"
    if case.number != f"{case.year}/{case.serial:04d}":
        yield "number.form"


WITHDRAWN: Final = "journal.approval_withdrawn"
"""What the journal says of one who took their own approval back: a line of the same act, without a row of its own."""

STEPPED_ASIDE: Final = "panel.journal.ruler_in_conflict"
"""What it says of one who was asked to rule and declared a conflict of their own: a declaration without an act of its own."""


def _lines(case: Case) -> Counter[Act]:
    return Counter(event.act for event in case.events)


def _rows(case: Case) -> dict[Act, int]:
    """How many lines of each act there must be, by the rows that the act leaves."""
    # What a new treatment brings along has its lines in the earlier case, but for the request that the new case begins with (rule 40).
    sent = Counter(found.kind for found in case.submissions if not found.is_copy or found.kind is SubmissionKind.PETITION)
    rows = {act: sent[kind] for act, kind in SENDING_OF.items()}
    rows[Act.PASS_ON] = sum(1 for found in case.submissions if _was_looked_through(found))
    rows[Act.KEEP] = sum(1 for found in case.dismissal_proposals if found.is_dismissed is False)
    rows[Act.REFER] = min(1, len(case.bundles))
    rows[Act.RENEW_BUNDLE] = len(case.bundles) - rows[Act.REFER]
    rows[Act.RULE_ON_LATE] = sum(1 for found in case.late_sendings if found.ruled_at is not None)
    rows[Act.LET_IN] = len(case.let_in)
    rows[Act.CONFIRM_READING] = sum(len(bundle.readings) for bundle in case.bundles)
    # Before each member agreed for themselves, the questions were put by one act of the leader's.
    rows[Act.AGREE_QUESTIONS] = len(case.question_agreements) or int(any(found.agreed_at for found in case.questions))
    rows[Act.VOTE] = sum(len(question.votes) for question in case.questions)
    aside = sum(1 for event in case.events if event.said.code == STEPPED_ASIDE)
    rows[Act.DECLARE_IMPARTIALITY] = len(case.declarations) - _lines(case)[Act.DECLARE] - aside
    return rows | _rows_of_decision(case)


def _was_looked_through(sending: Submission) -> bool:
    """Sent over by an officer; that there is nothing to say to what came late goes over by itself."""
    is_said = sending.kind in LOOKED_THROUGH or (sending.kind in AFTER_PREPARATION and bool(sending.text))
    return is_said and sending.passed_on_at is not None and not sending.is_copy


def _rows_of_decision(case: Case) -> dict[Act, int]:
    decision = case.decision
    if decision is None:
        return dict.fromkeys((Act.WRITE_TEXT, Act.APPROVE, Act.ORDER_ISSUE, Act.ISSUE, Act.CALL_BACK), 0)
    return {
        Act.APPROVE: len(decision.approvals) + sum(1 for event in case.events if event.said.code == WITHDRAWN),
        Act.ORDER_ISSUE: len(decision.call_backs) + (1 if decision.ordered_at else 0),
        Act.CALL_BACK: len(decision.call_backs),
        Act.ISSUE: 1 if decision.issued_at else 0,
    }
