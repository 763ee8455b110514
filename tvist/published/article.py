"""The blocks of a document as a page: the same source as the PDF, told with the elements of HTML. Start at `article`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, escape

from tvist.pdf import svg
from tvist.pdf.blocks import NOTE_MARK, Boxed, Chart, CodeBlock, FactTable, Heading, Link, PageBreak, Prose, SignatureBlock, Table
from tvist.pdf.plaintext import clean, one_line, paragraphs, with_care
from tvist.publication.document import public_opinion
from tvist.publication.facts import NUMBER
from tvist.published.entries import page_of
from tvist.published.parts import part

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from tvist.pdf import Block
    from tvist.pdf.plaintext import Paragraph

Record = dict[str, Any]
EMPTY: Final = "\N{EN DASH}"
BULLET: Final = "\N{EN DASH}"
LOWEST: Final = 6


@dataclass(frozen=True)
class Node:
    """One block as its template wants it: `kind` is the name of the template, `language` None where it is that of the whole."""

    kind: str
    values: dict[str, Any]
    language: str | None = None


@dataclass(frozen=True)
class Item:
    """A paragraph or an item of a list; `number` is None but in a numbered list."""

    words: Markup
    number: int | None = None


@dataclass(frozen=True)
class Run:
    """What stands together: a paragraph (`p`), or the items of a list (`ul`, `ol`)."""

    element: str
    items: tuple[Item, ...]


def article(public: Record, *, known: Collection[str]) -> Markup:
    """The public opinion as the main part of its page, in its own language; numbers of other opinions that are `known` lead to their pages."""
    document, blocks = public_opinion(public)
    return part("_article.html", document.language, nodes=list(nodes(blocks, known)), own=document.language)


def title_of(public: Record) -> str:
    """The first heading of the opinion, with which the title of its page begins."""
    _document, blocks = public_opinion(public)
    return next(one_line(block.text) for block in blocks if isinstance(block, Heading))


def nodes(blocks: Iterable[Block], known: Collection[str]) -> Iterator[Node]:
    """Each block as a node; a page has no page breaks."""
    teller = _Teller(known)
    for block in blocks:
        if not isinstance(block, PageBreak):
            yield teller.told(block)


class _Teller:
    """Tells block after block, and knows where in the document it is: under which heading, in which language, after how many notes."""

    def __init__(self, known: Collection[str]) -> None:
        self.known = known
        self.level, self.titles, self.notes = 1, 0, 0
        self.language: str | None = None
        self.ways: dict[type, Callable[[Any], Node]] = {
            Heading: self.heading,
            Prose: self.prose,
            Boxed: self.boxed,
            FactTable: self.facts,
            Table: self.table,
            SignatureBlock: self.signatures,
            Chart: self.chart,
            CodeBlock: self.code,
        }

    def told(self, block: Block) -> Node:
        """The node of a block. A kind that is not known is a mistake of ours, and raises KeyError."""
        node = self.ways[type(block)](block)
        # Tables do not say their language: it is that of the part they stand in.
        return node if node.language else replace(node, language=self.language)

    def heading(self, block: Heading) -> Node:
        """A page has one heading of the first level: what comes under another, such as the parallel text, stands one deeper."""
        self.titles += block.level == 1
        self.level, self.language = min(block.level + (self.titles > 1), LOWEST), block.language
        return Node("heading", {"level": self.level, "words": with_care(one_line(block.text))}, block.language)

    def prose(self, block: Prose) -> Node:
        """Notes stand below their text, numbered through the document."""
        before, self.notes = self.notes, self.notes + len(block.notes)
        listed = [
            (before + place, inline(with_care(one_line(note)), (), self.known)) for place, note in enumerate(block.notes, 1)
        ]
        found = runs(block.text, block.links, self.known, notes_after=before if block.notes else None)
        return Node("prose", {"runs": found, "notes": listed}, block.language)

    def boxed(self, block: Boxed) -> Node:
        """Its title is a heading one below the one that it stands under."""
        values = {"title": one_line(block.title), "level": min(self.level + 1, LOWEST)}
        return Node("boxed", values | {"runs": runs(block.text, block.links, self.known)}, block.language)

    def facts(self, block: FactTable) -> Node:
        """Labels and what they stand for."""
        return Node("facts", {"pairs": [(one_line(label), _cell(value, self.known)) for label, value in block.pairs]})

    def table(self, block: Table) -> Node:
        """Rows under header cells."""
        values = {
            "caption": one_line(block.caption),
            "columns": block.columns,
            "rows": [[_cell(cell, self.known) for cell in row] for row in block.rows],
            "totals": [_cell(cell, self.known, empty="") for cell in block.totals] if block.totals is not None else None,
        }
        return Node("table", values)

    def signatures(self, block: SignatureBlock) -> Node:
        """Who stands behind the text."""
        return Node("signatures", {"names": block.names})

    def chart(self, block: Chart) -> Node:
        """The picture has its title and its figures in words inside."""
        return Node("chart", {"picture": Markup(svg(block.picture))})  # noqa: S704 - our own drawing, escaped there.

    def code(self, block: CodeBlock) -> Node:
        """On a page the address itself is the link: nobody photographs their own screen."""
        links = (Link(block.address, block.address),)
        words = block.words if block.address in block.words else f"{block.words} {block.address}"
        return Node("prose", {"runs": runs(words, links, self.known), "notes": []})


def runs(text: str, links: Iterable[Link], known: Collection[str], *, notes_after: int | None = None) -> list[Run]:
    """Paragraphs and lists of typed text, as they are read for the PDF. `notes_after`: how many notes came before, where the text has marks of notes."""
    led, found = tuple(links), []
    for element, together in groupby(paragraphs(text), key=_element):
        items = tuple(Item(_with_notes(inline(each.text, led, known), notes_after), _number(each)) for each in together)
        found += [Run("p", (item,)) for item in items] if element == "p" else [Run(element, items)]
    return found


def inline(text: str, links: tuple[Link, ...], known: Collection[str]) -> Markup:
    """Words with their links; a line break stays one."""
    led = {link.words: link.address for link in links} | {number: page_of(number) for number in known if number in text}
    if not led:
        return _lines(text)
    wanted = re.compile("|".join(rf"(?<!\w){re.escape(words)}(?![\w])" for words in sorted(led, key=len, reverse=True)))
    made, end = Markup(), 0
    for found in wanted.finditer(text):
        made += _lines(text[end : found.start()])
        made += Markup('<a class="ds-link" href="{}">{}</a>').format(led[found[0]], found[0])
        end = found.end()
    return made + _lines(text[end:])


def mentioned(public: Record, texts: Iterable[tuple[str, str]]) -> set[str]:
    """The numbers of other publications that stand in the texts."""
    own = public["publication"]["number"]
    return {found[0] for _place, text in texts for found in NUMBER.finditer(text)} - {own}


def _with_notes(words: Markup, notes_after: int | None) -> Markup:
    """With the marks of notes as links to them."""
    if notes_after is None:
        return words

    def marked(found: re.Match[str]) -> str:
        return Markup('<sup><a class="ds-link" href="#note-{0}" id="mark-{0}">{0}</a></sup>').format(notes_after + int(found[1]))

    return Markup(NOTE_MARK.sub(marked, words))  # noqa: S704 - escaped before.


def _lines(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


def _element(paragraph: Paragraph) -> str:
    if not paragraph.mark:
        return "p"
    return "ul" if paragraph.mark == BULLET else "ol"


def _number(paragraph: Paragraph) -> int | None:
    digits = paragraph.mark.rstrip(".)")
    return int(digits) if digits.isdigit() else None


def _cell(text: str, known: Collection[str], empty: str = EMPTY) -> Markup:
    return inline(with_care(clean(text).strip()) or empty, (), known)
