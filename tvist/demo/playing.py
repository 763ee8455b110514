"""Play an invented case from its plot, stage by stage, by the real acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.cases.submissions import Submission
from tvist.demo import before
from tvist.demo.panels import STAGES as PANEL_STAGES
from tvist.demo.people import people_there
from tvist.demo.plots import Stage
from tvist.demo.story import Story
from tvist.jobs.models import Job, JobKind
from tvist.submissions.indexing import index_submission

if TYPE_CHECKING:
    from tvist.demo.plots import Plot
    from tvist.installation import Installation

STAGES: Final = {
    Stage.FILED: before.file,
    Stage.DECLARED: before.declare,
    Stage.ACCEPTED: before.accept,
    Stage.ANSWERED: before.answer,
    Stage.PASSED_ON: before.pass_on,
    Stage.COMMENTED: before.comment,
    Stage.CLOSED: before.close,
    **PANEL_STAGES,
}


def play(installation: Installation, plot: Plot) -> int:
    """Play the case as far as its plot says, and commit. Returns its id."""
    with installation.database.writing() as session:
        story = Story(installation, session, people_there(session), plot)
        for stage, step in STAGES.items():
            if stage <= plot.until:
                step(story)
        before.end_early(story)
        session.commit()
        return story.case.id


def index_all(installation: Installation, case_ids: list[int]) -> None:
    """Do the indexing that the acts on these cases have asked for, and mark its jobs as done."""
    waiting = (
        sa.select(Job)
        .join(Submission, Submission.id == Job.thing_id)
        .where(Job.kind == JobKind.INDEX_SUBMISSION, Job.done_at.is_(None), Submission.case_id.in_(case_ids))
    )
    with installation.database.reading() as session:
        jobs = list(session.scalars(waiting.order_by(Job.id)))
    for thing_id in dict.fromkeys(job.thing_id for job in jobs):
        index_submission(installation, thing_id)
    with installation.database.writing() as session:
        for job in jobs:
            session.execute(sa.update(Job).where(Job.id == job.id).values(done_at=job.run_at, attempts=1))
        session.commit()
