"""What each thing on a page is (heading, item, header cell …) and what it stands in: all that a reader for the blind would ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tvist.pdf.blocks import Language

Kind = Literal[
    "Document", "H", "P", "L", "LI", "BlockQuote", "Table", "Caption", "THead", "TBody", "TR", "TH", "TD", "Figure", "Note"
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Role:
    """One node of the document's tree, compared by identity. Reading order is the order of drawing."""

    kind: Kind
    within: Role | None = None
    level: int = 0
    scope: Literal["Column", "Row", ""] = ""
    language: Language | None = None
    alternative: str = ""
    bookmark: str = ""
    numbering: Literal["Decimal", "Disc", ""] = ""
    """How the items of a list are marked."""
    name: str = ""
    """What a reference to this leads to; no two have the same."""

    def inside(self, kind: Kind) -> bool:
        """Whether this stands, at any depth, in a thing of that kind."""
        return self.within is not None and (self.within.kind == kind or self.within.inside(kind))
