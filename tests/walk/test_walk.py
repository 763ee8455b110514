"""Nobody gets in where they do not belong: every endpoint, each person, each state, each thing, of their own and of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from tests.campaign.counts import IS_WHOLE
from tests.databases import KINDS, Kind
from tests.walk.asked import asked_everywhere
from tests.walk.requested import Walker, requested_everywhere
from tests.walk.table import lines
from tests.walk.world import make_world
from tvist.accesslog.models import AccessEntry

if TYPE_CHECKING:
    import pytest
    from flask import Flask

    from tests.people import Cast
    from tvist.db import Database
    from tvist.installation import Installation

FEWEST_CHECKS = 10_000


def test_every_endpoint_has_a_line_and_every_line_an_endpoint(app: Flask) -> None:
    assert lines().keys() == {rule.endpoint for rule in app.url_map.iter_rules()}


def test_nobody_gets_in_where_they_do_not_belong(
    request: pytest.FixtureRequest, app: Flask, kind: Kind, database: Database, cast: Cast, installation: Installation
) -> None:
    with database.writing() as session:
        world = make_world(session, cast, installation)
    with database.reading() as session:
        asked, wrong = asked_everywhere(app, session, world)
    assert not wrong, _told(wrong)

    walker = Walker(app, installation, world)
    # Half of the endpoints on each database; on both the whole of it, in a campaign.
    half = {} if IS_WHOLE else {"first": KINDS.index(kind), "each": len(KINDS)}
    requested_everywhere(walker, world, **half)
    assert not walker.wrong, _told(walker.wrong)
    with database.reading() as session:
        denied = sa.select(AccessEntry.user_id, sa.func.count()).where(~AccessEntry.allowed).group_by(AccessEntry.user_id)
        assert dict(map(tuple, session.execute(denied))) == walker.denied, "each who is turned away stands in the access log"

    # As `record_property` does, which a report in XML warns of.
    request.node.user_properties.append(("walk", asked + walker.checks))
    assert asked + walker.checks >= FEWEST_CHECKS


def _told(wrong: list[str]) -> str:
    return f"{len(wrong)} wrong\n" + "\n".join(wrong[:100])
