"""The structure of a document, written as it is drawn: each thing marks its own place in the content, by the role that it has.

Who tells a document writes no tag: the blocks say what each thing is, `Role` carries it to the page, and here it becomes an element of
the structure tree (ISO 32000-1, 14.7 and 14.8). `archival.py` puts the finished tree into the file.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from reportlab.pdfgen.canvas import Canvas

from tvist.pdf.roles import Role
from tvist.words import Message
from tvist.words import render as say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reportlab.pdfgen.textobject import PDFTextObject

    from tvist.pdf.blocks import Language

Furniture = Literal["Header", "Footer", "Repeated", "Layout"]
_ARTIFACTS: dict[Furniture, str] = {
    "Header": "/Artifact <</Type /Pagination /Subtype /Header>> BDC",
    "Footer": "/Artifact <</Type /Pagination /Subtype /Footer>> BDC",
    "Repeated": "/Artifact <</Type /Pagination>> BDC",
    "Layout": "/Artifact <</Type /Layout>> BDC",
}
END = "EMC"


@dataclass(frozen=True)
class Marked:
    """A stretch of content: the page it stands on (from 0) and its number there."""

    page: int
    number: int


@dataclass(frozen=True)
class Pressed:
    """A place to press on: the page (from 0) and which of its annotations it is (from 0)."""

    page: int
    place: int


@dataclass(eq=False)
class Element:
    """One element of the tree: its type, and what it holds, in reading order. `words` are what a link says.

    `above` is where it will be put when the first of its content is: a link stands in its sentence after the words before it.
    """

    kind: str
    role: Role
    language: Language | None
    kids: list[Element | Marked | Pressed] = field(default_factory=list)
    box: tuple[float, float, float, float] | None = None
    words: str = ""
    above: Element | None = None


class Tree:
    """All elements of one document. An element comes into being when the first of its content is drawn, so reading order is drawing order."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.root = Element("Document", Role("Document"), language)
        self._made: dict[tuple[Role, str], Element] = {}

    def of(self, role: Role) -> Element:
        """Find the element of a role, or make it, and all it stands in. A paragraph that goes on over the page is one and the same."""
        if role.kind == "Document":
            return self.root
        if (role, "") not in self._made:
            above = self.of(role.within) if role.within else self.root
            kind = f"H{role.level + 1}" if role.kind == "H" else role.kind
            self._made[role, ""] = self._put(Element(kind, role, role.language or above.language), above)
        return self._made[role, ""]

    def part(self, role: Role, kind: str) -> Element:
        """Find the one part of that kind in the element of a role: the label of an item, its body."""
        if (role, kind) not in self._made:
            above = self.of(role)
            self._made[role, kind] = self._put(Element(kind, role, above.language), above)
        return self._made[role, kind]

    def link(self, role: Role, within: Element, key: str, *, is_reference: bool) -> Element:
        """Find the link of that key in a text; a reference to a note is a link within a `Reference`."""
        if (role, key) not in self._made:
            link = Element("Link", role, within.language, above=within)
            if is_reference:
                link.above = Element("Reference", role, within.language, above=within)
                # A number alone would not say that it is a note.
                link.words = f"{say(Message('pdf.note'), within.language or self.language)} "
            self._made[role, key] = link
        return self._made[role, key]

    def has(self, role: Role) -> bool:
        """Whether anything of that role was drawn yet."""
        return (role, "") in self._made

    @staticmethod
    def _put(element: Element, above: Element) -> Element:
        above.kids.append(element)
        return element


class TaggedCanvas(Canvas):
    """ReportLab's canvas, which also numbers what is marked on each page and knows which link an annotation belongs to."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.tree = Tree("nb")
        self.label: Element | None = None
        """The element that the next text belongs to which ReportLab draws by itself: the mark of an item."""
        self.pressed: list[Element] = []
        """Links of the line that is drawn, in its order."""
        self._marks = 0

    def write(self, code: str) -> None:
        """Put an operator into the content."""
        lines: list[str] = vars(self)["_code"]
        lines.append(code)

    def begin(self, element: Element) -> str:
        """Number the next stretch of content for an element; returns the operator that begins it."""
        _put_where_it_waits(element)
        number, self._marks = self._marks, self._marks + 1
        element.kids.append(Marked(self.getPageNumber() - 1, number))
        return f"/{element.kind} <</MCID {number}>> BDC"

    @contextmanager
    def content_of(self, element: Element) -> Iterator[None]:
        """What is drawn inside belongs to the element."""
        self.write(self.begin(element))
        yield
        self.write(END)

    @contextmanager
    def artifact(self, kind: Furniture) -> Iterator[None]:
        """What is drawn inside is furniture of the page, and is not read aloud."""
        self.write(_ARTIFACTS[kind])
        yield
        self.write(END)

    def drawText(self, aTextObject: PDFTextObject) -> None:  # noqa: N802, N803 - ReportLab's names.
        """As ReportLab does; the mark of an item is tagged as its label."""
        if self.label is None:
            super().drawText(aTextObject)
            return
        element, self.label = self.label, None
        with self.content_of(element):
            super().drawText(aTextObject)

    def showPage(self) -> None:  # noqa: N802 - ReportLab's name.
        """Numbers begin anew on each page."""
        super().showPage()
        self._marks = 0

    def _addAnnotation(self, annotation: Any, name: Any = None, addtopage: int = 1) -> None:  # noqa: N802 - ReportLab's name.
        place = len(vars(self)["_annotationrefs"])
        super()._addAnnotation(annotation, name, addtopage)  # type: ignore[misc]
        self.pressed.pop(0).kids.append(Pressed(self.getPageNumber() - 1, place))


def _put_where_it_waits(element: Element) -> None:
    above, element.above = element.above, None
    if above is not None:
        _put_where_it_waits(above)
        above.kids.append(element)
