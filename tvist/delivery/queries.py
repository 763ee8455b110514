"""Questions about letters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from tvist.access.policy import Role
from tvist.accounts.models import Organisation, OrganisationKind
from tvist.cases.history import Declaration, Statement
from tvist.cases.models import Case, Party
from tvist.cases.queries import visible_to
from tvist.cases.submissions import Serving
from tvist.cases.waiting import Task
from tvist.db import locked
from tvist.delivery.models import MAILBOX_ROLES, NOT_ARRIVED, READERS_OF_KEYS, Letter, Recipient
from tvist.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from sqlalchemy.orm import Session

    from tvist.accounts.models import MembershipRole, User

PAGE = 50


def letters_to(session: Session, user: User, on: date, *, before: int | None = None) -> tuple[list[Letter], int | None]:
    """The letters addressed to the person, or to the mailbox of the person's workplace, newest first: one page, and the key of the next.

    The same answer as the role OWNER of `Letter.roles_for`. `before` is the key that an earlier page gave.
    """
    query = sa.select(Letter).where(_is_to(user, on)).options(joinedload(Letter.case))
    if before is not None:
        query = query.where(Letter.id < before)
    found = list(session.scalars(query.order_by(Letter.id.desc()).limit(PAGE + 1)))
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def letter_at(session: Session, public_id: str) -> Letter:
    """The letter with that identifier; in a writing session its case is held, as for every act on a case. Raises `NotFound`."""
    case_id = session.scalar(sa.select(Letter.case_id).where(Letter.public_id == public_id))
    if case_id is not None:
        session.scalars(locked(session, sa.select(Case).where(Case.id == case_id), Case)).one()
    found = session.scalar(sa.select(Letter).where(Letter.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def recipient_at(session: Session, public_id: str, number: int) -> Recipient:
    """A recipient of the letter with that identifier, by its own number. Raises `NotFound`."""
    letter = letter_at(session, public_id)
    found = next((recipient for recipient in letter.recipients if recipient.id == number), None)
    if found is None:
        raise NotFound
    return found


def letters_of_case(session: Session, user: User, case: Case, on: date) -> list[Letter]:
    """The letters of a case that the person may read, newest first, with recipients: all of them for the secretariat."""
    query = sa.select(Letter).where(Letter.case_id == case.id)
    if Role.SECRETARIAT not in case.roles_for(user, on):
        query = query.where(_is_to(user, on))
    loaded = query.options(
        joinedload(Letter.party),
        selectinload(Letter.servings),
        selectinload(Letter.recipients).options(
            joinedload(Recipient.user), selectinload(Recipient.notices), selectinload(Recipient.sent_again)
        ),
    )
    return list(session.scalars(loaded.order_by(Letter.id.desc())))


def not_arrived(letters: Iterable[Letter]) -> int:
    """How many recipients a letter did not reach, or perhaps did not, and no officer has dealt with."""
    return sum(found.needs_an_officer for letter in letters for found in letter.recipients)


def waiting_for_approval(session: Session, user: User, on: date) -> list[Letter]:
    """The letters that wait for an officer, in the cases `user` may open; the oldest first."""
    query = (
        sa.select(Letter).join(Letter.case).where(Letter.released_at.is_(None), Letter.stopped_at.is_(None), visible_to(user, on))
    )
    return list(session.scalars(query.options(joinedload(Letter.party), contains_eager(Letter.case)).order_by(Letter.id)))


def not_dealt_with(session: Session, user: User, on: date, *, limit: int | None = None) -> list[Recipient]:
    """Whom a letter did not reach, or perhaps did not, in the cases `user` may open and outside cases; the newest first."""
    query = _not_dealt_with(sa.select(Recipient), user, on)
    loaded = query.options(contains_eager(Recipient.letter).contains_eager(Letter.case), joinedload(Recipient.user))
    return list(session.scalars(loaded.order_by(Recipient.id.desc()).limit(limit)))


def count_not_dealt_with(session: Session, user: User, on: date) -> int:
    """How many there are in `not_dealt_with`."""
    return session.scalar(_not_dealt_with(sa.select(sa.func.count(Recipient.id)), user, on)) or 0


def _not_dealt_with(query: sa.Select[Any], user: User, on: date) -> sa.Select[Any]:
    return (
        query.join(Recipient.letter)
        .outerjoin(Letter.case)
        .where(
            Recipient.fate.in_(NOT_ARRIVED),
            Recipient.opened_at.is_(None),
            Recipient.dealt_with_at.is_(None),
            sa.or_(Letter.case_id.is_(None), visible_to(user, on)),
        )
    )


def stopped_and_owing(session: Session, user: User, on: date) -> list[Letter]:
    """Stopped letters whose sendings or clocks still wait, in the cases `user` may open: each must be written again, or its turn is nobody's."""
    serves = sa.exists().where(Serving.letter_id == Letter.id, Serving.served_at.is_(None), Serving.fell_at.is_(None))
    starts = Letter.starts.has(sa.and_(Task.done_at.is_(None), Task.starts_on.is_(None)))
    query = (
        sa.select(Letter)
        .join(Letter.case)
        .where(Letter.stopped_at.is_not(None), sa.or_(serves, starts), visible_to(user, on))
        .options(joinedload(Letter.party), contains_eager(Letter.case))
        .order_by(Letter.id)
    )
    return [found for found in session.scalars(query) if not is_replaced(session, found)]


def what_it_serves(session: Session, letter: Letter) -> list[tuple[Serving, Task | None]]:
    """The sendings that the letter serves, or is to serve, and the task whose clock starts with each; what fell as well."""
    tasks = {
        task.id: task
        for task in session.scalars(
            sa.select(Task).where(Task.id.in_([found.task_id for found in letter.servings if found.task_id is not None]))
        )
    }
    return [(found, tasks.get(found.task_id) if found.task_id else None) for found in letter.servings]


def is_replaced(session: Session, letter: Letter) -> bool:
    """Whether a later letter starts the same clock, of a letter that serves nothing itself."""
    if letter.starts_id is None:
        return False
    later = sa.select(Letter.id).where(Letter.starts_id == letter.starts_id, Letter.id > letter.id, Letter.stopped_at.is_(None))
    return session.scalar(later.limit(1)) is not None


def mailbox_of_secretariat(session: Session) -> str:
    """Where the secretariat is written to; empty before it has an address."""
    return (
        session.scalar(
            sa.select(Organisation.mailbox).where(Organisation.kind == OrganisationKind.BODY).order_by(Organisation.id).limit(1)
        )
        or ""
    )


def _is_to(user: User, on: date) -> sa.ColumnElement[bool]:
    by_name = Letter.recipients.any(Recipient.user_id == user.id)
    by_mailbox = sa.or_(
        sa.and_(Letter.kind.not_in(READERS_OF_KEYS), _in_mailbox_of(user, on, MAILBOX_ROLES)),
        *(sa.and_(Letter.kind == kind, _in_mailbox_of(user, on, readers)) for kind, readers in READERS_OF_KEYS.items()),
    )
    is_let_go = sa.and_(Letter.released_at.is_not(None), Letter.stopped_at.is_(None))
    return sa.and_(is_let_go, _is_acted_for(user, on), sa.or_(by_name, sa.and_(by_mailbox, ~_has_conflict(user))))


def _is_acted_for(user: User, on: date) -> sa.ColumnElement[bool]:
    """The clause of `Letter.is_acted_for`."""
    if user.acting_for_id is None:
        return sa.true()
    own_party = sa.or_(Letter.party_id.is_(None), Letter.party.has(Party.organisation_id == user.acting_for_id))
    return sa.or_(Letter.case_id.is_(None), sa.and_(own_party, Letter.case.has(visible_to(user, on))))


def _in_mailbox_of(user: User, on: date, roles: Collection[MembershipRole]) -> sa.ColumnElement[bool]:
    mailboxes = [found.organisation.mailbox for found in user.memberships_on(on) if found.role in roles]
    return Letter.recipients.any(sa.and_(Recipient.user_id.is_(None), Recipient.address.in_(mailboxes)))


def _has_conflict(user: User) -> sa.ColumnElement[bool]:
    """One who has declared a conflict for the case reads none of its letters in the mailbox (rule 29)."""
    last = sa.select(sa.func.max(Declaration.id)).where(Declaration.case_id == Letter.case_id, Declaration.user_id == user.id)
    return sa.exists().where(
        Declaration.id == last.correlate(Letter).scalar_subquery(), Declaration.statement == Statement.CONFLICT
    )
