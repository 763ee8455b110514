"""All that is held on the child of a case, for who asks by law (GDPR art. 15), and what is decided of each part of it: given, or withheld on a ground.

The test of secrecy is a person's: an officer who has declared for the case decides on every part, and nothing is given before all are decided.
What the officer may not read is not asked of them: offers are the parties' (rule 22), deliberation and votes the panel's, notes a person's own (rule 33).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship, selectinload

from tvist.accounts.models import User
from tvist.cases.models import Case
from tvist.cases.submissions import Submission
from tvist.db import Base, Versioned, random_id, session_of
from tvist.decision.models import Decision, IssuedFile
from tvist.delivery.models import Letter
from tvist.errors import CannotProceed, NotFound
from tvist.redaction.models import Redaction
from tvist.search.models import Indexed
from tvist.words import Message, label

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy.orm import Session

    from tvist.access.policy import Role


class Asker(StrEnum):
    """Who asks."""

    CHILD = "child"
    PARENT = "parent"
    GUARDIAN = "guardian"
    LAWYER = "lawyer"


class HeldKind(StrEnum):
    """What kind of thing is held."""

    SUBMISSION = "submission"
    PAPER = "paper"
    REDACTION = "redaction"
    LETTER = "letter"
    OPINION = "opinion"
    JOURNAL = "journal"
    LOG = "log"
    IDENTITY = "identity"
    SEARCH_INDEX = "search_index"


class HeldAnswer(StrEnum):
    """Given, or withheld on a ground of personopplysningsloven § 16 first paragraph c-f."""

    GIVEN = "given"
    HEALTH = "health"
    SECRECY = "secrecy"
    INTERNAL = "internal"
    INTERESTS = "interests"


class ChildAccess(Base, Versioned):
    """Somebody asks by law for all that is held on the child of a case. Once it is answered nothing of it is changed."""

    __tablename__ = "child_access"
    __table_args__ = (sa.CheckConstraint("(answered_at IS NULL) = (answered_by_id IS NULL)", name="access_answered_by_somebody"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    asker: Mapped[Asker]
    received_on: Mapped[date]
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    reasons: Mapped[str] = mapped_column(default="")
    """Why something is withheld, in words for who asks."""
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    case: Mapped[Case] = relationship()
    opened_by: Mapped[User] = relationship(foreign_keys=opened_by_id)
    answered_by: Mapped[User | None] = relationship(foreign_keys=answered_by_id)
    items: Mapped[list[HeldItem]] = relationship(back_populates="access", order_by="HeldItem.id")

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What `user` is to it: what they are to the case."""
        return self.case.roles_for(user, on)

    @property
    def answers(self) -> dict[tuple[HeldKind, int], HeldAnswer]:
        """What is decided so far."""
        return {(item.kind, item.thing_id): item.answer for item in self.items}


class HeldItem(Base):
    """What is decided of one thing that is held."""

    __tablename__ = "held_item"
    __table_args__ = (sa.UniqueConstraint("access_id", "kind", "thing_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    access_id: Mapped[int] = mapped_column(sa.ForeignKey("child_access.id"), index=True)
    kind: Mapped[HeldKind]
    thing_id: Mapped[int]
    """The row it is about; the case's own where the thing is the whole of something."""
    answer: Mapped[HeldAnswer]
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    access: Mapped[ChildAccess] = relationship(back_populates="items")


@dataclass(frozen=True)
class Held:
    """One thing that is held, as the list names it."""

    kind: HeldKind
    thing_id: int
    title: Message

    @property
    def key(self) -> tuple[HeldKind, int]:
        """What a decision on it is kept by."""
        return self.kind, self.thing_id

    @property
    def field(self) -> str:
        """The name of its field."""
        return f"{self.kind.value}-{self.thing_id}"


def held_on(session: Session, case: Case) -> list[Held]:
    """Everything the secretariat holds on the child of the case, in order; as many statements for many things as for few."""
    found = [held for submission in case.submissions for held in _of_sending(submission)]
    made = sa.select(Redaction).where(Redaction.case_id == case.id, Redaction.made_at.is_not(None)).order_by(Redaction.id)
    found += [_held(HeldKind.REDACTION, redaction.id, number=redaction.id) for redaction in session.scalars(made)]
    found += [
        _held(HeldKind.LETTER, letter.id, title=letter.subject, at=letter.written_at) for letter in letters_of(session, case)
    ]
    found += [_held(HeldKind.OPINION, file.id, version=file.version) for file in files_of(session, case)]
    found += [_held(HeldKind.JOURNAL, case.id), _held(HeldKind.LOG, case.id)]
    if case.child_identity is not None:
        found.append(_held(HeldKind.IDENTITY, case.id))
    indexed = session.scalar(sa.select(sa.func.count()).select_from(Indexed).where(Indexed.case_id == case.id)) or 0
    return [*found, _held(HeldKind.SEARCH_INDEX, case.id, entries=indexed)]


def _of_sending(submission: Submission) -> Iterator[Held]:
    sender = Message("cases.named", name=submission.party.name) if submission.party else Message("submissions.from_body")
    yield _held(HeldKind.SUBMISSION, submission.id, what=label(submission.kind), sender=sender, at=submission.made_at)
    yield from (_held(HeldKind.PAPER, paper.id, title=paper.title) for paper in submission.papers)


def _held(kind: HeldKind, thing_id: int, **told: object) -> Held:
    return Held(kind, thing_id, Message(f"oversight.held.{kind.value}", **told))


def letters_of(session: Session, case: Case) -> list[Letter]:
    """The letters of the case to its parties."""
    query = sa.select(Letter).where(Letter.case_id == case.id, Letter.party_id.is_not(None)).options(joinedload(Letter.party))
    return list(session.scalars(query.order_by(Letter.id)))


def files_of(session: Session, case: Case) -> list[IssuedFile]:
    """The files of the opinion."""
    query = sa.select(IssuedFile).join(Decision, Decision.id == IssuedFile.decision_id).where(Decision.case_id == case.id)
    return list(session.scalars(query.order_by(IssuedFile.id)))


def begin_access(case: Case, *, asker: Asker, received_on: date, by: User, at: datetime) -> ChildAccess:
    """Somebody has asked."""
    return ChildAccess(case=case, asker=asker, received_on=received_on, opened_at=at, opened_by=by, items=[])


def decide(access: ChildAccess, answers: Mapping[tuple[HeldKind, int], HeldAnswer], *, by: User, at: datetime) -> None:
    """Decide on things that are held, or decide anew. Raises CannotProceed once it is answered."""
    if access.answered_at is not None:
        raise CannotProceed([Message("oversight.access_answered")])
    there = {(item.kind, item.thing_id): item for item in access.items}
    for key, answer in answers.items():
        item = there.get(key)
        if item is None:
            item = HeldItem(kind=key[0], thing_id=key[1])
            access.items.append(item)
        if item.answer is not answer:
            item.answer, item.decided_at, item.decided_by_id = answer, at, by.id


def missing_of(access: ChildAccess, held: list[Held]) -> list[Message]:
    """What stands in the way of the answer: something undecided, or something withheld without a word of why."""
    answers = access.answers
    undecided = sum(1 for each in held if each.key not in answers)
    missing = [Message("oversight.undecided", count=undecided)] if undecided else []
    if any(answer is not HeldAnswer.GIVEN for answer in answers.values()) and not access.reasons.strip():
        missing.append(Message("oversight.reasons_needed"))
    return missing


def answer_access(access: ChildAccess, held: list[Held], *, by: User, at: datetime) -> None:
    """Answer: from now on it stands. Raises CannotProceed with what is missing."""
    missing = missing_of(access, held)
    if access.answered_at is not None:
        missing = [Message("oversight.access_answered")]
    if missing:
        raise CannotProceed(missing)
    # What was decided is written first: once it is answered, the database refuses it.
    session_of(access).flush()
    access.answered_at, access.answered_by = at, by


def access_at(session: Session, public_id: str) -> ChildAccess:
    """The request with that identifier, and its case with all that is held. Raises `NotFound`."""
    query = sa.select(ChildAccess).where(ChildAccess.public_id == public_id)
    found = session.scalar(
        query.options(
            selectinload(ChildAccess.items),
            joinedload(ChildAccess.opened_by),
            joinedload(ChildAccess.answered_by),
            joinedload(ChildAccess.case).options(
                selectinload(Case.submissions).options(joinedload(Submission.party), selectinload(Submission.papers)),
                selectinload(Case.declarations),
                selectinload(Case.events),
                joinedload(Case.child_identity),
            ),
        )
    )
    if found is None:
        raise NotFound
    return found


def accesses_of(session: Session, case: Case) -> list[ChildAccess]:
    """Who has asked in the case, the newest first."""
    query = sa.select(ChildAccess).where(ChildAccess.case_id == case.id).order_by(ChildAccess.id.desc())
    return list(session.scalars(query))
