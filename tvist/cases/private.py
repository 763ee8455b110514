"""What is not for all: offers without prejudice, for the two sides alone (rule 22), and messages between a party and the secretariat."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tvist.access.policy import Role
from tvist.accounts.models import User
from tvist.cases.models import Case, Party
from tvist.db import Base, random_id


class Offer(Base):
    """An offer without prejudice. Its words stand sealed, and open for the case teams of the two sides and nobody else (rule 22).

    Nothing of it is journalled, indexed, printed or bundled. `from_request`: what the request told of offers made before it was sent.
    There is no relationship from the case, so that nothing which walks a case meets it.
    """

    __tablename__ = "offer"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("party.id"))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    answers_id: Mapped[int | None] = mapped_column(sa.ForeignKey("offer.id"))
    from_request: Mapped[bool] = mapped_column(default=False)
    sealed_words: Mapped[bytes]
    open_until: Mapped[date | None]
    made_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    case: Mapped[Case] = relationship()
    party: Mapped[Party] = relationship()
    by: Mapped[User] = relationship()

    def roles_for(self, user: User, on: date) -> set[Role]:
        """In a case team of either side; what else the person is to the case counts for nothing here."""
        return self.case.roles_for(user, on) & {Role.REQUESTING, Role.OPPOSING}


class CaseMessage(Base):
    """A message between one party's case team and the secretariat, inside the case. Not for the other side, not for the panel (rule 21)."""

    __tablename__ = "case_message"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(default=random_id, unique=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("party.id"), index=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    from_party: Mapped[bool]
    text: Mapped[str]
    written_at: Mapped[datetime]
    first_read_at: Mapped[datetime | None]
    """When the other end first opened it."""
    case: Mapped[Case] = relationship(back_populates="messages")
    party: Mapped[Party] = relationship()
    by: Mapped[User] = relationship()

    def roles_for(self, user: User, on: date) -> set[Role]:
        """One of the two ends: the party's case team, or the secretariat."""
        roles = self.case.roles_for(user, on) & {Role.SECRETARIAT}
        if self.case.party_of(user, on) is self.party:
            roles.add(Role.OWNER)
        return roles
