"""The leak test finds what is secret in every dress and in every corner of a file, and nothing else."""

from __future__ import annotations

import io
import json
import time
from dataclasses import replace
from datetime import date
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from tests.documents.opinion_records import KS, a_record
from tvist.anonymity.kinds import MarkKind
from tvist.pdf import Document, heading, prose, render
from tvist.publication.leaks import Output, Secret, leaks_in, secrets_of
from tvist.publication.proposing import Known, KnownPerson

if TYPE_CHECKING:
    from collections.abc import Callable

    from tvist.publication.leaks import Leak

VIK = Secret("Vik kommune", MarkKind.MUNICIPALITY, "structural", is_common=True)
NORD_FRON = Secret("Nord-Fron kommune", MarkKind.MUNICIPALITY, "structural")
KARI = Secret("Kari Fjellstad", MarkKind.PERSON, "marked")
BORN = Secret("01019012345", MarkKind.NUMBER, "marked")
PHONE = Secret("900 12 345", MarkKind.NUMBER, "marked")
DAY = Secret("3. mai 2019", MarkKind.DATE, "marked")
MAIL = Secret("kari.fjellstad@example.no", MarkKind.ADDRESS, "marked")
ALL = [VIK, NORD_FRON, KARI, BORN, PHONE, DAY, MAIL]


def found_in(text: str, *secrets: Secret, kind: str = "text", name: str = "BTN-2026-1") -> list[str]:
    """What is found, in the words that stand there."""
    found = leaks_in([Output(name, kind, text.encode())], secrets or ALL)  # type: ignore[arg-type]
    return [leak.found for leak in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Barnet bodde i Vik i 2019.", "Vik"),
        ("Etter Viks syn er det klart.", "Viks"),
        ("VIK KOMMUNE bør dekke det.", "VIK KOMMUNE"),
        ("Dette gjelder Vik\nkommunes utgifter.", "Vik\nkommunes"),
        ("Kravet fra V\u00adik er sendt.", "Vik"),
        ("Kravet fra V\u200bik er sendt.", "Vik"),
        ("Kravet fra V i k er sendt.", "V i k"),
        ("Kravet fra \uff36\uff49\uff4b er sendt.", "Vik"),
        ("Kravet fra Nord-\nFron er sendt.", "Nord-\nFron"),
        ("Kravet fra Nord Fron er sendt.", "Nord Fron"),
        ("Kravet fra nordfron kommune.", "nordfron"),
        ("Mor, Kari Fjell-\nstad, sa det.", "Kari Fjell-stad"),
        ("Mor, Kari Fjell\x02stad, sa det.", "Kari Fjell-stad"),
        ("Mor, K. Fjellstad, sa det.", "K. Fjellstad"),
        ("Mor, Kari F\u200djellstads brev.", "Kari Fjellstads"),
        ("Mor, Kari Fj\u0065llstad.", "Kari Fjellstad"),
        ("Født 010190 12345.", "010190 12345"),
        ("Født 01.01.90-12345.", "01.01.90-12345"),
        ("Ring 90012345.", "90012345"),
        ("Ring +47 90 01 23 45.", "90 01 23 45"),
        ("Ring +4790012345.", "4790012345"),
        ("Ring 004790012345.", "004790012345"),
        ("Den 3.\xa0mai\n2019 flyttet hun.", "3.\xa0mai\n2019"),
        ("Den 03.05.2019 flyttet hun.", "03.05.2019"),
        ("Den 2019-05-03 flyttet hun.", "2019-05-03"),
        ("Skriv til KARI.FJELLSTAD@example.no.", "KARI.FJELLSTAD@example.no"),
    ],
)
def test_a_secret_is_found_in_every_dress(text: str, found: str) -> None:
    assert found.replace("\xa0", " ") in [each.replace("\xa0", " ") for each in found_in(text)]


def test_ligatures_and_letters_taken_apart_are_the_same_letters() -> None:
    secret = Secret("Sofie Åfløy", MarkKind.PERSON, "marked")
    assert found_in("So\ufb01e A\u030a\ufb02øy var der.", secret)
    assert found_in("Sofie Aafløy var der.", secret)


@pytest.mark.parametrize(
    "text",
    [
        "En vikar arbeidet der.",
        "De måtte vike for andre hensyn.",
        "Båten lå i en vik ved sjøen.",
        "Ordningen er vik-\narens ansvar.",
        "Nordfra kom ingen.",
        "Summen var 1 900 123 kr.",
        "Den 13.5.2019 flyttet hun.",
        "Det ble 3 520 19 ganger.",
        "",
    ],
)
def test_other_words_are_no_leak(text: str) -> None:
    assert found_in(text) == []


def test_an_ordinary_word_is_a_name_in_a_file_name_or_an_address() -> None:
    assert found_in("Ingenting.", VIK, name="uttalelse-vik.pdf") == ["vik"]
    assert found_in('<a href="/sok?q=v%69k">x</a>', VIK, kind="html") == ["vik"]


@pytest.mark.parametrize(
    "page",
    [
        "<p>Kari &#70;jellstad</p>",
        "<p>Kari <b>Fj</b>ellstad</p>",
        "<p>Kari<br>Fjellstad</p>",
        '<img alt="Kari Fjellstad">',
        "<!-- Kari Fjellstad -->",
        '<a href="mailto:x?subject=Kari%20Fjellstad">x</a>',
        '<script type="application/ld+json">{"name": "Kari Fjellstad"}</script>',
        '<script type="application/ld+json">{"name": "Kari \\u0046jellstad"}</script>',
        "<entry><![CDATA[Kari Fjellstad]]></entry>",
        '<?xml-stylesheet title="Kari Fjellstad"?>',
        '<meta name="description" content="Brev fra Kari Fjellstad">',
    ],
)
def test_pages_and_feeds_are_read_as_browsers_and_feed_readers_do(page: str) -> None:
    assert found_in(page, KARI, kind="html")
    assert found_in(page, KARI, kind="xml")


def test_data_are_read_by_keys_and_values() -> None:
    assert found_in(json.dumps({"a": [{"Kari Fjellstad": 1}]}), KARI, kind="json")
    assert found_in(json.dumps({"phone": 90012345}), PHONE, kind="json")


# ---- A PDF ----


@cache
def a_pdf(*paragraphs: str) -> bytes:
    document = Document("Rådgivende uttalelse", "nb", "BTN-2026-1", "A kommune mot staten", date(2026, 3, 2))
    return render(document, [heading("Rådgivende uttalelse"), *(prose(each) for each in paragraphs)])


def changed(change: Callable[[pikepdf.Pdf], Any]) -> bytes:
    with pikepdf.open(io.BytesIO(a_pdf("A kommune krever at staten dekker utgiftene."))) as pdf:
        change(pdf)
        pdf.save(saved := io.BytesIO())
    return saved.getvalue()


def leaks_of(data: bytes, *secrets: Secret) -> list[Leak]:
    return leaks_in([Output("BTN-2026-1.pdf", "pdf", data)], secrets or ALL)


def test_a_clean_file_has_no_leak() -> None:
    assert leaks_of(a_pdf("A kommune krever at staten dekker utgiftene til oppholdet."), *ALL) == []


def test_the_text_is_read_over_the_ends_of_lines_and_pages() -> None:
    filled = " ".join(["Nemnda viser til saksbehandlingstiden og barnevernstjenestens vurdering."] * 61)
    data = a_pdf(filled + " Kari Fjellstad", *["Kari Fjellstad flyttet."] * 40)
    found = leaks_of(data, KARI)
    assert {leak.where.code for leak in found} >= {"leaks.where.page", "leaks.where.over_pages"}
    assert {leak.output for leak in found} == {"BTN-2026-1.pdf"}
    assert {leak.secret for leak in found} == {KARI}


def test_an_ordinary_word_and_a_part_of_a_divided_one_are_no_names_in_a_file() -> None:
    nome = Secret("Nome kommune", MarkKind.MUNICIPALITY, "structural")
    divided = " ".join(f"{'i' * count} de autonome fagfolkene" for count in range(1, 60))
    data = a_pdf("Båten lå i en vik ved sjøen.", divided)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        drawn = b"".join(stream.read_bytes() for stream in pdf.objects if isinstance(stream, pikepdf.Stream))
    assert b"(nome fagfolkene" in drawn
    assert leaks_of(data, VIK, nome) == []
    assert leaks_of(a_pdf("Båten lå i Vik ved sjøen.", "De autonome i Nome kommune."), VIK, nome) != []


def in_titles(pdf: pikepdf.Pdf) -> None:
    pdf.docinfo["/Keywords"] = String("Kari Fjellstad")


def in_xmp(pdf: pikepdf.Pdf) -> None:
    with pdf.open_metadata() as meta:
        meta["dc:description"] = "Kari Fjellstad"


def in_outline(pdf: pikepdf.Pdf) -> None:
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Kari Fjellstad", 0))


def in_structure(key: str) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root.StructTreeRoot[key] = String("Kari Fjellstad")

    return change


def in_link(pdf: pikepdf.Pdf) -> None:
    action = Dictionary(S=Name.URI, URI=String("https://example.no/?q=Kari%20Fjellstad"))
    pdf.pages[0].obj["/Annots"] = Array(
        [pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.Link, A=action, Rect=[0, 0, 1, 1]))]
    )


def in_attachment(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["notat.txt"] = pikepdf.AttachedFileSpec(pdf, b"Fra Kari Fjellstad.", filename="notat.txt")


def in_attached_pdf(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["notat.pdf"] = pikepdf.AttachedFileSpec(pdf, a_pdf("Fra Kari Fjellstad."), filename="notat.pdf")


def in_field(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(Fields=[pdf.make_indirect(Dictionary(FT=Name.Tx, T=String("a"), V=String("Kari Fjellstad")))])


def in_layer(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OCProperties = Dictionary(OCGs=[pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Kari Fjellstad")))])


def in_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=pdf.make_stream(b"app.alert('Kari Fjellstad')"))


def in_font_name(pdf: pikepdf.Pdf) -> None:
    font = next(thing for thing in pdf.objects if isinstance(thing, Dictionary) and thing.get("/Type") == Name.Font)
    font["/BaseFont"] = Name("/AAAAAA+Kari-Fjellstad")


def in_drawing(pdf: pikepdf.Pdf) -> None:
    words = "<" + ("\ufeff" + "Kari Fjellstad").encode("utf-16-be").hex() + ">"
    pdf.pages[0].contents_add(f"/Span <</ActualText {words}>> BDC EMC".encode())


def in_a_name(pdf: pikepdf.Pdf) -> None:
    pdf.Root["/Kari Fjellstad"] = Dictionary()


CORNERS = {
    "titles": in_titles,
    "xmp": in_xmp,
    "links": in_link,
    "structure": in_structure("/Alt"),
    "attachments": in_attachment,
    "fields": in_field,
    "fonts": in_layer,
}


@pytest.mark.parametrize("where", CORNERS)
def test_the_corners_of_a_file_are_named(where: str) -> None:
    assert f"leaks.where.{where}" in {leak.where.code for leak in leaks_of(changed(CORNERS[where]), KARI)}


@pytest.mark.parametrize(
    "change",
    [
        in_outline,
        in_structure("/ActualText"),
        in_structure("/E"),
        in_structure("/T"),
        in_attached_pdf,
        in_script,
        in_font_name,
        in_drawing,
        in_a_name,
    ],
)
def test_every_other_corner_is_read_too(change: Callable[[pikepdf.Pdf], None]) -> None:
    assert leaks_of(changed(change), KARI)


def test_what_nothing_in_the_file_leads_to_is_read() -> None:
    hidden = b"99 0 obj\n(Kari Fjellstad)\nendobj\n"
    data = a_pdf("A kommune.")
    assert leaks_of(data.replace(b"%%EOF", hidden + b"%%EOF"), KARI)


def test_what_stood_there_before_the_file_was_added_to_is_read() -> None:
    first = changed(in_titles)
    with pikepdf.open(io.BytesIO(first)) as pdf:
        objgen = pdf.trailer.Info.objgen
    start = first.rindex(b"startxref")
    xref = int(first[start:].split()[1])
    added = f"\n{objgen[0]} {objgen[1]} obj\n<< /Title (A kommune) >>\nendobj\n".encode()
    place = len(first) + 1
    table = f"xref\n{objgen[0]} 1\n{place:010d} {objgen[1]:05d} n \n".encode()
    with pikepdf.open(io.BytesIO(first)) as pdf:
        root = pdf.trailer.Root.objgen
        size = int(pdf.trailer.Size)
    trailer = f"trailer\n<< /Size {size} /Root {root[0]} {root[1]} R /Info {objgen[0]} {objgen[1]} R /Prev {xref} >>\n".encode()
    whole = first + added + table + trailer + f"startxref\n{len(first) + len(added)}\n%%EOF\n".encode()
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        assert "/Keywords" not in pdf.docinfo
    assert "leaks.where.earlier" in {leak.where.code for leak in leaks_of(whole, KARI)}


def test_shapes_of_letters_that_no_page_shows_tell_of_a_text_that_is_gone() -> None:
    def spare(pdf: pikepdf.Pdf) -> None:
        font = next(
            thing
            for thing in pdf.objects
            if isinstance(thing, Dictionary) and isinstance(thing.get("/ToUnicode"), pikepdf.Stream)
        )
        old = font["/ToUnicode"].read_bytes()
        font["/ToUnicode"] = pdf.make_stream(old.replace(b"endcmap", b"1 beginbfchar\n<7F> <0161>\nendbfchar\nendcmap"))

    found = leaks_of(changed(spare), Secret("Šárá", MarkKind.PERSON, "marked"), Secret("Vášo", MarkKind.PERSON, "marked"))
    assert [(leak.secret.words, leak.found) for leak in found] == [("Vášo", "š")]


def test_what_is_no_pdf_is_refused() -> None:
    with pytest.raises(ValueError, match="no PDF"):
        leaks_of(b"%PDF-1.7 nothing")


@pytest.mark.slow
def test_sixty_pages_and_three_hundred_secrets_are_searched_once_and_not_once_a_secret() -> None:
    text = "Saken gjelder saksbehandlingstiden i kommunen og «oppholdet» ved institusjonen, særlig ærlig øre å bære. " * 10
    data = a_pdf(*[text] * 200)
    secrets = [Secret(f"Kari{number} Fjellstad{number}", MarkKind.PERSON, "marked") for number in range(150)]
    secrets += [Secret(f"Sted{number} kommune", MarkKind.MUNICIPALITY, "marked") for number in range(150)]
    began = time.process_time()
    assert leaks_of(data, *secrets) == []
    assert time.process_time() - began < 8  # It takes half of one; a reading of the file for each secret would take two minutes.
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert len(pdf.pages) >= 60


# ---- What is secret ----


def a_mark(
    record: dict[str, Any], words: str, *, hides: bool | None = True, kind: MarkKind = MarkKind.FREE, why: str = ""
) -> Any:
    """A mark over the first place in the background where the words stand."""
    start = record["sections"]["background"].index(words)
    end = start + len(words)
    return SimpleNamespace(
        place="sections.background", start=start, end=end, words=words, kind=kind, replacement="[skjult]", hides=hides, why=why
    )


def a_text(words: str) -> dict[str, Any]:
    record = a_record()
    return record | {"sections": record["sections"] | {"background": words}}


def words_of(secrets: list[Secret]) -> set[str]:
    return {secret.words for secret in secrets}


def test_what_the_record_says_of_who_is_who_is_secret() -> None:
    record = a_record()
    found = words_of(secrets_of(record, [], Known()))
    assert {record["number"], "Vik kommune"} <= found
    assert {party["representative"] for party in record["parties"] if party["representative"]} <= found
    assert {party["own_reference"] for party in record["parties"] if party["own_reference"]} <= found
    assert not {party["name"] for party in record["parties"] if party["kind"] == "state"} & found


def test_what_is_marked_known_or_undecided_is_secret_and_members_are_not() -> None:
    record = a_text("Ungdommens hytte lå ved Store Vannet. Ring 900 12 345 eller 911 22 333.")
    known = Known(people=(KnownPerson("Oda Berntsdatter", "officer"), KnownPerson(KS, "member")), case_numbers=("2025/0099",))
    marks = [a_mark(record, "hytte"), a_mark(record, "911 22 333", hides=False, kind=MarkKind.NUMBER)]
    found = {secret.words: secret.why for secret in secrets_of(record, marks, known)}
    assert found["hytte"] == "marked"
    assert found["900 12 345"] == "undecided"
    assert found["Oda Berntsdatter"] == found["2025/0099"] == "known"
    assert not {"911 22 333", KS} & set(found)


def test_a_word_left_open_may_stand_there_and_nowhere_else() -> None:
    background = "Det var oppankret i Vik den gangen. Senere ble det omtalt at Vik hadde betalt for det."
    record = a_text(background)
    secrets = secrets_of(record, [a_mark(record, "Vik", hides=False, kind=MarkKind.MUNICIPALITY)], Known())
    assert found_in("Det var oppankret i Vik den gangen.", *secrets) == []
    assert found_in("Det var oppankret i Vik\nden gan-\ngen.", *secrets) == []
    assert "Vik" in found_in("Senere ble det omtalt at Vik hadde betalt for det.", *secrets)


def test_a_word_left_open_is_known_by_what_stands_beside_it_in_public() -> None:
    record = a_text("Hun heter Kari Fjellstad. Vik er et vanlig ord.")
    marks = [
        a_mark(record, "Kari Fjellstad", kind=MarkKind.PERSON),
        a_mark(record, "Vik", hides=False, kind=MarkKind.MUNICIPALITY),
    ]
    secrets = secrets_of(record, marks, Known())
    assert found_in("Hun heter [skjult]. Vik er et vanlig ord.", *secrets) == []


def test_the_name_of_a_member_may_be_read_although_a_secret_is_part_of_it() -> None:
    record = a_record()
    seats = [record["panel"][0] | {"name": "Anne Vik"}, *record["panel"][1:]]
    secrets = secrets_of(record | {"panel": seats}, [], Known())
    assert found_in("Anne Vik, leder", *secrets) == []
    assert found_in("Anne bor i Vik.", *secrets)


def test_a_secret_without_letters_is_sought_as_it_stands() -> None:
    assert found_in("Hei \N{SNOWFLAKE}!", Secret("\N{SNOWFLAKE}", MarkKind.FREE, "marked")) == ["\N{SNOWFLAKE}"]


def test_each_leak_says_which_output_where_which_secret_and_what_stands_there() -> None:
    (leak,) = leaks_in([Output("feed", "xml", b"<title>Brev fra Kari Fjellstads hus</title>")], [KARI])
    assert (leak.output, leak.where.code, leak.secret, leak.found) == ("feed", "leaks.where.text", KARI, "Kari Fjellstads")
    assert leak.secret == replace(KARI, open_beside=frozenset())
