"""Uploaded files that are more than they seem: scripts, programs, archives, bombs, locks; and pictures that tell where they were taken."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pikepdf
import pytest
from PIL import Image

from tests.scenes.files import FILES, a_docx, a_hostile_pdf, a_locked_pdf, a_pdf, a_picture
from tvist.documents.apart import leave_the_network
from tvist.documents.pages import PageMaker
from tvist.documents.uploads import MediaType, inspect
from tvist.documents.vetting import vetted
from tvist.words import LANGUAGES, Message, render

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 50_000_000
PLACE = "6.0858N"


@pytest.fixture(scope="module")
def maker() -> Iterator[PageMaker]:
    with PageMaker() as found:
        yield found


def looked_at(content: bytes, name: str, maker: PageMaker) -> bytes | Message:
    """As an upload is: by its content, and then into it."""
    file = io.BytesIO(content)
    kind = inspect(file, name, largest=LARGEST)
    found = kind if isinstance(kind, Message) else vetted(kind, file, name, maker)
    if isinstance(found, Message):
        assert all(name in render(found, language) for language in LANGUAGES)
        return found
    with found:
        assert found.tell() == 0
        return found.read()


def refusal(content: bytes, name: str, maker: PageMaker) -> str:
    found = looked_at(content, name, maker)
    assert isinstance(found, Message), "it was let in"
    return found.code.removeprefix("documents.")


@pytest.mark.parametrize("kind", sorted(FILES.keys() - {MediaType.PNG, MediaType.JPEG, MediaType.TIFF}))
def test_a_good_file_of_each_kind_is_let_in_as_it_is(kind, maker):
    content = FILES[kind]()
    assert looked_at(content, f"god.{kind.endings[0]}", maker) == content


def with_part(name: str, content: bytes | str, base: bytes = b"") -> bytes:
    written = io.BytesIO(base or a_docx())
    with zipfile.ZipFile(written, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, content)
    return written.getvalue()


def too_many_parts() -> bytes:
    written = io.BytesIO(a_docx())
    with zipfile.ZipFile(written, "a") as packed:
        for number in range(10_050):
            packed.writestr(f"x{number}", b"")
    return written.getvalue()


def overlapping() -> bytes:
    """Two entries of the directory that share one body, as the worst bombs do."""
    content = bytearray(with_part("word/a.xml", "a" * 100))
    place = content.rfind(b"PK\x01\x02")
    entry, rest = bytes(content[place : content.rfind(b"PK\x05\x06")]), content[content.rfind(b"PK\x05\x06") :]
    other = entry.replace(b"word/a.xml", b"word/b.xml")
    end = bytearray(rest)
    for at in (8, 10):
        end[at : at + 2] = (int.from_bytes(end[at : at + 2], "little") + 1).to_bytes(2, "little")
    end[12:16] = (int.from_bytes(end[12:16], "little") + len(other)).to_bytes(4, "little")
    return bytes(content[:place]) + entry + other + bytes(end)


def nested(depth: int) -> bytes:
    found = a_docx()
    for _ in range(depth):
        found = with_part("word/embeddings/inner.docx", found)
    return found


def scrambled() -> bytes:
    """An ODT whose manifest says that it opens with a password."""
    return with_part("META-INF/manifest.xml", "<manifest><encryption-data/></manifest>", FILES[MediaType.ODT]())


OFFICE_FILES = {
    "bomb of a part": (lambda: with_part("word/media/a.bin", bytes(40_000_000)), "wrong.bomb"),
    "bomb of many parts": (too_many_parts, "wrong.bomb"),
    "bomb of parts in each other": (overlapping, "wrong.bomb"),
    "bomb of files in files": (lambda: nested(4), "wrong.bomb"),
    "an inner file": (lambda: nested(1), None),
    "a macro of the inner file": (
        lambda: with_part("word/embeddings/i.xlsm", with_part("xl/vbaProject.bin", "x")),
        "wrong.macros",
    ),
    "a macro": (lambda: with_part("word/vbaProject.bin", "x"), "has_macros"),
    "a macro of 1992": (lambda: with_part("xl/macrosheets/sheet1.xml", "x"), "wrong.macros"),
    "a control": (lambda: with_part("word/activeX/activeX1.bin", "x"), "wrong.macros"),
    "an archive": (lambda: with_part("word/embeddings/a.zip", "x"), "wrong.archive"),
    "an archive by another name": (lambda: with_part("word/media/a.png", b"Rar!\x1a\x07\x00x"), "wrong.archive"),
    "a program": (lambda: with_part("word/embeddings/a.bin", b"MZ\x90\0"), "wrong.program"),
    "a template from elsewhere": (
        lambda: with_part("word/_rels/settings.xml.rels", '<R Type="x/attachedTemplate" TargetMode="External"/>'),
        "wrong.fetches",
    ),
    "a picture": (lambda: with_part("word/media/a.png", a_picture(MediaType.PNG)), None),
}


@pytest.mark.parametrize("case", OFFICE_FILES)
def test_an_office_file_is_refused_for_what_is_in_it(case, maker):
    make, code = OFFICE_FILES[case]
    content = make()
    if code is None:
        assert looked_at(content, "brev.docx", maker) == content
    else:
        assert refusal(content, "brev.docx", maker) == code


def test_what_opens_with_a_password_is_refused_for_that(maker):
    locked_word = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    assert refusal(a_locked_pdf(), "vedtak.pdf", maker) == "wrong.locked"
    assert refusal(locked_word, "vedtak.docx", maker) == "wrong.locked"
    assert refusal(scrambled(), "vedtak.odt", maker) == "wrong.locked"


def a_pdf_with(change) -> bytes:
    with pikepdf.open(io.BytesIO(a_pdf(1))) as pdf:
        change(pdf)
        written = io.BytesIO()
        # Packed, so that no word of it can be read from outside.
        pdf.save(written, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return written.getvalue()


def attach(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["tall.csv"] = b"1;2"


def run_a_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def start_a_program(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe")))


def owned_by_one(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Lang = pikepdf.String("nb")


@pytest.mark.parametrize(
    ("change", "code"), [(attach, "files"), (run_a_script, "active"), (start_a_program, "active"), (owned_by_one, None)]
)
def test_a_pdf_is_opened_where_it_can_hide_what_it_does(change, code, maker):
    content = a_pdf_with(change)
    if code is None:
        assert looked_at(content, "vedtak.pdf", maker) == content
    else:
        assert refusal(content, "vedtak.pdf", maker) == f"wrong.{code}"


def test_a_pdf_that_spells_its_script_otherwise_is_seen_through(maker):
    content = a_hostile_pdf().replace(b"/JavaScript", b"/J#61vaScript")
    assert refusal(content, "vedtak.pdf", maker) == "wrong.active"


def test_what_takes_the_other_program_too_long_is_refused_as_a_bomb():
    with PageMaker(longest=0.001) as hasty:
        assert refusal(a_pdf_with(owned_by_one), "stor.pdf", hasty) == "wrong.bomb"
        assert refusal(a_picture(MediaType.TIFF), "stor.tif", hasty) == "wrong.too_many_pixels"


def a_mail(name: str, content: bytes) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "asta@vik.invalid", "bo@vest.invalid", "Vedlegg"
    mail.set_content("Se vedlegg.")
    mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


ATTACHED = {
    "vedtak.pdf": (lambda: a_pdf(1), None),
    "logo.gif": (lambda: b"GIF89a" + bytes(20), None),
    "møte.ics": (lambda: b"BEGIN:VCALENDAR", None),
    "alt.zip": (lambda: b"PK\x03\x04", "archive"),
    "kjør.exe": (lambda: b"MZ", "program"),
    "faktura.pdf.js": (lambda: b"WScript", "program"),
    "skjult.txt": (lambda: b"MZ\x90", "program"),
    "skjema.pdf": (a_hostile_pdf, "active"),
    "låst.pdf": (a_locked_pdf, "locked"),
    "gammel.doc": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "_VBA_PROJECT".encode("utf-16-le"), "macros"),
    "ark.xlsm": (lambda: with_part("xl/vbaProject.bin", "x"), "macros"),
    "videresendt.eml": (lambda: a_mail("indre.exe", b"MZ"), "program"),
}


@pytest.mark.parametrize("name", ATTACHED)
def test_what_is_attached_to_a_mail_is_looked_at_too(name, maker):
    make, code = ATTACHED[name]
    content = a_mail(name, make())
    if code is None:
        assert looked_at(content, "brev.eml", maker) == content
    else:
        assert refusal(content, "brev.eml", maker) == f"attached.{code}"


def with_place(kind: MediaType, turned: int = 1, **more) -> bytes:
    """A picture that says where and with what it was taken, in every way that its kind has."""
    picture = Image.open(io.BytesIO(a_picture(kind, **more)))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x8298] = turned, f"Kamera {PLACE}", PLACE
    exif.get_ifd(0x8825)[1] = PLACE
    written = io.BytesIO()
    given = {
        MediaType.JPEG: {"comment": PLACE, "xmp": f"<x>{PLACE}</x>".encode(), "exif": exif},
        MediaType.PNG: {"exif": exif},
        MediaType.TIFF: {"exif": exif, "description": PLACE, "save_all": True},
    }[kind]
    picture.save(written, kind.value.upper(), **given)
    content = written.getvalue()
    if kind is MediaType.PNG:
        text = b"tEXtComment\0" + PLACE.encode()
        chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
        content = content[:33] + chunk + content[33:]
    return content


@pytest.mark.parametrize("turned", [1, 6])
@pytest.mark.parametrize("kind", [MediaType.JPEG, MediaType.PNG, MediaType.TIFF])
def test_a_picture_loses_where_it_was_taken_and_stands_upright(kind, turned, maker):
    content = with_place(kind, turned, size=(60, 40)) + b"<script>evil()</script>"
    assert PLACE.encode() in content
    found = looked_at(content, f"bilde.{kind.endings[0]}", maker)
    assert isinstance(found, bytes)
    assert PLACE.encode() not in found
    assert b"evil" not in found, "what follows the picture is none of it"
    with Image.open(io.BytesIO(found)) as picture:
        picture.load()
        assert picture.size == ((60, 40) if turned == 1 else (40, 60))
        dark = picture.convert("L")
        corners = [dark.getpixel((2, 2)), dark.getpixel((picture.width - 3, 2))]
    dark_one, light_one = corners if turned == 1 else reversed(corners)
    assert dark_one < 80, "the dark corner goes to the right when it is turned"
    assert light_one > 170
    again = looked_at(found, f"bilde.{kind.endings[0]}", maker)
    assert isinstance(again, bytes)
    assert kind is MediaType.TIFF or again == found


def test_every_page_of_a_tiff_stays(maker):
    found = looked_at(a_picture(MediaType.TIFF, pages=3, mode="1"), "faks.tif", maker)
    assert isinstance(found, bytes)
    with Image.open(io.BytesIO(found)) as picture:
        assert picture.n_frames == 3
        assert picture.mode == "1"


def a_large_png() -> bytes:
    body = b"IHDR" + struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
    chunks = [body, b"IDAT" + zlib.compress(b"\0" * 100), b"IEND"]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(each) - 4) + each + struct.pack(">I", zlib.crc32(each)) for each in chunks
    )


def a_large_jpeg() -> bytes:
    content = bytearray(a_picture(MediaType.JPEG))
    place = content.index(b"\xff\xc0") + 5
    content[place : place + 4] = b"\xea\x60\xea\x60"
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (a_large_png(), "kart.png", "wrong.too_many_pixels"),
        (a_large_jpeg(), "kart.jpg", "wrong.too_many_pixels"),
        (a_picture(MediaType.PNG)[:-30], "kart.png", "wrong.broken_picture"),
        (a_picture(MediaType.JPEG)[:-30], "kart.jpg", "wrong.broken_picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF<script>evil()</script>", "kart.jpg", "wrong.broken_picture"),
        (a_picture(MediaType.TIFF)[:100], "kart.tif", "wrong.broken_picture"),
        (b"GIF89a/*<svg/onload=evil()>*/", "kart.png", "content_unlike_name"),
    ],
)
def test_what_is_no_picture_or_too_large_a_one_is_refused(content, name, code, maker):
    assert refusal(content, name, maker) == code


def test_nobody_is_reached_from_where_files_are_opened(tmp_path):
    """In a process of its own, as the one that opens files: this one would lose the network too."""
    import os
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        child = os.fork()
        if child == 0:
            left = leave_the_network()
            try:
                socket.create_connection(server.getsockname(), 2).close()
                os._exit(1 if left else 2)
            except OSError:
                os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code == 2:
        pytest.skip("this system lets nobody leave the network; memory and time are limited all the same")
    assert code == 0
