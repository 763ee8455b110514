"""Charts: one drawing, as SVG that a strict Content-Security-Policy shows and as vectors in the PDF."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree as ET

import pypdfium2
import pytest

from tests.documents.test_stationery import opened
from tvist.pdf import Document, MissingLetter, Picture, Series, bar_chart, chart, line_chart, render, stacked_bars, svg

YEARS = ["2024", "2025", "2026"]
SVG = "{http://www.w3.org/2000/svg}"


def received() -> Picture:
    series = [Series("Mottatt", [12, 30, 22]), Series("Avsluttet", [10, None, 28.5])]
    return bar_chart(series, YEARS, title="Saker <mottatt> & avsluttet", unit="saker", language="nb")


def outcomes() -> Picture:
    series = [Series("Kommunen", [4, 1, 0]), Series("Delt", [3, 0, 0]), Series("Staten", [3, 1, 0])]
    return stacked_bars(series, YEARS, title="Utfall", unit="saker", language="nn")


def over_months() -> Picture:
    return line_chart(
        [Series("Open", [1, 2, None, 4])], ["Jan", "Feb", "Mar", "Apr"], title="Open cases", unit="cases", language="en"
    )


def shapes(picture: Picture, name: str) -> list[ET.Element]:
    return ET.fromstring(svg(picture)).findall(f"{SVG}{name}")  # noqa: S314 - Our own output.


@pytest.mark.parametrize("picture", [received(), outcomes(), over_months()], ids=["bars", "stacked", "lines"])
def test_the_svg_needs_no_style_and_no_script_and_says_what_it_is(picture: Picture) -> None:
    root = ET.fromstring(svg(picture))  # noqa: S314 - Our own output.

    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == picture.title
    assert root.findtext(f"{SVG}desc") == picture.description
    assert root.get("font-family") == "Inter, sans-serif"
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not {name for name in attributes if name == "style" or name.startswith("on") or "href" in name}
    assert not {"style", "script", "image"} & {element.tag.removeprefix(SVG) for element in root.iter()}


def test_bars_begin_at_zero_and_are_as_high_as_their_figures() -> None:
    bars = [
        (float(bar.attrib["y"]), float(bar.attrib["height"]))
        for bar in shapes(received(), "rect")
        if float(bar.attrib["width"]) > 10
    ]

    feet = {round(y + height, 1) for y, height in bars}
    heights = sorted(height for _, height in bars)
    assert len(feet) == 1
    assert heights[-1] / heights[0] == pytest.approx(30 / 10, abs=0.01)
    assert "0" in [text.text for text in shapes(received(), "text")]


def test_shares_fill_the_bar_and_n_is_shown() -> None:
    texts = [text.text for text in shapes(outcomes(), "text")]

    assert {"n = 10", "n = 2", "n = 0", "Ingen saker", "4 (40\xa0%)", "3 (30\xa0%)"} <= set(texts)
    first = [float(bar.attrib["width"]) for bar in shapes(outcomes(), "rect") if bar.attrib["height"] == "17"][:3]
    assert [width / sum(first) for width in first] == pytest.approx([0.4, 0.3, 0.3], abs=0.001)


def test_a_month_without_a_figure_is_a_gap_in_the_line() -> None:
    assert len(shapes(over_months(), "polyline")) == 1
    assert len(shapes(over_months(), "circle")) == 3


def test_the_figures_are_told_in_words_for_who_cannot_see_them() -> None:
    assert received().description.endswith("Mottatt: 2024: 12; 2025: 30; 2026: 22. Avsluttet: 2024: 10; 2026: 28,5.")
    assert over_months().description == "Chart: Open cases (cases). Open: Jan: 1; Feb: 2; Apr: 4."


def test_text_can_be_read_on_its_ground() -> None:
    def luminance(color: str) -> float:
        parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    fills = [bar.attrib["fill"] for bar in shapes(outcomes(), "rect") if bar.attrib["height"] == "17"][:3]
    inks = [text.attrib["fill"] for text in shapes(outcomes(), "text") if "%" in (text.text or "")][:3]
    for fill, ink in zip(fills, inks, strict=True):
        low, high = sorted((luminance(fill), luminance(ink)))
        assert (high + 0.05) / (low + 0.05) >= 4.5


def test_charts_stand_in_the_pdf_as_vectors() -> None:
    made = render(
        Document("Statistikk", "nb", "", "Statistikk", date(2026, 3, 4)),
        [chart(received()), chart(outcomes()), chart(over_months())],
    )

    with pypdfium2.PdfDocument(made) as file:
        text = file[0].get_textpage().get_text_range()
    assert "Saker <mottatt> & avsluttet" in text
    assert "n = 10" in text
    plain = opened(made)
    assert b"/Subtype /Image" not in plain
    assert b"Helvetica" not in plain


def test_no_figures_and_all_zeros_make_a_chart_too() -> None:
    assert "svg" in svg(bar_chart([Series("a", [])], [], title="t", unit="u", language="nb"))
    assert "svg" in svg(line_chart([Series("a", [0, 0])], ["x", "y"], title="t", unit="u", language="nb"))
    assert "svg" in svg(stacked_bars([Series("a", [])], [], title="t", unit="u", language="nb"))


def test_many_long_names_get_more_lines_in_the_legend() -> None:
    series = [Series(f"Avsluttet med et ganske langt utfall {number}", [1, 2, 3]) for number in range(5)]

    texts = shapes(bar_chart(series, YEARS, title="t", unit="u", language="nb"), "text")

    named = [text for text in texts if (text.text or "").startswith("Avsluttet")]
    assert len({text.attrib["y"] for text in named}) > 1
    assert all(not (text.text or "").endswith("…") for text in named)


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="one value for each label"):
        bar_chart([Series("a", [1])], YEARS, title="t", unit="u", language="nb")
    with pytest.raises(ValueError, match="one to 5 series"):
        bar_chart([], [], title="t", unit="u", language="nb")
    with pytest.raises(MissingLetter):
        bar_chart([Series("\N{GRINNING FACE}", [1, 2, 3]), Series("b", [1, 2, 3])], YEARS, title="t", unit="u", language="nb")
