"""All that the public will be served of an opinion besides its file, made before it is released: what the leak test searches (rule 46)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from typing import Any
from xml.etree import ElementTree as ET

from markupsafe import Markup

from tvist.publication.leaks import Output
from tvist.publication.places import texts
from tvist.published.article import article, mentioned, title_of
from tvist.published.entries import entry_of
from tvist.published.feed import Told, as_xml, entry_element
from tvist.published.parts import part
from tvist.published.site_map import address_element
from tvist.published.structured import as_script, structured
from tvist.words import LANGUAGES

Record = dict[str, Any]


def outputs_of(public: Record, *, base_url: str = "") -> list[Output]:
    """The page, the row of the list, the entries of feed and site map, and the data for machines, by the very functions that serve them.

    `base_url` is the address of this installation, as it will stand before the paths.
    """
    entry = entry_of(public)
    released_at = datetime.combine(entry.released_on, time(12), UTC)
    told = Told(entry.number, released_at, released_at, entry)
    data = structured(public, entry, base_url)
    page = Markup("<title>{}</title>").format(title_of(public)) + article(public, known=mentioned(public, texts(public)))
    rows = [(language, part("_row.html", language, row=entry, standing="", level=2)) for language in LANGUAGES]
    return [
        Output("page", "html", str(page + as_script(data)).encode()),
        *(Output(f"list row ({language})", "html", str(row).encode()) for language, row in rows),
        Output("feed entry", "xml", as_xml(entry_element(told, base_url))),
        Output("sitemap entry", "xml", ET.tostring(address_element(entry.number, entry.released_on, base_url))),
        Output("structured data", "json", json.dumps(data, ensure_ascii=False).encode()),
        Output("citation", "text", entry.citation.encode()),
    ]
