"""What a request answers when something is wrong: 400, 401, 403, 404, 409, 413, 500. No answer shows a name, a fact or a stack trace."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from tvist.errors import CannotProceed, NotAllowed, NotFound
from tvist.words import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger("tvist")
KNOWN = frozenset({400, 403, 404, 405, 409, 413, 500})


def page(status: int, obstacles: Sequence[Message] = (), reference: str = "") -> ResponseReturnValue:
    """The designed page for an error: what is wrong, and what to do."""
    kind = status if status in KNOWN else 400
    return render_template("errors/error.html", status=kind, obstacles=obstacles, reference=reference, typed=_typed(kind)), status


def _typed(status: int) -> list[tuple[str, str]]:
    """What was written in a form that could not be taken, so that it can be copied."""
    if status not in {400, 409, 500} or request.method != "POST":
        return []
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if not name.startswith("_") and name != "csrf_token" and len(value.strip()) > 2
    ]


def add_errors(app: Flask) -> None:
    """Answer what the domain raises, once."""

    @app.errorhandler(NotFound)
    def not_found(_error: NotFound) -> ResponseReturnValue:
        return page(404)

    @app.errorhandler(NotAllowed)
    def not_allowed(_error: NotAllowed) -> ResponseReturnValue:
        return page(403)

    @app.errorhandler(CannotProceed)
    def cannot_proceed(error: CannotProceed) -> ResponseReturnValue:
        return page(409, error.obstacles)

    @app.errorhandler(StaleDataError)
    @app.errorhandler(IntegrityError)
    def changed_meanwhile(error: Exception) -> ResponseReturnValue:
        # An act that lost a race: the other one stands, and what was typed is shown for copying.
        log.warning("lost a race: %s", type(error).__name__)
        return page(409, [Message("web.changed_meanwhile")])

    @app.errorhandler(RequestEntityTooLarge)
    def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
        request.drain()  # type: ignore[attr-defined]  # TvistRequest has it.
        return page(413)

    @app.errorhandler(OperationalError)
    def busy(error: OperationalError) -> ResponseReturnValue:
        return _crash(error)

    @app.errorhandler(HTTPException)
    def plain(error: HTTPException) -> ResponseReturnValue:
        return error if error.code is None or error.code < 400 else page(error.code)  # noqa: PLR2004 - redirects stay what they are.

    @app.errorhandler(Exception)
    def crash(error: Exception) -> ResponseReturnValue:
        return _crash(error)


def _crash(error: Exception) -> ResponseReturnValue:
    """An error of ours: logged by a reference number and its place in the code, with no personal data."""
    reference = secrets.token_hex(4)
    places = []
    trace = error.__traceback__
    while trace is not None:
        places.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    log.error("crash %s: %s at %s", reference, type(error).__name__, " < ".join(reversed(places[-6:])))
    return page(500, reference=reference)
