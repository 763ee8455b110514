"""A real browser against a real server: headless Chromium, the application in a thread, and axe on every page that is visited."""

from __future__ import annotations

import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from tvist.words import Message, render
from tvist.workers import work_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from tvist.installation import Installation

T = TypeVar("T")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW = "install Chromium (Debian: apt-get install chromium) or name it in TVIST_BROWSER"
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WAIT = 45_000
"""Milliseconds: a machine that does much else is slow, and what never comes is told all the same."""
expect.set_options(timeout=WAIT)


def browser_path() -> str | None:
    """The browser that TVIST_BROWSER names, else one on the path."""
    return os.environ.get("TVIST_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for each file of ways; without one the browser tests are left out by name, or fail if they are required.

    It goes when the file is done: while it is there, its thread has an event loop, and what seals a PDF cannot have one of its own.
    """
    path = browser_path()
    if path is None:
        if os.environ.get("TVIST_REQUIRE_BROWSER") == "1":
            pytest.fail(f"browser tests are required: {HOW}")
        pytest.skip(f"no browser: {HOW}")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=list(SWITCHES))
        yield found
        found.close()


@dataclass
class Visit:
    """Somebody's way through the pages: one browser window, and what every page visited must fulfil."""

    page: Page
    address: str
    installation: Installation
    who: str = ""
    looked: set[tuple[str, str]] = field(default_factory=set)
    faults: set[str] = field(default_factory=set)
    """What was wrong with the pages on the way; the end of the way fails if there is any."""

    def go(self, path: str) -> None:
        """Open an address and look the page over."""
        self.page.goto(self.address + path)
        self.look()

    def look(self) -> None:
        """axe finds nothing, and nothing is wider than the window. A page is looked over the first time somebody meets it.

        The two databases give the same pages, so axe reads those of one: it takes half the time of a long way.
        """
        path = self.page.url.removeprefix(self.address)
        if (self.who, path) in self.looked:
            return
        self.looked.add((self.who, path))
        if self.installation.database.is_sqlite:
            for fault in Axe().run(self.page, options={"resultTypes": ["violations"]}).response["violations"]:
                targets = "; ".join(str(node["html"])[:160] for node in fault["nodes"])
                self.faults.add(f"{path}: {fault['id']}: {targets}")
        if not self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"):
            self.faults.add(f"{path} scrolls sideways")

    def press(self, name: str) -> None:
        """Press the button with that name, and look at where it leads."""
        # A form that keeps what is typed sends that first, and itself a moment later.
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).click()
        self.look()

    def do(self, code: str, **params: Any) -> None:
        """Press the button whose text has that code."""
        self.press(render(Message(code, **params), "nb"))

    def fill(self, fields: dict[str, str]) -> None:
        """Fill fields by their names: texts, choices, lists and ticks. What is empty is left as it stands."""
        for name, value in ((name, value) for name, value in fields.items() if value):
            found = self.page.locator(f'main [name="{name}"]')
            kind = found.first.evaluate("field => field.tagName === 'SELECT' ? 'select' : field.type")
            if kind == "radio":
                self.page.locator(f'main [name="{name}"][value="{value}"]').check()
            elif kind == "checkbox":
                found.check()
            elif kind == "select":
                found.select_option(value)
            else:
                found.fill(value)

    def text(self) -> str:
        """What the page says."""
        return self.page.locator("main").inner_text().replace("\N{NO-BREAK SPACE}", " ")

    def follow(self, name: str) -> None:
        """Follow the link with that name, and look at where it leads."""
        self.page.get_by_role("link", name=name).first.click()
        self.page.wait_for_load_state()
        self.look()

    def become(self, name: str) -> None:
        """Sign in as one of the invented people, by the page of the demo."""
        self.page.context.clear_cookies()
        self.who = ""
        self.go("/demo")
        self.who = name
        self.page.get_by_role("button", name=name).first.click()
        self.page.wait_for_load_state()
        self.look()

    def let_the_worker_work(self) -> None:
        """Do the jobs that wait and send the letters, as the worker beside the server does."""
        while beside(lambda: work_once(self.installation)):
            pass


def beside(work: Callable[[], T]) -> T:
    """Do something in a thread of its own, as another program would: the browser's has an event loop, and sealing begins one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(work).result()


class Answering(WSGIRequestHandler):
    """Lets go of a connection on which the browser asks for nothing, so that the server can wait for all its answers."""

    timeout = 5


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The application on a free port of this machine. It ends when all it was asked is answered: the application is the next test's too."""
    # No file of the pages changes meanwhile: without this the browser asks for each of them anew with every page.
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Answering)
    # Closing waits for threads that are no daemons.
    server.daemon_threads = False  # type: ignore[attr-defined]  # A server with threads has it.
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=[(1280, 900), (375, 800)], ids=["desk", "phone"])
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    """The window: a desk's and a phone's."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def visit(browser: Browser, address: str, installation: Installation) -> Iterator[Visit]:
    """A window at desk width."""
    yield from _window(browser, address, installation, (1280, 900))


@pytest.fixture
def any_visit(browser: Browser, address: str, installation: Installation, size: tuple[int, int]) -> Iterator[Visit]:
    """A window at desk and at phone width."""
    yield from _window(browser, address, installation, size)


def _window(browser: Browser, address: str, installation: Installation, size: tuple[int, int]) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="nb-NO")
    context.set_default_timeout(WAIT)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda said: faults.append(said.text) if said.type == "error" and "Failed to load resource" not in said.text else None,
    )
    visit = Visit(page, address, installation)
    yield visit
    context.close()
    assert faults == [], "the browser complained"
    assert sorted(visit.faults) == []
