"""The provider of the national sign-in, spoken to over the network: where it is, its keys, and a code made into a token (Authlib).

Nothing here is called with a transaction open, and nothing that goes wrong is logged but by its class: an answer may hold a person.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tvist.accounts.outside_token import OutsideRefusal, Refused, read_token

if TYPE_CHECKING:
    from datetime import datetime

    from tvist.accounts.outside_token import Outsider
    from tvist.config import OutsideSignIn

PATIENCE: Final = (3.05, 10)
"""Seconds to wait for the provider to be reached, and for its answer."""
KNOWN_FOR: Final = 3600.0
"""Seconds for which what the provider said of itself is believed without asking again."""
KEYS_AGAIN_AFTER: Final = 60.0
"""Seconds before a token with a key we do not know makes us ask for the keys again: nobody makes us ask more often."""
ASSERTION_HOLDS: Final = 60
log = logging.getLogger("tvist")


@dataclass(frozen=True)
class Asked:
    """What we ask of the provider for one sign-in: who may answer it (state), what the answer must repeat (nonce), and the proof that the code is ours."""

    state: str
    nonce: str
    verifier: str
    back: str
    """Where the browser is led back to."""


class Provider:
    """One provider, with what it last said of itself."""

    def __init__(self, settings: OutsideSignIn) -> None:
        """`settings` name it; nothing is asked before it is needed."""
        self.settings = settings
        self._said: dict[str, Any] = {}
        self._said_at = 0.0
        self._keys = KeySet([])
        self._keys_at = 0.0

    def address(self, asked: Asked, *, language: str, anew: bool) -> str:
        """Where the browser is sent to sign in; `anew`: to prove again who one is, also where one is signed in there. Raises Refused when it is away."""
        wanted: dict[str, Any] = {"acr_values": self.settings.acr[0], "ui_locales": language}
        if self.settings.details:
            wanted["authorization_details"] = self.settings.details
        if anew:
            wanted |= {"prompt": "login", "max_age": "0"}
        with self._client(asked) as client:
            address, _state = client.create_authorization_url(
                self._endpoint("authorization_endpoint"),
                state=asked.state,
                nonce=asked.nonce,
                code_verifier=asked.verifier,
                **wanted,
            )
        return str(address)

    def who(self, asked: Asked, code: str, *, at: datetime) -> Outsider:
        """Make the code into a token, once, and read who it speaks of. Raises Refused."""
        token = self._token(asked, code)
        try:
            return read_token(token, self._key_set(), self.settings, nonce=asked.nonce, at=at)
        except Refused as refused:
            # The provider may have taken a new key since we asked for its keys.
            if refused.refusal is not OutsideRefusal.UNTRUSTED or time.monotonic() - self._keys_at < KEYS_AGAIN_AFTER:
                raise
        self._keys_at = 0.0
        return read_token(token, self._key_set(), self.settings, nonce=asked.nonce, at=at)

    def names_itself(self, issuer: str | None) -> bool:
        """Whether an answer came from this provider, as far as the answer says (RFC 9207); one that promises to say so must."""
        if issuer is None:
            return not self._metadata().get("authorization_response_iss_parameter_supported", False)
        return issuer == self.settings.issuer

    def _token(self, asked: Asked, code: str) -> str:
        endpoint = self._endpoint("token_endpoint")
        try:
            with self._client(asked) as client:
                answer = client.fetch_token(endpoint, code=code, code_verifier=asked.verifier, allow_redirects=False)
        except AuthlibBaseError as error:
            # The provider refuses the code, or us: what it says may hold anything, so the kind of refusal alone is noted.
            log.warning("outside sign-in: the provider refused a code (%s)", _known(error.error))
            raise Refused(OutsideRefusal.STALE if error.error == "invalid_grant" else OutsideRefusal.AWAY) from None
        except (requests.RequestException, ValueError) as error:
            raise _away(error) from None
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise Refused(OutsideRefusal.UNTRUSTED)
        return token

    def _client(self, asked: Asked) -> OAuth2Session:
        """An OAuth client for one exchange: it proves who we are by our key (RFC 7523), and that the code is its own by PKCE (RFC 7636)."""
        settings = self.settings
        client = OAuth2Session(
            settings.client_id,
            settings.key_file.read_text(encoding="ascii"),
            scope="openid",
            redirect_uri=asked.back,
            token_endpoint_auth_method=PrivateKeyJWT.name,
            code_challenge_method="S256",
            default_timeout=PATIENCE,
        )
        # The assertion names the provider itself as its audience, as ID-porten asks; and it holds for a minute, not for Authlib's hour.
        claims = {"exp": int(time.time()) + ASSERTION_HOLDS}
        headers = {"kid": settings.key_id} if settings.key_id else {}
        client.register_client_auth_method(PrivateKeyJWT(settings.issuer, claims=claims, headers=headers))
        return client

    def _endpoint(self, name: str) -> str:
        found = self._metadata().get(name)
        if not isinstance(found, str) or not _is_safe(found, self.settings.issuer):
            raise Refused(OutsideRefusal.AWAY)
        return found

    def _metadata(self) -> dict[str, Any]:
        if not self._said or time.monotonic() - self._said_at > KNOWN_FOR:
            said = _get(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
            if said.get("issuer") != self.settings.issuer:
                raise Refused(OutsideRefusal.UNTRUSTED)
            self._said, self._said_at = said, time.monotonic()
        return self._said

    def _key_set(self) -> KeySet:
        if not self._keys_at or time.monotonic() - self._keys_at > KNOWN_FOR:
            try:
                self._keys = KeySet.import_key_set(_get(self._endpoint("jwks_uri")))  # type: ignore[arg-type]  # Whatever it is, it is tried.
            except (JoseError, ValueError, TypeError, KeyError) as error:
                raise _away(error) from None
            self._keys_at = time.monotonic()
        return self._keys


@lru_cache(maxsize=4)
def provider_of(settings: OutsideSignIn) -> Provider:
    """The provider of these settings, one for each process: what it said of itself is asked for once an hour."""
    return Provider(settings)


def _get(address: str) -> dict[str, Any]:
    try:
        answer = requests.get(address, timeout=PATIENCE, allow_redirects=False)
        answer.raise_for_status()
        said = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise _away(error) from None
    if answer.status_code != requests.codes.ok or not isinstance(said, dict):
        raise Refused(OutsideRefusal.AWAY)
    return said


def _away(error: Exception) -> Refused:
    log.warning("outside sign-in: the provider does not answer (%s)", type(error).__name__)
    return Refused(OutsideRefusal.AWAY)


def _is_safe(address: str, issuer: str) -> bool:
    """Whether what the provider says leads over TLS; a provider of the demo may be without."""
    return address.startswith("https://") or (issuer.startswith("http://") and address.startswith("http://"))


_ERRORS: Final = frozenset({"invalid_grant", "invalid_client", "invalid_request", "unauthorized_client", "invalid_scope"})


def _known(error: str | None) -> str:
    """The provider's error as one of the standard's words: the log takes nothing that another wrote."""
    return error if error in _ERRORS else "other"
