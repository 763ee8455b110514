"""Where a mail service tells of letters that came back: a signed message, taken once.

The body is the report as a mail (`message/rfc822`), or JSON: `{"id": …, "message_id": "<…@tvist>", "code": "5.1.1", "hard": true}`. The header
`Tvist-Timestamp` is the moment in whole seconds since 1970, `Tvist-Signature` the HMAC-SHA256 of `<timestamp>.<body>` in hexadecimal.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from flask import request

from tvist.access.guard import open_to_machines, taken_in
from tvist.clock import now
from tvist.config import bounce_secret
from tvist.delivery.blueprint import bp
from tvist.delivery.bounces import LONGEST_CODE, Bounce, read_bounce, source_id_of, take_bounce
from tvist.errors import NotAllowed, NotFound
from tvist.web.session import current_session, installed

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

VALID_FOR: Final = timedelta(minutes=5)
"""How far the moment of a message may lie from ours: an older one may be a copy that somebody sends again."""
LONGEST_MOMENT: Final = 10
LONGEST_ID: Final = 998

log = logging.getLogger("tvist")


@dataclass(frozen=True)
class Told:
    """A message whose signature was found good; None where its body is no report."""

    bounce: Bounce | None

    def discard(self) -> None:
        """Nothing was kept."""


def take_in_bounce() -> Told:
    """Take in a message and prove who sends it. Raises NotFound where none is taken, NotAllowed for a bad signature or moment."""
    secret = bounce_secret(installed().config)
    if secret is None:
        raise NotFound
    body, moment = request.get_data(), request.headers.get("Tvist-Timestamp", "")
    expected = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), request.headers.get("Tvist-Signature", "").encode()):
        raise NotAllowed
    if not (moment.isascii() and moment.isdigit() and len(moment) <= LONGEST_MOMENT):
        raise NotAllowed
    if abs(now() - datetime.fromtimestamp(int(moment), UTC)) > VALID_FOR:
        raise NotAllowed
    return Told(_from_mail(body) if request.mimetype == "message/rfc822" else _from_json(body))


@bp.route("/webhooks/bounces", methods=["POST"])
@open_to_machines(take_in_bounce)
def take_bounces() -> ResponseReturnValue:
    """Take a report once: 204 for a new one, 409 for one that is known, 400 for a body that is none."""
    told: Told = taken_in()
    if told.bounce is None:
        return "", 400
    is_new = take_bounce(current_session, told.bounce, at=now())
    current_session.commit()
    return "", 204 if is_new else 409


def _from_mail(body: bytes) -> Bounce | None:
    """The report, as in the mailbox: what came back may hold any mail, also one that no reader of mails can take apart."""
    try:
        return read_bounce(body)
    except Exception as error:  # noqa: BLE001 - a mail that cannot be read is no report, whatever broke on it.
        log.warning("a returned letter could not be read: %s", type(error).__name__)
        return None


def _from_json(body: bytes) -> Bounce | None:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    own, message_id, code, is_hard = (said.get(name) for name in ("id", "message_id", "code", "hard"))
    if not (isinstance(own, str) and isinstance(message_id, str) and isinstance(code, str) and isinstance(is_hard, bool)):
        return None
    if not 0 < len(own) <= LONGEST_ID or len(message_id) > LONGEST_ID or not (own + message_id + code).isprintable():
        # JSON can tell of NUL and of halves of characters, which no database takes.
        return None
    return Bounce(source_id_of(f"hook {own}"), message_id, code[:LONGEST_CODE], is_hard)
