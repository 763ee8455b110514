"""A backup is of one moment, whole or not there, sealed, and leads back to a place that works (a restore drill on both databases)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.people import NOON
from tests.scenes.intake import at_home
from tests.scenes.sealed import NUMBER, drafted, sealed_of_all_kinds
from tests.second_steps import SECRET
from tvist.backup.restoring import NotEmpty, OtherKind, restore
from tvist.backup.sealed_file import BrokenBackup
from tvist.backup.taking import PAPERS, read_through, take_backup, things_in
from tvist.check import check_all
from tvist.config import read_config
from tvist.db import Base, Database
from tvist.delivery.models import Fate, Letter, Recipient
from tvist.documents.models import Paper
from tvist.documents.storage import PaperStore
from tvist.installation import Installation
from tvist.vault.keys import MasterKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.databases import Databases, Kind
    from tests.people import Cast


@pytest.fixture
def installation(installation: Installation, tmp_path: Path) -> Installation:
    """With papers in a folder, as most have them."""
    return replace(installation, papers=PaperStore(tmp_path / "papers", installation.keys))


@pytest.fixture
def elsewhere(
    databases: Databases, kind: Kind, installation: Installation, tmp_path: Path
) -> Iterator[Callable[..., Installation]]:
    """Makes a new, empty place on the other machine: nothing came along but the key file."""
    with databases.empty(kind) as url:
        database = Database(url)

        def place(**more: str) -> Installation:
            folder = tmp_path / "elsewhere"
            folder.mkdir()
            env = {"TVIST_INSTANCE": str(folder), "TVIST_DATABASE_URL": url, "TVIST_PAPERS": str(folder / "papers"), **more}
            config = replace(read_config(env), master_key_file=installation.config.master_key_file)
            keys = MasterKeys.load(config.master_key_file)
            return Installation(config, database, keys, PaperStore(config.papers_url, keys))

        yield place
        database.close()


SEALED_WORDS = ("Zebulon", "Fjelltopp", NUMBER, "Kvartalsvis", "utroverdig", "Forliksvilkaar", "Solgyllen", "ABCD-EFGH", SECRET)
"""What is said in the identity, the offer, the note, the settlement, the paper, the password of a copy and the secret of a code app."""


def rows_of(database: Database) -> dict[str, Counter[str]]:
    """Every row of every table as it stands."""
    with database.reading() as session:
        return {
            table.name: Counter(str(row) for row in session.execute(sa.select(table))) for table in Base.metadata.sorted_tables
        }


def the_case(installation: Installation, cast: Cast) -> None:
    with installation.database.writing() as session:
        sealed_of_all_kinds(session, cast, installation)


def test_what_was_backed_up_while_others_wrote_is_restored_whole(installation, cast, elsewhere, tmp_path):
    """The drill: a decided case, papers, votes; somebody goes on filing; the other machine has it all as of one moment."""
    the_case(installation, cast)
    before, stop = rows_of(installation.database), Event()

    def goes_on() -> None:
        while not stop.is_set():
            with installation.database.writing() as session:
                at_home(session, cast)
                drafted(session, cast, installation, b"Skrevet samtidig")
                session.commit()
                session.expunge_all()

    writer = Thread(target=goes_on)
    writer.start()
    try:
        taken = take_backup(installation, tmp_path / "one.backup", at=NOON)
    finally:
        stop.set()
        writer.join()
    there = elsewhere()
    assert restore(there, tmp_path / "one.backup", at=NOON) == taken
    restored, after = rows_of(there.database), rows_of(installation.database)
    for table, rows in restored.items():
        assert before[table] & after[table] <= rows <= before[table] | after[table], table
    with there.database.reading() as session:
        assert all(there.papers.verify(paper.blob_id, paper.sha256) for paper in session.scalars(sa.select(Paper)))
    assert [str(finding) for finding in check_all(there) if "anchor" not in str(finding)] == []
    # The numbers go on where they were, and the triggers stand.
    with there.database.writing() as session:
        at_home(session, cast)
        drafted(session, cast, there, b"Etterpaa")
        session.commit()
        with pytest.raises(sa.exc.DBAPIError, match="written once"):
            session.execute(sa.text("DELETE FROM event"))


def test_a_quiet_backup_is_restored_row_by_row_and_no_letter_is_sent_again(installation, cast, elsewhere, tmp_path):
    """What waited to be sent may have left after the backup was taken: what nobody can know is shown as unknown (as after a crash)."""
    the_case(installation, cast)
    before = rows_of(installation.database)
    waited = sum("'made'" in row for row in before["recipient"])
    assert take_backup(installation, tmp_path / "one.backup", at=NOON).lost == ()
    there = elsewhere(TVIST_SMTP_URL="smtp://127.0.0.1:1")
    restore(there, tmp_path / "one.backup", at=NOON.replace(year=NOON.year + 1))
    after = rows_of(there.database)
    touched = {table for table in before if before[table] != after[table]}
    assert touched <= {"recipient", "submission", "serving", "task"}
    assert "recipient" in touched
    assert set(there.papers.ids()) == set(installation.papers.ids())
    with there.database.reading() as session:
        let_go = sa.select(Letter.id).where(Letter.released_at.is_not(None))
        fates = Counter(session.scalars(sa.select(Recipient.fate).where(Recipient.letter_id.in_(let_go))))
    assert fates[Fate.MADE] == 0
    assert 0 < fates[Fate.UNKNOWN] <= waited


def test_who_finds_the_laptop_without_the_key_reads_nothing_that_was_sealed(installation, cast, tmp_path):
    """The SQLite file, the files and a backup; the words of papers are not in the index either. Typed texts do lie in plain (decision 8)."""
    the_case(installation, cast)
    take_backup(installation, tmp_path / "one.backup", at=NOON)
    installation.database.close()
    found = [tmp_path / "one.backup", *(tmp_path / "papers").rglob("*")]
    if installation.database.is_sqlite:
        found += Path(str(installation.database.engine.url.database)).parent.glob("tvist.sqlite*")
    lying = {file: file.read_bytes() for file in found if file.is_file()}
    assert len(lying) > 2
    key = installation.config.master_key_file.read_bytes().split()[-1]
    for file, content in lying.items():
        there = [
            word for word in (*SEALED_WORDS, key.decode()) for spelled in (word, word.lower()) if spelled.encode() in content
        ]
        assert there == [], file.name
    assert any(b"Asta" in content for content in lying.values()) == installation.database.is_sqlite


def test_a_backup_that_was_changed_cut_or_meant_for_other_keys_or_another_place_is_refused(
    installation, cast, elsewhere, tmp_path, databases, kind
):
    with installation.database.writing() as session:
        at_home(session, cast)
        drafted(session, cast, installation, b"Papir" * 50_000)
        session.commit()
    path = tmp_path / "one.backup"
    take_backup(installation, path, at=NOON)
    whole, there = path.read_bytes(), elsewhere()
    for place in (3, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(BrokenBackup):
            restore(there, path, at=NOON)
    for cut in (10, 70_000, len(whole) - 5):
        path.write_bytes(whole[:cut])
        with pytest.raises(BrokenBackup):
            restore(there, path, at=NOON)
    path.write_bytes(whole)
    with pytest.raises(BrokenBackup, match="key file"):
        read_through(MasterKeys.create(tmp_path / "others.keys"), path)
    with pytest.raises(FileExistsError):
        take_backup(installation, path, at=NOON)
    with pytest.raises(NotEmpty, match="tables"):
        restore(installation, path, at=NOON)
    with databases.empty("postgresql" if kind == "sqlite" else "sqlite") as url:
        of_other_kind = replace(there, database=Database(url))
        with pytest.raises(OtherKind, match=kind):
            restore(of_other_kind, path, at=NOON)
        of_other_kind.database.close()
    assert list(there.papers.ids()) == []
    there.papers.put([b"there"], max_bytes=None)
    with pytest.raises(NotEmpty, match="papers"):
        restore(there, path, at=NOON)
    assert sorted(file.name for file in tmp_path.glob("*.backup*")) == ["one.backup"]
    assert take_backup(installation, tmp_path / "two.backup", at=NOON).size > 50_000
    assert (tmp_path / "two.backup").stat().st_mode & 0o077 == 0


def test_what_is_taken_away_meanwhile_is_in_it_and_what_is_lost_is_told(installation, cast, tmp_path):
    with installation.database.writing() as session:
        at_home(session, cast)
        for content in (b"Forsvinner", b"Slettes"):
            drafted(session, cast, installation, content)
        session.commit()
        gone, removed = session.scalars(sa.select(Paper.blob_id).order_by(Paper.id)).all()
    installation.papers.delete(gone)
    with installation.papers.holding():
        installation.papers.delete(removed)
        taken = take_backup(installation, tmp_path / "one.backup", at=NOON)
    assert taken.lost == (gone,)
    things = {name: b"".join(pieces) for name, pieces in things_in(installation.keys, tmp_path / "one.backup")}
    assert things[f"{PAPERS}{removed}"] == b"Slettes"
    assert f"{PAPERS}{gone}" not in things
