"""Letters, opinions and their pages in each form of Norwegian, by year: what the body reports on its duty of språklova § 13.

Counts: letters to parties that were let go, by the day they were written; files of issued opinions and of their corrections, by the day they
were made. Leaves out: notices to the body's own people, and letters that were stopped. Years are years in Oslo.
"""

from __future__ import annotations

import csv
import io
import logging
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from tvist.cases.models import Case
from tvist.clock import midnight
from tvist.decision.models import Decision, IssuedFile
from tvist.delivery.models import Letter, LetterKind
from tvist.delivery.page_counts import is_counted
from tvist.pdf.sheets import page_count
from tvist.statistics.writing import BYTE_ORDER_MARK
from tvist.words import NORWEGIAN, Message, label, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session
    from sqlalchemy.sql.elements import ColumnElement

    from tvist.db import Database
    from tvist.documents.storage import PaperStore

FIRST_YEAR: Final = 2010
"""When the body began."""
DUTY_PERCENT: Final = 25
"""How much of what it writes a central body owes each form, over time (språklova § 13)."""
FILES_A_ROUND: Final = 50
log = logging.getLogger("tvist")


@dataclass(frozen=True)
class Count:
    """Documents of one kind in one form in one year; `kind` is None for opinions. `uncounted` have no page count yet."""

    year: int
    kind: LetterKind | None
    language: str
    documents: int
    pages: int
    uncounted: int

    @property
    def name(self) -> Message:
        """What the kind is called."""
        return label(self.kind) if self.kind is not None else Message("letter_count.opinions")


def forms_by_year(session: Session, this_year: int) -> list[Count]:
    """All counts: the latest year first, opinions before letters, letters in the order of their kinds. One grouped query for each of the two."""
    order = {kind: place for place, kind in enumerate(LetterKind)}
    found = [*_opinions(session, this_year), *_letters(session, this_year)]
    return sorted(found, key=lambda count: (-count.year, order[count.kind] if count.kind else -1, count.language))


def _letters(session: Session, this_year: int) -> list[Count]:
    each = (
        sa.select(_year(Letter.written_at, this_year), Letter.kind, Letter.language, Letter.pages).where(is_counted()).subquery()
    )
    grouped = sa.select(each.c.year, each.c.kind, each.c.language, *_sums(each)).group_by(
        each.c.year, each.c.kind, each.c.language
    )
    return [Count(year, LetterKind(kind), *rest) for year, kind, *rest in session.execute(grouped)]


def _opinions(session: Session, this_year: int) -> list[Count]:
    other = sa.case((Case.language == "nb", "nn"), else_="nb")
    language = sa.case((IssuedFile.is_parallel, other), else_=Case.language).label("language")
    each = (
        sa.select(_year(IssuedFile.made_at, this_year), language, IssuedFile.pages)
        .join(Decision, Decision.id == IssuedFile.decision_id)
        .join(Case, Case.id == Decision.case_id)
        .subquery()
    )
    grouped = sa.select(each.c.year, each.c.language, *_sums(each)).group_by(each.c.year, each.c.language)
    return [Count(year, None, *rest) for year, *rest in session.execute(grouped)]


def _year(moment: Any, this_year: int) -> ColumnElement[int]:
    """The year in Oslo that a moment lies in."""
    ends = [(moment < midnight(date(year + 1, 1, 1)), year) for year in range(FIRST_YEAR, this_year + 1)]
    return sa.case(*ends, else_=this_year + 1).label("year")


def _sums(each: Any) -> Sequence[ColumnElement[int]]:
    uncounted = sa.func.count() - sa.func.count(each.c.pages)
    return sa.func.count(), sa.func.coalesce(sa.func.sum(each.c.pages), 0), uncounted


def count_files(database: Database, papers: PaperStore, *, at_most: int = FILES_A_ROUND) -> int:
    """Count the pages of issued files that are not counted yet, the oldest first. Returns how many were counted.

    One that cannot be read is logged and left as it is, and keeps no other from being counted.
    """
    counted, after = 0, 0
    while counted < at_most and (found := _next_files(database, after, limit=at_most - counted)):
        after = max(found)
        pages = {file_id: count for file_id, blob_id in found.items() if (count := _pages(papers, file_id, blob_id)) is not None}
        with database.writing() as session:
            for file_id, count in pages.items():
                session.execute(
                    sa.update(IssuedFile).where(IssuedFile.id == file_id, IssuedFile.pages.is_(None)).values(pages=count)
                )
            session.commit()
        counted += len(pages)
    return counted


def _next_files(database: Database, after: int, *, limit: int) -> dict[int, str]:
    """The next files by id, each with where it is kept."""
    waiting = sa.select(IssuedFile.id, IssuedFile.blob_id).where(IssuedFile.pages.is_(None), IssuedFile.id > after)
    with database.reading() as session:
        return {found.id: found.blob_id for found in session.execute(waiting.order_by(IssuedFile.id).limit(limit))}


def _pages(papers: PaperStore, file_id: int, blob_id: str) -> int | None:
    try:
        return page_count(b"".join(papers.open(blob_id)))
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one file, the next one is counted.
        log.error("pages of issued file %s: %s", file_id, type(error).__name__)  # noqa: TRY400 - the trace may hold a fact.
        return None


@dataclass(frozen=True)
class Share:
    """All that was written in one form in one year, and its share of documents and of pages, between 0 and 1; None of nothing."""

    language: str
    documents: int
    pages: int
    of_documents: float | None
    of_pages: float | None

    @property
    def is_below(self) -> bool:
        """Whether the form has less than the law asks for, of documents or of pages."""
        return any(found is not None and found * 100 < DUTY_PERCENT for found in (self.of_documents, self.of_pages))


def shares(counts: Sequence[Count]) -> list[Share]:
    """How the documents and pages of these counts fall on the two forms."""
    all_documents, all_pages = sum(found.documents for found in counts), sum(found.pages for found in counts)
    told = []
    for language in NORWEGIAN:
        own = [found for found in counts if found.language == language]
        documents, pages = sum(found.documents for found in own), sum(found.pages for found in own)
        told.append(Share(language, documents, pages, _part(documents, all_documents), _part(pages, all_pages)))
    return told


def as_csv(counts: Sequence[Count], language: str) -> str:
    """For a spreadsheet: semicolons, a mark that says UTF-8, one row for each year, kind and form."""
    written = io.StringIO()
    table = csv.writer(written, delimiter=";")
    table.writerow(["year", "kind", "name", "language", "documents", "pages", "not_counted"])
    for found in counts:
        kind = found.kind.value if found.kind else "opinion"
        name = render(found.name, language)
        table.writerow([found.year, kind, name, found.language, found.documents, found.pages, found.uncounted])
    return BYTE_ORDER_MARK + written.getvalue()


def _part(part: int, whole: int) -> float | None:
    return part / whole if whole else None
