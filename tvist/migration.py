"""Migrations: up and down, on both databases, with SQLite's traps taken care of in one place.

SQLite rebuilds a table to change it, which drops the table's triggers, and with foreign keys on, dropping a parent fails or takes its children
along. So every run has foreign keys off before BEGIN, drops the triggers and makes them again from the one list, and checks all foreign
keys before it commits.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa
from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory

from tvist.config import room
from tvist.schema import TRIGGERS, create_sql, drop_sql, metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alembic.autogenerate.api import AutogenContext

    from tvist.db import Database


class BrokenReferences(Exception):
    """A migration left rows that point to nothing; it is rolled back."""


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the database up to `revision`. Safe to call at every start."""
    _run(database, lambda script: lambda rev, _context: script._upgrade_revs(revision, rev))  # noqa: SLF001 - the way Alembic's own commands go.


def downgrade(database: Database, revision: str) -> None:
    """Take the database down to `revision`, or to nothing by `base`."""
    _run(database, lambda script: lambda rev, _context: script._downgrade_revs(revision, rev))  # noqa: SLF001 - the way Alembic's own commands go.


def is_at_head(database: Database) -> bool:
    """Whether the database has had every migration."""
    with database.reading() as session:
        inspector = sa.inspect(session.connection())
        if not inspector.has_table("alembic_version"):
            return False
        found = session.scalar(sa.text("SELECT version_num FROM alembic_version"))
        return bool(found == _script().get_current_head())


def _config() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(room("migrations")).replace("%", "%%"))
    return config


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def new_revision(database: Database, message: str, revision: str) -> None:
    """Write a migration from the difference between models and database, to be read and edited by a person."""
    config = _config()
    config.attributes["database"] = database
    command.revision(config, message, autogenerate=True, rev_id=revision)


def _run(database: Database, steps: Callable[[ScriptDirectory], Callable[..., object]]) -> None:
    config, script = _config(), _script()
    with EnvironmentContext(config, script, fn=steps(script)) as environment:
        config.attributes["database"] = database
        script.run_env()
        del environment


def run_with(database: Database, environment: EnvironmentContext) -> None:
    """Run the migrations that `environment` asks for; called from `migrations/env.py`."""
    with changing_tables(database) as connection:
        environment.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            render_item=_render,
            transactional_ddl=True,
        )
        with environment.begin_transaction():
            environment.run_migrations()


@contextmanager
def changing_tables(database: Database) -> Iterator[sa.Connection]:
    """A transaction in which tables may be rebuilt: nothing is lost, the triggers stand again, and every reference leads somewhere.

    Raises `BrokenReferences`, and rolls back, when rows would point to nothing.
    """
    with database.engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            _pragma(connection, "foreign_keys=OFF")
        try:
            _drop_triggers(connection)
            yield connection
            _create_triggers(connection)
            if is_sqlite and (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
                message = f"rows pointing to nothing: {sorted({row[0] for row in lost})}"
                raise BrokenReferences(message)
            connection.commit()
        finally:
            if connection.in_transaction():
                connection.rollback()
            if is_sqlite:
                _pragma(connection, "foreign_keys=ON")


def _pragma(connection: sa.Connection, pragma: str) -> None:
    """Set a pragma outside any transaction: inside one it does nothing."""
    raw = connection.connection.dbapi_connection
    if raw is not None:
        raw.cursor().execute(f"PRAGMA {pragma}")


def _drop_triggers(connection: sa.Connection) -> None:
    there = set(sa.inspect(connection).get_table_names())
    for trigger in TRIGGERS:
        if trigger.table in there:
            for statement in drop_sql(trigger, connection.dialect.name):
                connection.exec_driver_sql(statement)


def _create_triggers(connection: sa.Connection) -> None:
    there = set(sa.inspect(connection).get_table_names())
    for trigger in TRIGGERS:
        if trigger.table in there:
            for statement in create_sql(trigger, connection.dialect.name):
                connection.exec_driver_sql(statement)


def _render(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:  # noqa: ARG001 - Alembic's signature.
    """Write our own column types as the plain types they are in the database."""
    if kind == "type":
        if isinstance(item, sa.Enum):
            return f"sa.String({item.length})"
        if isinstance(item, sa.TypeDecorator):
            return "sa.DateTime(timezone=True)" if isinstance(item.impl, sa.DateTime) else "sa.Text()"
    return False
