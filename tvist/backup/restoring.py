"""Bring a backup to a new, empty place: first every file, then the rows, so that a place with rows is whole."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tvist.backup.rows import SQLITE, filling, table_names
from tvist.backup.sealed_file import BrokenBackup
from tvist.backup.taking import PAPERS, read_through, things_in, what_is_in
from tvist.delivery.models import Fate, Letter, Recipient
from tvist.delivery.sending import give_up_the_unclear
from tvist.migration import upgrade
from tvist.vault.keys import sync_folder

if TYPE_CHECKING:
    from tvist.backup.taking import Taken
    from tvist.installation import Installation


class NotEmpty(Exception):
    """Something is there already, and a backup is never written over anything; the text says what."""


class OtherKind(Exception):
    """The backup is of the other kind of database."""


def restore(installation: Installation, path: Path, *, at: datetime) -> Taken:
    """Read the backup through, then bring its files and its rows to this installation, and its tables to this version.

    Letters that waited to be sent when the backup was taken may have been sent since: with a mail server they become unknown and are shown
    to the secretariat, never sent again by themselves. Raises `NotEmpty`, `OtherKind` and `BrokenBackup`, all before anything is written.
    """
    _demand_empty(installation)
    what = what_is_in(installation.keys, path)
    if what["kind"] != installation.database.engine.dialect.name:
        raise OtherKind(f"The backup is of {what['kind']}: name such a database in TVIST_DATABASE_URL.")
    found = read_through(installation.keys, path)
    for name, pieces in things_in(installation.keys, path):
        if name.startswith(PAPERS):
            installation.papers.put_back(name.removeprefix(PAPERS), pieces)
    if installation.database.is_sqlite:
        _bring_sqlite(installation, path)
    else:
        _bring_postgresql(installation, path, what)
    upgrade(installation.database)
    if installation.config.smtp_url:
        _hold_letters(installation, made_at=datetime.fromisoformat(found.made_at), at=at)
    return found


def _demand_empty(installation: Installation) -> None:
    if table_names(installation.database):
        raise NotEmpty(
            "There are tables in the database already. Restore to an empty one: TVIST_INSTANCE or TVIST_DATABASE_URL names it."
        )
    if next(installation.papers.ids(), None) is not None:
        raise NotEmpty("There are papers in the store already. Restore to an empty one: TVIST_PAPERS names it.")


def _bring_sqlite(installation: Installation, path: Path) -> None:
    """The file appears whole or not at all."""
    # The empty database that asking has made goes.
    installation.database.close()
    file = Path(str(installation.database.engine.url.database))
    for left in ("-wal", "-shm"):
        Path(f"{file}{left}").unlink(missing_ok=True)
    fresh = file.with_name(f".{file.name}.restored")
    for name, pieces in things_in(installation.keys, path):
        if name == SQLITE:
            with fresh.open("wb") as copy:
                fresh.chmod(0o600)
                copy.writelines(pieces)
                copy.flush()
                os.fsync(copy.fileno())
            fresh.replace(file)
            sync_folder(file.parent)
            return
    raise BrokenBackup(f"{path} holds no database.")


def _bring_postgresql(installation: Installation, path: Path, what: dict[str, Any]) -> None:
    """Make the tables as they were, fill them, all in one transaction but for the making."""
    upgrade(installation.database, what["revision"])
    with filling(installation.database, what["columns"]) as fill:
        for name, pieces in things_in(installation.keys, path):
            if name.startswith("tables/"):
                fill(name.split("/")[1], pieces)


def _hold_letters(installation: Installation, *, made_at: datetime, at: datetime) -> None:
    """As after a crash (`delivery.sending`): nobody can tell whether the mail server has had them."""
    waited = sa.select(Letter.id).where(Letter.released_at.is_not(None), Letter.stopped_at.is_(None))
    with installation.database.writing() as session:
        session.execute(
            sa.update(Recipient)
            .where(Recipient.fate == Fate.MADE, Recipient.letter_id.in_(waited))
            .values(fate=Fate.HANDING_OVER, handed_over_at=made_at)
            .execution_options(synchronize_session=False)
        )
        session.commit()
    give_up_the_unclear(installation.database, at=at)
