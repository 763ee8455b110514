"""A chart as SVG for a page: attributes only, no script and no style, so that the strictest Content-Security-Policy shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from reportlab.graphics.shapes import Circle, Line, Polygon, PolyLine, Rect, String

from tvist.pdf.fonts import SANS_BOLD
from tvist.pdf.styles import INK

if TYPE_CHECKING:
    from collections.abc import Callable

    from tvist.pdf.sheet import Picture

FONT_FAMILY = "Inter, sans-serif"
LANGUAGE_TAGS = {"nb": "nb", "nn": "nn", "en": "en"}


def svg(picture: Picture) -> str:
    """Write the chart as one SVG element, with its title and its figures in words inside. It takes the width it is given."""
    height = picture.drawing.height
    shapes = "".join(_WRITERS[type(shape)](shape, height) for shape in picture.drawing.contents)
    opening = _tag("svg", {
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {_n(picture.drawing.width)} {_n(height)}", "role": "img",
        "lang": LANGUAGE_TAGS[picture.language], "font-family": FONT_FAMILY, "class": "chart",
    }, closed=False)  # fmt: skip
    return f"{opening}<title>{escape(picture.title)}</title><desc>{escape(picture.description)}</desc>{shapes}</svg>"


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _tag(name: str, attributes: dict[str, str], *, closed: bool = True) -> str:
    written = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{written}{'/' if closed else ''}>"


def _color(color: Any) -> str:
    return "none" if color is None else f"#{color.hexval()[2:]}"


def _paint(shape: Any, *, filled: bool = True) -> dict[str, str]:
    paint = {
        "fill": _color(shape.fillColor) if filled else "none",
        "stroke": _color(shape.strokeColor),
        "stroke-width": _n(shape.strokeWidth),
    }
    if shape.strokeDashArray:
        paint["stroke-dasharray"] = " ".join(_n(length) for length in shape.strokeDashArray)
    return paint


def _points(points: list[float], height: float) -> str:
    return " ".join(f"{_n(x)},{_n(height - y)}" for x, y in zip(points[::2], points[1::2], strict=True))


def _rect(shape: Rect, height: float) -> str:
    place = {"x": _n(shape.x), "y": _n(height - shape.y - shape.height), "width": _n(shape.width), "height": _n(shape.height)}
    return _tag("rect", place | _paint(shape))


def _line(shape: Line, height: float) -> str:
    place = {"x1": _n(shape.x1), "y1": _n(height - shape.y1), "x2": _n(shape.x2), "y2": _n(height - shape.y2)}
    return _tag("line", place | _paint(shape, filled=False))


def _circle(shape: Circle, height: float) -> str:
    return _tag("circle", {"cx": _n(shape.cx), "cy": _n(height - shape.cy), "r": _n(shape.r)} | _paint(shape))


def _polyline(shape: PolyLine, height: float) -> str:
    return _tag("polyline", {"points": _points(shape.points, height)} | _paint(shape, filled=False))


def _polygon(shape: Polygon, height: float) -> str:
    return _tag("polygon", {"points": _points(shape.points, height)} | _paint(shape))


def _string(shape: String, height: float) -> str:
    place = {"x": _n(shape.x), "y": _n(height - shape.y), "font-size": _n(shape.fontSize), "text-anchor": shape.textAnchor}
    place["fill"] = _color(shape.fillColor or INK)
    if shape.fontName == SANS_BOLD:
        place["font-weight"] = "600"
    return f"{_tag('text', place, closed=False)}{escape(shape.text)}</text>"


_WRITERS: dict[type, Callable[[Any, float], str]] = {
    Rect: _rect, Line: _line, Circle: _circle, PolyLine: _polyline, Polygon: _polygon, String: _string,
}  # fmt: skip
