"""Who may do what: one table of acts and roles.

A role is what a person is *to this thing* on this day, derived from the thing and never stored (`tvist.access.roles`). Rule numbers are
those of the rules of procedure (`docs/rules.md`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a person is to a thing."""

    SIGNED_IN = "signed_in"
    OWNER = "owner"  # The thing is the person's own: a vote, a sign-in.
    DRAFTING = "drafting"  # In the team that writes this draft (rule 5).
    DRAFTING_FILER = "drafting_filer"  # The same, and authorised to file.
    PARTY_STAFF = "party_staff"  # Works for a municipality or the state; may begin a draft for it.
    COLLEAGUE = "colleague"  # Works in the same organisation.
    COLLEAGUE_FILER = "colleague_filer"  # The same, and authorised to file: answers for who works there (rule 5).
    REQUESTING = "requesting"  # In the case team of a requesting party.
    REQUESTING_FILER = "requesting_filer"
    OPPOSING = "opposing"  # In the case team of an opposing party, once the case is accepted.
    OPPOSING_FILER = "opposing_filer"
    SERVED = "served"  # In the team of a party that the thing has been served on (rule 18).
    SENDER = "sender"  # In the team of the party that wrote the thing.
    WITHHELD = "withheld"  # Could read the paper until it was put under quarantine (rule 20).
    WITHHELD_SENDER = "withheld_sender"  # The same, in the team of the party that sent it.
    SECRETARIAT = "secretariat"
    SECRETARIAT_DECLARED = "secretariat_declared"  # Has declared no conflict for this case (rule 17).
    UNDECLARED = "undeclared"  # Of the body, for a case with a secret address for which they have not declared (rule 8).
    LEADER = "leader"  # Leads the board today.
    LEADER_DECLARED = "leader_declared"  # Leads the board today and has declared no conflict for this case (rule 16).
    RULING = "ruling"  # Asked to rule on whether a member of the panel is impartial (rules 29, 30).
    CALLED = "called"  # Holds a seat in this case and has not declared yet (rule 29).
    SEATED = "seated"  # Holds a seat in this case and has declared no conflict.
    SEATED_LEADER = "seated_leader"
    BOARD_MEMBER = "board_member"
    EVALUATOR = "evaluator"
    ADMINISTRATOR = "administrator"


class Act(StrEnum):
    """What a person does to a thing; acts on a case are also rows of `cases.lifecycle.STEPS`."""

    # The request (rules 10-15)
    START_DRAFT = "start_draft"
    WRITE_DRAFT = "write_draft"
    SEND = "send"
    REGISTER_REQUEST = "register_request"  # A request that came by letter or e-mail, on behalf of the party.
    # People (rule 5)
    MANAGE_TEAM = "manage_team"
    SEE_COLLEAGUES = "see_colleagues"
    MANAGE_COLLEAGUES = "manage_colleagues"
    ASSIGN = "assign"
    # Opening
    OPEN_CASE = "open_case"
    READ_SUBMISSION = "read_submission"
    READ_PAPER = "read_paper"
    SEE_PAPER = "see_paper"  # Know that it is there, also where it is under quarantine.
    OPEN_IDENTITY = "open_identity"  # The sealed identity of the child, with a purpose (rule 7).
    QUARANTINE_PAPER = "quarantine_paper"
    REPLACE_PAPER = "replace_paper"
    RELEASE_PAPER = "release_paper"  # Look a replacement through and send it over.
    READ_QUARANTINED = "read_quarantined"
    RENAME_PAPER = "rename_paper"
    # Screening (rules 16-17)
    DECLARE_IMPARTIALITY = "declare_impartiality"
    ASK_FOR_MISSING = "ask_for_missing"
    CURE = "cure"
    ACCEPT = "accept"
    PROPOSE_DISMISSAL = "propose_dismissal"
    COMMENT_ON_DISMISSAL = "comment_on_dismissal"
    DISMISS = "dismiss"
    KEEP = "keep"  # The leader does not follow a proposal of dismissal.
    ASK_NEW_LOOK = "ask_new_look"
    TAKE_UP_AGAIN = "take_up_again"
    REFUSE_NEW_LOOK = "refuse_new_look"
    # Exchange (rules 18-23)
    RESPOND = "respond"
    COMMENT = "comment"
    NOTHING_MORE = "nothing_more"
    SEND_MORE = "send_more"  # Outside one's turn, before the preparation is closed.
    PASS_ON = "pass_on"  # noqa: S105 - the name of an act, no secret.
    ASK_EXTENSION = "ask_extension"
    RULE_ON_EXTENSION = "rule_on_extension"
    CONFIRM_TABLE = "confirm_table"
    CONCEDE = "concede"
    MAKE_OFFER = "make_offer"
    READ_OFFER = "read_offer"
    PROPOSE_SETTLEMENT = "propose_settlement"
    CONFIRM_SETTLEMENT = "confirm_settlement"
    SETTLE = "settle"  # What the last confirmation of one and the same text brings about.
    REST = "rest"
    RESUME = "resume"
    REOPEN = "reopen"
    WRITE_MESSAGE = "write_message"
    READ_MESSAGE = "read_message"
    WRITE_LETTER = "write_letter"
    WITHDRAW = "withdraw"
    DISCONTINUE = "discontinue"
    CLOSE_PREPARATION = "close_preparation"
    # Panel (rules 26-31)
    SEAT = "seat"
    DECLARE = "declare"
    OBJECT = "object"  # A party objects to who sits, or says that it does not (rule 30).
    RULE_ON_CHALLENGE = "rule_on_challenge"
    REFER = "refer"
    # What reaches the panel (rules 21, 33)
    LET_IN = "let_in"  # A paper that not each party has had, by the leader's exception.
    SEND_LATE = "send_late"  # After the preparation was closed.
    RULE_ON_LATE = "rule_on_late"
    COMMENT_ON_LATE = "comment_on_late"
    RENEW_BUNDLE = "renew_bundle"
    READ_BUNDLE = "read_bundle"
    ANNOTATE = "annotate"
    READ_NOTE = "read_note"
    COPY_BUNDLE = "copy_bundle"
    READ_COPY = "read_copy"
    # Deliberation and opinion (rules 32-39)
    READ_DELIBERATION = "read_deliberation"
    DRAFT_QUESTIONS = "draft_questions"
    AGREE_QUESTIONS = "agree_questions"
    CHANGE_QUESTION = "change_question"
    CONFIRM_READING = "confirm_reading"
    VOTE = "vote"
    READ_VOTE = "read_vote"
    WRITE_TEXT = "write_text"
    WRITE_PARALLEL = "write_parallel"  # The same in the other language form (rule 39).
    COMMENT_TEXT = "comment_text"  # In the margin, to the other members.
    DISSENT = "dissent"
    APPROVE = "approve"
    ORDER_ISSUE = "order_issue"
    ISSUE = "issue"
    CALL_BACK = "call_back"
    READ_DECISION = "read_decision"
    # After the opinion (rule 40)
    CORRECT = "correct"
    ASK_NEW_TREATMENT = "ask_new_treatment"
    GRANT_NEW_TREATMENT = "grant_new_treatment"
    REFUSE_NEW_TREATMENT = "refuse_new_treatment"
    # What the public reads (rule 46)
    SEE_PUBLICATIONS = "see_publications"
    READ_PUBLICATION = "read_publication"  # Before it is released.
    MARK_PUBLICATION = "mark_publication"
    APPROVE_PUBLICATION = "approve_publication"
    RELEASE_PUBLICATION = "release_publication"  # Done by the job, after the leak test.
    WITHDRAW_PUBLICATION = "withdraw_publication"
    RANK_PUBLICATION = "rank_publication"  # Leading, or superseded by another.
    REDACT_PAPER = "redact_paper"
    APPROVE_REDACTION = "approve_redaction"
    READ_REDACTION = "read_redaction"
    # Things that are not cases
    SEE_DESK = "see_desk"
    SEE_WORKLIST = "see_worklist"
    SEE_BOARD = "see_board"
    SEE_LETTERS = "see_letters"
    READ_LETTER = "read_letter"
    RELEASE_LETTER = "release_letter"  # Approve, stop or send again.
    SET_LETTERS = "set_letters"
    RECORD_OUTAGE = "record_outage"
    SEE_FIGURES = "see_figures"
    APPOINT = "appoint"
    DECLARE_EMPLOYERS = "declare_employers"
    SEE_LETTER_TEXTS = "see_letter_texts"
    WRITE_LETTER_TEXT = "write_letter_text"
    SEE_STANDARD_TEXTS = "see_standard_texts"
    WRITE_STANDARD_TEXT = "write_standard_text"
    CALL_MEETING = "call_meeting"
    READ_MEETING = "read_meeting"
    WRITE_MINUTES = "write_minutes"
    MANAGE_USERS = "manage_users"
    CHANGE_OWN_ACCOUNT = "change_own_account"
    # Who watches (rules 42-44)
    SEE_ACCESS_LOG = "see_access_log"  # Which roles opened the case, and when.
    SEE_COLLEAGUE_LOG = "see_colleague_log"
    EXPORT_COLLEAGUE_LOG = "export_colleague_log"
    SEE_FLAGS = "see_flags"
    LOOK_AT_FLAG = "look_at_flag"
    SEE_BREACHES = "see_breaches"
    OPEN_BREACH = "open_breach"
    READ_BREACH = "read_breach"
    WRITE_BREACH = "write_breach"
    EXPORT_BREACH = "export_breach"
    SEE_RETENTION = "see_retention"
    ANSWER_CHILD_ACCESS = "answer_child_access"  # All that is held on the child, for who asks by law (GDPR art. 15).
    EXPORT_CHILD_ACCESS = "export_child_access"
    # Accounts, from outside and once a year
    TIE_OUTSIDE = "tie_outside"  # Let the national sign-in open one's own account.
    CONFIRM_COLLEAGUES = "confirm_colleagues"  # Say, once a year, who still works in one's organisation.


_PARTIES: Final = frozenset({Role.REQUESTING, Role.OPPOSING})
_FILERS: Final = frozenset({Role.REQUESTING_FILER, Role.OPPOSING_FILER})
_CASE_PEOPLE: Final = frozenset({*_PARTIES, Role.SECRETARIAT, Role.SEATED})
_PANEL: Final = frozenset({Role.SEATED})
_WATCHERS: Final = frozenset({Role.SECRETARIAT, Role.ADMINISTRATOR, Role.LEADER})

POLICY: Final[dict[Act, frozenset[Role]]] = {
    Act.START_DRAFT: frozenset({Role.PARTY_STAFF}),
    Act.WRITE_DRAFT: frozenset({Role.DRAFTING}),
    Act.SEND: frozenset({Role.DRAFTING_FILER}),
    Act.REGISTER_REQUEST: frozenset({Role.SECRETARIAT}),
    Act.MANAGE_TEAM: _PARTIES | {Role.SECRETARIAT},
    Act.SEE_COLLEAGUES: frozenset({Role.COLLEAGUE}),
    Act.MANAGE_COLLEAGUES: frozenset({Role.COLLEAGUE_FILER}),
    Act.ASSIGN: frozenset({Role.SECRETARIAT}),
    # One who is called to a seat sees parties, subject and representatives only (rule 29): the page asks READ_SUBMISSION for the rest.
    Act.OPEN_CASE: _CASE_PEOPLE | {Role.CALLED, Role.RULING, Role.LEADER, Role.UNDECLARED},
    Act.READ_SUBMISSION: frozenset({Role.SENDER, Role.SERVED, Role.SECRETARIAT, Role.SEATED, Role.LEADER_DECLARED}),
    Act.READ_PAPER: frozenset({Role.SENDER, Role.SERVED, Role.SECRETARIAT, Role.SEATED, Role.LEADER_DECLARED, Role.DRAFTING}),
    Act.SEE_PAPER: frozenset(
        {Role.SENDER, Role.SERVED, Role.SECRETARIAT, Role.SEATED, Role.LEADER_DECLARED, Role.WITHHELD, Role.WITHHELD_SENDER}
    ),
    Act.OPEN_IDENTITY: _PARTIES | {Role.SECRETARIAT_DECLARED},
    Act.QUARANTINE_PAPER: frozenset({Role.SECRETARIAT_DECLARED}),
    Act.REPLACE_PAPER: frozenset({Role.WITHHELD_SENDER}),
    Act.RELEASE_PAPER: frozenset({Role.SECRETARIAT_DECLARED}),
    Act.READ_QUARANTINED: frozenset({Role.SECRETARIAT_DECLARED}),
    Act.RENAME_PAPER: frozenset({Role.SECRETARIAT_DECLARED}),
    Act.DECLARE_IMPARTIALITY: frozenset({Role.SECRETARIAT, Role.LEADER, Role.UNDECLARED}),
    Act.ASK_FOR_MISSING: frozenset({Role.SECRETARIAT_DECLARED}),
    Act.CURE: frozenset({Role.REQUESTING}),
    Act.ACCEPT: frozenset({Role.SECRETARIAT_DECLARED}),
    Act.PROPOSE_DISMISSAL: frozenset({Role.SECRETARIAT_DECLARED}),
    Act.COMMENT_ON_DISMISSAL: _PARTIES,
    Act.DISMISS: frozenset({Role.LEADER_DECLARED}),
    Act.KEEP: frozenset({Role.LEADER_DECLARED}),
    Act.ASK_NEW_LOOK: _PARTIES,
    Act.TAKE_UP_AGAIN: frozenset({Role.LEADER_DECLARED}),
    Act.REFUSE_NEW_LOOK: frozenset({Role.LEADER_DECLARED}),
    Act.RESPOND: frozenset({Role.OPPOSING}),
    Act.COMMENT: _PARTIES,
    Act.NOTHING_MORE: _PARTIES,
    Act.SEND_MORE: _PARTIES,
    Act.PASS_ON: frozenset({Role.SECRETARIAT_DECLARED}),
    Act.ASK_EXTENSION: _PARTIES,
    Act.RULE_ON_EXTENSION: frozenset({Role.SECRETARIAT_DECLARED}),
    Act.CONFIRM_TABLE: _PARTIES,
    Act.CONCEDE: _FILERS,
    # Offers are for the two sides and nobody else (rule 22): neither the secretariat nor the panel stands here.
    Act.MAKE_OFFER: _PARTIES,
    Act.READ_OFFER: _PARTIES,
    Act.PROPOSE_SETTLEMENT: _FILERS,
    Act.CONFIRM_SETTLEMENT: _FILERS,
    Act.SETTLE: _FILERS,
    Act.REST: frozenset({Role.SECRETARIAT_DECLARED}),
    Act.RESUME: frozenset({Role.SECRETARIAT_DECLARED}),
    Act.REOPEN: frozenset({Role.SECRETARIAT_DECLARED}),
    Act.WRITE_MESSAGE: _PARTIES | {Role.SECRETARIAT},
    Act.READ_MESSAGE: frozenset({Role.OWNER, Role.SECRETARIAT}),
    Act.WRITE_LETTER: frozenset({Role.SECRETARIAT_DECLARED}),
    Act.WITHDRAW: frozenset({Role.REQUESTING_FILER}),
    Act.DISCONTINUE: frozenset({Role.SECRETARIAT_DECLARED}),
    Act.CLOSE_PREPARATION: frozenset({Role.SECRETARIAT_DECLARED}),
    Act.SEAT: frozenset({Role.SECRETARIAT_DECLARED}),
    Act.DECLARE: frozenset({Role.CALLED, Role.SEATED}),
    Act.OBJECT: _PARTIES,
    # Who is asked sees parties, subject, representatives and what was said; nothing else of the case opens by it.
    Act.RULE_ON_CHALLENGE: frozenset({Role.RULING}),
    Act.REFER: frozenset({Role.SECRETARIAT_DECLARED}),
    Act.LET_IN: frozenset({Role.SEATED_LEADER}),
    Act.SEND_LATE: _PARTIES,
    Act.RULE_ON_LATE: frozenset({Role.SEATED_LEADER}),
    Act.COMMENT_ON_LATE: _PARTIES,
    Act.RENEW_BUNDLE: frozenset({Role.SEATED_LEADER}),
    Act.READ_BUNDLE: _CASE_PEOPLE,
    Act.ANNOTATE: _PANEL,
    Act.READ_NOTE: frozenset({Role.OWNER}),
    Act.COPY_BUNDLE: _PANEL,
    Act.READ_COPY: frozenset({Role.OWNER}),
    Act.READ_DELIBERATION: _PANEL,
    Act.DRAFT_QUESTIONS: _PANEL,
    Act.AGREE_QUESTIONS: _PANEL,
    Act.CHANGE_QUESTION: _PANEL,
    Act.CONFIRM_READING: _PANEL,
    Act.VOTE: _PANEL,
    Act.READ_VOTE: frozenset({Role.OWNER}),
    Act.WRITE_TEXT: _PANEL,
    Act.WRITE_PARALLEL: _PANEL,
    Act.COMMENT_TEXT: _PANEL,
    Act.DISSENT: _PANEL,
    Act.APPROVE: _PANEL,
    Act.ORDER_ISSUE: frozenset({Role.SEATED_LEADER}),
    Act.ISSUE: frozenset({Role.SEATED_LEADER}),  # Done by the job, on the leader's order; the leader must still hold the seat.
    Act.CALL_BACK: frozenset({Role.SEATED_LEADER}),
    Act.READ_DECISION: _CASE_PEOPLE | {Role.LEADER},
    Act.CORRECT: frozenset({Role.SEATED_LEADER, Role.LEADER_DECLARED}),
    Act.ASK_NEW_TREATMENT: _FILERS,
    Act.GRANT_NEW_TREATMENT: frozenset({Role.LEADER_DECLARED}),
    Act.REFUSE_NEW_TREATMENT: frozenset({Role.LEADER_DECLARED}),
    Act.SEE_PUBLICATIONS: frozenset({Role.SECRETARIAT, Role.LEADER}),
    Act.READ_PUBLICATION: frozenset({Role.SECRETARIAT, Role.LEADER}),
    Act.MARK_PUBLICATION: frozenset({Role.SECRETARIAT_DECLARED}),
    # By another person than the one who marked: `publication.rules` and a constraint; the leader when the other is away (rule 46).
    Act.APPROVE_PUBLICATION: frozenset({Role.SECRETARIAT_DECLARED, Role.LEADER}),
    Act.RELEASE_PUBLICATION: frozenset({Role.SECRETARIAT_DECLARED, Role.LEADER}),
    Act.WITHDRAW_PUBLICATION: frozenset({Role.SECRETARIAT_DECLARED, Role.LEADER}),
    Act.RANK_PUBLICATION: frozenset({Role.LEADER}),
    Act.REDACT_PAPER: frozenset({Role.SECRETARIAT_DECLARED}),
    # Who reads a redaction reads the paper's pages before they are covered, so nobody does who may not read the paper.
    Act.APPROVE_REDACTION: frozenset({Role.SECRETARIAT_DECLARED, Role.LEADER_DECLARED}),
    Act.READ_REDACTION: frozenset({Role.SECRETARIAT_DECLARED, Role.LEADER_DECLARED}),
    Act.SEE_DESK: frozenset({Role.SIGNED_IN}),
    Act.SEE_WORKLIST: frozenset({Role.PARTY_STAFF, Role.SECRETARIAT, Role.BOARD_MEMBER, Role.LEADER}),
    Act.SEE_BOARD: frozenset({Role.SECRETARIAT, Role.BOARD_MEMBER, Role.LEADER}),
    Act.SEE_LETTERS: _CASE_PEOPLE,
    Act.READ_LETTER: frozenset({Role.OWNER, Role.SECRETARIAT}),
    Act.RELEASE_LETTER: frozenset({Role.SECRETARIAT}),
    Act.SET_LETTERS: frozenset({Role.SECRETARIAT}),
    Act.RECORD_OUTAGE: frozenset({Role.SECRETARIAT}),
    Act.SEE_FIGURES: frozenset({Role.SECRETARIAT, Role.LEADER, Role.EVALUATOR}),
    Act.APPOINT: frozenset({Role.SECRETARIAT}),
    Act.DECLARE_EMPLOYERS: frozenset({Role.SECRETARIAT, Role.BOARD_MEMBER, Role.LEADER}),
    Act.SEE_LETTER_TEXTS: frozenset({Role.SECRETARIAT, Role.LEADER}),
    Act.WRITE_LETTER_TEXT: frozenset({Role.SECRETARIAT}),
    Act.SEE_STANDARD_TEXTS: frozenset({Role.SECRETARIAT, Role.BOARD_MEMBER, Role.LEADER}),
    Act.WRITE_STANDARD_TEXT: frozenset({Role.SECRETARIAT, Role.BOARD_MEMBER, Role.LEADER}),
    Act.CALL_MEETING: frozenset({Role.LEADER}),
    # The secretariat reads when and where; the minutes are the panel's own.
    Act.READ_MEETING: frozenset({Role.OWNER, Role.SECRETARIAT}),
    Act.WRITE_MINUTES: frozenset({Role.OWNER}),
    Act.MANAGE_USERS: frozenset({Role.ADMINISTRATOR}),
    Act.CHANGE_OWN_ACCOUNT: frozenset({Role.SIGNED_IN}),
    Act.SEE_ACCESS_LOG: frozenset({Role.REQUESTING, Role.OPPOSING, Role.SECRETARIAT}),
    Act.SEE_COLLEAGUE_LOG: frozenset({Role.COLLEAGUE_FILER}),
    Act.EXPORT_COLLEAGUE_LOG: frozenset({Role.COLLEAGUE_FILER}),
    # Who watches is watched: what is about oneself is not there for oneself (`oversight.models`), and each look is logged.
    Act.SEE_FLAGS: _WATCHERS,
    Act.LOOK_AT_FLAG: _WATCHERS,
    # These pages name persons and case numbers, and nothing of a case: so the administrator may answer too when time is short (art. 33).
    Act.SEE_BREACHES: _WATCHERS,
    Act.OPEN_BREACH: _WATCHERS,
    Act.READ_BREACH: _WATCHERS,
    Act.WRITE_BREACH: _WATCHERS,
    Act.EXPORT_BREACH: _WATCHERS,
    Act.SEE_RETENTION: _WATCHERS,
    Act.ANSWER_CHILD_ACCESS: frozenset({Role.SECRETARIAT_DECLARED}),
    Act.EXPORT_CHILD_ACCESS: frozenset({Role.SECRETARIAT_DECLARED}),
    Act.TIE_OUTSIDE: frozenset({Role.SIGNED_IN}),
    Act.CONFIRM_COLLEAGUES: frozenset({Role.COLLEAGUE_FILER}),
}

PROVED: Final[frozenset[Act]] = frozenset(
    {
        Act.ORDER_ISSUE,
        Act.OPEN_IDENTITY,
        Act.COPY_BUNDLE,
        Act.READ_COPY,
        Act.MANAGE_USERS,
        Act.EXPORT_COLLEAGUE_LOG,
        Act.OPEN_BREACH,
        Act.READ_BREACH,
        Act.EXPORT_BREACH,
        Act.EXPORT_CHILD_ACCESS,
        Act.TIE_OUTSIDE,
        Act.CONFIRM_COLLEAGUES,
    }
)
"""Acts that need a second proof given in the last ten minutes (`accounts.sign_ins.PROOF_HOLDS_FOR`): a screen that was left does not do them."""
