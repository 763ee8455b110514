"""Lines of running text as they go into a file: each ends as its word does, and each stretch of them says whose it is."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from reportlab.pdfgen.textobject import PDFTextObject

from tvist.pdf.tagging import END

if TYPE_CHECKING:
    from tvist.pdf.roles import Role
    from tvist.pdf.tagging import Element, TaggedCanvas

SOFT_HYPHEN = "\N{SOFT HYPHEN}"
NOTE = "#note-"
"""How the key of a note begins, which a mark in the text leads to."""


def followed(plain: str, at: int, line: str) -> tuple[str, int]:
    """What a line ends with, and where in the plain text the next begins: a space, nothing within a word, or a soft hyphen where we put one.

    A hyphen that was written stays one; only what is not in the text at that place is ours.
    """
    line = line.strip(" ")
    if not plain.startswith(line, at):
        if line.endswith("-") and plain.startswith(line[:-1], at):
            return SOFT_HYPHEN, at + len(line) - 1
        at = max(plain.find(line, at), at)
    after = at + len(line)
    return (" ", after + 1) if plain[after : after + 1] == " " else ("", after)


class LineText(PDFTextObject):
    """Text whose lines end as words do: with a space, or with a soft hyphen where we divided a word ourselves.

    Without it a reader of the text layer sees two words run together, or a hyphen that was never written.
    """

    def __init__(self, canvas: TaggedCanvas, place: tuple[float, float], *, plain: str, role: Role, element: Element) -> None:
        super().__init__(canvas, *place)
        self.canvas, self.plain, self.role, self.element = canvas, plain, role, element
        # The pieces of a line come one by one where it changes font, also a hyphen of its own; `at` is where it begins in the plain text.
        self.line, self.at = "", 0
        # Where each piece stands in the code, and whose it is.
        self.shown: list[tuple[int, Element]] = []
        self.open = element
        # The link that all of the text is, if it is one.
        self.whole: Element | None = None

    def _textOut(self, text: Any, TStar: int = 0) -> None:  # noqa: N802, N803 - ReportLab's names.
        self.line += text
        ended = self._ended(text) if TStar and self.line.strip() else text
        if TStar:
            self.line = ""
            if self.whole is not None:
                self.canvas.pressed.append(self.whole)
        self.shown.append((len(self._operators), self.open))
        self._last = ended
        self.open.words += ended
        super()._textOut(ended, TStar)  # type: ignore[misc]

    @property
    def _operators(self) -> list[str]:
        operators: list[str] = vars(self)["_code"]
        return operators

    def _ended(self, text: str) -> str:
        ending, self.at = followed(self.plain, self.at, self.line)
        return text[:-1] + ending if ending == SOFT_HYPHEN else text + ending

    def all_linked(self, link: tuple[int, str]) -> None:
        """Say that the whole text is this link, for ReportLab does not, where it is all that a paragraph has."""
        self.open = self.whole = self._linked(link)

    def _linkRecord(self, link: tuple[int, str], kind: str) -> None:  # noqa: N802 - ReportLab's name.
        """ReportLab tells that a link ended before the next piece is drawn, and that one began after its first piece was."""
        if kind == "end":
            self.open = self.element
            return
        self.open = self._linked(link)
        self.shown[-1] = (self.shown[-1][0], self.open)
        self.open.words += self._last
        self.canvas.pressed.append(self.open)

    def _linked(self, link: tuple[int, str]) -> Element:
        number, address = link
        is_reference = address.startswith(NOTE)
        return self.canvas.tree.link(self.role, self.element, f"{number} {address}", is_reference=is_reference)

    def getCode(self) -> str:  # noqa: N802 - ReportLab's name.
        """The operators, with the marks of structure between them."""
        operators, marks = self._operators, []
        for element, pieces in groupby(self.shown, key=lambda piece: piece[1]):
            places = [place for place, _ in pieces]
            marks.append((places[0], places[-1] + 1, self.canvas.begin(element)))
        for first, after, begin in reversed(marks):
            operators.insert(after, END)
            operators.insert(first, begin)
        return super().getCode()
