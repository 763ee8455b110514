"""Where each act on a case is done: one table of acts and pages, and what one person can do to one case now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import url_for

from tvist.access.policy import Act
from tvist.access.roles import may
from tvist.cases.counters import open_offers
from tvist.cases.left import bearer_of
from tvist.cases.lifecycle import STEPS, State, obstacles
from tvist.cases.turns import is_over
from tvist.cases.waiting import EXTENDABLE, TaskKind
from tvist.words import Message, label

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from tvist.accounts.models import User
    from tvist.cases.models import Case

PAGES: Final[dict[Act, str]] = {
    Act.ACCEPT: "intake.accept",
    Act.ASK_FOR_MISSING: "intake.ask_for_missing",
    Act.PROPOSE_DISMISSAL: "intake.propose_dismissal",
    Act.CURE: "intake.cure",
    Act.COMMENT_ON_DISMISSAL: "intake.comment_on_dismissal",
    Act.DISMISS: "intake.dismiss",
    Act.KEEP: "intake.keep",
    Act.ASK_NEW_LOOK: "intake.ask_new_look",
    Act.TAKE_UP_AGAIN: "intake.take_up_again",
    Act.REFUSE_NEW_LOOK: "intake.refuse_new_look",
    Act.RESPOND: "submissions.respond",
    Act.COMMENT: "submissions.comment",
    Act.NOTHING_MORE: "submissions.nothing_more",
    Act.SEND_MORE: "clocks.send_more",
    Act.ASK_EXTENSION: "clocks.ask_extension",
    Act.CONFIRM_TABLE: "submissions.confirm_table",
    Act.PASS_ON: "submissions.pass_on",
    Act.RULE_ON_EXTENSION: "clocks.rule_on_extension",
    Act.CLOSE_PREPARATION: "submissions.close_preparation",
    Act.REOPEN: "clocks.reopen",
    Act.SEAT: "panel.seat",
    Act.OBJECT: "panel.object_to_panel",
    Act.RULE_ON_CHALLENGE: "panel.rulings",
    Act.REFER: "panel.refer",
    Act.COMMENT_ON_LATE: "panel.comment_on_late",
    Act.RULE_ON_LATE: "panel.rule_on_late",
    Act.SEND_LATE: "panel.send_late",
    Act.LET_IN: "panel.let_in",
    Act.CONFIRM_READING: "panel.confirm_reading",
    Act.AGREE_QUESTIONS: "decision.agree_questions",
    Act.DRAFT_QUESTIONS: "decision.draft_questions",
    Act.VOTE: "decision.vote",
    Act.WRITE_TEXT: "decision.write_text",
    Act.WRITE_PARALLEL: "decision.write_parallel",
    Act.DISSENT: "decision.dissent",
    Act.APPROVE: "decision.approve",
    Act.ORDER_ISSUE: "decision.order_issue",
    Act.CALL_BACK: "decision.call_back",
    Act.CORRECT: "decision.correct",
    Act.GRANT_NEW_TREATMENT: "decision.grant_new_treatment",
    Act.REFUSE_NEW_TREATMENT: "decision.refuse_new_treatment",
    Act.ASK_NEW_TREATMENT: "decision.ask_new_treatment",
    Act.DECLARE: "panel.declare",
    Act.DECLARE_IMPARTIALITY: "intake.declare_impartiality",
    Act.WRITE_LETTER: "intake.write_letter",
    Act.OPEN_IDENTITY: "intake.identity",
    Act.DISCONTINUE: "submissions.discontinue",
    Act.CONCEDE: "submissions.concede",
    Act.CONFIRM_SETTLEMENT: "submissions.confirm_settlement",
    Act.WRITE_MESSAGE: "submissions.messages",
    Act.REST: "clocks.rest",
    Act.RESUME: "clocks.resume",
    Act.WITHDRAW: "submissions.withdraw",
}
"""In the order a case goes; what can be done at any time, and what ends the case, stand last."""

ACTS_OF_TASK: Final[dict[TaskKind, tuple[Act, ...]]] = {
    TaskKind.SCREEN: (Act.ACCEPT, Act.DECLARE_IMPARTIALITY),
    TaskKind.CURE: (Act.CURE,),
    TaskKind.COMMENT_ON_DISMISSAL: (Act.COMMENT_ON_DISMISSAL,),
    TaskKind.DECIDE_DISMISSAL: (Act.DISMISS, Act.DECLARE_IMPARTIALITY),
    TaskKind.PASS_ON: (Act.PASS_ON, Act.DECLARE_IMPARTIALITY),
    TaskKind.RESPOND: (Act.RESPOND,),
    TaskKind.COMMENT: (Act.COMMENT,),
    TaskKind.RULE_ON_EXTENSION: (Act.RULE_ON_EXTENSION, Act.DECLARE_IMPARTIALITY),
    TaskKind.CONFIRM_TABLE: (Act.CONFIRM_TABLE,),
    TaskKind.CONFIRM_SETTLEMENT: (Act.CONFIRM_SETTLEMENT,),
    TaskKind.REPLACE_PAPER: (),
    TaskKind.RELEASE_PAPER: (),
    TaskKind.ANSWER_MESSAGE: (Act.WRITE_MESSAGE,),
    TaskKind.DECIDE_NEW_LOOK: (Act.TAKE_UP_AGAIN, Act.DECLARE_IMPARTIALITY),
    TaskKind.RESUME: (Act.RESUME, Act.DECLARE_IMPARTIALITY),
    TaskKind.DISCONTINUE: (Act.DISCONTINUE, Act.DECLARE_IMPARTIALITY),
    TaskKind.CLOSE_PREPARATION: (Act.CLOSE_PREPARATION, Act.DECLARE_IMPARTIALITY),
    TaskKind.SEAT: (Act.SEAT, Act.DECLARE_IMPARTIALITY),
    TaskKind.DECLARE: (Act.DECLARE,),
    TaskKind.OBJECT: (Act.OBJECT,),
    TaskKind.RULE_ON_CHALLENGE: (Act.RULE_ON_CHALLENGE,),
    TaskKind.RULE_ON_LATE: (Act.RULE_ON_LATE,),
    TaskKind.COMMENT_ON_LATE: (Act.COMMENT_ON_LATE,),
    TaskKind.REFER: (Act.REFER, Act.DECLARE_IMPARTIALITY),
    TaskKind.AGREE_QUESTIONS: (Act.AGREE_QUESTIONS,),
    TaskKind.CONFIRM_READING: (Act.CONFIRM_READING,),
    TaskKind.VOTE: (Act.VOTE,),
    TaskKind.WRITE_TEXT: (Act.WRITE_TEXT,),
    TaskKind.APPROVE: (Act.APPROVE,),
    TaskKind.ORDER_ISSUE: (Act.ORDER_ISSUE, Act.CALL_BACK),
    TaskKind.ISSUE: (),
    TaskKind.CORRECT: (),
    TaskKind.DECIDE_NEW_TREATMENT: (Act.GRANT_NEW_TREATMENT, Act.DECLARE_IMPARTIALITY),
}
"""What the owner of a task does to fulfil it: the first of these that the person may."""


OCCASIONAL: Final = frozenset(
    {
        Act.ASK_EXTENSION,
        Act.RULE_ON_EXTENSION,
        Act.REST,
        Act.RESUME,
        Act.COMMENT_ON_DISMISSAL,
        Act.DISMISS,
        Act.KEEP,
        Act.TAKE_UP_AGAIN,
        Act.REFUSE_NEW_LOOK,
        Act.DISCONTINUE,
        Act.CONFIRM_TABLE,
        Act.CONCEDE,
        Act.OPEN_IDENTITY,
        Act.GRANT_NEW_TREATMENT,
        Act.REFUSE_NEW_TREATMENT,
        Act.COMMENT_ON_LATE,
        Act.RULE_ON_LATE,
        Act.LET_IN,
        Act.WRITE_PARALLEL,
    }
)
"""Acts that need an occasion most cases never have: without it they are not named, instead of being named with why not."""

_TO_PAPERS: Final = frozenset({Act.QUARANTINE_PAPER, Act.RELEASE_PAPER, Act.REPLACE_PAPER, Act.RENAME_PAPER})
_TO_TEAMS: Final = frozenset({Act.MANAGE_TEAM, Act.ASSIGN})
FROM_ROOMS: Final = (
    frozenset({Act.ISSUE, Act.CHANGE_QUESTION, Act.RENEW_BUNDLE, Act.MAKE_OFFER, Act.PROPOSE_SETTLEMENT, Act.SETTLE})
    | _TO_PAPERS
    | _TO_TEAMS
)
"""Acts without a row in `PAGES`: done from a room of `PLACES`, from the list of papers, by another act, or by the machine."""

ASKED_FOR: Final = frozenset({Act.CONFIRM_SETTLEMENT})
"""Acts that are named to whom an open task asks for them, and to nobody else."""

PLACES: Final = (
    ("teams.team", Act.MANAGE_TEAM, frozenset(State), "cases.to_team"),
    ("submissions.offers", Act.READ_OFFER, frozenset(State), "cases.to_offers"),
    ("submissions.settlement", Act.READ_OFFER, frozenset(State), "cases.to_settlement"),
    ("intake.screening", Act.DECLARE_IMPARTIALITY, frozenset({State.RECEIVED, State.DEFICIENT}), "cases.to_screening"),
    ("panel.bundle", Act.READ_BUNDLE, frozenset({State.PANEL, State.ISSUING, State.DECIDED}), "cases.to_bundle"),
    ("decision.show", Act.READ_DELIBERATION, frozenset({State.PANEL, State.ISSUING}), "cases.to_deliberation"),
)
"""Pages where several acts of one stage are gathered: endpoint, who may come there, in which states, and what the link says."""

COUNTERS: Final = {"cases.to_offers": (open_offers, "cases.to_offers_count")}
"""What a link says where something waits behind it, by what it says where nothing does; and how it is counted."""


@dataclass(frozen=True)
class Place:
    """A page that gathers what belongs to a stage."""

    what: Message
    page: str


@dataclass(frozen=True)
class Possible:
    """An act the person may do in this state: its page, and what still stands in its way. `is_next`: an open task of theirs asks for it."""

    act: Act
    what: Message
    page: str
    obstacles: tuple[Message, ...]
    is_next: bool


def possible_acts(case: Case, user: User, waited_for: Collection[TaskKind], on: date) -> list[Possible]:
    """What the person may do to the case in its state, what is waited for first; `waited_for` are the kinds of the person's open tasks."""
    next_acts = {act for kind in waited_for if (act := _act_for(case, user, kind, on))}
    found = [
        Possible(act, label(act), page_of(case, act), tuple(obstacles(case, act)), act in next_acts)
        for act in PAGES
        if case.state in STEPS[act].sources and may(user, act, case, on) and _concerns(case, user, act, on)
    ]
    found = [each for each in found if each.is_next or each.act not in ASKED_FOR]
    found = [each for each in found if each.is_next or not (each.obstacles and each.act in OCCASIONAL)]
    return sorted(found, key=lambda possible: (not possible.is_next, bool(possible.obstacles)))


def places_for(case: Case, user: User, on: date) -> list[Place]:
    """The stages' own pages that the person may open now."""
    return [
        Place(_counted(case, user, code, on), url_for(endpoint, slug=case.slug))
        for endpoint, act, states, code in PLACES
        if case.state in states and may(user, act, case, on)
    ]


def _counted(case: Case, user: User, code: str, on: date) -> Message:
    """What the link to a place says, with how much waits there for the reader."""
    if code not in COUNTERS:
        return Message(code)
    counter, with_count = COUNTERS[code]
    count = counter(case, user, on)
    return Message(with_count, count=count) if count else Message(code)


def page_of(case: Case, act: Act) -> str:
    """The address of the page where the act is done to this case."""
    return url_for(PAGES[act], slug=case.slug)


def page_of_task(case: Case, user: User, kind: TaskKind, on: date) -> str:
    """Where the owner of a task does what is waited for; the case's own page where nothing is to be done but to look."""
    if kind is TaskKind.SCREEN and may(user, Act.DECLARE_IMPARTIALITY, case, on):
        return url_for("intake.screening", slug=case.slug)
    if kind in {TaskKind.REPLACE_PAPER, TaskKind.RELEASE_PAPER}:
        return url_for("documents.papers", slug=case.slug)
    act = _act_for(case, user, kind, on)
    return page_of(case, act) if act else url_for("cases.show", slug=case.slug)


_BY_TASKS: Final = {
    Act.ASK_EXTENSION: (True, EXTENDABLE),
    Act.OBJECT: (True, frozenset({TaskKind.OBJECT})),
    Act.SEND_MORE: (False, frozenset({TaskKind.RESPOND, TaskKind.COMMENT})),
    Act.COMMENT_ON_LATE: (True, frozenset({TaskKind.COMMENT_ON_LATE})),
    Act.SEND_LATE: (False, frozenset({TaskKind.COMMENT_ON_LATE})),
}
"""Acts that a party does only while it is waited for in these tasks (True), or only while it is not (False)."""


def _concerns(case: Case, user: User, act: Act, on: date) -> bool:
    """Whether the act can be this person's at all.

    A claim is conceded by the party that should bear it, and by no other (rule 22); more time is asked for by who is waited for, and more is
    sent by who is not (rule 19); who sits is answered by a party that has time to object (rule 30). While one party has the word, the other
    neither comments nor says that it has nothing more (rule 19).
    """
    party = case.party_of(user, on)
    own = {task.kind for task in case.open_tasks if task.party is party and not is_over(task, on)}
    if act in _BY_TASKS:
        asks, kinds = _BY_TASKS[act]
        return bool(own & kinds) is asks
    if act is Act.PASS_ON:
        return case.state is State.EXCHANGE or any(task.kind is TaskKind.PASS_ON for task in case.open_tasks)
    if act in {Act.COMMENT, Act.NOTHING_MORE}:
        return TaskKind.COMMENT in own or not any(task.kind is TaskKind.COMMENT for task in case.open_tasks)
    if act is not Act.CONCEDE:
        return True
    return any(bearer_of(line) is party for line in case.lines)


def _act_for(case: Case, user: User, kind: TaskKind, on: date) -> Act | None:
    acts = (act for act in ACTS_OF_TASK[kind] if act in PAGES)
    return next((act for act in acts if case.state in STEPS[act].sources and may(user, act, case, on)), None)
