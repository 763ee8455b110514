"""The guard of every page: `@requires(act, of=…)`, or `@open_to_all`; a test fails for a page that has neither.

A request that writes has three beats: a reading transaction (who, guard), ended; the body and its files taken in; a writing transaction that
asks the guard again. So a slow upload holds no lock, and a stranger stores nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from flask import Response, current_app, g, make_response, redirect, request
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect

from tvist.access.policy import POLICY, Act
from tvist.access.roles import roles_of
from tvist.accesslog.actions import note_access
from tvist.accounts.models import SentForm, User
from tvist.accounts.queries import user_of_sign_in
from tvist.clock import now
from tvist.db import insert_once
from tvist.errors import NotAllowed, NotFound
from tvist.web.forms import KEY_FIELD
from tvist.web.requests import MAX_FORM_BYTES
from tvist.web.session import current_session, installed, tell

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tvist.words import Message

READING_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
LONGEST_KEY: Final = 64
csrf = CSRFProtect()

View = Callable[..., ResponseReturnValue]
Loader = Callable[..., Any]
TakeIn = Callable[[], Any]


class SignInNeeded(Exception):
    """Nobody is signed in, or the sign-in has ended; what was typed is carried through the sign-in page."""


@dataclass(frozen=True)
class _Gate:
    """What a page demands: an act, the thing it is done to, and what is taken in between the beats."""

    act: Act | None
    of: Loader | None
    take_in: TakeIn | None
    max_bytes: int

    def enter(self, session: Session, address: dict[str, Any]) -> tuple[Any, ...]:
        """Who asks, for which thing, and may they. Returns what the view gets. Raises SignInNeeded, NotFound, NotAllowed."""
        user = user_of_sign_in(session, _token(), now())
        g._login_user = user or current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask-Login's own place for it.
        g.database_session = session
        if self.act is None:
            return tuple(address.values())
        if user is None:
            raise SignInNeeded
        thing = self.of(session, **address) if self.of else None
        self._ask(user, thing)
        return (thing,) if self.of else tuple(address.values())

    def _ask(self, user: User, thing: Any) -> None:
        roles = roles_of(user, thing)
        allowed = self.act is not None and bool(POLICY[self.act] & roles)
        if thing is not None or not allowed:
            note_access(installed().database, user=user, roles=roles, act=self.act, thing=thing, allowed=allowed)
        if not allowed:
            raise NotAllowed if roles else NotFound


def requires(
    act: Act, *, of: Loader | None = None, take_in: TakeIn | None = None, max_bytes: int = MAX_FORM_BYTES
) -> Callable[[View], View]:
    """Guard a page: the person must be allowed `act` on the thing that `of(session, **address)` finds; the view receives that thing.

    `take_in` is called between the beats of a POST, with the body read and no transaction open; what it returns is `taken_in()` in the view,
    and its `discard()` is called if the view does not commit. `max_bytes` limits the body. Strangers get 404, others 403.
    """
    return _guarded(_Gate(act, of, take_in, max_bytes))


def open_to_all(view: View) -> View:
    """A page for everybody: sign-in, help, an error. It has the same beats, with nobody to ask for."""
    return _guarded(_Gate(None, None, None, MAX_FORM_BYTES))(view)


def _guarded(gate: _Gate) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**address: Any) -> ResponseReturnValue:
            if request.method in READING_METHODS:
                with installed().database.reading() as session:
                    return make_response(view(*gate.enter(session, address)))
            return _in_three_beats(gate, view, address)

        guarded.gate = gate  # type: ignore[attr-defined]  # For the test that walks all pages.
        return guarded

    return decorate


def _in_three_beats(gate: _Gate, view: View, address: dict[str, Any]) -> ResponseReturnValue:
    with installed().database.reading() as session:
        gate.enter(session, address)
    request.max_content_length = gate.max_bytes
    request.keeps_files = gate.act is not None  # type: ignore[attr-defined]  # TvistRequest has it.
    _check_token()
    g.taken_in = gate.take_in() if gate.take_in else None
    g.is_committed = False
    try:
        with installed().database.writing() as session:
            given = gate.enter(session, address)
            if earlier := _sent_before(session):
                return earlier
            return make_response(view(*given))
    finally:
        if g.taken_in is not None and not g.is_committed:
            g.taken_in.discard()


def _check_token() -> None:
    """Raises SignInNeeded for a page whose token has ended with its sign-in: nothing typed is lost."""
    try:
        csrf.protect()
    except CSRFError as error:
        raise SignInNeeded from error


def _token() -> str:
    return str(cookie.get("sign_in", ""))


def taken_in() -> Any:
    """What was taken in between the beats."""
    return g.taken_in


def _sent_before(session: Session) -> Response | None:
    """Claim the key of this form; if it was sent before, lead to where the first sending led."""
    key = request.form.get(KEY_FIELD)
    user = g._login_user  # noqa: SLF001 - Flask-Login's own place for it.
    if not key or len(key) > LONGEST_KEY or not user.is_authenticated:
        return None
    if insert_once(session, SentForm, key=key, user_id=user.id, at=now(), location=""):
        return None
    sent = session.get_one(SentForm, key)
    if sent.user_id != user.id or not sent.location:
        raise NotFound
    return make_response(redirect(sent.location, 303))


def finish(location: str, message: Message | None = None, *, kind: str = "success") -> ResponseReturnValue:
    """Commit the act, remember where this form led, and go there. The one visible commit of a view."""
    if key := request.form.get(KEY_FIELD):
        sent = current_session.get(SentForm, key)
        if sent is not None:
            sent.location = location
    current_session.commit()
    g.is_committed = True
    if message is not None:
        tell(message, kind=kind)
    return redirect(location, 303)
