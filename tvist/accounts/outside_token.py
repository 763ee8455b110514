"""The ID token of the national sign-in: what we believe of it, and what we refuse. No network, no database, no clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from joserfc import jwt
from joserfc.errors import JoseError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from joserfc.jwk import KeySet

    from tvist.config import OutsideSignIn

ALGORITHMS: Final = ("RS256", "PS256", "ES256")
"""Signatures by a key of which only the provider has the private half. `none`, and secrets shared with us, are no signatures."""
LEEWAY: Final = timedelta(seconds=30)
"""How far the provider's clock may be from ours."""
LONGEST_SUBJECT: Final = 255
_ORGANISATION: Final = re.compile(r"(?:0192:)?(?P<number>[0-9]{9})")
"""Nine digits; as ISO 6523 has it, after the number of the Norwegian register."""


class OutsideRefusal(StrEnum):
    """Why a sign-in from outside came to nothing, as its page tells it."""

    CANCELLED = "cancelled"
    STALE = "stale"  # Too old, used before, begun in another browser, or not begun here at all.
    LEVEL = "level"
    UNTRUSTED = "untrusted"
    AWAY = "away"
    UNKNOWN = "unknown"  # No account, a shut one, or none in the organisation: one and the same answer.
    NO_ORGANISATION = "no_organisation"
    NOT_ANEW = "not_anew"
    OTHER_PERSON = "other_person"
    TAKEN = "taken"


class Refused(Exception):
    """The sign-in came to nothing; the reason is one of a closed list, and nothing of the person goes along."""

    def __init__(self, refusal: OutsideRefusal) -> None:
        """`refusal` says why."""
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True)
class Outsider:
    """Who came back from the provider, as its token told it: never kept, never logged, never shown."""

    subject: str
    organisation_number: str | None
    authenticated_at: datetime | None

    def __repr__(self) -> str:
        return "Outsider()"


def read_token(token: str, keys: KeySet, settings: OutsideSignIn, *, nonce: str, at: datetime) -> Outsider:
    """Who the token speaks of. Raises Refused for one that is not signed by these keys, not for us, not of now, or not of this sign-in.

    The level of assurance is read in the token itself: that it was asked for proves nothing.
    """
    try:
        claims = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
    except (JoseError, ValueError, TypeError, KeyError):
        raise Refused(OutsideRefusal.UNTRUSTED) from None
    _refuse_foreign(claims, settings, at)
    if claims.get("nonce") != nonce:
        raise Refused(OutsideRefusal.STALE)
    if claims.get("acr") not in settings.acr:
        raise Refused(OutsideRefusal.LEVEL)
    subject = claims.get(settings.subject)
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise Refused(OutsideRefusal.UNTRUSTED)
    return Outsider(subject, organisation_in(claims, settings.organisation), _moment(claims.get("auth_time")))


def organisation_in(claims: Mapping[str, Any], path: tuple[str, ...]) -> str | None:
    """The number of the organisation that stands at `path` (names from the outside in; of a list, each member).

    None where there is none, and where there are several: one sign-in acts for one organisation.
    """
    told = {found["number"] for value in _at(claims, path) if (found := _ORGANISATION.fullmatch(str(value)))} if path else set()
    return told.pop() if len(told) == 1 else None


def is_anew(outsider: Outsider, *, asked_at: datetime, at: datetime) -> bool:
    """Whether the provider says that the person proved who they are since they were asked to. A token that does not say when proves nothing."""
    moment = outsider.authenticated_at
    return moment is not None and asked_at - LEEWAY <= moment <= at + LEEWAY


def _refuse_foreign(claims: Mapping[str, Any], settings: OutsideSignIn, at: datetime) -> None:
    """Raises Refused for a token of another provider or for another client, and for one that has run out or is not yet issued."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    is_ours = settings.client_id in audiences and claims.get("azp", settings.client_id) == settings.client_id
    if claims.get("iss") != settings.issuer or not is_ours or (len(audiences) > 1 and "azp" not in claims):
        raise Refused(OutsideRefusal.UNTRUSTED)
    issued, ends = _moment(claims.get("iat")), _moment(claims.get("exp"))
    if issued is None or ends is None or issued > at + LEEWAY or ends <= at - LEEWAY:
        raise Refused(OutsideRefusal.STALE)


def _moment(seconds: object) -> datetime | None:
    """A moment from the seconds of a token; None for what is none."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _at(value: object, path: tuple[str, ...]) -> Iterator[object]:
    if isinstance(value, list):
        for member in value:
            yield from _at(member, path)
    elif not path:
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from _at(value[path[0]], path[1:])
