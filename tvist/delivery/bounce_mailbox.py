"""The mailbox that returned letters land in, read by IMAP. What was read is marked as seen after the commit, so that a crash loses nothing."""

from __future__ import annotations

import imaplib
import logging
import ssl
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from tvist.config import Misconfigured
from tvist.delivery.bounces import read_bounce, take_bounce
from tvist.delivery.mail import LOCAL, SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tvist.db import Database

MOST_AT_ONCE: Final = 50
PLAIN_PORT: Final = 143
TLS_PORT: Final = 993
LARGEST_BYTES: Final = 200_000
"""How much of a mail is read: a report stands at its beginning, and the letter that came back is a short text."""

log = logging.getLogger("tvist")


class NoBounceMailbox(Exception):
    """The mailbox cannot be reached, or does not let us in."""


def read_mailbox(database: Database, url: str, *, at: datetime) -> int:
    """Read what is unseen in the mailbox `imaps://user:password@host:port/folder`; returns how many reports were new.

    Each mail has a transaction of its own. Raises NoBounceMailbox when the server is away, Misconfigured for an unsafe address.
    """
    new = 0
    try:
        with _opened(url) as client:
            for uid in _unseen(client)[:MOST_AT_ONCE]:
                new += _take(database, _fetch(client, uid), at)
                client.uid("STORE", uid, "+FLAGS.SILENT", "(\\Seen)")
    except (imaplib.IMAP4.error, OSError) as error:
        raise NoBounceMailbox(type(error).__name__) from error
    return new


def _take(database: Database, raw: bytes, at: datetime) -> int:
    try:
        bounce = read_bounce(raw)
    except Exception as error:  # noqa: BLE001 - anybody may write to the mailbox: one mail that cannot be read does not stop the next.
        log.warning("a mail among the returned letters could not be read: %s", type(error).__name__)
        return 0
    if bounce is None:
        return 0
    with database.writing() as session:
        is_new = take_bounce(session, bounce, at=at)
        session.commit()
    return int(is_new)


@contextmanager
def _opened(url: str) -> Iterator[imaplib.IMAP4]:
    parts = urlsplit(url)
    if parts.scheme not in {"imap", "imaps"} or not parts.hostname or not parts.username:
        message = "TVIST_BOUNCE_IMAP: write imaps://user:password@host:port/folder."
        raise Misconfigured(message)
    client = _connected(parts.scheme, parts.hostname, parts.port)
    try:
        client.login(unquote(parts.username), unquote(parts.password or ""))
        answer, _ = client.select(_quoted(unquote(parts.path.strip("/")) or "INBOX"))
        if answer != "OK":
            raise NoBounceMailbox(answer)
        yield client
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            client.logout()
        # A line that is broken cannot be ended politely, and is closed all the same.
        with suppress(OSError):
            client.shutdown()


def _connected(scheme: str, host: str, port: int | None) -> imaplib.IMAP4:
    """A line to the server, encrypted; in the open only within this machine."""
    context = ssl.create_default_context()
    if scheme == "imaps":
        return imaplib.IMAP4_SSL(host, port or TLS_PORT, ssl_context=context, timeout=SECONDS)
    client = imaplib.IMAP4(host, port or PLAIN_PORT, timeout=SECONDS)
    if "STARTTLS" in client.capabilities:
        client.starttls(context)
    elif host not in LOCAL:
        client.shutdown()
        message = "TVIST_BOUNCE_IMAP: the server offers no encryption, so the password is not sent to it. Use imaps://."
        raise Misconfigured(message)
    return client


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _unseen(client: imaplib.IMAP4) -> list[str]:
    answer, found = client.uid("SEARCH", "UNSEEN")
    return found[0].decode("ascii").split() if answer == "OK" and found and found[0] else []


def _fetch(client: imaplib.IMAP4, uid: str) -> bytes:
    """The beginning of a mail, without marking it as seen."""
    _, parts = client.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST_BYTES}>)")
    return b"".join(part[1] for part in parts if isinstance(part, tuple))
