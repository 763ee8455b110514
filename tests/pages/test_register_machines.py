"""What programs read of the register: the feed, the map, what robots may do, structured data; and how long an answer may be kept."""

from __future__ import annotations

import dataclasses
import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from tests.people import NOON
from tests.scenes.decision import present
from tests.scenes.published import first as released
from tests.scenes.published import more
from tests.scenes.submissions import DAY
from tvist.publication.actions import withdraw
from tvist.published.outputs import outputs_of
from tvist.published.queries import FEED_PAGE
from tvist.published.site_map import index_of_maps, maps_for, site_map

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from tests.people import Cast
    from tvist.installation import Installation
    from tvist.publication.models import Publication

Ask = Callable[..., "TestResponse"] if TYPE_CHECKING else Any
ATOM = {"a": "http://www.w3.org/2005/Atom"}
MAP = {"m": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture
def first(session: Session, cast: Cast, installation: Installation) -> Publication:
    """A released opinion."""
    return released(session, cast, installation)


@pytest.fixture
def searchable(app: Flask, installation: Installation) -> None:
    """The body has chosen that search engines may come."""
    config = dataclasses.replace(installation.config, public_searchable=True)
    app.extensions["tvist"] = dataclasses.replace(installation, config=config)


def read(data: bytes) -> ET.Element:
    """XML of our own making."""
    return ET.fromstring(data)  # noqa: S314 - our own.


def entries(answer: TestResponse) -> list[ET.Element]:
    return read(answer.data).findall("a:entry", ATOM)


def said(element: ET.Element, name: str) -> str:
    return element.findtext(f"a:{name}", "", ATOM)


def test_the_feed_has_what_atom_demands_and_stays_the_same(ask: Ask, first: Publication, installation: Installation) -> None:
    answer = ask("GET", "/opinions/feed.xml")
    assert answer.mimetype == "application/atom+xml"
    root, (entry,) = read(answer.data), entries(answer)
    assert all(said(root, name) for name in ("id", "title", "updated"))
    assert said(root.find("a:author", ATOM), "name")
    assert said(entry, "id") == f"{installation.config.base_url}/opinions/{first.number}"
    assert all(said(entry, name) for name in ("title", "updated", "published", "summary"))
    assert {link.get("rel") for link in entry.findall("a:link", ATOM)} == {"alternate", "enclosure"}
    assert ask("GET", "/opinions/feed.xml").data == answer.data


def test_the_feed_is_read_page_by_page_each_entry_once(
    ask: Ask, session: Session, first: Publication, installation: Installation
) -> None:
    made = more(session, installation, first, FEED_PAGE + 5)
    ids, path = [], "/opinions/feed.xml"
    while path:
        answer = ask("GET", path)
        ids += [said(entry, "id").rpartition("/")[2] for entry in entries(answer)]
        links = read(answer.data).findall("a:link[@rel='next']", ATOM)
        path = links[0].get("href", "").removeprefix(installation.config.base_url) if links else ""
    assert ids == [each.number for each in (*reversed(made), first)]
    assert ask("GET", "/opinions/feed.xml?before=BTN-2026-999").status_code == 404


def test_a_withdrawal_comes_first_in_the_feed_under_the_same_id(
    ask: Ask, session: Session, cast: Cast, first: Publication, installation: Installation
) -> None:
    more(session, installation, first, 2)
    withdraw(first, "Feil i anonymiseringen.\uffff\ufffe\x0c", by=present(session, cast).siri, at=NOON + 3 * DAY)
    session.commit()
    entry = entries(ask("GET", "/opinions/feed.xml"))[0]
    assert said(entry, "id").endswith(first.number)
    assert said(entry, "summary") == "Feil i anonymiseringen."
    assert said(entry, "updated") > said(entry, "published")


def test_the_map_has_every_standing_opinion_with_its_day(ask: Ask, first: Publication, installation: Installation) -> None:
    urls = read(ask("GET", "/sitemap.xml").data).findall("m:url", MAP)
    found = {url.findtext("m:loc", "", MAP): url.findtext("m:lastmod", "", MAP) for url in urls}
    assert found[f"{installation.config.base_url}/opinions/{first.number}"] == "2026-03-03"
    assert ask("GET", "/sitemap-1.xml").status_code == 200
    assert ask("GET", "/sitemap-2.xml").status_code == 404


def test_above_fifty_thousand_the_map_is_an_index() -> None:
    assert [maps_for(count, 50_000) for count in (0, 49_998, 49_999, 100_000)] == [1, 1, 2, 3]
    assert index_of_maps(2, "https://x.example").count(b"<loc>https://x.example/sitemap-") == 2
    assert b"opinions/law" not in site_map([], "https://x.example", is_first=False)


def test_robots_stay_away_unless_the_body_chose_otherwise(ask: Ask, first: Publication) -> None:
    assert ask("GET", "/robots.txt").text == "User-agent: *\nDisallow: /\n"
    page = ask("GET", f"/opinions/{first.number}")
    assert '<meta name="robots" content="noindex">' in page.text
    assert ask("GET", f"/opinions/{first.number}.pdf").headers["X-Robots-Tag"] == "noindex"


@pytest.mark.usefixtures("searchable")
def test_where_the_body_chose_so_robots_read_the_register_and_nothing_else(ask: Ask, first: Publication) -> None:
    text = ask("GET", "/robots.txt").text
    assert "Allow: /opinions\n" in text
    assert "Disallow: /\n" in text
    assert "Sitemap: " in text
    page = ask("GET", f"/opinions/{first.number}")
    assert "noindex" not in page.text
    assert "X-Robots-Tag" not in page.headers


def test_structured_data_say_what_the_page_says(ask: Ask, first: Publication, installation: Installation) -> None:
    page = ask("GET", f"/opinions/{first.number}").text
    found = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])  # type: ignore[index]
    assert found["identifier"] == first.number
    assert found["inLanguage"] == first.language
    assert found["encoding"]["contentUrl"] == f"{installation.config.base_url}/opinions/{first.number}.pdf"
    assert found["datePublished"] == "2026-03-03"


def test_text_of_the_opinion_cannot_end_the_data_or_the_page(
    ask: Ask, session: Session, first: Publication, installation: Installation
) -> None:
    def text(record: dict[str, Any], _place: int) -> None:
        record["sections"]["conclusion"] = "</script><script>alert(1)</script> & \u202eomvendt \x07 😀"

    (made,) = more(session, installation, first, change=text)
    page = ask("GET", f"/opinions/{made.number}").text
    assert "<script>alert" not in page
    assert read(ask("GET", "/opinions/feed.xml").data) is not None
    assert "<script>alert" not in ask("GET", "/opinions").text


@pytest.mark.parametrize(
    "path", ["/opinions", "/opinions/{}", "/opinions/{}.pdf", "/opinions/law", "/opinions/feed.xml", "/sitemap.xml"]
)
def test_a_stranger_may_keep_a_page_for_a_while_and_is_told_when_nothing_changed(ask: Ask, first: Publication, path: str) -> None:
    answer = ask("GET", path.format(first.number))
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" in answer.headers["Vary"]
    again = ask("GET", path.format(first.number), headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""


def test_a_changed_page_has_another_tag(ask: Ask, session: Session, first: Publication) -> None:
    path = f"/opinions/{first.number}"
    tag = ask("GET", path).headers["ETag"]
    first.leading_at, first.leading_by_id = NOON, first.begun_by_id
    session.commit()
    assert ask("GET", path, headers={"If-None-Match": tag}).status_code == 200


def test_nothing_is_kept_of_what_a_person_sees_or_of_one_who_chose_a_language(ask: Ask, cast: Cast, first: Publication) -> None:
    path = f"/opinions/{first.number}"
    signed_in = ask("GET", path, as_=cast.siri)
    assert signed_in.headers["Cache-Control"] == "no-store"
    assert cast.siri.name in signed_in.text
    assert ask("GET", f"{path}?language=nn").headers["Cache-Control"] == "no-store"
    assert ask("GET", "/opinions/BTN-2026-999").headers["Cache-Control"] == "no-store"


def test_what_is_searched_for_leaks_is_what_is_served(ask: Ask, first: Publication, installation: Installation) -> None:
    base_url = installation.config.base_url
    outputs = {each.name: each.data.decode() for each in outputs_of(first.record, base_url=base_url)}
    page = ask("GET", f"/opinions/{first.number}").text
    article = re.search(r"<article.*</article>", outputs["page"], re.DOTALL)
    assert article
    assert article[0] in page
    assert outputs["page"][outputs["page"].index("<script") :] in page
    assert outputs["list row (nb)"].strip() in ask("GET", "/opinions").text
    assert outputs["citation"] in page
    entry = read(outputs["feed entry"])
    served = entries(ask("GET", "/opinions/feed.xml"))[0]
    assert [(each.tag, (each.text or "").strip()) for each in entry if "ed" not in each.tag[-3:]] == [
        (each.tag, (each.text or "").strip()) for each in served if "ed" not in each.tag[-3:]
    ]
    assert first.released_at is not None
    assert date.fromisoformat("2026-03-03") == first.released_at.date()
