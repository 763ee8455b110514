"""What may happen to a case: one table of states and acts, and `take_step`, the only code that writes `case.state`.

The conditions of each act stand with their stage (`…/rules.py`) and are joined in `tvist.rulebook`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tvist.access.policy import Act
from tvist.errors import CannotProceed
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from tvist.accounts.models import User
    from tvist.cases.history import Event
    from tvist.cases.models import Case

    Condition = Callable[[Case], Message | None]


class State(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"
    DEFICIENT = "deficient"
    EXCHANGE = "exchange"
    PREPARED = "prepared"
    PANEL = "panel"
    ISSUING = "issuing"
    DECIDED = "decided"
    DISMISSED = "dismissed"
    DISCONTINUED = "discontinued"


FINAL: Final = frozenset({State.DECIDED, State.DISMISSED, State.DISCONTINUED})
OPEN: Final = frozenset(State) - FINAL
_BEFORE_ISSUING: Final = OPEN - {State.ISSUING}
_ANY: Final = frozenset(State)
_WITH_PARTIES: Final = frozenset({State.RECEIVED, State.DEFICIENT, State.EXCHANGE})


@dataclass(frozen=True)
class Step:
    """From which states an act may be done, and where it leads; without a target the state stays."""

    sources: frozenset[State]
    target: State | None = None


def _stays(*states: State) -> Step:
    return Step(frozenset(states))


def _leads(target: State, *sources: State) -> Step:
    return Step(frozenset(sources), target)


STEPS: Final[dict[Act, Step]] = {
    Act.ASK_FOR_MISSING: _leads(State.DEFICIENT, State.RECEIVED),
    Act.CURE: _leads(State.RECEIVED, State.DEFICIENT),
    Act.ACCEPT: _leads(State.EXCHANGE, State.RECEIVED, State.DEFICIENT),
    Act.PROPOSE_DISMISSAL: Step(_WITH_PARTIES),
    Act.COMMENT_ON_DISMISSAL: Step(_WITH_PARTIES),
    Act.DISMISS: Step(_WITH_PARTIES, State.DISMISSED),
    Act.KEEP: Step(_WITH_PARTIES),
    Act.ASK_NEW_LOOK: _stays(State.DISMISSED),
    Act.TAKE_UP_AGAIN: _leads(State.RECEIVED, State.DISMISSED),
    Act.REFUSE_NEW_LOOK: _stays(State.DISMISSED),
    Act.DECLARE_IMPARTIALITY: Step(_BEFORE_ISSUING | {State.DISMISSED, State.DECIDED}),
    Act.MANAGE_TEAM: Step(_ANY),
    Act.ASSIGN: Step(OPEN),
    Act.OPEN_IDENTITY: Step(_ANY),
    Act.QUARANTINE_PAPER: Step(_ANY),
    Act.REPLACE_PAPER: Step(_ANY),
    Act.RELEASE_PAPER: Step(_ANY),
    Act.RENAME_PAPER: Step(_ANY),
    Act.RESPOND: _stays(State.EXCHANGE),
    Act.COMMENT: _stays(State.EXCHANGE),
    Act.NOTHING_MORE: _stays(State.EXCHANGE),
    Act.SEND_MORE: _stays(State.EXCHANGE),
    Act.PASS_ON: _stays(State.EXCHANGE, State.PREPARED, State.PANEL),
    Act.ASK_EXTENSION: Step(_WITH_PARTIES | {State.PREPARED, State.PANEL}),
    Act.RULE_ON_EXTENSION: Step(_WITH_PARTIES | {State.PREPARED, State.PANEL}),
    Act.CONFIRM_TABLE: _stays(State.EXCHANGE),
    Act.CONCEDE: _stays(State.EXCHANGE, State.PREPARED, State.PANEL),
    Act.MAKE_OFFER: _stays(State.EXCHANGE, State.PREPARED),
    Act.PROPOSE_SETTLEMENT: Step(_BEFORE_ISSUING),
    Act.CONFIRM_SETTLEMENT: Step(_BEFORE_ISSUING),
    Act.SETTLE: Step(_BEFORE_ISSUING, State.DISCONTINUED),
    Act.REST: Step(_BEFORE_ISSUING),
    Act.RESUME: Step(_BEFORE_ISSUING),
    Act.REOPEN: _leads(State.EXCHANGE, State.PREPARED),
    Act.WRITE_MESSAGE: Step(_ANY),
    Act.WRITE_LETTER: Step(_ANY),
    Act.WITHDRAW: Step(_BEFORE_ISSUING, State.DISCONTINUED),
    Act.DISCONTINUE: Step(frozenset({State.EXCHANGE, State.PREPARED, State.PANEL}), State.DISCONTINUED),
    Act.CLOSE_PREPARATION: _leads(State.PREPARED, State.EXCHANGE),
    Act.SEAT: _stays(State.PREPARED, State.PANEL),
    Act.DECLARE: _stays(State.PREPARED, State.PANEL),
    Act.OBJECT: _stays(State.PREPARED, State.PANEL),
    Act.RULE_ON_CHALLENGE: _stays(State.PREPARED, State.PANEL),
    Act.LET_IN: _stays(State.PREPARED, State.PANEL),
    Act.SEND_LATE: _stays(State.PREPARED, State.PANEL),
    Act.RULE_ON_LATE: _stays(State.PREPARED, State.PANEL),
    Act.COMMENT_ON_LATE: _stays(State.PREPARED, State.PANEL),
    Act.RENEW_BUNDLE: _stays(State.PANEL),
    Act.REFER: _leads(State.PANEL, State.PREPARED),
    Act.DRAFT_QUESTIONS: _stays(State.PANEL),
    Act.AGREE_QUESTIONS: _stays(State.PANEL),
    Act.CHANGE_QUESTION: _stays(State.PANEL),
    Act.CONFIRM_READING: _stays(State.PANEL),
    Act.VOTE: _stays(State.PANEL),
    Act.WRITE_TEXT: _stays(State.PANEL),
    Act.WRITE_PARALLEL: _stays(State.PANEL),
    Act.DISSENT: _stays(State.PANEL),
    Act.APPROVE: _stays(State.PANEL),
    Act.ORDER_ISSUE: _leads(State.ISSUING, State.PANEL),
    Act.ISSUE: _leads(State.DECIDED, State.ISSUING),
    Act.CALL_BACK: _leads(State.PANEL, State.ISSUING),
    Act.CORRECT: _stays(State.DECIDED),
    Act.ASK_NEW_TREATMENT: _stays(State.DECIDED),
    Act.GRANT_NEW_TREATMENT: _stays(State.DECIDED),
    Act.REFUSE_NEW_TREATMENT: _stays(State.DECIDED),
}
"""A case that is sent begins in `received`: `Act.SEND` makes it and is no step of it."""

_conditions: Mapping[Act, Sequence[Condition]] = {}


def use_conditions(conditions: Mapping[Act, Sequence[Condition]]) -> None:
    """Take the conditions of all acts from `tvist.rulebook`, once at start. Raises ValueError if an act has no entry."""
    if missing := STEPS.keys() - conditions.keys():
        message = f"acts without an entry in the rulebook: {sorted(missing)}"
        raise ValueError(message)
    global _conditions  # noqa: PLW0603 - the one hand-over from the top layer, done once at start.
    _conditions = conditions


def obstacles(case: Case, act: Act | str) -> list[Message]:
    """What stands in the way of `act`; empty means go. The page, the command and the letter each say it in their own language.

    Raises KeyError for an act that is no step of a case, or when the rulebook was not handed over.
    """
    act = Act(act)
    if case.state not in STEPS[act].sources:
        return [Message("cases.wrong_state", state=case.state)]
    return [found for condition in _conditions[act] if (found := condition(case))]


def take_step(case: Case, act: Act, *, by: User | None, at: datetime, said: Message | None = None) -> Event:
    """Move the case along and write it in the journal, or raise `CannotProceed`. `said` is the journal's line; else the act's own name."""
    if found := obstacles(case, act):
        raise CannotProceed(found)
    event = case.record(act, by=by, at=at, said=said)
    target = STEPS[act].target
    if target is not None:
        # The two columns are bound by a CHECK: nothing may flush between them.
        case.state, case.closed_at = target, at if target in FINAL else None
    return event
