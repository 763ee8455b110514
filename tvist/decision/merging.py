"""Two texts that grew out of one are put together: by paragraph, then by word; what both have changed is kept from both (pure)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# A paragraph with the blank lines after it, a word with the spaces after it: put side by side they are the text again.
_PARAGRAPHS: Final = re.compile(r"(?:[^\n]|\n(?!\s*\n))+\s*|\s+")
_WORDS: Final = re.compile(r"\S+\s*|\s+")
_BETWEEN: Final = "\n\n"
MOST_PAIRS: Final = 3_000_000
"""Pairs of equal words, one of each text, that are matched in a few seconds: two ordinary texts of 100 pages have fewer."""


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


Change = Literal["same", "added", "removed"]
"""What became of a run of words between two versions."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run of words of one or both versions."""

    change: Change
    text: str


def merge(base: str, mine: str, theirs: str) -> Merge:
    """Put `mine` and `theirs`, both grown out of `base`, together."""
    if theirs in {mine, base}:
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
    for tag, first, last, start, end in _matched(before, after):
        if tag == "equal":
            runs.append(Run("same", "".join(before[first:last])))
            continue
        removed, added = "".join(before[first:last]), "".join(after[start:end])
        runs += ([Run("removed", removed)] if removed else []) + ([Run("added", added)] if added else [])
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
    """The passage word by word; as it is in both, theirs first, where the same words were changed or words beside each other."""
    parts = list(_passages(*(_WORDS.findall(text) for text in (found.base, found.mine, found.theirs)), apart=1))
    if found.base.strip() and not any(isinstance(part, _Both) for part in parts):
        return Merge("".join(part for part in parts if isinstance(part, str)), ())
    clash = Clash(found.mine.strip(), found.theirs.strip())
    return Merge(_joined([found.theirs, found.mine]), (clash,))


def _passages(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str], *, apart: int = 0) -> Iterator[str | _Both]:
    """The text in passages: one that at most one of the two has changed, or both in the same way, is told; else what each has.

    `apart` is how many pieces must lie between two changes for them to have nothing to do with each other.
    """
    ours, others = _edits(base, mine), _edits(base, theirs)
    at = 0
    for first, last in _touched([*ours, *others], apart):
        if first > at:
            yield "".join(base[at:first])
        within = partial(_within, first=first, last=last, apart=apart)
        yield _settled(*("".join(_piece(base, edits, first, last)) for edits in ([], within(ours), within(others))))
        at = last
    yield "".join(base[at:])


def _settled(base: str, mine: str, theirs: str) -> str | _Both:
    if mine in {theirs, base}:
        return theirs
    return mine if theirs == base else _Both(base, mine, theirs)


@dataclass(frozen=True, slots=True, order=True)
class _Edit:
    """The pieces `first` to `last` of the base (without the last) became others; nothing stood there where these are equal."""

    first: int
    last: int
    pieces: tuple[str, ...]


def _edits(base: Sequence[str], changed: Sequence[str]) -> list[_Edit]:
    found = _matched(base, changed)
    return [_Edit(first, last, tuple(changed[start:end])) for tag, first, last, start, end in found if tag != "equal"]


def _matched(old: Sequence[str], new: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    """What became of the pieces, as difflib tells it. A text that says the same word over and over would be matched for hours.

    There the words that stand everywhere are not matched: more counts as changed, and nothing is lost by it.
    """
    ours, others = Counter(old), Counter(new)
    is_monotonous = sum(times * others[piece] for piece, times in ours.items()) > MOST_PAIRS
    return SequenceMatcher(None, old, new, autojunk=is_monotonous).get_opcodes()


def _touched(edits: Iterable[_Edit], apart: int) -> Iterator[tuple[int, int]]:
    """The stretches of the base that were changed; edits that overlap, or that insert at one point, are one stretch."""
    stretch: tuple[int, int] | None = None
    for edit in sorted(edits):
        if stretch is None:
            stretch = edit.first, edit.last
        elif edit.first < stretch[1] + apart or (edit.first, edit.last) == stretch:
            stretch = stretch[0], max(stretch[1], edit.last)
        else:
            yield stretch
            stretch = edit.first, edit.last
    if stretch is not None:
        yield stretch


def _within(edits: Iterable[_Edit], *, first: int, last: int, apart: int) -> list[_Edit]:
    """The edits of a stretch. With nothing needed between changes, what is inserted at its edges is a stretch of its own."""
    found = [edit for edit in edits if first <= edit.first and edit.last <= last]
    is_apart = first < last and not apart
    return [edit for edit in found if not (is_apart and edit.first == edit.last and edit.first in {first, last})]


def _piece(base: Sequence[str], edits: Iterable[_Edit], first: int, last: int) -> Iterator[str]:
    """The stretch of the base as it became by edits that lie in it."""
    at = first
    for edit in edits:
        yield from base[at : edit.first]
        yield from edit.pieces
        at = edit.last
    yield from base[at:last]


def _joined(passages: Sequence[str]) -> str:
    """Side by side; words that had nothing between them get a blank line."""
    text = ""
    for passage in passages:
        parted = not text.strip() or not passage.strip() or text[-1].isspace() or passage[0].isspace()
        text += passage if parted else f"{_BETWEEN}{passage}"
    return text
