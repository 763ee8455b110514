"""Which publications the public finds: one by its number, the list, the feed, and the map of the site. Nothing that is not released is ever read here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from tvist.errors import NotFound
from tvist.publication.models import FactOfPublication, Publication, PublicationCitation, PublicationFact, number_of
from tvist.published.wanted import FILTERS, Standing, place_of
from tvist.search.index import found_as, things_holding
from tvist.search.models import Indexed, Readers, SearchedThing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.published.wanted import Wanted
    from tvist.vault.keys import MasterKeys

PAGE: Final = 25
FEED_PAGE: Final = 50
MOST_COUNTED: Final = 1000
"""No more are counted: a thousand or ten thousand is the same to who reads it."""

_PLACE: Final = sa.tuple_(Publication.year, Publication.serial)
_LEADS_THERE: Final = (Publication.year, Publication.serial, Publication.released_at, Publication.withdrawn_at)
"""What a link to another opinion says of it."""
_CHANGED: Final = sa.func.coalesce(Publication.withdrawn_at, Publication.released_at, type_=Publication.released_at.type)
"""When the public last saw something happen to it."""


@dataclass(frozen=True)
class Register:
    """One page of the list, the newest first. `newer` and `older` are the numbers that the pages before and after hang on, empty where there is none.

    `count` is how many are found in all, None where it is more than are counted.
    """

    rows: list[Publication]
    newer: str
    older: str
    count: int | None


def is_released() -> sa.ColumnElement[bool]:
    """What was ever given to the public, also what was withdrawn since."""
    return Publication.released_at.is_not(None)


def stands() -> sa.ColumnElement[bool]:
    """What the public may read today."""
    return sa.and_(is_released(), Publication.withdrawn_at.is_(None))


def publication_at(session: Session, number: str) -> Publication:
    """The released or withdrawn publication of that number, with those that it refers to and that refer to it. Raises NotFound."""
    place = place_of(number)
    if place is None:
        raise NotFound(number)
    query = sa.select(Publication).where(_PLACE.in_([place]), is_released())
    query = query.options(
        joinedload(Publication.superseded_by).load_only(*_LEADS_THERE),
        selectinload(Publication.cites).joinedload(PublicationCitation.cited).load_only(*_LEADS_THERE),
        selectinload(Publication.cited_by).joinedload(PublicationCitation.citing).load_only(*_LEADS_THERE),
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(number)
    return found


def register(session: Session, keys: MasterKeys, wanted: Wanted) -> Register:
    """One page of what is wanted. Two statements, whatever stands in it."""
    found = _wanted(keys, wanted)
    if found is None:
        return Register([], "", "", 0)
    before, after = place_of(wanted.before), place_of(wanted.after)
    query = found.options(joinedload(Publication.superseded_by).load_only(Publication.year, Publication.serial))
    if after:
        rows = list(session.scalars(query.where(after < _PLACE).order_by(Publication.year, Publication.serial).limit(PAGE + 1)))
        has_newer, has_older = len(rows) > PAGE, True
        rows = rows[:PAGE][::-1]
    else:
        older = query.where(before > _PLACE) if before else query
        rows = list(session.scalars(older.order_by(Publication.year.desc(), Publication.serial.desc()).limit(PAGE + 1)))
        has_newer, has_older = before is not None, len(rows) > PAGE
        rows = rows[:PAGE]
    most = found.with_only_columns(Publication.id).limit(MOST_COUNTED + 1).subquery()
    count = session.scalar(sa.select(sa.func.count()).select_from(most)) or 0
    ends = (rows[0].number, rows[-1].number) if rows else ("", "")
    return Register(rows, ends[0] if has_newer else "", ends[1] if has_older else "", count if count <= MOST_COUNTED else None)


def _wanted(keys: MasterKeys, wanted: Wanted) -> sa.Select[Publication] | None:
    """All publications that are wanted, on whichever page; None for words of which none can be searched."""
    query = sa.select(Publication).where(stands())
    if wanted.text:
        visible = sa.and_(found_as(Readers.PUBLIC), Indexed.thing_kind == SearchedThing.PUBLICATION)
        holding = things_holding(keys, wanted.text, visible=visible)
        if holding is None:
            return None
        query = query.where(Publication.id.in_(holding))
    for kind, value in wanted.facts:
        fact = sa.select(PublicationFact.publication_id).where(PublicationFact.kind == kind, PublicationFact.value == value)
        query = query.where(Publication.id.in_(fact))
    if wanted.standing is Standing.LEADING:
        # As `ranking.rank_of` says it: what is superseded leads nobody any more.
        query = query.where(Publication.leading_at.is_not(None), Publication.superseded_by_id.is_(None))
    if wanted.standing is Standing.CURRENT:
        query = query.where(Publication.superseded_by_id.is_(None))
    return query


def choices(session: Session) -> dict[FactOfPublication, list[str]]:
    """The values that at least one opinion has which stands, by kind."""
    known = sa.select(PublicationFact.kind, PublicationFact.value).where(PublicationFact.kind.in_(FILTERS)).distinct().subquery()
    fact = aliased(PublicationFact)
    standing = sa.select(fact.id).join(fact.publication).where(fact.kind == known.c.kind, fact.value == known.c.value, stands())
    rows = session.execute(sa.select(known.c.kind, known.c.value).where(standing.exists()).order_by(known.c.kind, known.c.value))
    found: dict[FactOfPublication, list[str]] = {kind: [] for kind in FILTERS}
    for kind, value in rows:
        found[kind].append(value)
    return found


def changed_at(publication: Publication) -> datetime:
    """When the public last saw something happen to a released one."""
    moment = publication.withdrawn_at or publication.released_at
    if moment is None:
        raise ValueError("this publication is not released")
    return moment


def feed_page(session: Session, before: str) -> tuple[list[Publication], str]:
    """The latest changes first, those before that number's where one is given; and the number that the next page hangs on, empty where there is none.

    Raises NotFound for a number that nothing has.
    """
    query = sa.select(Publication).where(is_released()).options(joinedload(Publication.superseded_by).load_only(*_LEADS_THERE))
    if before:
        last = publication_at(session, before)
        query = query.where(sa.tuple_(_CHANGED, Publication.id) < sa.tuple_(changed_at(last), last.id))
    rows = list(session.scalars(query.order_by(_CHANGED.desc(), Publication.id.desc()).limit(FEED_PAGE + 1)))
    return rows[:FEED_PAGE], rows[FEED_PAGE - 1].number if len(rows) > FEED_PAGE else ""


def count_standing(session: Session) -> int:
    """How many opinions stand."""
    return session.scalar(sa.select(sa.func.count()).select_from(Publication).where(stands())) or 0


def site_page(session: Session, first: int, most: int) -> Sequence[tuple[str, datetime]]:
    """Number and moment of release of those that stand, the oldest first: `most` of them after the first `first`."""
    columns = (Publication.year, Publication.serial, Publication.released_at)
    query = sa.select(*columns).where(stands()).order_by(Publication.year, Publication.serial).offset(first).limit(most)
    return [(number_of(year, serial), at) for year, serial, at in session.execute(query) if year and serial and at]


def places_of_facts(
    session: Session, kinds: Sequence[FactOfPublication], most: int
) -> list[tuple[FactOfPublication, str, int, str]]:
    """Each value of those kinds with how many opinions stand that have it, and the newest `most` of their numbers: a row for each of these."""
    alike = (PublicationFact.kind, PublicationFact.value)
    newest_first = (Publication.year.desc(), Publication.serial.desc())
    query = (
        sa.select(
            PublicationFact.kind,
            PublicationFact.value,
            sa.func.count().over(partition_by=alike).label("all_alike"),
            Publication.year,
            Publication.serial,
            sa.func.row_number().over(partition_by=alike, order_by=newest_first).label("place"),
        )
        .join(PublicationFact.publication)
        .where(PublicationFact.kind.in_(kinds), stands())
        .subquery()
    )
    rows = session.execute(sa.select(query).where(query.c.place <= most).order_by(query.c.kind, query.c.value, query.c.place))
    return [(row.kind, row.value, row.all_alike, number_of(row.year, row.serial)) for row in rows]


def standing_now(publication: Publication) -> Publication | None:
    """The opinion that stands in the place of a superseded one, at the end of the chain; None where it was not superseded."""
    seen, found = {publication.id}, publication.superseded_by
    while found is not None and found.superseded_by is not None and found.superseded_by.id not in seen:
        seen.add(found.id)
        found = found.superseded_by
    return found
