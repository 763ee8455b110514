"""Two texts that grew out of one are put together: by paragraph, then by word; what both have changed is kept from both (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# A paragraph with the blank lines after it, a word with the spaces after it: put side by side they are the text again.
_PARAGRAPHS: Final = re.compile(r"(?:[^\n]|\n(?!\s*\n))+\s*|\s+")
_WORDS: Final = re.compile(r"\S+\s*|\s+")
_BETWEEN: Final = "\n\n"


@dataclass(frozen=True, slots=True)
class Clash:
    """A passage that both have changed, each in their own way."""

    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Merge:
    """The text put together. Where both changed the same passage (`clashes`) theirs stands first and mine after it, so that no word is lost."""

    text: str
    clashes: tuple[Clash, ...]

    @property
    def is_clean(self) -> bool:
        """Nobody has to choose anything."""
        return not self.clashes


class Change(StrEnum):
    """What became of a run of words between two versions."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Run:
    """A run of words of one or both versions."""

    change: Change
    text: str


def merge(base: str, mine: str, theirs: str) -> Merge:
    """Put `mine` and `theirs`, both grown out of `base`, together."""
    if mine == theirs or theirs == base:
        return Merge(mine, ())
    if mine == base:
        return Merge(theirs, ())
    told: list[str] = []
    clashes: list[Clash] = []
    for found in _passages(*(_PARAGRAPHS.findall(_ended(text)) for text in (base, mine, theirs))):
        passage = _by_words(found) if isinstance(found, _Both) else Merge(found, ())
        told.append(passage.text)
        clashes += passage.clashes
    return Merge(_joined(told).rstrip(), tuple(clashes))


def compare(old: str, new: str) -> list[Run]:
    """The words of both versions in order: those that stayed, those that went, those that came."""
    before, after = _WORDS.findall(_ended(old)), _WORDS.findall(_ended(new))
    runs: list[Run] = []
    for tag, first, last, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            runs.append(Run(Change.SAME, "".join(before[first:last])))
            continue
        runs += [
            Run(change, text)
            for change, text in ((Change.REMOVED, "".join(before[first:last])), (Change.ADDED, "".join(after[start:end])))
            if text
        ]
    return runs


def _ended(text: str) -> str:
    """With a blank line at its end, so that its last paragraph is the same when another follows it."""
    return f"{text.rstrip()}{_BETWEEN}" if text.strip() else ""


@dataclass(frozen=True, slots=True)
class _Both:
    """A passage of the base that both have changed."""

    base: str
    mine: str
    theirs: str


def _by_words(found: _Both) -> Merge:
    """The passage word by word; as it is in both, theirs first, where the same words were changed."""
    parts = list(_passages(*(_WORDS.findall(text) for text in (found.base, found.mine, found.theirs))))
    if found.base.strip() and not any(isinstance(part, _Both) for part in parts):
        return Merge("".join(part for part in parts if isinstance(part, str)), ())
    clash = Clash(found.mine.strip(), found.theirs.strip())
    return Merge(_joined([found.theirs, found.mine]), (clash,))


def _passages(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> Iterator[str | _Both]:
    """The text in passages: one that at most one of the two has changed, or both in the same way, is told; else what each has."""
    at_base = at_mine = at_theirs = 0
    for base_start, mine_start, theirs_start, length in _unchanged(base, mine, theirs):
        pieces = ("".join(base[at_base:base_start]), "".join(mine[at_mine:mine_start]), "".join(theirs[at_theirs:theirs_start]))
        if any(pieces):
            yield _settled(*pieces)
        if length:
            yield "".join(base[base_start : base_start + length])
        at_base, at_mine, at_theirs = base_start + length, mine_start + length, theirs_start + length


def _settled(base: str, mine: str, theirs: str) -> str | _Both:
    if mine in {theirs, base}:
        return theirs
    return mine if theirs == base else _Both(base, mine, theirs)


def _unchanged(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Runs of the base that stand in both: where they begin in each of the three, and how long they are. The last is the end, of length 0."""
    ours = SequenceMatcher(None, base, mine, autojunk=False).get_matching_blocks()
    others = SequenceMatcher(None, base, theirs, autojunk=False).get_matching_blocks()
    one = other = 0
    while one < len(ours) and other < len(others):
        (first, in_mine, size), (second, in_theirs, length) = ours[one], others[other]
        start, end = max(first, second), min(first + size, second + length)
        if start < end:
            yield start, in_mine + start - first, in_theirs + start - second, end - start
        if first + size < second + length:
            one += 1
        else:
            other += 1
    yield len(base), len(mine), len(theirs), 0


def _joined(passages: Sequence[str]) -> str:
    """Side by side; words that had nothing between them get a blank line."""
    text = ""
    for passage in passages:
        parted = not text.strip() or not passage.strip() or text[-1].isspace() or passage[0].isspace()
        text += passage if parted else f"{_BETWEEN}{passage}"
    return text
