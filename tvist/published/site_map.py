"""The map of the public pages (sitemaps.org), and what is said to robots: both as the body chose (TVIST_PUBLIC_SEARCHABLE)."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from tvist.published.entries import PAGES, page_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

SITE_MAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
MOST_ADDRESSES: Final = 50_000
"""What one map may hold by its own rules."""
OTHER_PAGES: Final = (PAGES, f"{PAGES}/law")


def site_map(opinions: Iterable[tuple[str, datetime]], base_url: str, *, is_first: bool = True) -> bytes:
    """The addresses of the opinions, each with the day it was released; the first map has the pages of the register too."""
    root = ET.Element("urlset", xmlns=SITE_MAP)
    for path in OTHER_PAGES if is_first else ():
        ET.SubElement(ET.SubElement(root, "url"), "loc").text = base_url + path
    for number, released_at in opinions:
        root.append(address_element(number, released_at.astimezone(UTC).date(), base_url))
    return _as_bytes(root)


def address_element(number: str, released_on: date, base_url: str) -> ET.Element:
    """One opinion of the map."""
    url = ET.Element("url")
    ET.SubElement(url, "loc").text = base_url + page_of(number)
    ET.SubElement(url, "lastmod").text = released_on.isoformat()
    return url


def index_of_maps(maps: int, base_url: str) -> bytes:
    """The addresses of the maps, for a register that one map cannot hold."""
    root = ET.Element("sitemapindex", xmlns=SITE_MAP)
    for place in range(1, maps + 1):
        ET.SubElement(ET.SubElement(root, "sitemap"), "loc").text = f"{base_url}/sitemap-{place}.xml"
    return _as_bytes(root)


def maps_for(opinions: int, most: int) -> int:
    """How many maps so many opinions need, each with room for the pages of the register; at least one."""
    return max(1, -(-opinions // (most - len(OTHER_PAGES))))


def robots(base_url: str, *, searchable: bool) -> str:
    """What robots are told: the register alone, or nothing at all. The cases are never theirs."""
    if not searchable:
        return "User-agent: *\nDisallow: /\n"
    return f"User-agent: *\nAllow: {PAGES}\nAllow: /static/\nDisallow: /\n\nSitemap: {base_url}/sitemap.xml\n"


def _as_bytes(root: ET.Element) -> bytes:
    ET.indent(root)
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made
