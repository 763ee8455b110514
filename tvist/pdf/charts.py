"""Charts of figures: drawn once, as vectors in a PDF and as SVG on a page. Bars begin at zero; all can be read without colour."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

from reportlab.graphics import renderPDF
from reportlab.platypus import Flowable, Spacer

from tvist.pdf.roles import Role
from tvist.pdf.sheet import FOOT, LEFT, PLOT, RIGHT, TONES, WIDTH, Picture, Series, Sheet, reach
from tvist.pdf.styles import INK
from tvist.words import Message
from tvist.words import render as say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tvist.pdf.blocks import Chart, Language
    from tvist.pdf.tagging import TaggedCanvas
    from tvist.pdf.writing import Pen

BAR_HEIGHT, BAR_GAP = 17.0, 9.0
# A line with more points than this is drawn without markers.
MOST_MARKERS = 40


def bar_chart(series: Sequence[Series], labels: Sequence[str], *, title: str, unit: str, language: Language) -> Picture:
    """Upright bars side by side, each with its figure; the axis begins at zero. Raises ValueError for more than five series."""
    sheet = Sheet((series, labels, title, unit, language))
    top = sheet.axis(_highest(series))
    slot = (WIDTH - LEFT - RIGHT) / max(len(labels), 1)
    width = min(slot * 0.72 / len(series), 46.0)
    for place, label in enumerate(labels):
        middle = LEFT + slot * (place + 0.5)
        sheet.text(label, middle, FOOT - 12, anchor="middle", room=slot)
        for index, row in enumerate(series):
            value = row.values[place]
            if value is None:
                continue
            x, height = middle + (index - len(series) / 2) * width, PLOT * value / top
            sheet.box((x, FOOT, width, height), TONES[index])
            if reach(sheet.number(value)) <= max(width, slot / len(series)):
                sheet.text(sheet.number(value), x + width / 2, FOOT + height + 3, anchor="middle")
    sheet.line(LEFT, FOOT, WIDTH - RIGHT, FOOT, INK, 0.9)
    return sheet.picture()


def stacked_bars(series: Sequence[Series], labels: Sequence[str], *, title: str, unit: str, language: Language) -> Picture:
    """Shares: one lying bar of full width for each label, divided by the series, with counts, per cents and n."""
    sheet = Sheet((series, labels, title, unit, language), plot=len(labels) * (BAR_HEIGHT + BAR_GAP), has_axis=False)
    counted = [sum(row.values[place] or 0 for row in series) for place in range(len(labels))]
    ns = [say(Message("pdf.chart_n", n=sheet.number(count)), language) for count in counted]
    room = max([reach(label) for label in labels] + [30.0])
    left = min(room + 8, WIDTH * 0.34)
    right = max([reach(n) for n in ns] + [20.0]) + 8
    for place, label in enumerate(labels):
        y = sheet.top - (place + 1) * (BAR_HEIGHT + BAR_GAP) + BAR_GAP
        sheet.text(label, left - 8, y + 5, anchor="end", room=left - 8)
        sheet.text(ns[place], WIDTH - right + 8, y + 5)
        x, length = left, WIDTH - right - left
        for index, row in enumerate(series):
            value = row.values[place] or 0
            width = length * value / counted[place] if counted[place] else 0
            if width:
                sheet.box((x, y, width, BAR_HEIGHT), TONES[index])
                sheet.share(value, value / counted[place], (x, y, width), TONES[index])
            x += width
        if not counted[place]:
            sheet.text(say(Message("pdf.chart_none"), language), left + 4, y + 5)
    return sheet.picture()


def line_chart(series: Sequence[Series], labels: Sequence[str], *, title: str, unit: str, language: Language) -> Picture:
    """Lines over months (or other steps), told apart by dashes and markers; a month without a figure is a gap."""
    sheet = Sheet((series, labels, title, unit, language), has_lines=True)
    top = sheet.axis(_highest(series))
    step = (WIDTH - LEFT - RIGHT) / max(len(labels), 1)
    widest = max([reach(label) for label in labels] + [1.0])
    every = max(1, math.ceil((widest + 6) / step))
    for place, label in enumerate(labels):
        if place % every == 0:
            sheet.text(label, LEFT + step * (place + 0.5), FOOT - 12, anchor="middle")
    sheet.line(LEFT, FOOT, WIDTH - RIGHT, FOOT, INK, 0.9)
    for row, tone in zip(series, TONES, strict=False):
        for stretch in _stretches(row.values):
            points = [(LEFT + step * (place + 0.5), FOOT + PLOT * value / top) for place, value in stretch]
            sheet.stroke(points, tone)
            for x, y in points if len(labels) <= MOST_MARKERS or len(points) == 1 else ():
                sheet.marker(x, y, tone)
    return sheet.picture()


def _highest(series: Sequence[Series]) -> float:
    return max([value for row in series for value in row.values if value is not None], default=0)


def _stretches(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Cut at the gaps: runs of (place, value)."""
    runs: list[list[tuple[int, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((place, value))
    return [run for run in runs if run]


class Figure(Flowable):
    """A picture on the page, with its role."""

    def __init__(self, picture: Picture, role: Role) -> None:
        super().__init__()
        self.picture, self.role = picture, role
        self.width, self.height = picture.drawing.width, picture.drawing.height

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: ARG002, N803 - ReportLab's names.
        """Its own size: charts are made as wide as our text."""
        return self.width, self.height

    def draw(self) -> None:
        """Vectors, no picture of dots; read aloud by its alternative text."""
        canvas = cast("TaggedCanvas", self.canv)
        figure = canvas.tree.of(self.role)
        left, low = canvas.absolutePosition(0, 0)
        figure.box = (left, low, left + self.width, low + self.height)
        with canvas.content_of(figure):
            renderPDF.draw(self.picture.drawing, canvas, 0, 0)


def chart_flowables(block: Chart, pen: Pen) -> list[Flowable]:
    """Put space around the chart."""
    picture = block.picture
    role = Role("Figure", within=pen.within, language=picture.language, alternative=picture.description)
    return [Spacer(0, 6), Figure(picture, role), Spacer(0, 12)]
