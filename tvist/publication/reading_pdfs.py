"""All that can be read of a PDF: the text of each page and over the page ends, and every string that lies anywhere in the file.

The file is ours, made a moment ago; a file of anybody else's is never read here.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import pikepdf
import pypdfium2

from tvist.pdf.sheets import PDFIUM
from tvist.publication.reading_files import Reading, read_markup, unquoted
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_EDGE: Final = 3
"""So many lines at the top and at the foot of a page may be its running head and foot."""
_STREAM: Final = re.compile(rb"stream\r?\n.*?endstream", re.DOTALL)
_REVISION: Final = re.compile(rb"%%EOF[\r\n]*")
_SAID: Final = re.compile(rb"/(?:ActualText|Alt|E|T|Lang|Title|Contents)\s*(\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]*>)")
_GOES_ON: Final = re.compile(rb"(?<=[^\s(])\\[0-3][0-7]{2}\)\s*Tj\s+T\*[-+.\d\sTw]*\(")
"""Between the parts of a divided word, as a page is drawn: a sign that is no letter, the next line, and its word spacing."""
_FONT_FILES: Final = ("/FontFile", "/FontFile2", "/FontFile3")
_UNREADABLE: Final = frozenset({"/Image", "/Type1C", "/CIDFontType0C", "/OpenType"})


def read_pdf(data: bytes) -> Iterator[Reading]:
    """Each reading of the file. Raises ValueError for what is no PDF."""
    pages = _page_texts(data)
    for number, text in enumerate(pages, start=1):
        yield Reading(Message("leaks.where.page", page=number), text, is_prose=True)
    yield Reading(Message("leaks.where.over_pages"), "\n".join(_without_running_lines(pages)), is_prose=True)
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            yield from _read_objects(pdf, "".join(pages))
    except pikepdf.PdfError as error:
        raise ValueError("no PDF") from error
    yield Reading(Message("leaks.where.bytes"), _STREAM.sub(b"\n", data).decode("latin-1"))
    yield from _earlier(data)


def _page_texts(data: bytes) -> list[str]:
    try:
        with PDFIUM, pypdfium2.PdfDocument(data) as document:
            return [page.get_textpage().get_text_range() for page in document]
    except pypdfium2.PdfiumError as error:
        raise ValueError("no PDF") from error


def _without_running_lines(pages: list[str]) -> Iterator[str]:
    """The pages without the lines that stand at the edge of at least half of them: so that a name is read over the end of a page."""
    lines = [page.splitlines() for page in pages]
    seen = Counter(line for page in lines for line in {_alike(line) for line in (*page[:_EDGE], *page[-_EDGE:])})
    running = {line for line, times in seen.items() if times > 1 and times * 2 >= len(pages)}
    for page in lines:
        first, last = 0, len(page)
        while first < min(_EDGE, last) and _alike(page[first]) in running:
            first += 1
        while last > max(first, len(page) - _EDGE) and _alike(page[last - 1]) in running:
            last -= 1
        yield "\n".join(page[first:last])


def _alike(line: str) -> str:
    return re.sub(r"\d+", "#", line.strip())


def _read_objects(pdf: pikepdf.Pdf, shown: str) -> Iterator[Reading]:
    """Every string and name of every object, also of those that nothing leads to, and the streams that hold text."""
    found: dict[str, list[str]] = {}
    fonts: set[tuple[int, int]] = set()
    for thing in pdf.objects:
        fonts |= _font_files(thing)
    for thing in [pdf.trailer, *pdf.objects]:
        for key, text in _strings(thing, ""):
            found.setdefault(_WHERE.get(key, "objects"), []).append(text)
    for where, texts in found.items():
        yield Reading(Message(f"leaks.where.{where}"), "\n".join(unquoted(text) for text in texts))
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Stream) and thing.objgen not in fonts:
            yield from _read_stream(thing)
    yield Reading(Message("leaks.where.glyphs"), "".join(sorted(_spare_letters(pdf, shown))))


_WHERE: Final = {
    **dict.fromkeys(
        ("/Title", "/Author", "/Subject", "/Keywords", "/Creator", "/Producer", "/CreationDate", "/ModDate"), "titles"
    ),
    **dict.fromkeys(("/Alt", "/ActualText", "/E", "/T", "/Lang", "/ID"), "structure"),
    **dict.fromkeys(("/URI", "/Contents", "/Dest", "/D", "/A", "/Names"), "links"),
    **dict.fromkeys(("/F", "/UF", "/Desc"), "attachments"),
    **dict.fromkeys(("/V", "/DV", "/TU", "/TM", "/Opt"), "fields"),
    **dict.fromkeys(("/BaseFont", "/FontName", "/FontFamily", "/Name"), "fonts"),
    **dict.fromkeys(("/JS",), "scripts"),
}
"""What is said of a string by the key it stands under; the others lie in `objects`."""


def _strings(thing: Any, key: str) -> Iterator[tuple[str, str]]:
    """Each string and name within an object, with the key it stands under. Other objects are read on their own."""
    if isinstance(thing, pikepdf.String):
        yield key, str(thing)
    elif isinstance(thing, pikepdf.Name):
        yield key, str(thing).removeprefix("/")
    elif isinstance(thing, pikepdf.Array):
        yield from _within((key, each) for each in thing)
    elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        for name in thing.keys():  # noqa: SIM118 - an object of pikepdf is no mapping.
            yield "name", name.removeprefix("/")
        yield from _within((name, thing.get(name)) for name in thing.keys())  # noqa: SIM118 - as above.


def _within(pairs: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    for key, inner in pairs:
        if not getattr(inner, "is_indirect", False):
            yield from _strings(inner, key)


def _font_files(thing: Any) -> set[tuple[int, int]]:
    if not isinstance(thing, pikepdf.Dictionary):
        return set()
    return {thing[key].objgen for key in _FONT_FILES if key in thing}


def _read_stream(stream: pikepdf.Stream) -> Iterator[Reading]:
    if str(stream.get("/Subtype", "")) in _UNREADABLE or "/N" in stream:
        # Pictures, colours and bare fonts; object streams (which have /N too) were read object by object.
        return
    data = stream.read_bytes()
    if stream.get("/Type") == pikepdf.Name.Metadata:
        for each in read_markup(data.decode("utf-8", errors="replace")):
            yield Reading(Message("leaks.where.xmp"), each.text)
    elif stream.get("/Type") == pikepdf.Name.EmbeddedFile:
        if data.startswith(b"%PDF"):
            yield from read_pdf(data)
        yield Reading(Message("leaks.where.attachments"), data.decode("utf-8", errors="replace"))
    else:
        said = [pikepdf.Object.parse(words) for words in _SAID.findall(data)]
        yield Reading(Message("leaks.where.structure"), "\n".join(str(each) for each in said))
        # What a page draws is its sentences: a small letter begins no name there, nor does the second part of a divided word.
        yield Reading(Message("leaks.where.streams"), _GOES_ON.sub(b"", data).decode("latin-1"), is_prose=True)


def _spare_letters(pdf: pikepdf.Pdf, shown: str) -> set[str]:
    """Letters beyond ASCII for which the file's fonts have a shape though no page shows them: left from a text that is gone."""
    letters: set[str] = set()
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary) and isinstance(thing.get("/ToUnicode"), pikepdf.Stream):
            letters |= _mapped(thing["/ToUnicode"].read_bytes())
    return {letter for letter in letters - set(shown) if not letter.isascii()}


def _mapped(cmap: bytes) -> set[str]:
    """The letters that a ToUnicode map leads to."""
    letters: set[str] = set()
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        letters |= {letter for _, found in re.findall(rb"<([^>]*)>\s*<([^>]*)>", block) for letter in _utf16(found)}
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for low, high, first in re.findall(rb"<([^>]*)>\s*<([^>]*)>\s*<([^>]*)>", block):
            start = _utf16(first)[-1:]
            letters |= {chr(ord(start) + step) for step in range(int(high, 16) - int(low, 16) + 1)} if start else set()
        for listed in re.findall(rb"\[(.*?)\]", block, re.DOTALL):
            letters |= {letter for found in re.findall(rb"<([^>]*)>", listed) for letter in _utf16(found)}
    return letters


def _utf16(digits: bytes) -> str:
    return bytes.fromhex(re.sub(rb"\s", b"", digits).decode("ascii")).decode("utf-16-be", errors="replace")


def _earlier(data: bytes) -> Iterator[Reading]:
    """What stood in the file before it was added to: a seal is added so, and so can a deletion be."""
    ends = [found.end() for found in _REVISION.finditer(data)]
    for end in reversed(ends[:-1]):
        try:
            found = list(read_pdf(data[:end]))
        except ValueError:
            # The first part of a file that is laid out for the web is none by itself.
            continue
        for each in found:
            yield Reading(Message("leaks.where.earlier", where=each.where), each.text, each.is_prose)
        return
