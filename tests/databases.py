"""Databases for tests: a fresh one each, on SQLite and on PostgreSQL, copied from a blank that was migrated once.

The blanks and the server are shared by all processes of one test run. Start reading at `Databases`.
"""

import contextlib
import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Literal, Self

import psycopg
from sqlalchemy import make_url

from tvist.db import Database

Kind = Literal["sqlite", "postgresql"]
KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")
KEEPER = Path(__file__).with_name("postgresql_keeper.py")
SECONDS_TO_START = 60


class Used:
    """A database of a test on PostgreSQL, swept for the next one: that takes a hundredth of the time of making one anew."""

    def __init__(self, name: str, address: str) -> None:
        self.name = name
        self.address = address
        self.connection: psycopg.Connection[tuple[object, ...]] | None = None
        self.shape: object = None
        self.emptied = ""

    def sweep(self, server: psycopg.Connection[tuple[object, ...]]) -> bool:
        """Take out all rows and begin all numbers anew. False where that cannot be trusted: then the database is dropped."""
        # A test that failed may have left a connection open.
        keep = self.connection.info.backend_pid if self.connection else 0
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> %s", [self.name, keep]
        )
        try:
            connection = self.connection or self._look()
            if connection is None or self._shape(connection) != self.shape:
                return False
            connection.execute(self.emptied)
        except psycopg.Error:
            return False
        return True

    def drop(self, server: psycopg.Connection[tuple[object, ...]]) -> None:
        """Away with it, whoever is connected."""
        if self.connection:
            self.connection.close()
        server.execute(f"DROP DATABASE {self.name} WITH (FORCE)")

    def _look(self) -> psycopg.Connection[tuple[object, ...]] | None:
        """Connect, and see what there is to empty; None for a user who may not switch off triggers, which keep rows from being deleted."""
        self.connection = connection = psycopg.connect(self.address, autocommit=True)
        if connection.info.parameter_status("is_superuser") != "on":
            return None
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        )
        deletes = [f'DELETE FROM "{name}";' for (name,) in tables]  # noqa: S608 - the names are the database's own.
        sequences = connection.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
        numbers = [f"SELECT setval('\"{name}\"', 1, false);" for (name,) in sequences]
        self.emptied = "SET session_replication_role = replica;" + "".join(deletes + numbers)
        self.shape = self._shape(connection)
        return connection

    @staticmethod
    def _shape(connection: psycopg.Connection[tuple[object, ...]]) -> object:
        """Tables, columns and triggers, counted: a test that changes them gets no follower."""
        query = "SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_attribute), (SELECT count(*) FROM pg_trigger)"
        return connection.execute(query).fetchone()


class Databases:
    """Hands out databases. `shared` is a folder that all processes of this run share; `migrate` takes a database from empty
    to blank, and closes its connections.

    Use it in a `with`: at the end its connections are closed, and the last process of the run takes the server down.
    """

    def __init__(self, shared: Path, migrate: Callable[[str], None]) -> None:
        self.shared = shared
        self.migrate = migrate
        self.closing = contextlib.ExitStack()
        self.server: psycopg.Connection[tuple[object, ...]] | None = None
        self.server_url = ""
        self.spare: list[Used] = []
        self.spare_folders: list[Path] = []
        self.engines: dict[str, Database] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.close()

    @contextlib.contextmanager
    def fresh(self, kind: Kind) -> Iterator[str]:
        """Yield the address of a migrated database with nothing in it; it is gone afterwards."""
        with self._sqlite(blank=True) if kind == "sqlite" else self._postgresql(blank=True) as url:
            yield url

    def opened(self, url: str) -> Database:
        """The database at an address that `fresh` gave. One object per address: it keeps the statements that it has compiled, and
        compiling was a fifth of the time of the tests."""
        return self.engines.setdefault(url, Database(url))

    @contextlib.contextmanager
    def empty(self, kind: Kind) -> Iterator[str]:
        """Yield the address of a database without any table, for tests of the migrations themselves."""
        with self._sqlite(blank=False) if kind == "sqlite" else self._postgresql(blank=False) as url:
            yield url

    @contextlib.contextmanager
    def _sqlite(self, *, blank: bool) -> Iterator[str]:
        folder = self.spare_folders.pop() if self.spare_folders else self._new_folder()
        # A new file, never the old one written over: a test that failed may have left a connection open.
        for left in folder.iterdir():
            left.unlink()
        file = folder / "tvist.sqlite"
        if blank:
            shutil.copyfile(self._sqlite_blank(), file)
        yield f"sqlite:///{file}"
        self.spare_folders.append(folder)

    def _new_folder(self) -> Path:
        folder = tempfile.TemporaryDirectory(prefix="tvist-sqlite-", ignore_cleanup_errors=True)
        return Path(self.closing.enter_context(folder))

    def _sqlite_blank(self) -> Path:
        blank = self.shared / "blank.sqlite"
        if not blank.exists():
            with alone(self.shared / "sqlite.lock"):
                if not blank.exists():
                    self._make_sqlite_blank(blank)
        return blank

    def _make_sqlite_blank(self, blank: Path) -> None:
        with self._sqlite(blank=False) as url:
            self.migrate(url)
            # Not a plain copy: what was written may still stand in the write-ahead log beside the file.
            copy = blank.with_suffix(".new")
            file = url.removeprefix("sqlite:///")
            with contextlib.closing(sqlite3.connect(file)) as source, contextlib.closing(sqlite3.connect(copy)) as target:
                source.backup(target)
            copy.rename(blank)

    @contextlib.contextmanager
    def _postgresql(self, *, blank: bool) -> Iterator[str]:
        server = self.server or self._connected()
        used = self.spare.pop() if blank and self.spare else self._new_postgresql(server, blank=blank)
        try:
            yield self._address(used.name)
        finally:
            if not (blank and used.sweep(server)):
                used.drop(server)
            else:
                self.spare.append(used)

    def _new_postgresql(self, server: psycopg.Connection[tuple[object, ...]], *, blank: bool) -> Used:
        name = f"tvist_test_{uuid.uuid4().hex[:12]}"
        server.execute(f"CREATE DATABASE {name} TEMPLATE {self._postgresql_blank(server) if blank else 'template0'}")
        return Used(name, make_url(self._address(name)).set(drivername="postgresql").render_as_string(hide_password=False))

    def _postgresql_blank(self, server: psycopg.Connection[tuple[object, ...]]) -> str:
        made = self.shared / "blank.postgresql"
        if not made.exists():
            with alone(self.shared / "postgresql.lock"):
                if not made.exists():
                    self._make_postgresql_blank(server, made)
        return made.read_text(encoding="utf-8")

    def _make_postgresql_blank(self, server: psycopg.Connection[tuple[object, ...]], made: Path) -> None:
        name = f"tvist_blank_{uuid.uuid4().hex[:12]}"
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        self.migrate(self._address(name))
        # Nobody may be connected to a database that is copied.
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        written = made.with_suffix(".new")
        written.write_text(name, encoding="utf-8")
        written.rename(made)

    def _connected(self) -> psycopg.Connection[tuple[object, ...]]:
        """Connect to the server, and hold it up until this process is through."""
        in_use = self.closing.enter_context((self.shared / "users").open("w"))
        fcntl.flock(in_use, fcntl.LOCK_SH)
        self.server_url, keeper = start_postgresql(self.shared)
        if keeper:
            self.closing.enter_context(keeper)
        address = make_url(self.server_url).set(drivername="postgresql").render_as_string(hide_password=False)
        self.server = self.closing.enter_context(psycopg.connect(address, autocommit=True))
        self.closing.callback(self._tidy, in_use)
        return self.server

    def _address(self, name: str) -> str:
        return make_url(self.server_url).set(database=name).render_as_string(hide_password=False)

    def _tidy(self, in_use: IO[str]) -> None:
        """Drop the swept databases, and the blank if no other process of this run is left to copy it: the server may be one that stays."""
        for used in self.spare if self.server else ():
            used.drop(self.server)
        made = self.shared / "blank.postgresql"
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if made.exists() and self.server:
                self.server.execute(f"DROP DATABASE {made.read_text(encoding='utf-8')}")
                made.unlink()


def start_postgresql(shared: Path) -> tuple[str, IO[str] | None]:
    """Return the address of a PostgreSQL server for this run, and the open file that keeps it up.

    It is the one named in TVIST_TEST_DATABASE_URL (its user must be allowed to create databases); else a throw-away one,
    started by whichever process asks first.
    """
    if given := os.environ.get("TVIST_TEST_DATABASE_URL"):
        return given, None
    with alone(shared / "server.lock"):
        noted = shared / "server"
        folder = Path(noted.read_text(encoding="utf-8")) if noted.exists() else None
        held = _held(folder) if folder else None
        if folder is None or held is None:
            folder = Path(tempfile.mkdtemp(prefix="tvist-pg-"))
            held = (folder / "in_use").open("w")
            fcntl.flock(held, fcntl.LOCK_SH)
            _start_keeper(folder)
            noted.write_text(str(folder), encoding="utf-8")
    return (folder / "url").read_text(encoding="utf-8"), held


def _held(folder: Path) -> IO[str] | None:
    """Take the lock that the keeper waits for; many may hold it at once. None if the keeper was quicker, and takes the server down."""
    try:
        held = (folder / "in_use").open("r+")
    except FileNotFoundError:
        return None
    fcntl.flock(held, fcntl.LOCK_SH)
    if (folder / "url").exists():
        return held
    held.close()
    return None


def _start_keeper(folder: Path) -> None:
    # In a session of its own: an interrupt at the keyboard is for the tests, and the keeper sees their end.
    with (folder / "keeper.log").open("w") as log:
        keeper = subprocess.Popen(
            [sys.executable, KEEPER, folder], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        log_read = (folder / "keeper.log").open(encoding="utf-8")
    deadline = time.monotonic() + SECONDS_TO_START
    with log_read:
        while not (folder / "url").exists():
            if keeper.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(
                    "No PostgreSQL could be started for the tests; name one in TVIST_TEST_DATABASE_URL. It said:\n"
                    + log_read.read()
                )
            time.sleep(0.02)
    # It is reaped by whoever is left: waiting for it here would wait for ourselves.
    keeper.returncode = 0


@contextlib.contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Let one process of the run in at a time."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
