"""A rotation of the master key: since when a key is the one that all is to be sealed with, and when that was done."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tvist.db import Base


class KeyRotation(Base):
    """One rotation. While one is not finished, and only to what its key has sealed, the database lets sealed values be changed that are written once."""

    __tablename__ = "key_rotation"
    __table_args__ = (
        sa.Index(
            "uq_key_rotation_running",
            "is_running",
            unique=True,
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        ),
        sa.CheckConstraint("is_running = (finished_at IS NULL)", name="rotation_runs_until_finished"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[str] = mapped_column(unique=True)
    head: Mapped[bytes]
    """How a value begins that was sealed with this key (`head_of`); the triggers compare it."""
    is_running: Mapped[bool] = mapped_column(default=True)
    began_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
