"""Search in the worklist: the names of parties, and the words of what was written and sent in, as far as the person may read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from tvist.access.policy import Role
from tvist.cases.models import Case, Party, Side
from tvist.cases.queries import parties_of, read_number, reads_for_the_body, seated_and_declared
from tvist.register.collation import folded
from tvist.search.index import found_as, search
from tvist.search.models import Readers

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.vault.keys import MasterKeys


def found_in(session: Session, keys: MasterKeys, text: str, *, user: User, on: date) -> sa.ColumnElement[bool]:
    """The clause of the cases that `text` finds: by number, by the name of a party, or by words that `user` may read in them."""
    if number := read_number(text):
        return sa.and_(Case.year == number[0], Case.serial == number[1])
    hits = {hit.case_id for hit in search(session, keys, text, visible=_readable(user, on))}
    ways: list[sa.ColumnElement[bool]] = [Case.id.in_(hits)]
    if names := folded(text):
        ways.append(Case.parties_folded.contains(names, autoescape=True))
    return sa.or_(*ways)


def _readable(user: User, on: date) -> sa.ColumnElement[bool]:
    """What the person may find as they stand to each case; the worklist leaves out the cases they may not open."""
    mine = parties_of(user, on)
    ways = [
        found_as(Readers.REQUESTING, sa.select(Party.case_id).where(Party.id.in_(mine), Party.side == Side.REQUESTING)),
        found_as(Readers.OPPOSING, sa.select(Party.case_id).where(Party.id.in_(mine), Party.side == Side.OPPOSING)),
        found_as(Readers.PANEL, sa.select(Case.id).where(seated_and_declared(user))),
    ]
    if Role.SECRETARIAT in user.roles_on(on):
        ways.append(found_as(Readers.SECRETARIAT, sa.select(Case.id).where(reads_for_the_body(user))))
    return sa.or_(*ways)
