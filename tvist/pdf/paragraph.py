"""One paragraph on paper: `Words` knows what it is, tags itself, and can be copied and read aloud as whole words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from reportlab.platypus import Paragraph

from tvist.pdf.lines import SOFT_HYPHEN, LineText, followed
from tvist.pdf.roles import Role
from tvist.pdf.styles import BLUE, MEASURE, TINT, undivided

if TYPE_CHECKING:
    from reportlab.pdfgen.textobject import PDFTextObject

    from tvist.pdf.tagging import Element, TaggedCanvas

# A last line of fewer letters, left over from a word, would look lost; a longer word than this may have to be divided anyhow.
SHORT_PIECE, LONG_WORD = 7, 40
# So many lines a page may be shorter, for its last word to be whole.
LINES_TRIED = 3
# What stands in an item beside its label.
_BODIES = {"LI": "LBody", "Note": "P"}
# Running text; cells may be so narrow that a word must be divided wherever it can.
_TEXTS = {"P", "LI", "Note"}


@dataclass(frozen=True)
class Place:
    """Where a keyed text came to stand: its page (from 0) and its corners, in points from the lower left."""

    key: str
    page: int
    corners: tuple[float, float, float, float]


class Words(Paragraph):
    """A paragraph with its role. Both halves of one that is split over pages keep it: they are still one paragraph."""

    # Whether they stand on a page already, and the element that they are there.
    was_drawn = False
    element: Element | None = None
    # Where it is noted by which key the words were drawn.
    key = ""
    places: list[Place] | None = None
    # How much room must be left under the last line, for what belongs to it to begin on the same page.
    takes_along = 0.0

    def __init__(self, text: str | None, style: Any = None, bulletText: Any = None, frags: Any = None, **details: Any) -> None:  # noqa: N803 - ReportLab's names.
        self.role: Role = details.pop("role", Role("P"))
        # What is written, with one space between words and one at the end.
        self.plain: str = " ".join(filter(None, details.pop("plain", "").replace("\n", " ").split(" "))) + " "
        self.continues = False
        self.is_undivided = False
        # Whether this is a title within a box, of no use without what follows.
        self.leads = False
        super().__init__(text, style, bulletText, frags, **details)  # type: ignore[arg-type]

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803 - ReportLab's names.
        """As ReportLab does; higher than it is where what it takes along would not fit, so that it is split or goes to the next page."""
        width, height = super().wrap(availWidth, availHeight)
        return (width, height + self.takes_along) if height <= availHeight < height + self.takes_along else (width, height)

    def split(self, availWidth: float, availHeight: float) -> list[Any]:  # noqa: N803 - ReportLab's names.
        """As ReportLab does, with role and plain text kept in both parts; the last word of a page is a whole one."""
        if self.takes_along:
            # Two lines at least go with what is taken along.
            availHeight = min(availHeight, self.height - 2 * self.style.leading)  # noqa: N806 - ReportLab's name.
        parts: list[Any] = super().split(availWidth, availHeight)
        for lines in range(1, LINES_TRIED + 1):
            if len(parts) < 2 or not self._divides_after(len(parts[0].blPara.lines)):  # noqa: PLR2004 - Nothing is split.
                break
            parts = super().split(availWidth, availHeight - lines * self.style.leading)
        for part in parts:
            part.role, part.plain = self.role, self.plain
            part.key, part.places, part.is_undivided = self.key, self.places, self.is_undivided
        for part in parts[1:]:
            part.continues, part.takes_along = True, self.takes_along
            part.plain = self.plain[self._endings(len(parts[0].blPara.lines))[-1][1] :]
        return parts

    def breakLines(self, width: Any) -> Any:  # noqa: N802 - ReportLab's name.
        """As ReportLab does; a paragraph whose last line would be the last piece of a word is set without divided words."""
        broken: Any = None if self.is_undivided else super().breakLines(width)
        if broken is not None and not self._ends_in_a_piece(broken):
            return broken
        self.is_undivided = True
        own, self.style = self.style, undivided(self.style)
        broken = super().breakLines(width)
        self.style = own
        return broken

    def _ends_in_a_piece(self, broken: Any) -> bool:
        if self.role.kind not in _TEXTS or len(broken.lines) < 2:  # noqa: PLR2004 - The first line can be no left-over.
            return False
        piece = _said_in(broken, -1)
        whole = self.plain.rstrip().rsplit(" ", 1)[-1]
        return (
            len(piece) < SHORT_PIECE
            and " " not in piece
            and len(whole) <= LONG_WORD
            and self._endings(len(broken.lines) - 1, broken)[-1][0] == SOFT_HYPHEN
        )

    def _divides_after(self, count: int) -> bool:
        """Whether the last of the first `count` lines ends within a word, at a hyphen of ours."""
        return self._endings(count)[-1][0] == SOFT_HYPHEN

    def _endings(self, count: int, broken: Any = None) -> list[tuple[str, int]]:
        """How each of the first `count` lines ends, and where in the plain text the next begins."""
        lines: Any = broken or vars(self)["blPara"]
        endings, at = [], 0
        for place in range(count):
            ending, at = followed(self.plain, at, _said_in(lines, place))
            endings.append((ending, at))
        return endings

    def beginText(self, x: float, y: float) -> PDFTextObject:  # noqa: N802 - ReportLab's name.
        """Begin a text that knows what was written and what it is, so that it can end each line rightly and tag itself."""
        if self.element is None:
            return self._paper.beginText(x, y)
        text = LineText(self._paper, (x, y), plain=self.plain, role=self.role, element=self.element)
        broken: Any = self.blPara  # type: ignore[attr-defined]
        if broken.kind == 0 and broken.link:
            text.all_linked(broken.link[0])
        return text

    @property
    def _paper(self) -> TaggedCanvas:
        return cast("TaggedCanvas", self.canv)

    def draw(self) -> None:
        """Draw as what the words are. What is drawn once more is the head of a table on its next page, and is not read again."""
        if self.was_drawn:
            self.element = None
            with self._paper.artifact("Repeated"):
                super().draw()
            return
        self.was_drawn = True
        tree = self._paper.tree
        self.element = tree.of(self.role)
        if body := _BODIES.get(self.role.kind):
            if self.bulletText:
                self._paper.label = tree.part(self.role, "Lbl")
            self.element = tree.part(self.role, body)
        self._draw()

    def _draw(self) -> None:
        """Note the place, set the bookmark of a heading, and draw."""
        if self.role.kind == "H" and not self.continues:
            self._bookmark()
        if self.role.name and not self.continues:
            self.canv.bookmarkHorizontal(self.role.name, 0, self.height)
        if self.key and self.places is not None:
            left, low = self.canv.absolutePosition(0, 0)
            corners = (left, low, left + float(self.width), low + float(self.height))
            self.places.append(Place(self.key, self.canv.getPageNumber() - 1, corners))
        broken: Any = self.blPara  # type: ignore[attr-defined]
        for line in broken.lines if broken.kind == 1 else ():
            # ReportLab may leave an empty piece after a hyphen; then the hyphen would not be seen as the end of its line.
            while len(line.words) > 1 and getattr(line.words[-1], "text", None) == "":
                del line.words[-1]
        super().draw()

    def _bookmark(self) -> None:
        top = self.canv.absolutePosition(0, self.height)[1]
        key = f"{self.canv.getPageNumber()} {top:.2f}"
        self.canv.bookmarkPage(key, fit="XYZ", left=0, top=round(top + 6, 2), zoom=0)
        self.canv.addOutlineEntry(self.role.bookmark, key, self.role.level, closed=0)


def _said_in(broken: Any, place: int) -> str:
    """One line of a broken paragraph, as ReportLab keeps it: words, or pieces in their fonts."""
    line = broken.lines[place]
    return " ".join(line[1]) if broken.kind == 0 else "".join(getattr(piece, "text", "") for piece in line.words)


class Apart(Words):
    """Words on a tinted ground with a line at their left: a text that stands apart, over as many pages as it needs."""

    # How far the ground reaches over and under the words; the first and the last of a box have more.
    above = 3.6
    below: float | None = None

    def split(self, availWidth: float, availHeight: float) -> list[Any]:  # noqa: N803 - ReportLab's names.
        """Keep the room over the first part and under the last."""
        parts = super().split(availWidth, availHeight)
        for part in parts[:1]:
            part.above = self.above
        for part in parts[-1:]:
            part.below = self.below
        return parts

    def draw(self) -> None:
        """Lay the ground first; it reaches over the space to the next paragraph, so that the box is one."""
        canvas = self._paper
        below = self.getSpaceAfter() if self.below is None else self.below
        with canvas.artifact("Layout"):
            canvas.saveState()
            for color, width in ((TINT, MEASURE), (BLUE, 2.4)):
                canvas.setFillColor(color)
                canvas.rect(0, -below, width, self.height + below + self.above, stroke=0, fill=1)
            canvas.restoreState()
        super().draw()
