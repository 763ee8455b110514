"""The stored files: each that a row names is whole, and each that is there is named by a row."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from tvist.cases.models import Case
from tvist.check.finding import Finding
from tvist.decision.models import Decision, IssuedFile
from tvist.documents.models import Paper, ReceiptFile
from tvist.documents.storage import LEFTOVERS_AFTER
from tvist.panel.bundles import BundleCopy, BundleFile, BundlePart
from tvist.panel.models import Bundle
from tvist.publication.models import Publication
from tvist.redaction.models import Redaction

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import InstrumentedAttribute

    from tvist.installation import Installation

FILES_A_BATCH: Final = 500
Column = Any
"""A mapped column of text; one that may be empty has another type."""
NAMED_BY: Final[tuple[tuple[Column, Column, InstrumentedAttribute[int]], ...]] = (
    (Paper.blob_id, Paper.sha256, Paper.id),
    (IssuedFile.blob_id, IssuedFile.sha256, IssuedFile.id),
    (ReceiptFile.blob_id, ReceiptFile.sha256, ReceiptFile.id),
    (BundlePart.blob_id, BundlePart.sha256, BundlePart.id),
    (BundleFile.blob_id, BundleFile.sha256, BundleFile.id),
    (BundleFile.text_blob_id, BundleFile.text_sha256, BundleFile.id),
    (BundleCopy.blob_id, BundleCopy.sha256, BundleCopy.id),
    (Publication.blob_id, Publication.sha256, Publication.id),
    (Redaction.blob_id, Redaction.sha256, Redaction.id),
)
"""Every column that names a stored file, with its SHA-256 and the key of its row. What none of them names is swept: a test knows all of them."""


def check_files(installation: Installation, every: int) -> Iterator[Finding]:
    """Open each, or each so many, of the files that rows name."""
    for number, blob_id, sha256 in islice(_files(installation), 0, None, every):
        if not installation.papers.verify(blob_id, sha256):
            yield Finding(number, "file.broken")


def find_orphans(installation: Installation, at: datetime) -> Iterator[Finding]:
    """Files that no row names. What was put in the last day may be on its way to its row, or left by a crash: the worker sets that aside."""
    yield from (Finding("papers", "file.orphan") for _ in _orphans(installation, at - LEFTOVERS_AFTER))


def set_orphans_aside(installation: Installation, at: datetime) -> int:
    """Set aside what a crash left in the store before its row was committed, when it is a day old; returns how many. It can be had back for a month."""
    orphans = list(_orphans(installation, at - LEFTOVERS_AFTER))
    for blob_id in orphans:
        installation.papers.set_aside(blob_id)
    return len(orphans)


def _orphans(installation: Installation, before: datetime) -> Iterator[str]:
    ids = installation.papers.ids_before(before)
    while batch := set(islice(ids, FILES_A_BATCH)):
        known: set[str] = set()
        with installation.database.reading() as session:
            for blob_id, _, _ in NAMED_BY:
                known |= set(session.scalars(sa.select(blob_id).where(blob_id.in_(batch))))
        yield from batch - known


def _files(installation: Installation) -> Iterator[tuple[str, str, str]]:
    """(case number, blob, SHA-256) of each, read in batches, no transaction held while files are opened."""
    for blob_id, sha256, key in NAMED_BY:
        last = 0
        while True:
            query = _with_case(sa.select(key, sa.func.coalesce(Case.number, "draft"), blob_id, sha256), key.class_)
            with installation.database.reading() as session:
                rows = session.execute(query.where(key > last, blob_id.is_not(None)).order_by(key).limit(FILES_A_BATCH)).all()
            if not rows:
                break
            yield from ((str(number), blob, checksum) for _, number, blob, checksum in rows)
            last = rows[-1][0]


def _with_case(query: Any, table: Any) -> Any:
    """Join what leads from the table to its case; a paper of a draft has none. A copy that has ended has no file any more."""
    if table is IssuedFile:
        return query.join(Decision, Decision.id == IssuedFile.decision_id).join(Case, Case.id == Decision.case_id)
    if table is Publication:
        return query.join(Decision, Decision.id == Publication.decision_id).join(Case, Case.id == Decision.case_id)
    if table is Redaction:
        return query.join(Case, Case.id == Redaction.case_id)
    if table is BundleCopy:
        query = query.where(BundleCopy.ended_at.is_(None))
    if table in {BundlePart, BundleFile, BundleCopy}:
        return query.join(Bundle, Bundle.id == table.bundle_id).join(Case, Case.id == Bundle.case_id)
    return query.outerjoin(Case, Case.id == (Paper.case_id if table is Paper else ReceiptFile.case_id))
