"""Tables: facts in two columns, figures in many; small ones stay whole, long ones break between rows under a repeated header."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from reportlab.platypus import CondPageBreak, KeepTogether, Spacer
from reportlab.platypus import Table as Grid

from tvist.pdf.fonts import SANS, SANS_BOLD, width_of
from tvist.pdf.plaintext import clean, one_line, unbreakable, with_care
from tvist.pdf.roles import Role
from tvist.pdf.styles import BLUE, COLUMN_HEIGHT, HAIRLINE, MEASURE, TINT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reportlab.platypus import Flowable

    from tvist.pdf.blocks import Column, FactTable, SignatureBlock, Table
    from tvist.pdf.paragraph import Words
    from tvist.pdf.tagging import TaggedCanvas
    from tvist.pdf.writing import Pen

PADDING = 5.0
CELL_SIZE = 9.2
# A table up to this share of the page moves to the next page rather than break.
WHOLE_UP_TO = 0.45
KEPT_ROWS = 3
"""So many rows at the beginning and at the end of a table do not part."""
NAMES_ABREAST = 3
EMPTY = "\N{EN DASH}"
_PLAIN: list[tuple[Any, ...]] = [
    # Without these ReportLab names Helvetica, which would not be embedded.
    ("FONTNAME", (0, 0), (-1, -1), SANS),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
    ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
    ("TOPPADDING", (0, 0), (-1, -1), 3.2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3.8),
]


class RoledGrid(Grid):
    """A table with its role; the part on the next page is still the same table."""

    role = Role("Table")
    _rowHeights: list[float]  # noqa: N815 - ReportLab's names.
    _nosplitCmds: list[Any]  # noqa: N815

    def split(self, availWidth: float, availHeight: float) -> list[Any]:  # noqa: N803 - ReportLab's names.
        """As ReportLab does, with the role kept in both parts."""
        parts: list[Any] = super().split(availWidth, availHeight)
        for part in parts:
            part.role = self.role
        return parts

    def _drawBkgrnd(self) -> None:  # noqa: N802 - ReportLab's name.
        with cast("TaggedCanvas", self.canv).artifact("Layout"):
            super()._drawBkgrnd()  # type: ignore[misc]

    def _drawLines(self) -> None:  # noqa: N802 - ReportLab's name.
        with cast("TaggedCanvas", self.canv).artifact("Layout"):
            super()._drawLines()  # type: ignore[misc]


def fact_grid(block: FactTable, pen: Pen) -> list[Flowable]:
    """Labels to the left, quietly; what they stand for beside them."""
    whole = pen.role("Table")
    body = Role("TBody", within=whole)
    rows = []
    for label, value in block.pairs:
        row = Role("TR", within=body)
        head, cell = Role("TH", within=row, scope="Row", language=pen.language), Role("TD", within=row, language=pen.language)
        text = with_care(clean(value).strip()) or EMPTY
        rows.append([pen.words(with_care(one_line(label)), "label", head), pen.words(text, "value", cell)])
    if not rows:
        return []
    first = MEASURE * 0.3
    lines = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, HAIRLINE),
        ("LINEABOVE", (0, 0), (-1, 0), 0.8, BLUE),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
    ]
    return [plain_grid(rows, [first, MEASURE - first], whole, lines, header_rows=0), Spacer(0, 12)]


def table_grid(block: Table, pen: Pen) -> list[Flowable]:
    """Caption, header cells, rows and totals."""
    whole = pen.role("Table")
    inner = replace(pen, within=whole)
    head, body = (replace(pen, within=inner.role(kind)) for kind in ("THead", "TBody"))
    rows = [_row([column.title for column in block.columns], block.columns, head, "header cell")]
    rows += [_row(cells, block.columns, body, "cell") for cells in block.rows]
    for key, row in zip(block.keys, rows[1:], strict=False):
        for words in row:
            words.key, words.places = key, pen.places
    lines: list[tuple[Any, ...]] = [
        ("BACKGROUND", (0, 0), (-1, 0), TINT),
        ("LINEABOVE", (0, 0), (-1, 0), 0.8, BLUE),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, BLUE),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, HAIRLINE),
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        # Neither the first row nor the last stands alone on a page.
        ("NOSPLIT", (0, 0), (-1, min(2, len(block.rows)))),
    ]
    if block.totals is not None:
        rows.append(_row(block.totals, block.columns, body, "total cell"))
        lines += [
            ("LINEABOVE", (0, -1), (-1, -1), 0.8, BLUE),
            ("LINEBELOW", (0, -1), (-1, -1), 0.8, BLUE),
            ("BACKGROUND", (0, -1), (-1, -1), TINT),
        ]
    lines.append(("NOSPLIT", (0, max(len(rows) - 3, 0)), (-1, len(rows) - 1)))
    grid = plain_grid(rows, _widths(block), whole, lines, header_rows=1)
    caption = with_care(one_line(block.caption))
    above: list[Flowable] = [inner.words(caption, "caption", inner.role("Caption"))] if caption else [Spacer(0, 4)]
    return [*_kept(above, grid), Spacer(0, 13)]


def signatures(block: SignatureBlock, pen: Pen) -> list[Flowable]:
    """Names over seats, three abreast under a line each."""
    cells: list[list[Words]] = []
    for name, seat in block.names:
        role = pen.role("P")
        cells.append([pen.words(one_line(name), "name", role), pen.words(one_line(seat), "seat", pen.role("P"))])
    if not cells:
        return []
    padded: list[Any] = [*cells, *[""] * (-len(cells) % NAMES_ABREAST)]
    rows = [padded[start : start + NAMES_ABREAST] for start in range(0, len(padded), NAMES_ABREAST)]
    lines: list[tuple[Any, ...]] = [
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 14),
        ("TOPPADDING", (0, 0), (-1, -1), 14),
    ]
    return [
        KeepTogether(
            [plain_grid(rows, [MEASURE / NAMES_ABREAST] * NAMES_ABREAST, pen.role("P"), lines, header_rows=0), Spacer(0, 10)]
        )
    ]


def _row(cells: Sequence[str], columns: Sequence[Column], pen: Pen, kind: str) -> list[Words]:
    row = Role("TR", within=pen.within)
    made = []
    for index, (text, column) in enumerate(zip(cells, columns, strict=True)):
        is_head = kind == "header cell" or (index == 0 and column.align == "left")
        scope: Any = ("Column" if kind == "header cell" else "Row") if is_head else ""
        role = Role("TH" if is_head else "TD", within=row, scope=scope, language=pen.language)
        is_figure = column.align == "right"
        written = unbreakable(text) if is_figure and kind != "header cell" else with_care(clean(text).strip())
        made.append(pen.words(written, f"figure {kind}" if is_figure else kind, role))
    return made


def _widths(block: Table) -> list[float]:
    """By weight, but no figure is cut: a column is at least as wide as its widest figure or word, as far as the page allows."""
    least = [_least(index, block) for index in range(len(block.columns))]
    if sum(least) >= MEASURE:
        return [MEASURE * width / sum(least) for width in least]
    fixed: dict[int, float] = {}
    while True:
        free = [index for index in range(len(least)) if index not in fixed]
        left, weights = MEASURE - sum(fixed.values()), sum(block.columns[index].weight for index in free)
        shares = {index: left * block.columns[index].weight / weights for index in free}
        narrow = {index: least[index] for index in free if shares[index] < least[index]}
        if not narrow:
            return [fixed.get(index, shares.get(index, 0.0)) for index in range(len(least))]
        fixed |= narrow


def _least(index: int, block: Table) -> float:
    column = block.columns[index]
    texts = [*(row[index] for row in block.rows), *([block.totals[index]] if block.totals is not None else [])]
    if column.align == "right":
        pieces = [unbreakable(text) for text in texts]
    else:
        # A long compound may be divided, so a text column claims no more than a fair word.
        pieces = [word[:14] for text in texts for word in text.split()]
    widest = max(
        {len(piece): piece for piece in pieces}.values(), key=lambda piece: width_of(piece, SANS_BOLD, CELL_SIZE), default=""
    )
    title = max((word[:14] for word in column.title.split()), key=len, default="")
    return max(width_of(piece, SANS_BOLD, CELL_SIZE) for piece in (widest, title)) + 2 * PADDING + 1


def plain_grid(
    rows: list[list[Any]], widths: list[float], role: Role, lines: list[tuple[Any, ...]], *, header_rows: int
) -> RoledGrid:
    """Make a grid of our cells, with these lines and no others; `header_rows` stand again on each page."""
    grid = RoledGrid(rows, colWidths=widths, repeatRows=header_rows, hAlign="LEFT", style=[*_PLAIN, *lines])
    grid.role = role
    return grid


def _fit(heights: list[float]) -> bool:
    """Whether the first rows fit on a page together, and the last; in a short table these are the same."""
    if len(heights) < 2 * KEPT_ROWS:
        return sum(heights) <= COLUMN_HEIGHT
    return max(sum(heights[:KEPT_ROWS]), sum(heights[-KEPT_ROWS:])) <= COLUMN_HEIGHT


def _kept(above: list[Flowable], grid: RoledGrid) -> list[Flowable]:
    """Keep a small table whole with its caption. A long one may break, also inside a row that is higher than a page."""
    height = grid.wrap(MEASURE, COLUMN_HEIGHT)[1]
    if height <= COLUMN_HEIGHT * WHOLE_UP_TO:
        return [KeepTogether([*above, grid])]
    heights = grid._rowHeights  # noqa: SLF001 - ReportLab tells the heights nowhere else.
    if max(heights) > COLUMN_HEIGHT * WHOLE_UP_TO:
        grid.splitInRow = 1
    if grid.splitInRow or not _fit(heights):
        grid._nosplitCmds = []  # noqa: SLF001 - What may break inside a row, or fills a page, cannot also be kept together.
    beginning = sum(flowable.wrap(MEASURE, COLUMN_HEIGHT)[1] for flowable in above) + sum(heights[:KEPT_ROWS])
    return [CondPageBreak(min(beginning + 12, COLUMN_HEIGHT)), *above, grid]
