"""What tests stand on: a fresh database each, on SQLite and on PostgreSQL; an installation; an application; and `ask`, a client that signs in and checks each page."""

from __future__ import annotations

import gc
import html.parser
import re
import secrets
import shutil
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

import tvist.rulebook
import tvist.schema
from tests.databases import Databases, Kind
from tests.scenes.kept import the_same_cast
from tvist.accounts.models import SignIn, User
from tvist.accounts.queries import hashed
from tvist.clock import now
from tvist.config import read_config, secret_key
from tvist.db import Database
from tvist.documents.storage import PaperStore
from tvist.installation import Installation
from tvist.migration import upgrade
from tvist.pages import make_app
from tvist.vault.keys import MasterKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from tests.people import Cast

assert tvist.rulebook
# A test run holds a great many objects that never go: looking through them again and again took a tenth of its time.
gc.set_threshold(100_000, 50, 100)
# How long one example takes says more about the machine than about Tvist.
hypothesis.settings.register_profile("tests", deadline=None)
hypothesis.settings.load_profile("tests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ways through a browser come first: they wait a good deal, and what waits last keeps the others from being done beside it."""
    items.sort(key=lambda item: "browser" not in item.keywords)


def pytest_collection_finish() -> None:
    """What is there now stays till the end, and need not be looked through for what has gone."""
    gc.collect()
    gc.freeze()


def _migrate(url: str) -> None:
    database = Database(url)
    upgrade(database)
    database.close()


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """The databases of this run; the folder is shared by the processes of the run."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if own.name.startswith("popen-") else own
    with Databases(shared, _migrate) as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> Kind:
    """Which database: every test that touches one runs on both."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def database(databases: Databases, kind: Kind) -> Iterator[Database]:
    """A fresh, migrated, empty database."""
    with databases.fresh(kind) as url:
        found = databases.opened(url)
        yield found
        found.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """One writing transaction, for a test that needs no more."""
    with database.writing() as found:
        yield found


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys that are made once: what a kept scene sealed, each later installation can open."""
    file = tmp_path_factory.mktemp("keys") / "keys"
    MasterKeys.create(file)
    return file


@pytest.fixture
def installation(database: Database, tmp_path: Path, key_file: Path) -> Installation:
    """A demo installation with papers in memory."""
    config = read_config(
        {"TVIST_INSTANCE": str(tmp_path), "TVIST_DATABASE_URL": str(database.engine.url), "TVIST_PAPERS": "memory://"}
    )
    shutil.copy(key_file, config.master_key_file)
    keys = MasterKeys.load(config.master_key_file)
    return Installation(config, database, keys, PaperStore(config.papers_url, keys))


@pytest.fixture
def cast(database: Database) -> Cast:
    """The people of the tests."""
    return the_same_cast(database)


@pytest.fixture(scope="session")
def apps() -> list[Flask]:
    """The application of this process once it is made: it keeps its addresses and its compiled templates."""
    return []


@pytest.fixture
def app(apps: list[Flask], installation: Installation) -> Flask:
    """The application, as it runs, on this test's installation. Who adds a page to it makes one with `make_app`."""
    if not apps:
        apps.append(make_app(installation))
    apps[0].extensions["tvist"] = installation
    apps[0].config["SECRET_KEY"] = secret_key(installation.config)
    apps[0].config.pop("KEPT_EVERY", None)
    return apps[0]


@pytest.fixture
def ask(app: Flask, installation: Installation) -> Callable[..., TestResponse]:
    """`ask("GET", url, as_=cast.cato)`: a request by somebody, each page checked for its title, its one heading and its labels.

    A POST carries a CSRF token and, unless `key=None`, a key of its own. Each request has its own client, so nobody stays signed in.
    `proved=False`: the last proof is old, and an act that needs a fresh one asks for it.
    """

    def asking(
        method: str,
        url: str,
        *,
        as_: User | None = None,
        data: dict[str, Any] | None = None,
        key: str | None = "",
        proved: bool = True,
        **more: Any,
    ) -> TestResponse:
        client = app.test_client()
        if as_ is not None:
            _sign_in(client, installation, as_, proved=proved)
        fields = dict(data or {})
        if method == "POST":
            fields["csrf_token"] = _token(client, app)
            if key is not None:
                fields.setdefault("_key", key or secrets.token_urlsafe(12))
        answer = client.open(url, method=method, data=fields if method == "POST" else None, **more)
        if answer.mimetype == "text/html" and answer.status_code not in {301, 302, 303}:
            check_page(answer.get_data(as_text=True))
        return answer

    return asking


def _sign_in(client: Any, installation: Installation, user: User, *, proved: bool = True) -> None:
    token, began = secrets.token_urlsafe(32), now()
    with installation.database.writing() as session:
        found = SignIn(token_hash=hashed(token), user_id=user.id, began_at=began, expires_at=began + timedelta(hours=1))
        found.proved_at = began if proved else None
        session.add(found)
        session.commit()
    with client.session_transaction() as cookie:
        cookie["sign_in"] = token


def _token(client: Any, app: Flask) -> str:
    from itsdangerous import URLSafeTimedSerializer

    raw = secrets.token_hex(20)
    with client.session_transaction() as cookie:
        raw = cookie.setdefault("csrf_token", raw)
    return str(URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(raw))  # type: ignore[arg-type]


@dataclass
class _Page(html.parser.HTMLParser):
    """What `check_page` reads of a page."""

    headings: int = 0
    inputs: dict[str, str] = field(default_factory=dict)
    labels: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "h1":
            self.headings += 1
        if tag == "label" and found.get("for"):
            self.labels.add(str(found["for"]))
        if tag in {"input", "select", "textarea"} and found.get("type") not in {"hidden", "submit"}:
            name = str(found.get("id") or found.get("name"))
            self.inputs[name] = tag
            if "aria-label" in found or "aria-labelledby" in found:
                self.named.add(name)


def check_page(text: str) -> None:
    """Every page: one h1 with which the title begins, a language, a label for each field, no inline script or style."""
    page = _Page()
    page.feed(text)
    assert page.headings == 1, "a page has one h1"
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)
    title = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
    assert heading
    assert title
    first = " ".join(re.sub(r"<[^>]+>", " ", heading[1]).split())
    assert " ".join(title[1].split()).startswith(first), f"the title begins with the heading: {title[1]!r} {first!r}"
    assert re.search(r'<html[^>]* lang="(nb|nn|en)"', text)
    assert page.inputs.keys() <= page.labels | page.named, (
        f"fields without a label: {page.inputs.keys() - page.labels - page.named}"
    )
    assert " style=" not in text
    assert " onclick=" not in text
