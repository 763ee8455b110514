"""Notes: words that explain a word of the text and would disturb its sentence. Marked by a raised number, printed where the section ends.

At the end of the section, and not at the foot of each page: a note may be as long as it needs and never moves the line that it belongs to
to another page, the order on paper is the order in which it is read aloud, and the number is a link that leads there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast
from xml.sax.saxutils import quoteattr

from reportlab.platypus import CondPageBreak, Flowable

from tvist.pdf.blocks import NOTE_MARK
from tvist.pdf.lines import NOTE
from tvist.pdf.plaintext import one_line, with_care
from tvist.pdf.roles import Role
from tvist.pdf.styles import BLUE, HAIRLINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tvist.pdf.tagging import TaggedCanvas
    from tvist.pdf.writing import Pen

# Two letters that no cleaned text has: between them stands the number of a note.
_BEGIN, _END = "\x02", "\x03"
_NUMBERED: Final = re.compile(f"{_BEGIN}(\\d+){_END}")
RULE: Final = 110.0
ABOVE, BELOW = 9.0, 5.0
"""White over the rule that parts notes from the text, and under it."""
ROOM: Final = 44.0
"""The rule stays with two lines of the first note."""


class Notes:
    """The notes of one document, numbered through, and those that wait for the end of their section."""

    def __init__(self) -> None:
        self._count = 0
        self._waiting: list[tuple[int, str, Pen]] = []

    def taken(self, notes: Sequence[str], pen: Pen) -> dict[int, int]:
        """Let the notes of a text wait, with the pen that they are written with; its own number of each, and that in the document."""
        numbers = {}
        for own, note in enumerate(notes, 1):
            self._count += 1
            self._waiting.append((self._count, note, pen))
            numbers[own] = self._count
        return numbers

    @property
    def are_waiting(self) -> bool:
        """Whether there is something to print."""
        return bool(self._waiting)

    def printed(self) -> list[Flowable]:
        """Print those that wait, under a short rule; nothing if none does."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return []
        told: list[Flowable] = [CondPageBreak(ROOM), Rule()]
        for number, note, pen in waiting:
            role = Role("Note", within=pen.within, language=pen.language, name=f"{NOTE[1:]}{number}")
            told.append(pen.words(with_care(one_line(note)), "note", role, mark=str(number)))
        return told


class Rule(Flowable):
    """A short line between text and notes."""

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: ARG002, N803 - ReportLab's names.
        """As high as its white."""
        return RULE, ABOVE + BELOW

    def draw(self) -> None:
        """Draw it as furniture: it says nothing."""
        canvas = cast("TaggedCanvas", self.canv)
        with canvas.artifact("Layout"):
            canvas.setStrokeColor(HAIRLINE)
            canvas.setLineWidth(0.8)
            canvas.line(0, BELOW, RULE, BELOW)


def numbered(text: str, numbers: dict[int, int]) -> str:
    """Put the document's numbers in the place of the marks of cleaned text."""
    if not numbers:
        return text
    return NOTE_MARK.sub(lambda mark: f"{_BEGIN}{numbers[int(mark[1])]}{_END}", text)


def shown(text: str) -> str:
    """The text with the numbers as they are printed."""
    return _NUMBERED.sub(r"\1", text)


def parts(text: str) -> list[tuple[str, str]]:
    """(text, number of the note that follows it, or nothing), piece by piece."""
    pieces: list[Any] = _NUMBERED.split(text)
    return list(zip(pieces[::2], [*pieces[1::2], ""], strict=True))


def raised(number: str) -> str:
    """The number of a note as ReportLab reads it: raised, and leading to the note."""
    color = quoteattr(f"#{BLUE.hexval()[2:]}")
    return f'<a href="{NOTE}{number}" color={color}><super rise="3.6" size="7.4">{number}</super></a>'
