"""Opinions on their way to the public, made by the real acts: `begun`, `marked`, `submitted`, `approved`, `released`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.people import NOON
from tests.scenes.decision import issued, present
from tests.scenes.kept import kept
from tests.scenes.submissions import DAY
from tvist.cases.history import Statement
from tvist.intake.actions import declare_impartiality
from tvist.publication.actions import approve, begin, submit
from tvist.publication.marking import Decided, blur, decide
from tvist.publication.models import BlurKind
from tvist.workers import work_once

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.cases.models import Case
    from tvist.installation import Installation
    from tvist.publication.models import Publication

THE_DAY_AFTER = NOON + DAY


def declared(session: Session, cast: Cast, case: Case, *, at: datetime = NOON) -> None:
    """Both officers have declared no conflict for the case."""
    people = present(session, cast)
    for officer in (people.siri, people.stein):
        if case.statement_of(officer) is None:
            declare_impartiality(case, by=officer, at=at, statement=Statement.NONE)


@kept
def begun(session: Session, cast: Cast, installation: Installation, *, at: datetime = NOON, **changes: Any) -> Publication:
    """A decided case whose opinion Siri has begun to make ready for the public; what is proposed is not decided yet. Commits."""
    case = issued(session, cast, installation, at=at, **changes)
    declared(session, cast, case, at=at)
    assert case.decision is not None
    made = begin(case.decision, by=present(session, cast).siri, at=at + DAY)
    session.commit()
    return made


def hide_all(publication: Publication, session: Session, cast: Cast, *, at: datetime = THE_DAY_AFTER) -> None:
    """Siri hides all that is proposed, by what is proposed instead, and tells days as years."""
    decided = {mark.public_id: Decided(hides=True, replacement=mark.replacement) for mark in publication.marks}
    siri = present(session, cast).siri
    decide(publication, decided, by=siri, at=at)
    # The days of the lines stand in the texts and in the tables: what is hidden there is told as years here.
    blur(publication, [BlurKind.DAYS], by=siri, at=at)


@kept
def marked(session: Session, cast: Cast, installation: Installation, *, at: datetime = NOON, **changes: Any) -> Publication:
    """The same with all that is proposed hidden. Commits."""
    made = begun(session, cast, installation, at=at, **changes)
    hide_all(made, session, cast, at=at + DAY)
    session.commit()
    return made


@kept
def submitted(session: Session, cast: Cast, installation: Installation, *, at: datetime = NOON, **changes: Any) -> Publication:
    """The same, which Siri has asked another to approve. Commits."""
    made = marked(session, cast, installation, at=at, **changes)
    submit(made, by=present(session, cast).siri, at=at + DAY)
    session.commit()
    return made


@kept
def approved(session: Session, cast: Cast, installation: Installation, *, at: datetime = NOON, **changes: Any) -> Publication:
    """The same, which Stein has approved; the machine has not made the files yet. Commits."""
    made = submitted(session, cast, installation, at=at, **changes)
    approve(made, by=present(session, cast).stein, at=at + DAY)
    session.commit()
    return made


@kept
def released(session: Session, cast: Cast, installation: Installation, *, at: datetime = NOON, **changes: Any) -> Publication:
    """The same, which the machine has released. Commits."""
    made = approved(session, cast, installation, at=at, **changes)
    work_once(installation, at + DAY)
    session.expire_all()
    return made
