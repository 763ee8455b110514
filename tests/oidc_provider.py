"""A provider of the national sign-in with a port of its own (oidc-provider-mock), made as strict as ID-porten is in what it asks of us.

It refuses a client that does not prove by its key who it is (private_key_jwt), and a code without the PKCE verifier that belongs to it.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import re
import threading
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import flask
import requests
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

from tvist.config import OutsideSignIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from werkzeug.test import TestResponse

    from tests.visitor import Visitor

with warnings.catch_warnings():
    # The provider stands on parts of Authlib that are to be replaced; nothing of ours does.
    warnings.simplefilter("ignore")
    import oidc_provider_mock

CLIENT = "tvist-in-tests"
LEVEL = "high"
NUMBER = "987654321"
logging.getLogger("oidc_provider_mock").setLevel(logging.CRITICAL)
logging.getLogger("werkzeug").setLevel(logging.ERROR)


@dataclass
class StandIn:
    """The provider as tests see it: what it is told to do wrong, and what it was asked."""

    settings: OutsideSignIn
    own_key: RSAKey
    """The key of Tvist, of which a provider knows the public half."""
    alter: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    """What is made of the claims before they are signed again."""
    signer: RSAKey | None = None
    """Another key than its own, to sign with."""
    refused: list[str] = field(default_factory=list)
    challenges: dict[str, str] = field(default_factory=dict)
    spent: set[str] = field(default_factory=set)

    def reset(self) -> None:
        """As it began."""
        self.alter = self.signer = None
        self.refused.clear()

    def knows(self, subject: str, **claims: Any) -> None:
        """Let it know a person, with what it tells of them."""
        told = {"acr": LEVEL, "authorization_details": [{"type": "ansattporten:altinn:service", **acting(NUMBER)}], **claims}
        answer = requests.put(f"{self.settings.issuer}/users/{subject}", json=told, timeout=5)
        assert answer.status_code == 204

    def answers(self, asked: str, subject: str, action: str = "") -> str:
        """The address that it sends the browser back to, when `subject` signs in there: path and query of ours."""
        answer = requests.post(asked, data={"sub": subject, "action": action}, allow_redirects=False, timeout=5)
        back = urlsplit(answer.headers["Location"])
        assert back.path == "/outside/back"
        return f"{back.path}?{back.query}"

    def fault_of(self, form: dict[str, str]) -> str:
        """What a strict provider has against a request for a token."""
        if form.get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer":
            return "no assertion"
        claims = jwt.decode(form["client_assertion"], self.own_key, algorithms=["RS256"]).claims
        if claims["iss"] != CLIENT or claims["sub"] != CLIENT or claims["aud"] != self.settings.issuer:
            return "assertion of another"
        if claims["exp"] - claims["iat"] > 120 or claims["jti"] in self.spent:
            return "assertion for long, or used"
        self.spent.add(claims["jti"])
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        expected = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        return "" if self.challenges.get(form["code"]) == expected else "another's code"


def acting(number: str) -> dict[str, Any]:
    """Whom the person acts for, as Ansattporten tells it."""
    return {"authorized_parties": [{"orgno": {"authority": "iso6523-actorid-upis", "ID": f"0192:{number}"}, "name": "Vik"}]}


def go(visitor: Visitor, standing: StandIn, path: str, subject: str, action: str = "") -> TestResponse:
    """To the provider by the page of ours, sign in there, and back."""
    asked = visitor.get(path)
    assert asked.status_code == 302, visitor.page
    return visitor.get(standing.answers(str(asked.location), subject, action))


@contextmanager
def running_provider(folder: Path) -> Iterator[StandIn]:
    """The provider on a port of its own, until the end."""
    own_key = RSAKey.generate_key(2048)
    key_file = folder / "oidc.pem"
    key_file.write_bytes(own_key.as_pem(private=True))
    app = oidc_provider_mock.app(require_nonce=True)
    server = make_server("localhost", 0, app, threaded=True)
    standing = StandIn(_settings(f"http://localhost:{server.server_port}", key_file), own_key)
    _make_strict(app, standing)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield standing
    server.shutdown()
    thread.join()
    server.server_close()


def _settings(issuer: str, key_file: Path) -> OutsideSignIn:
    return OutsideSignIn(
        issuer=issuer,
        client_id=CLIENT,
        key_file=key_file,
        key_id="",
        acr=(LEVEL,),
        name="Ansattporten",
        subject="sub",
        organisation=("authorization_details", "authorized_parties", "orgno", "ID"),
        details="",
    )


def _make_strict(app: flask.Flask, standing: StandIn) -> None:
    def check() -> flask.typing.ResponseReturnValue | None:
        if flask.request.path == "/oauth2/authorize" and flask.request.args.get("code_challenge_method") != "S256":
            standing.refused.append("no PKCE")
            return {"error": "invalid_request"}, 400
        if flask.request.path != "/oauth2/token":
            return None
        if fault := standing.fault_of(flask.request.form.to_dict()):
            standing.refused.append(fault)
            return {"error": "invalid_client"}, 401
        # The provider behind knows no assertions: whom ours has proved to be us, it is told in the way it knows.
        flask.request.environ["HTTP_AUTHORIZATION"] = f"Basic {base64.b64encode(f'{CLIENT}:-'.encode()).decode()}"
        return None

    def note(answer: flask.Response) -> flask.Response:
        if flask.request.path == "/oauth2/authorize" and "Location" in answer.headers:
            told = parse_qs(urlsplit(answer.headers["Location"]).query)
            standing.challenges[told.get("code", [""])[0]] = flask.request.args["code_challenge"]
            if "state" not in told:
                # As the standard says (RFC 6749, 4.1.2.1), and this provider forgets: a refusal repeats the state.
                answer.headers["Location"] += f"&state={flask.request.args['state']}"
        return answer

    app.before_request(check)
    app.after_request(note)
    app.after_request(lambda answer: _changed(answer, standing))


def _changed(answer: flask.Response, standing: StandIn) -> flask.Response:
    """The answer with the token as the test wants it."""
    if flask.request.path == "/oauth2/token" and answer.status_code == 200 and (standing.alter or standing.signer):
        own = RSAKey.import_key(flask.g.oidc_provider_mock_storage.jwk.as_dict(is_private=True))
        token = jwt.decode(answer.json["id_token"], own)  # type: ignore[index]  # A token answer is an object.
        claims = standing.alter(dict(token.claims)) if standing.alter else token.claims
        answer.set_data(flask.json.dumps({**answer.json, "id_token": jwt.encode(token.header, claims, standing.signer or own)}))  # type: ignore[dict-item]
    return answer


def state_of(path: str) -> str:
    """The state in an address."""
    found = re.search(r"[?&]state=([^&]+)", path)
    assert found
    return found[1]
