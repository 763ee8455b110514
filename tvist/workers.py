"""Which function does which job, and the worker: it runs what is due, then sends the letters."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

import tvist.rulebook
import tvist.schema  # noqa: F401 - both are imported for what they join: a job takes a step, and reads any table.
from tvist.clock import now, oslo_date
from tvist.delivery.access_letters import tell_of_access
from tvist.delivery.mail import mail_of
from tvist.delivery.sending import send_letters
from tvist.documents.storage import LEFTOVERS_AFTER
from tvist.jobs.life import BEAT_EVERY, beat
from tvist.jobs.models import JobKind
from tvist.jobs.running import claim, fail, finish

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from threading import Event

    from tvist.installation import Installation
    from tvist.jobs.running import Claimed

    Work = Callable[[Installation, int, datetime], None]

PAUSE_SECONDS: Final = 2.0
CLOCKS_EVERY: Final = timedelta(hours=1)
"""How often the daily round is run: what it did already it does not do again, and a new day is seen within the hour."""
BOUNCES_EVERY: Final = timedelta(minutes=1)
"""How often the mailbox is read that returned letters land in."""
SWEEP_EVERY: Final = timedelta(days=1)
log = logging.getLogger("tvist")


def _issue_decision(installation: Installation, decision_id: int, at: datetime) -> None:
    from tvist.decision.issuing import issue_job

    issue_job(installation, decision_id, at)


def _index_submission(installation: Installation, submission_id: int, at: datetime) -> None:  # noqa: ARG001 - every kind of work takes the moment.
    from tvist.submissions.indexing import index_submission

    index_submission(installation, submission_id)


def _make_receipt(installation: Installation, case_id: int, at: datetime) -> None:
    from tvist.intake.receipts import receipt_job

    receipt_job(installation, case_id, at)


def _make_correction(installation: Installation, correction_id: int, at: datetime) -> None:
    from tvist.decision.correcting import correction_job

    correction_job(installation, correction_id, at)


def _copy_papers(installation: Installation, new_treatment_id: int, at: datetime) -> None:
    from tvist.decision.carried_papers import copy_papers_job

    copy_papers_job(installation, new_treatment_id, at)


def _make_bundle(installation: Installation, bundle_id: int, at: datetime) -> None:
    from tvist.panel.making import bundle_job

    bundle_job(installation, bundle_id, at)


def _make_bundle_copy(installation: Installation, copy_id: int, at: datetime) -> None:
    from tvist.panel.copies import copy_job

    copy_job(installation, copy_id, at)


def _publish(installation: Installation, publication_id: int, at: datetime) -> None:
    from tvist.publication.job import publish_job
    from tvist.published.outputs import outputs_of

    publish_job(installation, publication_id, at, told=partial(outputs_of, base_url=installation.config.base_url))


def _make_redaction(installation: Installation, redaction_id: int, at: datetime) -> None:
    from tvist.redaction.job import redaction_job

    redaction_job(installation, redaction_id, at)


# The rooms are imported when their work is done: a worker starts at once, and issuing brings ReportLab with it.
WORK: Final[dict[JobKind, Work]] = {
    JobKind.ISSUE_DECISION: _issue_decision,
    JobKind.INDEX_SUBMISSION: _index_submission,
    JobKind.MAKE_RECEIPT: _make_receipt,
    JobKind.MAKE_BUNDLE: _make_bundle,
    JobKind.MAKE_BUNDLE_COPY: _make_bundle_copy,
    JobKind.MAKE_CORRECTION: _make_correction,
    JobKind.COPY_PAPERS: _copy_papers,
    JobKind.PUBLISH: _publish,
    JobKind.MAKE_REDACTION: _make_redaction,
}


def work_once(installation: Installation, at: datetime | None = None) -> int:
    """Run all jobs that are due, each in transactions of its own, then send the letters. Returns how many jobs were run.

    `at` is the moment of all that happens here; None asks the clock for each step.
    """
    run = 0
    while (claimed := claim(installation.database, at=at or now())) is not None:
        _run(installation, claimed, at)
        run += 1
    tell_of_access(installation.database, at or now())
    send_letters(installation.database, mail_of(installation.config), at=at)
    return run


def read_bounces(installation: Installation, at: datetime) -> int:
    """Read which letters came back, where a mailbox is set up for it (rule 18). Returns how many reports were new; a server away is logged."""
    from tvist.delivery.bounce_mailbox import NoBounceMailbox, read_mailbox

    if installation.config.bounce_imap is None:
        return 0
    try:
        return read_mailbox(installation.database, installation.config.bounce_imap, at=at)
    except NoBounceMailbox as away:
        log.warning("the mailbox of returned letters could not be read: %s", away)
        return 0


def daily(installation: Installation, at: datetime) -> int:
    """The daily round: stand-ins come where they are missing, the board is looked at, rests end, parties are reminded (rules 5, 19, 23, 25, 27).

    Missed deadlines are seen to, parties asked how it went (rule 41), pages counted, and the access log sealed and looked through (rule 44). Run as often as one likes; it catches up after the worker was away. Returns how many cases were looked at.
    """
    from tvist.panel.board_round import look_at_board
    from tvist.submissions.reminders import cases_with_clocks, look_at_case
    from tvist.teams.absences import cover_absences

    with installation.database.writing() as session:
        cover_absences(session, at=at)
        session.commit()
    try:
        look_at_board(installation.database, at)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong with the board, the cases are looked at.
        log.error("the board: %s", type(error).__name__)  # noqa: TRY400 - the trace may hold a name.
    _confirm_colleagues(installation, at)
    _end_copies(installation, at)
    _follow_up(installation, at)
    _count_pages(installation)
    oversee(installation, at)
    cases = cases_with_clocks(installation.database, oslo_date(at))
    for case_id in cases:
        try:
            look_at_case(installation.database, case_id, at)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in one case, the next one is looked at.
            log.error("clocks of case %s: %s", case_id, type(error).__name__)  # noqa: TRY400 - the trace may hold a fact.
    return len(cases) + _look_at_late(installation, at)


def _confirm_colleagues(installation: Installation, at: datetime) -> None:
    """Organisations are asked who still works there (rule 5); not in the demo, whose people would be lost to it."""
    from tvist.teams.yearly_rounds import look_at_rounds

    if installation.config.is_demo:
        return
    try:
        look_at_rounds(installation.database, at)
    except Exception as error:  # noqa: BLE001 - the rest of the round is done without it.
        log.error("yearly confirmations: %s", type(error).__name__)  # noqa: TRY400 - the trace may hold a name.


def _end_copies(installation: Installation, at: datetime) -> None:
    """Copies of bundles whose time is over are removed (rule 33)."""
    from tvist.panel.copies import end_copies

    try:
        end_copies(installation, at)
    except Exception as error:  # noqa: BLE001 - the rest of the round is done without it.
        log.error("copies of bundles: %s", type(error).__name__)  # noqa: TRY400 - the trace may hold a fact.


def _follow_up(installation: Installation, at: datetime) -> None:
    """The parties are asked how it went, some months after the opinion (rule 41)."""
    from tvist.delivery.following_up import cases_to_follow_up, follow_up

    for case_id in cases_to_follow_up(installation.database, oslo_date(at)):
        try:
            follow_up(installation.database, case_id, at)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in one case, the next one is looked at.
            log.error("follow-up of case %s: %s", case_id, type(error).__name__)  # noqa: TRY400 - the trace may hold a fact.


def _count_pages(installation: Installation) -> None:
    """Letters and opinions are counted in pages, for the yearly report (språklova § 13)."""
    from tvist.delivery.page_counts import count_letters
    from tvist.statistics.language_forms import count_files

    try:
        count_letters(installation.database)
        count_files(installation.database, installation.papers)
    except Exception as error:  # noqa: BLE001 - the rest of the round is done without it.
        log.error("counting pages: %s", type(error).__name__)  # noqa: TRY400 - the trace may hold a fact.


def oversee(installation: Installation, at: datetime) -> None:
    """The access log is sealed, its anchors are written out, days that are over are looked through, and retention takes what is its own (rule 44)."""
    from tvist.oversight.anchors import write_out
    from tvist.oversight.retention import carry_out
    from tvist.oversight.sealing import seal_log
    from tvist.oversight.watching import watch

    for name, step in (
        ("sealing the log", lambda: seal_log(installation.database, at)),
        ("anchors", lambda: write_out(installation.database, installation.config.anchors, at)),
        ("unusual patterns", lambda: watch(installation.database, at)),
        ("retention", lambda: carry_out(installation, at)),
    ):
        try:
            step()
        except Exception as error:  # noqa: BLE001 - the other steps, and the rest of the round, are done without it.
            log.error("%s: %s", name, type(error).__name__)  # noqa: TRY400 - the trace may hold a fact.


def _look_at_late(installation: Installation, at: datetime) -> int:
    """What came when the preparation was closed: times to comment end, and new bundles are made (rule 33)."""
    from tvist.panel.renewing import cases_with_late, look_at_late_in

    cases = cases_with_late(installation.database)
    for case_id in cases:
        try:
            look_at_late_in(installation.database, case_id, at)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in one case, the next one is looked at.
            log.error("late papers of case %s: %s", case_id, type(error).__name__)  # noqa: TRY400 - the trace may hold a fact.
    return len(cases)


def work(installation: Installation, stop: Event) -> None:
    """Go on working until `stop` is set; what goes wrong with the database or the mail is logged by its class, and tried again.

    Once a minute it reads what came back; once an hour it looks at the clocks; once a day it sweeps away what uploads left that were broken off by a crash.
    """
    sweep_next = clocks_next = bounces_next = beat_next = now()
    while not stop.is_set():
        try:
            if now() >= beat_next:
                beat(installation.database, at=now())
                beat_next = now() + BEAT_EVERY
            if now() >= clocks_next:
                # Set first: a round that fails is not begun again before the letters have left.
                clocks_next = now() + CLOCKS_EVERY
                daily(installation, now())
            work_once(installation)
            if now() >= bounces_next:
                bounces_next = now() + BOUNCES_EVERY
                read_bounces(installation, now())
            if now() >= sweep_next:
                sweep_next = now() + SWEEP_EVERY
                sweep(installation, now())
        except Exception as error:  # noqa: BLE001 - a worker outlives a database that is away for a while.
            log.error("worker: %s", type(error).__name__)  # noqa: TRY400 - the trace may hold a fact.
        stop.wait(PAUSE_SECONDS)


def sweep(installation: Installation, at: datetime) -> None:
    """Sweep away what crashes and broken-off uploads left: half a file at once, a whole one that no row names after a month."""
    from tvist.check.files import set_orphans_aside

    installation.papers.sweep(at - LEFTOVERS_AFTER)
    if found := set_orphans_aside(installation, at):
        log.warning("%s files that no row names were set aside", found)


def _run(installation: Installation, claimed: Claimed, at: datetime | None) -> None:
    try:
        WORK[claimed.kind](installation, claimed.thing_id, at or now())
    except Exception as error:  # noqa: BLE001 - whatever goes wrong, the next job is run.
        is_tried_again = fail(installation.database, claimed, error, at=at or now())
        log.warning(
            "job %s %s: %s, %s", claimed.kind, claimed.id, type(error).__name__, "tried again" if is_tried_again else "given up"
        )
    else:
        finish(installation.database, claimed, at=at or now())
