"""The parallel text: the opinion in the other language form, bound to the main one and approved with it (rule 39)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.accounts.models import User
from tvist.cases.models import Case
from tvist.db import Base, Versioned


class ParallelPart(Base, Versioned):
    """One place of the opinion in the other language form. It follows the main text: `main_sha256` tells which wording it puts over."""

    __tablename__ = "parallel_part"
    __table_args__ = (sa.UniqueConstraint("case_id", "place"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"))
    place: Mapped[str]
    """A section by its name, `question:<public_id>` for its reasons, `words:<public_id>` for its wording, `remark:<public_id>:<user id>`."""
    text: Mapped[str]
    main_sha256: Mapped[str]
    written_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    written_at: Mapped[datetime]
    case: Mapped[Case] = relationship(back_populates="parallel_parts")
    written_by: Mapped[User] = relationship()
