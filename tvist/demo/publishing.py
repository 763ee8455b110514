"""A few of the demo's opinions are made public by the real acts: most are released, one waits to be approved, one is being marked (rule 46)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.cases.history import Statement
from tvist.clock import now, today
from tvist.decision.models import Decision
from tvist.demo.people import people_there
from tvist.intake.actions import declare_impartiality
from tvist.publication.actions import approve, begin, singled_out_by, submit
from tvist.publication.job import publish_job
from tvist.publication.marking import Decided, blur, decide
from tvist.publication.models import BlurKind, Publication, Stage
from tvist.publication.proposing import DOUBTFUL
from tvist.publication.queries import to_begin
from tvist.published.outputs import outputs_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.installation import Installation

MOST_PUBLISHED: Final = 6
FEWEST: Final = 3
ACCEPTED: Final = "Demoen har så få uttalelser at ingen av dem kan gjengis mindre nøyaktig uten å miste innholdet."


def publish_some(installation: Installation, *, say: Callable[[str], object]) -> None:
    """Make up to six opinions public that nobody has begun; of three or more the last one is only begun, and the one before waits to be approved."""
    with installation.database.reading() as session:
        officer, _ = people_there(session).officers
        found = [decision.id for decision in to_begin(session, officer, today(), limit=MOST_PUBLISHED)]
    unfinished = [Stage.TO_APPROVE, Stage.MARKING] if len(found) >= FEWEST else []
    stages = [Stage.RELEASED] * (len(found) - len(unfinished)) + unfinished
    for decision_id, stage in zip(found, stages, strict=True):
        _publish(installation, decision_id, stage)
    with installation.database.reading() as session:
        count = session.scalar(sa.select(sa.func.count()).where(Publication.released_at.is_not(None)))
    say(f"Opinions made public: {count}")


def _publish(installation: Installation, decision_id: int, stage: Stage) -> None:
    """One opinion, as far as that stage."""
    at = now()
    with installation.database.writing() as session:
        marker, approver = people_there(session).officers
        decision = session.get_one(Decision, decision_id)
        _declare(decision.case, marker, approver)
        publication = begin(decision, by=marker, at=at)
        if stage is not Stage.MARKING:
            _mark(publication, by=marker)
            submit(publication, by=marker, at=at, accepted=ACCEPTED)
        if stage is Stage.RELEASED:
            approve(publication, by=approver, at=at)
        session.commit()
        publication_id = publication.id
    # The queued job finds it done; an approval that falls because something leaks is a part of the demo too.
    publish_job(installation, publication_id, at, told=outputs_of)


def _declare(case: Case, *officers: User) -> None:
    for officer in officers:
        if case.statement_of(officer) is None:
            declare_impartiality(case, by=officer, at=now(), statement=Statement.NONE)


def _mark(publication: Publication, *, by: User) -> None:
    """What is proposed is hidden but for what is only a doubt: the invented texts have no such names.

    Days are told as years, and what else would single a municipality out is told more broadly.
    """
    decided = {
        mark.public_id: Decided(hides=mark.why not in DOUBTFUL, replacement=mark.replacement) for mark in publication.marks
    }
    decide(publication, decided, by=by, at=now())
    blur(publication, [BlurKind.DAYS, BlurKind.ISSUED_ON], by=by, at=now())
    wanted = {kind for found in singled_out_by(publication, at=now()) for kind in found.what}
    blur(publication, sorted({BlurKind.DAYS, BlurKind.ISSUED_ON, *wanted}), by=by, at=now())
