"""Whether the work in the background goes on is seen by the secretariat, and by whoever runs the system."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from tests.scenes.intake import filed
from tvist.cli import cli
from tvist.clock import now
from tvist.desk.background import LATE_AFTER, SILENT_AFTER, background_of
from tvist.jobs.life import beat
from tvist.jobs.models import Heartbeat, Job
from tvist.words import Message, render

LATE = render(Message("desk.background_late"), "nb")


def told(database, at):
    with database.reading() as session:
        return background_of(session, at)


@pytest.fixture
def desk(ask):
    return lambda user: ask("GET", "/desk", as_=user).get_data(as_text=True)


def test_a_worker_that_falls_silent_is_told_to_the_secretariat_alone(desk, database, cast):
    assert LATE not in desk(cast.siri), "where no worker was ever seen, as in a test, nobody is alarmed"
    beat(database, at=now() - SILENT_AFTER - timedelta(minutes=1))
    assert LATE in desk(cast.siri)
    assert LATE not in desk(cast.asta)
    beat(database, at=now())
    assert LATE not in desk(cast.siri)
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Heartbeat)) == 1


def test_what_waits_too_long_is_counted(desk, database, cast):
    with database.writing() as session:
        filed(session, cast)
        session.commit()
    at = now()
    assert not told(database, at - timedelta(days=3650)).is_late
    later = told(database, at + LATE_AFTER + timedelta(minutes=1))
    assert later.is_late
    assert later.late_letters > 0
    with database.writing() as session:
        session.execute(sa.update(Job).values(failed_at=at))
        session.commit()
    assert told(database, at).late_jobs == 0


def test_the_command_says_how_it_stands(database, installation, monkeypatch, tmp_path):
    monkeypatch.setenv("TVIST_INSTANCE", str(tmp_path))
    monkeypatch.setenv("TVIST_DATABASE_URL", database.engine.url.render_as_string(hide_password=False))
    beat(database, at=now())
    assert CliRunner().invoke(cli, ["status"]).exit_code == 0
    beat(database, at=now() - timedelta(hours=1))
    late = CliRunner().invoke(cli, ["status"])
    assert late.exit_code == 1
    assert "Worker seen: " in late.output
