"""A breach of security (GDPR art. 33-34): who saw what, from when to when; what was done about it; and the draft of what the authority is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tvist.access.policy import Act
from tvist.accesslog.models import AccessEntry
from tvist.accounts.models import SignIn, User
from tvist.cases.models import Case
from tvist.errors import CannotProceed, NotFound
from tvist.oversight.models import Breach, BreachDone, BreachStep
from tvist.oversight.openings import roles_told
from tvist.words import Message, label

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.documents.models import Paper

TIME_TO_TELL: Final = timedelta(hours=72)
"""How long after it was known the authority is to be told (GDPR art. 33)."""
BUNDLE_ACTS: Final = (Act.READ_BUNDLE, Act.READ_COPY, Act.COPY_BUNDLE)
"""Who reads the bundle may have read any paper in it."""
MOST_SIGN_INS: Final = 200


@dataclass(frozen=True)
class Asked:
    """What is asked of the log: a case, a paper of it, a person; each may be None, and not all; from a moment until another, not included."""

    case: Case | None
    paper: Paper | None
    user: User | None
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True)
class Seer:
    """One person in one set of roles, with how often and when; a job or a command has no name."""

    name: str
    roles: str
    count: int
    denied: int
    first_at: datetime
    last_at: datetime

    @property
    def held(self) -> tuple[Message, ...]:
        """What the person was to what they opened."""
        return roles_told(self.roles)


@dataclass(frozen=True)
class Told:
    """How many: persons who were let in, lines, and lines of those who were denied."""

    persons: int
    opened: int
    denied: int


def asked_of(breach: Breach, sign_in: SignIn | None = None) -> Asked:
    """What a breach asks of the log; narrowed to one sign-in of its person."""
    return within(Asked(breach.case, breach.paper, breach.user, breach.from_at, breach.until_at), sign_in)


def within(asked: Asked, sign_in: SignIn | None) -> Asked:
    """What is asked, as long as the sign-in lasted. The log knows persons, not sign-ins: two at once cannot be told apart."""
    if sign_in is None:
        return asked
    from_at, until_at = max(asked.from_at, sign_in.began_at), min(asked.until_at, sign_in.ended_at or sign_in.expires_at)
    return replace(asked, from_at=from_at, until_at=until_at)


def clause_of(asked: Asked) -> sa.ColumnElement[bool]:
    """The lines of the log that answer."""
    clauses = [AccessEntry.at >= asked.from_at, AccessEntry.at < asked.until_at]
    if asked.paper is not None:
        in_bundle = sa.and_(AccessEntry.case_id == asked.paper.case_id, AccessEntry.act.in_(BUNDLE_ACTS))
        clauses.append(sa.or_(AccessEntry.thing == f"paper {asked.paper.id}", in_bundle))
    elif asked.case is not None:
        clauses.append(AccessEntry.case_id == asked.case.id)
    if asked.user is not None:
        clauses.append(AccessEntry.user_id == asked.user.id)
    return sa.and_(*clauses)


def seers(session: Session, asked: Asked) -> list[Seer]:
    """Each person with what they were, how often, and from when to when; who opened most stands first. One statement."""
    denied = sa.func.sum(sa.case((AccessEntry.allowed, 0), else_=1))
    query = (
        sa.select(User.name, AccessEntry.roles, sa.func.count(), denied, sa.func.min(AccessEntry.at), sa.func.max(AccessEntry.at))
        .outerjoin(User, User.id == AccessEntry.user_id)
        .where(clause_of(asked))
        .group_by(AccessEntry.user_id, User.name, AccessEntry.roles)
        .order_by(sa.func.count().desc(), User.name, AccessEntry.roles)
    )
    return [
        Seer(name or "", roles, count, int(no or 0), first, last)
        for name, roles, count, no, first, last in session.execute(query)
    ]


def told_of(session: Session, asked: Asked) -> Told:
    """The counts."""
    opened = sa.func.coalesce(sa.func.sum(sa.case((AccessEntry.allowed, 1), else_=0)), 0)
    persons = sa.func.count(sa.distinct(sa.case((AccessEntry.allowed, AccessEntry.user_id))))
    row = session.execute(sa.select(persons, opened, sa.func.count()).where(clause_of(asked))).one()
    return Told(int(row[0]), int(row[1]), int(row[2]) - int(row[1]))


def open_breach(session: Session, asked: Asked, *, known_at: datetime, by: User, at: datetime) -> Breach:
    """Begin to look into a breach. Raises CannotProceed where nothing is asked, or by the person it is about."""
    if asked.case is None and asked.user is None:
        raise CannotProceed([Message("oversight.breach_about_nothing")])
    if asked.user is not None and asked.user.id == by.id:
        raise CannotProceed([Message("oversight.breach_about_oneself")])
    breach = Breach(
        case=asked.case,
        paper=asked.paper,
        user=asked.user,
        from_at=asked.from_at,
        until_at=asked.until_at,
        known_at=known_at,
        opened_at=at,
        opened_by=by,
    )
    session.add(breach)
    session.flush()
    return breach


def note_step(breach: Breach, done: BreachDone, words: str, *, by: User, at: datetime) -> None:
    """Write down what was done about it. Raises CannotProceed once it is closed."""
    if is_closed(breach):
        raise CannotProceed([Message("oversight.breach_is_closed")])
    breach.steps.append(BreachStep(done=done, words=words, by=by, at=at))


def is_closed(breach: Breach) -> bool:
    """Whether it was said to be over."""
    return any(step.done is BreachDone.CLOSED for step in breach.steps)


def told_at(breach: Breach) -> datetime | None:
    """When the authority was told."""
    return next((step.at for step in breach.steps if step.done is BreachDone.AUTHORITY_TOLD), None)


def tell_before(breach: Breach) -> datetime:
    """The end of the 72 hours."""
    return breach.known_at + TIME_TO_TELL


def kind_of(breach: Breach) -> Message:
    """What it is about, without naming it."""
    return Message(f"oversight.about.{'paper' if breach.paper_id else 'case' if breach.case_id else 'person'}")


def draft_of(breach: Breach, counts: Told, roles: tuple[Message, ...]) -> list[Message]:
    """What the authority may be told, paragraph by paragraph: kinds, counts, times and what was done; no name, no number of a case, no fact."""
    done = tuple(label(step.done) for step in breach.steps if step.done is not BreachDone.NOTED)
    lines = [
        Message("oversight.draft.what", kind=kind_of(breach), first=breach.from_at, last=breach.until_at),
        Message("oversight.draft.known", moment=breach.known_at, deadline=tell_before(breach)),
        Message("oversight.draft.data"),
        Message("oversight.draft.seen", persons=counts.persons, opened=counts.opened, denied=counts.denied),
    ]
    if roles:
        lines.append(Message("oversight.draft.roles", roles=roles))
    lines.append(Message("oversight.draft.done", done=done) if done else Message("oversight.draft.nothing_done"))
    return [*lines, Message("oversight.draft.consequences"), Message("oversight.draft.reference", reference=breach.public_id)]


def breach_at(session: Session, public_id: str) -> Breach:
    """The breach with that id and all its page shows. Raises `NotFound`."""
    query = sa.select(Breach).where(Breach.public_id == public_id)
    found = session.scalar(
        query.options(
            joinedload(Breach.case).options(selectinload(Case.declarations), selectinload(Case.challenges)),
            joinedload(Breach.paper),
            joinedload(Breach.user),
            joinedload(Breach.opened_by),
            selectinload(Breach.steps).joinedload(BreachStep.by),
        )
    )
    if found is None:
        raise NotFound
    return found


def breaches_for(session: Session, user: User, *, before: int | None, size: int) -> list[Breach]:
    """The breaches that are not about `user`, the newest first."""
    query = sa.select(Breach).where(sa.or_(Breach.user_id.is_(None), Breach.user_id != user.id))
    if before is not None:
        query = query.where(Breach.id < before)
    query = query.options(joinedload(Breach.opened_by), selectinload(Breach.steps))
    return list(session.scalars(query.order_by(Breach.id.desc()).limit(size)))


def sign_ins_of(session: Session, breach: Breach) -> list[SignIn]:
    """The sign-ins of the person it is about that touch its period, the newest first."""
    if breach.user_id is None:
        return []
    query = sa.select(SignIn).where(
        SignIn.user_id == breach.user_id, SignIn.began_at < breach.until_at, SignIn.expires_at > breach.from_at
    )
    return list(session.scalars(query.order_by(SignIn.id.desc()).limit(MOST_SIGN_INS)))
