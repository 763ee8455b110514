"""The master key is rotated while the system runs: everything is sealed anew, nothing is lost, and it goes on wherever it was ended."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.intake import at_home
from tests.scenes.sealed import NAME, drafted, sealed_of_all_kinds
from tvist.check import check_all
from tvist.db import Base, Database
from tvist.decision.models import Vote
from tvist.documents.models import Paper
from tvist.documents.storage import PaperStore
from tvist.installation import Installation
from tvist.intake.identity import identity_of_draft, open_sealed
from tvist.intake.models import ChildIdentity, Draft
from tvist.rotation.columns import NOT_SEALED, SEALED
from tvist.rotation.models import KeyRotation
from tvist.rotation.rotating import SETTLED, StillNeeded, drop_old, rotate, sealed_with_each
from tvist.vault.keys import MasterKeys, UnknownKey, add_key
from tvist.vault.sealed import head_of, unseal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.people import Cast


@pytest.fixture
def installation(installation: Installation, tmp_path: Path) -> Installation:
    """With papers in a folder, as most have them."""
    return replace(installation, papers=PaperStore(tmp_path / "papers", installation.keys))


def another_process(installation: Installation, database: Database) -> Installation:
    """The same installation, as a server that has been running since before sees it."""
    keys = MasterKeys.load(installation.config.master_key_file)
    folder = installation.papers._folder
    assert folder is not None
    return Installation(installation.config, database, keys, PaperStore(folder, keys))


def everything_opens(installation: Installation) -> int:
    """Open every sealed value and every file; how many they were."""
    count = 0
    with installation.database.reading() as session:
        for each in SEALED:
            for row in session.scalars(sa.select(each.column.class_).where(each.column.is_not(None))):
                place = {"purpose": each.purpose, "bound_to": each.bound_to(row)}
                assert unseal(installation.keys, getattr(row, each.column.key), **place)
                count += 1
        for paper in session.scalars(sa.select(Paper)):
            assert installation.papers.verify(paper.blob_id, paper.sha256)
            count += 1
    return count


def the_case(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        sealed_of_all_kinds(session, cast, installation)


def test_every_column_of_bytes_is_sealed_and_listed_or_said_not_to_be():
    """A column that the rotation forgot would be lost with the key that it drops."""
    of_bytes = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, sa.LargeBinary) or "sealed" in column.name
    }
    assert {each.name for each in SEALED} | NOT_SEALED.keys() == of_bytes
    assert not {each.name for each in SEALED} & NOT_SEALED.keys()
    assert all(NOT_SEALED.values())


def test_everything_is_sealed_anew_and_the_old_key_goes_when_nothing_needs_it(database, installation, cast):
    the_case(installation, cast)
    server = another_process(installation, database)
    [old] = installation.keys.ids
    count = everything_opens(installation)
    done = rotate(installation, at=NOON)
    assert not done.broken
    assert sealed_with_each(installation).keys() == {done.key_id}
    assert everything_opens(server) == count
    assert server.keys.current[0] == done.key_id, "who runs already seals with the new key"
    with pytest.raises(StillNeeded, match="minutes ago"):
        drop_old(installation, at=NOON + SETTLED / 2)
    assert drop_old(installation, at=NOON + SETTLED) == [old]
    assert drop_old(installation, at=NOON + SETTLED) == []
    fresh = another_process(installation, database)
    assert fresh.keys.ids == (done.key_id,)
    assert everything_opens(fresh) == count
    assert [str(finding) for finding in check_all(fresh)] == []
    with pytest.raises(UnknownKey):
        fresh.keys.key(old)


def test_no_key_is_dropped_that_something_is_sealed_with(database, installation, cast):
    with database.writing() as session:
        at_home(session, cast)
        drafted(session, cast, installation, b"Papir")
        session.commit()
        sealed = session.scalar(sa.select(Draft.sealed_identity))
    add_key(installation.config.master_key_file, "by-hand")
    with pytest.raises(StillNeeded, match="not finished"):
        drop_old(installation, at=NOON)
    rotate(installation, at=NOON)
    later = NOON + timedelta(days=1)
    with database.writing() as session:
        session.execute(sa.update(Draft).values(sealed_identity=sealed))
        session.commit()
    with pytest.raises(StillNeeded, match=r"1 with"):
        drop_old(installation, at=later)
    assert rotate(installation, at=later).values == 3
    late = later + SETTLED
    installation.papers._store.put("papers/" + "a" * 32, b"neither head nor chunk")
    with pytest.raises(StillNeeded, match="counted"):
        drop_old(installation, at=late)


def test_written_once_stays_written_once_but_for_the_rotation_that_runs(database, installation, cast):
    the_case(installation, cast)
    with database.writing() as session:
        before = session.scalar(sa.select(Vote.sealed).limit(1))
        assert before is not None
        key_id = "next"
        forged = head_of(key_id) + before[len(head_of(key_id)) :]
        changes = [{"sealed": forged}, {"sealed": before + b"!"}, {"sealed": forged, "commitment": "other"}, {"fell_at": NOON}]
        assert [_is_refused(session, change) for change in changes] == [True] * 4
        session.add(KeyRotation(key_id=key_id, head=head_of(key_id), began_at=NOON))
        session.flush()
        assert [_is_refused(session, change) for change in changes] == [False, True, True, True]


def _is_refused(session, change) -> bool:
    one, said = session.begin_nested(), ""
    try:
        session.execute(sa.update(Vote).values(**change).execution_options(synchronize_session=False))
    except sa.exc.DBAPIError as refused:
        said = str(refused.orig)
    one.rollback()
    assert not said or "written once" in said
    return bool(said)


def test_who_reads_and_writes_meanwhile_notices_nothing(database, installation, cast, tmp_path):
    the_case(installation, cast)
    stored = installation.papers.put([os.urandom(3_000_000)], max_bytes=None)
    stop, read, wrote = Event(), [], []

    def reader() -> None:
        server = another_process(installation, database)
        while not stop.is_set():
            read.append(server.papers.verify(stored.blob_id, stored.sha256))
            with database.reading() as session:
                identity = session.scalars(sa.select(ChildIdentity)).one()
                read.append(open_sealed(server.keys, identity).name == NAME)

    def writer() -> None:
        server = another_process(installation, database)
        while not stop.is_set():
            with database.writing() as session:
                at_home(session, cast)
                wrote.append(drafted(session, cast, server, b"Skrevet samtidig").id)
                session.commit()
                session.expunge_all()
            time.sleep(0.01)

    threads = [Thread(target=reader), Thread(target=writer)]
    for thread in threads:
        thread.start()
    try:
        for turn in range(3):
            done = rotate(installation, at=NOON + turn * SETTLED)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert len(read) > 2
    assert all(read)
    assert sealed_with_each(installation).keys() == {done.key_id}
    with database.reading() as session:
        drafts = session.scalars(sa.select(Draft).where(Draft.id.in_(wrote))).all()
        assert {identity_of_draft(installation.keys, draft).name for draft in drafts} == {NAME}
    assert everything_opens(installation) > len(wrote)


def test_killed_anywhere_it_goes_on_with_the_same_key(database, installation, cast):
    the_case(installation, cast)
    with database.writing() as session:
        at_home(session, cast)
        for number in range(12):
            drafted(session, cast, installation, f"Papir {number}".encode() * 100_000)
        session.commit()
    count = everything_opens(installation)
    began = time.monotonic()
    rotate(installation, at=NOON)
    took = time.monotonic() - began
    database.close()
    for share in (0.0, 0.3, 0.8):
        _rotating_and_killed(installation, share * took)
    with database.reading() as session:
        begun = session.scalars(sa.select(KeyRotation.key_id).where(KeyRotation.finished_at.is_(None))).all()
    done = rotate(installation, at=NOON)
    assert begun in ([], [done.key_id])
    assert len(installation.keys.ids) == len(_rotations(database)) + 1
    assert sealed_with_each(installation).keys() == {done.key_id}
    assert everything_opens(installation) == count


def _rotations(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(sa.select(KeyRotation.key_id)))


def _rotating_and_killed(installation: Installation, after: float) -> None:
    """A program of its own, killed so many seconds after its key came to the file. No fork: obstore's threads do not come along in one."""
    folder, config = installation.papers._folder, installation.config
    settings = {
        "TVIST_INSTANCE": str(config.instance),
        "TVIST_DATABASE_URL": config.database_url,
        "TVIST_PAPERS": str(folder),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-m", "tvist.cli", "rotate-keys"]
    with subprocess.Popen(command, env=os.environ | settings, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert "newest master key" in running.stdout.readline()
        time.sleep(after)
        running.kill()
