"""The database goes away by real means while people work: they are told, what they typed is shown, nothing is lost, and it goes on by itself."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest
import sqlalchemy as sa

from tests.conftest import _sign_in, _token, check_page
from tests.scenes.intake import dismissal_proposed
from tests.visitor import FROM_HERE
from tvist.access.policy import Act
from tvist.away import ASK_AGAIN_AFTER, is_away
from tvist.cases.history import Event
from tvist.words import Message, render
from tvist.workers import work_once

TEXT = "Kommunen mener at saken bør behandles, fordi <fristen> ikke var ute."


@pytest.fixture
def away(databases, database, kind):
    """`with away():` nobody gets through to the database."""
    return _locked(database) if kind == "sqlite" else _shut(databases.server, database)


def _locked(database):
    @contextlib.contextmanager
    def by_another_writer():
        def impatient(connection, _record):
            connection.execute("PRAGMA busy_timeout=50")

        database.engine.dispose()
        sa.event.listen(database.engine, "connect", impatient)
        with contextlib.closing(sqlite3.connect(database.engine.url.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
        sa.event.remove(database.engine, "connect", impatient)
        database.engine.dispose()

    return by_another_writer


def _shut(server, database):
    name = database.engine.url.database

    @contextlib.contextmanager
    def by_its_server():
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    return by_its_server


@pytest.fixture
def comment(app, cast, database, installation):
    """`comment()` sends the same comment on a proposed dismissal, from the same form, each time."""
    with database.writing() as session:
        slug = dismissal_proposed(session, cast).slug
        session.commit()
    client = app.test_client()
    _sign_in(client, installation, cast.asta)
    data = {"csrf_token": _token(client, app), "_key": "the-same-form", "text": TEXT}
    return lambda: client.post(f"/cases/{slug}/screening/dismissal/comment", data=data, headers=FROM_HERE)


def comments(database):
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count(Event.id)).where(Event.act == Act.COMMENT_ON_DISMISSAL))


def test_a_comment_that_meets_no_database_is_shown_and_taken_once_when_it_is_back(away, comment, database):
    with away():
        answers = [comment(), comment()]
    for answer in answers:
        page = answer.get_data(as_text=True)
        check_page(page)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == str(ASK_AGAIN_AFTER)
        assert render(Message("errors.heading_503"), "nb") in page
        assert "fordi &lt;fristen&gt; ikke var ute." in page
        assert "the-same-form" not in page
    assert comments(database) == 0

    assert {comment().location, comment().location} == {comment().location}
    assert comments(database) == 1


def test_the_worker_goes_on_when_the_database_is_back(away, database, installation, cast):
    with database.writing() as session:
        dismissal_proposed(session, cast)
        session.commit()
    with away(), pytest.raises(sa.exc.DBAPIError) as told:
        work_once(installation)
    assert is_away(told.value)
    assert work_once(installation) >= 1
