"""Pictures without what stands beside them: where and when they were taken, by whom, with what; and what follows after their end.

JPEG and PNG are copied part by part, their pixels untouched. One that its camera says is turned, and every TIFF, is drawn anew by a program of
its own (`tvist.documents.apart`), upright.
"""

from __future__ import annotations

import zlib
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from tvist.documents.uploads import MediaType

if TYPE_CHECKING:
    from pathlib import Path

MOST_PIXELS: Final = 120_000_000
MOST_PAGES: Final = 3_000
IN_MEMORY: Final = 1_000_000
UPRIGHT: Final = 1
_KEPT_IN_PNG: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"bKGD", b"pHYs", b"cICP"}
)
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_NO_LENGTH: Final = frozenset({0x01, *range(0xD0, 0xD9)})
_SIZES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_COLOURS: Final = b"ICC_PROFILE\0"
LONGEST_PART: Final = 50_000_000


class NoPicture(Exception):
    """The file is no whole picture of its kind, or has more pixels than can be shown. `why` is `broken` or `too_large`."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class Turned(Exception):
    """The camera was turned: the pixels must be drawn anew."""


def cleaned(kind: MediaType, file: BinaryIO) -> BinaryIO:
    """The picture and nothing beside it, as a new file at its beginning. Raises `NoPicture`, and `Turned` when it must be drawn anew."""
    file.seek(0)
    out = cast("BinaryIO", SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115 - the caller closes it.
    try:
        {MediaType.JPEG: _copy_jpeg, MediaType.PNG: _copy_png}[kind](file, out)
    except BaseException:
        out.close()
        raise
    out.seek(0)
    return out


def redraw(kind: MediaType, source: Path, target: Path) -> None:
    """Draw every page of the picture anew, upright, with its colours and resolution and nothing else. For a program of its own. Raises `NoPicture`."""
    from PIL import Image, ImageOps, ImageSequence

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow refuses what is twice as large.
    try:
        with Image.open(source, formats=[kind.value.upper()]) as picture:
            _has_few_pages(picture)
            if kind is not MediaType.TIFF:
                upright = ImageOps.exif_transpose(picture)
                more = {"quality": 92} if kind is MediaType.JPEG else {}
                upright.save(target, kind.value.upper(), exif=b"", icc_profile=picture.info.get("icc_profile"), **more)
                return
            pages = []
            for page, frame in enumerate(ImageSequence.Iterator(picture)):
                file = target.with_name(f"{page}.page")
                _page_of_tiff(ImageOps.exif_transpose(frame), frame.info, file)
                pages.append(file)
            _joined([*pages], target)
    except Image.DecompressionBombError:
        raise NoPicture("too_large") from None
    except NoPicture:
        raise
    except Exception as error:  # A broken picture ends in any error of the library.
        raise NoPicture("broken") from error


def _has_few_pages(picture: object) -> None:
    if getattr(picture, "n_frames", 1) > MOST_PAGES:
        raise NoPicture("too_large")


def _page_of_tiff(frame: object, info: dict[Any, Any], file: Path) -> None:
    from PIL import Image

    page = cast("Image.Image", frame)
    if page.mode not in {"1", "L", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"}:
        page = page.convert("RGB")
    # A copy by its pixels: none of the old tags come along.
    bare = Image.frombytes(page.mode, page.size, page.tobytes())
    if page.mode == "P":
        bare.putpalette(page.getpalette() or [])
    given = {name: info[name] for name in ("dpi", "icc_profile") if info.get(name)}
    bare.save(file, "TIFF", compression="group4" if page.mode == "1" else "tiff_deflate", **given)


def _joined(pages: list[Path], target: Path) -> None:
    """One page after the other is read, so that no more than one is held."""
    from PIL import Image, TiffImagePlugin

    with TiffImagePlugin.AppendingTiffWriter(str(target), new=True) as together:
        for file in pages:
            with Image.open(file) as page:
                given = {name: page.info[name] for name in ("dpi", "icc_profile") if page.info.get(name)}
                page.save(together, "TIFF", compression=page.info.get("compression"), **given)
            together.newFrame()
            file.unlink()


def _copy_png(file: BinaryIO, out: BinaryIO) -> None:
    if file.read(len(_PNG)) != _PNG:
        raise NoPicture("broken")
    out.write(_PNG)
    tag, is_sized = b"", False
    while tag != b"IEND":
        tag, body, whole = _chunk(file)
        if tag == b"IHDR":
            is_sized = _fits(int.from_bytes(body[:4], "big"), int.from_bytes(body[4:8], "big"))
        if tag == b"eXIf" and _orientation(body) != UPRIGHT:
            raise Turned
        if tag in _KEPT_IN_PNG:
            out.write(whole)
    if not is_sized:
        raise NoPicture("broken")


def _chunk(file: BinaryIO) -> tuple[bytes, bytes, bytes]:
    """The name of the next chunk of a PNG, what is in it, and the whole as it stands there."""
    head = file.read(8)
    tag, length = head[4:], int.from_bytes(head[:4], "big")
    if len(head) < len(_PNG) or length > LONGEST_PART:
        raise NoPicture("broken")
    body = file.read(length + 4)
    if len(body) < length + 4 or zlib.crc32(tag + body[:-4]) != int.from_bytes(body[-4:], "big"):
        raise NoPicture("broken")
    return tag, body[:-4], head + body


def _copy_jpeg(file: BinaryIO, out: BinaryIO) -> None:
    """Segment by segment; what stands between them is the drawing, and what follows the end is left."""
    if file.read(2) != b"\xff\xd8":
        raise NoPicture("broken")
    out.write(b"\xff\xd8")
    is_sized, marker = False, _next_marker(file)
    while marker != 0xD9:  # noqa: PLR2004 - the end of the picture.
        if marker in _NO_LENGTH:
            out.write(bytes([0xFF, marker]))
            marker = _next_marker(file)
            continue
        size, body = _segment(file)
        if marker in _SIZES:
            is_sized = _fits(int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big"))
        if marker == 0xE1 and body.startswith(b"Exif\0\0") and _orientation(body[6:]) != UPRIGHT:  # noqa: PLR2004 - APP1.
            raise Turned
        if _is_of_the_picture(marker, body):
            out.write(bytes([0xFF, marker]) + size + body)
        marker = _copy_drawing(file, out) if marker == 0xDA else _next_marker(file)  # noqa: PLR2004 - the start of a scan.
    if not is_sized:
        raise NoPicture("broken")
    out.write(b"\xff\xd9")


def _segment(file: BinaryIO) -> tuple[bytes, bytes]:
    size = file.read(2)
    length = int.from_bytes(size, "big")
    body = file.read(length - 2) if length > 1 else b""
    if len(size) + len(body) != length:
        raise NoPicture("broken")
    return size, body


def _is_of_the_picture(marker: int, body: bytes) -> bool:
    """All but remarks and what programs lay in: of that only how it is drawn (JFIF, the colours, Adobe's note of them)."""
    if marker == 0xFE:  # noqa: PLR2004 - a remark.
        return False
    if not 0xE0 <= marker <= 0xEF:  # noqa: PLR2004 - APP0 to APP15.
        return True
    return body.startswith((b"JFIF\0", _COLOURS, b"Adobe"))


def _next_marker(file: BinaryIO) -> int:
    byte = file.read(1)
    if byte != b"\xff":
        raise NoPicture("broken")
    while byte == b"\xff":
        byte = file.read(1)
    if not byte:
        raise NoPicture("broken")
    return byte[0]


def _copy_drawing(file: BinaryIO, out: BinaryIO) -> int:
    """Copy up to the next marker that is no part of the drawing; returns it."""
    while block := file.read(IN_MEMORY):
        start = file.tell() - len(block)
        place = -1
        while (place := block.find(b"\xff", place + 1)) >= 0 and place + 1 < len(block):
            if block[place + 1] not in {0x00, 0xFF, *range(0xD0, 0xD8)}:
                out.write(block[:place])
                file.seek(start + place + 2)
                return block[place + 1]
        if block.endswith(b"\xff") and len(block) > 1:
            # What it means is told by the next byte: read the two together.
            file.seek(start + len(block) - 1)
            block = block[:-1]
        out.write(block)
    raise NoPicture("broken")


def _fits(width: int, height: int) -> bool:
    if not width or not height:
        raise NoPicture("broken")
    if width * height > MOST_PIXELS:
        raise NoPicture("too_large")
    return True


def _orientation(exif: bytes) -> int:
    """The tag 0x0112 of the first directory; upright where there is none."""
    order = {b"II": "little", b"MM": "big"}.get(exif[:2])
    if order is None:
        return UPRIGHT

    def number(at: int, size: int) -> int:
        return int.from_bytes(exif[at : at + size], "little" if order == "little" else "big")

    first = number(4, 4)
    for entry in range(min(number(first, 2), 200)):
        at = first + 2 + 12 * entry
        if number(at, 2) == 0x0112:  # noqa: PLR2004 - Orientation.
            return number(at + 8, 2) or UPRIGHT
    return UPRIGHT
