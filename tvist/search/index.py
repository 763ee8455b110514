"""Putting things into the index and finding them again: the same SQL on both databases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.search.models import STEM_BYTES, Indexed, Readers, SearchedThing, SearchEntry
from tvist.search.stems import asked, stems

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from tvist.vault.keys import MasterKeys

MOST_HITS: Final = 500
_COLUMNS: Final = {
    Readers.REQUESTING: Indexed.for_requesting,
    Readers.OPPOSING: Indexed.for_opposing,
    Readers.SECRETARIAT: Indexed.for_secretariat,
    Readers.PANEL: Indexed.for_panel,
    Readers.PUBLIC: Indexed.for_public,
}


@dataclass(frozen=True)
class Hit:
    """A thing that was found, and how many of the words asked for stand in it."""

    case_id: int
    thing_kind: SearchedThing
    thing_id: int
    words: int


def index(
    session: Session,
    keys: MasterKeys,
    *,
    thing_kind: SearchedThing,
    thing_id: int,
    case_id: int,
    readers: Collection[Readers],
    text: str,
) -> None:
    """Index the text of a thing in place of what was indexed for it before. Raises ValueError when nobody may find it."""
    _need_readers(readers)
    forget(session, thing_kind=thing_kind, thing_id=thing_id)
    thing = Indexed(thing_kind=thing_kind, thing_id=thing_id, case_id=case_id, **_flags(readers))
    session.add(thing)
    session.flush()
    rows = [{"stem": stem, "indexed_id": thing.id} for stem in sorted(keyed_stems(keys, text))]
    if rows:
        # Straight through the connection: the session would make an object of each stem.
        session.connection().execute(sa.insert(SearchEntry), rows)


def show_to(session: Session, *, thing_kind: SearchedThing, thing_id: int, readers: Collection[Readers]) -> None:
    """Say anew who may find a thing, as when a paper is served; a thing that is not indexed stays so. Raises ValueError for no readers: use `forget`."""
    _need_readers(readers)
    session.execute(sa.update(Indexed).where(_is(thing_kind, thing_id)).values(**_flags(readers)))


def forget(session: Session, *, thing_kind: SearchedThing, thing_id: int) -> None:
    """Take a thing out of the index, as when a paper is quarantined."""
    entries = sa.select(Indexed.id).where(_is(thing_kind, thing_id)).scalar_subquery()
    session.execute(
        sa.delete(SearchEntry).where(SearchEntry.indexed_id.in_(entries)).execution_options(synchronize_session=False)
    )
    session.execute(sa.delete(Indexed).where(_is(thing_kind, thing_id)))


def found_as(readers: Readers, cases: sa.Select[int] | None = None) -> sa.ColumnElement[bool]:
    """What these readers may find, in the cases of a query of case ids (None: in all cases). A person's roles in several cases are joined with `sa.or_`."""
    may = _COLUMNS[readers].is_(True)
    return may if cases is None else sa.and_(may, Indexed.case_id.in_(cases))


def search(
    session: Session, keys: MasterKeys, text: str, *, visible: sa.ColumnElement[bool], limit: int = MOST_HITS
) -> list[Hit]:
    """The things that hold the words of `text`, newest case first; within a case those with most of the words, then by kind and newest.

    A case is found when each word stands in some thing of it that `visible` (see `found_as`) lets the asker find. A question
    without a word finds nothing.
    """
    wanted = sorted(_keyed(keys, asked(text)))
    if not wanted:
        return []
    holding = sa.select(SearchEntry.stem, Indexed.case_id, Indexed.thing_kind, Indexed.thing_id).join(
        Indexed, Indexed.id == SearchEntry.indexed_id
    )
    found = holding.where(SearchEntry.stem.in_(wanted), visible).cte("found")
    cases = sa.select(found.c.case_id).group_by(found.c.case_id).having(sa.func.count(found.c.stem.distinct()) == len(wanted))
    words = sa.func.count().label("words")
    rows = session.execute(
        sa.select(found.c.case_id, found.c.thing_kind, found.c.thing_id, words)
        .where(found.c.case_id.in_(cases))
        .group_by(found.c.case_id, found.c.thing_kind, found.c.thing_id)
        .order_by(found.c.case_id.desc(), words.desc(), found.c.thing_kind, found.c.thing_id.desc())
        .limit(limit)
    )
    return [Hit(*row) for row in rows]


def things_holding(keys: MasterKeys, text: str, *, visible: sa.ColumnElement[bool]) -> sa.Select[int] | None:
    """The ids of the things of which each holds all words of `text`, as a query for the WHERE of another; None for a question without a word.

    `visible` (see `found_as`) says who asks and, where things of one kind are wanted, which kind.
    """
    wanted = sorted(_keyed(keys, asked(text)))
    if not wanted:
        return None
    found = sa.select(Indexed.thing_id).join(SearchEntry, Indexed.id == SearchEntry.indexed_id)
    return (
        found.where(SearchEntry.stem.in_(wanted), visible)
        .group_by(Indexed.thing_kind, Indexed.thing_id)
        .having(sa.func.count() == len(wanted))
    )


def keyed_stems(keys: MasterKeys, text: str) -> set[bytes]:
    """What of a text stands in the index."""
    return _keyed(keys, stems(text))


def _keyed(keys: MasterKeys, words: Collection[str]) -> set[bytes]:
    return {keys.keyed("search stem", word.encode(), STEM_BYTES) for word in words}


def _is(thing_kind: SearchedThing, thing_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(Indexed.thing_kind == thing_kind, Indexed.thing_id == thing_id)


def _flags(readers: Collection[Readers]) -> dict[str, bool]:
    return {f"for_{reader.value}": reader in readers for reader in Readers}


def _need_readers(readers: Collection[Readers]) -> None:
    if not readers:
        raise ValueError("a thing in the index needs somebody who may find it")
