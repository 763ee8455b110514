"""A publication as the public will read it, before it has a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tvist.publication.knowing import known_of
from tvist.publication.models import number_of
from tvist.publication.public_record import public
from tvist.publication.sources import record_of

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from tvist.publication.models import Publication

Record = dict[str, Any]


def as_public(session: Session, publication: Publication, on: date) -> Record:
    """The public record: the released one, else what the marks would make of it that day, with a number that is still open.

    A mark that nobody has decided hides here.
    """
    if publication.frozen is not None:
        return publication.record
    known = known_of(session, publication.decision.case)
    blurs = [found.kind for found in publication.blurs]
    number = number_of(on.year, 0)
    return public(record_of(publication), publication.marks, blurs, number=number, released_on=on.isoformat(), known=known)
