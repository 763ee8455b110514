"""A searching program that knows nothing of Tvist: which of some words can be found in some files, by any means a stranger has.

`python tests/searcher.py words.txt file …` prints each find, and ends with 1 where there is one. It reads the bytes, every compressed stream,
the text of pages as PDFium gives it, and what a file says of itself; each as it is, and without what hides a word from the eye.
"""

from __future__ import annotations

import argparse
import html
import re
import sys
import unicodedata
import urllib.parse
import zlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

STREAM = re.compile(rb"stream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
MARKED = re.compile(rb"\xfe\xff((?:[\x00-\x21].)+)", re.DOTALL)
HEX = re.compile(rb"<([0-9A-Fa-f\s]{4,})>")
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\ufffe\x02]")
TAGS = re.compile(r"<[^>]*>")
FEWEST_DIGITS = 5
LONG_ENOUGH = 6
SAMPLE = 4000
APART = "\\s\\-\u2010-\u2015\u2212\u2043\u2044\u2215_/\\\\.,:\u00b7\u2022|()'\u2019"
"""What a printer or a typist puts between the parts of a number or a name: spaces, every dash, strokes, stops, dots, brackets."""
BETWEEN = f"[{APART}]*"


def finds(files: Mapping[str, bytes], words: Iterable[str]) -> list[str]:
    """Each find as `file: word`, once."""
    wanted = [(word, *pattern_of(word)) for word in words if word.strip()]
    found: dict[str, None] = {}
    for name, data in files.items():
        for text, is_noise in {*((each, False) for each in dresses(name)), *readings(data)}:
            folded, digits = text.casefold(), re.sub(r"\D", "", text)
            for word, beginning, pattern in wanted:
                if is_noise and len(word) < LONG_ENOUGH:
                    continue
                if beginning in (digits if beginning.isdigit() else folded) and pattern.search(folded):
                    found[f"{name}: {word}"] = None
    return list(found)


def pattern_of(word: str) -> tuple[str, re.Pattern[str]]:
    """How the word begins, and the word as a whole; its digits and parts with anything between that a printer or a typist puts there."""
    plain = bare(word).casefold()
    digits = re.findall(r"\d", plain)
    if len(digits) >= FEWEST_DIGITS and not re.search(rf"[^\d+{APART}]", plain):
        return "".join(digits), re.compile(rf"(?<!\d){BETWEEN.join(digits)}(?!\d)")
    parts = [part for part in re.split(rf"[{APART}]+", plain) if part] or [plain]
    return parts[0], re.compile(rf"(?<!\w){BETWEEN.join(re.escape(part) for part in parts)}(?!\w)")


def readings(data: bytes) -> Iterator[tuple[str, bool]]:
    """Every text that can be made of the bytes, and whether it is noise, in which any short word stands by chance."""
    for piece in unpacked(data):
        is_noise = sum(byte < ord(" ") and byte not in b"\r\n\t" for byte in piece[:SAMPLE]) > len(piece[:SAMPLE]) // 50
        for encoding in ("utf-8", "latin-1"):
            yield from ((text, is_noise) for text in dresses(piece.decode(encoding, errors="replace")))
        # A string in the middle of a file begins at an odd byte as often as at an even one.
        for start in (0, 1):
            yield from ((text, True) for text in dresses(piece[start:].decode("utf-16-be", errors="replace")))
        for string in MARKED.findall(re.sub(rb"\\([()\\])", rb"\1", piece)):
            yield from ((text, False) for text in dresses(string.decode("utf-16-be", errors="replace")))
        for digits in HEX.findall(piece):
            held = re.sub(rb"\s", b"", digits).decode()
            text = bytes.fromhex(held + "0" * (len(held) % 2)).decode("utf-16-be", errors="replace")
            yield from ((dress, False) for dress in dresses(text))
    if data.startswith(b"%PDF"):
        read = list(pages(data))
        for texts in (read, unframed(read)):
            yield from ((text, False) for text in dresses("\n".join(texts)))


def unpacked(data: bytes) -> Iterator[bytes]:
    """The bytes without their streams, and what the streams hold, unpacked where they can be."""
    yield STREAM.sub(b"", data)
    for packed in STREAM.findall(data):
        try:
            yield zlib.decompressobj().decompress(packed)
        except zlib.error:
            yield packed


def pages(data: bytes) -> Iterator[str]:
    """The text of each page, what the file says of itself, and its outline."""
    with pypdfium2.PdfDocument(data) as document:
        for page in document:
            yield page.get_textpage().get_text_range()
        yield "\n".join(document.get_metadata_dict().values())
        yield "\n".join(mark.get_title() for mark in document.get_toc())


def unframed(texts: list[str]) -> list[str]:
    """The texts without the lines that half of them share but for figures, as heads and feet of pages: a name may go on over them."""
    told = [[(re.sub(r"\d+", "0", line.strip()), line) for line in text.splitlines()] for text in texts]
    shared = Counter(key for lines in told for key in {key for key, _ in lines})
    return ["\n".join(line for key, line in lines if shared[key] < max(2, len(texts) / 2)) for lines in told]


def dresses(text: str) -> Iterator[str]:
    """The text as it is; with entities, percents and marks undone; with the breaks of lines taken away."""
    undone = urllib.parse.unquote(html.unescape(text))
    for each in {text, undone, TAGS.sub("", undone), TAGS.sub(" ", undone)}:
        plain = bare(each)
        yield plain
        yield re.sub(r"[-\u2010]\s*\n\s*", "", plain)
        yield re.sub(r"\s+", " ", plain)


def bare(text: str) -> str:
    """In one dress of letters, without what is not seen."""
    return UNSEEN.sub("", unicodedata.normalize("NFKC", text))


def main() -> int:
    """Search the files that are named for the words of a file, a line each."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("words", type=Path)
    told.add_argument("files", type=Path, nargs="+")
    given = told.parse_args()
    found = finds({str(file): file.read_bytes() for file in given.files}, given.words.read_text(encoding="utf-8").splitlines())
    sys.stdout.writelines(f"{each}\n" for each in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
