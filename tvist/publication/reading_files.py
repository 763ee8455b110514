"""All that can be read of a file that is to go out: each stretch of text with where it stands.

Pages, feeds and data are read here, PDFs in `reading_pdfs.py`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import unquote

from tvist.documents.text import decoded
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["pdf", "html", "text", "xml", "json"]


@dataclass(frozen=True)
class Output:
    """A file, a page, a feed entry … exactly as the public is given it; `name` is the name or address it is given under."""

    name: str
    kind: Kind
    data: bytes


@dataclass(frozen=True)
class Reading:
    """A stretch of text and where it stands. `is_prose`: sentences, in which a small letter begins no name."""

    where: Message
    text: str
    is_prose: bool = False


def readings(output: Output) -> Iterator[Reading]:
    """Everything in the output that can be read, its own name first."""
    yield Reading(Message("leaks.where.name"), unquoted(output.name))
    if output.kind == "pdf":
        from tvist.publication.reading_pdfs import read_pdf

        yield from read_pdf(output.data)
    elif output.kind == "json":
        yield from _read_json(decoded(output.data))
    elif output.kind == "text":
        yield Reading(Message("leaks.where.text"), decoded(output.data), is_prose=True)
    else:
        yield from read_markup(decoded(output.data))


def unquoted(address: str) -> str:
    """An address with its percent-encoding undone; itself where there is none."""
    return f"{address}\n{unquote(address, errors='replace')}" if "%" in address else address


def read_markup(text: str) -> Iterator[Reading]:
    """The text, attributes, comments and addresses of HTML or XML; what stands within scripts as data too."""
    read = _Markup()
    read.feed(text)
    read.close()
    yield Reading(Message("leaks.where.text"), "".join(read.words), is_prose=True)
    yield Reading(Message("leaks.where.attributes"), "\n".join(read.attributes))
    yield Reading(Message("leaks.where.comments"), "\n".join(read.hidden))
    for script in read.scripts:
        yield from _read_json(script)


_INLINE: Final = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "cite",
        "code",
        "data",
        "dfn",
        "em",
        "i",
        "kbd",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "time",
        "u",
        "wbr",
    ]
)
"""Elements that stand within a word or a sentence: the text goes on as if they were not there."""


class _Markup(HTMLParser):
    """Takes apart what a browser or a feed reader is given."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.attributes: list[str] = []
        self.hidden: list[str] = []
        self.scripts: list[str] = []
        self._within: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """The attributes; a break where the element begins a line of its own."""
        self.attributes += [unquoted(value) for _, value in attrs if value]
        # A name of an element or an attribute is text as well: `<vik:kommune>`.
        self.attributes.append(" ".join([tag, *(name for name, _ in attrs)]))
        self._break(tag)
        if tag in {"script", "style"}:
            self._within = tag

    def handle_endtag(self, tag: str) -> None:
        """A break where the element was a line of its own."""
        self._break(tag)
        if tag == self._within:
            self._within = None

    def handle_data(self, data: str) -> None:
        """The words; data and styles apart."""
        if self._within is None:
            self.words.append(data)
        else:
            self.scripts.append(data)

    def handle_comment(self, data: str) -> None:
        """Comments can be read by anybody who looks at the source."""
        self.hidden.append(data)

    def handle_decl(self, decl: str) -> None:
        """So can declarations."""
        self.hidden.append(decl)

    def handle_pi(self, data: str) -> None:
        """And processing instructions."""
        self.hidden.append(data)

    def unknown_decl(self, data: str) -> None:
        """The text of a CDATA section of a feed."""
        self.words.append(data.removeprefix("CDATA["))

    def _break(self, tag: str) -> None:
        if tag not in _INLINE:
            self.words.append("\n")


def _read_json(text: str) -> Iterator[Reading]:
    """The keys and values of data; as it stands where it is no JSON."""
    where = Message("leaks.where.data")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        yield Reading(where, unquoted(text))
        return
    yield Reading(where, "\n".join(unquoted(each) for each in _strings(found)))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    elif value is not None:
        yield str(value)
