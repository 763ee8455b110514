"""Check all cases in batches, then the files and the references. Takes no more memory for many cases than for few."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from tvist.accounts.models import User
from tvist.cases.clocks import MovedTask
from tvist.cases.models import Case, Party, Serial
from tvist.cases.submissions import Submission
from tvist.cases.waiting import Task
from tvist.check.accesslog import check_log
from tvist.check.afterwards import check_renewal
from tvist.check.bundles import check_bundles
from tvist.check.deadlines import check_tasks
from tvist.check.decisions import check_panel, check_petition
from tvist.check.files import check_files, find_orphans
from tvist.check.finding import Finding
from tvist.check.journal import check_journal
from tvist.check.papers import check_index, check_papers
from tvist.check.publications import check_publications
from tvist.check.seals import check_seals
from tvist.check.sums import check_copies, check_sums
from tvist.clock import now
from tvist.decision.models import Decision, Question
from tvist.panel.challenges import Challenge, Ruling
from tvist.panel.models import Bundle, BundleEntry, Seat

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session
    from sqlalchemy.sql.base import ExecutableOption

    from tvist.installation import Installation
    from tvist.vault.keys import MasterKeys

A_BATCH: Final = 200


def check_all(
    installation: Installation, *, every_file: int | None = 1, prints_again: bool = False, at: datetime | None = None
) -> Iterator[Finding]:
    """All findings, case by case. `every_file` opens each, or each so many, stored file; None leaves the files out. `prints_again`: see `seals`.

    `at` is the moment it is done; None asks the clock.
    """
    last = 0
    while True:
        with installation.database.reading() as session:
            cases = read_cases(session, after=last)
            for case in cases:
                for code in dict.fromkeys(check_case(case, installation.keys)):
                    yield Finding(case.number, code)
            if not cases:
                yield from check_numbers(session)
                yield from check_index(session)
                yield from check_publications(session)
                yield from _check_references(installation, session)
                break
            last = cases[-1].id
    yield from check_log(installation)
    if every_file is not None:
        yield from check_files(installation, every_file)
        yield from check_seals(installation, every_file, prints_again=prints_again)
        yield from find_orphans(installation, at or now())


def check_case(case: Case, keys: MasterKeys) -> Iterator[str]:
    """The codes of all that is wrong with one case."""
    yield from check_journal(case)
    yield from check_copies(case)
    yield from check_sums(case)
    yield from check_tasks(case)
    yield from check_petition(case)
    yield from check_panel(case, keys)
    yield from check_papers(case)
    yield from check_bundles(case)
    yield from check_renewal(case)


def _loaded() -> tuple[ExecutableOption, ...]:
    """All that is looked at, in one question a table and batch."""
    return (
        selectinload(Case.parties).selectinload(Party.team),
        selectinload(Case.lines),
        selectinload(Case.events),
        selectinload(Case.facts),
        selectinload(Case.tasks).options(selectinload(Task.extensions), selectinload(Task.moves).joinedload(MovedTask.outage)),
        selectinload(Case.rests),
        selectinload(Case.endings),
        selectinload(Case.declarations),
        selectinload(Case.petition),
        selectinload(Case.dismissal_proposals),
        selectinload(Case.submissions).options(
            selectinload(Submission.servings),
            selectinload(Submission.papers),
            selectinload(Submission.line_answers),
            selectinload(Submission.own_lines),
            selectinload(Submission.facts),
            selectinload(Submission.fact_answers),
            selectinload(Submission.concessions),
            selectinload(Submission.page_comments),
            selectinload(Submission.let_in),
            selectinload(Submission.late),
        ),
        *_of_panel(),
        selectinload(Case.new_treatments),
        selectinload(Case.renews),
        selectinload(Case.questions).selectinload(Question.votes),
        selectinload(Case.question_agreements),
        selectinload(Case.decision).options(
            selectinload(Decision.approvals),
            selectinload(Decision.outcomes),
            selectinload(Decision.files),
            selectinload(Decision.call_backs),
            selectinload(Decision.corrections),
        ),
    )


def _of_panel() -> tuple[ExecutableOption, ...]:
    return (
        selectinload(Case.seats).options(selectinload(Seat.appointment), selectinload(Seat.user), selectinload(Seat.challenges)),
        selectinload(Case.challenges).selectinload(Challenge.rulings).joinedload(Ruling.user).selectinload(User.appointments),
        selectinload(Case.late_sendings),
        selectinload(Case.let_in),
        selectinload(Case.bundles).options(
            selectinload(Bundle.readings),
            selectinload(Bundle.entries).selectinload(BundleEntry.submission),
            selectinload(Bundle.parts),
            selectinload(Bundle.file),
        ),
    )


def read_cases(session: Session, *, after: int) -> Sequence[Case]:
    """The next batch of cases by id, with all that is looked at."""
    return session.scalars(sa.select(Case).where(Case.id > after).order_by(Case.id).limit(A_BATCH).options(*_loaded())).all()


def check_numbers(session: Session) -> Iterator[Finding]:
    """No case has a serial above the last one drawn in its year."""
    drawn = sa.select(Serial.last).where(Serial.year == Case.year).scalar_subquery()
    query = sa.select(Case.number).where(sa.func.coalesce(drawn, 0) < Case.serial)
    yield from (Finding(number, "number.form") for number in session.scalars(query))


def _check_references(installation: Installation, session: Session) -> Iterator[Finding]:
    """Rows that point to nothing. PostgreSQL holds its references at every commit; SQLite only for who has turned them on."""
    if installation.database.is_sqlite:
        tables = {str(row[0]) for row in session.execute(sa.text("PRAGMA foreign_key_check"))}
        yield from (Finding(table, "row.reference") for table in sorted(tables))
