"""The end of the opinion: who sealed the file, and how anybody finds out whether it is the one that was issued."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tvist.decision.record import VERIFY
from tvist.decision.verifying import SEALED_BY
from tvist.pdf import Link, code_block, heading, prose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tvist.decision.tables import Wording
    from tvist.pdf import Block

Record = dict[str, Any]


def sealed_words(record: Record, told: Wording) -> Iterator[Block]:
    """Nothing in a draft, and in a record from before there were seals."""
    if (verify := record.get(VERIFY)) is None:
        return
    yield heading(told("seal.title"), 2)
    if by := verify.get(SEALED_BY):
        yield prose(told("seal.sealed_by", by=by) + (f" {told('seal.demo')}" if record["is_invented"] else ""))
    code, address = told("seal.code", written=verify["code"]), verify["address"]
    if not address:
        yield prose(code)
        return
    page = address.removesuffix(f"/{verify['code']}")
    yield prose(told("seal.where", address=page), links=[Link(page, address)])
    yield code_block(address, code)
