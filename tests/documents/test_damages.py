"""A check is worth what it finds: a file that conforms is damaged on purpose, one thing at a time, and veraPDF says by which rule."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from tests.documents.samples import a_document, everything
from tests.verapdf import faults
from tvist.pdf import render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.verapdf import Profile

    Damage = Callable[[pikepdf.Pdf], object]


@cache
def whole() -> bytes:
    return render(a_document(), everything())


def elements(pdf: pikepdf.Pdf, kind: str) -> Iterator[Any]:
    """Every element of that type."""
    waiting = [pdf.Root.StructTreeRoot]
    while waiting:
        element = waiting.pop()
        if element.get("/S") == f"/{kind}":
            yield element
        kids = element.get("/K", [])
        waiting += [kid for kid in kids if isinstance(kid, Dictionary) and ("/S" in kid)]


def without(key: str) -> Damage:
    return lambda pdf: pdf.Root.__delitem__(key)


def each_without(kind: str, key: str) -> Damage:
    return lambda pdf: [element.__delitem__(key) for element in elements(pdf, kind)]


def each_link_without(key: str) -> Damage:
    return lambda pdf: [link.__delitem__(key) for page in pdf.pages for link in page.obj.get("/Annots", [])]


def each_page_without_order(pdf: pikepdf.Pdf) -> None:
    for page in pdf.pages:
        del page.obj.Tabs


def called(kind: str, other: str) -> Damage:
    def damage(pdf: pikepdf.Pdf) -> None:
        for element in list(elements(pdf, kind)):
            element.S = Name(f"/{other}")

    return damage


def untagged_drawing(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].contents_add(b"0 0 10 10 re f")


def a_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def fonts_left_out(pdf: pikepdf.Pdf) -> None:
    for each in pdf.objects:
        if isinstance(each, Dictionary) and "/FontFile2" in each:
            del each["/FontFile2"]


def fonts_without_letters(pdf: pikepdf.Pdf) -> None:
    for each in pdf.objects:
        if isinstance(each, Dictionary) and "/ToUnicode" in each:
            del each["/ToUnicode"]


def claiming(old: bytes, new: bytes) -> Damage:
    def damage(pdf: pikepdf.Pdf) -> None:
        said = pdf.Root.Metadata.read_bytes()
        assert old in said
        pdf.Root.Metadata.write(said.replace(old, new))

    return damage


def a_title_not_shown(pdf: pikepdf.Pdf) -> None:
    pdf.Root.ViewerPreferences = Dictionary()


def a_language_that_is_none(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Lang = String("på norsk")


def a_row_with_a_cell_too_few(pdf: pikepdf.Pdf) -> None:
    row = next(element for element in elements(pdf, "TR") if len(element.K) > 2)
    row.K = Array(list(row.K)[:-1])


DAMAGES: dict[str, tuple[Profile, str, Damage]] = {
    "no language": ("ua1", "7.2", without("/Lang")),
    "a language that is none": ("2a", "6.7.4", a_language_that_is_none),
    "title not shown": ("ua1", "7.1", a_title_not_shown),
    "no structure": ("ua1", "7.1", without("/StructTreeRoot")),
    "not said to be tagged": ("2a", "6.7.2.2", without("/MarkInfo")),
    "figure without words": ("ua1", "7.3", each_without("Figure", "/Alt")),
    "header cells of nothing": ("ua1", "7.5", each_without("TH", "/A")),
    "links without words": ("ua1", "7.18.5", each_link_without("/Contents")),
    "links outside the tree": ("ua1", "7.18.5", each_link_without("/StructParent")),
    "links hidden from print": ("2a", "6.3.2", each_link_without("/F")),
    "pages without an order": ("ua1", "7.18.3", each_page_without_order),
    "a drawing without a mark": ("ua1", "7.1", untagged_drawing),
    "a skipped level of headings": ("ua1", "7.4.2", called("H2", "H4")),
    "rows that are sections": ("ua1", "7.2", called("TR", "Sect")),
    "items without a list": ("ua1", "7.2", called("L", "P")),
    "a type nobody knows": ("2a", "6.7.3.4", called("BlockQuote", "Boks")),
    "a row with a cell too few": ("ua1", "7.2", a_row_with_a_cell_too_few),
    "a note without a name": ("ua1", "7.9", each_without("Note", "/ID")),
    "colours of no device": ("2a", "6.2.4.3", without("/OutputIntents")),
    "no description": ("2a", "6.6.2.1", without("/Metadata")),
    "no claim to be accessible": ("ua1", "5", claiming(b"<pdfuaid:part>1</pdfuaid:part>", b"")),
    "a claim to be something else": ("2a", "6.6.4", claiming(b">A</pdfaid:conformance>", b">Z</pdfaid:conformance>")),
    "an unexplained claim": ("2a", "6.6.2.3", claiming(b"<pdfaProperty:name>part<", b"<pdfaProperty:name>del<")),
    "a script": ("2a", "6.5.1", a_script),
    "fonts left out": ("2a", "6.2.11.4", fonts_left_out),
    "fonts without letters": ("ua1", "7.21.7", fonts_without_letters),
}


def test_what_is_not_damaged_has_no_fault() -> None:
    assert faults(whole(), "2a") + faults(whole(), "ua1") == []


@pytest.mark.parametrize(("profile", "rule", "damage"), DAMAGES.values(), ids=DAMAGES)
def test_each_damage_is_found_by_its_rule(profile: Profile, rule: str, damage: Damage) -> None:
    damaged = io.BytesIO()
    with pikepdf.open(io.BytesIO(whole())) as pdf:
        damage(pdf)
        pdf.save(damaged)

    found = faults(damaged.getvalue(), profile)

    assert [fault for fault in found if fault.startswith(f"{profile} {rule}")], found
