"""Papers that were let in are scanned again: the signatures of today know what those of the day it came did not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.cases.models import Case
from tvist.documents.models import Paper
from tvist.documents.storage import MissingPaper

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tvist.documents.scanning import Scanner
    from tvist.installation import Installation

A_BATCH: Final = 100
DRAFT: Final = "draft"


def scan_again(installation: Installation, scanner: Scanner, *, since: datetime) -> Iterator[tuple[str, str]]:
    """Of each paper added since then in which something is found: the case number (or `draft`) and its public id. Raises `ScannerAway`."""
    last = 0
    while rows := _papers(installation, last, since):
        for _, number, public_id, blob_id in rows:
            try:
                found = scanner.finds(installation.papers.open(blob_id))
            except MissingPaper:
                continue
            if found:
                yield number, public_id
        last = rows[-1][0]


def _papers(installation: Installation, after: int, since: datetime) -> list[tuple[int, str, str, str]]:
    """Read in batches, so that no transaction is held while files are scanned. What is under quarantine already is left."""
    query = (
        sa.select(Paper.id, sa.func.coalesce(Case.number, DRAFT), Paper.public_id, Paper.blob_id)
        .outerjoin(Case, Case.id == Paper.case_id)
        .where(Paper.id > after, Paper.added_at >= since, Paper.quarantined_at.is_(None))
        .order_by(Paper.id)
        .limit(A_BATCH)
    )
    with installation.database.reading() as session:
        return [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]
