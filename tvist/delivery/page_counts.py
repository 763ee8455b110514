"""How many pages the letters have as documents: counted by the round of the worker, never while somebody waits for a page (språklova § 13)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tvist.delivery.document import letter_pdf, written_of
from tvist.delivery.models import Letter
from tvist.pdf.sheets import page_count

if TYPE_CHECKING:
    from tvist.db import Database

A_ROUND: Final = 200
"""How many are counted at most in one round, so that letters do not wait long for the worker."""
BATCH: Final = 20
log = logging.getLogger("tvist")


def is_counted() -> sa.ColumnElement[bool]:
    """The clause of the letters that are counted: those to a party that were let go, and not stopped."""
    return sa.and_(Letter.party_id.is_not(None), Letter.released_at.is_not(None), Letter.stopped_at.is_(None))


def count_letters(database: Database, *, at_most: int = A_ROUND) -> int:
    """Count the pages of letters that are not counted yet, the oldest first. Returns how many were counted.

    One that cannot be printed is logged and left as it is: the report tells how many are not counted.
    """
    counted, after = 0, 0
    while counted < at_most and (found := _next(database, after)):
        after = max(found)
        pages = {letter_id: count for letter_id, count in found.items() if count is not None}
        with database.writing() as session:
            for letter_id, count in pages.items():
                session.execute(sa.update(Letter).where(Letter.id == letter_id, Letter.pages.is_(None)).values(pages=count))
            session.commit()
        counted += len(pages)
    return counted


def _next(database: Database, after: int) -> dict[int, int | None]:
    """The next letters by id, each with its pages; None for one that cannot be printed."""
    query = (
        sa.select(Letter)
        .where(is_counted(), Letter.pages.is_(None), Letter.id > after)
        .options(joinedload(Letter.case), joinedload(Letter.party))
        .order_by(Letter.id)
        .limit(BATCH)
    )
    with database.reading() as session:
        return {letter.id: _pages(letter) for letter in session.scalars(query)}


def _pages(letter: Letter) -> int | None:
    try:
        return page_count(letter_pdf(written_of(letter)))
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one letter, the next one is counted.
        log.error("pages of letter %s: %s", letter.id, type(error).__name__)  # noqa: TRY400 - the trace may hold a fact.
        return None
