"""What a request answers when something is wrong: 400, 403, 404, 409, 413, 500, 503. No answer shows a name, a fact or a stack trace."""

from __future__ import annotations

import logging
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

from flask import Flask, make_response, render_template, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, RequestURITooLarge, SecurityError

from tvist.away import ASK_AGAIN_AFTER, is_away
from tvist.errors import CannotProceed, NotAllowed, NotFound
from tvist.web.carrying import is_secret
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

log = logging.getLogger("tvist")
KNOWN = frozenset({400, 403, 404, 405, 409, 413, 500, 503})
FIRST_ERROR = 400
SHORTEST_TEXT = 3
"""A tick or a choice of a letter or two is not lost text."""


def page(status: int, obstacles: Sequence[Message] = (), reference: str = "") -> ResponseReturnValue:
    """The designed page for an error: what is wrong, and what to do."""
    kind = status if status in KNOWN else 400
    return render_template("errors/error.html", status=kind, obstacles=obstacles, reference=reference, typed=_typed(kind)), status


def _typed(status: int) -> list[tuple[str, str]]:
    """What was written in a form that could not be taken, so that it can be copied: what had been read of it, but for pass phrases."""
    if status not in {400, 409, 500, 503} or request.method != "POST" or "form" not in vars(request):
        return []
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if not name.startswith("_") and name != "csrf_token" and not is_secret(name) and len(value.strip()) >= SHORTEST_TEXT
    ]


def add_errors(app: Flask) -> None:
    """Answer what the domain raises, and what breaks, once."""
    app.register_error_handler(NotFound, lambda _error: page(404))
    app.register_error_handler(NotAllowed, lambda _error: page(403))
    app.register_error_handler(CannotProceed, lambda error: page(409, error.obstacles))
    app.register_error_handler(StaleDataError, _changed_meanwhile)
    app.register_error_handler(IntegrityError, _changed_meanwhile)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(SecurityError, _not_our_name)
    app.before_request(_refuse_what_is_too_long)
    app.register_error_handler(HTTPException, _plain)
    app.register_error_handler(Exception, _crash)


def _changed_meanwhile(error: Exception) -> ResponseReturnValue:
    """An act that lost a race: the other one stands, and what was typed is shown for copying."""
    log.warning("lost a race: %s at %s", type(error).__name__, _place(error))
    return page(409, [Message("web.changed_meanwhile")])


def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    request.drain()  # type: ignore[attr-defined]  # TvistRequest has it.
    return page(413)


def _not_our_name(_error: SecurityError) -> ResponseReturnValue:
    """Asked under a name that is not ours: a plain answer, for no address of a page can be told."""
    return "400 Bad Request\n", 400, {"Content-Type": "text/plain; charset=utf-8"}


def _refuse_what_is_too_long() -> ResponseReturnValue | None:
    """An address that is longer than any of ours; nothing is read of it."""
    too_long = request.is_too_long  # type: ignore[attr-defined]  # TvistRequest has it.
    return page(RequestURITooLarge.code or 414) if too_long else None


def _plain(error: HTTPException) -> ResponseReturnValue:
    """Redirects stay what they are; what Flask refuses gets our page."""
    return error if error.code is None or error.code < FIRST_ERROR else page(error.code)


def _crash(error: Exception) -> ResponseReturnValue:
    """An error of ours: logged by a reference number and its place in the code, with no personal data."""
    if is_away(error):
        return _away(error)
    reference = secrets.token_hex(4)
    log.error("crash %s: %s at %s", reference, type(error).__name__, _place(error))
    return page(500, reference=reference)


def _away(error: Exception) -> ResponseReturnValue:
    """The database or a disk is away: nothing of the act was done, and the browser may send the very same form again when it is back."""
    log.error("away: %s at %s", type(error).__name__, _place(error))
    _read_the_form()
    answer = make_response(page(503))
    answer.headers["Retry-After"] = str(ASK_AGAIN_AFTER)
    return answer


def _read_the_form() -> None:
    """The database may have been away before the form was taken in: what was typed is read now, to be shown. Of files nothing is kept.

    Not from elsewhere: no token was checked yet, and nobody puts a text of theirs on a page of ours.
    """
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin":
        with suppress(HTTPException, OSError):
            _ = request.form


def _place(error: Exception) -> str:
    """The innermost places of the code, innermost first."""
    places = []
    trace = error.__traceback__
    while trace is not None:
        places.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " < ".join(reversed(places[-6:]))
