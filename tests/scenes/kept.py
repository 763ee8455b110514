"""Scenes that are made once by the real acts, and in each later database of the process are written again as the acts wrote them.

Half the time of the tests went to the same few cases, made over and over. `kept` notes what a scene writes (statements with their parameters,
papers, files of the installation); asked for the same scene in a database in which nothing but the cast stands, it writes that again, by the
same statements in the same order, so that every constraint and trigger is asked again too. Anywhere else the scene is made by its acts.
"""

from __future__ import annotations

import functools
import pickle
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from tests.people import a_cast
from tvist.clock import now, today
from tvist.installation import Installation

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

    from tests.people import Cast
    from tvist.db import Database

Scene = TypeVar("Scene", bound="Callable[..., Any]")
READS: Final = ("SELECT", "PRAGMA", "BEGIN", "SHOW", "EXPLAIN")
WRITES: Final = ("INSERT", "UPDATE", "DELETE")


@dataclass
class Told:
    """What was written while a scene was made."""

    statements: list[tuple[str, Any]] = field(default_factory=list)
    committed: int = 0
    """How many of them were committed when the scene ended."""
    is_plain: bool = True
    """Whether there was nothing but rows written and kept: no rollback, no change of a table."""


@dataclass(frozen=True)
class Kept:
    """A scene, to be written again: its statements, which row it gave back, and what it left beside the database."""

    told: Told
    kind: type[Any]
    key: int
    papers: dict[str, bytes]
    files: dict[str, bytes]
    takes_in: bool
    """Whether the people that were given live in the session afterwards, or others that stand for the same."""


@dataclass
class _Place:
    """A database of the tests, since its cast came."""

    people: dict[str, int] = field(default_factory=dict)
    is_untouched: bool = False
    listeners: list[Told] = field(default_factory=list)


_places: dict[str, _Place] = {}
_kept: dict[str, Kept] = {}
_casts: dict[str, tuple[Told, bytes]] = {}


def the_same_cast(database: Database) -> Cast:
    """The cast in a fresh database, the same people each time: what they seal is bound to who they are."""
    place = _places[str(database.engine.url)] = _Place()
    with database.writing() as session:
        if found := _casts.get(database.engine.dialect.name):
            cast: Cast = pickle.loads(found[1])  # noqa: S301 - pickled by ourselves, in this process.
            _write_again(session, found[0])
            session.commit()
        else:
            told = Told()
            place.listeners.append(told)
            cast = a_cast(session)
            place.listeners.pop()
            _casts[database.engine.dialect.name] = told, pickle.dumps(cast)
    place.people, place.is_untouched = _ids(cast), True
    return cast


@functools.cache
def _first_of(_day: date) -> datetime:
    return now()


def lately() -> datetime:
    """The moment from which a scene of today is told: the same for all tests of a day, so that it is one scene."""
    return _first_of(today())


def kept(scene: Scene) -> Scene:
    """Let a scene of `(session, cast, [installation], **changes)` that gives back one row be written again where it can be."""

    @functools.wraps(scene)
    def made(session: Session, cast: Cast, *given: Any, **changes: Any) -> Any:
        session.flush()
        place = _places.get(str(session.get_bind().url), _Place())  # type: ignore[union-attr]  # Every test session is bound.
        installation = next((each for each in given if isinstance(each, Installation)), None)
        key = " ".join(
            [scene.__module__, scene.__name__, session.get_bind().dialect.name]
            + [repr(part) for part in (installation is None, cast.asta in session, sorted(changes.items()))]
        )
        can_be = place.is_untouched and " at 0x" not in key and place.people == _ids(cast) and _nothing_beside(installation)
        if not can_be:
            return scene(session, cast, *given, **changes)
        if found := _kept.get(key):
            return _written_again(session, cast, found, installation)
        before = _files(installation)
        told = Told()
        place.listeners.append(told)
        try:
            result = scene(session, cast, *given, **changes)
            session.flush()
        finally:
            # The innermost scene ends first.
            place.listeners.pop()
        if told.is_plain:
            new = {name: data for name, data in _files(installation).items() if before.get(name) != data}
            _kept[key] = Kept(told, type(result), result.id, _papers(installation), new, takes_in=cast.asta in session)
        return _let_go(session, told, result)

    return made  # type: ignore[return-value]  # It takes and gives back what the scene does.


def _written_again(session: Session, cast: Cast, found: Kept, installation: Installation | None) -> Any:
    _write_again(session, found.told)
    if installation:
        for path, data in found.papers.items():
            _store(installation).put(path, data)
        for name, data in found.files.items():
            file = installation.config.instance / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
    if found.takes_in:
        session.add_all(vars(cast).values())
    session.expire_all()
    for each in list(session):
        session.refresh(each)
    return _let_go(session, found.told, session.get_one(found.kind, found.key))


def _let_go(session: Session, told: Told, result: Any) -> Any:
    """A scene that ends with a commit holds no lock afterwards."""
    if told.committed == len(told.statements):
        session.commit()
    return result


def _write_again(session: Session, told: Told) -> None:
    for place, (statement, parameters) in enumerate(told.statements, start=1):
        session.connection().exec_driver_sql(statement, parameters).close()
        if place == told.committed:
            session.commit()


def _ids(cast: Cast) -> dict[str, int]:
    return {name: sa.inspect(one).identity[0] for name, one in vars(cast).items()}  # type: ignore[union-attr, index]  # Each of them is kept.


def _nothing_beside(installation: Installation | None) -> bool:
    return installation is None or next(installation.papers.ids(), None) is None


def _store(installation: Installation) -> Any:
    return installation.papers._store


def _papers(installation: Installation | None) -> dict[str, bytes]:
    if installation is None:
        return {}
    store = _store(installation)
    return {thing["path"]: bytes(store.get(thing["path"]).bytes()) for batch in store.list() for thing in batch}


def _files(installation: Installation | None) -> dict[str, bytes]:
    if installation is None:
        return {}
    folder: Path = installation.config.instance
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@sa.event.listens_for(Engine, "after_cursor_execute")
def _note(connection: sa.Connection, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
    place = _places.get(str(connection.engine.url))
    if place is None:
        return
    verb = statement.lstrip().split(maxsplit=1)[0].upper()
    if verb in READS:
        return
    place.is_untouched = False
    for told in place.listeners:
        told.statements.append((statement, parameters))
        told.is_plain = told.is_plain and verb in WRITES


@sa.event.listens_for(Engine, "commit")
def _commit(connection: sa.Connection) -> None:
    for told in _listening(connection):
        told.committed = len(told.statements)


@sa.event.listens_for(Engine, "rollback")
def _rollback(connection: sa.Connection) -> None:
    for told in _listening(connection):
        told.is_plain = told.is_plain and told.committed == len(told.statements)


@sa.event.listens_for(Engine, "savepoint")
def _savepoint(connection: sa.Connection, _name: str) -> None:
    for told in _listening(connection):
        told.is_plain = False


def _listening(connection: sa.Connection) -> list[Told]:
    place = _places.get(str(connection.engine.url))
    return place.listeners if place else []
