"""The search inside a bundle: the text of its pages, and where words stand in it (rule 33)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tvist.documents.storage import PaperStore
    from tvist.panel.models import Bundle
    from tvist.panel.reading import BundleFor

AROUND: Final = 70
"""So many characters stand on each side of what was found."""
_BROKEN_WORD = re.compile(r"(?<=\w)[-\N{SOFT HYPHEN}]\s*\n\s*(?=\w)")


@dataclass(frozen=True)
class Hit:
    """A page on which what was looked for stands: the text before, as it stands, and after."""

    page: int
    before: str
    found: str
    after: str


@dataclass(frozen=True)
class Found:
    """What a search gave: the hits, and how many readable pages have no text to search in."""

    hits: list[Hit]
    without_text: int

    def previous(self, page: int) -> int | None:
        """The last page with a hit before this one."""
        return max((hit.page for hit in self.hits if hit.page < page), default=None)

    def following(self, page: int) -> int | None:
        """The next page with a hit after this one."""
        return min((hit.page for hit in self.hits if hit.page > page), default=None)


def texts_of(bundle: Bundle, papers: PaperStore) -> list[str]:
    """The text of each page, the first page first; empty where none could be read. Raises `MissingPaper` and `BrokenPaper`."""
    if bundle.file is None:
        return []
    texts: list[str] = json.loads(b"".join(papers.open(bundle.file.text_blob_id)))
    return texts


def search(seen: BundleFor, texts: list[str], words: str) -> Found:
    """The pages the reader may read on which `words` stand, whatever the case of the letters and the breaks of the lines; the first hit of each."""
    pattern = _pattern(words)
    hits: list[Hit] = []
    without_text = 0
    for page in _readable_pages(seen):
        text = in_one_line(texts[page - 1]) if page <= len(texts) else ""
        without_text += not text
        found = pattern.search(text) if pattern else None
        if found is not None:
            before, after = text[max(0, found.start() - AROUND) : found.start()], text[found.end() : found.end() + AROUND]
            hits.append(Hit(page, before, found[0], after))
    return Found(hits, without_text)


def in_one_line(text: str) -> str:
    """The text of a page with words put together that a line broke, and every break a space."""
    return " ".join(_BROKEN_WORD.sub("", text).split())


def _pattern(words: str) -> re.Pattern[str] | None:
    parts = words.split()
    return re.compile(r"\s+".join(map(re.escape, parts)), re.IGNORECASE) if parts else None


def _readable_pages(seen: BundleFor) -> Iterable[int]:
    for part in seen.parts:
        if seen.may_read(part):
            yield from range(part.first_page, part.first_page + part.pages)
