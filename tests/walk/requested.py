"""Go to every endpoint by real requests: what those who may not go there are answered holds nothing, and is the same whether the thing is there or not."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import sqlalchemy as sa

from tests.conftest import _token
from tests.walk.asked import NO_CASE, OWN_PARTS, WITHIN, guarded, places_of
from tests.walk.table import IN, KNOWN, NOBODY, NOT_MADE, PEOPLE, STRANGER, UNKNOWN, Line, eyes, ought
from tests.walk.world import PLANTED, There
from tvist.accounts.models import SignIn
from tvist.accounts.queries import hashed
from tvist.clock import now
from tvist.web.session import FLASHES

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.routing import Rule
    from werkzeug.test import TestResponse

    from tests.walk.world import World
    from tvist.installation import Installation

ANSWERS: Final = {
    ("GET", IN): {200, 302, 303, 409},
    ("GET", NOT_MADE): {404},
    # Without a token nothing is done for anybody.
    ("POST", IN): {400},
    ("GET", KNOWN): {403},
    ("POST", KNOWN): {403},
    ("GET", STRANGER): {404},
    ("POST", STRANGER): {404},
    ("GET", UNKNOWN): {302},
    ("POST", UNKNOWN): {401},
}
NONE_SUCH: Final = {"slug": NO_CASE, "code": "9999", "number": 99_999_999}
NOT_FOUND: Final = 404
MOST_STATEMENTS_MORE: Final = 16
"""Who is in the teams, the seats, the declarations, the rulings of one case: a few more for a publication or a letter, which nobody can guess."""
REDIRECTS: Final = frozenset({302, 303})
CHANGES: Final = ("Set-Cookie", "Content-Length", "Date")
TOKENS: Final = re.compile(
    r'(name="(?:csrf_token|_key)"[^>]*value=")[^"]*|(<meta name="csrf-token" content=")[^"]*|(data-left=")[^"]*'
)


class Walker:
    """Goes to addresses as each of the people, signed in once, and notes what is wrong with the answers."""

    def __init__(self, app: Flask, installation: Installation, world: World) -> None:
        self.app, self.world = app, world
        self.there = app.url_map.bind("")
        self.wrong: list[str] = []
        self.checks = 0
        self.statements = 0
        sa.event.listen(installation.database.engine, "before_cursor_execute", self._count)
        self.denied: Counter[int] = Counter()
        """By person, how often they were turned away."""
        tokens = {name: secrets.token_urlsafe(32) for name in PEOPLE}
        until = now() + timedelta(hours=1)
        with installation.database.writing() as session:
            session.add_all(
                SignIn(
                    token_hash=hashed(token),
                    user_id=world.people[name],
                    began_at=now(),
                    expires_at=until,
                    proved_at=now(),
                    last_seen_at=now(),
                )
                for name, token in tokens.items()
            )
            session.commit()
        self.clients = {name: self._client(tokens.get(name)) for name in (*PEOPLE, NOBODY)}

    def _client(self, token: str | None) -> FlaskClient:
        client = self.app.test_client()
        if token:
            with client.session_transaction() as cookie:
                cookie["sign_in"] = token
        return client

    def _count(self, *_: object) -> None:
        self.statements += 1

    def goes(self, method: str, rule: Rule, line: Line, place: There, person: str, due: str) -> TestResponse:
        """One person goes there, and ought to meet `due`."""
        client = self.clients[person]
        data = (
            {"csrf_token": _token(client, self.app), "_key": secrets.token_urlsafe(9)} if method == "POST" and due != IN else None
        )
        answer = client.open(self.address(rule, place), method=method, data=data)
        wanted = ANSWERS[method, NOT_MADE if (method, due) == ("GET", IN) and not line.is_made(place) else due]
        self._check(
            answer.status_code in wanted, f"{method} {rule.endpoint} {place.row}: {person}, {due}, gets {answer.status_code}"
        )
        if due != IN:
            told = answer.get_data(as_text=True) + str(answer.headers)
            self._check(PLANTED not in told, f"{method} {rule.endpoint} {place.row}: {person}, {due}, reads of it")
        elif answer.status_code in REDIRECTS:
            with client.session_transaction() as cookie:
                # What was told belongs on a page that nobody goes on to.
                cookie.pop(FLASHES, None)
        if due in {KNOWN, STRANGER}:
            self.denied[self.world.people[person]] += 1
        return answer

    def finds_nothing(self, rule: Rule, place: There, person: str) -> None:
        """One who may do this finds nothing there, for what is named beside the thing does not lie in it."""
        answer = self.clients[person].get(self.address(rule, place))
        self._check(answer.status_code == NOT_FOUND, f"{rule.endpoint} {place.parts}: {person} gets {answer.status_code}")

    def address(self, rule: Rule, place: There) -> str:
        """Where the thing is."""
        return self.there.build(rule.endpoint, {name: place.parts[name] for name in rule.arguments})

    def compares(self, method: str, rule: Rule, line: Line, place: There, person: str) -> None:
        """What is there and what is not answer a stranger alike, but for tokens and the address itself, and about as fast.

        Time is told in statements, as a clock tells more of the machine: what they are more goes to what the person is to the thing.
        """
        nothing, counted, answers = nothing_like(place), [], []
        for where in (place, nothing):
            before = self.statements
            answers.append(self.goes(method, rule, line, where, person, STRANGER))
            counted.append(self.statements - before)
        self._check(
            counted[0] - counted[1] <= MOST_STATEMENTS_MORE, f"{method} {rule.endpoint} {place.row} takes {counted} statements"
        )
        one, other = (self._plain(rule, where, answer) for where, answer in zip((place, nothing), answers, strict=True))
        self._check(one == other, f"{rule.endpoint} {place.row} tells a stranger that it is there")

    def _plain(self, rule: Rule, place: There, answer: TestResponse) -> tuple[Any, ...]:
        text = TOKENS.sub("", answer.get_data(as_text=True))
        address = self.address(rule, place)
        text = text.replace(address, "…").replace(quote(address, safe=""), "…")
        headers = sorted((name, value) for name, value in answer.headers if name not in CHANGES)
        return answer.status_code, text, headers

    def _check(self, holds: bool, otherwise: str) -> None:  # noqa: FBT001 - what is checked comes first.
        self.checks += 1
        if not holds:
            self.wrong.append(otherwise)


def requested_everywhere(walker: Walker, world: World, *, first: int = 0, each: int = 1) -> None:
    """Go to each endpoint (or from the first each so-manieth) in each of the ways one can be met there, by GET and by POST."""
    seen = eyes()
    for turn, (rule, line) in enumerate(guarded(walker.app)):
        if turn % each != first:
            continue
        places = places_of(rule, line, world)
        met: dict[str, tuple[There, str]] = {}
        for step in range(len(places) * len(PEOPLE)):
            # At each endpoint another thing and another person come first.
            place, person = places[(turn + step) % len(places)], PEOPLE[(turn * 7 + step // len(places)) % len(PEOPLE)]
            met.setdefault(ought(line, place, person, seen), (place, person))
        met[UNKNOWN] = (places[turn % len(places)], NOBODY)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            _in_each_way(walker, method, rule, line, met)


def _in_each_way(walker: Walker, method: str, rule: Rule, line: Line, met: dict[str, tuple[There, str]]) -> None:
    for due, (place, person) in met.items():
        if due == STRANGER:
            walker.compares(method, rule, line, place, person)
        else:
            walker.goes(method, rule, line, place, person, due)
        for name in rule.arguments & WITHIN.keys() if (method, due) == ("GET", IN) else ():
            walker.finds_nothing(rule, There(place.kind, place.row, {**place.parts, name: WITHIN[name]}), person)


def nothing_like(place: There) -> There:
    """An address of the same form at which there is nothing."""
    drawn = {name: secrets.token_urlsafe(12) for name in OWN_PARTS if name in place.parts}
    none = {name: value for name, value in NONE_SUCH.items() if name in place.parts}
    return There(place.kind, "", {**place.parts, **drawn, **none})
