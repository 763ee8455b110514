"""The journal as a reader sees it: one table of whose eyes each act's lines are for, and who stands behind a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tvist.access.policy import Act, Role
from tvist.cases.waiting import Desk
from tvist.words import Message, label

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from tvist.cases.history import Event
    from tvist.cases.models import Case, Party

_PANEL: Final = frozenset({Role.SEATED})
_OFFICE: Final = frozenset({Role.SECRETARIAT})
_BODY: Final = frozenset({Role.SEATED, Role.SECRETARIAT, Role.LEADER_DECLARED})
_SIDES: Final = frozenset({Role.REQUESTING, Role.OPPOSING})
_ALL: Final = _BODY | _SIDES

READERS: Final[dict[Act, frozenset[Role]]] = {
    # What the panel does between themselves is for the panel (rules 33-34, 43).
    Act.DRAFT_QUESTIONS: _PANEL,
    Act.AGREE_QUESTIONS: _PANEL,
    Act.CHANGE_QUESTION: _PANEL,
    Act.CONFIRM_READING: _PANEL,
    Act.VOTE: _PANEL,
    Act.WRITE_TEXT: _PANEL,
    Act.WRITE_PARALLEL: _PANEL,
    Act.DISSENT: _PANEL,
    Act.APPROVE: _PANEL,
    # Who is impartial is settled within the body; the parties are told who sits (rules 29-30).
    Act.DECLARE: _BODY,
    Act.RULE_ON_CHALLENGE: _BODY,
    Act.DECLARE_IMPARTIALITY: _BODY,
    Act.ASSIGN: _BODY,
    Act.ORDER_ISSUE: _BODY,
    # Who opened the child's identity is for those who may open it; never for the panel (rule 7).
    Act.OPEN_IDENTITY: frozenset({Role.REQUESTING, Role.OPPOSING, Role.SECRETARIAT}),
    Act.CALL_BACK: _BODY,
    # A text that is put forward is an offer until all have confirmed it: for the two sides alone (rule 22).
    Act.PROPOSE_SETTLEMENT: _SIDES,
    Act.CONFIRM_SETTLEMENT: _SIDES,
    # And of the parties for that one whose message it is: `_is_for`.
    Act.WRITE_MESSAGE: _SIDES | {Role.SECRETARIAT},
    # A paper may not have been sent over yet; the parties are told by letter and in the list of papers (rule 20).
    Act.QUARANTINE_PAPER: _OFFICE,
    Act.REPLACE_PAPER: _OFFICE,
    Act.RELEASE_PAPER: _OFFICE,
    Act.RENAME_PAPER: _OFFICE,
    # What came late is the sender's and the body's until it is sent over, and for ever where it is refused (rule 33): `_is_for`.
    Act.SEND_LATE: _ALL,
    Act.RULE_ON_LATE: _ALL,
    # A letter may be for one side alone, and what becomes of letters is the secretariat's work.
    Act.WRITE_LETTER: _OFFICE,
    # Why an opinion leads or is superseded is told within the body; that it does, everybody reads in the register (rule 46).
    Act.RANK_PUBLICATION: _BODY,
    Act.RELEASE_LETTER: _OFFICE,
    # Who approves what the public will read is the secretariat's work; that it was released or withdrawn is for all.
    Act.APPROVE_PUBLICATION: _OFFICE,
    Act.APPROVE_REDACTION: _OFFICE,
}
"""Acts that are not named here are for all who may read the case."""

NAMES_ARE_FOR: Final = _BODY
"""Who reads the names of persons: the parties read organisations and offices."""
_OF_ONE_PARTY: Final = frozenset({Act.WRITE_MESSAGE, Act.SEND_LATE, Act.RULE_ON_LATE})
"""Acts whose lines, of the parties, are for the one that they name."""
_BY_THE_LEADER: Final = frozenset(
    {
        Act.DISMISS,
        Act.KEEP,
        Act.TAKE_UP_AGAIN,
        Act.REFUSE_NEW_LOOK,
        Act.CORRECT,
        Act.GRANT_NEW_TREATMENT,
        Act.REFUSE_NEW_TREATMENT,
        Act.RANK_PUBLICATION,
    }
)


@dataclass(frozen=True)
class JournalLine:
    """A line as it is shown. `recorded_at` is None where it was recorded when it happened."""

    happened_at: datetime
    recorded_at: datetime | None
    what: Message
    who: Message
    is_corrected: bool


def readers_of(act: Act) -> frozenset[Role]:
    """Whose eyes the lines of an act are for."""
    return READERS.get(act, _ALL)


def may_read_journal(roles: Collection[Role]) -> bool:
    """Whether any line is for one who is this to the case; never for one who is called to a seat and has not declared (rule 29)."""
    return bool(_ALL & set(roles))


def journal_for(case: Case, roles: Collection[Role], party: Party | None = None) -> list[JournalLine]:
    """The lines for one who is `roles` to the case and in the team of `party`, the newest first."""
    held = set(roles)
    with_names = bool(NAMES_ARE_FOR & held)
    corrected = {event.corrects_id for event in case.events if event.corrects_id is not None}
    return [
        JournalLine(
            happened_at=event.happened_at,
            recorded_at=event.recorded_at if event.recorded_at != event.happened_at else None,
            what=event.said,
            who=author_of(case, event, with_names=with_names),
            is_corrected=event.id in corrected,
        )
        for event in reversed(case.events)
        if readers_of(event.act) & held and _is_for(event, party)
    ]


def _is_for(event: Event, party: Party | None) -> bool:
    """A message to or from the secretariat is between it and one party; its line names the party."""
    return event.act not in _OF_ONE_PARTY or party is None or event.said.params.get("party") == party.name


def author_of(case: Case, event: Event, *, with_names: bool) -> Message:
    """Who stands behind a line: a party, the secretariat, the board; with the person's name for those who may read it."""
    office = _office_of(case, event)
    if with_names and event.by is not None:
        return Message("cases.person_of", name=event.by.name, office=office)
    return office


def _office_of(case: Case, event: Event) -> Message:
    if event.by_id is None:
        return label(Desk.MACHINE)
    for party in case.parties:
        if any(member.user_id == event.by_id for member in party.team):
            return Message("cases.named", name=party.name)
    if any(seat.user_id == event.by_id for seat in case.seats):
        return Message("cases.board")
    is_renewed = event.act is Act.ACCEPT and event.said.code == "decision.journal.taken_up_anew"
    return label(Desk.LEADER if is_renewed or event.act in _BY_THE_LEADER else Desk.SECRETARIAT)
