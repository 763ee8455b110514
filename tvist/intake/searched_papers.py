"""Uploaded files are searched when they are taken in, by a program of its own; what is found, or cannot be read, is decided before they are sent (rule 6).

Start at `take_in_searched`. What was found lies sealed with the paper (`PaperReading`), so no file is read twice; only where the child's name has been
laid in later is it read again (`read_again`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from flask import request

from tvist.anonymity.finding import FindingKind, Sought, found_in
from tvist.cases.queries import case_at
from tvist.clock import now
from tvist.documents.models import PaperReading, ReadingState
from tvist.documents.pages import PageMaker
from tvist.documents.taking_in import take_in_papers
from tvist.documents.uploads import MediaType, clean_name
from tvist.intake.models import KeptFinding
from tvist.intake.queries import draft_at
from tvist.intake.searching import KEEP, KEY_PURPOSE, LONGEST_REASON, REMOVE, sought_of
from tvist.vault.sealed import keyed, seal, unseal
from tvist.web.session import installed
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.cases.models import Case
    from tvist.documents.models import Paper
    from tvist.documents.pages import Looked
    from tvist.documents.taking_in import TakenIn
    from tvist.installation import Installation
    from tvist.intake.models import Draft
    from tvist.vault.keys import MasterKeys

SEAL_PURPOSE: Final = "paper finding"
SOUGHT_PURPOSE: Final = "name sought in papers"
MOST_TOLD: Final = 20
"""So many findings of one file are told with the words around them; the others are counted."""
MOST_SEARCHED: Final = 1_000_000
"""Letters of one file that are searched; what stands after them is said to be unread."""
LONGEST_LOOK: Final = 45.0
"""Seconds for one file: somebody waits."""


@dataclass(frozen=True)
class ToldFinding:
    """What was found in a file: on which page (0: beside the pages), and the words around it."""

    kind: FindingKind
    page: int
    words: str
    before: str
    after: str

    def __repr__(self) -> str:
        """Only of which kind."""
        return f"ToldFinding({self.kind.value})"


@dataclass(frozen=True)
class FileReading:
    """What a file was found to hold, sealed for the file of that address."""

    state: ReadingState
    count: int
    sought: bytes
    sealed: bytes
    read_at: datetime

    def row(self) -> PaperReading:
        """As a row of the paper."""
        return PaperReading(state=self.state, count=self.count, sought=self.sought, sealed=self.sealed, read_at=self.read_at)


def take_in_searched() -> TakenIn:
    """Take in the files of the form field `papers`, and search each; for `@requires(..., take_in=take_in_searched, max_bytes=MAX_BODY_BYTES)`.

    No transaction is open while files are read.
    """
    taken = take_in_papers()
    if not len(taken):
        return taken
    try:
        sought = _sought_here(installed())
        with PageMaker(longest=LONGEST_LOOK) as maker:
            for kept in taken.kept:
                kept.reading = read_file(installed(), maker, kept.stored.blob_id, kind=kept.kind, sought=sought)
    except BaseException:
        taken.discard()
        raise
    return taken


@dataclass
class ReadAgain:
    """Readings that were made anew between the beats, by the papers' own identifiers."""

    readings: dict[str, FileReading]

    def discard(self) -> None:
        """Nothing was stored."""

    def put(self, papers: Iterable[Paper]) -> None:
        """Lay them to their papers."""
        for paper in papers:
            if (made := self.readings.get(paper.public_id)) is not None:
                paper.reading = _changed(paper.reading, made)


def read_again() -> ReadAgain:
    """Read anew the papers of a request that were never read for the name that is sealed in it now; for `take_in` of the page that sends it."""
    installation, args = installed(), request.view_args or {}
    with installation.database.reading() as session:
        draft = draft_at(session, args["public_id"])
        sought = sought_of(draft, installation.keys)
        there = [
            (paper.public_id, paper.blob_id, MediaType(paper.media_type)) for paper in _unread(draft, sought, installation.keys)
        ]
    with PageMaker(longest=LONGEST_LOOK) as maker:
        return ReadAgain(
            {name: read_file(installation, maker, blob_id, kind=kind, sought=sought) for name, blob_id, kind in there}
        )


def read_file(installation: Installation, maker: PageMaker, blob_id: str, *, kind: MediaType, sought: Sought) -> FileReading:
    """Read a stored file and search it. Its bytes lie plain in a folder of our own while this goes on, and are removed."""
    with TemporaryDirectory(prefix="tvist-") as folder:
        source = Path(folder) / "source"
        with source.open("wb") as opened:
            opened.writelines(installation.papers.open(blob_id))
        looked = maker.look(kind, source)
    found, is_cut = _found(looked, sought)
    state = ReadingState.UNREAD if looked.unread or is_cut else ReadingState.PICTURES if looked.pictures else ReadingState.READ
    told = json.dumps([[each.kind.value, each.page, each.words, each.before, each.after] for each in found[:MOST_TOLD]])
    sealed = seal(installation.keys, told.encode(), purpose=SEAL_PURPOSE, bound_to=blob_id)
    return FileReading(state, len(found), hash_of(sought, installation.keys), sealed, now())


def hash_of(sought: Sought, keys: MasterKeys) -> bytes:
    """By which it is known whether a file was searched for this name."""
    return keyed(keys, SOUGHT_PURPOSE, json.dumps([sought.name, sought.parties]).encode(), 16)


@dataclass
class PaperSearch:
    """A paper that is about to be sent: what was found in it, and what the sender decides. `id` comes from its bytes, so that a file chosen again is known."""

    id: str
    paper: Paper
    state: ReadingState
    found: list[ToldFinding]
    count: int
    choice: str
    reason: str
    has_looked: bool
    is_fresh: bool = True
    """Whether the file was searched for the name that is sealed now; else it is read again when it is sent."""
    reason_fault: Message | None = None

    @property
    def asks(self) -> bool:
        """Whether there is something to decide."""
        return bool(self.count) or self.state is not ReadingState.READ

    @property
    def is_removed(self) -> bool:
        """Whether it is not to be sent."""
        return self.asks and self.choice == REMOVE

    @property
    def fault(self) -> Message | None:
        """What stops the sending."""
        if not self.asks or self.is_removed:
            return None
        if self.count and self.choice != KEEP:
            return Message("anonymity.decide_paper", count=self.count)
        if self.count and (self.reason_fault or not self.reason):
            return self.reason_fault or Message("anonymity.say_why")
        if self.state is not ReadingState.READ and not self.has_looked:
            return Message("anonymity.look_yourself")
        return None

    @property
    def more(self) -> int:
        """How many findings are not told."""
        return self.count - len(self.found)

    def notes(self, case: Case, *, by: User, at: datetime) -> list[KeptFinding]:
        """What was kept, for the secretariat."""
        if not self.asks or self.is_removed:
            return []
        rows = [(kind, count, self.reason) for kind, count in self._counts().items()]
        if self.state is not ReadingState.READ:
            rows.append((FindingKind.UNREAD, 1, ""))
        place = Message("anonymity.in_the_file")
        return [
            KeptFinding(case=case, paper=self.paper, place=place, kind=kind, count=count, reason=reason, by=by, at=at)
            for kind, count, reason in rows
        ]

    def _counts(self) -> Mapping[FindingKind, int]:
        kinds = [each.kind for each in self.found]
        return {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}


def searches_of(papers: Iterable[Paper], decided: Mapping[str, str], keys: MasterKeys, sought: Sought) -> list[PaperSearch]:
    """Each paper with what its reading tells. One that was never searched, or for another name, counts as unread."""
    return [_search(paper, decided, keys, sought) for paper in papers]


@dataclass
class TitlePlace:
    """The title or the file name of a paper, as a place that is searched."""

    paper: Paper
    name: str
    is_title: bool = True

    @property
    def label(self) -> Message:
        """What it is."""
        return Message(f"anonymity.of_paper.{self.name}")

    @property
    def text(self) -> str:
        """As it stands."""
        return str(getattr(self.paper, self.name))

    def put(self, text: str) -> None:
        """Another one; a name that is left with nothing gets a plain one."""
        if self.name == "filename":
            ending = self.paper.filename.rpartition(".")[2]
            text = text if text.endswith(f".{ending}") else f"{text}.{ending}"
            text = clean_name(text)
        setattr(self.paper, self.name, text.strip(" -_.") or "Dokument")


def title_places(papers: Iterable[Paper]) -> list[TitlePlace]:
    """The titles and file names of papers."""
    return [TitlePlace(paper, name) for paper in papers for name in ("title", "filename")]


def _search(paper: Paper, decided: Mapping[str, str], keys: MasterKeys, sought: Sought) -> PaperSearch:
    reading = paper.reading
    is_fresh = reading is not None and reading.sought == hash_of(sought, keys)
    name = keyed(keys, KEY_PURPOSE, paper.sha256.encode(), 16).hex()
    reason = decided.get(f"_why_{name}", "").strip()[:LONGEST_REASON]
    return PaperSearch(
        name,
        paper,
        reading.state if reading is not None and is_fresh else ReadingState.UNREAD,
        _opened(reading, paper.blob_id, keys) if reading is not None else [],
        reading.count if reading is not None else 0,
        decided.get(f"_found_{name}", ""),
        reason,
        decided.get(f"_looked_{name}") == "yes",
        is_fresh,
        Message("anonymity.reason_tells") if reason and found_in(reason, sought) else None,
    )


def _opened(reading: PaperReading, blob_id: str, keys: MasterKeys) -> list[ToldFinding]:
    told: list[list[Any]] = json.loads(unseal(keys, reading.sealed, purpose=SEAL_PURPOSE, bound_to=blob_id))
    return [ToldFinding(FindingKind(kind), page, words, before, after) for kind, page, words, before, after in told]


def _found(looked: Looked, sought: Sought) -> tuple[list[ToldFinding], bool]:
    """What stands in the file, and whether there was more of it than is searched."""
    told, left = [], MOST_SEARCHED
    for page, text in _texts(looked):
        part = text[: max(left, 0)]
        left -= len(text)
        told += [ToldFinding(each.kind, page, each.words, each.before, each.after) for each in found_in(part, sought)]
    return told, left < 0


def _texts(looked: Looked) -> Iterator[tuple[int, str]]:
    yield from enumerate(looked.pages, start=1)
    yield 0, looked.about


def _sought_here(installation: Installation) -> Sought:
    """What is sought in the files of this request, by the case or the draft that its address names."""
    with installation.database.reading() as session:
        return sought_of(_thing_here(session), installation.keys)


def _thing_here(session: Session) -> object:
    args = request.view_args or {}
    if "slug" in args:
        return case_at(session, args["slug"])
    return draft_at(session, args["public_id"])


def _unread(draft: Draft, sought: Sought, keys: MasterKeys) -> list[Paper]:
    wanted = hash_of(sought, keys)
    return [paper for paper in draft.papers if paper.reading is None or paper.reading.sought != wanted]


def _changed(there: PaperReading | None, made: FileReading) -> PaperReading:
    if there is None:
        return made.row()
    there.state, there.count, there.sought, there.sealed, there.read_at = (
        made.state,
        made.count,
        made.sought,
        made.sealed,
        made.read_at,
    )
    return there
