"""People at work over HTTP, who send the same form again until somebody has taken it, and write down what was acknowledged to them."""

from __future__ import annotations

import io
import secrets
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import requests
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from tests.pages.test_filing import written
from tvist.accounts.models import SignIn
from tvist.accounts.queries import hashed
from tvist.accounts.sign_ins import PROOF_HOLDS_FOR
from tvist.clock import now

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.campaign.crash.place import Place
    from tests.people import Cast
    from tvist.accounts.models import User

PAUSE = 0.1
TOO_LONG = 180.0


class Stopped(Exception):
    """The campaign is over: what was not acknowledged by now never was."""


def _letters(count: int) -> str:
    """That many bytes of chance, in letters alone: among digits the search before sending finds telephones."""
    return secrets.token_bytes(count).hex().translate(str.maketrans("0123456789abcdef", "bcdfghjklmnpqrst"))


@dataclass
class Acknowledged:
    """What people were told was done, by what they themselves know of it."""

    filed: list[str] = field(default_factory=list)
    """Addresses of drafts that were sent."""
    uploaded: list[tuple[str, str]] = field(default_factory=list)
    """Draft and name of the paper."""
    messages: list[str] = field(default_factory=list)
    votes: list[tuple[str, int]] = field(default_factory=list)
    """Question and member."""
    ordered: list[str] = field(default_factory=list)
    """Cases whose issue was ordered."""

    def count(self) -> int:
        """How many acts were acknowledged."""
        return sum(map(len, vars(self).values()))


class Browser:
    """`ask` as the other tests know it, over HTTP."""

    def __init__(self, place: Place, app: Flask, stop: threading.Event) -> None:
        self.place, self.app, self.stop = place, app, stop
        self._cookies: dict[int, tuple[str, str, float]] = {}
        self._lock = threading.Lock()

    def __call__(self, method: str, url: str, *, as_: User, data: dict[str, Any] | None = None, **files: Any) -> Any:
        """Ask until there is an answer that is the server's own. Raises Stopped."""
        cookie, token = self._signed_in(as_)
        fields = {"csrf_token": token, "_key": secrets.token_urlsafe(12), **(data or {})}
        began = time.monotonic()
        while True:
            try:
                answer = requests.request(
                    method,
                    self.place.environment["TVIST_BASE_URL"] + url,
                    data=fields if method == "POST" else None,
                    files={name: (filename, io.BytesIO(content)) for name, (filename, content) in files.items()} or None,
                    headers={"Cookie": cookie, "Sec-Fetch-Site": "same-origin"},
                    allow_redirects=False,
                    timeout=30,
                )
            except requests.RequestException:
                answer = None
            if answer is not None and answer.status_code < 500:
                return self._told(answer)
            assert answer is None or answer.status_code == 503, f"{answer.status_code} at {url}"
            assert time.monotonic() < began + TOO_LONG, f"nobody answers at {url}"
            if self.stop.is_set():
                raise Stopped
            time.sleep(PAUSE)

    def _told(self, answer: requests.Response) -> Any:
        """The answer, with the names that a test client's has."""
        location = answer.headers.get("Location", "").removeprefix(self.place.environment["TVIST_BASE_URL"])
        return SimpleNamespace(status_code=answer.status_code, location=location, get_data=lambda **_: answer.text)

    def _signed_in(self, user: User) -> tuple[str, str]:
        with self._lock:
            cookie, token, until = self._cookies.get(user.id, ("", "", 0.0))
            if time.monotonic() > until:
                # They sign in anew before their last proof has grown old.
                cookie, token = self._signing_in(user)
                self._cookies[user.id] = cookie, token, time.monotonic() + PROOF_HOLDS_FOR.total_seconds() / 2
            return cookie, token

    def _signing_in(self, user: User) -> tuple[str, str]:
        token, raw, began = secrets.token_urlsafe(32), secrets.token_hex(20), now()
        with self.place.installation.database.writing() as session:
            found = SignIn(token_hash=hashed(token), user_id=user.id, began_at=began, expires_at=began + timedelta(hours=12))
            found.proved_at = began
            session.add(found)
            session.commit()
        signing = SecureCookieSessionInterface().get_signing_serializer(self.app)
        assert signing
        cookie = signing.dumps({"sign_in": token, "csrf_token": raw})
        csrf = URLSafeTimedSerializer(str(self.app.secret_key), salt="wtf-csrf-token").dumps(raw)
        return f"tvist={cookie}", str(csrf)


@dataclass
class Work:
    """What each of them does, over and over or once, each in a thread."""

    ask: Browser
    cast: Cast
    done: Acknowledged
    threads: str
    """The address of the messages of a case."""
    votes: list[tuple[str, str, User]]
    """Address of a question, its id, who votes."""
    issues: list[str]

    def ways(self) -> list[Callable[[], None]]:
        """The ways, to be gone side by side."""
        return [self.file, self.write, self.decide]

    def file(self) -> None:
        """File requests with papers."""
        while True:
            draft = written(self.ask, self.cast.asta)  # type: ignore[arg-type]  # It asks as the others do.
            name = f"{_letters(8)}.txt"
            answer = self.ask("POST", f"{draft}/papers", as_=self.cast.asta, papers=(name, _letters(20_000).encode()))
            assert answer.status_code == 303
            self.done.uploaded.append((draft, name))
            answer = self.ask("POST", f"{draft}/send", as_=self.cast.asta)
            assert answer.status_code == 303, answer.get_data()
            self.done.filed.append(draft)

    def write(self) -> None:
        """Write messages, each of which makes letters."""
        while True:
            text = f"Melding {_letters(8)}"
            assert self.ask("POST", self.threads, as_=self.cast.asta, data={"text": text}).status_code == 303
            self.done.messages.append(text)

    def decide(self) -> None:
        """Vote, and order the issue of what is approved."""
        for number, (address, question, member) in enumerate(self.votes):
            assert self.ask("POST", address, as_=member, data={"who": "state"}).status_code == 303
            self.done.votes.append((question, member.id))
            if number < len(self.issues):
                assert self.ask("POST", f"{self.issues[number]}/decision/issue", as_=self.cast.cato).status_code == 303
                self.done.ordered.append(self.issues[number])
