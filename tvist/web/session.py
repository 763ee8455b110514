"""What a request works with: the installation, the database session of the beat it is in, and the language of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from flask import current_app, g, session
from flask_login import current_user
from markupsafe import escape
from werkzeug.local import LocalProxy

from tvist.words import DEFAULT_LANGUAGE, LANGUAGES, Message, render

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.installation import Installation

FLASHES = "messages"


def installed() -> Installation:
    """The installation this program runs in: configuration, database, keys, paper store."""
    return cast("Installation", current_app.extensions["tvist"])


current_session: Session = LocalProxy(lambda: g.database_session)  # type: ignore[assignment]  # A proxy stands for the session of the beat.
"""The database session of this request's beat: reading in a GET, writing in the last beat of a POST."""


def page_language() -> str:
    """The reader's language: the signed-in person's own, else the one chosen in this browser, else bokmål."""
    if getattr(current_user, "is_authenticated", False):
        return str(current_user.language)
    chosen = session.get("language")
    return chosen if chosen in LANGUAGES else DEFAULT_LANGUAGE


def say(message: Message) -> str:
    """The message in the page's language."""
    return render(message, page_language())


def t(code: str, /, **params: Any) -> str:
    """The text of a code in the page's language."""
    return say(Message(code, **params))


class _Lazy:
    """A text that is told in the reader's language only when it is shown."""

    def __init__(self, message: Message) -> None:
        self.message = message

    def __str__(self) -> str:
        return say(self.message)

    def __html__(self) -> str:
        return str(escape(str(self)))


def lazy(code: str, /, **params: Any) -> str:
    """The text of a code for what is written down before any page is: labels, choices and descriptions of form fields."""
    return cast("str", _Lazy(Message(code, **params)))


def tell(message: Message, *, kind: str = "success") -> None:
    """Show the message on the next page (kinds: success, info, warning, danger). It travels in the signed cookie: nothing is stored."""
    session[FLASHES] = [*session.get(FLASHES, []), [kind, say(message)]]


def told() -> list[list[str]]:
    """What is to be shown on this page, taken out."""
    return cast("list[list[str]]", session.pop(FLASHES, []))
