"""Passkeys (WebAuthn): what a browser is asked, and what its answer is worth. The person must have unlocked it (user verification).

A challenge is signed and tells by itself whose it is, what for and when, so that a page that is only read stores nothing; what is stored is that it
was answered, so that an answer counts once.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import sqlalchemy as sa
from itsdangerous import BadData, URLSafeTimedSerializer
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.parse_authentication_credential_json import parse_authentication_credential_json
from webauthn.helpers.parse_registration_credential_json import parse_registration_credential_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from tvist.accounts.factors import FactorKind, SecondFactor, SpentChallenge
from tvist.db import insert_once, session_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from tvist.accounts.models import User
    from tvist.config import Config

NAME: Final = "Tvist"
ANSWERED_WITHIN: Final = timedelta(minutes=10)
_NOBODY: Final = ""


class BadAnswer(Exception):
    """The browser's answer is worth nothing: unknown, old, used before, from elsewhere, or not unlocked by a person."""


@dataclass(frozen=True)
class Site:
    """What a passkey is bound to: the name of this place, and the address that its pages stand at."""

    name: str
    origin: str


@dataclass(frozen=True)
class Asking:
    """What challenges are signed with, and for what: setting up, a second step, a sign-in by passkey alone."""

    site: Site
    secret: str
    purpose: str


def site_of(config: Config, visited: str) -> Site | None:
    """The place that passkeys are bound to, by `TVIST_BASE_URL`; None where there can be none, as at an address of numbers.

    The demo stands at 127.0.0.1, which no passkey can be bound to; visited at `http://localhost:…` it has them.
    """
    for address in (config.base_url, visited if config.is_demo else ""):
        parts = urlsplit(address)
        host = parts.hostname or ""
        if not host or _is_number(host) or (address is visited and host != "localhost"):
            continue
        if urlsplit(visited).hostname == host:
            return Site(host, f"{parts.scheme}://{parts.netloc}")
    return None


def options_to_make(asking: Asking, user: User, known: Sequence[SecondFactor]) -> str:
    """What the browser is asked to make a passkey for `user`, as JSON; `known` are those it has already."""
    return options_to_json(
        generate_registration_options(
            rp_id=asking.site.name,
            rp_name=NAME,
            user_id=user.public_id.encode(),
            user_name=user.email,
            user_display_name=user.name,
            challenge=_challenge(asking, user.public_id),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=_described(known),
        )
    )


def options_to_use(asking: Asking, user: User | None = None, known: Sequence[SecondFactor] = ()) -> str:
    """What the browser is asked to use a passkey, as JSON: one of `known`, or any that the person chooses."""
    return options_to_json(
        generate_authentication_options(
            rp_id=asking.site.name,
            challenge=_challenge(asking, user.public_id if user else _NOBODY),
            allow_credentials=_described(known) or None,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def add_passkey(user: User, asking: Asking, *, answer: str, name: str, at: datetime) -> SecondFactor:
    """Take a passkey into use. Raises `BadAnswer`."""
    session = session_of(user)
    try:
        credential = parse_registration_credential_json(answer)
        challenge = _spent(session, asking, credential.response.client_data_json, whose=user.public_id, at=at)
        found = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=asking.site.name,
            expected_origin=asking.site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise BadAnswer from error
    known_by = bytes_to_base64url(found.credential_id)
    if session.scalar(sa.select(SecondFactor.id).where(SecondFactor.credential_id == known_by)) is not None:
        raise BadAnswer
    made = SecondFactor(
        user_id=user.id,
        kind=FactorKind.PASSKEY,
        name=name,
        made_at=at,
        credential_id=known_by,
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
    )
    session.add(made)
    return made


def use_passkey(session: Session, asking: Asking, *, answer: str, at: datetime, user: User | None = None) -> User:
    """Whose passkey this is, if the answer is good; with `user`, it must be theirs. Raises `BadAnswer`."""
    try:
        credential = parse_authentication_credential_json(answer)
        whose = user.public_id if user else _NOBODY
        challenge = _spent(session, asking, credential.response.client_data_json, whose=whose, at=at)
        passkey = _passkey(session, credential.id, user)
        held_by = credential.response.user_handle
        if held_by is not None and held_by != passkey.user.public_id.encode():
            raise BadAnswer
        found = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=asking.site.name,
            expected_origin=asking.site.origin,
            credential_public_key=passkey.public_key or b"",
            credential_current_sign_count=passkey.sign_count or 0,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise BadAnswer from error
    passkey.sign_count, passkey.last_used_at = found.new_sign_count, at
    return passkey.user


def _passkey(session: Session, known_by: str, user: User | None) -> SecondFactor:
    passkey = session.scalar(sa.select(SecondFactor).where(SecondFactor.credential_id == known_by))
    if passkey is None or not passkey.user.is_active or (user is not None and passkey.user_id != user.id):
        raise BadAnswer
    return passkey


def _described(known: Sequence[SecondFactor]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(found.credential_id)) for found in known if found.credential_id]


def _signer(asking: Asking) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(asking.secret, salt="passkey")


def _challenge(asking: Asking, whose: str) -> bytes:
    return str(_signer(asking).dumps([asking.purpose, whose, secrets.token_urlsafe(16)])).encode()


def _spent(session: Session, asking: Asking, client_data: bytes, *, whose: str, at: datetime) -> bytes:
    """The challenge that was answered, if it is ours, for this person and purpose, young, and not answered before."""
    challenge = parse_client_data_json(client_data).challenge
    try:
        purpose, asked, _once = _signer(asking).loads(challenge, max_age=int(ANSWERED_WITHIN.total_seconds()))
    except BadData as error:
        raise BadAnswer from error
    if (purpose, asked) != (asking.purpose, whose):
        raise BadAnswer
    session.execute(sa.delete(SpentChallenge).where(SpentChallenge.at < at - 2 * ANSWERED_WITHIN))
    if not insert_once(session, SpentChallenge, challenge_hash=hashlib.sha256(challenge).hexdigest(), at=at):
        raise BadAnswer
    return challenge


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
