"""The bundle as pages: its parts, its file, how far the making has come, copies to take along, and each reader's own notes (rule 33)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.access.policy import Role
from tvist.accounts.models import User
from tvist.cases.models import Case
from tvist.cases.submissions import Submission
from tvist.db import Base, random_id
from tvist.documents.made import MadeAs
from tvist.documents.models import Paper
from tvist.panel.models import Bundle

__all__ = ["BundleCopy", "BundleFile", "BundlePart", "BundleProgress", "MadeAs", "PageNote", "PartKind"]


class PartKind(StrEnum):
    """What a part of the bundle is."""

    INDEX = "index"  # Cover, index and who was served when.
    SENDING = "sending"  # What was written in a sending: the request, a response, comments.
    PAPER = "paper"


class BundlePart(Base):
    """A run of pages in the bundle, kept as a PDF of its own. Pages count from 1; `first_page` is that of the whole. Written once."""

    __tablename__ = "bundle_part"
    __table_args__ = (
        sa.UniqueConstraint("bundle_id", "position"),
        sa.CheckConstraint("pages > 0", name="part_has_pages"),
        sa.CheckConstraint("(kind = 'paper') = (paper_id IS NOT NULL)", name="paper_part_has_its_paper"),
        sa.CheckConstraint("(kind = 'index') = (submission_id IS NULL)", name="other_parts_have_a_sending"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    bundle_id: Mapped[int] = mapped_column(sa.ForeignKey("bundle.id"), index=True)
    position: Mapped[int]
    kind: Mapped[PartKind]
    submission_id: Mapped[int | None] = mapped_column(sa.ForeignKey("submission.id"))
    paper_id: Mapped[int | None] = mapped_column(sa.ForeignKey("paper.id"))
    made_as: Mapped[MadeAs]
    title: Mapped[str]
    first_page: Mapped[int]
    pages: Mapped[int]
    blob_id: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str]
    bundle: Mapped[Bundle] = relationship(back_populates="parts")
    submission: Mapped[Submission | None] = relationship()
    paper: Mapped[Paper | None] = relationship()

    @property
    def case_id(self) -> int:
        """The case's, for the access log."""
        return self.bundle.case_id

    def roles_for(self, user: User, on: date) -> set[Role]:
        """What `user` is to the sending the part came with; the index is for all who may read the bundle."""
        thing = self.paper or self.submission or self.bundle
        return thing.roles_for(user, on)


class BundleFile(Base):
    """The whole bundle as one PDF, and the text of its pages for the search inside it. Written once."""

    __tablename__ = "bundle_file"
    id: Mapped[int] = mapped_column(primary_key=True)
    bundle_id: Mapped[int] = mapped_column(sa.ForeignKey("bundle.id"), unique=True)
    pages: Mapped[int]
    blob_id: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str]
    text_blob_id: Mapped[str] = mapped_column(unique=True)
    text_sha256: Mapped[str]
    made_at: Mapped[datetime]
    bundle: Mapped[Bundle] = relationship(back_populates="file")


class BundleProgress(Base):
    """How far the making of a bundle has come: parts done of all."""

    __tablename__ = "bundle_progress"
    bundle_id: Mapped[int] = mapped_column(sa.ForeignKey("bundle.id"), primary_key=True)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int]
    updated_at: Mapped[datetime]
    failed_at: Mapped[datetime | None]
    bundle: Mapped[Bundle] = relationship(back_populates="progress")


class BundleCopy(Base):
    """An encrypted copy of the bundle for one member to take along, marked with their name and its last day."""

    __tablename__ = "bundle_copy"
    __table_args__ = (sa.CheckConstraint("(made_at IS NULL) = (blob_id IS NULL)", name="made_copy_has_a_file"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    bundle_id: Mapped[int] = mapped_column(sa.ForeignKey("bundle.id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    asked_at: Mapped[datetime]
    expires_on: Mapped[date]
    sealed_password: Mapped[bytes]
    made_at: Mapped[datetime | None]
    blob_id: Mapped[str | None] = mapped_column(unique=True)
    size: Mapped[int | None] = mapped_column(sa.BigInteger)
    sha256: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    """When the file was removed here: the last day was over, or the case was."""
    bundle: Mapped[Bundle] = relationship()
    user: Mapped[User] = relationship()

    @property
    def case_id(self) -> int:
        """The case's, for the access log."""
        return self.bundle.case_id

    def roles_for(self, user: User, on: date) -> set[Role]:
        """Its owner, as long as they sit in the case."""
        roles = self.bundle.case.roles_for(user, on)
        return {Role.OWNER} if user.id == self.user_id and Role.SEATED in roles else set()


class PageNote(Base):
    """A member's own note on a page: sealed for its writer, private for ever (rules 33, 43). The page is of the paper, so it outlives a new bundle."""

    __tablename__ = "page_note"
    __table_args__ = (sa.Index("ix_page_note_case_id_user_id", "case_id", "user_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    submission_id: Mapped[int | None] = mapped_column(sa.ForeignKey("submission.id"))
    paper_id: Mapped[int | None] = mapped_column(sa.ForeignKey("paper.id"))
    page: Mapped[int]
    """The page within the part; 1 is its first."""
    sealed: Mapped[bytes]
    case: Mapped[Case] = relationship()
    user: Mapped[User] = relationship()

    def roles_for(self, user: User, on: date) -> set[Role]:  # noqa: ARG002 - one's own note is one's own on any day.
        """Its writer, and nobody else, ever."""
        return {Role.OWNER} if user.id == self.user_id else set()
