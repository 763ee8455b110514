"""The index as it stands in the database: what was indexed and who may find it, and the keyed stems of each."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tvist.db import Base

STEM_BYTES = 16


class SearchedThing(StrEnum):
    """What is searched. Offers without prejudice, votes, notes and drafts are not: they stand in no index (rules 22, 33, 34)."""

    PETITION = "petition"
    SUBMISSION = "submission"
    PAPER = "paper"
    DECISION = "decision"
    PUBLICATION = "publication"


class Readers(StrEnum):
    """Those who may find a thing, as they stand to its case."""

    REQUESTING = "requesting"
    OPPOSING = "opposing"
    SECRETARIAT = "secretariat"
    PANEL = "panel"
    PUBLIC = "public"


class Indexed(Base):
    """One indexed thing and who may find it. Serving a paper widens the readers: one row changes, no stem."""

    __tablename__ = "indexed"
    __table_args__ = (
        sa.UniqueConstraint("thing_kind", "thing_id", name="thing_is_indexed_once"),
        sa.CheckConstraint(
            "for_requesting OR for_opposing OR for_secretariat OR for_panel OR for_public", name="indexed_thing_has_readers"
        ),
        sa.Index("ix_indexed_case_id", "case_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    thing_kind: Mapped[SearchedThing]
    thing_id: Mapped[int]
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"))
    for_requesting: Mapped[bool] = mapped_column(default=False)
    for_opposing: Mapped[bool] = mapped_column(default=False)
    for_secretariat: Mapped[bool] = mapped_column(default=False)
    for_panel: Mapped[bool] = mapped_column(default=False)
    for_public: Mapped[bool] = mapped_column(default=False)


class SearchEntry(Base):
    """One stem of one indexed thing: 16 bytes of a keyed hash, never the word."""

    __tablename__ = "search_entry"
    # The key is the row: SQLite then keeps the table itself in the order of search.
    __table_args__ = (sa.Index("ix_search_entry_indexed_id", "indexed_id"), {"sqlite_with_rowid": False})

    stem: Mapped[bytes] = mapped_column(sa.LargeBinary(STEM_BYTES), primary_key=True)
    indexed_id: Mapped[int] = mapped_column(sa.ForeignKey("indexed.id"), primary_key=True)
