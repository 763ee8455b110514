"""Joins each act with its conditions, from every stage's `rules.py`; an act without an entry is refused at start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tvist.access.policy import Act
from tvist.cases.lifecycle import STEPS, use_conditions
from tvist.decision import correcting, new_treatment
from tvist.decision import parallel_rules as parallel
from tvist.decision import rules as decision
from tvist.intake import new_look
from tvist.intake import rules as intake
from tvist.panel import late
from tvist.panel import rules as panel
from tvist.submissions import concessions, extensions, resting, settlement
from tvist.submissions import rules as exchange
from tvist.submissions import table_rules as tables

if TYPE_CHECKING:
    from tvist.cases.lifecycle import Condition

CONDITIONS: Final[dict[Act, tuple[Condition, ...]]] = {
    Act.ASK_FOR_MISSING: (intake.no_open_dismissal,),
    Act.CURE: (),
    Act.ACCEPT: (intake.no_open_dismissal, intake.other_side_reachable, intake.child_identifiable),
    Act.PROPOSE_DISMISSAL: (intake.no_open_dismissal, intake.other_side_reachable),
    Act.COMMENT_ON_DISMISSAL: (intake.dismissal_proposed,),
    Act.DISMISS: (intake.dismissal_proposed, intake.sides_heard_on_dismissal),
    Act.KEEP: (intake.dismissal_proposed,),
    Act.DECLARE_IMPARTIALITY: (),
    Act.RESPOND: (exchange.response_is_awaited,),
    Act.COMMENT: (exchange.comments_are_awaited,),
    Act.NOTHING_MORE: (exchange.comments_are_awaited,),
    Act.PASS_ON: (exchange.something_waits,),
    Act.WITHDRAW: (),
    Act.DISCONTINUE: (exchange.all_lines_are_accepted,),
    Act.CLOSE_PREPARATION: (intake.no_open_dismissal, exchange.nothing_waits, exchange.turns_are_over, tables.table_is_settled),
    Act.ASK_NEW_LOOK: (new_look.not_looked_at_before,),
    Act.TAKE_UP_AGAIN: (new_look.new_look_asked,),
    Act.REFUSE_NEW_LOOK: (new_look.new_look_asked,),
    Act.MANAGE_TEAM: (),
    Act.ASSIGN: (),
    Act.OPEN_IDENTITY: (intake.identity_is_sealed,),
    Act.QUARANTINE_PAPER: (),
    Act.REPLACE_PAPER: (),
    Act.RELEASE_PAPER: (),
    Act.RENAME_PAPER: (),
    Act.SEND_MORE: (),
    Act.ASK_EXTENSION: (extensions.time_is_running,),
    Act.RULE_ON_EXTENSION: (extensions.request_waits,),
    Act.CONFIRM_TABLE: (tables.table_is_whole,),
    Act.CONCEDE: (concessions.something_left,),
    Act.MAKE_OFFER: (),
    Act.PROPOSE_SETTLEMENT: (settlement.all_take_part, settlement.no_settlement_stands),
    Act.CONFIRM_SETTLEMENT: (settlement.settlement_stands,),
    Act.SETTLE: (settlement.all_confirmed,),
    Act.REST: (resting.not_resting,),
    Act.RESUME: (resting.is_resting,),
    Act.REOPEN: (late.no_round_runs,),
    Act.WRITE_MESSAGE: (),
    Act.WRITE_LETTER: (),
    Act.SEAT: (panel.seat_to_fill,),
    Act.DECLARE: (),
    Act.OBJECT: (),
    Act.RULE_ON_CHALLENGE: (panel.challenge_is_open,),
    Act.LET_IN: (late.something_to_let_in,),
    Act.SEND_LATE: (),
    Act.RULE_ON_LATE: (late.something_to_rule_on,),
    Act.COMMENT_ON_LATE: (late.comments_are_awaited,),
    Act.RENEW_BUNDLE: (late.something_to_renew,),
    Act.REFER: (panel.lawful_panel, panel.contradiction_kept, late.nothing_comes_late),
    Act.DRAFT_QUESTIONS: (panel.lawful_panel, decision.questions_not_agreed, decision.nothing_left),
    Act.CHANGE_QUESTION: (panel.lawful_panel, decision.questions_agreed),
    Act.AGREE_QUESTIONS: (panel.lawful_panel, decision.questions_not_agreed, decision.nothing_left),
    Act.CONFIRM_READING: (),
    Act.VOTE: (panel.lawful_panel, decision.questions_agreed),
    Act.WRITE_TEXT: (decision.questions_agreed,),
    Act.WRITE_PARALLEL: (decision.questions_agreed, parallel.parallel_needed),
    Act.DISSENT: (decision.questions_agreed,),
    Act.APPROVE: (
        panel.lawful_panel,
        late.nothing_comes_late,
        late.all_have_read,
        decision.all_voted,
        decision.text_written,
        decision.reasons_written,
        parallel.parallel_written,
        parallel.parallel_follows,
    ),
    Act.ORDER_ISSUE: (
        panel.lawful_panel,
        late.nothing_comes_late,
        late.all_have_read,
        decision.all_voted,
        decision.text_written,
        decision.reasons_written,
        parallel.parallel_written,
        parallel.parallel_follows,
        decision.three_approvals,
    ),
    Act.ISSUE: (panel.lawful_panel, decision.all_voted, decision.three_approvals, decision.record_frozen, decision.shares_sum),
    Act.CALL_BACK: (),
    Act.CORRECT: (correcting.no_correction_waits,),
    Act.ASK_NEW_TREATMENT: (new_treatment.no_request_waits,),
    Act.GRANT_NEW_TREATMENT: (new_treatment.request_waits,),
    Act.REFUSE_NEW_TREATMENT: (new_treatment.request_waits,),
}

use_conditions(CONDITIONS)
assert STEPS.keys() == CONDITIONS.keys()  # noqa: S101 - a rulebook for acts that are no steps would be a mistake of ours.
