"""Links in running text: which words of a paragraph lead to an address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from tvist.pdf.styles import BLUE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tvist.pdf.blocks import Link

_DASHES = "-\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{EM DASH}"


def led_by(text: str, links: Sequence[Link]) -> Iterator[tuple[str, str]]:
    """The text in pieces, each with the address it leads to, or with none. Spaces and dashes may have become others since it was typed."""
    # The longest first: "s. 4" also begins "s. 47", and no digit may follow.
    ordered = sorted(
        {link.words: link.address for link in links if link.words}.items(), key=lambda each: (-len(each[0]), each[0])
    )
    if not ordered:
        yield text, ""
        return
    found = re.compile("|".join(f"({_pattern(words)})(?!\\d)" for words, _ in ordered))
    at = 0
    for match in found.finditer(text):
        if match.start() > at:
            yield text[at : match.start()], ""
        yield match[0], ordered[(match.lastindex or 1) - 1][1]
        at = match.end()
    if at < len(text):
        yield text[at:], ""


def linked(marked: str, address: str) -> str:
    """A piece as ReportLab reads it, with its address."""
    return f"<a href={quoteattr(address)} color={quoteattr('#' + BLUE.hexval()[2:])}>{marked}</a>" if address else marked


def _pattern(words: str) -> str:
    pieces = re.split(rf"(\s+|[{_DASHES}])", words)
    return "".join(
        r"\s+" if piece.isspace() else f"[{_DASHES}]" if piece in set(_DASHES) else re.escape(piece) for piece in pieces
    )
