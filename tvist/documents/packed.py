"""What an office file, a zip of parts, must not hold: programs, archives, macros, what is fetched from elsewhere, or more than can be unpacked.

Only the directory of the zip is read, and small parts of it; nothing is unpacked whole.
"""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from itertools import pairwise
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Iterator


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


MOST_PARTS: Final = 10_000
MOST_UNPACKED: Final = 300_000_000
"""Bytes that all parts come to, by the directory."""
MOST_IN_A_PART: Final = 20_000_000
MOST_TIMES: Final = 150
"""How many times larger than it lies there a large part may be: text comes to a tenth of that."""
DEEPEST: Final = 2
LARGEST_INNER: Final = 20_000_000
SMALL_PART: Final = 1_000_000
ARCHIVES: Final = _words("zip 7z rar gz tgz tar bz2 xz zst cab iso img vhd jar apk arj lzh ace")
PROGRAMS: Final = _words(
    "exe dll com scr bat cmd pif msi msp cpl sys js jse vbs vbe wsf wsh hta ps1 psm1 lnk reg sh appx msix gadget inf scf url"
)
OFFICE: Final = _words("docx docm dotx dotm xlsx xlsm xltx xltm xlsb pptx pptm odt ods odp")
_MACROS: Final = re.compile(
    r"(^|/)vbaproject(signature\w*)?\.bin$|(^|/)vbadata\.xml$|^(basic|scripts)/.|(^|/)macrosheets/.|(^|/)activex/.", re.IGNORECASE
)
_END: Final = b"PK\x05\x06"
_SIGNS: Final = {
    b"PK\x03\x04": "archive",
    b"7z\xbc\xaf\x27\x1c": "archive",
    b"Rar!\x1a\x07": "archive",
    b"\x1f\x8b": "archive",
    b"BZh": "archive",
    b"\xfd7zXZ\x00": "archive",
    b"MSCF": "archive",
    b"MZ": "program",
    b"\x7fELF": "program",
    b"#!": "program",
}


def refused_content(name: str, head: bytes) -> str | None:
    """`archive` or `program` for what is that by its name or its first bytes; None for all else. An office file is a zip and no archive."""
    ending = PurePosixPath(name.lower()).suffix.removeprefix(".")
    if ending in ARCHIVES:
        return "archive"
    if ending in PROGRAMS:
        return "program"
    found = next((kind for sign, kind in _SIGNS.items() if head.startswith(sign)), None)
    return None if found == "archive" and ending in OFFICE else found


def wrong_in_package(file: BinaryIO, depth: int = 0) -> str | None:
    """Why the office file is refused: `bomb`, `macros`, `locked`, `archive`, `program` or `fetches`; None for a good one. Raises BadZipFile."""
    if has_too_many_parts(file):
        return "bomb"
    with zipfile.ZipFile(file) as packed:
        parts = packed.infolist()
        if _is_bomb(parts):
            return "bomb"
        if any(_MACROS.search(part.filename) for part in parts) or b"macroEnabled" in _small(packed, "[Content_Types].xml"):
            return "macros"
        if any(part.flag_bits & 1 for part in parts) or b"encryption-data" in _small(packed, "META-INF/manifest.xml"):
            return "locked"
        if b"attachedTemplate" in (told := _small(packed, "word/_rels/settings.xml.rels")) and b"External" in told:
            return "fetches"
        return next(_wrong_inside(packed, parts, depth), None)


def _wrong_inside(packed: zipfile.ZipFile, parts: list[zipfile.ZipInfo], depth: int) -> Iterator[str]:
    for part in parts:
        if part.is_dir():
            continue
        if found := refused_content(part.filename, _head(packed, part)):
            yield found
        elif PurePosixPath(part.filename.lower()).suffix.removeprefix(".") in OFFICE:
            if depth >= DEEPEST or part.file_size > LARGEST_INNER:
                yield "bomb"
                continue
            with packed.open(part) as inner:
                content = BytesIO(inner.read(LARGEST_INNER))
            if zipfile.is_zipfile(content) and (found := wrong_in_package(content, depth + 1)):
                yield found


def has_too_many_parts(file: BinaryIO) -> bool:
    """By the end record alone, for reading a directory of a million parts takes the memory that it is to save."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    place = tail.rfind(_END)
    return place >= 0 and int.from_bytes(tail[place + 10 : place + 12], "little") > MOST_PARTS


def _is_bomb(parts: list[zipfile.ZipInfo]) -> bool:
    if sum(part.file_size for part in parts) > MOST_UNPACKED or len({part.filename for part in parts}) < len(parts):
        return True
    # Parts that lie in each other are how a small file becomes petabytes.
    places = sorted((part.header_offset, part.header_offset + part.compress_size) for part in parts)
    if any(after[0] < before[1] for before, after in pairwise(places)):
        return True
    return any(part.file_size > MOST_IN_A_PART and part.file_size > MOST_TIMES * max(part.compress_size, 1) for part in parts)


def _head(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    with packed.open(part) as opened:
        return opened.read(8)


def _small(packed: zipfile.ZipFile, name: str) -> bytes:
    try:
        with packed.open(name) as part:
            return part.read(SMALL_PART)
    except KeyError:
        return b""
