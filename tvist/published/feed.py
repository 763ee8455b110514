"""The feed of the register (Atom, RFC 4287) in bokmål: what was published and what was withdrawn, the latest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from tvist.pdf.plaintext import clean
from tvist.published.entries import page_of
from tvist.words import DEFAULT_LANGUAGE, Message, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tvist.published.entries import Entry

ATOM: Final = "http://www.w3.org/2005/Atom"
PATH: Final = "/opinions/feed.xml"
MIME: Final = "application/atom+xml"
LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""When a feed without entries was last changed: never the clock, so that it stays the same."""
ET.register_namespace("", ATOM)


@dataclass(frozen=True)
class Told:
    """One entry of the feed: an opinion in short; or, where it was withdrawn, its number and why."""

    number: str
    published_at: datetime
    updated_at: datetime
    entry: Entry | None
    withdrawn_for: str = ""
    superseded_by: str = ""


def feed(told: Sequence[Told], base_url: str, *, before: str = "", following: str = "") -> bytes:
    """One page of the feed. `before` is the number that this page hangs on, `following` the one of the next page; empty for none."""
    root = ET.Element(f"{{{ATOM}}}feed", {LANGUAGE: DEFAULT_LANGUAGE})
    own, first = _page(base_url, before), _page(base_url, "")
    _text(root, "id", first)
    _text(root, "title", _say("published.feed_title", DEFAULT_LANGUAGE))
    _text(root, "updated", _moment(max((each.updated_at for each in told), default=EPOCH)))
    _text(_child(root, "author"), "name", _say("web.body_name", DEFAULT_LANGUAGE))
    _link(root, "self", own, MIME)
    _link(root, "alternate", base_url + "/opinions", "text/html")
    _link(root, "first", first, MIME)
    if following:
        _link(root, "next", _page(base_url, following), MIME)
    for each in told:
        root.append(entry_element(each, base_url))
    ET.indent(root)
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def entry_element(told: Told, base_url: str) -> ET.Element:
    """One entry: its id is the address of the page, which never changes."""
    entry, language = told.entry, told.entry.language if told.entry else DEFAULT_LANGUAGE
    root = ET.Element(f"{{{ATOM}}}entry", {LANGUAGE: language})
    address = base_url + page_of(told.number)
    _text(root, "id", address)
    title = f"{told.number}: {entry.title}" if entry else _say("published.feed_withdrawn", language, number=told.number)
    _text(root, "title", title)
    _text(root, "published", _moment(told.published_at))
    _text(root, "updated", _moment(told.updated_at))
    _link(root, "alternate", address, "text/html")
    if entry is None:
        _text(root, "summary", told.withdrawn_for)
        return root
    _link(root, "enclosure", base_url + entry.file, "application/pdf")
    for label in (*entry.measures, *([entry.outcome] if entry.outcome else [])):
        _child(root, "category", term=_sound(label if isinstance(label, str) else render(label, language)))
    if told.superseded_by:
        _link(root, "related", base_url + page_of(told.superseded_by), "text/html")
    _text(root, "summary", entry.summary or entry.citation)
    _text(root, "rights", entry.citation)
    return root


def as_xml(element: ET.Element) -> bytes:
    """One element, as it stands in the feed."""
    made: bytes = ET.tostring(element, encoding="utf-8")
    return made


def _page(base_url: str, before: str) -> str:
    return f"{base_url}{PATH}" + (f"?before={before}" if before else "")


def _say(code: str, language: str, **params: str) -> str:
    return render(Message(code, **params), language)


def _moment(moment: datetime) -> str:
    """RFC 3339, in UTC and whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _child(parent: ET.Element, name: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)


def _text(parent: ET.Element, name: str, text: str) -> None:
    _child(parent, name).text = _sound(text)


def _sound(text: str) -> str:
    """The text as XML can hold it, which has neither control characters nor these two: one of them would break the feed for everybody."""
    return clean(text).replace("\ufffe", "").replace("\uffff", "")


def _link(parent: ET.Element, rel: str, href: str, mime: str) -> None:
    _child(parent, "link", rel=rel, type=mime, href=href)
