"""Jobs: asked for with the act, claimed by one worker at a time, tried again, and taken over from the dead."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.people import NOON
from tvist import workers
from tvist.away import StoreAway
from tvist.clock import now
from tvist.documents.storage import PaperStore
from tvist.jobs.actions import queue
from tvist.jobs.models import Job, JobKind
from tvist.jobs.running import DIED, LEASE, MOST_ATTEMPTS, WAITS, claim, fail, finish
from tvist.workers import LEFTOVERS_AFTER, WORK, work, work_once

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from tvist.db import Database
    from tvist.installation import Installation

INDEX = JobKind.INDEX_SUBMISSION
MINUTE = timedelta(minutes=1)


def asked_for(database: Database, *things: int, at: datetime = NOON) -> None:
    with database.writing() as session:
        for thing in things:
            queue(session, INDEX, thing, at=at)
        session.commit()


def the_job(database: Database) -> Job:
    with database.reading() as session:
        return session.scalars(sa.select(Job)).one()


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the work was done on, in order; the work itself is a note."""
    things: list[int] = []
    monkeypatch.setitem(WORK, INDEX, lambda _installation, thing, _at: things.append(thing))
    return things


def test_what_is_rolled_back_asks_for_nothing(database):
    with database.writing() as session:
        queue(session, INDEX, 1, at=NOON)
    assert claim(database, at=NOON) is None


def test_a_job_is_claimed_once_and_finished_once(database):
    asked_for(database, 7)
    first = claim(database, at=NOON)
    assert first
    assert (first.kind, first.thing_id, first.attempt) == (INDEX, 7, 1)
    assert claim(database, at=NOON) is None
    assert finish(database, first, at=NOON + MINUTE)
    assert the_job(database).done_at == NOON + MINUTE
    assert claim(database, at=NOON + 2 * LEASE) is None


def test_jobs_come_in_the_order_they_were_asked_for_and_not_before_their_time(database):
    asked_for(database, 1, at=NOON + MINUTE)
    asked_for(database, 2, 3, at=NOON)
    assert [claim(database, at=NOON).thing_id for _ in range(2)] == [2, 3]
    assert claim(database, at=NOON) is None
    assert claim(database, at=NOON + MINUTE).thing_id == 1


def test_a_dead_workers_job_is_taken_over_after_its_lease(database):
    asked_for(database, 7)
    dead = claim(database, at=NOON)
    assert claim(database, at=NOON + LEASE - MINUTE) is None
    taken_over = claim(database, at=NOON + LEASE)
    assert taken_over
    assert taken_over.attempt == 2
    assert not finish(database, dead, at=NOON + LEASE), "one who lost the lease finishes nothing"
    assert finish(database, taken_over, at=NOON + LEASE)


def test_a_job_that_kills_its_worker_each_time_is_given_up(database):
    asked_for(database, 7)
    for attempt in range(MOST_ATTEMPTS):
        assert claim(database, at=NOON + attempt * LEASE)
    assert claim(database, at=NOON + MOST_ATTEMPTS * LEASE) is None
    assert the_job(database).error == DIED
    assert the_job(database).failed_at


def test_a_failed_job_waits_longer_each_time_and_keeps_the_class_of_the_error_alone(database):
    asked_for(database, 7)
    at = NOON
    for wait in WAITS:
        assert fail(database, claim(database, at=at), ValueError("Kari Nordmann"), at=at)
        assert claim(database, at=at + wait - MINUTE / 2) is None
        at += wait
    assert not fail(database, claim(database, at=at), ValueError("Kari Nordmann"), at=at)
    job = the_job(database)
    assert (job.error, job.failed_at, job.attempts) == ("ValueError", at, MOST_ATTEMPTS)
    assert claim(database, at=at + timedelta(days=30)) is None


def test_a_job_for_which_the_disk_is_full_is_tried_for_as_long_as_it_takes(database):
    asked_for(database, 7)
    at = NOON
    for _ in range(3 * MOST_ATTEMPTS):
        assert fail(database, claim(database, at=at), StoreAway("GenericError"), at=at)
        at += WAITS[-1]
    assert finish(database, claim(database, at=at), at=at)
    assert the_job(database).failed_at is None


def test_many_workers_do_each_job_once(database):
    asked_for(database, *range(40))
    claimed: list[int] = []

    def worker() -> None:
        while (found := claim(database, at=NOON)) is not None:
            claimed.append(found.thing_id)
            finish(database, found, at=NOON)

    threads = [threading.Thread(target=worker) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == list(range(40))


def test_the_worker_runs_what_is_due_and_says_how_much(installation: Installation, done):
    asked_for(installation.database, 1, 2, 3)
    assert work_once(installation, NOON) == 3
    assert done == [1, 2, 3]
    assert work_once(installation, NOON) == 0


def test_one_job_that_fails_does_not_stop_the_next(installation: Installation, monkeypatch):
    done: list[int] = []
    monkeypatch.setitem(WORK, INDEX, lambda _installation, thing, _at: done.append(thing) if thing > 1 else 1 / 0)
    asked_for(installation.database, 1, 2)
    assert work_once(installation, NOON) == 2
    assert done == [2]
    with installation.database.reading() as session:
        failed = session.scalars(sa.select(Job).where(Job.thing_id == 1)).one()
        assert (failed.error, failed.done_at, failed.run_at) == ("ZeroDivisionError", None, NOON + WAITS[0])


def test_a_worker_killed_in_the_middle_leaves_its_job_to_the_next(installation: Installation, monkeypatch, done):
    noted = WORK[INDEX]
    monkeypatch.setitem(WORK, INDEX, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    asked_for(installation.database, 7)
    with pytest.raises(KeyboardInterrupt):
        work_once(installation, NOON)
    monkeypatch.setitem(WORK, INDEX, noted)
    assert work_once(installation, NOON + MINUTE) == 0
    assert work_once(installation, NOON + LEASE) == 1
    assert done == [7]


def test_the_worker_stops_when_told_and_outlives_an_error(installation: Installation, monkeypatch):
    stop = threading.Event()
    runs: list[int] = []

    def run(_installation: Installation) -> int:
        runs.append(1)
        if len(runs) == 2:
            stop.set()
        raise OSError

    monkeypatch.setattr(workers, "work_once", run)
    monkeypatch.setattr(workers, "PAUSE_SECONDS", 0)
    work(installation, stop)
    assert len(runs) == 2


def test_every_kind_of_job_has_its_work():
    assert set(WORK) == set(JobKind)


def test_the_worker_sweeps_away_what_broken_uploads_left(installation: Installation, tmp_path: Path, monkeypatch):
    papers = PaperStore(str(tmp_path / "papers"), installation.keys)
    stored = papers.put([b"whole"], max_bytes=None)
    left = tmp_path / "papers" / "incoming" / "broken"
    left.write_bytes(b"half")
    old = (now() - LEFTOVERS_AFTER - MINUTE).timestamp()
    os.utime(left, (old, old))
    stop = threading.Event()
    monkeypatch.setattr(workers, "PAUSE_SECONDS", 0)
    threading.Timer(0.5, stop.set).start()

    work(replace(installation, papers=papers), stop)

    assert not left.exists()
    assert papers.exists(stored.blob_id)
