"""Many more cases: copies of the played ones with other dates, parties and sums, each a whole case with a seal for every line and a file for every opinion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from itertools import islice
from multiprocessing import get_context
from random import Random
from typing import TYPE_CHECKING, Final, Self

import sqlalchemy as sa

from tvist.cases.models import Case, Serial
from tvist.db import Base, insert_once
from tvist.decision.files import MadeFile, make_files
from tvist.demo.copied_rows import TABLES, CopiedRows, grouped
from tvist.demo.moves import draw
from tvist.demo.originals import can_be_copied, read_original, unchanging_stems
from tvist.demo.people import people_there
from tvist.search.index import keyed_stems
from tvist.search.models import SearchedThing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from concurrent.futures import Future
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from tvist.config import Config
    from tvist.decision.record import Record
    from tvist.demo.moves import Move
    from tvist.demo.originals import Row, SearchText
    from tvist.documents.storage import PaperStore
    from tvist.installation import Installation
    from tvist.vault.keys import MasterKeys

A_CHUNK: Final = 250
# How often each kind of case is copied, in per cent. Making the file of an opinion takes most of the time.
WEIGHTS: Final[Mapping[str, int]] = {"decided": 25, "dismissed": 13, "discontinued": 20, "open": 42}
FEW: Final = 30
"""So few opinions are printed here; more are worth processes of their own."""
PROCESSES: Final = 2


def copy_cases(
    installation: Installation, played: list[int], count: int, *, seed: int, today: date, say: Callable[[str], object]
) -> None:
    """Add `count` copies of the played cases."""
    dice = Random(f"{seed}:copies")  # noqa: S311 - invented cases need no cryptographic chance.
    with installation.database.reading() as session:
        people = people_there(session)
        cases = session.scalars(sa.select(Case).where(Case.id.in_(played)).order_by(Case.year, Case.serial))
        originals = [read_original(session, installation.keys, case, today=today) for case in cases if can_be_copied(case)]
    groups = Counter(original.group for original in originals)
    weights = [WEIGHTS[original.group] / groups[original.group] for original in originals]
    drawn = sorted(
        (draw(found, people, dice, today=today) for found in dice.choices(originals, weights, k=count)),
        key=lambda move: move.filed_on,
    )
    moves = _numbered(installation, drawn)
    printed = sum(1 for move in moves if move.original.group == "decided")
    with _Printer(installation, printed) as printer:
        for done, chunk in _ahead(installation, printer, moves):
            _insert(installation, chunk)
            if done % (A_CHUNK * 8) == 0:
                say(f"  {done} of {count} copies")


def _numbered(installation: Installation, moves: list[Move]) -> list[Move]:
    """Draw all numbers at once, a range for each year, so that nobody who files meanwhile gets one of them."""
    with installation.database.writing() as session:
        next_serial: dict[int, int] = {}
        for year, needed in Counter(move.year for move in moves).items():
            insert_once(session, Serial, year=year, last=0)
            taken = session.scalars(
                sa.update(Serial).where(Serial.year == year).values(last=Serial.last + needed).returning(Serial.last)
            ).one()
            next_serial[year] = taken - needed + 1
        session.commit()
    numbered = []
    for move in moves:
        numbered.append(replace(move, serial=next_serial[move.year]))
        next_serial[move.year] += 1
    return numbered


class _Printer:
    """Prints, seals and stores opinions: here where there are few, else in processes of their own."""

    def __init__(self, installation: Installation, expected: int) -> None:
        self.installation = installation
        # What lies in memory alone can be stored by this process alone.
        many = expected > FEW and not installation.config.papers_url.startswith("memory:")
        self.pool = ProcessPoolExecutor(PROCESSES, get_context("spawn"), _open, (installation.config,)) if many else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.pool:
            self.pool.shutdown(cancel_futures=True)

    def begin(self, copy: CopiedRows) -> Callable[[], list[MadeFile]] | None:
        """Begin to make the files of an opinion, as issuing does; what comes back waits for them. None for a copy without an issued opinion."""
        record, config = copy.printed, self.installation.config
        if record is None:
            return None
        at = copy.issued_at
        if self.pool is None:
            return lambda: make_files(record, self.installation.papers, config, at)
        future: Future[list[MadeFile]] = self.pool.submit(_make_there, record, config, at)
        return future.result


_store: PaperStore | None = None


def _open(config: Config) -> None:
    """In a process of its own: open the same store."""
    from tvist.documents.storage import PaperStore
    from tvist.vault.keys import MasterKeys

    global _store  # noqa: PLW0603 - what one process of the pool holds as long as it lives.
    _store = PaperStore(config.papers_url, MasterKeys.load(config.master_key_file))


def _make_there(record: Record, config: Config, at: datetime) -> list[MadeFile]:
    assert _store is not None  # noqa: S101 - the pool opens it first.
    return make_files(record, _store, config, at)


Chunk = list[CopiedRows]
Files = Sequence[Callable[[], list[MadeFile]] | None]
"""For each copy of a chunk, what waits for its files; None where it has none."""


def _ahead(installation: Installation, printer: _Printer, moves: Sequence[Move]) -> Iterator[tuple[int, Chunk]]:
    """Chunk by chunk, the rows of the next made while the files of the last are printed."""
    ids = _Ids(installation)
    waiting: list[tuple[int, Chunk, Files]] = []
    left = iter(moves)
    done = 0
    while chunk := list(islice(left, A_CHUNK)):
        copies = [CopiedRows(move, installation.keys, ids.next) for move in chunk]
        files = [printer.begin(copy) for copy in copies]
        done += len(copies)
        waiting.append((done, copies, files))
        if len(waiting) > PROCESSES:
            yield _whole(*waiting.pop(0))
    for each in waiting:
        yield _whole(*each)


def _whole(done: int, copies: Chunk, files: Files) -> tuple[int, Chunk]:
    for copy, made in zip(copies, files, strict=True):
        if made is not None:
            copy.made(made())
    return done, copies


class _Ids:
    """The next free key of each table. Demo data are added by one at a time."""

    def __init__(self, installation: Installation) -> None:
        with installation.database.reading() as session:
            tables = [Base.metadata.tables[name] for name in (*TABLES, "indexed")]
            self.last = {table.name: session.scalar(sa.select(sa.func.max(table.c.id))) or 0 for table in tables}

    def next(self, table: str) -> int:
        """A key that nobody has had."""
        self.last[table] += 1
        return int(self.last[table])


def _insert(installation: Installation, copies: Chunk) -> None:
    """All rows of a chunk in one transaction, and what stands of them in the index."""
    with installation.database.writing() as session:
        connection = session.connection()
        tables = grouped(copies)
        issued = [{"key": row["id"], "at": row["issued_at"]} for row in tables["decision"] if row["issued_at"]]
        # Once an opinion is issued, the database takes in no vote or approval of its case: it is issued last here as it was in life.
        tables["decision"] = [row | {"issued_at": None} for row in tables["decision"]]
        for table, rows in tables.items():
            if rows:
                connection.execute(sa.insert(Base.metadata.tables[table]), rows)
        if issued:
            decisions = Base.metadata.tables["decision"]
            setting = sa.update(decisions).where(decisions.c.id == sa.bindparam("key")).values(issued_at=sa.bindparam("at"))
            connection.execute(setting, issued)
        _index(session, installation.keys, copies)
        _move_sequences(session)
        session.commit()


def _index(session: Session, keys: MasterKeys, copies: Chunk) -> None:
    things: list[Row] = []
    entries: list[Row] = []
    next_id = (session.scalar(sa.text("SELECT max(id) FROM indexed")) or 0) + 1
    for copy in copies:
        for text in copy.move.original.texts:
            ids = copy.ids["submission" if text.kind is SearchedThing.SUBMISSION else "filed_petition"]
            case_id = copy.rows["case"][0]["id"]
            things.append(
                {"id": next_id, "thing_kind": text.kind, "thing_id": ids[text.thing_id], "case_id": case_id, **dict(text.readers)}
            )
            entries += [{"stem": stem, "indexed_id": next_id} for stem in _stems(keys, text, copy.move)]
            next_id += 1
    for table, rows in (("indexed", things), ("search_entry", entries)):
        if rows:
            session.connection().execute(sa.insert(Base.metadata.tables[table]), rows)


def _stems(keys: MasterKeys, text: SearchText, move: Move) -> set[bytes]:
    """The stems of the original's text without what is reworded, and those of what stands there instead."""
    inside = [(old, new) for old, new in move.phrases if old in text.text]
    stems = set(_unchanging(keys, text, tuple(old for old, _ in inside)))
    for _, new in inside:
        stems |= _of_phrase(keys, new)
    return stems


@cache
def _unchanging(keys: MasterKeys, text: SearchText, phrases: tuple[str, ...]) -> frozenset[bytes]:
    return unchanging_stems(keys, text, list(phrases))


@cache
def _of_phrase(keys: MasterKeys, phrase: str) -> frozenset[bytes]:
    return frozenset(keyed_stems(keys, phrase))


def _move_sequences(session: Session) -> None:
    """PostgreSQL draws keys from sequences, which know nothing of keys that were given."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in (*TABLES, "indexed"):
        session.execute(sa.text(f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), (SELECT max(id) FROM \"{table}\"))"))  # noqa: S608 - our own table names.
