"""When a letter was first opened: by its recipient, signed in, on its own page or on the pages it leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.accounts.models import Membership, Organisation
from tvist.cases.models import Case
from tvist.cases.queries import read_number
from tvist.delivery.models import MAILBOX_ROLES, Fate, Letter, Recipient

if TYPE_CHECKING:
    from datetime import date, datetime

    from tvist.db import Database

PAGES: Final = ("/letters/", "/cases/")
_PARTS_OF_A_CASE: Final = 2
"""A case's own page has two parts in its address: `/cases/2026-0001`."""


def is_of_letters(path: str) -> bool:
    """Whether a letter may be shown at `path`, or lead there: asked first, so that nobody is looked up for a stylesheet."""
    return path.startswith(PAGES)


def note_opened(database: Database, user_id: int, *, path: str, on: date, at: datetime) -> int:
    """Note that the person has opened the page at `path`, for each letter that it is, or that led to it. Returns for how many recipients.

    In its own short transaction, and only where something is new: most pages ask one question and write nothing.
    """
    of_page = _letters_of_page(path)
    if of_page is None:
        return 0
    # What has not been handed over to anybody was not opened as a letter.
    unopened = sa.and_(Recipient.opened_at.is_(None), Recipient.fate != Fate.MADE)
    query = sa.select(Recipient.id).join(Recipient.letter).where(unopened, of_page, _is_for(user_id, on))
    with database.reading() as session:
        found = session.scalars(query).all()
    if not found:
        return 0
    with database.writing() as session:
        first = sa.update(Recipient).where(Recipient.id.in_(found), unopened).values(opened_at=at)
        session.execute(first.execution_options(synchronize_session=False))
        session.commit()
    return len(found)


def _letters_of_page(path: str) -> sa.ColumnElement[bool] | None:
    """The clause of the letters that are shown at `path`, or lead there or to a page above it; None for a page of no letter."""
    parts = path.strip("/").split("/")
    if len(parts) < _PARTS_OF_A_CASE:
        return None
    if parts[0] == "letters":
        return Letter.public_id == parts[1]
    number = read_number(parts[1]) if parts[0] == "cases" else None
    if number is None:
        return None
    above = ["/" + "/".join(parts[:count]) for count in range(_PARTS_OF_A_CASE, len(parts) + 1)]
    of_case = sa.select(Case.id).where(Case.year == number[0], Case.serial == number[1]).scalar_subquery()
    return sa.and_(Letter.case_id == of_case, Letter.link.in_(above))


def _is_for(user_id: int, on: date) -> sa.ColumnElement[bool]:
    """The clause of `Recipient.is_for`."""
    mailboxes = (
        sa.select(Organisation.mailbox)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(
            Membership.user_id == user_id,
            Membership.role.in_(MAILBOX_ROLES),
            Membership.from_on <= on,
            sa.or_(Membership.to_on.is_(None), Membership.to_on >= on),
        )
    )
    return sa.or_(Recipient.user_id == user_id, sa.and_(Recipient.user_id.is_(None), Recipient.address.in_(mailboxes)))
