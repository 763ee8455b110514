"""Texts that the board uses in many opinions: each with its owner, its form of Norwegian and its version; a change is a new version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.decision.places import REASONS
from tvist.decision.record import SECTIONS
from tvist.decision.texts import StandardText
from tvist.errors import CannotProceed, NotFound
from tvist.words import Message, other_norwegian

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.decision.places import Place

WRITTEN_FOR: Final = (*SECTIONS, REASONS)
"""Where a standard text can stand."""


def write_standard_text(
    session: Session,
    *,
    section: str,
    language: str,
    title: str,
    text: str,
    by: User,
    at: datetime,
    form_of: StandardText | None = None,
) -> StandardText:
    """Write a new standard text; `form_of` is the same text in the other form of Norwegian. Raises `CannotProceed` where that form is there."""
    if form_of is not None and standing_in(session, form_of.series, language) is not None:
        raise CannotProceed(Message("text.standard.form_is_there"))
    series = {"series": form_of.series} if form_of is not None else {}
    version = 1 + max((each.version for each in versions_in(session, form_of.series, language)), default=0) if form_of else 1
    made = StandardText(
        language=language, version=version, section=section, title=title, text=text, owner=by, made_at=at, **series
    )
    session.add(made)
    return made


def change_standard_text(found: StandardText, *, title: str, text: str, by: User, at: datetime) -> StandardText:
    """Write the next version, whose owner is who writes it; the one before is retired. Raises `CannotProceed` where it was retired already."""
    session = _standing(found)
    found.retired_at = at
    made = StandardText(
        series=found.series,
        language=found.language,
        version=found.version + 1,
        section=found.section,
        title=title,
        text=text,
        owner=by,
        made_at=at,
    )
    session.add(made)
    return made


def retire(found: StandardText, *, at: datetime) -> None:
    """Offer the text no more; the opinions that have it keep it. Raises `CannotProceed` where a newer version stands."""
    _standing(found)
    found.retired_at = at


def standing_texts(session: Session) -> Sequence[StandardText]:
    """All that are offered now: by section in the order of the opinion, then by title."""
    query = sa.select(StandardText).where(StandardText.retired_at.is_(None)).order_by(StandardText.title, StandardText.id)
    return sorted(session.scalars(query), key=lambda found: WRITTEN_FOR.index(found.section))


def texts_for(place: Place, session: Session) -> Sequence[StandardText]:
    """Those that can be put into this place of an opinion, in its form of Norwegian."""
    query = sa.select(StandardText).where(
        StandardText.retired_at.is_(None),
        StandardText.section == place.standard_section,
        StandardText.language == place.case.language,
    )
    return session.scalars(query.order_by(StandardText.title, StandardText.id)).all()


def versions_in(session: Session, series: str, language: str) -> Sequence[StandardText]:
    """All versions of a text in one form, the newest first."""
    query = sa.select(StandardText).where(StandardText.series == series, StandardText.language == language)
    return session.scalars(query.order_by(StandardText.version.desc())).all()


def standing_in(session: Session, series: str, language: str) -> StandardText | None:
    """The version of a text that is offered in that form; None where there is none."""
    return next((found for found in versions_in(session, series, language) if found.retired_at is None), None)


def other_form_of(session: Session, found: StandardText) -> StandardText | None:
    """The same text in the other form of Norwegian, as it is offered now."""
    return standing_in(session, found.series, other_norwegian(found.language))


def standard_text_at(session: Session, public_id: str) -> StandardText:
    """The version with that identifier. Raises `NotFound`."""
    found = session.scalar(sa.select(StandardText).where(StandardText.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def _standing(found: StandardText) -> Session:
    session = sa.orm.object_session(found)
    if session is None or found.retired_at is not None:
        raise CannotProceed(Message("text.standard.is_retired"))
    return session
