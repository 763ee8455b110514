"""Ask the guard of every endpoint, for every person and every thing, whom it lets in."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

from tests.walk.table import IN, KNOWN, PEOPLE, STRANGER, Line, eyes, lines, ought
from tests.walk.world import There
from tvist.access.policy import POLICY
from tvist.access.roles import roles_of
from tvist.accounts.models import User
from tvist.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.routing import Rule

    from tests.walk.world import World

NO_CASE: Final = "2026-9999"
OWN_PARTS: Final = ("comment_id", "mark_id", "draft_id", "party_id", "public_id")
"""Identifiers that are drawn at random; beside them stands the case, the publication or the draft that the thing must lie in."""
WITHIN: Final = {"box_id": "x", "member_id": 99_999_999, "person_id": "x"}
"""Parts of an address that the page itself looks up within the thing it was given, and what is none of them."""
AT_ALL: Final = There("-", "at_all", {})


class Asking:
    """Asks what each guard finds for whom; each thing is looked up once, and each person's relation to it once."""

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


def guarded(app: Flask) -> list[tuple[Rule, Line]]:
    """Every address of the program that asks who comes, with its line in the table."""
    table = lines()
    rules = sorted(app.url_map.iter_rules(), key=str)
    return [(rule, table[rule.endpoint]) for rule in rules if not table[rule.endpoint].is_for_all]


def places_of(rule: Rule, line: Line, world: World) -> list[There]:
    """Every thing that the address can be of."""
    if line.thing == "-":
        return [AT_ALL]
    return [each for each in world.of_kind(line.thing) if rule.arguments <= each.parts.keys()]


def in_wrong_places(rule: Rule, things: list[There], world: World) -> Iterator[There]:
    """Each thing under another case, and under none; another's identifier, and none's, under each case: nobody finds anything there."""
    cases = [each.parts["slug"] for each in world.of_kind("case")] + [NO_CASE]
    for thing in things:
        own = next((name for name in OWN_PARTS if name in rule.arguments), None)
        if "slug" in rule.arguments:
            others = cases if own else [NO_CASE]
            yield from (There(thing.kind, "", {**thing.parts, "slug": slug}) for slug in others if slug != thing.parts["slug"])
        if own:
            yield There(thing.kind, "", {**thing.parts, own: secrets.token_urlsafe(12)})


def asked_everywhere(app: Flask, session: Session, world: World) -> tuple[int, list[str]]:
    """How often was asked, and where the guard says something else than the tables."""
    asking, seen, checks, wrong = Asking(app, session, world), eyes(), 0, []
    for rule, line in guarded(app):
        places = places_of(rule, line, world)
        dues = [(each, person, ought(line, each, person, seen)) for each in places for person in PEOPLE]
        if line.thing != "-":
            dues += [(each, person, STRANGER) for each in in_wrong_places(rule, places, world) for person in PEOPLE]
        if not dues:
            wrong.append(f"the world has nothing for {rule}")
        for place, person, due in dues:
            checks += 1
            if (met := asking.met(rule, place.parts, person)) != due:
                wrong.append(f"{rule.endpoint} {place.row or place.parts}: {person} ought to be {due}, and is {met}")
    return checks, wrong
