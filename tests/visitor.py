"""Somebody at a browser: keeps cookies from page to page, and sends forms with the token of the page last seen."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from tests.conftest import check_page
from tests.second_steps import a_fresh_code

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
PHRASE = "fire lodne katter danser"


class Visitor:
    """A browser without pictures. `page` is the text of the page last seen."""

    def __init__(self, app: Flask, address: str = "192.0.2.1") -> None:
        self.app = app
        self.client = app.test_client()
        self.address = address
        self.page = ""

    def get(self, path: str, **more: Any) -> TestResponse:
        return self._seen(self.client.get(path, environ_overrides={"REMOTE_ADDR": self.address}, **more))

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        fields = {"csrf_token": self.token(), **(data or {})}
        more.setdefault("headers", FROM_HERE)
        return self._seen(self.client.post(path, data=fields, environ_overrides={"REMOTE_ADDR": self.address}, **more))

    def send(self, path: str, body: bytes, content_type: str) -> TestResponse:
        """Post a body as it is."""
        return self._seen(self.client.post(path, data=body, content_type=content_type, headers=FROM_HERE))

    def token(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.page)
        return found[1] if found else ""

    def field(self, name: str) -> str:
        """The value of a hidden field, the last of that name: the frame has forms of its own above."""
        found = re.findall(rf'name="{re.escape(name)}" value="([^"]*)"', self.page)
        assert found, f"no field {name} on the page"
        return html.unescape(found[-1])

    def sign_in(self, email: str, phrase: str = PHRASE, **more: str) -> TestResponse:
        """Do both steps; where the first one fails, its answer."""
        answer = self.first_step(email, phrase, **more)
        return answer if answer.status_code != 303 else self.second_step(email, str(answer.location))

    def first_step(self, email: str, phrase: str = PHRASE, **more: str) -> TestResponse:
        self.get("/sign-in")
        return self.post("/sign-in", {"email": email, "password": phrase, **more})

    def second_step(self, email: str, path: str, **more: str) -> TestResponse:
        """Give the code of the app that the person has, or now gets."""
        fresh = a_fresh_code(self.app, email)
        self.get(path)
        return self.post("/sign-in/second", {"one_time_code": fresh, "next": self.field("next"), **more})

    def _seen(self, answer: TestResponse) -> TestResponse:
        if answer.mimetype == "text/html" and answer.status_code not in {301, 302, 303}:
            self.page = answer.get_data(as_text=True)
            check_page(self.page)
        return answer


def section(text: str, name: str) -> str:
    """The part of the page under the heading with that id; empty where there is none."""
    start = f'aria-labelledby="{name}"'
    return text[text.index(start) :].split("</section>", maxsplit=1)[0] if start in text else ""
