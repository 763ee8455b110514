"""Every endpoint is asked, for every person and every thing there is, whether it lets them in; what it ought to say stands in tables of our own."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import pytest

from tests.walk.table import IN, KNOWN, PEOPLE, STRANGER, Line, eyes, lines, ought
from tests.walk.world import There, make_world
from tvist.access.policy import POLICY
from tvist.access.roles import roles_of
from tvist.accounts.models import User
from tvist.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.routing import Rule

    from tests.people import Cast
    from tests.walk.world import World
    from tvist.db import Database
    from tvist.installation import Installation

FEWEST_CHECKS = 10_000
NO_CASE = "2026-9999"
OWN_PARTS = ("public_id", "comment_id", "mark_id", "box_id", "draft_id")
"""Identifiers that are drawn at random; beside them stands the case, the publication or the draft that the thing must lie in."""


class Asking:
    """Asks the guard of each endpoint what it finds for whom, each thing and each relation once."""

    def __init__(self, app: Flask, session: Session, world: World) -> None:
        self.app, self.session = app, session
        self.users = {name: session.get_one(User, world.people[name]) for name in PEOPLE}
        self.things: dict[Any, Any] = {}
        self.roles: dict[Any, Any] = {}

    def met(self, rule: Rule, parts: dict[str, Any], person: str) -> str:
        """What the person meets there, by the guard that stands before the page."""
        gate = self.app.view_functions[rule.endpoint].gate  # type: ignore[attr-defined]  # The guard left it there.
        address = {name: parts[name] for name in rule.arguments} if gate.of else {}
        key = (gate.of, tuple(sorted(address.items())))
        if key not in self.things:
            self.things[key] = self._found(gate.of, address)
        if self.things[key] is NotFound:
            return STRANGER
        if (*key, person) not in self.roles:
            self.roles[*key, person] = roles_of(self.users[person], self.things[key])
        roles = self.roles[*key, person]
        if POLICY[gate.act] & roles:
            return IN
        return KNOWN if roles else STRANGER

    def _found(self, loader: Any, address: dict[str, Any]) -> Any:
        if loader is None:
            return None
        try:
            return loader(self.session, **address)
        except NotFound:
            return NotFound


@pytest.fixture
def world(database: Database, cast: Cast, installation: Installation) -> World:
    """Every state and thing."""
    with database.writing() as session:
        return make_world(session, cast, installation)


def guarded(app: Flask) -> Iterator[tuple[Rule, Line]]:
    """Every address of the program that asks who comes, with its line in the table."""
    table = lines()
    for rule in sorted(app.url_map.iter_rules(), key=str):
        line = table[rule.endpoint]
        if not line.is_for_all:
            yield rule, line


def in_wrong_places(world: World) -> Iterator[There]:
    """Each thing under another case, and under none; another's identifier, and none's, under each case: nobody finds anything there."""
    cases = [each.parts["slug"] for each in world.of_kind("case")] + [NO_CASE]
    for thing in world.things:
        own = next((name for name in OWN_PARTS if name in thing.parts), None)
        if "slug" in thing.parts:
            others = cases if own else [NO_CASE]
            yield from (There(thing.kind, "", {**thing.parts, "slug": slug}) for slug in others if slug != thing.parts["slug"])
        if own:
            yield There(thing.kind, "", {**thing.parts, own: secrets.token_urlsafe(12)})


def test_every_endpoint_has_a_line_and_every_line_an_endpoint(app: Flask) -> None:
    assert lines().keys() == {rule.endpoint for rule in app.url_map.iter_rules()}


def test_everybody_meets_what_the_tables_say_at_every_endpoint_for_every_thing(
    app: Flask, database: Database, world: World, record_property: Callable[[str, object], None]
) -> None:
    seen, wrong, checks = eyes(), [], 0
    at_all = There("-", "at_all", {})
    with database.reading() as session:
        asking = Asking(app, session, world)
        for rule, line in guarded(app):
            places = (
                [at_all]
                if line.thing == "-"
                else [each for each in world.of_kind(line.thing) if rule.arguments <= each.parts.keys()]
            )
            assert places, f"the world has nothing for {rule}"
            for place in places:
                for person in PEOPLE:
                    checks += 1
                    due, met = ought(line, place, person, seen), asking.met(rule, place.parts, person)
                    if due != met:
                        wrong.append(f"{rule.endpoint} {place.row}: {person} ought to be {due}, and is {met}")
            for place in in_wrong_places(world) if line.thing != "-" else ():
                if place.kind == line.thing and rule.arguments <= place.parts.keys():
                    for person in PEOPLE:
                        checks += 1
                        if (met := asking.met(rule, place.parts, person)) != STRANGER:
                            wrong.append(f"{rule.endpoint} in a wrong place {place.parts}: {person} is {met}")
    assert not wrong, f"{len(wrong)} wrong\n" + "\n".join(wrong)
    record_property("walk", checks)
    assert checks >= FEWEST_CHECKS, checks
