"""Questions about cases. Who may see belongs in the WHERE, not in a loop after."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from tvist.access.policy import Role
from tvist.accounts.models import Absence, Membership
from tvist.cases.claims import ClaimLine
from tvist.cases.history import Declaration, Event, Statement
from tvist.cases.lifecycle import State
from tvist.cases.models import Case, Party, TeamMember
from tvist.cases.people import Assignment
from tvist.cases.submissions import Serving, Submission, SubmissionKind
from tvist.cases.turns import CHANCES, SEEN_BY
from tvist.cases.waiting import DESKS, Task, TaskKind
from tvist.db import locked
from tvist.errors import NotFound

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session
    from sqlalchemy.orm.interfaces import ORMOption

    from tvist.accounts.models import User

FIRST_YEAR_OF_NUMBERS = 2008
_FORMS = (
    re.compile(r"(?P<year>\d{4})\s*[/-]\s*(?P<serial>\d{1,6})"),  # 2026/0001, 2017/2968
    re.compile(r"(?P<serial>\d{1,6})\s*[/-]\s*(?P<year>\d{2})"),  # 9/10
)


def read_number(text: str) -> tuple[int, int] | None:
    """Year and serial from a case number in any of its forms (rule 15): `2026/0001`, `2026-1`, `2017/2968`, `9/10`; None if it is none."""
    cleaned = text.strip().lower().removeprefix("sak").strip()
    for form in _FORMS:
        if found := form.fullmatch(cleaned):
            year = int(found["year"])
            return (year if year > 99 else 2000 + year), int(found["serial"])  # noqa: PLR2004 - two digits end at 99.
    return None


def case_by_number(session: Session, text: str, *options: ORMOption) -> Case:
    """The case with that number, in any of its forms; locked in a writing session. Raises `NotFound`."""
    found = read_number(text)
    if found is None:
        raise NotFound
    query = sa.select(Case).where(Case.year == found[0], Case.serial == found[1]).options(*options)
    case = session.scalar(locked(session, query, Case))
    if case is None:
        raise NotFound
    return case


def case_at(session: Session, slug: str) -> Case:
    """The case whose number stands in an address as `2026-0001`. Raises `NotFound`."""
    return case_by_number(session, slug)


def load_case_page(session: Session, case: Case) -> None:
    """Load all that the page of the case shows, in as many statements for two lines as for twenty.

    After the guard, for a stranger waits as long for the answer whatever the case holds.
    """
    seat, decision = Case.seats.property.mapper.class_, Case.decision.property.mapper.class_
    query = sa.select(Case).where(Case.id == case.id)
    loaded = query.options(
        selectinload(Case.parties).options(joinedload(Party.organisation), selectinload(Party.team)),
        selectinload(Case.lines).selectinload(ClaimLine.concessions),
        selectinload(Case.events).joinedload(Event.by),
        selectinload(Case.tasks).joinedload(Task.user),
        selectinload(Case.endings),
        selectinload(Case.declarations),
        selectinload(Case.submissions).options(
            selectinload(Submission.papers),
            selectinload(Submission.servings),
            selectinload(Submission.line_answers),
            selectinload(Submission.page_comments),
            joinedload(Submission.by),
            joinedload(Submission.late),
            joinedload(Submission.let_in),
        ),
        selectinload(Case.petition),
        selectinload(Case.dismissal_proposals),
        selectinload(Case.seats).options(joinedload(seat.user), joinedload(seat.appointment)),
        selectinload(Case.decision).selectinload(decision.outcomes),
    )
    # What the guard has looked at is loaded again, with all that belongs to it.
    session.scalars(loaded.execution_options(populate_existing=True)).one()


def visible_to(user: User, on: date) -> sa.ColumnElement[bool]:
    """The clause by which `user` may open a case that day: the same answer as `may(user, OPEN_CASE, case)`, in the WHERE."""
    general = user.roles_on(on)
    latest = aliased(Declaration)
    # Said by name, for a subquery in a subquery does not find the case of the list by itself: the last declaration in any case would count.
    last = (
        sa.select(sa.func.max(latest.id))
        .where(latest.case_id == Case.id, latest.user_id == user.id)
        .correlate(Case)
        .scalar_subquery()
    )
    conflict = sa.or_(
        sa.exists().where(Declaration.id == last, Declaration.statement == Statement.CONFLICT), _was_ruled_out(user)
    )
    ways = [_in_team(user, on), _in_seat(user), _is_to_rule(user)]
    if Role.SECRETARIAT in general:
        ways.append(sa.true())
    if Role.LEADER in general:
        ways.append(sa.or_(Case.dismissal_proposals.any(), Case.state == State.DECIDED))
    return sa.and_(sa.or_(*ways), ~conflict)


def knows_file(user: User, on: date) -> sa.ColumnElement[bool]:
    """The clause by which `user` knows what a case they may open holds, and its sums: the request was sent by their party or served on it, or they are of the body.

    One who is called to a seat and has not declared does not (rule 29); the leader reads what was decided.
    """
    ways = [_has_petition(user, on), seated_and_declared(user)]
    if Role.SECRETARIAT in user.roles_on(on):
        ways.append(reads_for_the_body(user))
    if Role.LEADER in user.roles_on(on):
        ways.append(sa.and_(Case.state == State.DECIDED, reads_for_the_body(user)))
    return sa.or_(*ways)


def reads_for_the_body(user: User) -> sa.ColumnElement[bool]:
    """The clause of the cases that one of the body reads: not one with a secret address before they have declared for it (rule 8)."""
    latest = aliased(Declaration)
    last = (
        sa.select(sa.func.max(latest.id))
        .where(latest.case_id == Case.id, latest.user_id == user.id)
        .correlate(Case)
        .scalar_subquery()
    )
    declared = sa.exists().where(Declaration.id == last, Declaration.statement == Statement.NONE)
    return sa.or_(Case.is_address_secret.is_(False), declared)


def seated_and_declared(user: User) -> sa.ColumnElement[bool]:
    """The clause by which `user` sits in a case and has declared no conflict since being called, or was cleared: the panel that reads (rule 29)."""
    seat, challenge = Case.seats.property.mapper.class_, Case.challenges.property.mapper.class_
    latest = aliased(Declaration)
    last = (
        sa.select(sa.func.max(latest.id))
        .where(latest.case_id == Case.id, latest.user_id == user.id)
        .correlate(Case)
        .scalar_subquery()
    )
    cleared = sa.exists().where(challenge.declaration_id == Declaration.id, challenge.stays.is_(True))
    declared = sa.exists().where(
        Declaration.id == last,
        Declaration.at >= seat.seated_at,
        sa.or_(Declaration.statement == Statement.NONE, sa.and_(Declaration.statement == Statement.DOUBT, cleared)),
    )
    return Case.seats.any(sa.and_(seat.user_id == user.id, seat.left_at.is_(None), declared))


def waits_for(user: User, on: date) -> sa.ColumnElement[bool]:
    """The clause by which an open task waits for `user` that day: in person, through a party's case team, or at a desk they hold."""
    general = user.roles_on(on)
    desks = [desk for desk, role in DESKS.items() if role in general]
    ways = [Task.user_id == user.id, Task.party_id.in_(parties_of(user, on))]
    if desks:
        ways.append(Task.desk.in_(desks))
    return sa.and_(is_waited_for(on), sa.or_(*ways))


def handled_by_or_for(user: User, on: date) -> sa.ColumnElement[bool]:
    """The clause of the assignments to `user`, or to somebody whom `user` stands in for that day."""
    away = sa.select(Absence.user_id).where(
        Absence.stand_in_id == user.id, Absence.ended_at.is_(None), Absence.from_on <= on, Absence.to_on >= on
    )
    return sa.or_(Assignment.user_id == user.id, Assignment.user_id.in_(away))


def is_waited_for(on: date) -> sa.ColumnElement[bool]:
    """The clause of the open tasks, without chances whose time is out (an objection that nobody made, rule 30)."""
    return sa.and_(Task.done_at.is_(None), sa.or_(Task.kind.not_in(CHANCES), Task.due_on.is_(None), Task.due_on >= on))


def sees_task(user: User, on: date) -> sa.ColumnElement[bool]:
    """The clause of the tasks that may be shown to `user`: the same answer as `turns.is_kept_from`, in the WHERE."""
    in_team = sa.exists().where(Party.case_id == Task.case_id, *_team_of(user, on)).correlate(Task)
    is_officer: sa.ColumnElement[bool] = sa.false()
    if Role.SECRETARIAT in user.roles_on(on):
        is_officer = sa.exists().where(Case.id == Task.case_id, reads_for_the_body(user)).correlate(Task)
    sits = sa.exists().where(Case.id == Task.case_id, seated_and_declared(user)).correlate(Task)
    rules = sa.exists().where(Case.id == Task.case_id, _is_to_rule(user)).correlate(Task)
    held = {Role.REQUESTING: in_team, Role.OPPOSING: in_team, Role.SECRETARIAT: is_officer, Role.SEATED: sits, Role.RULING: rules}
    told = [sa.and_(Task.kind == kind, sa.or_(*(held[role] for role in sorted(readers)))) for kind, readers in SEEN_BY.items()]
    in_exchange = sa.exists().where(Case.id == Task.case_id, Case.state == State.EXCHANGE).correlate(Task)
    looks_through = sa.or_(Task.kind != TaskKind.PASS_ON, is_officer, in_exchange)
    return sa.and_(looks_through, sa.or_(Task.kind.not_in(SEEN_BY), *told))


def _is_to_rule(user: User) -> sa.ColumnElement[bool]:
    """Asked to rule on another member's impartiality, and not ruled yet (rules 29, 30)."""
    challenge = Case.challenges.property.mapper.class_
    ruling = challenge.rulings.property.mapper.class_
    awaited = sa.and_(ruling.user_id == user.id, ruling.ruled_at.is_(None), ruling.fell_at.is_(None))
    return Case.challenges.any(sa.and_(challenge.decided_at.is_(None), challenge.rulings.any(awaited)))


def _was_ruled_out(user: User) -> sa.ColumnElement[bool]:
    """The others ruled that the person steps down: the same answer as `Challenge.is_out`, in the WHERE (rules 29, 30)."""
    challenge, seat = Case.challenges.property.mapper.class_, Case.seats.property.mapper.class_
    is_out = sa.and_(challenge.stays.is_(False), challenge.ended_by != "left")
    return Case.challenges.any(sa.and_(is_out, challenge.seat.has(seat.user_id == user.id)))


def parties_of(user: User, on: date) -> sa.Select[int]:
    """The parties in whose case team `user` is that day, as ids."""
    return sa.select(Party.id).where(*_team_of(user, on))


def _team_of(user: User, on: date) -> tuple[sa.ColumnElement[bool], ...]:
    """In the case team, still working for the organisation, signed in to act for it, and the party brought in (rule 5)."""
    acting = sa.true() if user.acting_for_id is None else Party.organisation_id == user.acting_for_id
    return (
        acting,
        Party.left_at.is_(None),
        Party.brought_in_at.is_not(None),
        sa.exists().where(
            TeamMember.party_id == Party.id,
            TeamMember.user_id == user.id,
            TeamMember.from_on <= on,
            sa.or_(TeamMember.to_on.is_(None), TeamMember.to_on >= on),
        ),
        sa.exists().where(
            Membership.user_id == user.id,
            Membership.organisation_id == Party.organisation_id,
            Membership.from_on <= on,
            sa.or_(Membership.to_on.is_(None), Membership.to_on >= on),
        ),
    )


def _in_team(user: User, on: date) -> sa.ColumnElement[bool]:
    return sa.exists().where(Party.case_id == Case.id, *_team_of(user, on)).correlate(Case)


def _has_petition(user: User, on: date) -> sa.ColumnElement[bool]:
    served = Submission.servings.any(sa.and_(Serving.party_id == Party.id, Serving.stands()))
    return (
        sa.exists()
        .where(
            Party.case_id == Case.id,
            *_team_of(user, on),
            Submission.case_id == Case.id,
            Submission.kind == SubmissionKind.PETITION,
            sa.or_(Submission.party_id == Party.id, served),
        )
        .correlate(Case)
    )


def _in_seat(user: User) -> sa.ColumnElement[bool]:
    seat = Case.seats.property.mapper.class_
    return Case.seats.any(sa.and_(seat.user_id == user.id, seat.left_at.is_(None)))
