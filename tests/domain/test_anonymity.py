"""What tells who a child is: found however it is written, shown in its place, put out of the text (rules 6-8)."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.scenes.files import a_docx, a_msg, a_pdf, an_eml, an_odt, an_xlsx
from tvist.anonymity.birth_numbers import FIRST_WEIGHTS, SECOND_WEIGHTS, holds_birth_number
from tvist.anonymity.finding import OF_A_CHILD, FindingKind, Sought, found_in, put_out
from tvist.documents import ocr
from tvist.documents.pages import PageMaker
from tvist.documents.uploads import MediaType

NAME = "Bjørg-Åse Nordmannseter Lie"
WORDS = "Fødselsnummer 159276 10016 for Nordmannseter."


def kinds(text, name=NAME, **more):
    return [found.kind.value for found in found_in(text, Sought(name), **more)]


def a_number(day, month, year="76", serial=100):
    """The first birth number of that day with right check digits."""
    for each in range(serial, 1000):
        digits = f"{day:02}{month:02}{year}{each:03}"
        for weights in (FIRST_WEIGHTS, SECOND_WEIGHTS):
            digits += str((11 - sum(w * int(d) for w, d in zip(weights, digits, strict=False)) % 11) % 11)
        if len(digits) == 11:
            return digits
    raise AssertionError


@pytest.mark.parametrize("day", [15, 55])
@pytest.mark.parametrize("month", [12, 52, 77, 92])
def test_a_birth_number_is_found_in_every_series_and_dress(day, month):
    number = a_number(day, month)
    for dress in (
        number,
        f"{number[:6]} {number[6:]}",
        f"{number[:6]}-{number[6:]}",
        ".".join(number),
        f"({number[:6]}\u00a0{number[6:]})",
    ):
        assert holds_birth_number(f"Se {dress}, vedlagt"), dress
    assert not holds_birth_number(f"{number}5")
    assert not holds_birth_number(number[:10] + str((int(number[10]) + 1) % 10))


@pytest.mark.parametrize(
    "text",
    [
        "Bjørg", "BJØRG-ÅSE", "bjørg-åse lie", "Bjoerg-Aase", "Bjorg", "Bjørgs mor", "Lies rom", "Nordmannseters", "nordmannseter",
        "Moren til Bjørg", "hos Åse", "ble Åse", "Nordmann-\nseter", "Nord\u00admannseter", "B.j.ø.r.g", "Nordmannsetersaken", "BjørgNordmannseter",
        "Åse's rom", "Bjo\u0308rg",
    ],
)  # fmt: skip
def test_the_name_is_found_in_every_dress(text):
    assert "child" in kinds(f"Da kom {text} inn."), text


@pytest.mark.parametrize("text", ["Barn A bodde der", "Lier kommune", "mannsetet", "bjørk og åsen", "Norge", "lie og liten"])
def test_other_words_are_not_the_name(text):
    assert kinds(text) == []


def test_a_name_in_small_letters_is_one_in_the_name_of_a_file():
    assert kinds("rapport_lie_2024.pdf", is_title=True) == ["child"]
    assert kinds("rapport lie 2024") == []


def test_telephones_mail_addresses_and_streets_are_found_and_money_is_not():
    assert kinds("Ring 22 33 44 55 eller mor@hjem.example, Storgata 12 B, 5700 Voss") == ["phone", "e_mail", "address", "address"]
    assert kinds("65 000,00 kr fra 10.03.2024 etter § 16-5, sak 2024/17") == []
    assert kinds("født 3. mai 2011") == ["birth_date"]
    assert [found.kind.value for found in found_in("Tlf. 22 33 44 55", Sought(NAME, OF_A_CHILD))] == []


def test_what_was_found_is_put_out_and_nothing_is_left():
    text = "Bjørg (159276 10016) bor hos mor. Bjørgs rom."
    replaced = put_out(text, found_in(text, Sought(NAME)), lambda found: "Barn A" if found.kind is FindingKind.CHILD else "")
    assert replaced == "Barn A () bor hos mor. Barn A rom."
    assert kinds(replaced) == []
    assert put_out(text, found_in(text, Sought(NAME)), lambda _: None) == text


def test_no_trace_of_an_error_tells_what_was_found():
    found = found_in("Bjørg", Sought(NAME))[0]
    assert "Bjørg" not in repr(found)
    assert NAME not in repr(Sought(NAME))


def looked(kind, content, folder):
    file = folder / "source"
    file.write_bytes(content)
    with PageMaker(longest=40) as maker:
        return maker.look(kind, file)


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        (MediaType.PDF, lambda words: a_pdf(1, words)), (MediaType.DOCX, a_docx), (MediaType.ODT, an_odt), (MediaType.XLSX, an_xlsx),
        (MediaType.EML, an_eml), (MediaType.MSG, a_msg), (MediaType.TXT, str.encode),
    ],
)  # fmt: skip
def test_every_kind_of_file_is_read(kind, make, tmp_path):
    seen = looked(kind, make(WORDS), tmp_path)
    assert {"birth_number", "child"} <= set(kinds("\n".join(seen.pages)))


def test_a_broken_file_and_an_attachment_are_unread(tmp_path):
    assert looked(MediaType.PDF, b"%PDF-1.7\nnothing", tmp_path).unread == (1,)
    assert looked(MediaType.EML, an_eml(), tmp_path).unread == (2,)


def a_picture_of(words):
    """Letters that a machine can read."""
    picture = Image.new("RGB", (1400, 160), "white")
    ImageDraw.Draw(picture).text((30, 40), words, fill="black", font=ImageFont.load_default(60))
    held = io.BytesIO()
    picture.save(held, "PNG")
    return held.getvalue()


def test_a_picture_is_read_where_tesseract_is_and_else_unread(tmp_path):
    seen = looked(MediaType.PNG, a_picture_of("Nummer 15927610016 her"), tmp_path)
    if not ocr.languages():
        assert seen.unread == (1,)
        return
    assert seen.pictures == (1,)
    assert kinds(seen.pages[0]) == ["birth_number"]
