"""Wapiti finds nothing in Tvist, signed in as those who see most; and finds what is planted in a program that was written to be attacked."""

from __future__ import annotations

import dataclasses
import secrets
import sqlite3
import threading
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pytest
from flask import Flask, redirect, request
from werkzeug.serving import make_server

from tests.campaign.counts import IS_WHOLE
from tests.databases import KINDS, Kind
from tests.scan.wapiti import MODULES, QUICK, scanned
from tests.walk.world import make_world
from tvist.accounts.models import SignIn
from tvist.accounts.queries import hashed
from tvist.clock import now
from tvist.pages import make_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.typing import ResponseReturnValue

    from tests.people import Cast
    from tvist.db import Database
    from tvist.installation import Installation

EVERYBODY: Final = ("asta", "bo", "siri", "cato", "frida", "eva", "adam", "")
"""One of each kind; the last is not signed in."""
LEFT_OUT: Final = ("/sign-out", "/account/password", "/language", "/demo")
"""What ends the visit, or changes who visits."""
SECONDS: Final = 8 if IS_WHOLE else 3
"""For finding pages, and for each kind of attack."""


@pytest.fixture(params=KINDS if IS_WHOLE else KINDS[:1])
def kind(request: pytest.FixtureRequest) -> Kind:
    """One database is enough for the slice; a campaign scans both."""
    return request.param  # type: ignore[no-any-return]


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The program on a port of this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def cookie_of(app: Flask, installation: Installation, user_id: int) -> str:
    """The cookie of a person who has signed in, as a browser sends it."""
    token = secrets.token_urlsafe(32)
    until = now() + timedelta(hours=2)
    with installation.database.writing() as session:
        session.add(SignIn(token_hash=hashed(token), user_id=user_id, began_at=now(), expires_at=until, proved_at=now()))
        session.commit()
    signed = app.session_interface.get_signing_serializer(app).dumps({"sign_in": token})  # type: ignore[attr-defined]  # Flask's own has one.
    return f"{app.config['SESSION_COOKIE_NAME']}={signed}"


@pytest.mark.parametrize("who", EVERYBODY if IS_WHOLE else ("siri",))
def test_a_scanner_finds_nothing(database: Database, cast: Cast, installation: Installation, tmp_path: Path, who: str) -> None:
    with database.writing() as session:
        world = make_world(session, cast, installation)
    # As it stands behind a proxy that speaks https.
    config = dataclasses.replace(installation.config, base_url="https://127.0.0.1")
    app = make_app(dataclasses.replace(installation, config=config))
    cookie = cookie_of(app, installation, world.people[who]) if who else ""
    starts = [f"/cases/{each.parts['slug']}" for each in world.of_kind("case")] if IS_WHOLE else ["/letters", "/publications"]
    with served(app) as address:
        modules = MODULES if IS_WHOLE else QUICK
        links = 60 if IS_WHOLE else 5
        counted, faults = scanned(
            address, tmp_path, cookie=cookie, modules=modules, seconds=SECONDS, links=links, leaves_out=LEFT_OUT, starts=starts
        )
    assert counted["pages"] > 1
    assert not faults, "\n".join(faults[:20])


def test_what_is_planted_is_found(tmp_path: Path) -> None:
    """Else the test above would prove nothing."""
    planted = Flask("planted")

    @planted.route("/")
    def start() -> ResponseReturnValue:
        return '<a href="/say?word=a">a</a> <a href="/go?next=/">b</a> <a href="/read?number=1">c</a>'

    @planted.route("/say")
    def say() -> ResponseReturnValue:
        return f"<p>{request.args.get('word', '')}</p>"

    @planted.route("/go")
    def go() -> ResponseReturnValue:
        return redirect(request.args.get("next", "/"))

    @planted.route("/read")
    def read() -> ResponseReturnValue:
        with sqlite3.connect(":memory:") as database:
            try:
                return str(database.execute(f"SELECT '{request.args['number']}'").fetchall())
            except sqlite3.OperationalError as error:
                return f"sqlite3.OperationalError: {error}"

    with served(planted) as address:
        _, faults = scanned(address, tmp_path, modules=("xss", "redirect", "sql", "csp"), seconds=10)
    found = {fault.split(":")[0] for fault in faults}
    assert {"Reflected Cross Site Scripting", "Open Redirect", "SQL Injection", "Content Security Policy Configuration"} <= found
