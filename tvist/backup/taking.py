"""Take a backup while everything goes on: the rows of one moment, and every file that they name, in one sealed file that is read back whole.

The order is what makes it consistent: the store is held first, so that nothing is deleted for good; then the rows are taken; then the files
that those rows name. A rotation of the master key waits meanwhile.
"""

from __future__ import annotations

import hashlib
import io
import json
import secrets
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from tvist import __version__
from tvist.backup.rows import columns_of, snapshot
from tvist.backup.sealed_file import BrokenBackup, OpenedFile, SealingFile
from tvist.check.files import NAMED_BY
from tvist.documents.storage import BrokenPaper
from tvist.vault.keys import alone_with, sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from tvist.backup.rows import Snapshot
    from tvist.installation import Installation
    from tvist.vault.keys import MasterKeys

FORMAT: Final = 1
WHAT: Final = "what.json"
SUMS: Final = "sums.json"
PAPERS: Final = "papers/"


@dataclass(frozen=True)
class Taken:
    """What a backup holds: its moment, bytes, files, and the ids of files that rows name and the store has not whole."""

    made_at: str
    revision: str
    size: int
    files: int
    lost: tuple[str, ...]


def take_backup(installation: Installation, path: Path, *, at: datetime) -> Taken:
    """Write everything to a new file at `path`, read it back, and only then give it its name.

    Raises FileExistsError where something stands at `path`, and `BrokenBackup` when what was written does not read back; then nothing is left.
    """
    if path.exists():
        raise FileExistsError(path)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with alone_with(installation.config.master_key_file), installation.papers.holding(), fresh.open("xb") as file:
            fresh.chmod(0o600)
            _write(installation, SealingFile(installation.keys, file), at)
        found = read_through(installation.keys, fresh)
        # A link never replaces what came to stand there meanwhile.
        path.hardlink_to(fresh)
    finally:
        fresh.unlink(missing_ok=True)
    sync_folder(path.parent)
    return found


def read_through(keys: MasterKeys, path: Path) -> Taken:
    """Read a backup from end to end and hold each thing against its SHA-256. Raises `BrokenBackup`."""
    found: dict[str, str] = {}
    told: dict[str, Any] = {}
    for name, pieces in things_in(keys, path):
        digest = hashlib.sha256()
        kept = bytearray()
        for piece in pieces:
            digest.update(piece)
            if name in {WHAT, SUMS}:
                kept += piece
        if kept:
            told[name] = json.loads(kept)
        found[name] = digest.hexdigest()
    found.pop(SUMS, None)
    if SUMS not in told or told[SUMS]["sums"] != found:
        raise BrokenBackup(f"{path} does not hold what it says it holds. Take another copy of it.")
    what = told[WHAT]
    files = sum(name.startswith(PAPERS) for name in found)
    return Taken(what["made_at"], what["revision"], path.stat().st_size, files, tuple(told[SUMS]["lost"]))


def things_in(keys: MasterKeys, path: Path) -> Iterator[tuple[str, Iterator[bytes]]]:
    """(name, bytes in pieces) of each thing in a backup, in order; the pieces are read before the next is asked for. Raises `BrokenBackup`."""
    with OpenedFile(keys, path) as opened:
        try:
            with tarfile.open(fileobj=opened, mode="r|") as tar:
                for member in tar:
                    if (body := tar.extractfile(member)) is not None:
                        yield member.name, iter(lambda body=body: body.read(1 << 18), b"")  # type: ignore[misc]
        except tarfile.TarError as error:
            raise BrokenBackup(f"{path} is no backup of Tvist ({error}).") from None


def what_is_in(keys: MasterKeys, path: Path) -> dict[str, Any]:
    """What a backup says of itself: format, moment, version, revision of the tables, kind of database and columns. Raises `BrokenBackup`."""
    for name, pieces in things_in(keys, path):
        told = json.loads(b"".join(pieces)) if name == WHAT else {}
        if told.get("format") != FORMAT:
            break
        return dict(told)
    raise BrokenBackup(f"{path} is no backup that this version of Tvist reads.")


def _write(installation: Installation, file: SealingFile, at: datetime) -> None:
    with tarfile.open(fileobj=file, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        sums: dict[str, str] = {}

        def add(name: str, pieces: Iterable[bytes], size: int) -> None:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = size, int(at.timestamp()), 0o600
            body = _Pieces(pieces)
            tar.addfile(entry, body)
            sums[name] = body.digest.hexdigest()

        with snapshot(installation.database) as rows:
            add(WHAT, *_as_json(_about(installation, rows, at)))
            rows.write(add)
            lost = [blob_id for blob_id in _named(rows) if not _add_paper(installation, blob_id, add)]
        add(SUMS, *_as_json({"sums": dict(sums), "lost": lost}))
    file.end()


def _about(installation: Installation, rows: Snapshot, at: datetime) -> dict[str, Any]:
    [(revision,)] = rows.ask(sa.select(sa.column("version_num")).select_from(sa.table("alembic_version")))
    return {
        "format": FORMAT,
        "made_at": at.isoformat(),
        "version": __version__,
        "revision": revision,
        "kind": installation.database.engine.dialect.name,
        "columns": columns_of(installation.database),
    }


def _named(rows: Snapshot) -> list[str]:
    """Every stored file that a row names, once."""
    return sorted({blob_id for column, _, _ in NAMED_BY for (blob_id,) in rows.ask(sa.select(column).where(column.is_not(None)))})


def _add_paper(installation: Installation, blob_id: str, add: Any) -> bool:
    """Put a file in; False for one that the store has not, or not whole: `tvist check` tells of it, and the others are worth the more."""
    try:
        # Read once before it is put in, so that a broken one does not break the whole backup.
        size = sum(map(len, installation.papers.open_held(blob_id)))
        add(f"{PAPERS}{blob_id}", installation.papers.open_held(blob_id), size)
    except BrokenPaper:
        return False
    return True


def _as_json(told: dict[str, Any]) -> tuple[list[bytes], int]:
    body = json.dumps(told, sort_keys=True).encode()
    return [body], len(body)


class _Pieces(io.RawIOBase):
    """Bytes in pieces as a file that tarfile reads, summed on the way."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces, self._left = iter(pieces), b""
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        parts, have = [self._left], len(self._left)
        while have < size and (piece := next(self._pieces, b"")):
            parts.append(piece)
            have += len(piece)
        found = b"".join(parts)
        self._left = found[size:]
        self.digest.update(found[:size])
        return found[:size]
