"""Standard texts of letters: the words of a kind in a language form, with owner and version; an older version is never changed."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.accounts.models import User
from tvist.db import Base, random_id
from tvist.delivery.models import LetterKind
from tvist.words import NORWEGIAN


class LetterText(Base):
    """One version of the words of one kind of letter. Both forms of Norwegian are put to use at once (språklova § 14).

    Of the versions that were put to use, the newest that is not retired holds, and the catalogue's words where there is none.
    """

    __tablename__ = "letter_text"
    __table_args__ = (
        sa.UniqueConstraint("kind", "language", "version"),
        sa.CheckConstraint(f"language IN {NORWEGIAN}", name="letter_text_is_norwegian"),
        sa.CheckConstraint("version > 0", name="letter_text_has_a_version"),
        sa.CheckConstraint("(put_to_use_at IS NULL) = (put_to_use_by_id IS NULL)", name="used_letter_text_was_put_to_use"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    kind: Mapped[LetterKind]
    language: Mapped[str]
    version: Mapped[int]
    subject: Mapped[str]
    """Of the notice and of the document."""
    body: Mapped[str]
    """Of the notice that leaves by e-mail: never a name or a fact (rule 42)."""
    words: Mapped[str]
    """How the document begins; what is drawn from the case follows by itself."""
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    written_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    written_at: Mapped[datetime]
    put_to_use_at: Mapped[datetime | None]
    put_to_use_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    retired_at: Mapped[datetime | None]
    owner: Mapped[User] = relationship(foreign_keys=owner_id)
    written_by: Mapped[User] = relationship(foreign_keys=written_by_id)
    put_to_use_by: Mapped[User | None] = relationship(foreign_keys=put_to_use_by_id)
