"""What every answer says to the browser, and what is refused before any page looks at it: a strange host, a long address, too many fields, no token."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

import pytest
from flask import request

from tests.conftest import _sign_in
from tests.walk.table import lines
from tvist.access.guard import open_to_all
from tvist.config import Misconfigured, read_config
from tvist.pages import make_app
from tvist.web.requests import LONGEST_ADDRESS, MAX_FORM_PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from werkzeug.routing import Rule

    from tests.people import Cast
    from tvist.installation import Installation

ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FOR_MACHINES: Final = frozenset({"delivery.take_bounces", "published.verify"})
"""These change nothing for anybody by a cookie, and ask for no token: a signature, or nothing at all."""
MAY_BE_KEPT: Final = frozenset({"published", "static"})
PARTS: Final[dict[str, Any]] = {"slug": "2026-0001", "number": 1, "version": 1, "page": 1, "place": 1, "member_id": 1}


@pytest.fixture
def kind() -> str:
    """One database is enough: what a page answers does not differ."""
    return "sqlite"


def addresses(app: Flask, method: str) -> Iterator[tuple[Rule, str]]:
    """Every address that takes the method, with something in its parts."""
    there = app.url_map.bind("")
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()):
            texts = dict.fromkeys(rule.arguments, "x")
            numbered = {name: 1 for name, converter in rule._converters.items() if converter.__class__.__name__ == "_Number"}
            yield rule, there.build(rule.endpoint, texts | numbered)


def test_every_answer_says_how_strict_the_browser_is_to_be(app: Flask, installation: Installation, cast: Cast) -> None:
    browser = app.test_client()
    _sign_in(browser, installation, cast.eva)
    for rule, address in addresses(app, "GET"):
        answer = browser.get(address)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, address
        assert "unsafe" not in policy, address
        assert ALWAYS.items() <= dict(answer.headers).items(), address
        assert answer.headers["X-Frame-Options"] == ("SAMEORIGIN" if "frame-ancestors 'self'" in policy else "DENY")
        assert "camera=()" in answer.headers["Permissions-Policy"]
        if rule.endpoint != "static":
            assert answer.headers["Cache-Control"] == "no-store", address


def test_by_https_the_cookie_is_bound_to_the_host_and_the_browser_comes_by_nothing_else(installation: Installation) -> None:
    config = dataclasses.replace(installation.config, base_url="https://tvist.example")
    answer = make_app(dataclasses.replace(installation, config=config)).test_client().get("/sign-in", base_url=config.base_url)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-tvist=")
    assert all(said in cookie for said in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"))
    assert "Domain" not in cookie
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_without_https_the_demo_asks_for_none(app: Flask) -> None:
    answer = app.test_client().get("/sign-in")
    assert "Strict-Transport-Security" not in answer.headers
    assert answer.headers["Set-Cookie"].startswith("tvist=")


@pytest.mark.parametrize(
    "host", ["evil.example", "tvist.example.evil.example", "localhost.evil.example", "evil.example:8000", "a b"]
)
def test_under_a_name_that_is_not_ours_nothing_is_told(app: Flask, host: str) -> None:
    for address in ("/", "/cases/2026-0001", "/static/tvist.css", "/sign-in"):
        answer = app.test_client().get(address, headers={"Host": host})
        assert answer.status_code == 400
        assert answer.get_data(as_text=True) == "400 Bad Request\n"
        assert "Location" not in answer.headers


def test_the_name_of_its_address_is_the_one_it_answers_to(installation: Installation) -> None:
    config = dataclasses.replace(installation.config, base_url="https://tvist.example")
    browser = make_app(dataclasses.replace(installation, config=config)).test_client()
    assert browser.get("/sign-in", headers={"Host": "tvist.example"}).status_code == 200
    assert browser.get("/sign-in", headers={"Host": "other.example"}).status_code == 400


def test_an_address_longer_than_any_of_ours_is_refused(app: Flask) -> None:
    browser = app.test_client()
    assert browser.get("/opinions?q=" + "a" * (LONGEST_ADDRESS - 100)).status_code == 200
    assert browser.get("/opinions?q=" + "a" * LONGEST_ADDRESS).status_code == 414


def test_more_fields_than_any_form_has_are_refused_in_either_way_of_sending(
    app: Flask, installation: Installation, cast: Cast
) -> None:
    browser = app.test_client()
    _sign_in(browser, installation, cast.asta)
    many = "&".join(["a=b"] * (MAX_FORM_PARTS + 1))
    kind = "application/x-www-form-urlencoded"
    assert browser.post("/drafts", data=many, content_type=kind).status_code == 413
    parts = "".join(f'--x\r\nContent-Disposition: form-data; name="a{each}"\r\n\r\nb\r\n' for each in range(MAX_FORM_PARTS + 1))
    assert browser.post("/drafts", data=f"{parts}--x--\r\n", content_type="multipart/form-data; boundary=x").status_code == 413
    assert browser.post("/drafts", data=b"a" * 3_000_000, content_type=kind).status_code == 413


def test_nothing_is_done_without_a_token(app: Flask, installation: Installation, cast: Cast, database: Any) -> None:
    """The pages for everybody; the walk tries all that ask who comes."""
    table = lines()
    for rule, address in addresses(app, "POST"):
        if table[rule.endpoint].is_for_all and rule.endpoint not in FOR_MACHINES:
            browser = app.test_client()
            _sign_in(browser, installation, cast.asta)
            answer = browser.post(
                address, data={"email": "asta@example.invalid", "person": cast.siri.public_id, "language": "en"}
            )
            assert answer.status_code in {303, 400}, address
            assert browser.get("/desk").status_code == 200, f"{address} ends the sign-in"
            assert 'lang="nb"' in browser.get("/desk").get_data(as_text=True), address


def asked_by(installation: Installation, proxies: int, **headers: str) -> str:
    """The address that the program takes the browser's to be."""
    app = make_app(dataclasses.replace(installation, config=dataclasses.replace(installation.config, proxies=proxies)))
    app.add_url_rule("/who", view_func=open_to_all(lambda: str(request.remote_addr)))
    return app.test_client().get("/who", headers=headers, environ_base={"REMOTE_ADDR": "192.0.2.1"}).get_data(as_text=True)


@pytest.mark.parametrize(
    ("proxies", "said", "believed"),
    [
        (0, "198.51.100.7", "192.0.2.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (2, "203.0.113.9, 198.51.100.7, 192.0.2.9", "198.51.100.7"),
    ],
)
def test_what_a_request_says_of_its_sender_is_believed_of_our_own_proxies_alone(
    installation: Installation, proxies: int, said: str, believed: str
) -> None:
    assert asked_by(installation, proxies, **{"X-Forwarded-For": said}) == believed


def test_an_address_with_a_pass_word_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "database"
    file.write_text("sqlite:///other.sqlite\n", encoding="utf-8")
    given = {"TVIST_INSTANCE": str(tmp_path), "TVIST_DATABASE_URL_FILE": str(file)}
    assert read_config(given).database_url == "sqlite:///other.sqlite"
    for wrong in ({"TVIST_DATABASE_URL_FILE": "/nowhere"}, {"TVIST_DATABASE_URL": "sqlite://"}, {"TVIST_PROXIES": "many"}):
        with pytest.raises(Misconfigured, match=next(iter(wrong))):
            read_config(given | wrong)
