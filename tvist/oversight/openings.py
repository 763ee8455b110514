"""Who opened what, for those who may ask: the parties read roles (rule 44), an organisation its own people, who looks into a breach all of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.access.policy import Act, Role
from tvist.accesslog.models import AccessEntry, Channel
from tvist.accounts.models import PARTY_ROLES, Membership, User
from tvist.cases.models import Case, Party
from tvist.clock import midnight
from tvist.words import Message, label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import Organisation

PAGE: Final = 100
OPENINGS: Final = frozenset(
    {
        Act.OPEN_CASE,
        Act.READ_SUBMISSION,
        Act.READ_PAPER,
        Act.READ_QUARANTINED,
        Act.OPEN_IDENTITY,
        Act.READ_BUNDLE,
        Act.READ_COPY,
        Act.READ_DECISION,
    }
)
"""What the parties are told of: that the case, a paper in it, or the child's identity was opened. What the panel does between themselves is not."""
_TOLD_AS: Final = (
    (frozenset({"seated", "seated_leader"}), Role.SEATED),
    (frozenset({"called", "ruling"}), Role.BOARD_MEMBER),
    (frozenset({"secretariat", "secretariat_declared"}), Role.SECRETARIAT),
    (frozenset({"leader", "leader_declared"}), Role.LEADER),
)
"""The roles of the body, as the parties are told of them: which office, and nothing of who is called or has declared."""
_SIDES: Final = ("requesting", "opposing")


@dataclass(frozen=True)
class Opening:
    """That somebody of an office opened something, when; no name."""

    id: int
    at: datetime
    who: Message
    what: Message


@dataclass(frozen=True)
class Line:
    """A line of the log with the name of the person and the number of the case; both empty where there is none."""

    id: int
    at: datetime
    name: str
    roles: str
    what: Message
    thing: Message
    number: str
    allowed: bool
    channel: Channel
    purpose: str

    @property
    def held(self) -> tuple[Message, ...]:
        """What the person was to the thing."""
        return roles_told(self.roles)


def openings_of(session: Session, case: Case, *, before: int | None, size: int = PAGE) -> list[Opening]:
    """Which roles opened the case, and when, the newest first; those denied opened nothing. Two statements, however many there are."""
    # The page on which the identity is opened is no opening yet: that is the line with its purpose.
    is_opening = sa.or_(AccessEntry.act != Act.OPEN_IDENTITY, AccessEntry.purpose != "")
    of_case = (AccessEntry.case_id == case.id, AccessEntry.allowed, AccessEntry.act.in_(OPENINGS), is_opening)
    query = sa.select(AccessEntry).where(*of_case)
    if before is not None:
        query = query.where(AccessEntry.id < before)
    entries = session.scalars(query.order_by(AccessEntry.id.desc()).limit(size)).all()
    # A paper is opened as one it was served on, or who sent it: the party is known by the team.
    team = {member.user_id: party.name for party in case.parties for member in party.team}
    return [
        Opening(entry.id, entry.at, _office(entry, team), Message(f"oversight.opened.{kind_of(entry.act)}")) for entry in entries
    ]


def kind_of(act: Act) -> str:
    """What the parties are told that somebody opened."""
    if act is Act.OPEN_IDENTITY:
        return "identity"
    return "paper" if act in {Act.READ_PAPER, Act.READ_QUARANTINED} else "case"


def _office(entry: AccessEntry, team: dict[int, str]) -> Message:
    if entry.channel is not Channel.WEB:
        return label(entry.channel)
    held = set(entry.roles.split(","))
    for roles, told in _TOLD_AS:
        if roles & held:
            return label(told)
    if entry.user_id in team:
        return Message("cases.named", name=team[entry.user_id])
    side = next((side for side in _SIDES if {side, f"{side}_filer"} & held), None)
    return label(Role(side)) if side else Message("oversight.a_party")


def lines_of_colleagues(session: Session, organisation: Organisation, *, before: int | None, size: int = PAGE) -> list[Line]:
    """What the organisation's people did here while they worked for it, the newest first.

    A case of another party is not told of: what they did there for another employer is that one's. What they were denied is told, without number.
    """
    query = sa.select(Membership).where(Membership.organisation_id == organisation.id, Membership.role.in_(PARTY_ROLES))
    times = [_while(membership) for membership in session.scalars(query)]
    if not times:
        return []
    ours = sa.exists().where(Party.case_id == AccessEntry.case_id, Party.organisation_id == organisation.id)
    clause = sa.and_(sa.or_(*times), sa.or_(AccessEntry.case_id.is_(None), ours, AccessEntry.allowed.is_(False)))
    number = sa.case((ours, Case.number), else_="")
    return lines_where(session, clause, before=before, size=size, number=number, with_purpose=False)


def _while(membership: Membership) -> sa.ColumnElement[bool]:
    """While the person worked there: from midnight to midnight in Oslo."""
    clauses = [AccessEntry.user_id == membership.user_id, AccessEntry.at >= midnight(membership.from_on)]
    if membership.to_on is not None:
        clauses.append(AccessEntry.at < midnight(membership.to_on + timedelta(days=1)))
    return sa.and_(*clauses)


def lines_where(
    session: Session,
    clause: sa.ColumnElement[bool],
    *,
    before: int | None = None,
    size: int = PAGE,
    number: sa.ColumnElement[str] | None = None,
    with_purpose: bool = True,
) -> list[Line]:
    """The lines that `clause` asks for, the newest first; one statement.

    What somebody wrote as the purpose of opening an identity may tell of the case: `with_purpose` is for who may read that.
    """
    query = (
        sa.select(AccessEntry, sa.func.coalesce(User.name, ""), sa.func.coalesce(Case.number if number is None else number, ""))
        .outerjoin(User, User.id == AccessEntry.user_id)
        .outerjoin(Case, Case.id == AccessEntry.case_id)
        .where(clause)
    )
    if before is not None:
        query = query.where(AccessEntry.id < before)
    rows = session.execute(query.order_by(AccessEntry.id.desc()).limit(size))
    return [_line(entry, name, found, with_purpose=with_purpose) for entry, name, found in rows]


def _line(entry: AccessEntry, name: str, number: str, *, with_purpose: bool) -> Line:
    return Line(
        id=entry.id,
        at=entry.at,
        name=name,
        roles=entry.roles,
        what=label(entry.act),
        thing=thing_told(entry.thing),
        number=number,
        allowed=entry.allowed,
        channel=entry.channel,
        purpose=entry.purpose if with_purpose else "",
    )


def roles_told(roles: str) -> tuple[Message, ...]:
    """The roles of a line; one that another of them says more of is left out (`requesting` beside `requesting_filer`)."""
    held = [role for role in roles.split(",") if role]
    return tuple(label(Role(role)) for role in held if not any(other.startswith(f"{role}_") for other in held))


KINDS_OF_THING: Final = frozenset(
    {"case", "paper", "submission", "draft", "letter", "decision", "bundle", "user", "organisation"}
)


def thing_told(thing: str) -> Message:
    """What kind of thing it was, with the number of its row; others by the name of their table alone would say nothing to who reads."""
    table, _, row = thing.partition(" ")
    if not table:
        return Message("oversight.thing.none")
    return Message(f"oversight.thing.{table if table in KINDS_OF_THING else 'other'}", row=row)


def next_page(found: Sequence[Line | Opening], size: int = PAGE) -> int | None:
    """What the next page lies before; None on the last page. Takes one more than a page."""
    return found[size - 1].id if len(found) > size else None
