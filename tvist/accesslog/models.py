"""The access log: one row for each opening or try, never changed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tvist.access.policy import Act
from tvist.db import Base


class Channel(StrEnum):
    """By which way somebody came."""

    WEB = "web"
    COMMAND_LINE = "command_line"
    JOB = "job"


class AccessEntry(Base):
    """Somebody opened, acted on, or was denied a thing. Holds no word of what the thing says, and not from which network (decision 21)."""

    __tablename__ = "access_entry"
    __table_args__ = (
        sa.Index("ix_access_entry_case_id_id", "case_id", "id"),
        sa.Index("ix_access_entry_user_id_thing_at", "user_id", "thing", "at"),
        # What is unusual is looked for a day at a time.
        sa.Index("ix_access_entry_at", "at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(index=True)
    roles: Mapped[str]
    """What the person was to the thing, in alphabetical order, by comma; empty for a stranger."""
    act: Mapped[Act]
    thing: Mapped[str]
    """Table and id, as `paper 17`; empty where the act has no thing."""
    case_id: Mapped[int | None]
    allowed: Mapped[bool]
    channel: Mapped[Channel]
    purpose: Mapped[str] = mapped_column(default="", server_default="")
    """What it was opened for, in the person's words, where a purpose is asked: the sealed identity (rule 7)."""
