"""The anchors of the access log: a file a month outside the database, one line a batch, only ever appended to. Start at `write_out`.

They prove the log against whoever holds the database: a log that was sealed anew does not fit the lines that were written before. So nothing here
writes over a line, or writes one again that the database says was written: `tvist check` tells of what does not fit, and a person looks.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tvist.oversight.models import LogBatch, LogSegment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from tvist.db import Database

log = logging.getLogger("tvist")
SUFFIX = ".anchors"
Anchored = LogBatch | LogSegment
Anchors = dict[int | str, list[dict[str, Any]]]
"""Lines by what they are about: one each, unless somebody wrote another."""


def line_of(anchored: Anchored) -> dict[str, Any]:
    """What the file says of a batch, or of a month that was closed."""
    if isinstance(anchored, LogSegment):
        return {
            "closed": anchored.month,
            "first_batch": anchored.first_batch,
            "last_batch": anchored.last_batch,
            "count": anchored.count,
            "seal": anchored.seal,
        }
    return {
        "batch": anchored.number,
        "first": anchored.first_id,
        "last": anchored.last_id,
        "count": anchored.count,
        "journals": anchored.journals,
        "seal": anchored.seal,
    }


def key_of(line: dict[str, Any]) -> int | str:
    """What a line is about: the number of a batch, or a month."""
    return line["closed"] if "closed" in line else int(line["batch"])


def write_out(database: Database, folder: Path, at: datetime) -> int:
    """Append the anchors that are not on the disk yet, see them there, and note it. Returns how many were written.

    What stands in a file already is never written over: where it says something else, that is logged, and `tvist check` tells.
    """
    with database.reading() as session:
        waiting: list[Anchored] = [
            *session.scalars(sa.select(LogBatch).where(LogBatch.written_at.is_(None)).order_by(LogBatch.number)),
            *session.scalars(sa.select(LogSegment).where(LogSegment.written_at.is_(None)).order_by(LogSegment.month)),
        ]
    written = 0
    for month in sorted({found.month for found in waiting}):
        seen = _append(folder, month, [found for found in waiting if found.month == month])
        with database.writing() as session:
            for anchored in seen:
                session.merge(anchored, load=True).written_at = at
            session.commit()
        written += len(seen)
    return written


def write_copy(database: Database, folder: Path) -> int:
    """Write the anchors of all that is sealed to a folder that has none. Returns how many. Raises FileExistsError for one that has some.

    For a copy on another machine, and for a database that was restored to a new place.
    """
    if folder.is_dir() and any(folder.glob(f"*{SUFFIX}")):
        raise FileExistsError(str(folder))
    with database.reading() as session:
        everything: list[Anchored] = [
            *session.scalars(sa.select(LogBatch).order_by(LogBatch.number)),
            *session.scalars(sa.select(LogSegment).order_by(LogSegment.month)),
        ]
    for month in sorted({found.month for found in everything}):
        _append(folder, month, [found for found in everything if found.month == month])
    return len(everything)


def anchors_by_key(folder: Path) -> Anchors:
    """Every line of every file, by what it is about; a line that cannot be read is left out."""
    found: Anchors = {}
    for file in sorted(folder.glob(f"*{SUFFIX}")):
        for line in _lines(file.read_bytes()):
            found.setdefault(key_of(line), []).append(line)
    return found


def _append(folder: Path, month: str, waiting: Iterable[Anchored]) -> list[Anchored]:
    """Append to the file of a month what it does not hold; gives back what stands there now as it should."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{month}{SUFFIX}"
    # Read and append through one descriptor that can do nothing but add: no other worker comes between.
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        content, seen = file.read(), []
        there = {key_of(line): line for line in _lines(content)}
        # What a crash cut off in the middle of a line stays as it is, and the next line begins on its own.
        added = b"\n" if content and not content.endswith(b"\n") else b""
        for anchored in waiting:
            line = line_of(anchored)
            if there.get(key_of(line), line) != line:
                log.error("anchors: %s says something else about %s than the database", path.name, key_of(line))
                continue
            if key_of(line) not in there:
                added += json.dumps(line, separators=(",", ":")).encode() + b"\n"
            seen.append(anchored)
        file.write(added)
        file.flush()
        os.fsync(file.fileno())
    _sync(folder)
    return seen


def _lines(content: bytes) -> Iterator[dict[str, Any]]:
    for text in content.splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict) and ("batch" in line or "closed" in line):
            yield line


def _sync(folder: Path) -> None:
    """See the file's name on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
