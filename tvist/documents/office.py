"""Text out of DOCX, ODT and XLSX files, in the order it is read: they are zip files of XML. No entity is ever expanded, and what is unpacked is counted."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from posixpath import join, normpath
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from tvist.documents.uploads import MediaType

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MOST_UNPACKED: Final = 80_000_000
"""Bytes: what one file may unpack to in all. A text of so many bytes is no letter."""
PIECE: Final = 64 * 1024
CELL_BREAK: Final = " | "
FIRST_DAY: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - the day from which sheets count has no clock.
_DATE_FORMATS: Final = frozenset({*range(14, 23), *range(45, 48)})
"""The built-in number formats of a sheet that show a date or a time."""
_SHOWS_A_DATE = re.compile(r"[dmyåt]", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


class Unreadable(Exception):
    """The file holds no text that can be read: it is broken, locked, unpacks to too much, or declares entities."""


@dataclass
class _Budget:
    """How many bytes may still be unpacked."""

    left: int = MOST_UNPACKED

    def spend(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise Unreadable("unpacks to too much")


def office_text(kind: MediaType, file: Path) -> str:
    """All text of the file, paragraph by paragraph, cells of a row on one line. Raises `Unreadable`."""
    try:
        with zipfile.ZipFile(file) as packed:
            return _READERS[kind](packed, _Budget())
    except (
        zipfile.BadZipFile,
        KeyError,
        RuntimeError,
        NotImplementedError,
        EOFError,
        OSError,
        ValueError,
        expat.ExpatError,
    ) as error:
        raise Unreadable(type(error).__name__) from error


def _parsed(packed: zipfile.ZipFile, name: str, budget: _Budget, told: _Flow | _Taken) -> None:
    """Read one part of the file piece by piece. Names of elements come without their namespace."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise Unreadable("declares entities")

    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = lambda tag, attributes: told.begin(
        _plain(tag), {_plain(key): text for key, text in attributes.items()}
    )
    parser.EndElementHandler = lambda tag: told.end(_plain(tag))
    parser.CharacterDataHandler = told.data
    with packed.open(name) as part:
        while piece := part.read(PIECE):
            budget.spend(len(piece))
            parser.Parse(piece)
    parser.Parse(b"", True)  # noqa: FBT003 - that this is the end; expat takes no name for it.


def _plain(name: str) -> str:
    return name.rsplit(" ", 1)[-1]


@dataclass
class _Flow:
    """Running text: what elements write, hold or end."""

    writing: frozenset[str]
    """Elements whose own characters are text."""
    ends_line: frozenset[str]
    marks: dict[str, str]
    """Elements that stand for a character or two, written where they end."""
    skipped: frozenset[str]
    out: list[str] = field(default_factory=list)
    _inside: int = 0
    _skipping: int = 0
    _cells: int = 0

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        self._skipping += tag in self.skipped
        self._inside += tag in self.writing
        self._cells += tag in _CELLS
        if tag == "s" and not self._skipping and self._inside:
            self.out.append(" " * min(int(attributes.get("c", "1")), 80))

    def end(self, tag: str) -> None:
        if not self._skipping:
            if tag in self.marks:
                self.out.append(self.marks[tag])
            elif tag in _CELLS:
                self._end_cell()
            elif tag in self.ends_line:
                # The paragraphs of a cell share its line.
                self.out.append(" " if self._cells else "\n" if tag in _ROWS else "\n\n")
        self._skipping -= tag in self.skipped
        self._inside -= tag in self.writing
        self._cells -= tag in _CELLS

    def data(self, text: str) -> None:
        if self._inside and not self._skipping:
            self.out.append(text)

    def _end_cell(self) -> None:
        while self.out and self.out[-1] == " ":
            self.out.pop()
        self.out.append(CELL_BREAK)

    @property
    def text(self) -> str:
        lines = (line.strip().removesuffix(CELL_BREAK.strip()).rstrip() for line in "".join(self.out).split("\n"))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


_CELLS: Final = frozenset({"tc", "table-cell"})
_ROWS: Final = frozenset({"tr", "table-row"})


def _docx(packed: zipfile.ZipFile, budget: _Budget) -> str:
    flow = _Flow(
        writing=frozenset({"t"}),
        ends_line=frozenset({"p", "tr"}),
        marks={"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"},
        # Word writes a text box twice, once for old readers.
        skipped=frozenset({"Fallback"}),
    )
    there = set(packed.namelist())
    for name in ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml"):
        if name in there or name == "word/document.xml":
            _parsed(packed, name, budget, flow)
            flow.out.append("\n")
    return flow.text


def _odt(packed: zipfile.ZipFile, budget: _Budget) -> str:
    flow = _Flow(
        writing=frozenset({"p", "h"}),
        ends_line=frozenset({"p", "h", "table-row"}),
        marks={"tab": " ", "line-break": "\n"},
        skipped=frozenset({"tracked-changes", "annotation", "title", "desc"}),
    )
    _parsed(packed, "content.xml", budget, flow)
    return flow.text


@dataclass
class _Taken:
    """Collects, for one part of a workbook, each named element with its attributes and the characters within."""

    wanted: frozenset[str]
    take: Callable[[str, dict[str, str], str], None]
    texts: frozenset[str] = frozenset()
    _open: list[tuple[str, dict[str, str], list[str]]] = field(default_factory=list)
    _inside: int = 0

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in self.wanted:
            self._open.append((tag, attributes, []))
        self._inside += tag in self.texts

    def end(self, tag: str) -> None:
        self._inside -= tag in self.texts
        if tag in self.wanted and self._open:
            name, attributes, written = self._open.pop()
            self.take(name, attributes, "".join(written))

    def data(self, text: str) -> None:
        if self._inside and self._open:
            self._open[-1][2].append(text)


def _xlsx(packed: zipfile.ZipFile, budget: _Budget) -> str:
    there = set(packed.namelist())

    def read(name: str, wanted: set[str], take: Callable[[str, dict[str, str], str], None], *texts: str) -> None:
        if name in there:
            taken = _Taken(frozenset(wanted), take, frozenset(texts))
            _parsed(packed, name, budget, taken)

    shared: list[str] = []
    read("xl/sharedStrings.xml", {"si"}, lambda _tag, _attributes, text: shared.append(text), "t")
    formats: dict[str, str] = {}
    dated: list[bool] = []

    def take_style(tag: str, attributes: dict[str, str], _text: str) -> None:
        if tag == "numFmt":
            formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag == "xf":
            dated.append(_is_date(attributes.get("numFmtId", "0"), formats))
        else:
            # Those of the named styles stand first; cells point to those that follow.
            dated.clear()

    read("xl/styles.xml", {"numFmt", "xf", "cellStyleXfs"}, take_style)
    targets: dict[str, str] = {}
    read(
        "xl/_rels/workbook.xml.rels",
        {"Relationship"},
        lambda _tag, at, _text: targets.__setitem__(at.get("Id", ""), at.get("Target", "")),
    )
    sheets: list[tuple[str, str]] = []
    read(
        "xl/workbook.xml",
        {"sheet"},
        lambda _tag, at, _text: sheets.append((at.get("name", ""), targets.get(at.get("id", ""), ""))),
    )
    told = []
    for title, target in sheets:
        name = target.removeprefix("/") if target.startswith("/") else normpath(join("xl", target))
        rows = _Rows(shared, dated)
        read(name, {"c", "row"}, rows.take, "v", "t")
        told.append("\n".join([title, *rows.lines]))
    return "\n\n".join(told)


@dataclass
class _Rows:
    """The rows of a sheet as lines."""

    shared: list[str]
    dated: list[bool]
    lines: list[str] = field(default_factory=list)
    _cells: list[str] = field(default_factory=list)

    def take(self, tag: str, attributes: dict[str, str], text: str) -> None:
        if tag == "c":
            self._cells.append(self._shown(attributes, text.strip()))
            return
        if any(self._cells):
            self.lines.append(CELL_BREAK.join(self._cells))
        self._cells = []

    def _shown(self, attributes: dict[str, str], text: str) -> str:
        kind = attributes.get("t", "n")
        if kind == "s":
            place = int(text or 0)
            return self.shared[place] if place < len(self.shared) else ""
        style = int(attributes.get("s", "0"))
        if kind == "n" and text and style < len(self.dated) and self.dated[style]:
            return _day(text)
        return text


def _is_date(number_format: str, formats: dict[str, str]) -> bool:
    if number_format in formats:
        return bool(_SHOWS_A_DATE.search(_QUOTED.sub("", formats[number_format])))
    return number_format.isdigit() and int(number_format) in _DATE_FORMATS


def _day(serial: str) -> str:
    """A sheet counts days from 30 December 1899, and the clock in parts of a day."""
    try:
        moment = FIRST_DAY + timedelta(days=round(float(serial) * 86_400) / 86_400)
    except (ValueError, OverflowError):
        return serial
    return f"{moment:%d.%m.%Y}" if moment.time() == FIRST_DAY.time() else f"{moment:%d.%m.%Y %H.%M}"


_READERS: Final[dict[MediaType, Callable[[zipfile.ZipFile, _Budget], str]]] = {
    MediaType.DOCX: _docx,
    MediaType.ODT: _odt,
    MediaType.XLSX: _xlsx,
}
