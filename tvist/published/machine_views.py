"""What programs read of the register: the feed, the map of the site, and what robots may do. The same for everybody, in bokmål."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Response, request

from tvist.access.guard import open_to_all
from tvist.errors import NotFound
from tvist.published.blueprint import bp
from tvist.published.caching import public_answer
from tvist.published.entries import entry_of
from tvist.published.feed import MIME, Told
from tvist.published.feed import feed as feed_of
from tvist.published.queries import changed_at, count_standing, feed_page, site_page
from tvist.published.site_map import MOST_ADDRESSES, OTHER_PAGES, index_of_maps, maps_for
from tvist.published.site_map import robots as rules_for_robots
from tvist.published.site_map import site_map as map_of
from tvist.web.session import current_session, installed

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from tvist.publication.models import Publication

XML = "application/xml"


@bp.route("/opinions/feed.xml")
@open_to_all
def feed() -> ResponseReturnValue:
    """The feed, a page at a time: what changed before the opinion that `before` names."""
    before = request.args.get("before", "")
    found, following = feed_page(current_session, before)
    told = [_told(each) for each in found]
    data = feed_of(told, installed().config.base_url, before=before, following=following)
    return public_answer(Response(data, content_type=f"{MIME}; charset=utf-8"))


@bp.route("/sitemap.xml")
@open_to_all
def site_map() -> ResponseReturnValue:
    """The map of the public pages, or the maps where one does not hold them."""
    maps = maps_for(count_standing(current_session), MOST_ADDRESSES)
    return _map(1) if maps <= 1 else _xml(index_of_maps(maps, installed().config.base_url))


@bp.route("/sitemap-<int:place>.xml")
@open_to_all
def site_map_part(place: int) -> ResponseReturnValue:
    """One of the maps."""
    if not 1 <= place <= maps_for(count_standing(current_session), MOST_ADDRESSES):
        raise NotFound(place)
    return _map(place)


@bp.route("/robots.txt")
@open_to_all
def robots() -> ResponseReturnValue:
    """What robots may do."""
    config = installed().config
    text = rules_for_robots(config.base_url, searchable=config.public_searchable)
    return public_answer(Response(text, mimetype="text/plain"))


def _told(publication: Publication) -> Told:
    is_withdrawn = publication.withdrawn_at is not None
    return Told(
        number=publication.number,
        published_at=publication.released_at or datetime.min.replace(tzinfo=UTC),
        updated_at=changed_at(publication),
        entry=None if is_withdrawn else entry_of(publication.record),
        withdrawn_for=publication.withdrawal_reason,
        superseded_by=publication.superseded_by.number if publication.superseded_by else "",
    )


def _map(place: int) -> Response:
    """So many opinions to a map; the first has the pages of the register too."""
    most = MOST_ADDRESSES - len(OTHER_PAGES)
    found = site_page(current_session, (place - 1) * most, most)
    return _xml(map_of(found, installed().config.base_url, is_first=place == 1))


def _xml(data: bytes) -> Response:
    return public_answer(Response(data, content_type=f"{XML}; charset=utf-8"))
