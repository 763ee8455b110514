"""The seals of issued opinions: each is intact, covers its file, and stands on the file that was printed from the record."""

from __future__ import annotations

import hashlib
from itertools import islice
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tvist.check.finding import Finding
from tvist.decision.files import printed
from tvist.decision.models import Decision, IssuedFile
from tvist.decision.verifying import code_in, record_of
from tvist.documents.storage import BrokenPaper
from tvist.pdf import MissingLetter
from tvist.sealing import begins_with, inspect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.orm import Session

    from tvist.installation import Installation

A_BATCH: Final = 100


def check_seals(installation: Installation, every: int, *, prints_again: bool = False) -> Iterator[Finding]:
    """Look into each, or each so many, of the issued opinions.

    `prints_again`: also print each from its record and compare. That holds under the program and the packages that printed it; under others
    a difference says nothing of the opinion, so it is left out of the daily check.
    """
    for file in islice(_issued(installation), 0, None, every):
        number = file.decision.case.number
        yield from (Finding(number, code) for code in _wrong_codes(file))
        if file.sealed_at is None:
            continue
        data = _as_stored(installation, file)
        if data is None:
            continue
        found = inspect(data)
        if not (found.is_good and (found.by, found.level) == (file.sealed_by, file.seal_level)):
            yield Finding(number, "seal.broken")
        if not begins_with(data, file.unsealed_sha256):
            yield Finding(number, "seal.other")
        if prints_again and not _is_printed_alike(file):
            yield Finding(number, "seal.print")


def _as_stored(installation: Installation, file: IssuedFile) -> bytes | None:
    """The stored bytes; None where they are not there or are others, which `files` says of every stored file."""
    try:
        data = b"".join(installation.papers.open(file.blob_id))
    except BrokenPaper:
        return None
    return data if hashlib.sha256(data).hexdigest() == file.sha256 else None


def _wrong_codes(file: IssuedFile) -> Iterator[str]:
    """The code on the paper leads to this version; a parallel text has the code of its main text."""
    expected = None if file.is_parallel else code_in(record_of(file))
    if file.verify_code != expected:
        yield "seal.code"


def _is_printed_alike(file: IssuedFile) -> bool:
    try:
        editions = dict(printed(record_of(file)))
    except MissingLetter:
        return False
    data = editions.get(file.is_parallel)
    return data is not None and hashlib.sha256(data).hexdigest() == file.unsealed_sha256


def _issued(installation: Installation) -> Iterator[IssuedFile]:
    """All rows in batches, no transaction held while files are opened."""
    last = 0
    while True:
        with installation.database.reading() as session:
            rows = _batch(session, last)
            session.expunge_all()
        if not rows:
            return
        yield from rows
        last = rows[-1].id


def _batch(session: Session, last: int) -> Sequence[IssuedFile]:
    whole = joinedload(IssuedFile.decision).options(joinedload(Decision.case), selectinload(Decision.corrections))
    query = sa.select(IssuedFile).where(IssuedFile.id > last).options(whole).order_by(IssuedFile.id).limit(A_BATCH)
    return session.scalars(query).all()
