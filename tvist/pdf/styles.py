"""Sizes, spaces and colours of our paper, and the hyphenation of each language. All lengths are in points."""

from __future__ import annotations

from copy import copy
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import pyphen
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm

from tvist.pdf.fonts import SANS, SANS_BOLD, SANS_ITALIC, SERIF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tvist.pdf.blocks import Language

PAGE_WIDTH, PAGE_HEIGHT = A4
SIDE, TOP, BOTTOM = 29 * mm, 30 * mm, 27 * mm
MEASURE: Final = PAGE_WIDTH - 2 * SIDE
COLUMN_HEIGHT: Final = PAGE_HEIGHT - TOP - BOTTOM

INK = HexColor("#1a1a1a")
QUIET = HexColor("#4a4f57")
BLUE = HexColor("#17365d")
HAIRLINE = HexColor("#c9cfd8")
TINT = HexColor("#eef2f7")
INVENTED = HexColor("#8f1d14")

_DICTIONARIES = {"nb": "nb_NO", "nn": "nn_NO", "en": "en_GB"}
LIST_INDENT = 18.0
BOX_INDENT = 16.0


@cache
def hyphenator(language: Language) -> Callable[[str], Iterator[tuple[str, str]]]:
    """Pairs (before, after) a word may be divided into, last first; at least three letters stay on each side."""
    dictionary = pyphen.Pyphen(lang=_DICTIONARIES[language], left=3, right=3)

    def pairs(word: str) -> Iterator[tuple[str, str]]:
        # Some patterns add a letter where a word is divided; then it could not be copied as it was written.
        return ((before, after) for before, after in dictionary.iterate(word) if before + after == word)

    return pairs


@cache
def style(name: str, language: Language, *, indent: float = 0) -> ParagraphStyle:
    """One of our styles in a language, moved in by `indent`. Raises KeyError for a name that is not ours."""
    wanted: dict[str, Any] = {**_STYLES["prose"], **_STYLES[name]}
    wanted["leftIndent"] = wanted.get("leftIndent", 0) + indent
    if indent:
        wanted |= {"bulletIndent": indent, "rightIndent": indent}
    wanted["hyphenationLang"] = hyphenator(language) if wanted.pop("divided") else None
    return ParagraphStyle(f"{name} {language}", **wanted)


@cache
def undivided(wanted: ParagraphStyle) -> ParagraphStyle:
    """The same style without hyphenation."""
    changed = copy(wanted)
    vars(changed)["hyphenationLang"] = None
    return changed


_STYLES: dict[str, dict[str, object]] = {
    "prose": {
        "fontName": SERIF, "fontSize": 10.8, "leading": 15.6, "spaceAfter": 7.8, "textColor": INK, "divided": True,
        "allowWidows": 0, "allowOrphans": 0, "hyphenationMinWordLength": 8, "splitLongWords": 1, "embeddedHyphenation": 0,
    },
    "item": {
        "leftIndent": LIST_INDENT, "bulletIndent": 0, "bulletFontName": SERIF, "bulletFontSize": 10.8, "bulletColor": INK,
        "spaceAfter": 3.9,
    },
    "h1": {"fontName": SANS_BOLD, "fontSize": 23, "leading": 27.5, "spaceAfter": 14, "textColor": BLUE, "divided": False},
    "h2": {
        "fontName": SANS_BOLD, "fontSize": 14.2, "leading": 18, "spaceBefore": 17, "spaceAfter": 6, "textColor": BLUE, "divided": False,
    },
    "h3": {"fontName": SANS_BOLD, "fontSize": 11.6, "leading": 15.6, "spaceBefore": 10, "spaceAfter": 3.5, "divided": False},
    "box title": {"fontName": SANS_BOLD, "fontSize": 11.2, "leading": 15.6, "spaceAfter": 4, "textColor": BLUE, "divided": False},
    "caption": {"fontName": SANS_BOLD, "fontSize": 9.6, "leading": 13, "spaceBefore": 8, "spaceAfter": 4, "divided": False},
    "label": {"fontName": SANS, "fontSize": 9.8, "leading": 13.4, "spaceAfter": 0, "textColor": QUIET},
    "value": {"fontName": SANS, "fontSize": 9.8, "leading": 13.4, "spaceAfter": 0},
    "cell": {"fontName": SANS, "fontSize": 9.2, "leading": 12.4, "spaceAfter": 0},
    "figure cell": {"fontName": SANS, "fontSize": 9.2, "leading": 12.4, "spaceAfter": 0, "alignment": TA_RIGHT, "divided": False},
    "header cell": {"fontName": SANS_BOLD, "fontSize": 9.2, "leading": 12.4, "spaceAfter": 0},
    "figure header cell": {"fontName": SANS_BOLD, "fontSize": 9.2, "leading": 12.4, "spaceAfter": 0, "alignment": TA_RIGHT},
    "total cell": {"fontName": SANS_BOLD, "fontSize": 9.2, "leading": 12.4, "spaceAfter": 0},
    "figure total cell": {
        "fontName": SANS_BOLD, "fontSize": 9.2, "leading": 12.4, "spaceAfter": 0, "alignment": TA_RIGHT, "divided": False,
    },
    "note": {
        "fontSize": 8.8, "leading": 12.2, "spaceAfter": 2.4, "leftIndent": LIST_INDENT, "bulletIndent": 0, "bulletFontName": SERIF,
        "bulletFontSize": 8.8, "bulletColor": INK,
    },
    "beside code": {"fontName": SANS, "fontSize": 9.8, "leading": 13.4, "spaceAfter": 3},
    "name": {"fontName": SANS_BOLD, "fontSize": 10, "leading": 13.6, "spaceAfter": 0, "divided": False},
    "seat": {"fontName": SANS_ITALIC, "fontSize": 9.4, "leading": 12.8, "spaceAfter": 0},
}  # fmt: skip
