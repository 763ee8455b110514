"""The paper a chart is drawn on: title, legend, axis, bars, lines and markers, in points from the lower left corner."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from reportlab.graphics.shapes import Circle, Drawing, Line, Polygon, PolyLine, Rect, String
from reportlab.lib.colors import HexColor, white

from tvist.pdf.fonts import SANS, SANS_BOLD, MissingLetter, font_for, width_of
from tvist.pdf.plaintext import one_line
from tvist.pdf.styles import BLUE, HAIRLINE, INK, MEASURE, QUIET
from tvist.words import Message, format_number
from tvist.words import render as say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tvist.pdf.blocks import Language

    # Series, labels, title, unit and language of a chart.
    Asked = tuple[Sequence["Series"], Sequence[str], str, str, Language]

Anchor = Literal["start", "middle", "end"]
WIDTH = MEASURE
SIZE = 8.6
TITLE_SIZE = 10.4
LEFT, RIGHT, FOOT = 40.0, 8.0, 22.0
PLOT = 132.0
MOST_STEPS = 6
LEGEND_LINE = 17.0


@dataclass(frozen=True)
class Series:
    """A named row of figures, one for each label; None where there is none."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Picture:
    """A chart: what is drawn, its title, and all its figures as a sentence for who cannot see it."""

    drawing: Drawing
    title: str
    description: str
    language: Language


@dataclass(frozen=True)
class Tone:
    """A fill with the ink that can be read on it (at least 4.5:1), and the dashes and marker of a line; all are outlined in INK."""

    fill: Any
    ink: Any
    dashes: tuple[float, ...] | None
    marker: str


TONES = (
    Tone(BLUE, white, None, "circle"),
    Tone(HexColor("#9dbbdb"), INK, (5, 2.5), "square"),
    Tone(white, INK, (1.5, 2), "triangle"),
    Tone(HexColor("#5c6470"), white, (8, 2, 1.5, 2), "circle"),
    Tone(HexColor("#e3e6eb"), INK, (3, 3), "square"),
)


def _steps(highest: float) -> tuple[float, float]:
    """(step, top) of an axis from zero: 1, 2 or 5 times a power of ten, four to eight steps; whole numbers for counts."""
    if highest <= 0:
        return 1.0, 4.0
    power = 10.0 ** math.floor(math.log10(highest / 4))
    step = next(power * factor for factor in (1, 2, 5, 10) if highest / (power * factor) <= MOST_STEPS)
    step = max(step, 1.0) if highest >= 1 else step
    return step, step * max(1, math.ceil(highest / step - 1e-9))


def reach(text: str, font: str = SANS, size: float = SIZE) -> float:
    """Room a text may need: a page shows it in a wider font than the PDF does."""
    return 1.26 * width_of(text, font, size)


class Sheet:
    """The paper one chart is drawn on: title, legend, axis and shapes, in points from the lower left corner."""

    def __init__(self, asked: Asked, *, plot: float = PLOT, has_axis: bool = True, has_lines: bool = False) -> None:
        series, labels, title, unit, language = asked
        if not 0 < len(series) <= len(TONES) or any(len(row.values) != len(labels) for row in series):
            raise ValueError(f"a chart has one to {len(TONES)} series, each with one value for each label")
        self.series, self.labels, self.unit, self.language = series, labels, unit, language
        self.has_lines = has_lines
        self.title = one_line(title)
        legend = self._legend_places() if len(series) > 1 or not has_axis else []
        self.top = (FOOT if has_axis else 0.0) + plot
        lines = legend[-1][1] + 1 if legend else 0
        height = self.top + (24.0 if has_axis else 4.0) + lines * LEGEND_LINE + 20.0
        self.drawing = Drawing(WIDTH, height)
        # Else ReportLab begins with Helvetica, which would not be embedded.
        vars(self.drawing)["initialFontName"] = SANS
        self.text(self.title, 0, height - 12, font=SANS_BOLD, size=TITLE_SIZE, room=WIDTH)
        for place, row, tone in zip(legend, series, TONES, strict=False):
            self._legend(place[0], height - 33 - place[1] * LEGEND_LINE, row.name, tone)

    def number(self, value: float) -> str:
        """As the reader's language writes it; a decimal only where there is one."""
        return format_number(value, self.language, decimals=0 if float(value).is_integer() else 1)

    def text(
        self,
        text: str,
        x: float,
        y: float,
        *,
        anchor: Anchor = "start",
        font: str = SANS,
        size: float = SIZE,
        color: Any = INK,
        room: float = 0,
    ) -> None:
        """One line; shortened where it must fit in `room`. Raises `MissingLetter`."""
        line = one_line(text)
        while room and len(line) > 1 and reach(line, font, size) > room:
            line = f"{line.rstrip('…')[:-1].rstrip()}…"
        for letter in line:
            if font_for(letter, font) != font:
                raise MissingLetter(letter, self.title)
        self.drawing.add(String(x, y, line, fontName=font, fontSize=size, fillColor=color, textAnchor=anchor))

    def line(self, *place: Any) -> None:
        """(x1, y1, x2, y2, colour, width)."""
        x1, y1, x2, y2, color, width = place
        self.drawing.add(Line(x1, y1, x2, y2, strokeColor=color, strokeWidth=width))

    def box(self, place: tuple[float, float, float, float], tone: Tone) -> None:
        """Draw a bar with its outline: on black and white paper the outlines tell the parts apart."""
        outlined: dict[str, Any] = {"fillColor": tone.fill, "strokeColor": INK, "strokeWidth": 0.7}
        self.drawing.add(Rect(*place, **outlined))

    def stroke(self, points: list[tuple[float, float]], tone: Tone) -> None:
        """Draw a line through points, in the dashes of its tone."""
        if len(points) > 1:
            flat = [coordinate for point in points for coordinate in point]
            dashes: Any = list(tone.dashes) if tone.dashes else None
            self.drawing.add(
                PolyLine(flat, strokeColor=INK if tone.fill is white else BLUE, strokeWidth=1.5, strokeDashArray=dashes)
            )

    def marker(self, x: float, y: float, tone: Tone) -> None:
        """Draw a point of a line."""
        colors: dict[str, Any] = {"fillColor": tone.fill, "strokeColor": INK, "strokeWidth": 0.8}
        if tone.marker == "circle":
            self.drawing.add(Circle(x, y, 2.7, **colors))
        elif tone.marker == "square":
            self.drawing.add(Rect(x - 2.5, y - 2.5, 5, 5, **colors))
        else:
            self.drawing.add(Polygon([x - 3, y - 2.4, x + 3, y - 2.4, x, y + 3.2], **colors))

    def axis(self, highest: float) -> float:
        """Grid and figures of the upright axis, from zero; returns its top."""
        step, top = _steps(highest)
        for index in range(round(top / step) + 1):
            y = FOOT + PLOT * index * step / top
            self.line(LEFT, y, WIDTH - RIGHT, y, HAIRLINE, 0.5)
            self.text(self.number(round(index * step, 6)), LEFT - 6, y - 3, anchor="end", color=QUIET)
        self.text(self.unit, 0, FOOT + PLOT + 11, color=QUIET, room=WIDTH)
        return top

    def share(self, value: float, share: float, place: tuple[float, float, float], tone: Tone) -> None:
        """Count and per cent inside a part of a bar, the count alone where there is room for no more."""
        x, y, width = place
        count, full = self.number(value), f"{self.number(value)} ({round(share * 100)}\N{NO-BREAK SPACE}%)"
        for text in (full, count):
            if reach(text, SANS, SIZE) <= width - 4:
                self.text(text, x + width / 2, y + 5, anchor="middle", color=tone.ink)
                return

    def _legend_places(self) -> list[tuple[float, int]]:
        """(x, line) of each name in the legend, on as many lines as they need."""
        places: list[tuple[float, int]] = []
        x, line = 0.0, 0
        for row in self.series:
            width = (29 if self.has_lines else 15) + reach(row.name) + 14
            if x and x + width > WIDTH:
                x, line = 0.0, line + 1
            places.append((x, line))
            x += width
        return places

    def _legend(self, x: float, y: float, name: str, tone: Tone) -> None:
        if self.has_lines:
            self.stroke([(x, y + 3), (x + 24, y + 3)], tone)
            self.marker(x + 12, y + 3, tone)
        else:
            self.box((x, y - 1, 10, 10), tone)
        self.text(name, x + (29 if self.has_lines else 15), y, room=WIDTH)

    def picture(self) -> Picture:
        """Hand over what was drawn, with its figures in words."""
        parts = []
        for row in self.series:
            told = [
                say(Message("pdf.chart_value", label=label, value=self.number(value)), self.language)
                for label, value in zip(self.labels, row.values, strict=True)
                if value is not None
            ]
            parts.append(say(Message("pdf.chart_series", name=row.name, values="; ".join(told)), self.language))
        alternative = Message("pdf.chart_description", title=self.title, unit=self.unit, series=" ".join(parts))
        return Picture(self.drawing, self.title, say(alternative, self.language), self.language)
