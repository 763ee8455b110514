"""The guard of every page: `@requires(act, of=…)`, or `@open_to_all`; a test fails for a page that has neither.

A request that writes has three beats: a reading transaction (who, guard), ended; the body and its files taken in; a writing transaction that
asks the guard again. So a slow upload holds no lock, and a stranger stores nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from flask import Request, Response, current_app, g, make_response, redirect, request
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import SQLAlchemyError

from tvist.access.policy import POLICY, PROVED, Act
from tvist.access.roles import roles_of
from tvist.accesslog.actions import PRIVATE, note_access, was_noted
from tvist.accounts.models import SentForm, SignIn, User
from tvist.accounts.sign_ins import is_proved, note_seen, sign_in_of
from tvist.clock import now
from tvist.db import insert_once
from tvist.errors import NotAllowed, NotFound
from tvist.web.forms import KEY_FIELD
from tvist.web.requests import MAX_FORM_BYTES
from tvist.web.session import current_session, installed, tell

if TYPE_CHECKING:
    from datetime import timedelta

    from sqlalchemy.orm import Session

    from tvist.access.policy import Role
    from tvist.words import Message

READING_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
LONGEST_KEY: Final = 64
csrf = CSRFProtect()

View = Callable[..., ResponseReturnValue]
Loader = Callable[..., Any]
TakeIn = Callable[[], Any]


class SignInNeeded(Exception):
    """Nobody is signed in, or the sign-in has ended; what was typed is carried through the sign-in page."""


class ProofNeeded(Exception):
    """The act needs a fresh second proof, and the last one is older: to the proof page with what was typed, and on from there."""


@dataclass(frozen=True)
class _Asked:
    """What the guard found: who asks, which thing, as what, and whether they may."""

    sign_in: SignIn | None
    thing: Any = None
    roles: frozenset[Role] = frozenset()
    allowed: bool = True

    @property
    def user(self) -> User | None:
        """The person, if somebody is signed in."""
        return self.sign_in.user if self.sign_in else None


@dataclass(frozen=True)
class _Gate:
    """What a page demands: an act, the thing it is done to, and what is taken in between the beats."""

    act: Act | None
    of: Loader | None
    take_in: TakeIn | None
    max_bytes: int
    noted_once_in: timedelta | None = None
    is_for_machines: bool = False
    writes_when_read: bool = False
    needs_proof: bool = False
    is_polled: bool = False

    def ask(self, session: Session, address: dict[str, Any]) -> _Asked:
        """Who asks, for which thing, and may they. Raises SignInNeeded, and NotFound for a thing that is not there."""
        sign_in = sign_in_of(session, _token(), now())
        become(sign_in.user if sign_in else None)
        g.sign_in, g.database_session = sign_in, session
        if self.act is None:
            return _Asked(sign_in)
        if sign_in is None:
            raise SignInNeeded
        thing = self.of(session, **address) if self.of else None
        roles = frozenset(roles_of(sign_in.user, thing))
        return _Asked(sign_in, thing, roles, allowed=bool(POLICY[self.act] & roles))

    def enter(self, session: Session, address: dict[str, Any]) -> _Asked:
        """Ask in a reading session, write the access log (each opening of a thing, each denial), and refuse whom must be refused.

        Raises NotFound for a stranger to the thing, NotAllowed for others, ProofNeeded for who may and has not proved it lately. Never in a
        writing session: the log would wait for its lock.
        """
        asked = self._ask_noting_guesses(session, address)
        if asked.allowed and self.asks_for_proof and not (asked.sign_in and is_proved(asked.sign_in, now())):
            raise ProofNeeded
        if self.act is not None and (asked.thing is not None or not asked.allowed) and not self._is_noted(session, asked):
            note_access(
                installed().database, user=asked.user, roles=asked.roles, act=self.act, thing=asked.thing, allowed=asked.allowed
            )
        if not asked.allowed:
            raise NotAllowed if asked.roles else NotFound
        return asked

    @property
    def asks_for_proof(self) -> bool:
        """Whether a fresh second proof is asked for."""
        return self.needs_proof or self.act in PROVED

    def note_seen(self, asked: _Asked) -> None:
        """The person is there: what the page asks for by itself, every few seconds, does not say so, but what was typed does."""
        if self.noted_once_in is not None and request.method == "POST" and request.form.get("typed", "[]") == "[]":
            return
        if asked.sign_in is not None and not self.is_polled:
            note_seen(installed().database, asked.sign_in, now())

    def _ask_noting_guesses(self, session: Session, address: dict[str, Any]) -> _Asked:
        """Ask; who asks for what is not there is noted as turned away too, so that guesses are seen and are no quicker (rule 44)."""
        try:
            return self.ask(session, address)
        except NotFound:
            tried = Act.OPEN_CASE if self.act in PRIVATE else self.act
            note_access(installed().database, user=g._login_user, roles=(), act=tried, thing=None, allowed=False)  # noqa: SLF001 - `become` put it there.
            raise

    def _is_noted(self, session: Session, asked: _Asked) -> bool:
        """Whether this page notes a visit only once in a while, and has."""
        if self.noted_once_in is None or self.act is None or asked.user is None or not asked.allowed:
            return False
        return was_noted(session, user=asked.user, act=self.act, thing=asked.thing, since=now() - self.noted_once_in)

    def given(self, asked: _Asked, address: dict[str, Any]) -> tuple[Any, ...]:
        """What the view gets: the thing, or the parts of the address."""
        return (asked.thing,) if self.of else tuple(address.values())


def become(user: User | None) -> None:
    """Let `user` be the current user of this request."""
    g._login_user = user or current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask-Login's own place for it.


def who_asks(_request: Request) -> User | None:
    """The person behind a request that no guard has met, such as one for a page that is not there, or for an error page."""
    try:
        with installed().database.reading() as session:
            g.sign_in = sign_in_of(session, _token(), now())
            return g.sign_in.user if g.sign_in else None
    except SQLAlchemyError:
        return None


def requires(
    act: Act,
    *,
    of: Loader | None = None,
    take_in: TakeIn | None = None,
    max_bytes: int = MAX_FORM_BYTES,
    noted_once_in: timedelta | None = None,
    needs_proof: bool = False,
    is_polled: bool = False,
) -> Callable[[View], View]:
    """Guard a page: the person must be allowed `act` on the thing that `of(session, **address)` finds; the view receives that thing.

    `take_in` is called between the beats of a POST, with the body read and no transaction open; what it returns is `taken_in()` in the view,
    and its `discard()` is called if the view does not commit. `max_bytes` limits the body. Strangers get 404, others 403.
    `noted_once_in`: a page that the browser asks for every few seconds is noted once in that time; what is denied is always noted.
    `needs_proof`: a fresh second proof is asked for, though the act is not one of `PROVED`. `is_polled`: asked for by a page, not a person.
    """
    return _guarded(_Gate(act, of, take_in, max_bytes, noted_once_in, needs_proof=needs_proof, is_polled=is_polled))


def open_to_all(view: View) -> View:
    """A page for everybody: sign-in, help, an error. It has the same beats, with nobody to ask for, and keeps no files."""
    return open_to_all_taking(None)(view)


def open_to_all_taking(take_in: TakeIn | None) -> Callable[[View], View]:
    """A page for everybody with something to take in between the beats."""
    return _guarded(_Gate(None, None, take_in, MAX_FORM_BYTES))


def open_to_machines(take_in: TakeIn) -> Callable[[View], View]:
    """A page that another machine posts to: it has no cookie and so no token; `take_in` proves who asks, by a signature, or refuses."""
    return _guarded(_Gate(None, None, take_in, MAX_FORM_BYTES, is_for_machines=True))


def open_to_returning(take_in: TakeIn) -> Callable[[View], View]:
    """A page that another site leads the browser back to, and that writes although it is read: a sign-in from outside begins there.

    No token comes along: `take_in` proves that the way began in this browser, uses it up, and asks the other site who came.
    """
    return _guarded(_Gate(None, None, take_in, MAX_FORM_BYTES, is_for_machines=True, writes_when_read=True))


def open_to_askers(take_in: TakeIn, *, max_bytes: int) -> Callable[[View], View]:
    """A page by which anybody asks something and changes nothing: no token is asked for, so who asks without cookies gets the answer too.

    Of a file that is sent along nothing is kept but what `tvist.web.requests.Passing` remembers of it.
    """
    return _guarded(_Gate(None, None, take_in, max_bytes, is_for_machines=True))


def _guarded(gate: _Gate) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**address: Any) -> ResponseReturnValue:
            is_read = request.method in READING_METHODS and not gate.writes_when_read
            answer = _in_one_beat if is_read else _in_three_beats
            try:
                return answer(gate, view, address)
            except Exception:
                # What a broken transaction knew of the person is gone; the error page asks again.
                g.pop("_login_user", None)
                raise

        guarded.gate = gate  # type: ignore[attr-defined]  # For the test that walks all pages.
        return guarded

    return decorate


def _in_one_beat(gate: _Gate, view: View, address: dict[str, Any]) -> ResponseReturnValue:
    with installed().database.reading() as session:
        asked = gate.enter(session, address)
        gate.note_seen(asked)
        return make_response(view(*gate.given(asked, address)))


def _in_three_beats(gate: _Gate, view: View, address: dict[str, Any]) -> ResponseReturnValue:
    request.max_content_length = gate.max_bytes
    with installed().database.reading() as session:
        asked = gate.enter(session, address)
    request.keeps_files = gate.act is not None  # type: ignore[attr-defined]  # TvistRequest has it.
    if not gate.is_for_machines:
        _check_token()
        gate.note_seen(asked)
    g.taken_in = gate.take_in() if gate.take_in else None
    g.is_committed = False
    try:
        return _in_writing_beat(gate, view, address)
    finally:
        if g.taken_in is not None and not g.is_committed:
            g.taken_in.discard()


def _in_writing_beat(gate: _Gate, view: View, address: dict[str, Any]) -> ResponseReturnValue:
    with installed().database.writing() as session:
        again = gate.ask(session, address)
        if again.allowed:
            return _sent_before(session) or make_response(view(*gate.given(again, address)))
    # What was allowed a moment ago is not any more; the log is written now that the lock is let go.
    with installed().database.reading() as session:
        gate.enter(session, address)
    raise NotAllowed


def _check_token() -> None:
    """Raises SignInNeeded for a page whose token has ended with its sign-in: nothing typed is lost."""
    try:
        csrf.protect()
    except CSRFError as error:
        raise SignInNeeded from error


def _token() -> str:
    return str(cookie.get("sign_in", ""))


def keep_for_later() -> None:
    """Commit what a page keeps although its act was not done; the form may be sent again with the same key."""
    if key := g.pop("sent_form", None):
        current_session.delete(current_session.get_one(SentForm, key))
    _commit()


def _commit() -> None:
    current_session.flush()
    # From here on the act may stand even where the answer of the database is lost: what was taken in for it stays.
    g.is_committed = True
    current_session.commit()


def taken_in() -> Any:
    """What was taken in between the beats."""
    return g.taken_in


def _sent_before(session: Session) -> Response | None:
    """Claim the key of this form; if it was sent before, lead to where the first sending led.

    While a first sending is still being worked on, this waits for it: SQLite has one writer, PostgreSQL waits for the row.
    """
    key = request.form.get(KEY_FIELD)
    user = g._login_user  # noqa: SLF001 - Flask-Login's own place for it.
    if not key or len(key) > LONGEST_KEY or not user.is_authenticated:
        return None
    if insert_once(session, SentForm, key=key, user_id=user.id, at=now(), location=""):
        g.sent_form = key
        return None
    sent = session.get_one(SentForm, key)
    if sent.user_id != user.id or not sent.location:
        raise NotFound
    return make_response(redirect(sent.location, 303))


def keep(location: str) -> None:
    """Commit the act of a view that answers with a page, for something that is shown once; the form sent again leads to `location`."""
    if key := g.get("sent_form"):
        current_session.get_one(SentForm, key).location = location
    _commit()


def finish(location: str, message: Message | None = None, *, kind: str = "success") -> ResponseReturnValue:
    """Commit the act, remember where this form led, and go there. The one visible commit of a view."""
    keep(location)
    if message is not None:
        tell(message, kind=kind)
    return redirect(location, 303)
