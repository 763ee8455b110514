"""What may follow an issued opinion: a correction, and a request for a new treatment (rule 40)."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.accounts.models import User
from tvist.cases.models import Case, Party
from tvist.cases.submissions import SubmissionKind
from tvist.db import Base, random_id
from tvist.decision.models import Decision

if TYPE_CHECKING:
    from tvist.access.policy import Role
    from tvist.cases.submissions import Submission


class Correction(Base):
    """An obvious error put right: the record of the new version, frozen; the earlier ones stay as they are (rule 40). Written once."""

    __tablename__ = "correction"
    __table_args__ = (
        sa.UniqueConstraint("decision_id", "version"),
        sa.CheckConstraint("version > 1", name="correction_follows_an_issue"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(sa.ForeignKey("decision.id"), index=True)
    version: Mapped[int]
    words: Mapped[str]
    """What was wrong and what is put right, as it prints in the new version and in the letter's page."""
    frozen: Mapped[str]
    frozen_sha256: Mapped[str]
    ordered_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    ordered_at: Mapped[datetime]
    decision: Mapped[Decision] = relationship(back_populates="corrections")
    ordered_by: Mapped[User] = relationship()

    @property
    def record(self) -> dict[str, Any]:
        """The frozen record of this version, read (see `record.py`), with the list of `corrections` up to this one."""
        found: dict[str, Any] = json.loads(self.frozen)
        return found


class NewTreatment(Base):
    """A party asks for the case to be treated anew, on a ground and in time; the leader grants it, with a linked case, or refuses (rule 40)."""

    __tablename__ = "new_treatment"
    __table_args__ = (
        sa.CheckConstraint("(decided_at IS NULL) = (is_granted IS NULL)", name="decided_request_has_a_result"),
        sa.CheckConstraint("new_case_id IS NULL OR is_granted", name="only_a_granted_one_has_a_case"),
        sa.Index(
            "uq_new_treatment_one_open",
            "case_id",
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("party.id"))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    ground: Mapped[str]
    """A code: new_treatment_ground."""
    reasons: Mapped[str]
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    is_granted: Mapped[bool | None]
    ruling: Mapped[str] = mapped_column(default="")
    new_case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("case.id"), unique=True)
    case: Mapped[Case] = relationship(foreign_keys=case_id, back_populates="new_treatments")
    party: Mapped[Party] = relationship()
    by: Mapped[User] = relationship(foreign_keys=by_id)
    decided_by: Mapped[User | None] = relationship(foreign_keys=decided_by_id)
    new_case: Mapped[Case | None] = relationship(foreign_keys=new_case_id, back_populates="renews")

    @property
    def sending(self) -> Submission:
        """The sending that the request came with."""
        return next(
            found
            for found in self.case.submissions
            if found.kind is SubmissionKind.NEW_TREATMENT_REQUEST and found.made_at == self.asked_at and not found.is_copy
        )

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What the person is to the case."""
        return self.case.roles_for(user, on)
