"""Rotate the master key while the system runs: a new key comes first in the key file, then everything is sealed anew with it.

Values go in short transactions, files one by one. Whatever ends it, the next run goes on with the same key where it was: what is sealed with the
newest key is left alone. Who writes meanwhile is never overwritten: a value is replaced only where it still is the one that was opened.
"""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from tvist.documents.chunks import BrokenPaper
from tvist.documents.storage import MissingPaper
from tvist.rotation.columns import SEALED, SealedColumn
from tvist.rotation.models import KeyRotation
from tvist.vault.keys import BrokenSeal, add_key, alone_with, drop_keys
from tvist.vault.sealed import head_of, seal, sealed_with, unseal

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.installation import Installation
    from tvist.vault.keys import MasterKeys

A_BATCH: Final = 100
MOST_ROUNDS: Final = 10
SETTLED: Final = timedelta(hours=1)
"""How long after a rotation the old keys stay at least: no request or job that took the old key before goes on for so long."""
Say = Any
"""What tells the person at the keyboard how far it is: a function of one line."""


class StillNeeded(Exception):
    """Old keys cannot be taken out yet; the text says why."""


@dataclass
class Rotated:
    """What a run has done: how many values and files were sealed anew, and what does not open (a name of a column, or `papers`)."""

    key_id: str
    values: int = 0
    files: int = 0
    broken: Counter[str] = field(default_factory=Counter)


def rotate(installation: Installation, *, at: datetime, say: Say = lambda _line: None) -> Rotated:
    """Bring a new master key to the key file and seal everything with it; or go on with a rotation that was broken off.

    What does not open with any key in the file is left as it is, and counted.
    """
    with alone_with(installation.config.master_key_file):
        rotation_id, done = _begun(installation, at)
        add_key(installation.config.master_key_file, done.key_id)
        say(f"The newest master key is {done.key_id}. Keep a copy of the key file now, in a safe place.")
        for _ in range(MOST_ROUNDS):
            # Who took the old key just before the new one came may have written since: another round finds that.
            found = _one_round(installation, done, say)
            if not found:
                break
        with installation.database.writing() as session:
            rotation = session.get_one(KeyRotation, rotation_id)
            rotation.finished_at, rotation.is_running = at, False
            session.commit()
    return done


def sealed_with_each(installation: Installation) -> Counter[str]:
    """How many values and files each master key has sealed. Raises `BrokenSeal` and `BrokenPaper` for what has no proper head."""
    counted: Counter[str] = Counter()
    for each in SEALED:
        last = 0
        while rows := _values(installation, each, last, of_other_than=None):
            counted.update(sealed_with(value) for _, value in rows)
            last = rows[-1][0]
    for blob_id in installation.papers.ids():
        try:
            counted[installation.papers.sealed_with(blob_id)] += 1
        except MissingPaper:
            continue
    return counted


def drop_old(installation: Installation, *, at: datetime) -> list[str]:
    """Take all keys but the newest out of the key file, once it is counted that nothing is sealed with them; returns their ids.

    Raises `StillNeeded`.
    """
    with alone_with(installation.config.master_key_file):
        newest, *old = installation.keys.ids
        if not old:
            return []
        with installation.database.reading() as session:
            done = session.scalar(sa.select(KeyRotation.finished_at).where(KeyRotation.key_id == newest))
        if done is None:
            raise StillNeeded("The rotation to the newest key is not finished: run `tvist rotate-keys` first.")
        if at - done < SETTLED:
            raise StillNeeded(
                f"The rotation ended less than {SETTLED.seconds // 60} minutes ago: what began before may still write with the old key."
            )
        try:
            counted = sealed_with_each(installation)
        except (BrokenSeal, BrokenPaper) as broken:
            raise StillNeeded(f"Not everything can be counted, so no key is taken out: {broken}") from None
        if left := {key_id: count for key_id, count in counted.items() if key_id != newest}:
            told = ", ".join(f"{count} with {key_id}" for key_id, count in sorted(left.items()))
            raise StillNeeded(f"Something is still sealed with an old key ({told}): run `tvist rotate-keys` first.")
        drop_keys(installation.config.master_key_file, old)
        return old


def _begun(installation: Installation, at: datetime) -> tuple[int, Rotated]:
    """The rotation that was broken off, or a new one, written down before its key comes to the file."""
    with installation.database.writing() as session:
        running = session.scalar(sa.select(KeyRotation).where(KeyRotation.finished_at.is_(None)))
        if running is None:
            key_id = secrets.token_hex(4)
            running = KeyRotation(key_id=key_id, head=head_of(key_id), began_at=at)
            session.add(running)
            session.commit()
        return running.id, Rotated(running.key_id)


def _one_round(installation: Installation, done: Rotated, say: Say) -> int:
    """Seal anew what is sealed with another key; returns how much that was."""
    before = done.values + done.files
    done.broken.clear()
    for each in SEALED:
        _reseal_column(installation, each, done)
    say(f"{done.values} values sealed anew.")
    for blob_id in list(installation.papers.ids()):
        try:
            done.files += installation.papers.reseal(blob_id)
        except MissingPaper:
            continue
        except BrokenPaper:
            done.broken["papers"] += 1
    say(f"{done.files} files sealed anew.")
    return done.values + done.files - before


def _reseal_column(installation: Installation, each: SealedColumn, done: Rotated) -> None:
    last = 0
    while rows := _values(installation, each, last, of_other_than=done.key_id):
        with installation.database.writing() as session:
            for row_id, value in rows:
                try:
                    done.values += _reseal(session, installation.keys, each, (row_id, value))
                except BrokenSeal:
                    done.broken[each.name] += 1
            session.commit()
        last = rows[-1][0]


def _reseal(session: Session, keys: MasterKeys, each: SealedColumn, found: tuple[int, bytes]) -> bool:
    """Whether the value was replaced: not where somebody wrote another, or took the row away, since it was read."""
    table, (row_id, value) = each.column.class_, found
    row = session.get(table, row_id)
    if row is None:
        return False
    place = {"purpose": each.purpose, "bound_to": each.bound_to(row)}
    fresh = seal(keys, unseal(keys, value, **place), **place)
    replace = sa.update(table).where(table.id == row_id, each.column == value).values({each.column.key: fresh})
    # As it stands in the table: neither the version of an edited row nor what a reader holds of it is touched.
    answer = session.execute(replace.execution_options(synchronize_session=False))
    return bool(answer.rowcount)  # type: ignore[attr-defined]  # An UPDATE answers with a CursorResult.


def _values(installation: Installation, each: SealedColumn, after: int, *, of_other_than: str | None) -> list[tuple[int, bytes]]:
    """The next values of the column, by id; only those that another key than this one has sealed."""
    table = each.column.class_
    query = sa.select(table.id, each.column).where(each.column.is_not(None), table.id > after).order_by(table.id).limit(A_BATCH)
    if of_other_than is not None:
        head = head_of(of_other_than)
        query = query.where(sa.func.substr(each.column, 1, len(head)) != head)
    with installation.database.reading() as session:
        return [(int(row_id), bytes(value)) for row_id, value in session.execute(query)]
