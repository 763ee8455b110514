"""Uploaded files are known by their content; what is refused says what to do; names are made safe."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tvist.documents.text import decoded, plain_text
from tvist.documents.uploads import MediaType, clean_name, inspect
from tvist.words import LANGUAGES, Message, render

LARGEST = 5_000_000
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MACRO_WORD = "application/vnd.ms-word.document.macroEnabled.main+xml"
MAIL = b"From: asta@vik.invalid\r\nTo: bo@vest.invalid\r\nSubject: Sak\r\n\r\nHei"


def zipped(**parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return file.getvalue()


def office(content_type: str, **more: str) -> bytes:
    return zipped(**{"[Content_Types].xml": f'<Types><Override ContentType="{content_type}"/></Types>', "x.xml": "<x/>"} | more)


ODT = zipped(mimetype=MediaType.ODT.mime, **{"content.xml": "<x/>"})
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
SAMPLES = {
    "krav.pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", MediaType.PDF),
    "Krav.DOCX": (office(WORD), MediaType.DOCX),
    "krav.odt": (ODT, MediaType.ODT),
    "tal.xlsx": (office(SHEET), MediaType.XLSX),
    "b.png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", MediaType.PNG),
    "b.jpg": (b"\xff\xd8\xff\xe0\0\x10JFIF\0", MediaType.JPEG),
    "b.jpeg": (b"\xff\xd8\xff\xe1\0\x10Exif\0", MediaType.JPEG),
    "b.tif": (b"II*\0\x08\0\0\0", MediaType.TIFF),
    "b.tiff": (b"MM\0*\0\0\0\x08", MediaType.TIFF),
    "notat.txt": ("Årsak: høyt gjeld".encode(), MediaType.TXT),
    "gamalt.txt": ("Årsak: høyt gjeld".encode("cp1252"), MediaType.TXT),
    "windows.txt": ("\ufeffÅrsak".encode("utf-16-le"), MediaType.TXT),
    "brev.eml": (MAIL, MediaType.EML),
    "brev som tekst.txt": (MAIL, MediaType.TXT),
    "brev.msg": (COMPOUND + "__properties_version1.0".encode("utf-16-le") + bytes(90), MediaType.MSG),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_each_kind_is_known_by_its_content(name):
    content, kind = SAMPLES[name]
    file = io.BytesIO(content)
    assert inspect(file, name, largest=LARGEST) is kind
    assert file.tell() == 0


@pytest.mark.parametrize("kind", MediaType)
def test_each_kind_has_a_media_type_an_ending_and_a_sample(kind):
    assert re.fullmatch(r"\w+/[\w.-]+", kind.mime)
    assert kind.endings
    assert kind in {found for _, found in SAMPLES.values()}


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("kind", MediaType)
def test_a_renamed_file_is_refused(name, kind):
    content, true_kind = SAMPLES[name]
    allowed = {true_kind, MediaType.TXT, MediaType.EML} if content == MAIL else {true_kind}
    found = inspect(io.BytesIO(content), f"annet.{kind.endings[0]}", largest=LARGEST)
    assert found is kind if kind in allowed else isinstance(found, Message)


def refusal(content: bytes, name: str) -> Message:
    found = inspect(io.BytesIO(content), name, largest=LARGEST)
    assert isinstance(found, Message)
    for language in LANGUAGES:
        assert name in render(found, language)
    return found


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "krav.pdf", "documents.empty_file"),
        (b"MZ\x90\0", "krav.exe", "documents.kind_not_allowed"),
        (b"%PDF-1.7", "krav", "documents.kind_not_allowed"),
        (office(MACRO_WORD), "krav.docm", "documents.kind_not_allowed"),
        (b"MZ\x90\0", "krav.pdf", "documents.content_unlike_name"),
        (zipped(a="b"), "krav.docx", "documents.content_unlike_name"),
        (b"<html>", "krav.pdf", "documents.content_unlike_name"),
        (b"\0\1\2\3", "krav.pdf", "documents.content_unknown"),
        (bytes(100), "krav.pdf", "documents.content_unknown"),
        (b"GIF89a\1\0", "krav.png", "documents.content_unlike_name"),
        (b"Bare tekst", "brev.eml", "documents.content_unlike_name"),
        (b"Hei\r\n\r\n" + MAIL, "brev.eml", "documents.content_unlike_name"),
        (b"\xff\xfe\0\xd8a\0", "krav.txt", "documents.content_unknown"),
        (office(WORD)[:-30], "krav.docx", "documents.content_unlike_name"),
        (office(MACRO_WORD), "krav.docx", "documents.has_macros"),
        (office(WORD, **{"word/vbaProject.bin": "x"}), "krav.docx", "documents.has_macros"),
        (zipped(mimetype=MediaType.ODT.mime, **{"Basic/Standard/m.xml": "x"}), "krav.odt", "documents.has_macros"),
        (zipped(mimetype=MediaType.ODT.mime + " " * 2_000_000), "krav.odt", "documents.content_unlike_name"),
    ],
)
def test_a_bad_file_is_refused_in_all_languages_with_what_to_do(content, name, code):
    assert refusal(content, name).code == code


def test_the_message_says_what_a_renamed_file_looks_like():
    assert "EXE" in render(refusal(b"MZ\x90\0", "krav.pdf"), "nb")


def test_a_file_above_the_limit_is_refused_unread():
    content = b"%PDF-" + bytes(LARGEST)
    found = refusal(content, "krav.pdf")
    assert (found.code, found.params["megabytes"], found.params["limit"]) == ("documents.too_large", 6, 5)
    assert inspect(io.BytesIO(content), "krav.pdf", largest=len(content)) is MediaType.PDF


@given(
    st.sampled_from([b"", b"PK\x03\x04", b"%PDF-", b"\xff\xfe", COMPOUND[:8], b"MZ"]),
    st.binary(max_size=400),
    st.sampled_from(MediaType),
)
def test_no_content_makes_the_check_fall_over(start, rest, kind):
    assert isinstance(inspect(io.BytesIO(start + rest), f"x.{kind}", largest=LARGEST), MediaType | Message)


@pytest.mark.parametrize(
    ("given_name", "clean"),
    [
        ("Begjæring Ås og Ørsta.pdf", "Begjæring Ås og Ørsta.pdf"),
        ("Čáhcesuolu ŋ đ ŧ ž.docx", "Čáhcesuolu ŋ đ ŧ ž.docx"),
        ("A\u030as.pdf", "Ås.pdf"),
        ("C:\\Users\\asta\\krav.pdf", "krav.pdf"),
        ("../../etc/passwd", "passwd"),
        ("krav\u202efdp.exe", "kravfdp.exe"),
        ("linje\r\nskift\0.pdf", "linje skift.pdf"),
        ('a<b>"c"|d?.pdf', "a_b__c__d_.pdf"),
        (" .skjult. ", "skjult"),
        ("", "fil"),
        ("...", "fil"),
        (".pdf", "pdf"),
        ("sak nr. 4", "sak nr. 4"),
    ],
)
def test_a_name_is_made_safe_and_keeps_its_letters(given_name, clean):
    assert clean_name(given_name) == clean


@given(st.text(max_size=300) | st.text("aå\u0301. /\\\u202e", max_size=300))
def test_any_name_becomes_a_safe_one_and_stays(name):
    clean = clean_name(name)
    assert clean == clean_name(clean)
    assert 0 < len(clean) <= 120
    assert len(clean.encode()) <= 200
    assert not set('/\\<>:"|?*\n\0') & set(clean)
    assert all(unicodedata.category(char)[0] != "C" for char in clean)


def test_a_long_name_keeps_its_ending():
    assert clean_name("å" * 300 + ".pdf").endswith("å.pdf")


def test_text_is_read_in_the_encodings_of_norwegian_files():
    assert {decoded("Årøy".encode(encoding)) for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252")} == {"Årøy"}
    assert decoded("Årø".encode()[:-1]) == "År"


def test_what_cannot_be_read_is_none_and_never_empty():
    assert plain_text(MediaType.PDF, [b"%PDF-"]) is None
    assert plain_text(MediaType.TXT, ["Å".encode()[:1], "Å".encode()[1:]]) == "Å"
    assert len(plain_text(MediaType.TXT, (b"a" * 1_000_000 for _ in range(9))) or "") == 4_000_000
