"""Where words stand on the pages of a PDF that has text: proposed as boxes, and asked again when the boxes are drawn (rule 46).

A page without a text layer (a scan) has nothing to find: a person looks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pypdfium2

from tvist.anonymity.kinds import MarkKind
from tvist.pdf.sheets import PDFIUM
from tvist.publication.day_forms import day_forms
from tvist.publication.inflections import forms
from tvist.publication.matching import Searcher, Text, needle_of, squeezed
from tvist.redaction.drawing import Box
from tvist.redaction.models import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Corners = tuple[float, float, float, float]

EDGE: Final = 1.5
"""Points that a proposed box reaches beyond the letters on each side."""
SAME_LINE: Final = 0.5
"""Letters stand on one line when their middles differ by less than this part of their height."""


@dataclass(frozen=True)
class Found:
    """One place of a word: which word was asked for, what stands there, and the boxes that cover it (two where it goes over a line's end)."""

    word: str
    words: str
    boxes: tuple[Box, ...]


def found_in(source: Path, words: Sequence[str]) -> list[Found]:
    """Every place of the words, in all their forms, on the pages of the PDF."""
    needles = [needle_of(form, word) for word in words for form in all_forms(word)]
    searcher: Searcher[str] = Searcher(needles)
    with PDFIUM, pypdfium2.PdfDocument(source) as document:
        return [found for number in range(1, len(document) + 1) for found in _on_page(document[number - 1], number, searcher)]


def all_forms(word: str) -> list[str]:
    """The word in all forms that a name, a place or a number has: here nobody has said which it is."""
    kinds = (MarkKind.PERSON, MarkKind.MUNICIPALITY, MarkKind.NUMBER)
    return sorted({word, *day_forms(word), *(form for kind in kinds for form in forms(word, kind))})


def has_text(source: Path | bytes) -> bool:
    """Whether any page has a text layer."""
    with PDFIUM, pypdfium2.PdfDocument(source) as document:
        return any(page.get_textpage().count_chars() > 0 for page in document)


def uncovered(found: Sequence[Found], boxes: Sequence[Box]) -> list[Found]:
    """The places that are not covered whole by the boxes."""
    return [each for each in found if not all(any(_covers(box, part) for box in boxes) for part in each.boxes)]


def _covers(box: Box, part: Box) -> bool:
    """Whether a box covers the letters of a part; the edge that was added around them may be left out."""
    return (
        box.page == part.page
        and box.left <= part.left + part.width // 8
        and box.top <= part.top + part.height // 4
        and box.left + box.width >= part.left + part.width - part.width // 8
        and box.top + box.height >= part.top + part.height - part.height // 4
    )


def _on_page(page: pypdfium2.PdfPage, number: int, searcher: Searcher[str]) -> Iterator[Found]:
    sheet = page.get_textpage()
    letters = [sheet.get_text_range(place, 1) for place in range(sheet.count_chars())]
    text = Text("".join(letters))
    places = _places(letters)
    if len(places) != len(text.squeezed):
        # The letters cannot be told apart one by one: what is on the page is covered whole.
        whole = Box(number, 0, 0, WHOLE, WHOLE)
        yield from (Found(match.thing, match.found, (whole,)) for match in searcher.matches(text))
        return
    size = page.get_size()
    seen: set[tuple[int, int]] = set()
    for match in searcher.matches(text):
        stretch = places[match.start][0], places[match.end - 1][1]
        if stretch not in seen:
            seen.add(stretch)
            corners = [sheet.get_charbox(place) for place in range(stretch[0], stretch[1] + 1) if letters[place].strip()]
            boxes = tuple(_box(number, size, line) for line in _lines(_shown(corners, size)))
            if boxes:
                yield Found(match.thing, " ".join(match.found.split()), boxes)


def _shown(corners: Sequence[Corners], size: tuple[float, float]) -> list[Corners]:
    """Those letters of which anything lies on the page: a page that was cropped still has the text beyond its edge, and its picture has not."""
    return [each for each in corners if each[0] < size[0] and each[2] > 0 and each[1] < size[1] and each[3] > 0]


def _places(letters: Sequence[str]) -> list[tuple[int, int]]:
    """For each squeezed letter (see `matching.Text`) the first and last letter of the page that it stands for."""
    found: list[tuple[str, int, int]] = []
    for place, letter in enumerate(letters):
        for small in squeezed(letter):
            if small == "a" and found and found[-1][0] == "a" and found[-1][2] == place - 1:
                found[-1] = ("å", found[-1][1], place)
            else:
                found.append((small, place, place))
    return [(first, last) for _, first, last in found]


def _lines(corners: Sequence[Corners]) -> Iterator[list[Corners]]:
    """The letters of a stretch, those of each line by themselves."""
    line: list[Corners] = []
    for left, low, right, high in corners:
        if right <= left or high <= low:
            continue
        if (
            line
            and abs((line[-1][1] + line[-1][3]) - (low + high)) / 2 > SAME_LINE * max(line[-1][3] - line[-1][1], high - low) + 2
        ):
            yield line
            line = []
        line.append((left, low, right, high))
    if line:
        yield line


def _box(number: int, size: tuple[float, float], line: Sequence[Corners]) -> Box:
    """A box around the letters of a line, from the upper left corner of the page."""
    wide, high = size
    left, right = min(each[0] for each in line) - EDGE, max(each[2] for each in line) + EDGE
    low, top = min(each[1] for each in line) - EDGE, max(each[3] for each in line) + EDGE
    first = max(0, int(left / wide * WHOLE)), max(0, int((high - top) / high * WHOLE))
    last = min(WHOLE, math.ceil(right / wide * WHOLE)), min(WHOLE, math.ceil((high - low) / high * WHOLE))
    return Box(number, first[0], first[1], last[0] - first[0], last[1] - first[1])
