"""Server and worker are killed in the middle of what they do, again and again, while people go on working."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.campaign.counts import IS_WHOLE
from tests.campaign.crash.figures import write_down
from tests.campaign.crash.looking import accepted, no_letter_left_twice, nothing_is_half, nothing_is_missing
from tests.campaign.crash.people_at_work import Acknowledged, Browser, Stopped, Work
from tests.campaign.crash.place import Place, PostOffice
from tests.scenes import decision, intake
from tvist.clock import now
from tvist.config import secret_key
from tvist.documents.storage import LEFTOVERS_AFTER
from tvist.workers import sweep, work_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from tests.databases import Kind
    from tests.people import Cast

KILLS = 200 if IS_WHOLE else 3
CASES = 20 if IS_WHOLE else 1
LONGEST = 2.0
"""Seconds between a beginning and its end."""


@pytest.fixture
def place(tmp_path, database, key_file) -> Iterator[Place]:
    """An installation on the disk, with nobody at work yet."""
    post_office = PostOffice()
    post_office.controller.start()
    with Place(tmp_path, database, key_file, post_office) as found:
        yield found
    post_office.controller.stop()


@pytest.fixture
def work(place: Place, app: Flask, cast: Cast) -> Work:
    """The people, and cases for them to work on."""
    app.config["SECRET_KEY"] = secret_key(place.installation.config)
    with place.installation.database.writing() as session:
        written_in = intake.filed(session, cast)
        approved = [decision.approved(session, cast, place.installation) for _ in range(CASES)]
        agreed = [decision.agreed(session, cast) for _ in range(CASES)]
        session.commit()
        place.accepted_before = accepted(place)
        return Work(
            Browser(place, app, threading.Event()),
            cast,
            Acknowledged(),
            f"/cases/{written_in.slug}/messages/{written_in.parties[0].public_id}",
            [
                (f"/cases/{case.slug}/decision/vote/{case.questions[0].public_id}", case.questions[0].public_id, member)
                for case in agreed
                for member in (cast.cato, cast.frida, cast.kaare)
            ],
            [f"/cases/{case.slug}" for case in approved],
        )


def test_nothing_is_lost_half_or_sent_twice(place: Place, work: Work, kind: Kind) -> None:
    chance = random.Random() if IS_WHOLE else random.Random(6)  # noqa: S311 - chance, not a secret.
    with ThreadPoolExecutor(3) as pool:
        place.begin()
        at_work = [pool.submit(_until_stopped, way) for way in work.ways()]
        try:
            for _ in range(KILLS):
                _wait_for_an_act(work, at_work)
                time.sleep(chance.uniform(0, LONGEST))
                place.kill()
                nothing_is_missing(place, work.done)
                nothing_is_half(place, now())
                place.begin()
            _wait_for_an_act(work, at_work)
        finally:
            work.ask.stop.set()
            place.kill()
    for each in at_work:
        each.result()
    unknown = _set_in_order(place, work)
    done = {name: len(found) for name, found in vars(work.done).items()}
    told = {"kills": KILLS, "acknowledged acts": work.done.count(), "lost": 0, "letters shown as unknown": unknown}
    write_down(kind, told | {f"of these {name}": count for name, count in done.items()})


def _until_stopped(way: Callable[[], None]) -> None:
    with suppress(Stopped):
        way()


def _wait_for_an_act(work: Work, at_work: list[Future[None]]) -> None:
    """Nobody is killed before something was done since the last time: there would be nothing to lose."""
    before, began = work.done.count(), time.monotonic()
    while work.done.count() == before:
        for each in at_work:
            if each.done():
                each.result()
        assert time.monotonic() < began + 180, "nothing goes on"
        time.sleep(0.02)


def _set_in_order(place: Place, work: Work) -> int:
    """A worker takes up what is left when the leases of the dead have run out; then all is done, and nothing is left over."""
    later = now() + timedelta(hours=1)
    while work_once(place.installation, at=later):
        pass
    next_day = now() + 2 * LEFTOVERS_AFTER
    sweep(place.installation, next_day)
    nothing_is_missing(place, work.done)
    nothing_is_half(place, next_day)
    assert not list((place.installation.config.instance / "papers" / "incoming").iterdir())
    return no_letter_left_twice(place)
