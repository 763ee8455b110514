"""The one list of sealed columns: what each is for and what it is bound to. Rotation, `tvist check` and the tests read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tvist.accounts import code_apps
from tvist.accounts.factors import SecondFactor
from tvist.cases import private_words
from tvist.cases.private import Offer
from tvist.decision import votes
from tvist.decision.models import Vote
from tvist.documents.models import PaperReading
from tvist.intake import identity, searched_papers
from tvist.intake.models import ChildIdentity, Draft
from tvist.panel import copies, notes
from tvist.panel.bundles import BundleCopy, PageNote
from tvist.submissions import settlement
from tvist.submissions.models import Settlement

if TYPE_CHECKING:
    from collections.abc import Callable

Column = Any
"""A mapped column of bytes; one that may be empty has another type."""


@dataclass(frozen=True)
class SealedColumn:
    """A column of sealed values. `bound_to` tells from the row what its value is bound to."""

    column: Column
    purpose: str
    bound_to: Callable[[Any], str]

    @property
    def name(self) -> str:
        """Table and column."""
        return f"{self.column.class_.__tablename__}.{self.column.key}"


SEALED: Final[tuple[SealedColumn, ...]] = (
    SealedColumn(ChildIdentity.sealed, identity.PURPOSE, lambda row: identity.of_case(row.case)),
    SealedColumn(Draft.sealed_identity, identity.PURPOSE, identity.of_draft),
    SealedColumn(Draft.sealed_offers, identity.OFFERS_PURPOSE, identity.of_draft),
    SealedColumn(PaperReading.sealed, searched_papers.SEAL_PURPOSE, lambda row: row.paper.blob_id),
    SealedColumn(Offer.sealed_words, private_words.PURPOSE, lambda row: private_words.place_of(row.public_id)),
    SealedColumn(Settlement.sealed_text, settlement.PURPOSE, lambda row: settlement.place_of(row.public_id)),
    SealedColumn(BundleCopy.sealed_password, copies.PURPOSE, lambda row: copies.place_of(row.public_id, row.user)),
    SealedColumn(PageNote.sealed, notes.PURPOSE, lambda row: notes.place_of(row.public_id, row.user)),
    SealedColumn(SecondFactor.sealed_secret, code_apps.PURPOSE, lambda row: code_apps.whose(row.user)),
    SealedColumn(Vote.sealed, votes.PURPOSE, lambda row: votes.place_of(row.question, row.user)),
)

NOT_SEALED: Final = {
    "child_identity.number_hash": "a keyed hash, made with the index key, which is not rotated",
    "search_entry.stem": "a keyed hash, made with the index key, which is not rotated",
    "key_rotation.head": "the id of a key, which is no secret",
    "issued_file.unsealed_sha256": "a SHA-256; the seal that it tells of is the body's on the opinion",
    "issued_file.sealed_at": "when the body's seal was put on an opinion",
    "paper_reading.sought": "a keyed hash, made with the index key, which is not rotated",
    "recovery_code.code_hash": "a keyed hash, made with the index key, which is not rotated",
    "second_factor.public_key": "what a passkey shows to everybody",
    "log_batch.sealed_at": "when a batch of the access log was closed with its hash",
    "issued_file.sealed_by": "whose seal was put on an opinion",
}
"""Columns of bytes, or with such a name, that no master key opens; and why."""
