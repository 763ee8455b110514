"""A played case as rows, with all that its copies must know of it: read once, copied many times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from tvist.accounts.models import MembershipRole, OrganisationKind
from tvist.cases.lifecycle import FINAL, State
from tvist.clock import oslo_date
from tvist.db import Base
from tvist.decision.models import QuestionKind
from tvist.decision.record import canonical
from tvist.decision.votes import own_vote
from tvist.search.index import keyed_stems
from tvist.search.models import Indexed, SearchedThing
from tvist.submissions.indexing import text_of, text_of_petition
from tvist.submissions.joint_table import joint_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from tvist.accounts.models import Organisation, User
    from tvist.cases.models import Case
    from tvist.decision.record import Record
    from tvist.vault.keys import MasterKeys

Row = dict[str, Any]
# The tables of a case, parents before children, each with the column that leads to its parent. Papers and jobs are not copied.
PARENTS: Final[Mapping[str, tuple[str, str]]] = {
    "party": ("case_id", "case"),
    "team_member": ("party_id", "party"),
    "claim_line": ("case_id", "case"),
    "event": ("case_id", "case"),
    "fact": ("case_id", "case"),
    "task": ("case_id", "case"),
    "ending": ("case_id", "case"),
    "declaration": ("case_id", "case"),
    "submission": ("case_id", "case"),
    "letter": ("case_id", "case"),
    "recipient": ("letter_id", "letter"),
    "serving": ("submission_id", "submission"),
    "line_answer": ("submission_id", "submission"),
    "stated_fact": ("case_id", "case"),
    "fact_answer": ("submission_id", "submission"),
    "table_confirmation": ("case_id", "case"),
    "filed_petition": ("case_id", "case"),
    "dismissal_proposal": ("case_id", "case"),
    "seat": ("case_id", "case"),
    "bundle": ("case_id", "case"),
    "bundle_entry": ("bundle_id", "bundle"),
    "reading": ("bundle_id", "bundle"),
    "question": ("case_id", "case"),
    "vote": ("question_id", "question"),
    "remark": ("question_id", "question"),
    "question_agreement": ("case_id", "case"),
    "decision": ("case_id", "case"),
    "approval": ("decision_id", "decision"),
    "line_outcome": ("decision_id", "decision"),
    "issued_file": ("decision_id", "decision"),
}
_BY_SUMS: Final = frozenset({QuestionKind.RESPONSIBLE, QuestionKind.AMOUNT})
FIRST_DAY: Final = date(2010, 1, 4)
"""The first working day of the body."""
OPEN_WEEKS: Final = 8
"""Open cases are not copied further back than this, or they would have lain untouched for years."""


@dataclass(frozen=True)
class Side:
    """An organisation that was a party, and its people: the filer first."""

    organisation: Organisation
    people: tuple[User, ...]


@dataclass(frozen=True)
class SearchText:
    """An indexed thing: its text, and who may find it."""

    kind: SearchedThing
    thing_id: int
    text: str
    readers: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Original:
    """One played case. `weeks` is how far it may be moved, in whole weeks, from and to."""

    rows: Mapping[str, list[Row]]
    sides: tuple[Side, ...]
    votes: Mapping[int, int]
    """What each vote says, by its id."""
    texts: tuple[SearchText, ...]
    members: Mapping[int, User]
    """Who has a seat, by id."""
    record: Record | None
    """All that the opinion prints, as far as it is written."""
    table: str
    """The canonical text of the joint table, as the parties confirmed it."""
    weeks: range

    @property
    def case(self) -> Row:
        """The row of the case."""
        return self.rows["case"][0]

    @property
    def group(self) -> str:
        """What kind of case it is, for how often it is copied."""
        state = self.case["state"]
        return state.value if state in FINAL else "open"


def can_be_copied(case: Case) -> bool:
    """Not one whose file is being made, which has a job of its own; nor one with earlier texts or votes, whose sums nothing tells any more.

    Nor one where days or bases were voted on: another rate on other days would not fit the sums that were found for them.
    """
    has_earlier = case.decision is not None and bool(case.decision.call_backs)
    return (
        case.state is not State.ISSUING
        and not has_earlier
        and all(question.kind in _BY_SUMS for question in case.questions)
        and all(vote.fell_at is None for question in case.questions for vote in question.votes)
    )


def read_original(session: Session, keys: MasterKeys, case: Case, *, today: date) -> Original:
    """Read the case with all its rows, its people and its texts."""
    rows = {"case": _rows(session, "case", "id", [case.id])}
    for table, (column, parent) in PARENTS.items():
        rows[table] = _rows(session, table, column, [row["id"] for row in rows[parent]])
    return Original(
        rows=rows,
        sides=tuple(Side(party.organisation, _people(party.organisation, session)) for party in case.parties),
        votes={vote.id: _plain(own_vote(question, vote.user, keys)) for question in case.questions for vote in question.votes},
        members={seat.user_id: seat.user for seat in case.seats},
        record=canonical(case, keys) if case.decision else None,
        table=joint_table(case).text,
        texts=tuple(_texts(session, case)),
        weeks=_weeks(case, today),
    )


def unchanging_stems(keys: MasterKeys, text: SearchText, phrases: list[str]) -> frozenset[bytes]:
    """What stands in the index of a text whatever names and days are put into it."""
    bare = text.text
    for phrase in phrases:
        bare = bare.replace(phrase, " ")
    return frozenset(keyed_stems(keys, bare))


def _rows(session: Session, table: str, column: str, keys: list[int]) -> list[Row]:
    columns = Base.metadata.tables[table]
    found = session.execute(sa.select(columns).where(columns.c[column].in_(keys)).order_by(columns.c.id))
    return [dict(row._mapping) for row in found]  # noqa: SLF001 - SQLAlchemy's own name for it.


def _people(organisation: Organisation, session: Session) -> tuple[User, ...]:
    """Who works for the organisation, the authorised filer first."""
    from tvist.accounts.models import Membership, User

    query = (
        sa.select(User, Membership.role).join(Membership).where(Membership.organisation_id == organisation.id, User.is_invented)
    )
    found = sorted(session.execute(query).all(), key=lambda row: (row[1] is not MembershipRole.AUTHORISED_FILER, row[0].id))
    return tuple(user for user, _ in found)


def _plain(choice: Any) -> int:
    return int(getattr(choice, "municipality_percent", choice))


def _texts(session: Session, case: Case) -> list[SearchText]:
    texts = {(SearchedThing.SUBMISSION, found.id): text_of(found) for found in case.submissions}
    if case.petition is not None:
        texts[SearchedThing.PETITION, case.petition.id] = text_of_petition(case.petition)
    made = []
    for found in session.scalars(sa.select(Indexed).where(Indexed.case_id == case.id).order_by(Indexed.id)):
        if (text := texts.get((found.thing_kind, found.thing_id))) is not None:
            readers = tuple(
                (name, getattr(found, name)) for name in ("for_requesting", "for_opposing", "for_secretariat", "for_panel")
            )
            made.append(SearchText(found.thing_kind, found.thing_id, text, readers))
    return made


def _weeks(case: Case, today: date) -> range:
    """How far the case can be moved: its people must hold their appointments, and nothing lie before the body or after today."""
    last = oslo_date(max(event.recorded_at for event in case.events))
    lows, highs = [FIRST_DAY - case.registered_on], [today - last - timedelta(days=1)]
    if not case.is_closed:
        lows.append(timedelta(weeks=-OPEN_WEEKS))
        highs = [timedelta(0)]
    until = oslo_date(case.referred_at) if case.referred_at else last
    for seat in case.seats:
        lows.append(seat.appointment.from_on - oslo_date(seat.seated_at))
        highs.append((seat.appointment.to_on or today) - until)
    for proposal in case.dismissal_proposals:
        if proposal.decided_at and (term := _leading(case, proposal.decided_by_id, oslo_date(proposal.decided_at))):
            lows.append(term[0] - oslo_date(proposal.decided_at))
            highs.append(term[1] - oslo_date(proposal.decided_at))
    first, end = -(-max(lows).days // 7), min(highs).days // 7
    return range(min(first, 0), max(end, 0) + 1)


def _leading(case: Case, user_id: int | None, on: date) -> tuple[date, date] | None:
    """The term in which the leader who decided held the office."""
    leader = next((found.user for found in case.declarations if found.user_id == user_id), None)
    terms = [found for found in leader.appointments if found.is_leader and found.holds_on(on)] if leader else []
    return (terms[0].from_on, terms[0].to_on or on) if terms else None


def municipal(side: Side) -> bool:
    """Whether a side is a municipality."""
    return side.organisation.kind is OrganisationKind.MUNICIPALITY
