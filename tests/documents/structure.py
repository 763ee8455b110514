"""The structure of a PDF as a reader for the blind finds it: the tree, and the text of each element out of the content of the pages, in the tree's order.

Knows nothing of how Tvist writes: it reads the operators, the fonts' own tables of letters, and the tree.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pikepdf

if TYPE_CHECKING:
    from collections.abc import Iterator

SOFT_HYPHEN = "\N{SOFT HYPHEN}"


@dataclass
class Node:
    """One element: its type, what it says of itself, its kids (text and elements), its links (address, words) and the pages that it stands on."""

    kind: str
    language: str = ""
    alternative: str = ""
    scope: str = ""
    numbering: str = ""
    kids: list[Node | str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    pages: set[int] = field(default_factory=set)

    @property
    def text(self) -> str:
        """All that is said in it, words divided at line ends whole again."""
        return " ".join("".join(self._said()).replace(SOFT_HYPHEN, "").replace("\N{NO-BREAK SPACE}", " ").split())

    def _said(self) -> Iterator[str]:
        for kid in self.kids:
            if isinstance(kid, str):
                yield kid
            else:
                yield from kid._said()
                # What is read aloud has a pause between two things.
                yield "" if kid.kind in {"Link", "Reference"} else " "

    def all(self, kind: str = "") -> Iterator[Node]:
        """Every element of that kind in it, in order; all if none is asked for."""
        for kid in self.kids:
            if isinstance(kid, Node):
                if kind in {"", kid.kind}:
                    yield kid
                yield from kid.all(kind)

    def only(self, kind: str) -> Node:
        (found,) = self.all(kind)
        return found

    @property
    def kinds(self) -> list[str]:
        return [kid.kind for kid in self.kids if isinstance(kid, Node)]


def structure_of(data: bytes) -> Node:
    """The tree of a file, from its one `Document`."""
    with pikepdf.open(io.BytesIO(data)) as file:
        pages = [page.obj for page in file.pages]
        said = [_marked(page) for page in file.pages]
        (document,) = _listed(file.Root.StructTreeRoot.K)
        return _node(document, pages, said)


def _node(entry: pikepdf.Object, pages: list[Any], said: list[dict[int, str]]) -> Node:
    details = entry.get("/A", {})
    node = Node(
        str(entry.S)[1:],
        str(entry.get("/Lang", "")),
        str(entry.get("/Alt", "")),
        str(details.get("/Scope", "/"))[1:],
        str(details.get("/ListNumbering", "/"))[1:],
    )
    own = _place(entry.get("/Pg"), pages)
    for kid in _listed(entry.get("/K", [])):
        if isinstance(kid, int):
            node.kids.append(said[own][kid])
            node.pages.add(own)
        elif kid.get("/Type") == "/OBJR":
            node.links.append((str(kid.Obj.A.URI) if "/A" in kid.Obj else "", str(kid.Obj.Contents)))
        elif "/MCID" in kid:
            page = _place(kid.get("/Pg", entry.get("/Pg")), pages)
            node.kids.append(said[page][int(kid.MCID)])
            node.pages.add(page)
        else:
            assert kid.P.objgen == entry.objgen
            node.kids.append(_node(kid, pages, said))
    return node


def _listed(kids: Any) -> list[Any]:
    return list(kids) if isinstance(kids, pikepdf.Array | list) else [kids]


def _place(page: Any, pages: list[Any]) -> int:
    return -1 if page is None else next(place for place, each in enumerate(pages) if each.objgen == page.objgen)


def _marked(page: pikepdf.Page) -> dict[int, str]:
    """What is shown under each number of a page."""
    return _Reading({name: _letters(font) for name, font in page.obj.Resources.get("/Font", {}).items()}).read(page)


class _Reading:
    """The content of one page, operator by operator. Text that has no number, and is no artifact, may not be there."""

    def __init__(self, fonts: dict[str, dict[int, str]]) -> None:
        self.fonts, self.font = fonts, ""
        self.said: dict[int, str] = {}
        self.marks: list[int | None] = []

    def read(self, page: pikepdf.Page) -> dict[int, str]:
        for operands, operator in pikepdf.parse_content_stream(page):
            match str(operator):
                case "BDC":
                    self._begin(operands[1].get("/MCID"))
                case "BMC":
                    self.marks.append(None)
                case "EMC":
                    self.marks.pop()
                case "Tf":
                    self.font = str(operands[0])
                case "Tj":
                    self._say(bytes(operands[0]))
        assert not self.marks
        return self.said

    def _begin(self, number: Any) -> None:
        self.marks.append(None if number is None else int(number))
        if number is not None:
            assert int(number) not in self.said, "a number is used twice"
            self.said[int(number)] = ""

    def _say(self, codes: bytes) -> None:
        assert self.marks, f"untagged: {codes!r}"
        if self.marks[-1] is not None:
            self.said[self.marks[-1]] += "".join(self.fonts[self.font][code] for code in codes)


def _letters(font: pikepdf.Object) -> dict[int, str]:
    """The letter of each code, by the font's own table; fonts of one byte a code, as ReportLab embeds them."""
    pairs = re.findall(rb"<(\w\w)>\s*<(\w{4,})>", font.ToUnicode.read_bytes())
    return {int(code, 16): bytes.fromhex(letter.decode()).decode("utf-16-be") for code, letter in pairs}
