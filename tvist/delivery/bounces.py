"""Letters that came back after a mail server had accepted them: what the report says, and what follows from it (rule 18).

A report is read for the sending it is about and its code; nothing of its text is kept. ASSUMPTION: a report is believed when it names the
Message-ID of a sending, which its recipient alone knows; a recipient could forge one of their own, and service falls only when all came back.
"""

from __future__ import annotations

import email
import hashlib
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tvist.db import insert_once, locked
from tvist.delivery.falling import hold_case_of, let_fall_if_none_arrived
from tvist.delivery.models import BounceNotice, Fate, Recipient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

_OURS: Final = re.compile(r"<[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}@tvist>")
_OUR_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_STATUS: Final = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_MACHINES: Final = re.compile(r"mailer-daemon|postmaster|<>", re.IGNORECASE)
_DELAYED: Final = re.compile(r"delay|warning|forsink|utsatt", re.IGNORECASE)
_CAME_TO: Final = ("To", "Delivered-To", "X-Original-To")
_REACHED_A_SERVER: Final = frozenset({Fate.ACCEPTED, Fate.UNKNOWN, Fate.HANDING_OVER})
LONGEST_CODE: Final = 11
"""Characters of a status: 5.123.123 and some room."""


@dataclass(frozen=True)
class Bounce:
    """What a report says: which report it is (hashed), which sending it is about, its code, and whether it is given up (hard)."""

    source_id: str
    message_id: str | None
    code: str
    is_hard: bool


def read_bounce(raw: bytes) -> Bounce | None:
    """Read a report on delivery (RFC 3464), or the plain mail of an old mail server; None for a mail that is neither."""
    mail = email.message_from_bytes(raw, policy=default)
    found = _report(mail) if mail.get_content_type() == "multipart/report" else _plain(mail)
    if found is None:
        return None
    code, is_hard = found
    return Bounce(source_id_of(_header(mail, "Message-ID") or raw.hex()), _about(mail, raw), code, is_hard)


def source_id_of(text: str) -> str:
    """A report's own id as it is kept: hashed, for a mail server may write an address into it."""
    return hashlib.sha256(text.strip().encode()).hexdigest()


def take_bounce(session: Session, bounce: Bounce, *, at: datetime) -> bool:
    """Note a report, once; returns False for one that is known already. A hard one takes back what was held to be delivered."""
    recipient_id = session.scalar(sa.select(Recipient.id).where(Recipient.message_id == bounce.message_id))
    if recipient_id is not None:
        hold_case_of(session, recipient_id)
    if not insert_once(
        session, BounceNotice, source_id=bounce.source_id, recipient_id=recipient_id, code=bounce.code[:LONGEST_CODE], read_at=at
    ):
        return False
    if recipient_id is not None and bounce.is_hard:
        recipient = session.scalars(locked(session, sa.select(Recipient).where(Recipient.id == recipient_id), Recipient)).one()
        if recipient.fate in _REACHED_A_SERVER:
            recipient.fate, recipient.accepted_at = Fate.BOUNCED, None
            let_fall_if_none_arrived(session, recipient.letter, at=at)
    return True


def _report(mail: EmailMessage) -> tuple[str, bool] | None:
    """The worst that a report tells of a recipient: its code, and whether the mail server has given up; None where all went well."""
    told = [(_code(str(block.get("Status", ""))), str(block.get("Action", "")).strip().lower()) for block in _blocks(mail)]
    failed = [code for code, action in told if action == "failed" or (not action and code.startswith("5"))]
    if failed:
        return failed[0], True
    delayed = [code for code, action in told if action == "delayed" or (not action and code.startswith("4"))]
    return (delayed[0], False) if delayed else None


def _blocks(mail: EmailMessage) -> Iterator[EmailMessage]:
    """What a report tells, a block for the mail server and one for each recipient."""
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status" and isinstance(blocks := part.get_payload(), list):
            yield from (block for block in blocks if isinstance(block, EmailMessage))


def _plain(mail: EmailMessage) -> tuple[str, bool] | None:
    """The mail of an old mail server: from a machine, with a code in its text; None for what a person or an absence wrote."""
    sender = f"{_header(mail, 'From')} {_header(mail, 'Return-Path')}"
    if not _MACHINES.search(sender) or _header(mail, "Auto-Submitted").startswith("auto-replied"):
        return None
    code = next((found for part in _texts(mail) if (found := _code(part))), "")
    return code, not (code.startswith(("2", "4")) or _DELAYED.search(_header(mail, "Subject")))


def _texts(mail: EmailMessage) -> Iterator[str]:
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            payload = part.get_payload(decode=True)
            yield payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _about(mail: EmailMessage, raw: bytes) -> str | None:
    """Our Message-ID, from the headers that came back with the report, or from the address it was sent to."""
    if found := _OURS.search(raw.decode("latin-1").lower()):
        return found[0]
    for part in _texts(mail):
        if found := _OURS.search(part.lower()):
            return found[0]
    came_to = " ".join(_header(mail, name) for name in _CAME_TO)
    return f"<{found[0]}@tvist>" if (found := _OUR_ID.search(came_to.lower())) else None


def _header(mail: EmailMessage, name: str) -> str:
    return " ".join(str(found) for found in mail.get_all(name, []))


def _code(text: str) -> str:
    found = _STATUS.search(text)
    return found[0] if found else ""
