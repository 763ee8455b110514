"""Joins each act with its conditions, from every stage's `rules.py`; an act without an entry is refused at start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tvist.access.policy import Act
from tvist.cases.lifecycle import STEPS, use_conditions
from tvist.intake import rules as intake
from tvist.panel import rules as panel

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
    Act.RESPOND: (),
    Act.COMMENT: (),
    Act.NOTHING_MORE: (),
    Act.PASS_ON: (),
    Act.WITHDRAW: (),
    Act.DISCONTINUE: (),
    Act.CLOSE_PREPARATION: (),
    Act.SEAT: (panel.seat_to_fill,),
    Act.DECLARE: (),
    Act.REFER: (panel.lawful_panel, panel.contradiction_kept),
    Act.AGREE_QUESTIONS: (),
    Act.CONFIRM_READING: (),
    Act.VOTE: (),
    Act.WRITE_TEXT: (),
    Act.DISSENT: (),
    Act.APPROVE: (),
    Act.ORDER_ISSUE: (),
    Act.ISSUE: (),
    Act.CALL_BACK: (),
}

use_conditions(CONDITIONS)
assert STEPS.keys() == CONDITIONS.keys()  # noqa: S101 - a rulebook for acts that are no steps would be a mistake of ours.
