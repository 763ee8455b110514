"""Text as people type it, made fit for paper: harmful characters gone, lists seen, spaces that must not break."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_BREAK = "\N{NO-BREAK SPACE}"
MONTHS = (
    "januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember|"
    "January|February|March|May|June|July|August|October|December"
)
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028]")
# Control, format (bidirectional marks, zero-width, soft hyphens) and half surrogates: unseen on paper, harmful in a file.
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)
_FIXED_SPACES = dict.fromkeys(map(ord, "\u2007\u202f"), NO_BREAK)
_OTHER_SPACES = dict.fromkeys([*range(0x2000, 0x2007), *range(0x2008, 0x200B), 0x205F, 0x3000, 0x1680, 0x9], " ")

_NO_BREAKS = (
    re.compile(r"(?<=\d) (?=\d{3}(?!\d))"),
    re.compile(
        r"(?:(?<=§)|(?<=\bkr)|(?<=\bkr\.)|(?<=\bnr\.)|(?<=\bkap\.)|(?<=\bkl\.)|(?<=\bpkt\.)|(?<=\bart\.)|(?<=\b[sp]\.)) (?=\d)",
        re.IGNORECASE,
    ),
    re.compile(r"(?<=\d) (?=(?:kr|kroner|øre|prosent|%)(?!\w))"),
    re.compile(rf"(?<=\d\.) (?=(?:{MONTHS})\b)"),
)
_DASH = re.compile(r"(?<=\S) - (?=\S)")
_BULLET = re.compile(r"\s*[-\u2013\u2022*]\s+(\S.*)")
# "1. januar" begins a date, not a list.
_NUMBER = re.compile(rf"\s*(\d{{1,3}}[.)])\s+(?!(?:{MONTHS})\b)(\S.*)")


@dataclass
class Paragraph:
    """One paragraph; `mark` is what stands before an item of a list (a dash or "1."), empty for plain text."""

    text: str
    mark: str = ""


def clean(text: str) -> str:
    """Compose the text (NFC), with one kind of line end and without what is unseen. Nothing a reader would miss is taken away."""
    lines = _LINE_ENDS.sub("\n", text).replace("\u2029", "\n\n")
    spaced = lines.translate(_FIXED_SPACES).translate(_OTHER_SPACES)
    seen = "".join(letter for letter in spaced if letter == "\n" or not _unseen(letter))
    return unicodedata.normalize("NFC", seen)


def _unseen(letter: str) -> bool:
    return unicodedata.category(letter) in _UNSEEN or ord(letter) in _VARIATION_SELECTORS


def one_line(text: str) -> str:
    """Clean the text and put it on one line. Spaces that do not break are kept."""
    return re.sub("[ \n]+", " ", clean(text)).strip()


def with_care(text: str) -> str:
    """Keep sums, §§ and dates on one line; make a hyphen used as a dash into one. Words are never changed."""
    for pattern in _NO_BREAKS:
        text = pattern.sub(NO_BREAK, text)
    return _DASH.sub(" \N{EN DASH} ", text)


def unbreakable(text: str) -> str:
    """For figures: each space becomes one that does not break."""
    return clean(text).strip().replace(" ", NO_BREAK)


def paragraphs(text: str) -> Iterator[Paragraph]:
    """Read paragraphs and items of lists out of typed text. A line below an item belongs to it until a blank line."""
    for part in re.split(r"\n\s*\n", clean(text)):
        current: Paragraph | None = None
        for line in part.split("\n"):
            if not line.strip():
                continue
            read = _read(line)
            if current and not read.mark:
                current.text += f"\n{read.text}"
                continue
            if current:
                yield current
            current = read
        if current:
            yield current


def _read(line: str) -> Paragraph:
    if found := _BULLET.fullmatch(line):
        return Paragraph(with_care(found[1].rstrip()), "\N{EN DASH}")
    if found := _NUMBER.fullmatch(line):
        return Paragraph(with_care(found[2].rstrip()), found[1])
    return Paragraph(with_care(line.strip()))
