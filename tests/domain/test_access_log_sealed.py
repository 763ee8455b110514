"""The access log: sealed in batches, anchored outside the database, dropped a month at a time; whatever is changed in it is found."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.submissions import prepared
from tvist.access.policy import Act
from tvist.accesslog.models import AccessEntry, Channel
from tvist.accounts.models import SentForm, SignInAttempt
from tvist.check import check_all
from tvist.oversight.anchors import write_copy, write_out
from tvist.oversight.models import JournalAnchor, LogBatch, LogSegment, RetentionRound
from tvist.oversight.retention import carry_out
from tvist.oversight.sealing import seal_log
from tvist.schema import TRIGGERS, create_sql, drop_sql
from tvist.workers import oversee

MARCH, APRIL = datetime(2026, 3, 2, 11, 0, tzinfo=UTC), datetime(2026, 4, 3, 11, 0, tzinfo=UTC)
FAR = datetime(2029, 5, 4, 11, 0, tzinfo=UTC)


def entry(at, **more):
    told = {"user_id": 1, "roles": "secretariat", "act": Act.OPEN_CASE, "thing": "case 1", "case_id": 1, "allowed": True}
    return AccessEntry(at=at, channel=Channel.WEB, **(told | more))


def noted(database, *moments):
    with database.writing() as session:
        session.add_all(entry(at) for at in moments)
        session.commit()


def all_of(database, table):
    with database.reading() as session:
        return session.scalars(sa.select(table).order_by(*table.__table__.primary_key)).all()


def tampered(database, *statements):
    """What somebody does who has the database in hand: the triggers are away meanwhile."""
    with database.writing() as session:
        dialect = session.get_bind().dialect.name
        triggers = [trigger for trigger in TRIGGERS if any(trigger.table in statement for statement in statements)]
        for make in (drop_sql, create_sql):
            for trigger in triggers:
                for sql in make(trigger, dialect):
                    session.execute(sa.text(sql))
            if make is drop_sql:
                for statement in statements:
                    session.execute(sa.text(statement))
        session.commit()


def found(installation):
    return {finding.code for finding in check_all(installation, every_file=None)}


@pytest.fixture
def sealed(database, cast, installation):
    """Two cases, and a log of two months: sealed in three batches, March closed, the anchors on the disk."""
    with database.writing() as session:
        prepared(session, cast)
        session.commit()
    noted(database, MARCH, MARCH + timedelta(hours=1))
    oversee(installation, MARCH + timedelta(hours=2))
    noted(database, MARCH + timedelta(hours=3))
    oversee(installation, MARCH + timedelta(hours=4))
    noted(database, APRIL, APRIL)
    oversee(installation, APRIL + timedelta(hours=1))
    return installation


def test_the_log_is_sealed_in_batches_by_month_and_the_journals_are_anchored_once(sealed, database):
    batches = all_of(database, LogBatch)
    assert [(batch.month, batch.count, batch.journals > 0) for batch in batches] == [
        ("2026-03", 2, True),
        ("2026-03", 1, False),
        ("2026-04", 2, False),
    ]
    assert [segment.month for segment in all_of(database, LogSegment)] == ["2026-03"]
    lines = [json.loads(line) for file in sorted(sealed.config.anchors.iterdir()) for line in file.read_text().splitlines()]
    assert [line.get("batch", line.get("closed")) for line in lines] == [1, 2, "2026-03", 3]
    assert seal_log(database, APRIL + timedelta(hours=2)) == 0
    assert found(sealed) == set()


def test_a_batch_ends_with_the_month_and_holds_no_more_than_its_measure(database, monkeypatch):
    monkeypatch.setattr("tvist.oversight.sealing.A_BATCH", 2)
    noted(database, *(MARCH,) * 3, *(APRIL,) * 2, MARCH)
    assert seal_log(database, APRIL) == 4
    # A clock that went back writes into the month that is open.
    assert [(batch.month, batch.count) for batch in all_of(database, LogBatch)] == [
        ("2026-03", 2),
        ("2026-03", 1),
        ("2026-04", 2),
        ("2026-04", 1),
    ]


TAMPERING = [
    ("UPDATE access_entry SET roles = 'seated' WHERE id = 1", "log.rows"),
    ("UPDATE access_entry SET allowed = NOT allowed WHERE id = 2", "log.rows"),
    ("DELETE FROM access_entry WHERE id = 3", "log.rows"),
    (
        "INSERT INTO access_entry (id, at, roles, act, thing, allowed, channel) VALUES (0, '2026-03-02', '', 'vote', '', true, 'web')",
        "log.rows",
    ),
    ("DELETE FROM access_entry WHERE id >= 4", "log.rows"),
    ("UPDATE log_batch SET sealed_at = '2026-03-02 10:00:00' WHERE number = 2", "log.seal"),
    ("UPDATE log_batch SET rows_sha256 = 'x' WHERE number = 2", "log.seal"),
    ("DELETE FROM log_batch WHERE number = 3", "anchor.extra"),
    ("UPDATE log_segment SET count = 99", "log.month"),
    ("UPDATE journal_anchor SET lines = lines - 1", "log.journals"),
]


def test_whatever_is_changed_is_found(sealed, database):
    for statement, code in TAMPERING:
        with database.engine.connect() as connection:
            before = {name: connection.execute(sa.text(f"SELECT * FROM {name}")).all() for name in NAMES}  # noqa: S608 - names of our own.
        tampered(database, statement)
        assert code in found(sealed), statement
        _restored(database, before)
    assert found(sealed) == set()


NAMES = ("access_entry", "log_batch", "log_segment", "journal_anchor")


def _restored(database, before):
    """Put the rows back as they were, for the next attempt."""
    tampered(
        database, "DELETE FROM journal_anchor", "DELETE FROM log_segment", "DELETE FROM log_batch", "DELETE FROM access_entry"
    )
    with database.writing() as session:
        for name in NAMES:
            for row in before[name]:
                columns = ", ".join(row._mapping)
                values = ", ".join(f":{column}" for column in row._mapping)
                session.execute(sa.text(f"INSERT INTO {name} ({columns}) VALUES ({values})"), dict(row._mapping))  # noqa: S608 - as above.
        session.commit()


def test_a_log_that_was_sealed_anew_does_not_fit_its_anchors_and_the_worker_leaves_them(sealed, database):
    anchors = {file.name: file.read_bytes() for file in sealed.config.anchors.iterdir()}
    tampered(
        database,
        "UPDATE access_entry SET user_id = 2 WHERE id = 1",
        "DELETE FROM log_segment",
        "DELETE FROM journal_anchor",
        "DELETE FROM log_batch",
    )
    oversee(sealed, APRIL + timedelta(hours=2))
    assert "anchor.differs" in found(sealed)
    assert all((sealed.config.anchors / name).read_bytes().startswith(content) for name, content in anchors.items())


def test_anchors_that_are_gone_or_changed_are_found_and_never_written_again(sealed, database):
    file = sealed.config.anchors / "2026-03.anchors"
    content = file.read_text()
    file.write_text(content.replace('"count":2', '"count":1'))
    assert "anchor.differs" in found(sealed)
    file.unlink()
    oversee(sealed, APRIL + timedelta(hours=2))
    assert "anchor.missing" in found(sealed)
    assert not file.exists()


def test_a_crash_between_seal_and_anchor_is_made_good_and_a_line_cut_off_harms_no_other(database, installation):
    noted(database, MARCH)
    assert found(installation) == {"log.unsealed"}
    seal_log(database, MARCH)
    folder = installation.config.anchors
    folder.mkdir()
    (folder / "2026-03.anchors").write_text('{"batch":1,"fir')
    assert found(installation) == {"anchor.unwritten"}
    assert write_out(database, folder, MARCH) == 1
    assert write_out(database, folder, MARCH) == 0
    assert found(installation) == set()


def test_a_copy_of_the_anchors_is_written_to_an_empty_place_alone(sealed, database, tmp_path):
    assert write_copy(database, tmp_path / "copy") == 4
    with pytest.raises(FileExistsError):
        write_copy(database, tmp_path / "copy")


def test_a_journal_that_lost_its_last_line_is_found(sealed, database):
    with database.reading() as session:
        last = session.scalar(sa.text("SELECT max(id) FROM event"))
    tampered(database, f"DELETE FROM fact WHERE event_id = {last}", f"DELETE FROM event WHERE id = {last}")  # noqa: S608 - a number.
    assert "journal.anchor" in found(sealed)
    assert len(all_of(database, JournalAnchor)) >= 1


def test_the_database_itself_refuses_to_change_the_log_and_its_seals(sealed, database):
    for statement in (
        "UPDATE access_entry SET thing = 'x'",
        "DELETE FROM access_entry WHERE id = 1",
        "UPDATE log_batch SET count = 0",
        "DELETE FROM log_batch",
        "UPDATE journal_anchor SET lines = 1",
        "DELETE FROM log_segment",
        "UPDATE log_segment SET last_id = 99",
        "UPDATE log_segment SET written_at = NULL, dropped_at = '2026-04-03'",
    ):
        with database.writing() as session, pytest.raises(sa.exc.DBAPIError, match=r"written once|segment_has_its_anchor"):
            session.execute(sa.text(statement))


def test_retention_drops_closed_months_as_a_whole_and_the_rest_is_still_proved(sealed, database):
    with database.writing() as session:
        session.add(SentForm(key="old", at=MARCH, location="/"))
        session.add(SignInAttempt(key="old", at=MARCH, succeeded=False))
        session.commit()
    assert carry_out(sealed, APRIL + timedelta(hours=3)) == {}
    noted(database, FAR)
    oversee(sealed, FAR)

    assert [row.at for row in all_of(database, AccessEntry)] == [FAR]
    assert {row.kind: row.count for row in all_of(database, RetentionRound) if row.month == "2029-05"} == {
        "sign_in_attempt": 1,
        "password_link": 0,
        "sent_form": 1,
        "access_log": 5,
    }
    assert found(sealed) == set()
    with database.writing() as session, pytest.raises(sa.exc.DBAPIError, match="written once"):
        session.execute(sa.text("DELETE FROM access_entry"))
    tampered(database, "UPDATE log_segment SET dropped_at = NULL WHERE month = '2026-03'")
    assert "log.rows" in found(sealed)


def test_a_month_that_does_not_fit_its_anchors_is_kept(sealed, database):
    tampered(database, "UPDATE access_entry SET user_id = 7 WHERE id = 1")
    noted(database, FAR)
    oversee(sealed, FAR)
    assert [row.id for row in all_of(database, AccessEntry)][:3] == [1, 2, 3]
    assert "log.rows" in found(sealed)


def test_the_last_row_stays_however_old(database, installation):
    noted(database, MARCH)
    oversee(installation, MARCH)
    oversee(installation, FAR)
    assert len(all_of(database, AccessEntry)) == 1


def test_nothing_is_sealed_twice_by_two_workers(database):
    noted(database, NOON, NOON)
    assert seal_log(database, NOON) == 1
    assert seal_log(database, NOON) == 0


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_row_that_is_committed_late_is_waited_for(database, kind):
    """PostgreSQL gives ids before the commit: a batch that did not wait would be sealed without the row, and the row found as inserted."""
    with database.writing() as slow, ThreadPoolExecutor() as worker:
        slow.add(entry(NOON))
        slow.flush()
        noted(database, NOON)
        sealing = worker.submit(seal_log, database, NOON)
        with pytest.raises(TimeoutError):
            sealing.result(0.3)
        slow.commit()
        assert sealing.result(10) == 1
    assert [batch.count for batch in all_of(database, LogBatch)] == [2]
