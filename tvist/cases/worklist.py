"""The worklist: cases a person may open, filtered, searched, sorted, 50 a page by key. Start at `worklist`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tvist.access.policy import Role
from tvist.cases.finding import found_in
from tvist.cases.lifecycle import OPEN, State
from tvist.cases.models import Case, Party, Side
from tvist.cases.people import Assignment
from tvist.cases.queries import handled_by_or_for, knows_file, read_number, sees_task, visible_to, waits_for
from tvist.cases.sendings import hidden_claims
from tvist.cases.turns import CHANCES, DELIBERATION, owner_of
from tvist.cases.waiting import Desk, Task
from tvist.procedure.codes import CodeKind, code_label, is_code
from tvist.register.regions import state_regions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import InstrumentedAttribute, Session

    from tvist.accounts.models import User
    from tvist.vault.keys import MasterKeys
    from tvist.words import Message

PAGE: Final = 50
SOON: Final = timedelta(days=7)
"""What is due within so many days stands under `soon`."""
MOST_COUNTED: Final = 1000
"""No more are counted: a thousand or ten thousand is the same to who reads it."""
LONGEST_SEARCH: Final = 200
_FAR: Final = date.max
Member = TypeVar("Member", bound=StrEnum)


class WhoseTurn(StrEnum):
    """Who is waited for."""

    ME = "me"
    SECRETARIAT = "secretariat"
    PARTIES = "parties"
    PANEL = "panel"
    OTHERS = "others"  # Anybody but the reader.


class Handling(StrEnum):
    """Who of the secretariat handles the case."""

    ME = "me"  # The reader, or one the reader stands in for.
    NOBODY = "nobody"
    OTHERS = "others"


class Sorting(StrEnum):
    """In which order the cases stand."""

    NUMBER = "number"  # The newest first.
    RECEIVED = "received"  # The newest first.
    PARTIES = "parties"
    DUE = "due"  # The soonest first.


@dataclass(frozen=True)
class Wanted:
    """What the reader asks for; what was not understood is left out. `after` and `before` are case numbers as in an address."""

    text: str = ""
    state: State | None = None
    region: str = ""
    measure: str = ""
    year: int | None = None
    turn: WhoseTurn | None = None
    handling: Handling | None = None
    is_overdue: bool = False
    is_soon: bool = False
    is_resting: bool = False
    sort: Sorting = Sorting.NUMBER
    after: str = ""
    before: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out of the list."""
        return replace(self, sort=Sorting.NUMBER, after="", before="") != Wanted()

    def as_address(self, **changes: str) -> dict[str, str]:
        """The same wish as the parameters of an address, from its first page unless `changes` says otherwise."""
        said: dict[str, str | bool] = {
            "q": self.text,
            "state": self.state or "",
            "region": self.region,
            "measure": self.measure,
            "year": str(self.year or ""),
            "turn": self.turn or "",
            "handling": self.handling or "",
        }
        said |= {"overdue": self.is_overdue, "soon": self.is_soon, "resting": self.is_resting}
        said |= {"sort": "" if self.sort is Sorting.NUMBER else self.sort}
        return {name: "1" if value is True else str(value) for name, value in (said | changes).items() if value}


@dataclass(frozen=True)
class Row:
    """A case in the list. `claimed_ore` is None for one who may not know yet; `turns` are those waited for, each once."""

    case: Case
    measure: Message
    requesting: tuple[str, ...]
    opposing: tuple[str, ...]
    claimed_ore: int | None
    turns: tuple[Message, ...]
    due_on: date | None
    is_target: bool
    is_overdue: bool
    is_mine: bool


@dataclass(frozen=True)
class Worklist:
    """One page of the list; `earlier` and `later` are the case numbers that the pages before and after hang on, empty where there is none."""

    rows: list[Row]
    earlier: str
    later: str


def read_wanted(said: Mapping[str, str]) -> Wanted:
    """What an address asks for. What is none of our words is left out, never an error: the form shows what counts."""
    year = said.get("year", "")
    return Wanted(
        text=" ".join(said.get("q", "").split())[:LONGEST_SEARCH],
        state=_member(State, said.get("state")),
        region=said.get("region", "") if said.get("region") in {region.code for region in state_regions()} else "",
        measure=said.get("measure", "") if is_code(CodeKind.MEASURE, said.get("measure", "")) else "",
        year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,  # noqa: PLR2004 - a year has four digits.
        turn=_member(WhoseTurn, said.get("turn")),
        handling=_member(Handling, said.get("handling")),
        is_overdue=bool(said.get("overdue")),
        is_soon=bool(said.get("soon")),
        is_resting=bool(said.get("resting")),
        sort=_member(Sorting, said.get("sort")) or Sorting.NUMBER,
        after=said.get("after", ""),
        before=said.get("before", ""),
    )


def _member(kind: type[Member], value: str | None) -> Member | None:
    return kind(value) if value in {member.value for member in kind} else None


def number_leads_to(session: Session, user: User, text: str, on: date) -> str:
    """The case whose number `text` is, in any form, as in an address, if the person may open it; else empty (rule 15)."""
    number = read_number(text)
    if number is None:
        return ""
    case = session.scalar(sa.select(Case).where(Case.year == number[0], Case.serial == number[1], visible_to(user, on)))
    return case.slug if case else ""


def worklist(session: Session, keys: MasterKeys, wanted: Wanted, *, user: User, on: date) -> Worklist:
    """The page of cases that `wanted` asks for, of those that `user` may open that day."""
    clauses = [visible_to(user, on), *_narrowed(wanted, user, on)]
    if wanted.text:
        clauses.append(found_in(session, keys, wanted.text, user=user, on=on))
    order = _ORDERS[wanted.sort]
    backwards = bool(wanted.before) and not wanted.after
    at = _place(session, order, wanted.before if backwards else wanted.after, user=user, on=on)
    if at is not None:
        clauses.append(order.beyond(at, backwards=backwards))
    query = sa.select(Case, knows_file(user, on)).where(*clauses).order_by(*order.columns(backwards=backwards)).limit(PAGE + 1)
    found = session.execute(query.options(selectinload(Case.parties))).all()
    more = len(found) > PAGE
    found = list(found[:PAGE])[:: -1 if backwards else 1]
    rows = _rows(session, [(case, knows) for case, knows in found], user, on)
    has_earlier, has_later = (more, at is not None) if backwards else (at is not None, more)
    return Worklist(rows, rows[0].case.slug if rows and has_earlier else "", rows[-1].case.slug if rows and has_later else "")


def count_of(session: Session, wanted: Wanted, *, user: User, on: date) -> int:
    """How many cases the filters of `wanted` leave, of those that `user` may open; at most `MOST_COUNTED`. Its text is not searched for."""
    found = sa.select(Case.id).where(visible_to(user, on), *_narrowed(wanted, user, on)).limit(MOST_COUNTED).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(found)) or 0


def handled_by(handling: Handling, user: User, on: date) -> sa.ColumnElement[bool]:
    """The clause of the cases that `user`, nobody, or another officer handles; only open cases are handled by nobody."""
    standing = sa.and_(Assignment.case_id == Case.id, Assignment.ended_at.is_(None))
    if handling is Handling.NOBODY:
        return sa.and_(Case.state.in_(OPEN), ~sa.exists().where(standing))
    own = sa.exists().where(standing, handled_by_or_for(user, on))
    return own if handling is Handling.ME else sa.and_(sa.exists().where(standing), ~own)


@dataclass(frozen=True)
class _Order:
    """Columns that together name a place in the list, all going one way."""

    keys: tuple[sa.ColumnElement[Any] | InstrumentedAttribute[Any], ...]
    is_descending: bool = False

    def columns(self, *, backwards: bool) -> list[sa.ColumnElement[Any]]:
        return [key.desc() if self.is_descending != backwards else key.asc() for key in self.keys]

    def beyond(self, at: Sequence[object], *, backwards: bool) -> sa.ColumnElement[bool]:
        here = sa.tuple_(*self.keys)
        there = sa.tuple_(*(sa.literal(value, key.type) for value, key in zip(at, self.keys, strict=True)))
        return here < there if self.is_descending != backwards else here > there


_NEXT_DUE: Final = sa.func.coalesce(
    sa.select(sa.func.min(Task.due_on))
    .where(Task.case_id == Case.id, Task.kind.not_in(CHANCES), Task.done_at.is_(None))
    .correlate(Case)
    .scalar_subquery(),
    sa.literal(_FAR, sa.Date()),
    type_=sa.Date(),
)
_ORDERS: Final = {
    Sorting.NUMBER: _Order((Case.year, Case.serial), is_descending=True),
    Sorting.RECEIVED: _Order((Case.received_on, Case.id), is_descending=True),
    Sorting.PARTIES: _Order((Case.parties_sort_key, Case.id)),
    Sorting.DUE: _Order((_NEXT_DUE, Case.id)),
}


def _place(session: Session, order: _Order, slug: str, *, user: User, on: date) -> Sequence[object] | None:
    """Where a case stands in the order; None for no number, or a case the person may not open, whose place tells nothing."""
    number = read_number(slug)
    if number is None:
        return None
    return session.execute(
        sa.select(*order.keys).where(Case.year == number[0], Case.serial == number[1], visible_to(user, on))
    ).first()


def _narrowed(wanted: Wanted, user: User, on: date) -> list[sa.ColumnElement[bool]]:
    chosen = (
        (Case.state, wanted.state),
        (Case.region_code, wanted.region),
        (Case.measure, wanted.measure),
        (Case.year, wanted.year),
    )
    clauses = [column == value for column, value in chosen if value]
    waiting = sa.and_(Task.case_id == Case.id, Task.kind.not_in(CHANCES), Task.done_at.is_(None), sees_task(user, on))
    if wanted.turn:
        clauses.append(sa.exists().where(waiting, _turn_of(wanted.turn, user, on)))
    if wanted.handling:
        clauses.append(handled_by(wanted.handling, user, on))
    if wanted.is_overdue:
        clauses.append(sa.exists().where(waiting, Task.due_on < on))
    if wanted.is_soon:
        clauses.append(sa.exists().where(waiting, Task.due_on.between(on, on + SOON)))
    if wanted.is_resting:
        clauses.append(Case.resting_until >= on)
    return clauses


def _turn_of(turn: WhoseTurn, user: User, on: date) -> sa.ColumnElement[bool]:
    if turn is WhoseTurn.ME:
        return waits_for(user, on)
    if turn is WhoseTurn.OTHERS:
        # Not `NOT (...)`: a task that waits for a party has no person, and nothing is known of nobody.
        return sa.case((waits_for(user, on), 0), else_=1) == 1
    if turn is WhoseTurn.SECRETARIAT:
        return Task.desk == Desk.SECRETARIAT
    return (
        Task.party_id.is_not(None) if turn is WhoseTurn.PARTIES else sa.or_(Task.user_id.is_not(None), Task.desk == Desk.LEADER)
    )


def _rows(session: Session, found: list[tuple[Case, bool]], user: User, on: date) -> list[Row]:
    """The cases with whom they wait for. One who knows only parties and subject sees only what waits for them (rule 29)."""
    knows = {case.id: is_known for case, is_known in found}
    mine = sa.case((waits_for(user, on), 1), else_=0)
    query = (
        sa.select(Task, mine)
        .where(Task.case_id.in_(knows), Task.kind.not_in(CHANCES), Task.done_at.is_(None), sees_task(user, on))
        .order_by(Task.due_on.is_(None), Task.due_on, Task.id)
    )
    tasks: dict[int, list[tuple[Task, bool]]] = {case.id: [] for case, _ in found}
    for task, waits in session.execute(query.options(joinedload(Task.user))):
        if waits or knows[task.case_id]:
            tasks[task.case_id].append((task, bool(waits)))
    names = Role.SECRETARIAT in user.roles_on(on)
    hidden = hidden_claims(session, user, list(knows), on)
    return [
        _row(case, tasks[case.id], on, claimed_ore=case.claimed_ore - hidden.get(case.id, 0) if is_known else None, names=names)
        for case, is_known in found
    ]


def _row(case: Case, tasks: list[tuple[Task, bool]], on: date, *, claimed_ore: int | None, names: bool) -> Row:
    due = next((task for task, _ in tasks if task.due_on), None)
    return Row(
        case=case,
        measure=code_label(CodeKind.MEASURE, case.measure),
        requesting=_names(case.parties_on(Side.REQUESTING)),
        opposing=_names(case.parties_on(Side.OPPOSING)),
        claimed_ore=claimed_ore,
        turns=tuple(dict.fromkeys(owner_of(task, with_names=names and task.kind not in DELIBERATION) for task, _ in tasks)),
        due_on=due.due_on if due else None,
        is_target=due is not None and due.is_target,
        is_overdue=due is not None and due.due_on is not None and due.due_on < on,
        is_mine=any(waits for _, waits in tasks),
    )


def _names(parties: list[Party]) -> tuple[str, ...]:
    return tuple(party.name for party in parties)
