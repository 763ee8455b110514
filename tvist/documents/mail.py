"""A mail as it is read: its headers, its text and the names of what was attached. EML by the standard library, MSG (Outlook) by python-oxmsg."""

from __future__ import annotations

import email
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

from tvist.documents.office import Unreadable

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

MOST_ATTACHMENTS: Final = 200


@dataclass(frozen=True)
class Mail:
    """The headers that a reader asks for, each empty where the mail has none; `sent` is None then."""

    sender: str
    recipients: str
    copies: str
    subject: str
    sent: datetime | None
    attachments: tuple[str, ...]
    text: str

    @property
    def searched(self) -> str:
        """All of it as one text."""
        headers = (self.sender, self.recipients, self.copies, self.subject)
        return "\n".join([*(each for each in headers if each), "", self.text, *self.attachments]).strip()


def read_eml(file: Path) -> Mail:
    """A mail as it was sent over the net. Raises `Unreadable`."""
    try:
        with file.open("rb") as opened:
            mail: EmailMessage = email.message_from_binary_file(opened, policy=policy.default)
        body = mail.get_body(("plain", "html"))
        text = str(body.get_content()) if body is not None else ""
        is_html = body is not None and body.get_content_subtype() == "html"
        names = [str(part.get_filename() or part.get_content_type()) for part in mail.iter_attachments()]
        return Mail(
            sender=_header(mail, "from"),
            recipients=_header(mail, "to"),
            copies=_header(mail, "cc"),
            subject=_header(mail, "subject"),
            sent=_sent(_header(mail, "date")),
            attachments=tuple(names[:MOST_ATTACHMENTS]),
            text=text_of_html(text) if is_html else text.strip(),
        )
    except Exception as error:  # A mail can be wrong in any way, and each of them ends in another error of the library.
        raise Unreadable(type(error).__name__) from error


def read_msg(file: Path) -> Mail:
    """A mail as Outlook keeps it. Raises `Unreadable`."""
    from oxmsg import Message as OutlookMessage

    try:
        mail = OutlookMessage.load(str(file))
        text = (mail.body or "").strip() or text_of_html(mail.html_body or "")
        headers = {name.lower(): text for name, text in mail.message_headers.items()}
        everybody = ", ".join(
            " ".join(part for part in (each.name, f"<{each.email_address}>") if part) for each in mail.recipients
        )
        sent = mail.sent_date
        return Mail(
            sender=_spelled_out(mail.sender or ""),
            recipients=_spelled_out(headers.get("to", "")) or everybody,
            copies=_spelled_out(headers.get("cc", "")),
            subject=mail.subject or "",
            sent=sent.replace(tzinfo=sent.tzinfo or UTC) if sent else None,
            attachments=tuple((each.file_name or "").strip() for each in mail.attachments[:MOST_ATTACHMENTS]),
            text=text,
        )
    except Exception as error:  # As above.
        raise Unreadable(type(error).__name__) from error


def text_of_html(html: str) -> str:
    """What a reader would see of it, block by block; scripts and styles are no text."""
    reader = _Html()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.out).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Html(HTMLParser):
    UNSEEN: Final = frozenset({"script", "style", "head", "title", "template"})
    BLOCKS: Final = frozenset({"p", "div", "tr", "li", "br", "h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote"})

    def __init__(self) -> None:
        super().__init__()
        self.out: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the library's signature.
        self._unseen += tag in self.UNSEEN
        if tag == "br":
            self.out.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(self._unseen - (tag in self.UNSEEN), 0)
        if tag in self.BLOCKS:
            self.out.append("\n\n" if tag == "p" else "\n")
        elif tag in {"td", "th"}:
            self.out.append(" | ")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.out.append(data.replace("\n", " "))


def _header(mail: EmailMessage, name: str) -> str:
    return " ".join(str(mail.get(name, "")).split())


def _spelled_out(header: str) -> str:
    """Outlook keeps the headers as they came over the net, where other letters than ASCII are written in codes."""
    return " ".join(str(make_header(decode_header(header))).split())


def _sent(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
