"""What a page says of its opinion to machines, in the words of schema.org: data in the page, which no browser runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from tvist.pdf.plaintext import clean
from tvist.publication.facts import laws_of
from tvist.published.labels import name_of_act
from tvist.words import Message, render

if TYPE_CHECKING:
    from tvist.published.entries import Entry

Record = dict[str, Any]


def structured(public: Record, entry: Entry, base_url: str) -> dict[str, Any]:
    """The opinion as a schema.org Report; all its texts come from the public record."""

    def say(message: Message | str) -> str:
        return message if isinstance(message, str) else render(message, entry.language)

    address = base_url + entry.path
    return {
        "@context": "https://schema.org",
        "@type": "Report",
        "@id": address,
        "url": address,
        "identifier": entry.number,
        "reportNumber": entry.number,
        "name": clean(f"{say(Message('opinion.title'))} {entry.number}: {entry.title}"),
        "abstract": clean(entry.summary),
        "inLanguage": entry.language,
        "datePublished": entry.released_on.isoformat(),
        "publisher": {"@type": "GovernmentOrganization", "name": say(Message("web.body_name"))},
        "creditText": entry.citation,
        "keywords": [say(each) for each in (*entry.measures, *([entry.outcome] if entry.outcome else []))],
        "mentions": _legislation(public, entry.language),
        "encoding": {"@type": "MediaObject", "contentUrl": base_url + entry.file, "encodingFormat": "application/pdf"},
        "isAccessibleForFree": True,
    }


def as_script(found: dict[str, Any]) -> Markup:
    """The data as an element of a page; nothing in it can end the element."""
    text = json.dumps(found, ensure_ascii=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(f'<script type="application/ld+json">{text}</script>')  # noqa: S704 - escaped just above.


def _legislation(public: Record, language: str) -> list[dict[str, str]]:
    """The acts referred to, with the places, as one name each."""
    return [
        {
            "@type": "Legislation",
            "name": clean(f"{name_of_act(law, language)} {law.place}"),
        }
        for law in laws_of(public)
    ]
