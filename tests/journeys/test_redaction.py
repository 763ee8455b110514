"""A paper is covered with the mouse, in a real browser: the box that is drawn is the box that is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.conftest import beside
from tests.scenes.redaction import laid_out
from tvist.redaction.models import WHOLE, Redaction

if TYPE_CHECKING:
    from tests.journeys.conftest import Visit
    from tests.people import Cast
    from tvist.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_a_box_is_drawn_on_the_page_and_kept(installation: Installation, cast: Cast, any_visit: Visit) -> None:
    def prepared() -> str:
        with installation.database.writing() as session:
            return laid_out(session, cast, installation).public_id

    public_id = beside(prepared)
    any_visit.become("Siri Oppdiktet")
    any_visit.go(f"/redactions/{public_id}")
    any_visit.go(f"/redactions/{public_id}/pages/1/cover")
    any_visit.look()
    sheet = any_visit.page.locator("[data-covering]")
    sheet.scroll_into_view_if_needed()
    edge = sheet.bounding_box()
    assert edge is not None
    any_visit.page.mouse.move(edge["x"] + edge["width"] * 0.1, edge["y"] + edge["height"] * 0.1)
    any_visit.page.mouse.down()
    any_visit.page.mouse.move(edge["x"] + edge["width"] * 0.5, edge["y"] + edge["height"] * 0.2, steps=4)
    any_visit.page.mouse.up()
    any_visit.do("redaction.put_box")
    any_visit.look()

    def kept() -> tuple[int, int, int, int]:
        with installation.database.reading() as session:
            (box,) = session.query(Redaction).filter_by(public_id=public_id).one().boxes
            return box.left, box.top, box.width, box.height

    near = [abs(one - other) < WHOLE // 50 for one, other in zip(beside(kept), (1000, 1000, 4000, 1000), strict=True)]
    assert all(near)
