"""The blocks of a document as a page: the same source as the PDF, told with the elements of HTML. Start at `article`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, escape

from tvist.pdf import svg
from tvist.pdf.blocks import Boxed, Chart, FactTable, Heading, PageBreak, Prose, SignatureBlock, Table
from tvist.pdf.plaintext import clean, one_line, paragraphs, with_care
from tvist.publication.document import public_opinion
from tvist.publication.facts import NUMBER
from tvist.published.entries import page_of
from tvist.published.parts import part

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from tvist.pdf import Block, Link
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
    level = 1
    for block in blocks:
        level = block.level if isinstance(block, Heading) else level
        if not isinstance(block, PageBreak):
            yield _NODES[type(block)](block, known, level)


def _heading(block: Heading, _known: Collection[str], level: int) -> Node:
    return Node("heading", {"level": level, "words": with_care(one_line(block.text))}, block.language)


def _prose(block: Prose, known: Collection[str], _level: int) -> Node:
    return Node("prose", {"runs": runs(block.text, block.links, known)}, block.language)


def _boxed(block: Boxed, known: Collection[str], level: int) -> Node:
    """Its title is a heading one below the one that it stands under."""
    text = runs(block.text, block.links, known)
    return Node("boxed", {"title": one_line(block.title), "level": min(level + 1, LOWEST), "runs": text}, block.language)


def _facts(block: FactTable, known: Collection[str], _level: int) -> Node:
    return Node("facts", {"pairs": [(one_line(label), _cell(value, known)) for label, value in block.pairs]})


def _table(block: Table, known: Collection[str], _level: int) -> Node:
    values = {
        "caption": one_line(block.caption),
        "columns": block.columns,
        "rows": [[_cell(cell, known) for cell in row] for row in block.rows],
        "totals": [_cell(cell, known, empty="") for cell in block.totals] if block.totals is not None else None,
    }
    return Node("table", values)


def _signatures(block: SignatureBlock, _known: Collection[str], _level: int) -> Node:
    return Node("signatures", {"names": block.names})


def _chart(block: Chart, _known: Collection[str], _level: int) -> Node:
    return Node("chart", {"picture": Markup(svg(block.picture))})  # noqa: S704 - our own drawing, escaped there.


_NODES: Final[dict[type, Callable[[Any, Collection[str], int], Node]]] = {
    Heading: _heading,
    Prose: _prose,
    Boxed: _boxed,
    FactTable: _facts,
    Table: _table,
    SignatureBlock: _signatures,
    Chart: _chart,
}
"""How each kind of block is told; one that stands here not is a mistake of ours, and raises KeyError."""


def runs(text: str, links: Iterable[Link], known: Collection[str]) -> list[Run]:
    """Paragraphs and lists of typed text, as they are read for the PDF."""
    led, found = tuple(links), []
    for element, together in groupby(paragraphs(text), key=_element):
        items = tuple(Item(inline(each.text, led, known), _number(each)) for each in together)
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
