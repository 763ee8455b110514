"""The files of an opinion: each edition printed from its record, sealed and kept (rules 38, 39). An opinion without a seal is never kept or sent."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tvist.decision.document import editions
from tvist.decision.models import IssuedFile
from tvist.decision.verifying import code_in, with_seal
from tvist.pdf import render
from tvist.sealing import certificate_of, seal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tvist.config import Config
    from tvist.documents.storage import PaperStore, Stored

Record = dict[str, Any]


@dataclass(frozen=True)
class MadeFile:
    """One edition, sealed and kept in the store; it is issued when a row names it."""

    stored: Stored
    is_parallel: bool
    unsealed_sha256: str
    sealed_at: datetime
    sealed_by: str
    seal_level: str
    verify_code: str | None
    """Of the main text: the code is one, and printed on both."""


def printed(record: Record, sealed_by: str = "") -> list[tuple[bool, bytes]]:
    """Each edition before its seal, and whether it is the parallel text: the same record gives the same bytes. Raises `MissingLetter`."""
    return [(each.is_parallel, render(each.document, each.blocks)) for each in editions(with_seal(record, sealed_by))]


def make_files(record: Record, papers: PaperStore, config: Config, at: datetime) -> list[MadeFile]:
    """Print, seal and keep each edition. Raises `NoSeal` and `MissingLetter`; then nothing is kept."""
    certificate = certificate_of(config, at)
    made: list[MadeFile] = []
    try:
        for is_parallel, data in printed(record, certificate.by):
            sealed = seal(data, config, at, certificate)
            made.append(
                MadeFile(
                    stored=papers.put([sealed.data], max_bytes=None),
                    is_parallel=is_parallel,
                    unsealed_sha256=hashlib.sha256(data).hexdigest(),
                    sealed_at=at,
                    sealed_by=sealed.by,
                    seal_level=sealed.level,
                    verify_code=None if is_parallel else code_in(record),
                )
            )
    except BaseException:
        delete_files(made, papers)
        raise
    return made


def delete_files(made: Iterable[MadeFile], papers: PaperStore) -> None:
    """Take away what no row will name."""
    for each in made:
        papers.discard(each.stored.blob_id)


def issued_file(made: MadeFile, *, version: int, at: datetime) -> IssuedFile:
    """The row that names a file for ever."""
    return IssuedFile(
        version=version,
        is_parallel=made.is_parallel,
        blob_id=made.stored.blob_id,
        size=made.stored.size,
        sha256=made.stored.sha256,
        unsealed_sha256=made.unsealed_sha256,
        sealed_at=made.sealed_at,
        sealed_by=made.sealed_by,
        seal_level=made.seal_level,
        verify_code=made.verify_code,
        made_at=at,
    )
