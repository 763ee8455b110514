"""The mail server, spoken to in plain steps, so that it is known at each whether it may have taken the letter."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from tvist.clock import OSLO
from tvist.config import Misconfigured

if TYPE_CHECKING:
    from tvist.config import Config
    from tvist.delivery.models import Recipient

SECONDS: Final = 30
FIRST_TEMPORARY, FIRST_PERMANENT = 400, 500
LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class MailAnswer(StrEnum):
    """What came of handing a letter over."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # For good: this address does not take it.
    PUT_OFF = "put_off"  # The server said so, or was gone before it had the letter: try again later.
    UNCLEAR = "unclear"  # The connection broke while the letter was on its way: the server may have it.


@dataclass(frozen=True)
class Handed:
    """The answer, and the mail server's number for it where it gave one."""

    answer: MailAnswer
    code: int | None = None


class NoMailServer(Exception):
    """The mail server cannot be reached, or does not let us in; nothing was handed over."""


@dataclass(frozen=True)
class Mail:
    """How letters leave: the mail server's address (`smtp://user:password@host:port`, `smtps://…`), the sender, and where links lead."""

    url: str
    sender: str
    base_url: str
    bounce_address: str = ""
    """Where mail servers send what comes back, as the envelope names it; `{id}` in it is filled with the sending's own id. Empty: the sender."""

    def returns_to(self, recipient: Recipient) -> str:
        """The envelope's sender for one recipient."""
        return self.bounce_address.replace("{id}", recipient.message_id[1:-1].partition("@")[0]) or self.sender

    def connect(self) -> Connection:
        """Speak to the server, encrypted where it offers it. Raises `NoMailServer`, or `Misconfigured` for a password sent in the open."""
        return Connection(_open(self.url), self)


class Connection:
    """An open line to the mail server, for one letter after the other."""

    def __init__(self, client: smtplib.SMTP, mail: Mail) -> None:
        """`client` has said hello and signed in."""
        self.client = client
        self.mail = mail

    def hand_over(self, recipient: Recipient) -> Handed:
        """Hand the letter over for one recipient. Never raises for what the server or the network does."""
        try:
            wire = message_for(recipient, self.mail)
            address = _address(recipient.address)
        except UnicodeError:
            return Handed(MailAnswer.REFUSED)
        try:
            code = self.client.mail(self.mail.returns_to(recipient))[0]
            if code >= FIRST_TEMPORARY:
                # What is refused here is the sender, which the next letter shares: it is for us to mend.
                return self._refused(code, is_for_address=False)
            code = self.client.rcpt(address)[0]
            if code >= FIRST_TEMPORARY:
                return self._refused(code, is_for_address=True)
        except (smtplib.SMTPException, OSError):
            return Handed(MailAnswer.PUT_OFF)
        return self._data(wire)

    def close(self) -> None:
        """Say goodbye; a server that is gone already is fine."""
        with suppress(smtplib.SMTPException, OSError):
            self.client.quit()

    def _data(self, wire: bytes) -> Handed:
        try:
            code = self.client.data(wire)[0]
        except smtplib.SMTPDataError as error:
            code = error.smtp_code
        except (smtplib.SMTPException, OSError):
            return Handed(MailAnswer.UNCLEAR)
        return Handed(MailAnswer.ACCEPTED, code) if code < FIRST_TEMPORARY else self._refused(code, is_for_address=True)

    def _refused(self, code: int, *, is_for_address: bool) -> Handed:
        with suppress(smtplib.SMTPException, OSError):
            self.client.rset()
        return Handed(MailAnswer.REFUSED if is_for_address and code >= FIRST_PERMANENT else MailAnswer.PUT_OFF, code)


def mail_of(config: Config) -> Mail | None:
    """How letters leave this installation; None where they are read in the program."""
    if not config.smtp_url:
        return None
    return Mail(config.smtp_url, config.mail_from, config.base_url, config.bounce_address)


def message_for(recipient: Recipient, mail: Mail) -> bytes:
    """The letter as it goes over the wire: plain text with a link, the same each time it is tried. Raises UnicodeError."""
    letter = recipient.letter
    message = EmailMessage(policy=SMTP_POLICY)
    message["Subject"] = letter.subject
    message["From"] = mail.sender
    message["To"] = _address(recipient.address)
    message["Date"] = format_datetime(letter.written_at.astimezone(OSLO))
    message["Message-ID"] = recipient.message_id
    # Asks machines not to answer (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"{letter.body}\n{mail.base_url}{letter.link}\n", cte="quoted-printable")
    # After the content, which clears what is said about it.
    message["Content-Language"] = letter.language
    return message.as_bytes()


def _address(text: str) -> str:
    """The address with its domain in the letters of the network. Raises UnicodeError where the name before the @ has others."""
    name, _, domain = text.rpartition("@")
    return f"{name.encode('ascii').decode()}@{domain.encode('idna').decode()}"


def _open(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise Misconfigured(
            "TVIST_SMTP_URL: write smtp://host:port or smtps://host:port, with user:password@ before the host if needed."
        )
    context = ssl.create_default_context()
    try:
        if parts.scheme == "smtps":
            client: smtplib.SMTP = smtplib.SMTP_SSL(parts.hostname, parts.port or 465, timeout=SECONDS, context=context)
        else:
            client = smtplib.SMTP(parts.hostname, parts.port or 25, timeout=SECONDS)
    except (smtplib.SMTPException, OSError) as error:
        raise NoMailServer(type(error).__name__) from error
    try:
        is_encrypted = parts.scheme == "smtps" or _start_tls(client, context)
        if parts.username:
            _sign_in(
                client, unquote(parts.username), unquote(parts.password or ""), is_safe=is_encrypted or parts.hostname in LOCAL
            )
    except (smtplib.SMTPException, OSError) as error:
        client.close()
        raise NoMailServer(type(error).__name__) from error
    return client


def _start_tls(client: smtplib.SMTP, context: ssl.SSLContext) -> bool:
    client.ehlo_or_helo_if_needed()
    if not client.has_extn("starttls"):
        return False
    client.starttls(context=context)
    client.ehlo_or_helo_if_needed()
    return True


def _sign_in(client: smtplib.SMTP, user: str, password: str, *, is_safe: bool) -> None:
    if not is_safe:
        client.close()
        raise Misconfigured(
            "TVIST_SMTP_URL: the mail server offers no encryption, so the password is not sent to it. Use smtps://, or a server with STARTTLS."
        )
    client.login(user, password)
