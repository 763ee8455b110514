"""`tvist check` finds nothing in sound cases, and finds each thing that was planted in a database of the test's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.decision import issued
from tests.scenes.intake import filed
from tests.scenes.submissions import prepared
from tvist.cases.history import Event
from tvist.check import Finding, check_all
from tvist.check.everything import check_case, check_numbers, read_cases
from tvist.check.files import NAMED_BY, set_orphans_aside
from tvist.check.finding import WORDS
from tvist.clock import now
from tvist.db import Base
from tvist.decision.models import IssuedFile
from tvist.documents.storage import LEFTOVERS_AFTER, PaperStore
from tvist.panel.making import bundle_job
from tvist.panel.models import Bundle
from tvist.schema import TRIGGERS, Trigger, drop_sql


@pytest.fixture
def decided(database, cast, installation):
    """A decided case, one in preparation and one just filed; the id of the first."""
    with database.writing() as session:
        case = issued(session, cast, installation, at=NOON + timedelta(days=30))
        filed(session, cast)
        prepared(session, cast)
        session.commit()
        return case.id


def found_with(database, installation, *statements):
    """What is found after a change that the triggers would refuse: as by somebody who has the database in hand. All of it is rolled back."""
    with database.writing() as session:
        for trigger in TRIGGERS:
            for sql in drop_sql(trigger, session.get_bind().dialect.name):
                session.execute(sa.text(sql))
        for statement in statements:
            session.execute(sa.text(statement))
        found = {finding.code for finding in check_numbers(session)}
        for case in read_cases(session, after=0):
            found |= set(check_case(case, installation.keys))
    return found


PLANTED = [
    ("UPDATE claim_line SET amount_ore = amount_ore + 1", {"sum.line", "sum.claimed"}),
    ('UPDATE "case" SET claimed_ore = claimed_ore + 100', {"copy.differs", "sum.claimed"}),
    (
        "UPDATE line_outcome SET municipality_ore = municipality_ore + 1, state_ore = state_ore - 1",
        {"sum.shares", "sum.found", "sum.refund"},
    ),
    ("UPDATE fact SET text = 'nord' WHERE kind = 'region'", {"copy.differs"}),
    ("UPDATE fact SET ore = ore + 1 WHERE kind = 'claimed'", {"copy.differs"}),
    ("UPDATE event SET act = 'comment' WHERE act = 'respond'", {"journal.seal", "journal.counts"}),
    ("UPDATE event SET recorded_at = happened_at, happened_at = '2026-01-01 10:00:00' WHERE sequence = 2", {"journal.seal"}),
    ("DELETE FROM vote WHERE id = (SELECT max(id) FROM vote)", {"vote.missing", "journal.counts"}),
    ("UPDATE vote SET commitment = 'x' WHERE id = (SELECT max(id) FROM vote)", {"vote.changed", "vote.journal"}),
    ("UPDATE vote SET cast_at = '2026-01-01 10:00:00'", {"vote.journal"}),
    ("DELETE FROM approval WHERE id = (SELECT max(id) FROM approval)", {"approval.missing", "journal.counts"}),
    ("UPDATE approval SET text_sha256 = 'x'", {"approval.text"}),
    ("UPDATE decision SET frozen = replace(frozen, 'Barn', 'barn')", {"record.changed"}),
    ("UPDATE filed_petition SET snapshot = replace(snapshot, 'nb', 'nn')", {"petition.changed"}),
    ("UPDATE submission SET text = 'noe annet' WHERE kind = 'response'", {"bundle.changed"}),
    (
        "UPDATE declaration SET statement = 'conflict', ground = 'party' WHERE user_id IN (SELECT user_id FROM seat)",
        {"panel.unlawful"},
    ),
    ("UPDATE task SET due_on = '2027-01-01' WHERE due_on IS NOT NULL", {"task.due"}),
    ("UPDATE task SET done_at = NULL", {"task.open"}),
    ("UPDATE ending SET kind = 'dismissed'", {"state.ending"}),
    ("UPDATE serial SET last = 1", {"number.form"}),
]


def test_sound_cases_have_no_findings_and_what_was_planted_is_found(database, installation, decided):
    assert list(check_all(installation)) == []
    found = {statement: found_with(database, installation, statement) for statement, _ in PLANTED}

    assert {statement: codes - found[statement] for statement, codes in PLANTED if not codes <= found[statement]} == {}
    assert set().union(*found.values()) <= WORDS.keys()
    assert list(check_all(installation)) == []


def test_a_missing_line_of_the_journal_is_found_wherever_it_stood(database, installation, decided):
    with database.reading() as session:
        lines = session.execute(sa.select(Event.id, Event.act).where(Event.case_id == decided).order_by(Event.sequence)).all()
    unnoticed = [
        act
        for line, act in lines
        if not found_with(
            database,
            installation,
            f"UPDATE fact SET event_id = {lines[0].id if line != lines[0].id else lines[1].id} WHERE event_id = {line}",  # noqa: S608 - a number of our own.
            f"DELETE FROM event WHERE id = {line}",  # noqa: S608 - as above.
        )
    ]

    assert unnoticed == []


def test_pages_of_a_bundle_that_do_not_follow_each_other_are_found(database, installation, decided):
    with database.reading() as session:
        bundle_id = session.scalar(sa.select(Bundle.id))
    bundle_job(installation, bundle_id, NOON)
    assert list(check_all(installation)) == []

    for statement in (
        "UPDATE bundle_part SET first_page = first_page + 1 WHERE position = 3",
        "UPDATE bundle_file SET pages = pages + 1",
        "DELETE FROM bundle_part WHERE position = (SELECT max(position) FROM bundle_part)",
        "DELETE FROM bundle_file",
    ):
        assert "bundle.pages" in found_with(database, installation, statement), statement


def test_a_missing_and_a_foreign_file_are_found(database, installation, decided):
    with database.reading() as session:
        blob = session.scalar(sa.select(IssuedFile.blob_id))
    installation.papers.delete(blob)
    installation.papers.put([b"nobody's"], max_bytes=None)

    assert {finding.code for finding in check_all(installation)} == {"file.broken"}, "what is new may be on its way to its row"
    later = now() + 2 * LEFTOVERS_AFTER
    assert {finding.code for finding in check_all(installation, at=later)} == {"file.broken", "file.orphan"}
    assert set_orphans_aside(installation, later) == 1
    assert {finding.code for finding in check_all(installation, at=later)} == {"file.broken"}
    assert list(check_all(installation, every_file=None)) == []


def test_every_column_that_names_a_file_is_known_to_the_sweep():
    """A file that only an unknown column names would be taken for a leftover, and set aside."""
    known = {(column.class_.__tablename__, column.key) for column, _, _ in NAMED_BY}
    there = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("blob_id")
    }
    assert there == known


def test_a_changed_file_is_found(tmp_path, cast, database, installation, decided):
    on_disk = PaperStore(tmp_path / "papers", installation.keys)
    with database.writing() as session:
        other = on_disk.put([b"%PDF another opinion"], max_bytes=None)
        for sql in drop_sql(Trigger("issued_file", "UPDATE"), session.get_bind().dialect.name):
            session.execute(sa.text(sql))
        session.execute(sa.update(IssuedFile).values(blob_id=other.blob_id))
        session.commit()

    assert [finding.code for finding in check_all(replace(installation, papers=on_disk))] == ["file.broken"]


def test_a_finding_names_the_case_and_tells_nothing_of_it():
    assert str(Finding("2026/0001", "copy.differs")) == (
        "2026/0001  copy.differs: what stands on the case is not what its last dated fact says"
    )
