"""The history of a case: its journal, its dated facts, its endings, and what was declared about impartiality. Written once, all of it."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.access.policy import Act
from tvist.accounts.models import User
from tvist.db import Amount, Base
from tvist.words import Message, to_json

if TYPE_CHECKING:
    from tvist.cases.models import Case


class Event(Base):
    """A line of the journal: written once. Each seals the one before, so a missing or changed line shows."""

    __tablename__ = "event"
    __table_args__ = (sa.UniqueConstraint("case_id", "sequence"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    sequence: Mapped[int]
    act: Mapped[Act]
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    said: Mapped[Message]
    corrects_id: Mapped[int | None] = mapped_column(sa.ForeignKey("event.id"))
    seal: Mapped[str]
    case: Mapped[Case] = relationship(back_populates="events")
    by: Mapped[User | None] = relationship()
    corrects: Mapped[Event | None] = relationship(remote_side="Event.id")

    def seal_after(self, number: str, earlier: str) -> str:
        """SHA-256 over this line and the seal before it (hexadecimal)."""
        moments = (self.happened_at, self.recorded_at)
        said = to_json(self.said)
        return seal_of(earlier, number, sequence=self.sequence, act=self.act, moments=moments, by_id=self.by_id, said=said)


def seal_of(
    earlier: str, number: str, *, sequence: int, act: Act, moments: tuple[datetime, datetime], by_id: int | None, said: str
) -> str:
    """The seal of a line of the journal from its parts: `moments` are when it happened and was recorded, `said` is its message as JSON."""
    happened_at, recorded_at = moments
    parts = (earlier, number, str(sequence), act.value, happened_at.isoformat(), recorded_at.isoformat(), str(by_id), said)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class FactKind(StrEnum):
    """What a dated fact is about."""

    REGION = "region"
    MEASURE = "measure"
    CLAIMED = "claimed"
    LANGUAGE = "language"
    FOUND_MUNICIPALITY = "found_municipality"
    FOUND_STATE = "found_state"
    OUTCOME = "outcome"
    REQUESTING_PARTY = "requesting_party"
    OPPOSING_PARTY = "opposing_party"


MONEY_FACTS = frozenset({FactKind.CLAIMED, FactKind.FOUND_MUNICIPALITY, FactKind.FOUND_STATE})
COLUMN_OF_FACT = {
    FactKind.REGION: "region_code",
    FactKind.MEASURE: "measure",
    FactKind.CLAIMED: "claimed_ore",
    FactKind.LANGUAGE: "language",
    FactKind.FOUND_MUNICIPALITY: "found_municipality_ore",
    FactKind.FOUND_STATE: "found_state_ore",
    FactKind.OUTCOME: "outcome",
}


class Fact(Base):
    """What figures need, with when it became so and when it was recorded; written once, followed by a new one."""

    __tablename__ = "fact"
    __table_args__ = (sa.CheckConstraint("text IS NULL OR ore IS NULL", name="fact_is_text_or_money"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    kind: Mapped[FactKind]
    text: Mapped[str | None]
    ore: Mapped[Amount | None]
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    corrects_id: Mapped[int | None] = mapped_column(sa.ForeignKey("fact.id"))
    case: Mapped[Case] = relationship(back_populates="facts")
    event: Mapped[Event] = relationship()


class EndingKind(StrEnum):
    """How a case came to an end."""

    DECIDED = "decided"
    DISMISSED = "dismissed"
    DISCONTINUED = "discontinued"


class Ending(Base):
    """An ending, as a dated row: it stays when the case is taken up again (rule 16)."""

    __tablename__ = "ending"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    kind: Mapped[EndingKind]
    ground: Mapped[str | None]
    """A code: dismissal_ground or discontinuation."""
    reasons: Mapped[str] = mapped_column(default="")
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    case: Mapped[Case] = relationship(back_populates="endings")


class Statement(StrEnum):
    """What somebody declares about impartiality for a case (rule 29)."""

    NONE = "none"
    CONFLICT = "conflict"
    DOUBT = "doubt"


class Declaration(Base):
    """A declaration of impartiality by an officer, the leader or a member, for one case; written once, followed by a new one."""

    __tablename__ = "declaration"
    __table_args__ = (
        sa.CheckConstraint("(statement = 'none') = (ground IS NULL)", name="conflict_has_a_ground"),
        # A list asks for each of its cases what the reader declared last; an officer declares in all of them.
        sa.Index("ix_declaration_case_id_user_id", "case_id", "user_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    statement: Mapped[Statement]
    ground: Mapped[str | None]
    words: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    case: Mapped[Case] = relationship(back_populates="declarations")
    user: Mapped[User] = relationship()
