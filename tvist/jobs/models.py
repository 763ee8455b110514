"""A job: what is to be done (a kind and the id of a thing), when, by whom it is held, and how it went. And the heartbeat of who does them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tvist.db import Base


class JobKind(StrEnum):
    """What a job does; `tvist.workers` says by which function."""

    ISSUE_DECISION = "issue_decision"
    INDEX_SUBMISSION = "index_submission"
    MAKE_RECEIPT = "make_receipt"
    MAKE_BUNDLE = "make_bundle"
    MAKE_BUNDLE_COPY = "make_bundle_copy"
    MAKE_CORRECTION = "make_correction"
    COPY_PAPERS = "copy_papers"
    PUBLISH = "publish"
    MAKE_REDACTION = "make_redaction"


class Job(Base):
    """One piece of slow work. Held by a lease: a dead worker's job is taken over when the lease ends."""

    __tablename__ = "job"
    __table_args__ = (
        sa.Index("ix_job_waiting", "done_at", "failed_at", "run_at"),
        sa.CheckConstraint("done_at IS NULL OR failed_at IS NULL", name="job_is_done_or_failed_not_both"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[JobKind]
    thing_id: Mapped[int]
    made_at: Mapped[datetime]
    run_at: Mapped[datetime]
    """Not before this; while a worker holds the job, the end of its lease."""
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None]
    """The class of the last error, never its text: that may hold a fact."""


class Heartbeat(Base):
    """When the worker was last seen: one row, written over. Who waits for letters or files is told when it is old."""

    __tablename__ = "heartbeat"
    process: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
