"""What makes a file last: structure, colours and description inside it, so that it is PDF/A-2a and PDF/UA-1 at once (rules 37, 43).

ReportLab draws; pikepdf puts the tree of `tagging.py` into the file, with the XMP and the colour profile that an archive asks for.
Nothing here asks the clock: the same content gives the same bytes.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from tvist.pdf.tagging import Element, Marked, Pressed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tvist.pdf.tagging import Tree

LANGUAGE_TAGS: Final = {"nb": "nb-NO", "nn": "nn-NO", "en": "en-GB"}
# What stands in a table though nothing is written in it: each row has as many cells as the others.
_KEPT_EMPTY: Final = {"TR", "TH", "TD"}
PRINTED: Final = 4
"""The flag of an annotation that may be printed and is not hidden."""


@dataclass(frozen=True)
class Description:
    """What the file says of itself, the same in its properties and its XMP; `made_on` stands for noon UTC of that day."""

    title: str
    author: str
    subject: str
    language: str
    made_on: date


def archived(drawn: io.BytesIO, tree: Tree, told: Description) -> bytes:
    """Make the drawn file whole, with its tree, its profile and its description; the same input gives the same bytes."""
    whole = io.BytesIO()
    with pikepdf.open(drawn) as pdf:
        _Structure(pdf, tree).write()
        pdf.Root.MarkInfo = Dictionary(Marked=True)
        pdf.Root.OutputIntents = Array([_output_intent(pdf)])
        metadata = pdf.make_stream(_xmp(told).encode(), Type=Name.Metadata, Subtype=Name.XML)
        pdf.Root.Metadata = metadata
        pdf.save(whole, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return whole.getvalue()


def untagged(pdf: pikepdf.Pdf) -> None:
    """Take structure and claims of conformance out of a file whose pages are to be changed or joined with others.

    A tree that leads to pages that are gone, or a claim that is no longer true, is worse than none. The marks in the content mean nothing then.
    """
    for key in ("/StructTreeRoot", "/MarkInfo", "/Metadata", "/OutputIntents"):
        if key in pdf.Root:
            del pdf.Root[key]
    for page in pdf.pages:
        for key in ("/StructParents", "/Tabs"):
            if key in page.obj:
                del page.obj[key]
        for annotation in page.obj.get("/Annots", []):
            if "/StructParent" in annotation:
                del annotation["/StructParent"]


class _Structure:
    """The tree as objects of a file: elements, and for each page and link the way back to its element."""

    def __init__(self, pdf: pikepdf.Pdf, tree: Tree) -> None:
        self.pdf, self.tree = pdf, tree
        self.pages = [page.obj for page in pdf.pages]
        self.marked: list[dict[int, pikepdf.Object]] = [{} for _ in self.pages]
        self.links: list[pikepdf.Object] = []
        self.named: list[tuple[str, pikepdf.Object]] = []

    def write(self) -> None:
        """Hang the tree into the catalogue of the file."""
        root = self.pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        root.K = Array([self._element(self.tree.root, root, self.tree.language)])
        numbers: list[Any] = []
        for place, (page, marked) in enumerate(zip(self.pages, self.marked, strict=True)):
            page.StructParents, page.Tabs = place, Name.S
            numbers += [place, Array([marked[number] for number in sorted(marked)])]
        for place, link in enumerate(self.links, len(self.pages)):
            numbers += [place, link]
        root.ParentTree = self.pdf.make_indirect(Dictionary(Nums=Array(numbers)))
        root.ParentTreeNextKey = len(self.pages) + len(self.links)
        if self.named:
            names = [each for name, element in sorted(self.named, key=lambda pair: pair[0]) for each in (String(name), element)]
            root.IDTree = self.pdf.make_indirect(Dictionary(Names=Array(names)))
        self.pdf.Root.StructTreeRoot = root

    def _element(self, element: Element, above: pikepdf.Object, language: str | None) -> pikepdf.Object:
        made = self.pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name(f"/{element.kind}"), P=above, **_details(element)))
        if element.kind == "Note":
            self.named.append((element.role.name, made))
        if element.language and element.language != language:
            made.Lang = String(LANGUAGE_TAGS[element.language])
        own = next((kid.page for kid in element.kids if isinstance(kid, Marked)), None)
        if own is not None:
            made.Pg = self.pages[own]
        made.K = Array(list(self._kids(element, made, own)))
        return made

    def _kids(self, element: Element, made: pikepdf.Object, own: int | None) -> Iterator[Any]:
        for kid in element.kids:
            if isinstance(kid, Marked):
                self.marked[kid.page][kid.number] = made
                # The number alone speaks of the element's own page.
                yield kid.number if kid.page == own else Dictionary(Type=Name.MCR, Pg=self.pages[kid.page], MCID=kid.number)
            elif isinstance(kid, Pressed):
                yield self._press(kid, element, made)
            elif _says_something(kid):
                yield self._element(kid, made, element.language)

    def _press(self, kid: Pressed, element: Element, made: pikepdf.Object) -> pikepdf.Object:
        annotation = self.pages[kid.page].Annots[kid.place]
        annotation.Contents = String(" ".join(element.words.split()))
        annotation.F = PRINTED
        annotation.StructParent = len(self.pages) + len(self.links)
        self.links.append(made)
        return Dictionary(Type=Name.OBJR, Obj=annotation, Pg=self.pages[kid.page])


def _says_something(element: Element) -> bool:
    return bool(element.kids) or element.kind in _KEPT_EMPTY


def _details(element: Element) -> dict[str, Any]:
    """What an element says of itself beside what it holds."""
    role = element.role
    if element.kind == "TH":
        return {"A": Dictionary(O=Name.Table, Scope=Name(f"/{role.scope}"))}
    if element.kind == "L":
        return {"A": Dictionary(O=Name.List, ListNumbering=Name(f"/{role.numbering}"))}
    if element.kind == "Note":
        return {"ID": String(role.name)}
    if element.kind == "Figure":
        box = Array([round(edge, 2) for edge in element.box or ()])
        return {"Alt": String(role.alternative), "A": Dictionary(O=Name.Layout, BBox=box, Placement=Name.Block)}
    return {}


@cache
def _profile() -> bytes:
    """Read the sRGB profile that pikepdf brings."""
    return resources.files("pikepdf").joinpath("pdfa/data/sRGB.icc").read_bytes()


def _output_intent(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """Colours are meant as sRGB has them."""
    return pdf.make_indirect(
        Dictionary(
            Type=Name.OutputIntent,
            S=Name.GTS_PDFA1,
            OutputConditionIdentifier=String("sRGB"),
            Info=String("sRGB IEC61966-2.1"),
            DestOutputProfile=pdf.make_stream(_profile(), N=3),
        )
    )


def _xmp(told: Description) -> str:
    """Describe the file as PDF/A and PDF/UA ask; what PDF/A does not know (`pdfuaid`) is told in an extension schema."""
    said = {"title": told.title, "author": told.author, "subject": told.subject, "language": LANGUAGE_TAGS[told.language]}
    return _XMP.format(day=told.made_on.isoformat(), **{key: escape(value) for key, value in said.items()})


_XMP: Final = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<xmp:CreateDate>{day}T12:00:00Z</xmp:CreateDate>
<xmp:ModifyDate>{day}T12:00:00Z</xmp:ModifyDate>
<xmp:CreatorTool>Tvist</xmp:CreatorTool>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>A</pdfaid:conformance>
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>The part of ISO 14289 to which the file conforms</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""
