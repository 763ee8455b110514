"""The rows of a whole database, as of one moment, while others write: SQLite's own copy, or PostgreSQL's COPY table by table in one snapshot.

Neither needs a program beside Python. What PostgreSQL restores goes into tables that the migrations have made, references and triggers put aside
meanwhile and proved again before it commits.
"""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from psycopg import sql

from tvist.documents.chunks import CHUNK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tvist.db import Database

    Add = Callable[[str, Iterable[bytes], int], None]
    """Takes a name, the bytes in pieces, and how many they are."""

SQLITE: Final = "database.sqlite"
PART: Final = 64 * CHUNK
"""What is held in memory of a table of PostgreSQL: 4 MB."""


def table_names(database: Database) -> list[str]:
    """The tables that are there, in alphabetical order."""
    with database.reading() as session:
        return sorted(sa.inspect(session.connection()).get_table_names())


@contextlib.contextmanager
def snapshot(database: Database) -> Iterator[Snapshot]:
    """All rows as of one moment. What others commit after it began is not in it, and nobody waits for it."""
    with _of_sqlite(database) if database.is_sqlite else _of_postgresql(database) as found:
        yield found


class Snapshot:
    """One moment of a database: `ask` runs a query in it, `write` hands its rows over in named pieces."""

    def __init__(self, connection: sa.Connection, write: Callable[[Add], None]) -> None:
        """`connection` reads in the snapshot."""
        self._connection = connection
        self.write = write

    def ask(self, query: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        """The rows of a query."""
        return self._connection.execute(query).all()


@contextlib.contextmanager
def _of_sqlite(database: Database) -> Iterator[Snapshot]:
    """SQLite's online copy, in one step: it holds a reader's place in the log, and who writes goes on.

    The copy is as plain as the database itself, and lies beside it, for its owner alone, until it is in the sealed file.
    """
    file = Path(str(database.engine.url.database))
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as folder:
        copy = Path(folder) / SQLITE
        with contextlib.closing(sqlite3.connect(file, timeout=60)) as source, contextlib.closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            # One file, without a log beside it.
            target.execute("PRAGMA journal_mode=DELETE")
        engine = sa.create_engine(f"sqlite:///{copy}")

        def write(add: Add) -> None:
            with copy.open("rb") as opened:
                add(SQLITE, iter(lambda: opened.read(CHUNK), b""), copy.stat().st_size)

        try:
            with engine.connect() as connection:
                yield Snapshot(connection, write)
        finally:
            engine.dispose()


@contextlib.contextmanager
def _of_postgresql(database: Database) -> Iterator[Snapshot]:
    with database.reading() as session:
        connection = session.connection()

        def write(add: Add) -> None:
            for table in sorted(sa.inspect(connection).get_table_names()):
                _copy_out(connection, table, add)

        yield Snapshot(connection, write)


def _copy_out(connection: sa.Connection, table: str, add: Add) -> None:
    """One table in numbered parts, each small enough to be held: a tar wants to know how long a thing is before it begins."""
    columns = [column["name"] for column in sa.inspect(connection).get_columns(table)]
    statement = sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(table), _names(columns))
    part, held = 0, bytearray()
    with _driver(connection).cursor() as cursor, cursor.copy(statement) as copied:
        for piece in copied:
            held += piece
            if len(held) >= PART:
                add(f"tables/{table}/{part:06d}", [bytes(held)], len(held))
                part, held = part + 1, bytearray()
    add(f"tables/{table}/{part:06d}", [bytes(held)], len(held))


def columns_of(database: Database) -> dict[str, list[str]]:
    """The columns of each table in the order in which PostgreSQL's rows are written."""
    with database.reading() as session:
        inspector = sa.inspect(session.connection())
        return {table: [column["name"] for column in inspector.get_columns(table)] for table in inspector.get_table_names()}


@contextlib.contextmanager
def filling(database: Database, columns: dict[str, list[str]]) -> Iterator[Callable[[str, Iterable[bytes]], None]]:
    """Give a function that takes the rows of a table, in the pieces in which they were written; commits at the end, or leaves nothing.

    The tables are those of the migrations. Raises what PostgreSQL says where a reference leads nowhere.
    """
    with database.writing() as session:
        connection = session.connection()
        references = _put_references_aside(connection)
        for table in columns:
            _do(connection, "ALTER TABLE {} DISABLE TRIGGER USER", table)
        _do(connection, "TRUNCATE " + ", ".join(["{}"] * len(columns)), *columns)

        def fill(table: str, pieces: Iterable[bytes]) -> None:
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), _names(columns[table]))
            with _driver(connection).cursor() as cursor, cursor.copy(statement) as copied:
                for piece in pieces:
                    copied.write(piece)

        yield fill
        for table in columns:
            _do(connection, "ALTER TABLE {} ENABLE TRIGGER USER", table)
        for table, name, definition in references:
            _do(
                connection,
                f"ALTER TABLE {{}} ADD CONSTRAINT {{}} {definition.replace('{', '{{').replace('}', '}}')}",
                table,
                name,
            )
        _count_on(connection)
        session.commit()


def _put_references_aside(connection: sa.Connection) -> list[tuple[str, str, str]]:
    """Drop every foreign key: (table, name, definition) of each, to be made again when all rows are there."""
    query = (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = 'public'::regnamespace ORDER BY 1, 2"
    )
    found = [(table.strip('"'), name, definition) for table, name, definition in connection.exec_driver_sql(query)]
    for table, name, _ in found:
        _do(connection, "ALTER TABLE {} DROP CONSTRAINT {}", table, name)
    return found


def _count_on(connection: sa.Connection) -> None:
    """Let each sequence go on after the last number that was given."""
    query = (
        "SELECT c.table_name, c.column_name, pg_get_serial_sequence(quote_ident(c.table_name), c.column_name) FROM information_schema.columns c"
        " WHERE c.table_schema = 'public' AND pg_get_serial_sequence(quote_ident(c.table_name), c.column_name) IS NOT NULL"
    )
    for table, column, sequence in connection.exec_driver_sql(query).all():
        highest = sql.SQL("SELECT setval({}, COALESCE(max({}), 1), max({}) IS NOT NULL) FROM {}").format(
            sql.Literal(sequence), sql.Identifier(column), sql.Identifier(column), sql.Identifier(table)
        )
        _driver(connection).execute(highest)


def _do(connection: sa.Connection, statement: str, *names: str) -> None:
    _driver(connection).execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _names(columns: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _driver(connection: sa.Connection) -> Any:
    """Psycopg's own connection: SQLAlchemy has no COPY."""
    return connection.connection.driver_connection
