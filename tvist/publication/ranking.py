"""What a published opinion counts for: leading, or superseded by another; set and undone by the leader, with reasons (rule 46)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tvist.access.policy import Act
from tvist.db import session_of
from tvist.errors import CannotProceed
from tvist.publication.facts import numbers_in
from tvist.publication.models import Publication, Stage
from tvist.words import Message

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.models import User


class Rank(StrEnum):
    """What a published opinion counts for."""

    ORDINARY = "ordinary"
    LEADING = "leading"
    SUPERSEDED = "superseded"


def rank_of(publication: Publication) -> Rank:
    """What it counts for now. Superseded goes before leading: a correction comes in its place without taking the other mark away."""
    if publication.superseded_by is not None:
        return Rank.SUPERSEDED
    return Rank.LEADING if publication.leading_at is not None else Rank.ORDINARY


def obstacles_to_rank(publication: Publication) -> list[Message]:
    """Why it cannot be ranked: only what stands in the register is, and a corrected opinion gives way to its correction for good."""
    if publication.stage is not Stage.RELEASED:
        return [Message("published.rank_not_released")]
    successor = publication.superseded_by
    if successor is not None and successor.decision_id == publication.decision_id:
        return [Message("published.rank_corrected", number=successor.number)]
    return []


def named(publication: Publication, number: str) -> Publication | None:
    """The standing opinion of that number, as it was typed; None where there is none."""
    pairs = numbers_in(number.strip().upper())
    if len(pairs) != 1:
        return None
    year, serial = pairs[0]
    query = sa.select(Publication).where(
        Publication.year == year,
        Publication.serial == serial,
        Publication.released_at.is_not(None),
        Publication.withdrawn_at.is_(None),
    )
    return session_of(publication).scalars(query).one_or_none()


def fault_in_successor(publication: Publication, successor: Publication | None) -> Message | None:
    """Why that opinion cannot come in the place of this one: it must stand, be newer, and not be superseded itself."""
    if successor is None:
        return Message("published.rank_which")
    if (successor.year, successor.serial) <= (publication.year, publication.serial):
        return Message("published.rank_not_newer")
    if successor.superseded_by is not None:
        return Message("published.rank_gone_too", number=successor.number, by=successor.superseded_by.number)
    return None


def counts_so(publication: Publication, wanted: Rank, successor: Publication | None) -> bool:
    """Whether the opinion counts as `wanted` already, with that successor where it is superseded."""
    return wanted is rank_of(publication) and (wanted is not Rank.SUPERSEDED or successor is publication.superseded_by)


def rank(
    publication: Publication, wanted: Rank, *, by: User, at: datetime, reasons: str, successor: Publication | None = None
) -> None:
    """Let the opinion count as `wanted`, and write why in the journal of its case, also where this undoes what was set before.

    `successor` comes in its place where it is superseded. Raises `CannotProceed` for what does not stand, what counts so already, a successor
    that cannot be one, and without reasons.
    """
    found = obstacles_to_rank(publication)
    if wanted is Rank.SUPERSEDED and (fault := fault_in_successor(publication, successor)):
        found.append(fault)
    if not reasons.strip():
        found.append(Message("published.rank_say_why"))
    if not found and counts_so(publication, wanted, successor):
        found.append(Message("published.rank_is_so"))
    if found:
        raise CannotProceed(found)
    publication.superseded_by = successor if wanted is Rank.SUPERSEDED else None
    leads = wanted is Rank.LEADING
    publication.leading_at, publication.leading_by_id = (at, by.id) if leads else (None, None)
    publication.decision.case.record(
        Act.RANK_PUBLICATION, by=by, at=at, said=Message(f"published.ranked_{wanted.value}", reasons=reasons.strip())
    )
