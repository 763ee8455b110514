"""The database: what every table shares, and the two ways in, for reading and for writing.

SQLite is the default, PostgreSQL is production; the same models and tests run on both. No Flask, no session of a request.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql, sqlite

from tvist.words import Message, from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Dialect, Engine

ENUM_LENGTH = 40
Row = TypeVar("Row")

Amount = Annotated[int, "ore"]
"""A column of whole øre (rule 11)."""


class Moment(sa.TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps it without zone, so the zone is put back. Raises ValueError for a moment without zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database: UTC, naive on SQLite."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a moment needs a zone"
            raise ValueError(message)
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature.
        """From the database: always aware and in UTC."""
        return value and (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC))


class MessageColumn(sa.TypeDecorator[Message]):
    """A `Message`, kept as one line of JSON: a code with its parameters is one value, in no language yet."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Message | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature.
        """To the database."""
        return value if value is None else to_json(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Message | None:  # noqa: ARG002 - SQLAlchemy's signature.
        """From the database."""
        return value if value is None else from_json(value)


def _values(kind: type[StrEnum]) -> list[str]:
    return [member.value for member in kind]


class Base(orm.DeclarativeBase):
    """The ground of every table: enums are text with a CHECK named by the column, moments are UTC, money is BIGINT."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        datetime: Moment(),
        Message: MessageColumn(),
        Amount: sa.BigInteger(),
        str: sa.Text(),
        bytes: sa.LargeBinary(),
        StrEnum: sa.Enum(StrEnum, native_enum=False, create_constraint=False, length=ENUM_LENGTH, values_callable=_values),
    }

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Give each enum column its CHECK, named by the column (two columns may share one enum)."""
        super().__init_subclass__(**kwargs)
        table = cls.__dict__.get("__table__")
        if table is None:
            return
        for column in table.columns:
            if isinstance(column.type, sa.Enum):
                known = ", ".join(f"'{value}'" for value in column.type.enums)
                table.append_constraint(sa.CheckConstraint(f"{column.name} IN ({known})", name=f"{column.name}_is_known"))


class Versioned:
    """An edited row has a version: who writes over a change they have not seen gets StaleDataError, answered as 409."""

    version: orm.Mapped[int] = orm.mapped_column(default=1)

    @orm.declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - a declared_attr takes the class.
        return {"version_id_col": cls.version}


def random_id() -> str:
    """An identifier that nobody can guess (96 bits), for whatever stands below the case number."""
    return secrets.token_urlsafe(12)


class Database:
    """One database and the two ways in.

    A reading session cannot write: SQLite and PostgreSQL themselves refuse. A writing session holds SQLite's one write lock from its
    first statement, so what it reads is what it writes over. Nothing is kept unless the caller commits.
    """

    def __init__(self, url: str) -> None:
        """Open lazily: the first session connects."""
        self.engine = _engine(url)
        reading: dict[str, Any] = {"reading": True}
        if self.engine.dialect.name == "postgresql":
            reading |= {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
        self._reading_engine = self.engine.execution_options(**reading)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[orm.Session]:
        """A session in which nothing can be written."""
        with orm.Session(self._reading_engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[orm.Session]:
        """A session that writes; rolled back unless committed."""
        with orm.Session(self.engine, expire_on_commit=False, info={"writing": True}) as session:
            yield session

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    if sa.make_url(url).get_backend_name() != "sqlite":
        return sa.create_engine(url, pool_pre_ping=True, hide_parameters=True)
    engine = sa.create_engine(url, hide_parameters=True, connect_args={"timeout": 15, "check_same_thread": False})
    sa.event.listen(engine, "connect", _set_up_connection)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _set_up_connection(connection: Any, _record: object) -> None:
    """WAL lets readers go on beside the writer; FULL keeps what was acknowledged through a loss of power."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    """A writer takes the lock at once: WAL with a plain BEGIN fails when a read turns into a write."""
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reading else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def locked(session: orm.Session, query: sa.Select[Row], table: type[Base]) -> sa.Select[Row]:
    """Lock the row in a writing session on PostgreSQL, so that acts on one thing follow each other; SQLite has one writer anyway."""
    return query.with_for_update(of=table) if session.info.get("writing") else query


def storable(text: str) -> str:
    """The text without NUL and half surrogate pairs: no database keeps them, and no text has them but by mistake."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def session_of(thing: object) -> orm.Session:
    """The session that the thing lives in. Raises RuntimeError outside one: an act is done inside a session."""
    session = orm.object_session(thing)
    if session is None:
        raise RuntimeError("an act is done inside a session")
    return session


def insert_once(session: orm.Session, table: type[Base], **values: object) -> bool:
    """Insert a row unless its key is there; on PostgreSQL, wait for a rival to end. Returns whether the row is new."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    # Not by the count of rows: psycopg answers -1 for an insert by the ORM.
    made = session.execute(insert(table).values(**values).on_conflict_do_nothing().returning(sa.literal(True)))  # noqa: FBT003 - a value, no switch.
    return made.first() is not None
