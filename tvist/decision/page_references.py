"""References to pages of the bundle, as they are written in a text (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_SPACE: Final = "[ \t\N{NO-BREAK SPACE}]*"
_DASH: Final = "[-\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{EM DASH}]"
_PAGES: Final = rf"\d{{1,6}}(?:{_SPACE}{_DASH}{_SPACE}\d{{1,6}})?"
# More pages follow only where the list ends with them: in "utdrag s. 47 og 12 barn" there is one page.
_MORE: Final = rf"(?:(?:,|{_SPACE}og){_SPACE}{_PAGES}(?={_SPACE}(?:$|[.,;:)\]\n]|og\b)))*"
_CITATION: Final = re.compile(
    rf"\b(?:dokument)?utdrag(?:et|a)?s?,?\s*(?:på\s+)?(?:s\.|s\b|sidene\b|sidane\b|sider\b|side\b){_SPACE}(?P<pages>{_PAGES}{_MORE})(?!\d)",
    re.IGNORECASE,
)
_RUN: Final = re.compile(rf"(\d+)(?:{_SPACE}{_DASH}{_SPACE}(\d+))?")


@dataclass(frozen=True, slots=True)
class Citation:
    """A reference as it was written, and the runs of pages that it names, both ends included."""

    words: str
    runs: tuple[tuple[int, int], ...]

    @property
    def page(self) -> int:
        """The page that it leads to."""
        return self.runs[0][0]


def citations_in(text: str) -> list[Citation]:
    """The references to pages of the bundle in a text, in order: "utdrag s. 47", "dokumentutdraget side 12-14", "utdraget s. 3, 5 og 7"."""
    return [
        Citation(found[0], tuple((int(run[1]), int(run[2] or run[1])) for run in _RUN.finditer(found["pages"])))
        for found in _CITATION.finditer(text)
    ]
