"""The job that releases: it makes the public record, file and page, searches them for leaks, and numbers and releases in one transaction (rule 46).

Begun twice, or killed between, it releases once. What is found to leak is not released: the approval falls, and who submitted it is told where.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tvist.access.policy import Act
from tvist.clock import oslo_date
from tvist.decision.record import as_json, sha256_of
from tvist.pdf import MissingLetter, render
from tvist.publication.actions import reopen
from tvist.publication.document import public_opinion
from tvist.publication.facts import citations_of, facts_of
from tvist.publication.knowing import known_of
from tvist.publication.leaks import Output, leaks_in
from tvist.publication.models import Publication, PublicationCitation, PublicationFact, Stage, number_of
from tvist.publication.places import texts
from tvist.publication.public_record import public
from tvist.publication.queries import publication_at, publications_of
from tvist.publication.rules import approved_hash, hiding, obstacles
from tvist.publication.searching import secrets, without_texts
from tvist.publication.searching import told as leaks_told
from tvist.publication.sources import record_of
from tvist.search.index import index
from tvist.search.models import Readers, SearchedThing
from tvist.words import render as say

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.documents.storage import Stored
    from tvist.installation import Installation

    Told = Callable[[dict[str, Any]], list[Output]]

MOST_TRIES: Final = 5
"""How often the number may be taken by another release while the file is made."""


class NumberTaken(Exception):
    """Other releases took the number each time; the job is tried again later."""


@dataclass(frozen=True)
class _Made:
    """What is to be released, as it was made from the approved marks; `refused` says why it must not be, where it leaks."""

    approved_sha256: str
    year: int
    serial: int
    record: dict[str, Any]
    data: bytes = b""
    refused: str = ""


def publish_job(installation: Installation, publication_id: int, at: datetime, *, told: Told) -> None:
    """Release an approved publication, or send it back with what leaks.

    `told` gives what else everybody will be served of a public record: page, list row, feed, structured data. Raises `NumberTaken`.
    """
    for _ in range(MOST_TRIES):
        made = _make(installation, publication_id, at, told)
        if made is None:
            return
        if made.refused:
            _refuse(installation, publication_id, made, at)
            return
        if _release(installation, publication_id, made, at):
            return
    raise NumberTaken


def next_serial(session: Session, year: int) -> int:
    """The number after the last that was released in the year: there are no gaps, for none is drawn before it is released."""
    return (session.scalar(sa.select(sa.func.max(Publication.serial)).where(Publication.year == year)) or 0) + 1


def _make(installation: Installation, publication_id: int, at: datetime, told: Told) -> _Made | None:
    """Make all that the public will be given; None where nothing waits to be released. Holds no lock, for it takes its time."""
    with installation.database.reading() as session:
        publication = session.get_one(Publication, publication_id)
        if not _waits(publication, at):
            return None
        year = oslo_date(at).year
        serial = next_serial(session, year)
        number, known = number_of(year, serial), known_of(session, publication.decision.case)
        blurs = [blur.kind for blur in publication.blurs]
        record = public(
            record_of(publication), hiding(publication), blurs, number=number, released_on=oslo_date(at).isoformat(), known=known
        )
        made = _Made(publication.approved_sha256, year, serial, record)
        marker = publication.submitted_by
        language = marker.language if marker else publication.language
        hidden, source = secrets(publication), record_of(publication)
    try:
        data = render(*public_opinion(record))
    except MissingLetter as missing:
        return replace(made, refused="\n".join(say(obstacle, language) for obstacle in missing.obstacles))
    if not (found := leaks_in(_outputs(record, data, told), hidden)):
        return replace(made, data=data)
    bare = without_texts(record)
    own = leaks_in(_outputs(bare, render(*public_opinion(bare)), told), [leak.secret for leak in found])
    return replace(made, refused=leaks_told(found, source, language, {leak.secret for leak in own}))


def _outputs(record: dict[str, Any], data: bytes, told: Told) -> list[Output]:
    """The file of a public record, and all else that is served of it."""
    return [Output(f"{record['number']}.pdf", "pdf", data), *told(record)]


def _waits(publication: Publication, at: datetime) -> bool:
    """Whether it is approved, as it stands, and not out yet."""
    if publication.stage is not Stage.APPROVED or publication.approved_sha256 != approved_hash(publication):
        return False
    return not obstacles(publication, Act.RELEASE_PUBLICATION, by=None, on=oslo_date(at))


def _refuse(installation: Installation, publication_id: int, made: _Made, at: datetime) -> None:
    with installation.database.writing() as session:
        publication = publication_at(session, session.get_one(Publication, publication_id).public_id)
        if publication.stage is Stage.APPROVED and publication.approved_sha256 == made.approved_sha256:
            reopen(publication, made.refused, at=at)
            session.commit()


def _release(installation: Installation, publication_id: int, made: _Made, at: datetime) -> bool:
    """Keep the file and release in one transaction; False where the number was taken meanwhile. What was released already stays as it is."""
    papers = installation.papers
    stored = papers.put([made.data], max_bytes=None)
    is_released = False
    try:
        with installation.database.writing() as session:
            publication = publication_at(session, session.get_one(Publication, publication_id).public_id)
            if not _waits(publication, at) or publication.approved_sha256 != made.approved_sha256:
                return True
            if next_serial(session, made.year) != made.serial:
                return False
            _write(session, publication, made, stored, at=at)
            text = "\n".join(words for _, words in texts(made.record) if words)
            index(
                session,
                installation.keys,
                thing_kind=SearchedThing.PUBLICATION,
                thing_id=publication.id,
                case_id=publication.case_id,
                readers={Readers.PUBLIC},
                text=text,
            )
            session.commit()
            is_released = True
    except IntegrityError:
        # On PostgreSQL another release may have taken the number in the same moment: a new one is drawn, or the fault shows itself again.
        return False
    finally:
        if not is_released:
            papers.discard(stored.blob_id)
    return True


def _write(session: Session, publication: Publication, made: _Made, stored: Stored, *, at: datetime) -> None:
    """The number, the frozen record, the file, and what is drawn from the record; what came before it of the same opinion gives way."""
    frozen = as_json(made.record)
    publication.year, publication.serial, publication.released_at = made.year, made.serial, at
    publication.frozen, publication.frozen_sha256 = frozen, sha256_of(frozen)
    publication.blob_id, publication.size, publication.sha256 = stored.blob_id, stored.size, stored.sha256
    facts, cited = facts_of(made.record, publication.decision), citations_of(session, made.record)
    publication.facts.extend(PublicationFact(kind=kind, value=value) for kind, value in facts)
    publication.cites.extend(PublicationCitation(cited=found) for found in cited)
    publication.decision.case.record(Act.RELEASE_PUBLICATION, by=None, at=at)
    session.flush()
    for earlier in publications_of(session, publication.decision):
        if earlier.released_at is not None and earlier.decision_version < publication.decision_version:
            earlier.superseded_by = publication
    session.flush()
