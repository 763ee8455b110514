"""Our letters: two free families, embedded; a letter the first lacks is taken from the second, and one that both lack stops the making."""

from __future__ import annotations

import threading
import unicodedata
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from tvist.errors import CannotProceed
from tvist.pdf.plaintext import clean
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

VENDOR = Path(__file__).parent.parent / "static" / "vendor"
FOLDERS = {"SourceSerif4": VENDOR / "source-serif", "SourceSans3": VENDOR / "source-sans"}
SERIF, SERIF_ITALIC = "SourceSerif4-Regular", "SourceSerif4-It"
SANS, SANS_BOLD, SANS_ITALIC = "SourceSans3-Regular", "SourceSans3-Bold", "SourceSans3-It"
# Source Serif lacks ŧ and Ŧ of North Sámi, and more; Source Sans has them.
FALLBACKS = {SERIF: (SANS,), SERIF_ITALIC: (SANS_ITALIC, SANS), SANS_BOLD: (SANS,), SANS_ITALIC: (SANS,), SANS: ()}
MOST_NAMED = 5
BOX = "\N{WHITE SQUARE}"
_registering = threading.Lock()


class MissingLetter(CannotProceed):
    """No font has a letter of the text: `letter`, and `place`, the heading it stands under. The document is not made."""

    def __init__(self, letter: str, place: str) -> None:
        self.letter, self.place = letter, place
        code = f"U+{ord(letter):04X}"
        super().__init__(Message("pdf.missing_letter", code=code, name=unicodedata.name(letter, code), place=place))

    def __str__(self) -> str:
        return f"no font has U+{ord(self.letter):04X} {unicodedata.name(self.letter, '')} (under {self.place!r})"


@cache
def ready() -> None:
    """Register the fonts, once in a process. Raises FileNotFoundError that says how to get them."""
    with _registering:
        for name in FALLBACKS:
            pdfmetrics.registerFont(TTFont(name, str(file_of(name))))


def file_of(font: str) -> Path:
    """The file of a font. Raises FileNotFoundError that says how to get it."""
    file = FOLDERS[font.partition("-")[0]] / f"{font}.ttf"
    if not file.is_file():
        raise FileNotFoundError(f"{file} is missing: run `make env`, which fetches the fonts")
    return file


@cache
def letters_of(font: str) -> frozenset[int]:
    """Code points that the font can draw."""
    ready()
    registered: Any = pdfmetrics.getFont(font)
    return frozenset(registered.face.charToGlyph)


def font_for(letter: str, font: str) -> str | None:
    """Choose the first, of the wanted font and its fall-backs, that has the letter."""
    return next((name for name in (font, *FALLBACKS[font]) if ord(letter) in letters_of(name)), None)


def missing_letters(text: str) -> Message | None:
    """What to say of letters that cannot be printed in every style, before they stop a document; None where all can."""
    missing = sorted(set(clean(text)) - {"\n"} - {chr(code) for code in letters_of(SANS)})
    names = [f"U+{ord(letter):04X} ({unicodedata.name(letter, '?')})" for letter in missing[:MOST_NAMED]]
    return Message("pdf.missing_letters", letters=names) if names else None


def printable(text: str) -> str:
    """The text with a box in the place of each letter that no font has: for a copy, where the text itself stands elsewhere."""
    drawn = letters_of(SANS)
    return "".join(letter if letter == "\n" or ord(letter) in drawn else BOX for letter in clean(text))


def runs(text: str, font: str, place: str) -> Iterator[tuple[str, str]]:
    """(font, text) piece by piece, so that every letter can be drawn. Raises `MissingLetter`."""
    if letters_of(font).issuperset(map(ord, text.replace("\n", ""))):
        yield font, text
        return

    def found(letter: str) -> str:
        if letter == "\n":
            return font
        name = font_for(letter, font)
        if name is None:
            raise MissingLetter(letter, place)
        return name

    for name, letters in groupby(text, key=found):
        yield name, "".join(letters)


def width_of(text: str, font: str, size: float) -> float:
    """Width in points of a text on one line, by the font that is asked for (near enough where another lends a letter)."""
    ready()
    return float(pdfmetrics.stringWidth(text, font, size))
